"""What stands in the header of a file: a tree of its DICOM data elements, and two of them side by side."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from pydicom.datadict import dictionary_description, keyword_for_tag, private_dictionary_description
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import UID

from cxrview.i18n import fixed, tr, trn
from cxrview.imaging import decoder_warnings, messages
from cxrview.imaging.dicom.decoding import damage_reported, transfer_syntax
from cxrview.imaging.dicom.elements import CONVERSION_ERRORS
from cxrview.imaging.dicom.reader import read_dataset
from cxrview.imaging.dicom.tag_tree import Tag, TagListing
from cxrview.imaging.isolated import decoded
from cxrview.imaging.raster.facts import read_facts
from cxrview.imaging.read import FileKind, identify, trouble_reported
from cxrview.progress import Report, silent

MAX_SHOWN = 160  # characters of a value in the tree
MAX_COPIED = 65_536  # characters of a value on the clipboard
MAX_SEARCHED = 4096  # characters of a value
MAX_HEX = 16  # bytes of a binary value in the tree
FRAGMENTS_END = b"\xfe\xff\xdd\xe0"


class State(Enum):
    """How an element of one file relates to that of another."""

    SAME = "same"
    DIFFERENT = "different"
    LEFT = "only left"
    RIGHT = "only right"


@dataclass(frozen=True, slots=True)
class TagPair:
    """An element of two files; a side is None where the file has none."""

    left: Tag | None
    right: Tag | None
    state: State
    children: tuple["TagPair", ...] = ()

    @property
    def either(self) -> Tag:
        """The element of the file that has it; the left one's if both have."""
        tag = self.left or self.right
        assert tag is not None
        return tag


def read_header(path: Path, report: Report = silent) -> TagListing:
    """Return the header of the file at `path`: of DICOM every element, of another image what it says.

    An element that cannot be read becomes a row that says so. Another process does it, as `read` does, whose
    errors are raised here too: a small file may hold millions of values.
    """
    path = Path(path)
    with trouble_reported(path):
        identify(path)
        header: TagListing = decoded(path, "header", report)
        return header


def header_here(path: Path) -> TagListing:
    """Return what `read_header` returns, read in this process."""
    with trouble_reported(path), decoder_warnings.collected():
        kind = identify(path)
        if kind is FileKind.RASTER:
            name, facts = read_facts(path)
            rows = tuple(Tag("", title, value=value, copied=value, key=(title,)) for title, value in facts)
            digests = (replace(row, digest=row.value.encode()) for row in rows)
            return TagListing(path, name, False, tuple(digests))
        dataset = read_dataset(path, force=kind is FileKind.ELEMENTS)
        with damage_reported(path, messages.ELEMENTS_DAMAGED):
            meta = _tags(getattr(dataset, "file_meta", Dataset()))
            return TagListing(path, f"DICOM, {transfer_syntax(dataset).name}", True, (*meta, *_tags(dataset)))


def compare(left: TagListing, right: TagListing) -> tuple[TagPair, ...]:
    """Return the elements of both files side by side, in the order of their tags."""
    return _pairs(left.elements, right.elements)


def alone(header: TagListing) -> tuple[TagPair, ...]:
    """Return the elements of one file as pairs without a right side."""

    def pair(tag: Tag) -> TagPair:
        return TagPair(tag, None, State.SAME, tuple(pair(child) for child in tag.children))

    return tuple(pair(tag) for tag in header.elements)


def search(
    pairs: tuple[TagPair, ...], text: str = "", private: bool = True, differing: bool = False
) -> tuple[TagPair, ...]:
    """Return what is left of a tree: rows that hold every word of `text`, and the way to them.

    Looked at are tag ("0028,0010" or "00280010"), name, keyword, private creator and values. A sequence
    that matches keeps all its items. Without `private` no private elements, with `differing` no equal ones.
    """
    words = text.casefold().split()
    return tuple(_kept(pairs, words, private, differing))


