"""A heatmap on the screen lies where the map says, at every zoom and turn."""

import dataclasses
import statistics

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from cxrview.explain.colour import EDGE
from cxrview.explain.grid import cell_edges, cells_over
from cxrview.explain.overlay import heat_over
from cxrview.explain.style import HeatStyle
from cxrview.gui.viewer.heat_picture import HeatPicture
from cxrview.gui.viewer.view_transform import Orientation, ViewTransform
from cxrview.imaging import Letterbox
from tests.explain.predictions import FULL, explanation
from tests.gui.stalls import own_seconds

ROWS, COLUMNS = 450, 350
UPRIGHT = Orientation()
TURNS = [Orientation(quarters, mirrored) for quarters in range(4) for mirrored in (False, True)]
GREY = HeatStyle("smooth", colours="grey", opacity=1.0, threshold=0.0)


@pytest.fixture
def whole():
    """Two classes on 5 × 4 cells; the model cuts a tenth off each side."""
    maps = np.random.default_rng(8).random((2, 5, 4)) + 0.1
    return explanation(maps, Letterbox.fit(ROWS, COLUMNS, 224, 1.25), (0.1, 0.1, 0.9, 0.9))


def place(orientation=UPRIGHT, zoom=0.0, width=640, height=480, ratio=1.0) -> ViewTransform:
    middle = QPointF(COLUMNS / 2, ROWS / 2)
    fitted = ViewTransform(ROWS, COLUMNS, 1.25, width, height, ratio, 1.0, middle, orientation)
    return dataclasses.replace(fitted, zoom=zoom or fitted.fit_zoom())


