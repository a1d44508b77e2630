"""Lines of equal heat lie where the heat is that, to a fraction of a sample."""

import numpy as np
import pytest

from cxrview.explain.contour import contours, heat_contours
from cxrview.explain.overlay import heat_over
from cxrview.imaging import Letterbox
from tests.explain.predictions import FULL, explanation


def cone(size: int = 41, middle: float = 20.0) -> np.ndarray:
    rows, columns = np.indices((size, size))
    return (1 - np.hypot(rows - middle, columns - middle) / size).astype(np.float32)


def signed_area(line: np.ndarray) -> float:
    """Return the area within a closed line, positive if it runs clockwise on the screen (y down)."""
    x, y = line[:-1].T
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2)


def test_a_cone_gives_one_closed_circle():
    (line,) = contours(cone(), 1 - 10 / 41)
    np.testing.assert_array_equal(line[0], line[-1])
    radius = np.hypot(line[:, 0] - 20, line[:, 1] - 20)
    assert radius == pytest.approx(10, abs=0.05)
    assert abs(signed_area(line)) == pytest.approx(np.pi * 100, rel=0.01)


def test_what_is_higher_lies_on_the_left():
    (hill,) = contours(cone(), 0.7)
    (hollow,) = contours(1 - cone(), 0.3)
    assert signed_area(hill) < 0 < signed_area(hollow)


def test_lines_that_meet_the_edge_end_there():
    ramp = np.tile(np.linspace(0, 1, 11, dtype=np.float32), (5, 1))
    (line,) = contours(ramp, 0.45)
    assert line[:, 0] == pytest.approx(4.5)
    assert sorted(line[[0, -1], 1]) == [0, 4]


@pytest.mark.parametrize(("middle", "closed"), [(0.9, 1), (0.0, 2)])
def test_a_saddle_is_joined_by_what_its_middle_says(middle, closed):
    """Two hills that touch at a corner, with a higher or lower ground between them."""
    values = np.zeros((6, 6), np.float32)
    values[1:3, 1:3] = values[3:5, 3:5] = 1
    values[2, 3] = values[3, 2] = middle * 0.4
    lines = contours(values, 0.6)
    assert len(lines) == closed
    assert all((line[0] == line[-1]).all() for line in lines)


def test_every_crossing_is_used_once():
    noise = np.random.default_rng(3).random((40, 30)).astype(np.float32)
    above = noise >= 0.5
    crossings = np.count_nonzero(above[1:] != above[:-1]) + np.count_nonzero(above[:, 1:] != above[:, :-1])
    lines = contours(noise, 0.5)
    closed = sum(bool((line[0] == line[-1]).all()) for line in lines)
    assert sum(len(line) for line in lines) - closed == crossings


@pytest.mark.parametrize("values", [np.zeros((4, 4)), np.ones((4, 4)), np.zeros((1, 1))])
def test_a_plain_gives_no_lines(values):
    assert contours(values.astype(np.float32), 0.5) == ()


@pytest.mark.parametrize(("height", "width"), [(900, 700), (400, 1000)])
@pytest.mark.parametrize("field", [FULL, (0.1, 0.1, 0.9, 0.9)])
def test_the_smooth_heatmap_has_the_level_on_its_contours(height, width, field):
    maps = np.random.default_rng(5).random((2, 5, 5))
    whole = explanation(maps, Letterbox.fit(height, width, 224), field)
    heat = heat_over(whole, "a")
    lines = heat_contours(whole, "a", 0.6)
    assert lines
    for line in lines:
        columns = np.clip(line[:, 0].astype(int), 0, width - 1)
        rows = np.clip(line[:, 1].astype(int), 0, height - 1)
        near = heat[rows, columns]
        seen = near > 0  # at the border of the field the pixel under the line may not have been seen
        assert seen.mean() > 0.9
        assert near[seen] == pytest.approx(0.6, abs=0.03)


def test_contours_end_at_the_border_of_the_field_and_do_not_run_along_it():
    whole = explanation(np.ones((1, 4, 4)), Letterbox.fit(400, 400, 200), (0.2, 0.2, 0.8, 0.8))
    assert heat_contours(whole, "a", 0.5) == ()
    maps = np.ones((1, 4, 4))
    maps[:, :, :2] = 0
    (line,) = heat_contours(explanation(maps, Letterbox.fit(400, 400, 200), (0.2, 0.2, 0.8, 0.8)), "a", 0.5)
    assert line[:, 0] == pytest.approx(200, abs=0.5)
    assert sorted(line[[0, -1], 1]) == pytest.approx([80, 320])


def test_a_hill_inside_has_a_closed_line_of_few_points():
    maps = np.zeros((1, 7, 7))
    maps[0, 3, 3] = 1
    (line,) = heat_contours(explanation(maps, Letterbox.fit(700, 700, 224)), "a", 0.5)
    np.testing.assert_array_equal(line[0], line[-1])
    assert 8 < len(line) < 60
    assert line.mean(0) == pytest.approx([350, 350], abs=6)
    assert np.hypot(*np.diff(line, axis=0).T).max() < 40
