"""A collection in a ZIP archive: unpacked once for this process, and removed at its end."""

import atexit
from functools import cache
from pathlib import Path

from cxrview.imaging.archive import unpack
from cxrview.imaging.unpacked import Unpacked, remove_leftovers
from cxrview.progress import silent


@cache
def _place() -> Unpacked:
    unpacked = Unpacked()
    remove_leftovers(silent)  # of runs that were killed
    atexit.register(unpacked.remove, (), silent)
    return unpacked


def place_for(path: Path) -> Path:
    """Return the folder for what is unpacked of `path`; it need not exist yet. Raises InvalidRequest."""
    return _place().folder(path)


def unpacked_folder(archive: Path) -> Path:
    """Return the folder with the images of the ZIP archive, the same one whenever it is asked for.

    A folder that holds all others alone is gone into. Raises UnreadableImage, InvalidRequest.
    """
    folder = _place().folder(archive)
    for _file in unpack(archive, folder, silent):
        pass
    folder.mkdir(parents=True, exist_ok=True)  # of an archive without images
    while (inside := _only_folder(folder)) is not None and any(path.is_dir() for path in inside.iterdir()):
        folder = inside
    return folder


def _only_folder(folder: Path) -> Path | None:
    entries = list(folder.iterdir())
    return entries[0] if len(entries) == 1 and entries[0].is_dir() else None
