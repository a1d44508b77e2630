"""Cover it: with mouse and keys in a real window; the reading follows, and the file stays as it is."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from cxrview.explain.covered import read_covered
from cxrview.explain.subject import Subject

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def cover(opened, qtbot):
    opened.menus.actions["cover"].trigger()
    dialog = opened.heatmaps.cover
    qtbot.waitExposed(dialog)
    return dialog


def at(cover, x: float, y: float) -> QPoint:
    """Return where on the picture the place of the phantom lies, in its pixels."""
    return cover.picture._placement().to_widget.map(QPointF(x, y)).toPoint()


def drag(cover, one, other, steps: int = 6) -> None:
    start, end = at(cover, *one), at(cover, *other)
    QTest.mousePress(cover.picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for step in range(1, steps + 1):
        QTest.mouseMove(cover.picture, start + (end - start) * step / steps)
    QTest.mouseRelease(cover.picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)


def settled(cover, qtbot) -> None:
    """Wait until what is shown is of what is covered."""
    qtbot.waitUntil(lambda: cover._job is None and cover._done == cover.history.covers)


def differences(cover) -> list[str]:
    return [difference.text() for _, _, difference in cover.table.rows.values()]


def test_covering_the_bright_disc_takes_away_what_the_reading_stands_on(opened, cover, phantom, qtbot):
    before, film = phantom.read_bytes(), opened.state.shown.radiograph.values.copy()
    drag(cover, (20, 90), (130, 210))
    settled(cover, qtbot)
    (only,) = cover.history.covers
    assert (only.ellipse, only.filling) == (False, "grey")
    np.testing.assert_allclose(only.area, (20, 90, 130, 210), atol=2)
    subject = Subject.of(opened.session.models.predictor, opened.state.shown.radiograph)
    now = read_covered(subject, cover.history.covers).probabilities
    assert now[0] < subject.prediction.probabilities[0] - 0.02  # the left half is what speaks for it
    shown = [int(text.replace("−", "-").removesuffix(" %")) for text in differences(cover)]
    before_and_now = zip(subject.prediction.probabilities.tolist(), now.tolist(), strict=True)
    assert shown == [round(100 * there) - round(100 * here) for here, there in before_and_now]
    assert cover.call.text().startswith("Covered: ")
    grey = cover.picture.grab().toImage().pixelColor(at(cover, 72, 150)).red()
    assert grey == pytest.approx(subject.grey, abs=3)
    assert phantom.read_bytes() == before
    np.testing.assert_array_equal(opened.state.shown.radiograph.values, film)


def test_steps_are_taken_back_and_forth_by_key_and_the_last_place_is_moved_and_filled(opened, cover, qtbot):
    cover.shapes[True].click()
    cover.picture.setFocus()
    qtbot.keyClick(cover.picture, Qt.Key.Key_Return)
    first = cover.history.covers
    assert first[0].ellipse
    assert first[0].area == (96, 126, 144, 174)
    qtbot.keyClick(cover.picture, Qt.Key.Key_Left)
    qtbot.keyClick(cover.picture, Qt.Key.Key_Down, SHIFT)
    assert cover.history.covers[0].area == pytest.approx((90, 126, 138, 180))
    cover.fillings["blur"].click()
    assert [each.filling for each in cover.history.covers] == ["blur"]
    for _ in range(3):
        qtbot.keyClick(cover, Qt.Key.Key_Z, CTRL)
    assert cover.history.covers == first
    qtbot.keyClick(cover, Qt.Key.Key_Z, CTRL | SHIFT)
    assert cover.history.covers[0].area[0] == 90
    cover.commands["cover_clear"].trigger()
    settled(cover, qtbot)
    assert cover.history.covers == ()
    assert differences(cover) == ["", "", ""]
    assert not cover.commands["cover_clear"].isEnabled()
    cover.commands["cover_undo"].trigger()
    settled(cover, qtbot)
    assert len(cover.history.covers) == 1
    assert all(text.endswith("%") for text in differences(cover))


def test_a_click_covers_nothing_and_another_film_begins_uncovered(opened, cover, second, qtbot):
    QTest.mouseClick(
        cover.picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(cover, 60, 60)
    )
    assert cover.history.covers == ()
    drag(cover, (20, 20), (60, 60))
    settled(cover, qtbot)
    opened.open([second])
    qtbot.waitUntil(lambda: opened.state.shown.path == second and bool(cover.table.rows))
    assert cover.history.covers == ()
    assert not cover.history.can_undo
    cover.close()
    opened.session.close_all()
    assert (cover.table.rows, cover.picture.isEnabled()) == ({}, False)
