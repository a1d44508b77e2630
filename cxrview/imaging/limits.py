"""How large an image may be, checked from its header before a pixel is decoded.

A chest radiograph has 2 to 20 million pixels. The limits leave room for long-leg films and breast
tomosynthesis, and stop a forged header or a decompression bomb from filling the memory.
"""

from pathlib import Path

from cxrview.errors import UnreadableImage
from cxrview.words import mark, tr

MAX_FILE_BYTES = 2**30
MAX_PIXELS = 80_000_000  # of one frame; below Pillow's own limit of 89 million
MAX_SIDE = 65_535  # rows and columns are 16-bit numbers in DICOM
MAX_FRAMES = 2_000
MAX_DECODED_BYTES = 2**30  # of all frames together

ADVICE_SMALLER = mark("Export a smaller version of the image.")


def check_file_size(path: Path) -> int:
    """Return the size of the file in bytes. Raises UnreadableImage if it is empty or too large; OSError."""
    size = path.stat().st_size
    if size == 0:
        raise UnreadableImage(tr("is empty."), tr("Copy or export it again."), path)
    if size > MAX_FILE_BYTES:
        problem = tr("has {value:.1f} GiB; files up to {value2} GiB are read.").format(
            value=size / 2**30, value2=MAX_FILE_BYTES // 2**30
        )
        raise UnreadableImage(problem, tr(ADVICE_SMALLER), path)
    return size


def check_dimensions(path: Path, rows: int, columns: int, frames: int = 1, bytes_per_pixel: int = 2) -> None:
    """Raise UnreadableImage if an image of these dimensions is empty or larger than the limits."""
    if min(rows, columns, frames) < 1:
        problem = tr("has an impossible size: {columns} × {rows} pixels, {frames} frames.").format(
            columns=columns, rows=rows, frames=frames
        )
        raise UnreadableImage(problem, tr("The file is probably damaged; export it again."), path)
    if max(rows, columns) > MAX_SIDE or rows * columns > MAX_PIXELS:
        problem = tr("has {columns} × {rows} pixels; up to {value} million are read.").format(
            columns=columns, rows=rows, value=MAX_PIXELS // 10**6
        )
        raise UnreadableImage(problem, tr(ADVICE_SMALLER), path)
    if frames > MAX_FRAMES or rows * columns * frames * bytes_per_pixel > MAX_DECODED_BYTES:
        total = rows * columns * frames * bytes_per_pixel / 2**30
        problem = tr(
            "has {frames} frames of {columns} × {rows} pixels ({total:.1f} GiB), which is too many."
        ).format(frames=frames, columns=columns, rows=rows, total=total)
        raise UnreadableImage(problem, tr("Export single frames instead."), path)


def check_together(path: Path, pages: int, decoded_bytes: int) -> None:
    """Raise UnreadableImage if pages of several sizes are larger together than the limit."""
    if decoded_bytes > MAX_DECODED_BYTES:
        problem = tr("has {pages} pages of {value:.1f} GiB together, which is too many.").format(
            pages=pages, value=decoded_bytes / 2**30
        )
        raise UnreadableImage(problem, tr("Export single pages instead."), path)
