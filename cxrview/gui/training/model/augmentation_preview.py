"""Twelve pictures: one of the user's own images, and eleven times what the random changes make of it."""

import base64

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cxrview.i18n import tr

COLUMNS, ROWS = 3, 4
CHANGED = COLUMNS * ROWS - 1
GAP = 4


def decoded(picture: str) -> QImage:
    """Return the picture in `picture`, a PNG in base64."""
    return QImage.fromData(base64.b64decode(picture))


class PreviewGrid(QWidget):
    """The pictures on black, the plain one first; a line in the middle where there are none."""

    def __init__(self) -> None:
        super().__init__(accessibleName=tr("What the changes make of an image"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(300, 300)
        self.pictures: list[QImage] = []
        self._line = ""

    def sizeHint(self) -> QSize:
        return QSize(390, 520)

    def show_pictures(self, pictures: list[QImage]) -> None:
        """Show `pictures`."""
        self.pictures, self._line = pictures, ""
        self.update()

    def say(self, line: str) -> None:
        """Say `line`, in the place of pictures if there are none."""
        self._line = line
        self.update()

    def clear(self, line: str) -> None:
        """Show `line` alone."""
        self.pictures = []
        self.say(line)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#000000"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if not self.pictures:
            painter.setPen(QColor("#929ba6"))
            inner = self.rect().adjusted(24, 24, -24, -24)
            painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._line)
        for number, picture in enumerate(self.pictures):
            painter.drawImage(self._place(number), picture)
        if self.pictures:
            self._name_original(painter)
        painter.end()

    def _place(self, number: int) -> QRectF:
        side = min((self.width() - (COLUMNS + 1) * GAP) / COLUMNS, (self.height() - (ROWS + 1) * GAP) / ROWS)
        left = (self.width() - COLUMNS * side - (COLUMNS - 1) * GAP) / 2
        row, column = divmod(number, COLUMNS)
        return QRectF(left + column * (side + GAP), GAP + row * (side + GAP), side, side)

    def _name_original(self, painter: QPainter) -> None:
        """Write on the plain picture that it is."""
        place, words = self._place(0), tr("Original")
        text = QRectF(painter.fontMetrics().boundingRect(words)).adjusted(-6, -2, 6, 2)
        text.moveTopLeft(place.topLeft())
        painter.fillRect(text, QColor(0, 0, 0, 170))
        painter.setPen(QColor("#eef4f9"))
        painter.drawText(text, Qt.AlignmentFlag.AlignCenter, words)
