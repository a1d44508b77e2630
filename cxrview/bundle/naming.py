"""What a bundle may be called: the name of a folder that every system takes."""

import re

from cxrview.bundle import messages
from cxrview.errors import InvalidRequest

LONGEST = 60
LONGEST_OF_ALL = 120
SEPARATORS = frozenset("/\\:")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def plain(text: str) -> str:
    """Return `text` as a folder name that every system takes."""
    name = re.sub(r"[^\w.-]+", "-", text, flags=re.ASCII).strip("-. _")[:LONGEST].rstrip("-. _")
    return name if name and name.split(".")[0].lower() not in _RESERVED else f"model-{name}".rstrip("-")


def is_allowed(name: str) -> bool:
    """Return whether a model, or a file of one, may be called `name` in cards, archives and folders.

    It has no separators and no characters that cannot be seen, and neither leads elsewhere nor hides.

    >>> is_allowed("model-1.0"), is_allowed("a/b"), is_allowed(".a"), is_allowed("a..b")
    (True, False, False, False)
    """
    return (
        0 < len(name) <= LONGEST_OF_ALL
        and name.isprintable()
        and not SEPARATORS.intersection(name)
        and not name.startswith((".", " "))
        and not name.endswith((".", " "))
        and ".." not in name
    )


def check(name: str) -> None:
    """Raise InvalidRequest if a model cannot be called `name`."""
    if name != plain(name):
        problem = messages.NO_MODEL_NAME(name=name[:LONGEST])
        raise InvalidRequest(problem, messages.ALLOWED_NAME(name=plain(name)))
