"""How the small picture of an image is drawn in a list."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap

from cxrview.gui import theme as themes

ROUND = 3
ICON = 18
WAITING = "#4a525b"  # on black, whatever the theme


def paint(painter: QPainter, place: QRect, pixmap: QPixmap | None, failed: bool = False) -> None:
    """Draw `pixmap` on black, as large as fits into `place`; an icon where there is none, or none yet."""
    outline = QPainterPath()
    outline.addRoundedRect(QRectF(place), ROUND, ROUND)
    painter.fillPath(outline, QColor("#000000"))
    if pixmap is None or pixmap.isNull():
        name, colour = ("circle-x", themes.current().error) if failed else ("image", WAITING)
        corner = QRect(place.center().x() - 8, place.center().y() - 8, ICON, ICON)
        painter.drawPixmap(corner, themes.pixmap(name, colour, ICON, painter.device().devicePixelRatio()))
        return
    size = pixmap.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    inside = QRectF(0, 0, size.width(), size.height())
    inside.moveCenter(QRectF(place).center())
    painter.save()
    painter.setClipPath(outline)
    painter.drawPixmap(inside, pixmap, QRectF(pixmap.rect()))
    painter.restore()
