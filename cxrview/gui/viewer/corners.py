"""What is written over one canvas: the corners, the edges' letters, the value under the pointer, warnings."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from cxrview.gui.state import AppState
from cxrview.gui.view_state import ViewStage
from cxrview.gui.viewer import corner_text
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.gui.viewer.canvas import Canvas
    from cxrview.imaging import Radiograph
    from cxrview.settings import Settings

AROUND = (-5, -2, 5, 2)  # of a text, its plate
VALUE = "x 0000  y 0000   00000"  # about as wide as what is under the pointer
VALUE_ROOM = (360, 60)  # logical pixels at the bottom right that the value under the pointer may take


class Corners:
    """The texts of one canvas; the settings say which of them are wanted."""

    def __init__(self, canvas: "Canvas", state: AppState) -> None:
        self._canvas, self._state = canvas, state

    def draw(self, painter: QPainter, area: QRect, loading: bool) -> None:
        """Draw what there is to say over the whole `area`; `loading`: reading has taken a while."""
        canvas, shown = self._canvas, self._canvas.view.shown
        font = QFont(canvas.font())
        if shown.radiograph is not None:
            blocks = self.blocks()
            if (value := self._value(shown.radiograph)) and self._state.settings.corner_technique:
                blocks["br"] = [value, *blocks["br"]]
            corner_text.draw(painter, area, blocks, font, self.warning())
            self._draw_edges(painter, area, shown.radiograph, font)
        elif shown.stage is ViewStage.LOADING and shown.path is not None and loading:
            words = tr("Reading {name} …").format(name=canvas.called(shown.path))
            corner_text.draw(painter, area, {"tl": [words]}, font)

    def draw_still(self, painter: QPainter, area: QRect, settings: "Settings", zoom: float) -> None:
        """Draw what belongs on a saved picture: as `settings` say, and nothing about the pointer."""
        canvas = self._canvas
        radiograph = canvas.view.shown.radiograph
        if radiograph is None:
            return
        font = QFont(canvas.font())
        blocks = corner_text.lines(radiograph, canvas.view, zoom, settings)
        corner_text.draw(painter, area, blocks, font, self.warning())
        self._draw_edges(painter, area, radiograph, font)

    def blocks(self) -> corner_text.Blocks:
        """Return the lines of the four corners, without the value under the pointer."""
        radiograph = self._canvas.view.shown.radiograph
        if radiograph is None:
            return {}
        return corner_text.lines(radiograph, self._canvas.view, self._canvas.zoom, self._state.settings)

    def warning(self) -> str:
        """Return the line that stays on the image also when the reading is folded away."""
        prediction = self._canvas.view.reading.prediction
        if prediction is not None and not prediction.in_domain:
            return corner_text.doubt(prediction)
        return ""

    def taken(self) -> list[QRectF]:
        """Return the parts of the canvas that its texts take, the value under the pointer among them."""
        radiograph, area, font = self._canvas.view.shown.radiograph, self._canvas.rect(), self._canvas.font()
        if radiograph is None:
            return []
        blocks = self.blocks()
        if self._state.settings.corner_technique:
            blocks["br"] = [VALUE, *blocks["br"]]
        texts = [block.area for block in corner_text.placed(area, blocks, font, self.warning())]
        letters = [place for place, _letters in self._letters(area, radiograph, _bold(font))]
        return [QRectF(place.adjusted(*AROUND)) for place in (*texts, *letters)]

    def whole(self, place: QPoint) -> str:
        """Return the lines of the corner at `place` as they are, if one of them is cut there; else ""."""
        blocks = {corner: lines for corner, lines in self.blocks().items() if lines}
        shown = corner_text.placed(self._canvas.rect(), blocks, self._canvas.font())
        for lines, block in zip(blocks.values(), shown, strict=True):
            if block.area.contains(place) and block.lines != lines:
                return "\n".join(lines)
        return ""

    def words(self) -> str:
        """Return all of it for a screen reader."""
        lines = [line for block in self.blocks().values() for line in block]
        return ", ".join(line for line in (*lines, self.warning()) if line)

    def value_place(self) -> QRect:
        """Return the part of the canvas in which the value under the pointer stands."""
        area = self._canvas.rect()
        return QRect(area.right() - VALUE_ROOM[0], area.bottom() - VALUE_ROOM[1], *VALUE_ROOM)

    def _value(self, radiograph: "Radiograph") -> str:
        """Return place and value of the pixel under the pointer; colour as its luminance."""
        pointer = self._canvas.pointer
        if pointer is None:
            return ""
        place = self._canvas.placement.to_image.map(QPointF(pointer))
        column, row = int(place.x() // 1), int(place.y() // 1)
        height, width = radiograph.shape
        if not (0 <= column < width and 0 <= row < height):
            return ""
        if radiograph.padding is not None and radiograph.padding[row, column]:
            return tr("x {x}  y {y}   no image").format(x=column, y=row)
        return f"x {column}  y {row}   {radiograph.values[row, column]:g}"

    def _draw_edges(self, painter: QPainter, area: QRect, radiograph: "Radiograph", font: QFont) -> None:
        # A burned-in letter is mirrored with the film: then the letters here are the ones to go by.
        ink = corner_text.WARNING if self._canvas.view.orientation.mirrored else corner_text.INK
        bold = _bold(font)
        painter.setFont(bold)
        for place, letters in self._letters(area, radiograph, bold):
            painter.fillRect(place.adjusted(-5, -1, 5, 1), corner_text.PLATE)
            painter.setPen(ink)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, letters)

    def _letters(self, area: QRect, radiograph: "Radiograph", font: QFont) -> list[tuple[QRect, str]]:
        """Return the letters at the edges of `area`, and where they stand in `font`."""
        patient, metrics = radiograph.pictured.patient_orientation, QFontMetrics(font)
        if len(patient) != 2 or not self._state.settings.corner_laterality:
            return []
        margin = corner_text.MARGIN
        places = {
            "left": (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
            "right": (Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
            "top": (Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter),
            "bottom": (Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignHCenter),
        }
        inner = area.adjusted(margin, margin, -margin, -margin)
        if inner.height() < 6 * metrics.height():
            return []
        found = corner_text.edges(patient, self._canvas.view.orientation)
        return [(metrics.boundingRect(inner, places[edge], text), text) for edge, text in found.items()]


def _bold(font: QFont) -> QFont:
    """Return `font` as the letters at the edges have it."""
    bold = QFont(font)
    bold.setBold(True)
    bold.setPointSizeF(font.pointSizeF() * 1.3)
    return bold
