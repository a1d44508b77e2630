"""Read the header of a DICOM file that is written plainly, several times as fast as by building a dataset.

Whatever is out of the ordinary (another byte order, an unknown VR, a rare character set, elements out of
order) raises NotPlain: then pydicom reads the file. So nothing here need be more than right.
"""

import functools
import struct
from collections.abc import Iterable

from pydicom.datadict import dictionary_VR
from pydicom.tag import Tag
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian

from cxrview.imaging.dicom.elements import MAX_TEXT, Elements

META_START = 132  # after the preamble and “DICM”
META_GROUP = b"\x02\x00"
DATASET_START = 0x00080000
PIXELS, PIXEL_DATA = 0x7FE00000, 0x7FE00010
CHARACTER_SET = 0x00080005
TRANSFER_SYNTAX = 0x00020010
STANDARD_SYNTAXES = b"1.2.840.10008.1.2"
IMPLICIT = STANDARD_SYNTAXES.decode()
OTHER_SYNTAXES = (ExplicitVRBigEndian.encode(), DeflatedExplicitVRLittleEndian.encode())
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
LONG_VRS = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
SHORT_VRS = frozenset(
    {b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH"}
    | {b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US"}
)
IN_CHARACTER_SET = frozenset({b"LO", b"PN", b"SH"})
TEXTS = frozenset({b"AS", b"CS", b"DA", b"IS", b"TM", b"UI"}) | IN_CHARACTER_SET
CODECS = {b"": "ascii", b"ISO_IR 6": "ascii", b"ISO_IR 100": "latin-1", b"ISO_IR 192": "utf-8"}
UNUSUAL = frozenset(b"=\x1b")  # several spellings of a name, a change of character set

_explicit = struct.Struct("<HH2sH").unpack_from
_implicit = struct.Struct("<HHI").unpack_from
_long = struct.Struct("<I").unpack_from


class NotPlain(Exception):
    """The header has to be read by pydicom."""


class PlainHeader:
    """Some elements of a plain header. Its methods answer as those of Elements do, or raise NotPlain.

    Attributes:
        syntax: the transfer syntax UID
        last: the last tag before the pixels
        pixels: where the bytes of the pixels are in the file, empty if they are compressed or absent
    """

    def __init__(self, beginning: bytes, whole: bool, keywords: Iterable[str]) -> None:
        """Read `keywords` from the `beginning` of a file, which may be the `whole` of it. Raises NotPlain."""
        wanted = frozenset(map(_tag, keywords)) | {CHARACTER_SET}
        self.syntax, start = _dataset(beginning)
        self._values, self.last, self.pixels = _scan(beginning, start, self.syntax == IMPLICIT, whole, wanted)
        _, charset = self._values.get(CHARACTER_SET, (b"CS", b""))
        self._codec = CODECS.get(charset.strip(b" \0"), "")
        if not self._codec:
            raise NotPlain

    def text(self, keyword: str) -> str:
        """Return the value as one line of text; several values are joined by a backslash."""
        tag = _tag(keyword)
        if tag not in self._values:
            return ""
        vr, value = self._values[tag]
        if vr != _vr(tag) or vr not in TEXTS or not UNUSUAL.isdisjoint(value):
            raise NotPlain
        if b"\\" in value and (vr != b"CS" or b"\\ " in value or b" \\" in value):
            raise NotPlain
        if vr == b"IS" and value.strip(b" \0") and not value.strip(b" \0").isdigit():
            raise NotPlain
        try:
            line = value.decode(self._codec if vr in IN_CHARACTER_SET else "ascii")
        except UnicodeDecodeError as error:
            raise NotPlain from error
        if not line.isprintable():
            line = "".join(character if character.isprintable() else " " for character in line)
        return line.strip()[:MAX_TEXT]

    def texts(self, keyword: str) -> tuple[str, ...]:
        """Return the values as text, in their order."""
        line = self.text(keyword)
        return tuple(part.strip() for part in line.split("\\")) if line else ()

    def whole(self, keyword: str) -> int | None:
        """Return the value as a whole number, or None if there is none."""
        tag = _tag(keyword)
        if _vr(tag) != b"US":
            line = self.text(keyword)
            return int(line) if line else None
        vr, value = self._values.get(tag, (b"US", b""))
        if vr != b"US" or len(value) not in (0, 2):
            raise NotPlain
        return int.from_bytes(value, "little") if value else None

    def item(self, keyword: str) -> Elements | None:
        """Return None: there is no such sequence. Raises NotPlain if there is one."""
        if _tag(keyword) in self._values:
            raise NotPlain
        return None


def _scan(
    data: bytes, position: int, implicit: bool, whole: bool, wanted: frozenset[int]
) -> tuple[dict[int, tuple[bytes, bytes]], int, range]:
    """Return the VR and the bytes of the elements `wanted` that stand before the pixels, the last tag there,
    and where the pixels are.
    """
    found: dict[int, tuple[bytes, bytes]] = {}
    last = 0
    while position + 8 <= len(data):
        tag, vr, length, value = _element(data, position, implicit)
        if tag >= PIXELS:
            plain = tag == PIXEL_DATA and length != UNDEFINED
            return found, last, range(value, value + length) if plain else range(0)
        if tag <= max(last, DATASET_START):
            raise NotPlain
        last = tag
        if length == UNDEFINED:
            if vr == b"UN":
                raise NotPlain
            if tag in wanted:
                found[tag] = (b"SQ", b"")
            position = _after_items(data, value, implicit)
            continue
        position = value + length
        if tag in wanted:
            found[tag] = (vr or _vr(tag), data[value:position])
    if whole and position == len(data):
        return found, last, range(0)
    raise NotPlain


def _dataset(data: bytes) -> tuple[str, int]:
    """Return the transfer syntax of the dataset, and where it begins."""
    position, syntax = META_START, b""
    while data[position : position + 2] == META_GROUP and position + 8 <= len(data):
        tag, _, length, value = _element(data, position, implicit=False)
        position = value + length
        if tag == TRANSFER_SYNTAX:
            syntax = data[value:position].rstrip(b" \0")
    if not syntax.startswith(STANDARD_SYNTAXES) or syntax in OTHER_SYNTAXES:
        raise NotPlain
    return syntax.decode("ascii", "replace"), position


def _element(data: bytes, position: int, implicit: bool) -> tuple[int, bytes, int, int]:
    """Return tag, VR (empty if implicit), length and place of the value of the element at `position`."""
    if implicit:
        group, element, length = _implicit(data, position)
        return group << 16 | element, b"", length, position + 8
    group, element, vr, length = _explicit(data, position)
    if vr in SHORT_VRS:
        return group << 16 | element, vr, length, position + 8
    if vr not in LONG_VRS or position + 12 > len(data):
        raise NotPlain
    return group << 16 | element, vr, _long(data, position + 8)[0], position + 12


def _after_items(data: bytes, position: int, implicit: bool) -> int:
    """Return the place after the end of the sequence of undefined length whose items begin at `position`."""
    depth = 1  # of sequences and items of undefined length
    while position + 8 <= len(data):
        group, element, length = _implicit(data, position)  # delimiters have no VR
        tag = group << 16 | element
        if tag in (ITEM_END, SEQUENCE_END):
            depth -= 1
            position += 8
            if depth == 0:
                return position
            continue
        if tag == ITEM:
            value = position + 8
        else:
            tag, vr, length, value = _element(data, position, implicit)
            if length == UNDEFINED and vr not in (b"", b"SQ"):
                raise NotPlain
        if length == UNDEFINED:
            depth += 1
            position = value
        else:
            position = value + length
    raise NotPlain


@functools.cache
def _tag(keyword: str) -> int:
    return int(Tag(keyword))


@functools.cache
def _vr(tag: int) -> bytes:
    return str(dictionary_VR(tag)).encode()
