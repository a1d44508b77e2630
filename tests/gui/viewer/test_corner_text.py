"""What stands in the corners of a film: how much of it there is room for."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QFont, QFontMetrics, QImage, QPainter

from cxrview.gui.viewer.corner_text import MARGIN, broken, draw, shortened

WORDS = "Not like the films this model was trained on. Do not rely on this reading."
VALUE = "x 1312  y 769   11843"


@pytest.fixture
def metrics(qapp) -> QFontMetrics:
    return QFontMetrics(QFont(qapp.font()))


def test_the_value_under_the_pointer_is_whole_where_the_other_corner_leaves_room(metrics):
    width = round(metrics.horizontalAdvance(VALUE) / 0.45)
    blocks = {"bl": ["W 1"], "br": [VALUE, "10 px"]}
    assert shortened(blocks, metrics, width) == blocks


def test_long_lines_of_both_corners_stay_apart(metrics):
    width = 400
    fitted = shortened({"tl": ["A long name " * 9], "tr": ["A long study " * 9]}, metrics, width)
    left, right = (metrics.horizontalAdvance(fitted[corner][0]) for corner in ("tl", "tr"))
    assert fitted["tl"][0].endswith("…")
    assert fitted["tr"][0].endswith("…")
    assert left + right < width
    assert "bl" not in fitted


def test_a_warning_is_whole_in_a_narrow_viewport(metrics):
    width = metrics.horizontalAdvance(WORDS) * 2 // 3
    lines = broken(WORDS, metrics, width)
    assert " ".join(lines) == WORDS
    assert len(lines) == 2
    assert max(metrics.horizontalAdvance(line) for line in lines) <= width
    assert broken(WORDS, metrics, metrics.horizontalAdvance(WORDS)) == [WORDS]


def test_all_lines_of_a_warning_are_drawn_above_the_corners(qapp, metrics):
    """The height of the warning's plate, and that it ends above the line in the corner."""
    high = []
    for width in (metrics.horizontalAdvance(WORDS) * 2 // 3, metrics.horizontalAdvance(WORDS) + 9):
        image = QImage(width + 2 * MARGIN, 300, QImage.Format.Format_RGB32)
        image.fill(0)
        painter = QPainter(image)
        draw(painter, QRect(0, 0, image.width(), 300), {"bl": ["W 1"]}, QFont(qapp.font()), WORDS)
        painter.end()
        plate = [row for row in range(300) if image.pixelColor(MARGIN - 2, row).red() > 20]
        high.append(len(plate))
        assert plate[-1] < 300 - MARGIN - metrics.lineSpacing()
    assert high[0] - high[1] == metrics.lineSpacing()