def _kept(pairs: tuple[TagPair, ...], words: list[str], private: bool, differing: bool) -> Iterator[TagPair]:
    for pair in pairs:
        if (pair.either.private and not private) or (differing and pair.state is State.SAME):
            continue
        matches = not words or _holds(pair, words)
        children = tuple(_kept(pair.children, [] if matches else words, private, differing))
        if matches or children:
            yield pair if children == pair.children else replace(pair, children=children)


def _holds(pair: TagPair, words: list[str]) -> bool:
    tag = pair.either
    parts = [tag.tag, tag.tag.replace(",", ""), tag.name, tag.keyword, tag.creator]
    parts += [side.value + side.copied[:MAX_SEARCHED] for side in (pair.left, pair.right) if side is not None]
    text = "\n".join(parts).casefold()
    return all(word in text for word in words)


def _pairs(left: tuple[Tag, ...], right: tuple[Tag, ...]) -> tuple[TagPair, ...]:
    ours, theirs = {tag.key: tag for tag in left}, {tag.key: tag for tag in right}
    keys = list(ours) + [key for key in theirs if key not in ours]
    if any(tag.tag for tag in (*left, *right)):  # the facts about a raster image keep their order
        keys.sort(key=lambda key: (ours.get(key) or theirs[key]).tag)
    return tuple(_pair(ours.get(key), theirs.get(key)) for key in keys)


def _pair(left: Tag | None, right: Tag | None) -> TagPair:
    children = _pairs(left.children if left else (), right.children if right else ())
    if left is None or right is None:
        return TagPair(left, right, State.RIGHT if left is None else State.LEFT, children)
    same = (left.vr, left.digest) == (right.vr, right.digest)
    same = same and all(child.state is State.SAME for child in children)
    return TagPair(left, right, State.SAME if same else State.DIFFERENT, children)


def _tags(dataset: Dataset) -> tuple[Tag, ...]:
    return tuple(_tag(dataset, tag) for tag in sorted(dataset.keys()))


def _tag(dataset: Dataset, tag: BaseTag) -> Tag:
    raw = dataset.get_item(tag)
    creator = _creator(dataset, tag)
    row = Tag(
        tag=f"({tag.group:04X},{tag.element:04X})",
        name=_name(tag, creator),
        keyword=keyword_for_tag(tag),
        creator=creator,
        private=tag.is_private,
        key=(tag.group, creator, tag.element & 0xFF) if creator else (int(tag),),
    )
    try:
        element = dataset[tag]
        row = replace(row, vr=str(element.VR))
        if isinstance(element.value, Sequence):
            return _sequence(row, element.value)
        return _with_value(row, element, _shortage(raw))
    except CONVERSION_ERRORS:
        content = getattr(raw, "value", None) or b""
        held = content if isinstance(content, bytes) else str(content).encode()
        words = tr("malformed: {content}").format(content=_bytes_text(held) or tr("empty"))
        vr = row.vr or str(getattr(raw, "VR", None) or "")
        return replace(row, vr=vr, value=words, copied=words, damaged=True, digest=_digest(held))


def _sequence(row: Tag, items: Sequence) -> Tag:
    children = tuple(_item(number, item) for number, item in enumerate(items, start=1))
    count = len(items)
    words = trn("{count} item", "{count} items", count).format(count=count)
    return replace(row, vm=count, value=words, children=children)


def _item(number: int, item: Dataset) -> Tag:
    count = len(item)
    words = trn("{count} element", "{count} elements", count).format(count=count)
    name = tr("Item {number}").format(number=number)
    return Tag("", name, value=words, children=_tags(item), key=(number,))


