"""Small files that ask for much: work, memory or time. None of them holds a film.

Each is made for one place where a few bytes could stand for gigabytes or minutes, besides those that the
other tests of bounds make.
"""

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from tests.imaging.phantoms import RAMP, lut, phantom

ITEM, SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0\0\0\0\0"
DEFLATED = "1.2.840.10008.1.2.1.99"
SIDE = 8_900  # pixels: close to the largest frame


def _file(dataset: Dataset) -> bytes:
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def _with(piece: bytes, before: bytes = b"\x10\x00\x10\x00PN") -> bytes:
    """Return a phantom with the bytes `piece` among its elements."""
    whole = _file(phantom(RAMP, PatientName="Doe^Jane"))
    place = whole.index(before)
    return whole[:place] + piece + whole[place:]


def _deflated(pieces: list[bytes]) -> bytes:
    """Return a phantom in the deflated syntax with `pieces` among its elements."""
    dataset = phantom(RAMP)
    dataset.file_meta.TransferSyntaxUID = DEFLATED
    whole = _file(dataset)
    start = 144 + int.from_bytes(whole[140:144], "little")
    elements = zlib.decompress(whole[start:], -zlib.MAX_WBITS)
    place = elements.index(b"\x28\x00\x02\x00US")
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = [packer.compress(piece) for piece in (elements[:place], *pieces, elements[place:])]
    return whole[:start] + b"".join(packed) + packer.flush()


def _compressed(streams: list[bytes], syntax: str, rows: int, columns: int, **more: object) -> bytes:
    """Return a file of 8-bit frames whose streams are given."""
    dataset = phantom(np.zeros((1, 1), np.uint8), Rows=rows, Columns=columns, **more)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate(streams)
    dataset["PixelData"].is_undefined_length = True
    return _file(dataset)


def many_elements() -> bytes:
    """Return a deflated file with 40 million elements, all of them empty."""
    return _deflated([b"\x27\x00\x01\x00CS\0\0" * 2**17] * 310)


def numbers_without_end() -> bytes:
    """Return a deflated file with a window of 100 million numbers."""
    values = 2**18 * 400
    return _deflated(
        [b"\x28\x00\x50\x10UN\0\0" + (2 * values).to_bytes(4, "little"), *[b"1\\" * 2**18] * 400]
    )


def nested_sequences() -> bytes:
    """Return a file with 15,000 sequences in one another."""
    head = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" + ITEM + b"\xff\xff\xff\xff"
    return _with(head * 15_000)


def overlays_of_all_groups() -> bytes:
    """Return a deflated file with sixteen overlays of 80 million pixels."""
    pieces = []
    for group in range(0x6000, 0x6020, 2):
        start = group.to_bytes(2, "little")
        for element, vr, value in (
            (0x0010, b"US", struct.pack("<H", SIDE)),
            (0x0011, b"US", struct.pack("<H", SIDE)),
            (0x0040, b"CS", b"G "),
            (0x0050, b"SS", struct.pack("<2h", 1, 1)),
            (0x0100, b"US", struct.pack("<H", 1)),
            (0x0102, b"US", struct.pack("<H", 0)),
        ):
            pieces.append(start + element.to_bytes(2, "little") + vr + struct.pack("<H", len(value)) + value)
        size = SIDE * SIDE // 8 + 2
        pieces.append(start + b"\x00\x30OW\0\0" + struct.pack("<I", size) + bytes(size))
    dataset = phantom(RAMP)
    dataset.file_meta.TransferSyntaxUID = DEFLATED
    whole = _file(dataset)
    start = 144 + int.from_bytes(whole[140:144], "little")
    elements = zlib.decompress(whole[start:], -zlib.MAX_WBITS)
    place = elements.index(b"\xe0\x7f\x10\x00")
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = [packer.compress(piece) for piece in (elements[:place], *pieces, elements[place:])]
    return whole[:start] + b"".join(packed) + packer.flush()


def tables_for_every_frame() -> bytes:
    """Return a deflated cine of 2,000 frames, with fifty tables that show none of them."""
    dataset = phantom(np.zeros((2000, 256, 256), np.uint16), NumberOfFrames=2000)
    dataset.VOILUTSequence = Sequence([lut([0] * 65_535, 60_000, 16) for _ in range(50)])
    dataset.file_meta.TransferSyntaxUID = DEFLATED
    return _file(dataset)


