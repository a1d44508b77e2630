"""What is laid on a canvas finds a place that hides nothing."""

import pytest
from PySide6.QtCore import QRectF, QSizeF

from cxrview.gui.viewer.free_place import Form, free_place

CANVAS = QRectF(0, 0, 800, 600)
UPRIGHT, LYING = Form(QSizeF(80, 220), lies=False), Form(QSizeF(260, 50), lies=True)


def test_beside_the_film_at_the_right_if_there_is_room():
    film = QRectF(150, 0, 500, 600)
    found = free_place([UPRIGHT, LYING], CANVAS, film, film, [])
    assert found.form == 0
    assert found.area.left() > film.right()
    assert found.area.center().y() == pytest.approx(300, abs=1)


def test_at_the_left_if_the_film_lies_at_the_right():
    film = QRectF(200, 0, 600, 600)
    assert free_place([UPRIGHT], CANVAS, film, film, []).area.right() < film.left()


def test_on_the_film_where_the_chest_is_not():
    chest = QRectF(20, 60, 760, 440)
    found = free_place([UPRIGHT, LYING], CANVAS, chest, CANVAS, [])
    assert found.form == 1
    assert found.area.top() > chest.bottom()


def test_words_are_gone_round():
    taken = [QRectF(760, 280, 30, 40), QRectF(0, 560, 800, 40)]
    upright = free_place([UPRIGHT], CANVAS, QRectF(100, 100, 400, 400), QRectF(), taken).area
    lying = free_place([LYING], CANVAS, QRectF(100, 100, 600, 380), CANVAS, taken).area
    assert upright.right() < 760
    assert lying.bottom() < 560
    assert lying.top() > 480


def test_nowhere_if_the_chest_fills_the_canvas_or_the_form_is_too_large():
    assert free_place([UPRIGHT, LYING], CANVAS, CANVAS, CANVAS, []) is None
    assert free_place([Form(QSizeF(900, 40), lies=True)], CANVAS, QRectF(), QRectF(), []) is None
