"""Window and report are written in fonts of our own, whichever others a machine has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontMetricsF, QRawFont, QTextLayout
from PySide6.QtWidgets import QApplication

from cxrview import paths
from cxrview.gui.widgets import fonts

NAMES = "山田太郎 やまだ 王小明 홍길동"
# Draws a label, a bold heading and a page, with names in several scripts, and writes them into a folder.
DRAWN = f"""
import sys
from pathlib import Path
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QLabel
from cxrview.gui.app import application
from cxrview.gui.report.sheet import Sheet, Type
from cxrview.gui.widgets import fonts
folder = Path(sys.argv[1])
app = application()
words = "Größe 3x9 → {NAMES} Ωμέγα Юлия ≥ 50 %"
fonts.ensure_for([words])
for name, style in (("plain", ""), ("heavy", "font-weight: 600; font-size: 18px"), ("fixed", "")):
    label = QLabel(words)
    label.setStyleSheet(style)
    if name == "fixed":
        label.setFont(fonts.fixed())
    label.adjustSize()
    label.grab().save(str(folder / f"{{name}}.png"))
writer = QPdfWriter(str(folder / "page.pdf"))
painter = QPainter(writer)
Sheet(painter).write(QPointF(10, 10), words, Type(9, heavy=True), 150)
painter.end()
"""


def runs(text: str, font: QFont) -> list[tuple[str, int]]:
    """Return the family and the weight of each stretch of `text` as it is drawn."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    assert [0 for run in layout.glyphRuns() if 0 in run.glyphIndexes()] == []  # the box for what is missing
    return [(run.rawFont().familyName(), run.rawFont().weight()) for run in layout.glyphRuns()]


def drawn(folder: Path, **environment: str) -> tuple[dict[str, bytes], list[tuple[str, str]]]:
    """Return the pictures of DRAWN by name, and the texts of the page with their fonts."""
    from pypdf import PdfReader

    folder.mkdir()
    run = [sys.executable, "-c", DRAWN, str(folder)]
    subprocess.run(run, check=True, timeout=60, env=os.environ | environment)
    texts: list[tuple[str, str]] = []
    (page,) = PdfReader(folder / "page.pdf").pages
    page.extract_text(
        visitor_text=lambda text, _ctm, _matrix, font, _size: texts.append(
            (text, font["/BaseFont"].split("+")[-1] if font else "")
        )
    )
    return {path.name: path.read_bytes() for path in folder.glob("*.png")}, texts


def test_the_program_is_written_in_our_font_in_the_size_of_the_desktop(qapp: QApplication):
    assert runs("Radiograph", QFont()) == [(fonts.UI, 400)]
    for weight in (QFont.Weight.Medium, QFont.Weight.DemiBold, QFont.Weight.Bold):
        font = QFont()
        font.setWeight(weight)
        assert runs("Radiograph", font) == [(fonts.UI, weight.value)]
    before = qapp.font()
    try:
        bigger = QFont(before)
        bigger.setPointSizeF(14.5)
        qapp.setFont(bigger)
        fonts.dress(qapp)
        assert qapp.font().pointSizeF() == 14.5
    finally:
        qapp.setFont(before)


def test_digits_are_equally_wide_and_nothing_is_read_into_what_is_written(qapp: QApplication):
    metrics = QFontMetricsF(QFont())
    assert len({metrics.horizontalAdvance(str(digit) * 9) for digit in range(10)}) == 1
    for text in ("3x9", "a->b", "--", "(c)"):
        layout = QTextLayout(text, QFont())
        layout.beginLayout()
        layout.createLine()
        layout.endLayout()
        (run,) = layout.glyphRuns()
        joined = dict(zip(text, run.glyphIndexes(), strict=True))
        apart = {sign: QRawFont.fromFont(QFont()).glyphIndexesForString(sign)[0] for sign in text}
        assert [sign for sign in text if not sign.isdigit() and joined[sign] != apart[sign]] == []


def test_every_sign_that_the_window_uses_is_in_the_font(qapp: QApplication):
    raw = QRawFont.fromFont(QFont())
    sources = [
        *(paths.PACKAGE / "gui").rglob("*.py"),
        *(paths.PACKAGE / "datasets").rglob("*.py"),
        *(paths.PACKAGE / "training").rglob("*.py"),
        *paths.resources().rglob("*.po"),
        *(paths.resources() / "help").rglob("*.md"),
        *paths.bundled_models().rglob("card.json"),
    ]
    signs = {sign for path in sources for sign in path.read_text("utf-8") if not sign.isascii()}
    signs -= {sign for sign in signs if fonts._EAST_ASIAN_TEXT.match(sign)}  # the bounds of the pattern
    assert {"≥", "→", "ß"} <= signs
    assert [sign for sign in sorted(signs) if not raw.supportsCharacter(ord(sign))] == []


def test_names_in_chinese_japanese_and_korean_are_written_once_they_are_announced(qapp: QApplication):
    fonts.ensure_for(iter(["DOE^JANE", NAMES]))
    for font in (QFont(), fonts.fixed()):
        assert {family for family, _ in runs(NAMES.replace(" ", ""), font)} == {fonts.EAST_ASIAN}


@pytest.mark.parametrize("text", ["", "DOE^JANE", "MÜLLER^JÜRGEN", "Юлия", "Ωμέγα", "“…” ½ →"])
def test_other_names_do_not_load_it(text, monkeypatch):
    monkeypatch.setattr(fonts, "_load_east_asian", lambda: pytest.fail("loaded"))
    fonts.ensure_for([text])


@pytest.mark.skipif(sys.platform != "linux", reason="only there the fonts of the machine can be hidden")
def test_a_machine_without_fonts_shows_and_prints_the_same(tmp_path):
    empty = tmp_path / "fonts.conf"
    empty.write_text(f"<fontconfig><cachedir>{tmp_path}/cache</cachedir></fontconfig>", "utf-8")
    pictures, texts = drawn(tmp_path / "usual")
    alone, alone_texts = drawn(tmp_path / "alone", FONTCONFIG_FILE=str(empty))
    assert len(pictures) == 3
    assert alone == pictures
    assert alone_texts == texts
    assert "Größe" in "".join(text for text, _ in texts)
    assert "山田太郎" in "".join(text for text, _ in texts)
    assert {font for _, font in texts} <= {"", "/Inter-SemiBold", "/WenQuanYiMicroHei"}