def palette_that_unfolds() -> bytes:
    """Return a file whose segmented palette doubles with every segment: sixty times."""
    words = [0, 2, 0, 255]  # two colours
    place = 0
    for _ in range(60):
        words += [2, 2, place * 2 & 0xFFFF, 0]  # an indirect segment of two, from the last two on
        place = len(words) - 8 if len(words) > 8 else 0
    data = np.array(words, "<u2").tobytes()
    dataset = phantom(RAMP.astype(np.uint16) & 1, PhotometricInterpretation="PALETTE COLOR")
    for name in ("Red", "Green", "Blue"):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [0, 0, 16])
        setattr(dataset, f"Segmented{name}PaletteColorLookupTableData", data)
    return _file(dataset)


def _codestream(columns: int, rows: int, tile: int, layers: int) -> bytes:
    """Return the head of a JPEG 2000 stream of tiles `tile` pixels wide, all of them without data."""
    size = struct.pack(">HHIIIIIIIIHBBB", 41, 0, columns, rows, 0, 0, tile, tile, 0, 0, 1, 7, 1, 1)
    coding = struct.pack(">HBBHBBBBBB", 12, 0, 0, layers, 0, 5, 4, 4, 0, 1)
    steps = struct.pack(">HB", 19, 0x20) + bytes([72] * 16)
    head = b"\xff\x4f\xff\x51" + size + b"\xff\x52" + coding + b"\xff\x5c" + steps
    parts = [
        b"\xff\x90" + struct.pack(">HHIBB", 10, number, 14, 0, 1) + b"\xff\x93"
        for number in range((columns // tile) * (rows // tile))
    ]
    return head + b"".join(parts) + b"\xff\xd9"


def many_tiles() -> bytes:
    """Return a JPEG 2000 film of 62,500 tiles."""
    return _compressed([_codestream(8000, 8000, 32, 1)], JPEG2000Lossless, 8000, 8000)


def many_layers() -> bytes:
    """Return a JPEG 2000 film of 65,535 layers in each of its 64 tiles."""
    return _compressed([_codestream(8000, 8000, 1000, 65_535)], JPEG2000Lossless, 8000, 8000)


def runs_of_nothing() -> bytes:
    """Return an RLE cine whose frames are runs that stand for nothing."""
    stream = struct.pack("<16I", 1, 64, *[0] * 14) + b"\x80" * 20_000
    return _compressed([stream] * 400, RLELossless, 256, 256, NumberOfFrames=400)


def empty_fragments() -> bytes:
    """Return one picture in 49,000 fragments of nothing."""
    dataset = dcmread(io.BytesIO(_compressed([b"\xff\xd8\xff\xd9"], JPEGBaseline8Bit, 64, 64)))
    dataset.PixelData = ITEM + bytes(4) + (ITEM + bytes(4)) * 49_000 + SEQUENCE_END
    return _file(dataset)


def one_frame_for_all() -> bytes:
    """Return a JPEG-LS cine of 2,000 frames, all of which the table of offsets finds in one place."""
    from pydicom.pixels.encoders import JPEGLSLosslessEncoder

    dataset = phantom(np.zeros((512, 512), np.uint8))
    stream = JPEGLSLosslessEncoder.encode(dataset, encoding_plugin="pyjpegls")
    content = dcmread(io.BytesIO(_compressed([stream], JPEGLSLossless, 512, 512, NumberOfFrames=2000)))
    content.ExtendedOffsetTable = bytes(8 * 2000)
    content.ExtendedOffsetTableLengths = np.full(2000, len(stream), "<u8").tobytes()
    return _file(content)


def grey_of_many_scans() -> bytes:
    """Return a large progressive JPEG, in DICOM, whose last pass is there eleven times."""
    file = io.BytesIO()
    Image.new("L", (8000, 8000), 99).save(file, "JPEG", progressive=True)
    stream = file.getvalue()
    last = stream.rindex(b"\xff\xda")
    scan = stream[last:-2]
    return _compressed([stream[:last] + scan * 6 + b"\xff\xd9"], JPEGBaseline8Bit, 8000, 8000)


def _tiff_page(tags: list[tuple[int, int, int, int]], following: int) -> bytes:
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    return struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)


def pages_of_the_same_strips() -> bytes:
    """Return a TIFF of 2,000 pages, each of 65,000 strips, all of which are the same."""
    rows, length = 65_000, 2 + 8 * 12 + 4
    places = 8 + 2000 * length
    content = b"II*\0" + struct.pack("<I", 8)
    for page in range(2000):
        tags = [(256, 3, 1, 1), (257, 4, 1, rows), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
        tags += [(273, 4, rows, places), (278, 3, 1, 1), (279, 4, rows, places + 4 * rows)]
        content += _tiff_page(tags, 8 + (page + 1) * length if page < 1999 else 0)
    return content + struct.pack("<I", 8) * rows + struct.pack("<I", 1) * rows


def strips_on_one_another() -> bytes:
    """Return a TIFF whose 65,000 strips are one megabyte each, and all of them the same one."""
    rows, size = 65_000, 2**20
    tags = [(256, 3, 1, 1), (257, 4, 1, rows), (258, 3, 1, 8), (259, 3, 1, 32773), (262, 3, 1, 1)]
    places = 8 + 2 + 8 * 12 + 4
    data = places + 8 * rows
    tags += [(273, 4, rows, places), (278, 3, 1, 1), (279, 4, rows, places + 4 * rows)]
    head = b"II*\0" + struct.pack("<I", 8) + _tiff_page(tags, 0)
    counts = struct.pack("<I", size // 64) * rows
    return head + struct.pack("<I", data) * rows + counts + bytes(size)


def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(content, zlib.crc32(name)))
    )


def remarks_that_inflate() -> bytes:
    """Return a PNG with thirty texts and a colour profile of 100 MB each."""
    packer = zlib.compressobj()
    inflating = b"".join(packer.compress(bytes(2**20)) for _ in range(100)) + packer.flush()
    file = io.BytesIO()
    Image.fromarray(RAMP.astype(np.uint8)).save(file, "PNG")
    whole = file.getvalue()
    chunks = _chunk(b"iCCP", b"profile\0\0" + inflating) + _chunk(b"zTXt", b"Comment\0\0" + inflating) * 30
    return whole[:33] + chunks + whole[33:]


def remarks_on_one_another() -> bytes:
    """Return a PNG with EXIF of 65,000 values, which are a megabyte each and all of them the same one."""
    number, size = 65_000, 2**20
    entries = b"".join(struct.pack("<HHII", 0x9000 + tag % 4096, 7, size, 8) for tag in range(number))
    exif = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", number) + entries + bytes(4)
    file = io.BytesIO()
    Image.fromarray(RAMP.astype(np.uint8)).save(file, "PNG")
    whole = file.getvalue()
    return whole[:33] + _chunk(b"eXIf", exif + bytes(size)) + whole[33:]


def large_interlaced_picture() -> bytes:
    """Return an interlaced PNG of 79 million pixels of one colour."""
    size, inflated = SIDE, 0
    for left, top, across, down in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4)):
        inflated += -(-(size - top) // down) * (1 + -(-(size - left) // across))
    inflated += -(-size // 2) * (1 + size // 2) + size // 2 * (1 + size)
    packer = zlib.compressobj()
    rows = b"".join(packer.compress(bytes(min(2**20, inflated - at))) for at in range(0, inflated, 2**20))
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 1))
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", rows + packer.flush()) + _chunk(b"IEND", b"")


