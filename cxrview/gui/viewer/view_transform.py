"""Where an image lies on a widget: zoom, place, turn and mirror, as one value."""

import dataclasses
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform

QUARTERS = ((1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0))  # clockwise, y downwards


@dataclass(frozen=True, slots=True)
class Orientation:
    """How an image is turned: mirrored left to right first, then by `quarters` × 90° clockwise (0…3)."""

    quarters: int = 0
    mirrored: bool = False

    def turned(self, quarters: int) -> "Orientation":
        """Return this, turned clockwise by `quarters` more as seen on the screen."""
        return Orientation((self.quarters + quarters) % 4, self.mirrored)

    def flipped(self) -> "Orientation":
        """Return this with left and right of the screen swapped."""
        return Orientation(-self.quarters % 4, not self.mirrored)

    def linear(self) -> tuple[int, int, int, int]:
        """Return (m11, m12, m21, m22) as QTransform has them: x' = m11 x + m21 y, y' = m12 x + m22 y."""
        m11, m12, m21, m22 = QUARTERS[self.quarters]
        return (-m11, -m12, m21, m22) if self.mirrored else (m11, m12, m21, m22)


@dataclass(frozen=True)
class ViewTransform:
    """An image of `rows` × `columns` pixels on a widget of `width` × `height` logical pixels.

    Image coordinates are continuous: x along a row, y along a column, and pixel (0, 0) covers 0…1 × 0…1.
    `zoom` is in device pixels per image column, `ratio` in device pixels per logical one, and `centre` is
    the image point in the middle of the widget.
    """

    rows: int
    columns: int
    pixel_aspect: float
    width: int
    height: int
    ratio: float
    zoom: float
    centre: QPointF
    orientation: Orientation = Orientation()

    @cached_property
    def to_widget(self) -> QTransform:
        """From image coordinates to logical pixels. The image's corner falls on a whole device pixel."""
        m11, m12, m21, m22 = self.orientation.linear()
        across, down = self.zoom / self.ratio, self.zoom * self.pixel_aspect / self.ratio
        linear = QTransform(m11 * across, m12 * across, m21 * down, m22 * down, 0, 0)
        away = linear.map(self.centre)
        corner = [
            round((side / 2 - part) * self.ratio) / self.ratio
            for side, part in ((self.width, away.x()), (self.height, away.y()))
        ]
        return QTransform(linear.m11(), linear.m12(), linear.m21(), linear.m22(), *corner)

    @cached_property
    def to_image(self) -> QTransform:
        """From logical pixels to image coordinates."""
        return self.to_widget.inverted()[0]

    @cached_property
    def area(self) -> QRectF:
        """The image on the widget, in logical pixels."""
        return self.to_widget.mapRect(QRectF(0, 0, self.columns, self.rows))

    @property
    def shown_size(self) -> tuple[float, float]:
        """Width and height of the image as it is turned, in image columns."""
        size = (float(self.columns), self.rows * self.pixel_aspect)
        return size if self.orientation.quarters % 2 == 0 else (size[1], size[0])

    def fit_zoom(self, margin: int = 0) -> float:
        """Return the zoom at which the whole image just fits, `margin` logical pixels from the edges."""
        across, down = self.shown_size
        room = (max(1, self.width - 2 * margin), max(1, self.height - 2 * margin))
        return min(room[0] / across, room[1] / down) * self.ratio

    def zoomed(self, zoom: float, anchor: QPointF) -> "ViewTransform":
        """Return this at `zoom`, with the image point under `anchor` (widget) where it is."""
        place = self.to_image.map(anchor)
        moved = dataclasses.replace(self, zoom=zoom)
        away = moved.to_image.map(anchor) - place
        return dataclasses.replace(moved, centre=self.centre - away)

    def moved(self, way: QPointF) -> "ViewTransform":
        """Return this with the image moved by `way` logical pixels."""
        origin = self.to_image.map(QPointF(0, 0))
        return dataclasses.replace(self, centre=self.centre - (self.to_image.map(way) - origin))
