"""What stands in the corners of a film: how much of it there is room for."""

import pytest
from PySide6.QtGui import QFont, QFontMetrics

from cxrview.gui.viewer.corner_text import shortened

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
