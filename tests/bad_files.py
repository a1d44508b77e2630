"""Files that no one can open: one of each kind that the issue of a newcomer's day names."""

import io
import zipfile
from pathlib import Path

from cxrview.imaging import limits


def write_bad_files(folder: Path, whole: bytes) -> dict[Path, str]:
    """Write a bad file of each kind into `folder`; return what its sentence must contain.

    `whole` is a good PNG file.
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("image.dcm", b"DICM" * 50)
    locked = bytearray(archive.getvalue())
    locked[6] |= 1  # the flag of an encrypted entry
    contents = {
        "empty.dcm": (b"", "is empty"),
        "cut.png": (whole[: len(whole) // 2], "cut short"),
        "letter.dcm": (b"Dear colleague, here is the image.", "is not an image"),
        "locked.zip": (bytes(locked), "protected by a password"),
        "noise.dcm": (bytes(range(256)) * 40, "is not an image"),
    }
    expected = {}
    for name, (content, words) in contents.items():
        (folder / name).write_bytes(content)
        expected[folder / name] = words
    with (folder / "enormous.dcm").open("wb") as file:
        file.truncate(limits.MAX_FILE_BYTES + 1)  # takes no room on the disk
    return expected | {folder / "enormous.dcm": "files up to 1 GiB are read"}
