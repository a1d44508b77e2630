"""How a row of the study list is drawn: a small picture, two lines, and what the model said."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.state import FrameResult, Mark
from cxrview.gui.studies import row_texts
from cxrview.gui.studies.nodes import NodeKind, StudyNode
from cxrview.gui.studies.sorting import TOP
from cxrview.gui.studies.study_model import NODE
from cxrview.gui.studies.tree_model import Index
from cxrview.gui.widgets import small_picture
from cxrview.gui.widgets.elided import elision
from cxrview.i18n import percent

HEIGHT = 50
SIDE = 44  # of a picture
DOT = 8
RING = 1.8  # width of the dot's edge where the reading is too close to call
GAP = 6
MARGIN = 6
FLAG = 11
ICONS = {
    NodeKind.PATIENT: "user",
    NodeKind.FOLDER: "folder",
    NodeKind.ARCHIVE: "archive",
    NodeKind.STUDY: "calendar",
    NodeKind.SERIES: "layers",
}
Picture = Callable[[Path, int, int], QPixmap | None]


class RowPainter(QStyledItemDelegate):
    """Draws every kind of row at the same height, for which the tree needs not ask ten thousand times."""

    def __init__(self, picture: Picture, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self._picture = picture
        self.nameless = False  # who the patients are stays hidden

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(SIDE, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        node = index.data(NODE)
        style = self._view.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, self._view)
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform, True
        )
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if node.group is not None:
            self._paint_group(painter, option, node, selected)
        else:
            self._paint_image(painter, option, node, selected)
        painter.restore()

    def _paint_group(
        self, painter: QPainter, option: QStyleOptionViewItem, node: StudyNode, selected: bool
    ) -> None:
        area = option.rect
        place = QRect(area.left() + 3, area.center().y() - 8, 16, 16)
        theme = themes.current()
        colour = theme.on_selection if selected else theme.muted
        painter.drawPixmap(
            place, themes.pixmap(ICONS[node.kind], colour, 16, painter.device().devicePixelRatio())
        )
        count = str(node.images)
        room = option.fontMetrics.horizontalAdvance(count) + GAP + MARGIN
        lines = row_texts.nameless_lines(node) if self.nameless else row_texts.lines(node)
        text = area.adjusted(27, 0, -room, 0)
        self._paint_lines(painter, option, text, lines, selected, node.kind in TOP)
        painter.setFont(_smaller(option.font))
        painter.setPen(QColor(colour))
        line = self._first_line(option, area, bool(lines[1]))
        place = QRect(area.left(), line.top(), area.width() - MARGIN, line.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, count)

    def _paint_image(
        self, painter: QPainter, option: QStyleOptionViewItem, node: StudyNode, selected: bool
    ) -> None:
        area = option.rect
        picture = QRect(area.left() + 2, area.top() + (area.height() - SIDE) // 2, SIDE, SIDE)
        self._paint_picture(painter, picture, node)
        lines = row_texts.nameless_lines(node) if self.nameless else row_texts.lines(node)
        line = self._first_line(option, area, bool(lines[1]))
        room = self._paint_finding(painter, option, node, line)
        text = area.adjusted(2 + SIDE + 9, 0, -room, 0)
        unread = node.entry is not None and not node.entry.seen and node.entry.mark is not Mark.FAILED
        if unread:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(themes.current().accent))
            painter.drawEllipse(QPointF(text.left() + 3, line.center().y() + 1), 3, 3)
        self._paint_lines(painter, option, text, lines, selected, False, 11 if unread else 0)

    def _paint_picture(self, painter: QPainter, place: QRect, node: StudyNode) -> None:
        path, entry = node.path, node.entry
        failed = entry is not None and entry.mark is Mark.FAILED
        side = round(place.width() * painter.device().devicePixelRatio())
        pixmap = self._picture(path, node.frame, side) if path and not failed else None
        if pixmap is None or pixmap.isNull():
            small_picture.paint(painter, place, None, failed)
        else:
            self._paint_film(painter, place, pixmap)
        if entry is not None and entry.flagged:
            self._paint_flag(painter, place)

    def _paint_film(self, painter: QPainter, place: QRect, pixmap: QPixmap) -> None:
        """Draw a picture that is there."""
        small_picture.paint(painter, place, pixmap)

    @staticmethod
    def _paint_flag(painter: QPainter, picture: QRect) -> None:
        """Draw a flag into the corner of a picture, on a ground that stands out from any."""
        place = QRect(picture.right() - FLAG - 3, picture.top(), FLAG + 4, FLAG + 4)
        painter.fillRect(place, QColor(0, 0, 0, 170))
        ratio = painter.device().devicePixelRatio()
        drawn = themes.pixmap("flag", themes.DARK.warning, FLAG, ratio)
        painter.drawPixmap(place.left() + 2, place.top() + 2, drawn)

    def _paint_finding(
        self, painter: QPainter, option: QStyleOptionViewItem, node: StudyNode, line: QRect
    ) -> int:
        """Write what the model said at the right of the first line; return the room that it takes."""
        found = row_texts.finding(node)
        right = option.rect.right() - MARGIN
        entry = node.entry
        refused = entry is not None and entry.mark is Mark.REFUSED
        if refused or (found is not None and not found.in_domain):
            ratio = painter.device().devicePixelRatio()
            place = QRect(right - 14, line.center().y() - 7, 15, 15)
            painter.drawPixmap(place, themes.pixmap("triangle-alert", themes.current().warning, 15, ratio))
            return 15 + GAP + MARGIN
        return self._paint_percent(painter, option, found, line, right) if found is not None else MARGIN

    def _paint_percent(
        self, painter: QPainter, option: QStyleOptionViewItem, found: FrameResult, line: QRect, right: int
    ) -> int:
        words = percent(found.probability)
        width = option.fontMetrics.horizontalAdvance(words)
        painter.setFont(option.font)
        painter.setPen(QColor(themes.current().muted))
        place = QRect(right - width, line.top(), width + 1, line.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        colour = QColor(themes.current().class_colour(found.colour))
        dot = QRectF(place.left() - GAP - DOT, line.center().y() - DOT // 2 + 1, DOT, DOT)
        if found.too_close:  # a ring
            painter.setPen(QPen(colour, RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            dot.adjust(RING / 2, RING / 2, -RING / 2, -RING / 2)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
        painter.drawEllipse(dot)
        return width + DOT + 2 * GAP + MARGIN

    def _paint_lines(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        place: QRect,
        lines: tuple[str, str],
        selected: bool,
        strong: bool,
        indent: int = 0,
    ) -> None:
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        theme = themes.current()
        first = self._first_line(option, place, bool(lines[1])).adjusted(indent, 0, 0, 0)
        write(
            painter,
            font,
            first,
            lines[0],
            theme.on_selection if selected else theme.text,
        )
        second = QRect(place.left(), first.bottom() + 1, option.rect.right() - MARGIN - place.left(), 18)
        small = _smaller(option.font)
        write(
            painter,
            small,
            second,
            lines[1],
            theme.on_selection if selected else theme.muted,
        )

    def _first_line(self, option: QStyleOptionViewItem, place: QRect, second: bool) -> QRect:
        """Return where the first line stands: in the middle if there is no second one."""
        height = option.fontMetrics.height()
        below = QFontMetrics(_smaller(option.font)).height() + 1 if second else 0
        top = place.center().y() - (height + below + 2) // 2
        return QRect(place.left(), top, place.width(), height + 2)


def write(painter: QPainter, font: QFont, place: QRect, words: str, colour: str) -> None:
    """Write one line into `place`, cut off where it does not fit."""
    painter.setFont(font)
    painter.setPen(QColor(colour))
    line = painter.fontMetrics().elidedText(words, elision(words), place.width())
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
    painter.drawText(place, flags, line)


def _smaller(font: QFont) -> QFont:
    small = QFont(font)
    if font.pixelSize() > 0:
        small.setPixelSize(max(9, round(font.pixelSize() * 0.9)))
    else:
        small.setPointSizeF(font.pointSizeF() * 0.9)
    return small
