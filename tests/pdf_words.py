"""What a reader of a PDF finds in it."""

import unicodedata
from pathlib import Path

from pypdf import PdfReader


def words_of(path: Path) -> str:
    """Return the words of the PDF at `path` in the order in which they were drawn, a space between them.

    What a font draws as one glyph ("ﬁ") is found as the letters that were meant, as viewers do.
    """
    text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    return " ".join(unicodedata.normalize("NFKC", text).split())