def moving_pictures() -> bytes:
    """Return a WebP of 300 large pictures that are all but the same."""
    file = io.BytesIO()
    whole = Image.new("RGB", (4000, 4000))
    dots = [Image.new("RGB", (4000, 4000)) for _ in range(3)]
    dots[0].putpixel((0, 0), (9, 9, 9))
    dots[1].putpixel((0, 0), (5, 5, 5))
    whole.save(file, "WEBP", save_all=True, append_images=dots, lossless=True, quality=0, method=0)
    return file.getvalue()


def runs_that_jump() -> bytes:
    """Return a BMP of run lengths that only jump on."""
    side = 6000
    runs = b"\0\2\0\1" * side + b"\0\1"
    head = struct.pack("<2sIHHI", b"BM", 0, 0, 0, 54 + 1024)
    info = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(runs), 0, 0, 256, 0)
    return head + info + bytes(range(256)) * 4 + runs


BOMBS: dict[str, Callable[[], bytes]] = {
    make.__name__: make
    for make in (
        many_elements,
        numbers_without_end,
        nested_sequences,
        overlays_of_all_groups,
        tables_for_every_frame,
        palette_that_unfolds,
        many_tiles,
        many_layers,
        runs_of_nothing,
        empty_fragments,
        one_frame_for_all,
        grey_of_many_scans,
        pages_of_the_same_strips,
        strips_on_one_another,
        remarks_that_inflate,
        remarks_on_one_another,
        large_interlaced_picture,
        moving_pictures,
        runs_that_jump,
    )
}


def names_twice(count: int) -> bytes:
    """Return a ZIP archive of `count` empty files of one name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings(action="ignore"):
        for _ in range(count):
            archive.writestr("a.png", b"")
    return file.getvalue()
