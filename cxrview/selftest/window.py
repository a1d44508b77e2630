"""Open the window off screen on the drawn chest, as a process of its own, and have it read there."""

import os
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from cxrview import paths
from cxrview.bundle.store import DEFAULT
from cxrview.errors import EngineUnavailable
from cxrview.selftest import connections, messages
from cxrview.selftest.decoding import folder
from cxrview.selftest.readings import CHEST

LIMIT = 180  # seconds, on a busy machine
SIZE = "1200x800"


def check(attempts: list[str]) -> str:
    """Return that the window opened and read the film. Raises CxrviewError.

    What it was about to connect to is added to `attempts`.
    """
    name, before = paths.program()
    with tempfile.TemporaryDirectory() as place:
        picture = Path(place, "window.png")
        model = str(paths.bundled_models() / DEFAULT)
        options = [
            "--screenshot",
            str(picture),
            "--size",
            SIZE,
            "--model",
            model,
            "--film",
            str(folder() / CHEST),
        ]
        try:
            done = subprocess.run(
                [name, *before, "demo", *options],
                env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONIOENCODING": "utf-8"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=LIMIT,
                check=False,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EngineUnavailable(messages.NO_WINDOW(reason=str(error))) from error
        lines = done.stderr.splitlines()
        marked = f"{connections.MARK}: "
        attempts += [line.removeprefix(marked) for line in lines if line.startswith(marked)]
        if done.returncode != 0:
            reason = lines[-1] if lines else f"code {done.returncode}"
            raise EngineUnavailable(messages.NO_WINDOW(reason=reason))
        with Image.open(picture) as image:
            width, height = image.size
    return f"opened and read the film ({width} × {height} pixels)"
