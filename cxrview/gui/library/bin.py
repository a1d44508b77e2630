"""The system's bin, as far as it is wanted: put a folder in, and know where it lies to get it back."""

from pathlib import Path

from PySide6.QtCore import QFile

INFO = ".trashinfo"


def put_into(folder: Path) -> Path | None:
    """Move `folder` to the system's bin and return where it lies there; None if that cannot be.

    Where the system does not tell, the folder's old path is returned, at which nothing is.
    """
    file = QFile(str(folder))
    if not file.moveToTrash():
        return None
    return Path(file.fileName()) if file.fileName() else folder


def forget(where: Path) -> None:
    """Remove what the bin has noted about `where`, which was taken out of it (freedesktop.org's bin)."""
    if where.parent.name == "files":
        (where.parent.parent / "info" / f"{where.name}{INFO}").unlink(missing_ok=True)
