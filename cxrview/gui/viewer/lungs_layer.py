"""The outline of the lungs and their zones over the picture, where the settings show them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from cxrview.gui.session.lungs import Lungs
from cxrview.gui.state import AppState
from cxrview.gui.viewer.layer import Layer
from cxrview.gui.viewer.view_transform import ViewTransform

if TYPE_CHECKING:
    from cxrview.anatomy import Anatomy
    from cxrview.gui.view_state import ViewState
    from cxrview.gui.viewer.canvas import Canvas

LINE = QColor("#9fe3c0")  # neither of annotations nor of heat; the same in both themes: it lies on the film
RIM = QColor(0, 0, 0, 120)
WIDTH, RIM_WIDTH = 1.3, 2.8  # logical pixels


class LungsLayer(Layer):
    """Draws the outline, and the zones with it, as thin lines; nothing where no lungs were found."""

    def __init__(self, canvas: "Canvas", state: AppState, lungs: Lungs) -> None:
        super().__init__(canvas)
        self._state, self._lungs = state, lungs
        self._made: tuple[Anatomy, bool, QPainterPath] | None = None
        lungs.found.connect(self._draw)

    def _draw(self, view: "ViewState") -> None:
        if view is self.canvas.view:
            self.canvas.update()

    def paint(self, painter: QPainter, placement: ViewTransform) -> None:
        """Draw the outline, if it is known and wanted; ask for it if it is wanted."""
        settings = self._state.settings
        if not (settings.show_lungs or settings.show_zones):
            return
        anatomy = self._lungs.of(self.canvas.view)
        if anatomy is None or not anatomy.found:
            return
        path = placement.to_widget.map(self._path(anatomy, settings.show_zones))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((RIM, RIM_WIDTH), (LINE, WIDTH)):
            painter.setPen(QPen(colour, width))
            painter.drawPath(path)

    def _path(self, anatomy: "Anatomy", zones: bool) -> QPainterPath:
        """Return the outline, and the lines between the zones if wanted, in pixels of the image."""
        if self._made is None or self._made[0] is not anatomy or self._made[1] != zones:
            path = QPainterPath()
            for line in anatomy.outline():
                _add_smooth(path, [QPointF(x, y) for x, y in line[:-1].tolist()])
            for start, end in anatomy.zone_lines() if zones else ():
                path.moveTo(*start)
                path.lineTo(*end)
            self._made = (anatomy, zones, path)
        return self._made[2]


def _add_smooth(path: QPainterPath, corners: list[QPointF]) -> None:
    """Add the closed line through `corners` without the steps of the mask: each becomes a mean of five.

    The weights are 1, 4, 6, 4, 1, so that it moves by a fraction of a pixel of the mask.
    """
    count = len(corners)
    weights = (1, 4, 6, 4, 1)
    means = []
    for index in range(count):
        near = (
            corners[(index + away) % count] * weight
            for away, weight in zip(range(-2, 3), weights, strict=True)
        )
        means.append(sum(near, QPointF()) / sum(weights))
    path.moveTo((means[-1] + means[0]) / 2)
    for index, corner in enumerate(means):
        path.quadTo(corner, (corner + means[(index + 1) % count]) / 2)
