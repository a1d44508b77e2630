"""What may be shown while who the patients are is hidden: what is on this list, and nothing else.

Allowed are sex and age, modality, body part, view and side; how many frames and pixels there are; what the
model and the reader say; and the number that an image has in the list. Names of files and folders, days,
numbers and free text of files are not.
"""

from pathlib import Path

from cxrview.i18n import tr

_hidden = False


def hide(on: bool) -> None:
    """Hide who the patients are from now on, or show it; what is on the screen must be drawn again."""
    global _hidden
    _hidden = on


def hidden() -> bool:
    """Return whether who the patients are is hidden."""
    return _hidden


def file_name(path: Path, number: int = 0) -> str:
    """Return what the file at `path` may be called; `number` is that of its entry in the list, 0 for none."""
    if not _hidden:
        return path.name
    return tr("Image {number}").format(number=number) if number else tr("an image")


def place(path: Path) -> str:
    """Return the path of a file as it may be shown, "" for one that may not."""
    return "" if _hidden else str(path)
