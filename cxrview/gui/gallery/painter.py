"""How a film is drawn on the light table: its picture with flag and stars, and two lines under it."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.gallery import texts
from cxrview.gui.studies.nodes import StudyNode
from cxrview.gui.studies.row_painter import Picture, RowPainter, write
from cxrview.gui.studies.study_model import NODE
from cxrview.gui.studies.tree_model import Index

AROUND = 6  # pixels between the picture and the edge of its cell
STAR = 11
BACKING = QColor(0, 0, 0, 170)


class FilmPainter(RowPainter):
    """Draws films of one size; `side` is that of the square that a picture fits into."""

    def __init__(self, picture: Picture, parent: QWidget, side: int) -> None:
        super().__init__(picture, parent)
        self.side = side

    def cell(self) -> QSize:
        """Return the least size of a film with what stands under it."""
        line = self._view.fontMetrics().height()
        return QSize(self.side + 2 * AROUND, self.side + 2 * line + 3 * AROUND)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return self.cell()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        node: StudyNode = index.data(NODE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self._paint_ground(painter, option, selected)
        place = QRect(area.center().x() - self.side // 2, area.top() + AROUND, self.side, self.side)
        self._paint_picture(painter, place, node)
        self._paint_stars(painter, place, node)
        self._paint_words(painter, option, node, place.bottom() + AROUND // 2, selected)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, selected: bool) -> None:
        area, theme = QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -1.5), themes.current()
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if not (selected or focused):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent), 2) if focused else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.selection) if selected else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, 5, 5)

    def _paint_film(self, painter: QPainter, place: QRect, pixmap: QPixmap) -> None:
        """Draw a picture on black; one that was made for this size goes pixel for pixel, which is fast."""
        painter.fillRect(place, QColor("#000000"))
        ratio = painter.device().devicePixelRatio()
        room = QSize(round(place.width() * ratio), round(place.height() * ratio))
        size = pixmap.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        inside = QRect(0, 0, round(size.width() / ratio), round(size.height() / ratio))
        inside.moveCenter(place.center())
        if pixmap.size() == size:
            pixmap.setDevicePixelRatio(ratio)
            painter.drawPixmap(inside.topLeft(), pixmap)
        else:  # of another size; for a larger one its own is on the way, so it need not be smooth
            smooth = pixmap.width() < size.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawPixmap(inside, pixmap)

    def _paint_stars(self, painter: QPainter, place: QRect, node: StudyNode) -> None:
        stars = node.entry.stars if node.entry is not None else 0
        if not stars:
            return
        width = stars * (STAR + 1) + 5
        backing = QRect(place.left(), place.bottom() - STAR - 5, width, STAR + 6)
        painter.fillRect(backing, BACKING)
        ratio = painter.device().devicePixelRatio()
        star = themes.pixmap("star", themes.DARK.warning, STAR, ratio)
        for number in range(stars):
            painter.drawPixmap(backing.left() + 3 + number * (STAR + 1), backing.top() + 3, star)

    def _paint_words(
        self, painter: QPainter, option: QStyleOptionViewItem, node: StudyNode, top: int, selected: bool
    ) -> None:
        first, second = texts.lines(node, self.nameless)
        theme, height = themes.current(), option.fontMetrics.height()
        left, right = option.rect.left() + AROUND, option.rect.right() - AROUND
        line = QRect(left, top, right - left, height)
        room = self._paint_finding(painter, option, node, line)
        words = line.adjusted(0, 0, -max(0, room - AROUND), 0)
        write(painter, option.font, words, first, theme.on_selection if selected else theme.text)
        below = line.translated(0, height)
        write(painter, option.font, below, second, theme.on_selection if selected else theme.muted)
