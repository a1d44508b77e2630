"""Texts that others wrote, such as names of files, made fit for tables, terminals and sentences."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from typing import IO, Any

FORMULA = re.compile(r"'*[=+\-@\t\r]")  # what a spreadsheet takes for one, behind any marks that it is a text
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")
MARK = "'"
_TURNING = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029"
)  # of writing; lines
_CONTROL = ("Cc", "Cs")


def legible(text: str) -> str:
    r"""Return `text` as valid Unicode: bytes of a file name that are no UTF-8 become “\xff”.

    >>> legible("caf\udce9.png")
    'caf\\xe9.png'
    """
    return "".join(_escaped(letter) if "\ud800" <= letter <= "\udfff" else letter for letter in text)


def visible(text: str, keep: str = "") -> str:
    r"""Return `text` without anything that commands a terminal or turns the writing; `keep` stays as it is.

    >>> visible("\x1b[2Jfilm\r")
    '\\x1b[2Jfilm\\x0d'
    """
    if text.isprintable():
        return text
    return "".join(
        _escaped(letter) if letter not in keep and _commands(letter) else letter for letter in text
    )


def _commands(letter: str) -> bool:
    return letter in _TURNING or unicodedata.category(letter) in _CONTROL


def _escaped(letter: str) -> str:
    number = ord(letter)
    if 0xDC80 <= number <= 0xDCFF:  # how Python keeps a byte that is no UTF-8
        number -= 0xDC00
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def guarded(text: str) -> str:
    """Return `text` as a cell of CSV that no spreadsheet takes for a formula; a number stays one.

    >>> guarded("=1+1"), guarded("-0.5"), guarded("a.png")
    ("'=1+1", '-0.5', 'a.png')
    """
    return f"{MARK}{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def unguarded(cell: str) -> str:
    """Return the text of which `guarded` made `cell`."""
    return cell[1:] if cell.startswith(MARK) and FORMULA.match(cell) else cell


class CsvWriter:
    """Writes rows of CSV. Texts are guarded and valid Unicode, and one with any line end in it is quoted.

    Python before 3.13 quotes only those line ends that it writes itself, so it is asked for both.
    """

    def __init__(self, file: IO[str], end: str = "\n", *, seen: bool = False) -> None:
        """Write to `file`; to one that is `seen` on a terminal, nothing that commands it."""
        self._file, self._end, self._seen = file, end, seen

    def writerow(self, cells: Iterable[Any]) -> None:
        """Write a row in one piece; None is empty. Raises OSError."""
        line = io.StringIO(newline="")
        csv.writer(line, lineterminator="\r\n").writerow([self._cell(cell) for cell in cells])
        self._file.write(line.getvalue().removesuffix("\r\n") + self._end)

    def _cell(self, cell: Any) -> Any:
        if not isinstance(cell, str):
            return cell
        text = guarded(legible(cell))
        return visible(text) if self._seen else text
