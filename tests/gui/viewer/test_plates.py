"""Words on the image fit into the viewport, however narrow it is."""

from PySide6.QtGui import QFont, QFontMetrics

from cxrview.gui.viewer.annotate.drawing import Plate, fitted, plate_size
from cxrview.gui.viewer.corner_text import broken

NOTE = "The file does not say whether this is PA; on an AP film the heart is magnified."
PLATE = Plate("Heart", ("CTR 0.34",), ("Heart 78.4, thorax 233.8 px",), NOTE)


def test_a_plate_of_a_narrow_viewport_has_more_lines_and_the_same_words(qapp):
    font = QFont()
    wide = plate_size(PLATE, font)
    narrow = fitted(PLATE, font, wide.width() / 2)
    assert plate_size(narrow, font).width() <= wide.width() / 2
    assert plate_size(narrow, font).height() > wide.height()
    assert narrow.lines == PLATE.lines
    assert narrow.note.split() == NOTE.split()
    assert {ink.name() for text, ink, _ in narrow.rows() if text in narrow.note} == {"#f0b44c"}


def test_a_plate_that_fits_stays_as_it_is(qapp):
    font = QFont()
    assert fitted(PLATE, font, plate_size(PLATE, font).width()) is PLATE


def test_percent_stays_with_its_number(qapp):
    lines = broken("nothing above 20 %", QFontMetrics(QFont()), 0)
    assert [line.replace("\u00a0", " ") for line in lines] == ["nothing", "above", "20 %"]
