"""What a new model is called."""

import re
from pathlib import Path

from cxrview.bundle import store
from cxrview.errors import BadRequest
from cxrview.training.config import TrainingConfig

_LONGEST = 60
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def model_name(config: TrainingConfig, must_be_free: bool) -> str:
    """Return the name asked for, or one made from data and architecture.

    With `must_be_free` no installed model may have it. Raises BadRequest.
    """
    wanted = config.model.name
    taken = {name.lower() for name in store.folders()} if must_be_free else set()
    if not wanted:
        return _free(_plain(f"{Path(config.data.path).stem}-{config.model.architecture}"), taken)
    if wanted != _plain(wanted):
        advice = f"Use letters, digits, dots, hyphens and underscores, as in “{_plain(wanted)}”."
        raise BadRequest(f"“{wanted[:_LONGEST]}” is no name for a model.", advice)
    if wanted.lower() in taken:
        problem = f"There is a model called “{wanted}” already."
        raise BadRequest(problem, "Choose another --name, or --no-register to keep this one apart.")
    return wanted


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free.lower() in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def _plain(text: str) -> str:
    """Return `text` as a folder name that every system takes."""
    plain = re.sub(r"[^\w.-]+", "-", text, flags=re.ASCII).strip("-. _")[:_LONGEST].rstrip("-. _")
    return plain if plain and plain.split(".")[0].lower() not in _RESERVED else f"model-{plain}".rstrip("-")
