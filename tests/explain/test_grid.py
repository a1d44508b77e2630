"""The cells on the image are where the model's cells are in its square."""

import dataclasses

import numpy as np
import pytest

from cxrview.explain.grid import (
    cell_at,
    cell_edges,
    cells_over,
    grid_lines,
    patch_at,
    seen_area,
    sees_all,
)
from cxrview.explain.overlay import heat_over, shares
from cxrview.imaging import Letterbox
from tests.explain.predictions import FULL, explanation

MIDDLE = (0.25, 0.25, 0.75, 0.75)


def test_a_square_image_is_divided_evenly():
    whole = explanation(np.zeros((1, 4, 5)), Letterbox.fit(1000, 1000, 224))
    edges = cell_edges(whole)
    assert edges.x == pytest.approx(np.arange(6) * 200)
    assert edges.y == pytest.approx(np.arange(5) * 250)
    assert sees_all(whole)


def test_the_letterbox_and_the_crop_are_taken_back():
    """200 × 400 in a square of 100: the image fills rows 25…75; the model looks at 25…75 of both."""
    whole = explanation(np.zeros((1, 5, 5)), Letterbox.fit(200, 400, 100), MIDDLE)
    edges = cell_edges(whole)
    assert edges.x == pytest.approx(100 + np.arange(6) * 40)
    assert edges.y == pytest.approx(np.arange(6) * 40)
    assert seen_area(whole) == (100, 0, 300, 200)
    assert not sees_all(whole)


def test_cells_outside_the_image_have_no_lines():
    """The bars above and below a wide image hold cells that lie on nothing."""
    whole = explanation(np.zeros((1, 4, 4)), Letterbox.fit(200, 400, 80))
    lines = grid_lines(whole)
    ends = np.concatenate(lines)
    assert ends.min() >= 0
    assert (ends.max(0) <= [400, 200]).all()
    across = [line for line in lines if line[0, 1] == line[1, 1]]
    assert [line[0, 1] for line in across] == pytest.approx([0, 100, 200])


def test_cells_lie_on_the_part_that_the_model_was_given():
    part = explanation(np.ones((2, 4, 4)), Letterbox.fit(400, 300, 96, crop=(100, 40, 200, 140)))
    assert cell_edges(part).x == pytest.approx([100, 125, 150, 175, 200])
    assert seen_area(part) == (100, 40, 200, 140)
    assert cell_at(part, 130, 41) == (0, 1)
    assert cell_at(part, 99, 41) is None
    drawn = cells_over(part, "a")
    assert drawn[40:140, 100:200].all()
    assert drawn.sum() == 100 * 100
    tall = explanation(np.ones((2, 4, 4)), Letterbox.fit(400, 300, 96, crop=(100, 0, 200, 400)))
    assert seen_area(tall) == (100, 0, 200, 400)
    assert cell_at(tall, 90, 200) is None  # beside the crop, though a cell of the bar lies there
    assert not cells_over(tall, "a")[:, :100].any()


@pytest.mark.parametrize("aspect", [1.0, 1.5])
@pytest.mark.parametrize(("height", "width"), [(300, 500), (900, 200)])
def test_each_cell_covers_its_place_with_its_value(height, width, aspect):
    maps = np.random.default_rng(2).random((2, 5, 7))
    whole = explanation(maps, Letterbox.fit(height, width, 224, aspect), (0.1, 0.1, 0.9, 0.9))
    drawn, cells = cells_over(whole, "b"), shares(whole, "b")
    assert drawn.shape == (height, width)
    found = 0
    for row in range(0, height, 17):
        for column in range(0, width, 13):
            cell = cell_at(whole, column + 0.5, row + 0.5)
            assert drawn[row, column] == (cells[cell] if cell is not None else 0)
            found += cell is not None
    assert found


def test_smooth_and_cells_agree_in_the_middle_of_each_cell():
    maps = np.random.default_rng(4).random((1, 5, 5))
    whole = explanation(maps, Letterbox.fit(1000, 1000, 500))
    middles = slice(100, None, 200)
    smooth, cells = heat_over(whole, "a")[middles, middles], cells_over(whole, "a")[middles, middles]
    assert smooth == pytest.approx(cells, abs=0.02)


def test_no_cell_lies_outside_the_image():
    whole = explanation(np.ones((1, 4, 4)), Letterbox.fit(200, 400, 80))
    assert cell_at(whole, 10, 50) == (1, 0)
    assert cell_at(whole, 399, 150) == (2, 3)
    assert cell_at(whole, 10, 201) is None
    assert cell_at(whole, -1, 50) is None


def test_the_field_is_not_called_the_whole_image():
    assert sees_all(explanation(np.ones((1, 4, 4)), Letterbox.fit(300, 200, 224), FULL))
    assert not sees_all(explanation(np.ones((1, 4, 4)), Letterbox.fit(300, 200, 224), (0, 0.1, 1, 0.9)))


def test_what_was_covered_lies_around_the_strongest_cell_and_in_the_crop():
    maps = np.zeros((1, 4, 4), np.float32)
    maps[0, 1, 2] = 1
    whole = dataclasses.replace(explanation(maps, Letterbox.fit(200, 400, 100)), patch=0.3)
    # The square is 400 pixels of the film wide, and 100 of them lie above it: cell (1, 2) is around 250, 50.
    assert patch_at(whole, "a") == pytest.approx((190, 0, 310, 110))
    assert patch_at(dataclasses.replace(whole, patch=0.0), "a") is None