def _with_value(row: Tag, element: DataElement, missing: int) -> Tag:
    value = element.value
    if isinstance(value, bytes):
        row = replace(row, digest=_digest(value), vm=1 if value else 0)
        text = _printable(value) if element.VR == "UN" else ""
        if element.tag == 0x7FE00010 and element.is_undefined_length:
            fragments = max(0, _fragments(value) - 1)  # the first is the table of offsets
            words = trn("{size}, {count} fragment", "{size}, {count} fragments", fragments)
            line = words.format(size=_size(len(value)), count=fragments)
            row = replace(row, value=line, copied=line)
        else:
            copied = text or (value.hex(" ") if len(value) * 3 <= MAX_COPIED else _bytes_text(value))
            row = replace(row, value=_line(text) or _bytes_text(value), copied=copied)
    else:
        whole = _text(value)
        shown = _line(whole + _uid_name(value))
        row = replace(
            row, vm=element.VM, value=shown, copied=whole[:MAX_COPIED], digest=_digest(whole.encode())
        )
    if missing:
        note = tr("cut short, {size} missing").format(size=_size(missing))
        return replace(row, value=f"{row.value} ({note})" if row.value else note, damaged=True)
    return row


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, MultiValue | list | tuple):
        return "\\".join(_text(part) for part in value)
    if isinstance(value, BaseTag):
        return f"({value.group:04X},{value.element:04X})"
    original = getattr(value, "original_string", None)  # a number or date as it is written in the file
    return str(original if isinstance(original, str) and original else value)


def _uid_name(value: object) -> str:
    """Return what a unique identifier of the standard stands for, in brackets."""
    if not isinstance(value, UID) or value.is_private or value.name == str(value):
        return ""
    return f" ({value.name})"


def _line(text: str) -> str:
    """Return `text` as one short line."""
    line = "".join(c if c.isprintable() else " " for c in text[: MAX_SHOWN + 1]).strip()
    return line if len(text) <= MAX_SHOWN else f"{line[: MAX_SHOWN - 1]}…"


def _bytes_text(value: bytes) -> str:
    if not value:
        return ""
    shown = value[:MAX_HEX].hex(" ") + (" …" if len(value) > MAX_HEX else "")
    return f"{_size(len(value))}: {shown}"


def _printable(value: bytes) -> str:
    """Return bytes of unknown kind as text if that is what they obviously are, else ""."""
    text = value.rstrip(b"\0 ")
    return text.decode("ascii") if text.isascii() and text.decode("ascii").isprintable() else ""


def _size(count: int) -> str:
    if count < 1024:
        return trn("{count} byte", "{count} bytes", count).format(count=count)
    return f"{fixed(count / 1024, 1)} KiB" if count < 1024**2 else f"{fixed(count / 1024**2, 1)} MiB"


def _digest(value: bytes) -> bytes:
    return value if len(value) <= MAX_HEX else hashlib.blake2b(value, digest_size=MAX_HEX + 1).digest()


def _fragments(value: bytes) -> int:
    """Return how many items encapsulated pixel data holds, the table of offsets included."""
    place = count = 0
    while place + 8 <= len(value) and value[place : place + 4] != FRAGMENTS_END:
        place += 8 + int.from_bytes(value[place + 4 : place + 8], "little")
        count += 1
    return count


def _shortage(raw: DataElement | RawDataElement | None) -> int:
    """Return how many bytes the file lacks of what the element announces."""
    if not isinstance(raw, RawDataElement) or raw.length in (0, 0xFFFFFFFF) or raw.value is None:
        return 0
    return max(0, int(raw.length) - len(raw.value))


def _creator(dataset: Dataset, tag: BaseTag) -> str:
    """Return the private creator that has reserved the block of `tag`, or ""."""
    if not tag.is_private or tag.element < 0x1000:
        return ""
    place = BaseTag((tag.group << 16) | (tag.element >> 8))
    try:
        return str(dataset[place].value).strip() if place in dataset else ""
    except CONVERSION_ERRORS:
        return ""


def _name(tag: BaseTag, creator: str) -> str:
    if tag.is_private_creator:
        return "Private Creator"
    try:
        if tag.is_private:
            return str(private_dictionary_description(tag, creator))
        return str(dictionary_description(tag))
    except (KeyError, ValueError):
        if tag.element == 0:
            return "Group Length"
        return "Private Element" if tag.is_private else "Unknown Element"
