"""How large an image may be, checked from its header before a pixel is decoded.

A chest radiograph has 2 to 20 million pixels. The limits leave room for long-leg films and breast
tomosynthesis, and stop a forged header or a decompression bomb from filling the memory.
"""

from pathlib import Path

from cxrview.errors import UnreadableImage

MAX_FILE_BYTES = 2**30
MAX_PIXELS = 80_000_000  # of one frame; below Pillow's own limit of 89 million
MAX_SIDE = 65_535  # rows and columns are 16-bit numbers in DICOM
MAX_FRAMES = 2_000
MAX_DECODED_BYTES = 2**30  # of all frames together

ADVICE_SMALLER = "Export a smaller version of the image."


def check_file_size(path: Path) -> int:
    """Return the size of the file in bytes. Raises UnreadableImage if it is empty or too large; OSError."""
    size = path.stat().st_size
    if size == 0:
        raise UnreadableImage("is empty.", "Copy or export it again.", path)
    if size > MAX_FILE_BYTES:
        problem = f"has {size / 2**30:.1f} GiB; files up to {MAX_FILE_BYTES // 2**30} GiB are read."
        raise UnreadableImage(problem, ADVICE_SMALLER, path)
    return size


def check_dimensions(path: Path, rows: int, columns: int, frames: int = 1, bytes_per_pixel: int = 2) -> None:
    """Raise UnreadableImage if an image of these dimensions is empty or larger than the limits."""
    if min(rows, columns, frames) < 1:
        problem = f"has an impossible size: {columns} × {rows} pixels, {frames} frames."
        raise UnreadableImage(problem, "The file is probably damaged; export it again.", path)
    if max(rows, columns) > MAX_SIDE or rows * columns > MAX_PIXELS:
        problem = f"has {columns} × {rows} pixels; up to {MAX_PIXELS // 10**6} million are read."
        raise UnreadableImage(problem, ADVICE_SMALLER, path)
    if frames > MAX_FRAMES or rows * columns * frames * bytes_per_pixel > MAX_DECODED_BYTES:
        total = rows * columns * frames * bytes_per_pixel / 2**30
        problem = f"has {frames} frames of {columns} × {rows} pixels ({total:.1f} GiB), which is too many."
        raise UnreadableImage(problem, "Export single frames instead.", path)


def check_together(path: Path, pages: int, decoded_bytes: int) -> None:
    """Raise UnreadableImage if pages of several sizes are larger together than the limit."""
    if decoded_bytes > MAX_DECODED_BYTES:
        problem = f"has {pages} pages of {decoded_bytes / 2**30:.1f} GiB together, which is too many."
        raise UnreadableImage(problem, "Export single pages instead.", path)
