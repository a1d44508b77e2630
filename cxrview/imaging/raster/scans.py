"""How many scans a JPEG file has: a few bytes each, and each goes over the whole picture."""

from pathlib import Path

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages

START_OF_SCAN = b"\xff\xda"  # never within a scan, where FF is followed by 0
MAX_SCANS = 100  # a progressive picture has about ten
JPEG = b"\xff\xd8\xff"


def check_scans(path: Path) -> None:
    """Raise UnreadableImage if the file at `path` is a JPEG of too many scans; OSError."""
    with path.open("rb") as file:
        if file.read(len(JPEG)) != JPEG:
            return
        scans = file.read().count(START_OF_SCAN)
    if scans > MAX_SCANS:
        problem = messages.TOO_MANY_SCANS(scans=scans, limit=MAX_SCANS)
        raise UnreadableImage(problem, messages.PROBABLY_DAMAGED, path)
