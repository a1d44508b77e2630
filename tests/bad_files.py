"""Files that no one can open: one of each kind that the issue of a newcomer's day names."""

import io
import zipfile
from pathlib import Path

from cxrview.imaging import limits, messages
from cxrview.message import Message


def write_bad_files(folder: Path, whole: bytes) -> dict[Path, Message]:
    """Write a bad file of each kind into `folder`; return what is said about it.

    `whole` is a good PNG file.
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("image.dcm", b"DICM" * 50)
    locked = bytearray(archive.getvalue())
    locked[6] |= 1  # the flag of an encrypted entry
    contents = {
        "empty.dcm": (b"", messages.IS_EMPTY),
        "cut.png": (whole[: len(whole) // 2], messages.RASTER_DAMAGED),
        "letter.dcm": (b"Dear colleague, here is the image.", messages.NO_IMAGE),
        "locked.zip": (bytes(locked), messages.OTHER_KIND(kind=messages.LOCKED_ZIP)),
        "noise.dcm": (bytes(range(256)) * 40, messages.NO_IMAGE),
    }
    expected = {}
    for name, (content, message) in contents.items():
        (folder / name).write_bytes(content)
        expected[folder / name] = message
    with (folder / "enormous.dcm").open("wb") as file:
        file.truncate(limits.MAX_FILE_BYTES + 1)  # takes no room on the disk
    size = (limits.MAX_FILE_BYTES + 1) / 2**30
    return expected | {folder / "enormous.dcm": messages.FILE_TOO_LARGE(size=size, limit=1)}
