"""Read the values of a DICOM dataset that may be malformed: never raise, but take note."""

import math
import struct
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydicom import charset
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence

from cxrview.i18n import tr

# Of Chinese text (ISO 2022 IR 58) pydicom leaves the escape sequences to Python's codec, which keeps them.
charset.handled_encodings = tuple(name for name in charset.handled_encodings if name != "iso_ir_58")

MAX_TEXT = 1024  # no attribute shown to the user is longer
MAX_VALUE = 2**20  # bytes of a value that is converted piece by piece
UNCONVERTED = frozenset({"OB", "OW", "OD", "OF", "OL", "OV", "SQ"})  # by value representation
# What pydicom raises when it converts a malformed value, by version and VR.
CONVERSION_ERRORS = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    NotImplementedError,
    ArithmeticError,
    EOFError,
    struct.error,
    BytesLengthException,
)


class Readable(Protocol):
    """What texts and sequences are read from by keyword: Elements, or a quicker reader of plain headers."""

    def text(self, keyword: str) -> str: ...
    def texts(self, keyword: str) -> tuple[str, ...]: ...
    def whole(self, keyword: str) -> int | None: ...
    def item(self, keyword: str) -> "Elements | None": ...


class Elements:
    """The elements of one dataset. Malformed values count as absent; `notes` gets a sentence for each.

    Attributes:
        dataset: the dataset itself
        notes: the list that all the items of one file share
        little_endian: byte order of values that pydicom leaves as bytes
    """

    def __init__(self, dataset: Dataset, notes: list[str], little_endian: bool = True) -> None:
        self.dataset = dataset
        self.notes = notes
        self.little_endian = little_endian

    def note(self, sentence: str) -> None:
        """Keep `sentence` for the user, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def __contains__(self, keyword: str) -> bool:
        return keyword in self.dataset

    def value(self, keyword: str) -> object:
        """Return the value as pydicom converts it, or None if it is absent, empty or malformed."""
        try:
            if keyword not in self.dataset or self._is_endless(keyword):
                return None
            value: object = self.dataset[keyword].value
        except CONVERSION_ERRORS:
            self.note(tr("The value of {keyword} is malformed and was passed over.").format(keyword=keyword))
            return None
        return value

    def _is_endless(self, keyword: str) -> bool:
        """Return whether a text, or a list of numbers, is too long to be one; then with a note."""
        raw = self.dataset.get_item(keyword)
        if not isinstance(raw, RawDataElement) or len(raw.value or b"") <= MAX_VALUE:
            return False
        if not UNCONVERTED.isdisjoint((raw.VR, *dictionary_VR(keyword).split(" or "))):
            return False
        self.note(tr("The value of {keyword} is malformed and was passed over.").format(keyword=keyword))
        return True

    def text(self, keyword: str) -> str:
        """Return the value as one line of text; several values are joined by a backslash."""
        value = self.value(keyword)
        if value is None or isinstance(value, Sequence | bytes):
            return ""
        try:
            parts = [str(part) for part in value] if _is_list(value) else [str(value)]  # type: ignore[attr-defined]
        except CONVERSION_ERRORS:
            self.note(tr("The value of {keyword} is malformed and was passed over.").format(keyword=keyword))
            return ""
        line = "".join(c if c.isprintable() else " " for c in "\\".join(parts))
        return line.strip()[:MAX_TEXT]

    def code(self, keyword: str) -> str:
        """Return a defined term: upper case, the first value only."""
        return self.text(keyword).split("\\")[0].strip().upper()

    def texts(self, keyword: str) -> tuple[str, ...]:
        """Return the values as text, in their order."""
        line = self.text(keyword)
        return tuple(part.strip() for part in line.split("\\")) if line else ()

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """Return the values as finite numbers, or () if any of them is not one."""
        value = self.value(keyword)
        if value is None or (isinstance(value, str) and not value.strip()):
            return ()
        if isinstance(value, bytes):  # "US or SS" where pydicom could not tell
            return tuple(float(word) for word in self.words(value))
        try:
            parts = value if _is_list(value) else (value,)
            numbers = tuple(float(part) for part in parts if part is not None and part != "")  # type: ignore[attr-defined]
        except CONVERSION_ERRORS:
            numbers = (math.nan,)
        if not all(math.isfinite(number) for number in numbers):
            self.note(
                tr("The value of {keyword} is not a number and was passed over.").format(keyword=keyword)
            )
            return ()
        return numbers

    def number(self, keyword: str) -> float | None:
        """Return the first value as a finite number, or None."""
        numbers = self.numbers(keyword)
        return numbers[0] if numbers else None

    def whole(self, keyword: str) -> int | None:
        """Return the first value as a whole number, or None."""
        number = self.number(keyword)
        return None if number is None else round(number)

    def items(self, keyword: str) -> list["Elements"]:
        """Return the items of a sequence, or [] if there is none."""
        value = self.value(keyword)
        if not isinstance(value, Sequence):
            return []
        return [Elements(item, self.notes, self.little_endian) for item in value]

    def item(self, keyword: str) -> "Elements | None":
        """Return the first item of a sequence, or None."""
        items = self.items(keyword)
        return items[0] if items else None

    def words(self, value: bytes) -> NDArray[np.uint16]:
        """Return `value` as unsigned 16-bit words; an odd byte at the end is dropped."""
        order = "<u2" if self.little_endian else ">u2"
        return np.frombuffer(value, order, count=len(value) // 2).astype(np.uint16)


def _is_list(value: object) -> bool:
    return isinstance(value, MultiValue | list | tuple)
