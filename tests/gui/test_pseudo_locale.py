"""In a language that nobody speaks: what stays English cannot be translated; longer words are not cut off."""

import gettext
import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu, QWidget

from cxrview import i18n
from cxrview.gui.widgets.elided import ElidedLabel
from tests.gui.test_accessibility import described

LONGER = 0.35  # German and French are about so much longer than English
MARK = "\u2039"  # before every text that went through the catalogue


class Pseudo(gettext.NullTranslations):
    """Every text in brackets, and longer."""

    def gettext(self, text: str) -> str:
        return f"{MARK}{text}{'~' * round(LONGER * len(text))}\u203a"

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if count == 1 else many)


@pytest.fixture
def pseudo(monkeypatch):
    monkeypatch.setattr(i18n, "_catalogue", Pseudo())


def opened_in(make_window, phantom, qtbot):
    window = make_window()
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None, timeout=20_000)
    window.resize(1280, 800)
    window.training.show_library()
    window.training.show()
    qtbot.waitUntil(lambda: window.training.window is not None, timeout=20_000)
    window.preferences.show()
    qtbot.waitUntil(lambda: bool(window.training.library.list.entries), timeout=20_000)
    return [window, window.training.library, window.training.window, window.preferences.dialog]


def words(text: str) -> str:
    """Return the words of `text` that a person reads, without numbers, units and names of files."""
    bare = re.sub(r"\S*[\d._/\\]\S*", " ", text.replace("&", ""))
    return " ".join(re.findall(r"[A-Za-zÄÖÜäöüß]{4,}", bare))


def said(window: QWidget) -> list[tuple[QWidget | QAction, str]]:
    found: list[tuple[QWidget | QAction, str]] = []
    for part in window.findChildren(QLabel) + window.findChildren(QAbstractButton):
        if part.window() is window:
            found.append((part, part.text()))
    for menu in window.findChildren(QMenu):
        found += [(action, action.text()) for action in menu.actions()]
    return found


# Names: of the program, of models, networks, devices, methods and classes of a card.
NAMES = re.compile(
    r"cxrview|DenseNet|EfficientNet|ResNet|MobileNet|Xception|VGG|Inception|small|phantom|reader|brightness|"
    r"COVID|Grad|CLAHE|OpenVINO|DICOM|ImageNet|Keras|English|Deutsch|normal|pneumonia|Opacities|covid",
    re.IGNORECASE,
)


def test_every_text_goes_through_the_catalogue_and_longer_words_are_not_cut_off(
    pseudo, make_window, phantom, qtbot
):
    plain, cut = set(), set()
    for window in opened_in(make_window, phantom, qtbot):
        QApplication.processEvents()
        for part, text in said(window):
            where = f"{text!r} of {described(part) if isinstance(part, QWidget) else 'a menu'}"
            if words(text) and MARK not in text and not NAMES.search(text):
                plain.add(where)
            if not isinstance(part, QWidget) or not part.isVisible() or MARK not in text or not words(text):
                continue
            if isinstance(part, ElidedLabel) or (isinstance(part, QLabel) and part.wordWrap()):
                continue  # which say all of it under the pointer, or take more lines
            if part.width() + 1 < part.minimumSizeHint().width():
                cut.add(f"{where}: {part.width()} of {part.minimumSizeHint().width()}")
    assert sorted(plain) == []
    assert sorted(cut) == []


def test_right_to_left_mirrors_the_panels_and_never_the_film(make_window, phantom, qapp, qtbot):
    window = make_window()
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None, timeout=20_000)
    window.activateWindow()

    def place(widget: QWidget) -> int:
        return widget.mapTo(window, QPoint(0, 0)).x()

    def film():
        window.canvas.repaint()
        placement = window.canvas.placement.to_image
        return [placement.map(QPoint(3, 3)), placement.map(QPoint(90, 60))]

    assert place(window.studies) < place(window.reading)
    values = [window.state.shown.radiograph.values[0, 0], window.state.active.orientation]
    begun = film()
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        qtbot.waitUntil(lambda: place(window.studies) > place(window.reading))
        assert [window.state.shown.radiograph.values[0, 0], window.state.active.orientation] == values
        after = film()
        # To the right on the screen is to the right on the film, as before.
        assert after[1].x() - after[0].x() == pytest.approx(begun[1].x() - begun[0].x())
        image = window.canvas.grab().toImage()
        window.canvas.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        assert window.canvas.grab().toImage() == image
        bars = window.reading.bars.grab().toImage()
        assert not bars.isNull()
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
