"""Train one step in a process of its own, where this edition can train."""

import json
import os
import subprocess

from cxrview import paths
from cxrview.engines import registry
from cxrview.errors import EngineUnavailable
from cxrview.selftest import messages

LIMIT = 180  # seconds, in which TensorFlow is imported on a busy machine


def check() -> str | None:
    """Return the loss of a step, None where there is no TensorFlow. Raises EngineUnavailable."""
    if registry.engine_type("keras").missing() is not None:
        return None
    name, before = paths.program()
    try:
        done = subprocess.run(
            [name, *before, "helper", "step"],
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=LIMIT,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineUnavailable(messages.NO_STEP(reason=str(error))) from error
    said = done.stdout.decode("utf-8", "replace").splitlines()
    try:
        loss = float(json.loads(said[-1])["loss"])
    except (LookupError, ValueError, TypeError) as error:
        reason = said[-1] if said else f"code {done.returncode}"
        raise EngineUnavailable(messages.NO_STEP(reason=reason)) from error
    return f"loss {loss:.3f}"
