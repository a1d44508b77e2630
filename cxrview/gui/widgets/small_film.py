"""The film of a viewport once more, small and whole, for tiles and dialogs."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter

from cxrview.gui.viewer.view_transform import Orientation, ViewTransform

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph
    from cxrview.imaging.pyramid import ImagePyramid, Look


def placement_in(
    size: QSizeF, radiograph: "Radiograph", orientation: Orientation, ratio: float
) -> ViewTransform:
    """Return how the whole of `radiograph` lies in `size` logical pixels, `ratio` device pixels each."""
    rows, columns = radiograph.shape
    room = (max(1, round(size.width())), max(1, round(size.height())))
    middle = QPointF(columns / 2, rows / 2)
    first = ViewTransform(rows, columns, radiograph.pixel_aspect, *room, ratio, 1.0, middle, orientation)
    zoom = first.fit_zoom()
    return ViewTransform(rows, columns, radiograph.pixel_aspect, *room, ratio, zoom, middle, orientation)


class SmallFilm:
    """Renders a whole film at the size at which it is seen, once for each size, turn and look."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[object, ...], QImage] | None = None

    def paint(
        self, painter: QPainter, placement: ViewTransform, levels: "ImagePyramid", look: "Look"
    ) -> None:
        """Paint the film where `placement` says."""
        picture = self._picture(placement, levels, look)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(placement.area, picture, QRectF(picture.rect()))

    def _picture(self, placement: ViewTransform, levels: "ImagePyramid", look: "Look") -> QImage:
        from cxrview.gui.viewer.drawn import oriented, to_image
        from cxrview.imaging.pyramid import PyramidPart, render_part

        of = (levels, look, placement)
        if self._kept is None or self._kept[0] != of:
            wide = max(1, round(placement.columns * placement.zoom))
            high = max(1, round(placement.rows * placement.pixel_aspect * placement.zoom))
            part = PyramidPart(0.0, 0.0, placement.columns / wide, placement.rows / high, wide, high)
            pixels = oriented(render_part(levels, look, part), placement.orientation)
            self._kept = (of, to_image(pixels).copy())
        return self._kept[1]
