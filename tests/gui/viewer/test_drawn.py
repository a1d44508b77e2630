"""What is drawn again and what is kept: on another screen, and through the filters."""

import dataclasses

import numpy as np
import pytest

from cxrview.gui.viewer.canvas import Canvas
from cxrview.imaging import Window, read
from cxrview.imaging.pyramid import ImagePyramid, Look, PyramidPart, render_part
from tests.gui.conftest import make_phantom, write_png

FILTERED = Look(Window(120, 200), filters=frozenset({"clahe"}))
WHOLE = PyramidPart(0, 0, 1, 1, 2000, 1600)
SMALL = PyramidPart(0, 0, 4, 4, 500, 400)


@pytest.fixture
def levels(tmp_path) -> ImagePyramid:
    """A film that has a coarser level."""
    (radiograph,) = read(write_png(tmp_path / "film.png", make_phantom(0, 1600, 2000)))
    return ImagePyramid.of(radiograph)


def test_a_fitted_image_fits_on_a_screen_of_another_resolution_too(opened, monkeypatch, qtbot):
    canvas = opened.canvas
    before = canvas.placement.area
    monkeypatch.setattr(Canvas, "devicePixelRatioF", lambda _self: 2.0)
    canvas.update()
    qtbot.waitUntil(lambda: canvas.placement.ratio == 2.0)
    after = canvas.placement.area
    assert (after.width(), after.height()) == pytest.approx((before.width(), before.height()), abs=1)


def test_pixels_stay_pixels_on_a_screen_of_another_resolution(opened, monkeypatch, qtbot):
    canvas = opened.canvas
    canvas.set_zoom(1.0)
    monkeypatch.setattr(Canvas, "devicePixelRatioF", lambda _self: 2.0)
    canvas.update()
    qtbot.waitUntil(lambda: canvas.placement.ratio == 2.0)
    assert canvas.zoom == 1.0


def test_two_sizes_of_a_filtered_film_are_each_filtered_once(levels, monkeypatch):
    from cxrview.imaging import filters

    calls, apply = [], filters.apply
    monkeypatch.setattr(filters, "apply", lambda *given: calls.append(1) or apply(*given))
    first = render_part(levels, FILTERED, WHOLE)
    render_part(levels, FILTERED, SMALL)
    assert np.array_equal(render_part(levels, FILTERED, WHOLE), first)
    render_part(levels, FILTERED, SMALL)
    assert len(calls) == 2


def test_what_is_filtered_counts_as_memory_and_is_not_heaped_up(levels):
    before = levels.nbytes
    for width in range(100, 200, 10):
        render_part(levels, Look(Window(120, width), filters=frozenset({"clahe"})), WHOLE)
    assert levels.nbytes == before + 1600 * 2000


class TakenAway(dict):
    """What is put here is taken away at once, as a worker may that draws the same film for an export."""

    def __setitem__(self, *_item: object) -> None:
        self.clear()


def test_what_another_thread_takes_away_meanwhile_is_drawn_all_the_same(levels):
    disturbed = dataclasses.replace(levels, filtered=TakenAway())
    assert np.array_equal(render_part(disturbed, FILTERED, WHOLE), render_part(levels, FILTERED, WHOLE))