def painted(picture: HeatPicture, placement: ViewTransform, opacity: float = 1.0) -> np.ndarray:
    """Return what is painted on black, (h, w, 3)."""
    size = (round(placement.width * placement.ratio), round(placement.height * placement.ratio))
    image = QImage(*size, QImage.Format.Format_RGB888)
    image.setDevicePixelRatio(placement.ratio)
    image.fill(0)
    painter = QPainter(image)
    picture.paint(painter, placement, opacity)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def under(placement: ViewTransform, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return screen rows, columns and the values of the image under them, for a sample of the screen."""
    found = []
    for row in range(3, placement.height, 7):
        for column in range(2, placement.width, 7):
            point = placement.to_image.map(QPointF(column + 0.5, row + 0.5))
            x, y = point.x(), point.y()
            if 1 <= x < COLUMNS - 1 and 1 <= y < ROWS - 1:
                at = round(y / ROWS * values.shape[0] - 0.5), round(x / COLUMNS * values.shape[1] - 0.5)
                found.append((row, column, values[at]))
    rows, columns, there = (np.array(part) for part in zip(*found, strict=True))
    return rows.astype(int), columns.astype(int), there


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("zoom", [0.0, 3.3])
def test_smooth_colours_are_the_map_under_each_pixel(whole, orientation, zoom):
    placement = place(orientation, zoom)
    screen = painted(HeatPicture(whole, "a", GREY), placement)[..., 0]
    rows, columns, heat = under(placement, heat_over(whole, "a", (ROWS * 4, COLUMNS * 4)))
    inside = heat > EDGE
    assert inside.sum() > 500
    difference = np.abs(screen[rows, columns][inside] - heat[inside] * 255)
    assert np.percentile(difference, 99) <= 3  # but at the border of what the model saw
    unseen = screen[rows, columns][heat == 0]
    assert len(unseen) > 100 or zoom > 0
    assert np.count_nonzero(unseen) <= 0.02 * len(unseen)


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("zoom", [0.0, 3.3])
def test_cells_are_squares_of_one_value(whole, orientation, zoom):
    placement = place(orientation, zoom)
    screen = painted(HeatPicture(whole, "b", dataclasses.replace(GREY, mode="cells")), placement)[..., 0]
    fine = cells_over(whole, "b", (ROWS * 4, COLUMNS * 4))
    rows, columns, heat = under(placement, fine)
    assert (screen[rows, columns] == np.rint(heat * 255)).mean() > 0.985  # but on their edges
    assert len(np.unique(screen)) <= 21


@pytest.mark.parametrize("orientation", TURNS)
def test_contours_lie_where_the_heat_is_that(whole, orientation):
    placement = place(orientation)
    style = HeatStyle("contour", colours="grey", threshold=0.75)
    screen = painted(HeatPicture(whole, "a", style), placement)[..., 0]
    heat = heat_over(whole, "a", (ROWS * 4, COLUMNS * 4))
    lit = np.argwhere(screen > 190)
    assert len(lit) > 100
    for row, column in lit[:: max(1, len(lit) // 200)].tolist():
        point = placement.to_image.map(QPointF(column + 0.5, row + 0.5))
        at = int(point.y() * 4), int(point.x() * 4)
        near = heat[max(0, at[0] - 8) : at[0] + 9, max(0, at[1] - 8) : at[1] + 9]
        assert near.min() <= 0.8 <= near.max() + 0.02


def test_the_grid_lies_on_the_edges_of_the_cells(whole):
    placement = place(zoom=1.0)
    style = HeatStyle("contour", grid=True, threshold=1.0)
    screen = painted(HeatPicture(whole, "a", style), placement)[..., 0]
    edges = cell_edges(whole)
    lines = [placement.to_widget.map(QPointF(x, edges.y[2] + 20)).x() for x in edges.x]
    row = round(placement.to_widget.map(QPointF(0, edges.y[2] + 20)).y())
    lit = np.flatnonzero(screen[row])
    assert len(lit) == 3  # the outer lines are beside the image
    assert lit == pytest.approx(lines[1:4], abs=1)


@pytest.mark.parametrize(("ratio", "thick"), [(1.0, 1), (1.25, 1), (1.5, 1), (2.0, 2)])
def test_all_lines_of_the_grid_are_as_thick(whole, ratio, thick):
    placement = place(ratio=ratio)
    style = HeatStyle("contour", grid=True, threshold=1.0)
    screen = painted(HeatPicture(whole, "a", style), placement)[..., 0]
    edges = cell_edges(whole)
    inside = placement.to_widget.map(QPointF(edges.x[1] + 9, edges.y[1] + 9)) * ratio
    along, across = screen[:, round(inside.x())] > 0, screen[round(inside.y())] > 0
    for lit in (along, across):
        runs = np.diff(np.flatnonzero(np.diff(np.concatenate([[False], lit, [False]]))))[::2]
        assert len(runs) >= 3
        assert set(runs.tolist()) == {thick}


def test_nothing_is_painted_over_the_bars_of_the_letterbox():
    """A wide image: half of the square, and of the cells, is above and below it."""
    wide = explanation(np.ones((1, 4, 4)), Letterbox.fit(ROWS // 4, COLUMNS, 224), FULL)
    placement = ViewTransform(ROWS // 4, COLUMNS, 1.0, 640, 480, 1.0, 1.0, QPointF(COLUMNS / 2, ROWS / 8))
    screen = painted(HeatPicture(wide, "a", dataclasses.replace(GREY, mode="cells")), placement)[..., 0]
    rows, columns = np.nonzero(screen)
    lit = QRectF(columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)
    assert lit.toRect() == placement.area.toAlignedRect()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_screens_of_any_sharpness_show_the_same(whole, ratio):
    sharp = painted(HeatPicture(whole, "a", GREY), place(zoom=ratio, ratio=ratio))[..., 0]
    plain = painted(HeatPicture(whole, "a", GREY), place(zoom=1.0))[..., 0]
    steps = np.arange(40, 440, 20)
    assert sharp[np.ix_((steps * ratio).astype(int), (steps * ratio).astype(int))] == pytest.approx(
        plain[np.ix_(steps, steps)].astype(int), abs=8
    )


def test_opacity_is_that_of_the_painting(whole):
    picture, placement = HeatPicture(whole, "a", GREY), place()
    full, half = painted(picture, placement).astype(int), painted(picture, placement, 0.5).astype(int)
    np.testing.assert_allclose(half, full / 2, atol=2)
    assert not painted(picture, placement, 0.0).any()


@pytest.mark.timed
@pytest.mark.parametrize("style", [HeatStyle("smooth"), HeatStyle("cells"), HeatStyle("contour", grid=True)])
def test_painting_costs_no_more_than_a_few_plain_blits(whole, style):
    """At 2560 × 1440 a plain translucent blit takes about 2 ms."""
    placement = place(width=2560, height=1440)
    screen = QImage(2560, 1440, QImage.Format.Format_RGB32)
    plain = QImage(2560, 1440, QImage.Format.Format_ARGB32_Premultiplied)
    plain.fill(0x40404040)
    picture = HeatPicture(whole, "a", style)
    painter = QPainter(screen)

    def blit():
        painter.setOpacity(0.5)
        painter.drawImage(0, 0, plain)
        painter.setOpacity(1.0)

    def median(work) -> float:
        times = []
        for _ in range(11):
            begin = own_seconds()
            work()
            times.append(own_seconds() - begin)
        return statistics.median(times)

    work = median(lambda: picture.paint(painter, placement, 0.45))
    unit = median(blit)
    painter.end()
    assert work < 8 * unit
