"""What is too long for its place: cut where it tells least, and shown whole by the pointer."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip

from cxrview.gui.widgets.elided import ElidedLabel, elision

LONG = "person1946_bacteria_4875_left_lower_lobe.jpeg"


@pytest.mark.parametrize("name", [LONG, "chest film 003.png", "1.2.840.113619.2.30.1"])
def test_names_of_files_are_cut_in_the_middle(name):
    assert elision(name) is Qt.TextElideMode.ElideMiddle


@pytest.mark.parametrize("words", ["DOE, JANE", "A sentence that ends.", "2 images, 1 of them read"])
def test_other_words_are_cut_at_the_end(words):
    assert elision(words) is Qt.TextElideMode.ElideRight


def test_the_pointer_shows_what_is_cut_and_nothing_where_all_is_seen(qtbot):
    label = ElidedLabel(QSizePolicy.Policy.Ignored)
    qtbot.addWidget(label)
    label.setText(LONG)
    label.resize(80, 20)
    label.show()
    place = QPoint(5, 5)
    for width, said in ((80, LONG), (900, "")):
        label.resize(width, 20)
        QApplication.sendEvent(label, QHelpEvent(QEvent.Type.ToolTip, place, label.mapToGlobal(place)))
        qtbot.waitUntil(lambda said=said: QToolTip.text() == said)
