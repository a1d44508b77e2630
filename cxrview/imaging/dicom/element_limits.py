"""How much a DICOM file may hold besides its pixels, found out before pydicom builds a dataset of it.

pydicom inflates without a bound and makes an object of each item of a sequence: a hundred kilobytes may stand
for gigabytes and minutes.
"""

import io
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages
from cxrview.imaging.dicom.bounded_file import BoundedFile

MAX_INFLATED_BYTES = 320 * 2**20  # of a file in the deflated syntax; pydicom has them twice
MAX_ITEMS = 50_000  # of all sequences, and fragments of pixels; a frame may bring ten
ITEM_TAGS = (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00")  # little and big endian
ITEM_BYTES = 8  # that an item takes at least
PIECE = 2**20


def check_elements(path: Path) -> None:
    """Raise UnreadableImage if a file grows beyond the limit when it is inflated, or has too many items.

    Raises what pydicom and zlib raise on damaged data; OSError.
    """
    with BoundedFile(path) as file:
        if inflated_from(file):
            pieces, limit = _inflated(file), MAX_INFLATED_BYTES
        elif path.stat().st_size > MAX_ITEMS * ITEM_BYTES:
            file.seek(0)
            pieces, limit = iter(lambda: file.read(PIECE), b""), path.stat().st_size
        else:
            return
        total, items, end = 0, 0, b""
        for piece in pieces:
            total += len(piece)
            if total > limit:
                raise UnreadableImage(messages.INFLATES_TOO_FAR, messages.EXPORT_FROM_ARCHIVE, path)
            items += sum(piece.count(tag) + (end + piece[:3]).count(tag) for tag in ITEM_TAGS)
            if items > MAX_ITEMS:
                raise UnreadableImage(
                    messages.TOO_MANY_ITEMS(limit=MAX_ITEMS), messages.PROBABLY_DAMAGED, path
                )
            end = piece[-3:]


def inflated_from(file: BinaryIO) -> bool:
    """Return whether the dataset in `file` is deflated; then it is left where that begins."""
    if file.read(132)[128:] != b"DICM":
        return False
    meta = _meta_information(file)
    if meta.get("TransferSyntaxUID") != DeflatedExplicitVRLittleEndian:
        return False
    file.seek(144 + int(meta.FileMetaInformationGroupLength))
    return True


def _meta_information(file: BinaryIO) -> Dataset:
    """Return the elements of group 0002, which begin where `file` is."""
    begin, meta = file.tell(), Dataset()
    for implicit in (False, True):  # which the standard forbids
        file.seek(begin)
        meta = read_dataset(file, implicit, True, stop_when=lambda tag, *_: tag >> 16 != 2)
        with suppress(NotImplementedError):  # not understood so
            _ = [meta[tag] for tag in list(meta.keys())[:1]]
            break
    return meta


def first_inflated(file: BinaryIO, count: int) -> bytes:
    """Return the first `count` bytes of what is deflated in `file`, or all where it is less."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    found = io.BytesIO()
    while (
        found.tell() < count and not inflater.eof and (rest := inflater.unconsumed_tail or file.read(PIECE))
    ):
        found.write(inflater.decompress(rest, count - found.tell()))
    return found.getvalue()


def _inflated(file: BinaryIO) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    while not inflater.eof and (rest := inflater.unconsumed_tail or file.read(PIECE)):
        yield inflater.decompress(rest, PIECE)
