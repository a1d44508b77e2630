"""The heatmap over the picture of one canvas, with its grid, contours, frame and colour scale."""

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter

from cxrview.explain.style import HeatStyle
from cxrview.gui.state import AppState
from cxrview.gui.theme import wrapped
from cxrview.gui.viewer import heat_scale
from cxrview.gui.viewer.layer import Layer
from cxrview.gui.viewer.view_transform import ViewTransform
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.gui.viewer.canvas import Canvas
    from cxrview.gui.viewer.heat_picture import HeatPicture

SCALE_ROOM = 640  # logical pixels: in a smaller viewport the scale stands in the panel only
# Where a chest lies on a film, as shares of its sides, if the model was not given the lungs alone.
CHEST = (0.1, 0.1, 0.9, 0.85)
NEAR = 4  # logical pixels from the frame within which it explains itself


class HeatLayer(Layer):
    """Shows the heatmap of the canvas's view as the settings say."""

    kind = "heatmap"

    def __init__(self, canvas: "Canvas", state: AppState) -> None:
        super().__init__(canvas)
        self._state = state
        self._made: HeatPicture | None = None

    @property
    def visible(self) -> bool:
        """Whether there is a heatmap on the canvas at this moment."""
        settings, view = self._state.settings, self.canvas.view
        on = settings.heatmap_visible and view.heat_shown and not self._state.peeking
        known = view.heat is not None and view.heat_class in view.heat.class_names
        return on and known and settings.heatmap_opacity > 0 and not self._state.withholds_heat(view)

    def paint(self, painter: QPainter, placement: ViewTransform) -> None:
        """Paint heatmap and frame; the colour scale and words only on the canvas itself, not in a lens."""
        if not self.visible:
            return
        picture = self._picture()
        picture.paint(painter, placement, self._state.settings.heatmap_opacity)
        here = placement is self.canvas.placement
        picture.paint_frame(painter, placement)
        taken = self.canvas.corners.taken() if here else []
        named = picture.name_frame(painter, placement, taken) if here else QRectF()
        wide = self.canvas.width() >= SCALE_ROOM  # else it would hide what it explains
        if wide and here and self._state.settings.heatmap_bar:
            self._paint_scale(painter, [*taken, *([named] if not named.isEmpty() else [])])

    def _paint_scale(self, painter: QPainter, taken: list[QRectF]) -> None:
        """Draw the colour scale where it covers neither chest nor words, which have `taken` their places."""
        canvas, box = self.canvas, self._picture().explanation.letterbox
        film, (left, top, right, bottom) = canvas.placement.area, box.crop
        if (left, top, right, bottom) == (0, 0, box.width, box.height):
            left, right = (round(box.width * share) for share in CHEST[::2])
            top, bottom = (round(box.height * share) for share in CHEST[1::2])
        chest = canvas.placement.to_widget.mapRect(QRectF(left, top, right - left, bottom - top))
        heat_scale.draw(painter, QRectF(canvas.rect()), canvas.font(), self._legend(), chest, film, taken)

    def _legend(self) -> heat_scale.Legend:
        view = self.canvas.view
        label = self._state.model.label(view.heat_class)
        title = tr("{label}, pinned").format(label=label) if view.chosen_class is not None else label
        return heat_scale.legend_of(self._picture().explanation, view.heat_class, title, self._style())

    def hover(self, event: QMouseEvent) -> Qt.CursorShape | None:
        """Explain the frame, and the cells while they are drawn; the cursor stays that of the tool."""
        self.canvas.setToolTip(wrapped(self.explain(event.position())) if self.visible else "")
        return None

    def explain(self, point: QPointF) -> str:
        """Return a sentence about what is under `point` (widget), or ""."""
        from cxrview.explain.grid import cell_at
        from cxrview.explain.overlay import has_own_scale, shares

        picture, view = self._picture(), self.canvas.view
        frame = picture.frame
        if frame is not None:
            placed = self.canvas.placement.to_widget.mapRect(frame)
            outer = placed.adjusted(-NEAR, -NEAR, NEAR, NEAR)
            if outer.contains(point) and not placed.adjusted(NEAR, NEAR, -NEAR, -NEAR).contains(point):
                return tr("The model sees only what is inside the frame.")
        if self._state.settings.heatmap_mode != "cells" and not self._state.settings.heatmap_grid:
            return ""
        at = self.canvas.placement.to_image.map(point)
        cell = cell_at(picture.explanation, at.x(), at.y())
        if cell is None:
            return ""
        share = float(shares(picture.explanation, view.heat_class, picture.style.own)[cell])
        high, wide = picture.explanation.maps.shape[1:]
        words = tr("One of {wide} × {high} cells: {share} ({unit}).")
        unit = heat_scale.unit(has_own_scale(picture.explanation, picture.style.own))
        return words.format(wide=wide, high=high, share=heat_scale.percent(share), unit=unit)

    def _style(self) -> HeatStyle:
        return HeatStyle.of(self._state.settings)

    def _picture(self) -> "HeatPicture":
        """Return the heatmap, made anew where explanation, class or style are others."""
        from cxrview.gui.viewer.heat_picture import HeatPicture

        explanation, name = self.canvas.view.heat, self.canvas.view.heat_class
        style = dataclasses.replace(self._style(), opacity=1.0)  # painted with, not made with
        assert explanation is not None  # asked for only where a heatmap is visible
        made = self._made
        if (
            made is None
            or made.explanation is not explanation
            or (made.class_name, made.style) != (name, style)
        ):
            made = self._made = HeatPicture(explanation, name, style)
        return made
