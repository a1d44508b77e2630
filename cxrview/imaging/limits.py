"""How large an image may be, checked from its header before a pixel is decoded.

A chest radiograph has 2 to 20 million pixels. The limits leave room for long-leg films and breast
tomosynthesis, and stop a forged header or a decompression bomb from filling the memory.
"""

import signal
from collections.abc import Callable
from pathlib import Path

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages

MAX_FILE_BYTES = 2**30
MAX_PIXELS = 80_000_000  # of one frame; below Pillow's own limit of 89 million
MAX_SIDE = 65_535  # rows and columns are 16-bit numbers in DICOM
MAX_FRAMES = 2_000
MAX_DECODED_BYTES = 640 * 2**20  # of all frames together
MAX_SCANNED_PIXELS = 10**9  # of a JPEG, over all passes

WORKING_MEMORY = 1_800_000_000  # bytes that decoding a file may take, with all that is made of it
MOST_MEMORY = 2_000_000_000  # bytes, with what is handed over
FEW_SECONDS, MOST_SECONDS = 3.5, 18.0  # of work on a file that holds little, and on any file
PIXELS_A_SECOND = 2.5e6  # that the slowest decoder makes on a slow machine
PATIENCE = 45.0 if hasattr(signal, "setitimer") else 19.5  # until a file is given up: the machine is busy
BYTES_A_SECOND = 2e6  # that a slow network drive gives

_listeners: list[Callable[[int], None]] = []


def tell_work_to(listener: Callable[[int], None]) -> None:
    """Let `listener` know how many pixels a file has, as soon as its header is read."""
    _listeners[:] = [listener]


def seconds_for(pixels: int) -> float:
    """Return how many seconds of work a file of so many pixels may cost."""
    return min(FEW_SECONDS + pixels / PIXELS_A_SECOND, MOST_SECONDS)


def check_file_size(path: Path) -> int:
    """Return the size of the file in bytes. Raises UnreadableImage if it is empty or too large; OSError."""
    size = path.stat().st_size
    if size == 0:
        raise UnreadableImage(messages.IS_EMPTY, messages.COPY_OR_EXPORT_AGAIN, path)
    if size > MAX_FILE_BYTES:
        problem = messages.FILE_TOO_LARGE(size=size / 2**30, limit=MAX_FILE_BYTES // 2**30)
        raise UnreadableImage(problem, messages.EXPORT_SMALLER, path)
    return size


def check_dimensions(path: Path, rows: int, columns: int, frames: int = 1, bytes_per_pixel: int = 2) -> None:
    """Raise UnreadableImage if an image of these dimensions is empty or larger than the limits."""
    if min(rows, columns, frames) < 1:
        problem = messages.IMPOSSIBLE_SIZE(columns=columns, rows=rows, frames=frames)
        raise UnreadableImage(problem, messages.PROBABLY_DAMAGED, path)
    if max(rows, columns) > MAX_SIDE or rows * columns > MAX_PIXELS:
        problem = messages.IMAGE_TOO_LARGE(columns=columns, rows=rows, limit=MAX_PIXELS // 10**6)
        raise UnreadableImage(problem, messages.EXPORT_SMALLER, path)
    if frames > MAX_FRAMES or rows * columns * frames * bytes_per_pixel > MAX_DECODED_BYTES:
        total = rows * columns * frames * bytes_per_pixel / 2**30
        problem = messages.TOO_MANY_FRAMES(frames=frames, columns=columns, rows=rows, size=total)
        raise UnreadableImage(problem, messages.EXPORT_FRAMES, path)
    grant(rows * columns * frames)


def check_together(path: Path, pages: int, decoded_bytes: int) -> None:
    """Raise UnreadableImage if pages of several sizes are larger together than the limit."""
    if decoded_bytes > MAX_DECODED_BYTES:
        problem = messages.TOO_MANY_PAGES(pages=pages, size=decoded_bytes / 2**30)
        raise UnreadableImage(problem, messages.EXPORT_PAGES, path)
    grant(decoded_bytes)


def grant(pixels: int) -> None:
    """Let the work on the file cost what so many pixels may cost."""
    for listener in _listeners:
        listener(pixels)
