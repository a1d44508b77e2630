"""How a command looks in the palette: its icon, its title with what fits, where it stands, its keys."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QIcon, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cxrview.gui import theme as themes

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPersistentModelIndex

    from cxrview.gui.actions.palette_commands import PaletteCommand

COMMAND, PLACES = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
MARGIN, ICON, GAP = 12, 18, 12
CAP = 6.0  # room on either side of the words on a key


class RowDelegate(QStyledItemDelegate):
    """Draws the rows of the palette."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self.height = round(view.fontMetrics().height() * 2.1)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: "QModelIndex | QPersistentModelIndex") -> QSize:
        return QSize(10, self.height)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: "QModelIndex | QPersistentModelIndex",
    ) -> None:
        command: PaletteCommand = index.data(COMMAND)
        area, chosen = option.rect, bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(themes.current().selection))
            painter.drawRoundedRect(QRectF(area).adjusted(6, 1, -6, -1), 5, 5)
        self._icon(painter, area, command)
        theme = themes.current()
        ink = theme.faint if command.why else theme.on_selection if chosen else theme.text
        right = self._keys(painter, area, command, option.font)
        left = float(area.left() + MARGIN + ICON + GAP)
        left = self._title(
            painter, QRectF(left, area.top(), right - left, area.height()), index, option.font, ink
        )
        room = right - left - 2 * GAP
        painter.setFont(_smaller(option.font))
        painter.setPen(QColor(theme.muted if chosen and not command.why else theme.faint))
        metrics = QFontMetricsF(painter.font())
        words = f"{command.path} · {command.why}" if command.why else command.path
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        if room > 40:
            place = QRectF(left + GAP, area.top(), room, area.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        painter.restore()

    def _icon(self, painter: QPainter, area: QRect, command: "PaletteCommand") -> None:
        place = QRect(area.left() + MARGIN, area.center().y() - ICON // 2 + 1, ICON, ICON)
        mode = QIcon.Mode.Disabled if command.why else QIcon.Mode.Normal
        on = command.action.isCheckable() and command.action.isChecked()
        if not command.action.icon().isNull():
            command.action.icon().paint(
                painter, place, Qt.AlignmentFlag.AlignCenter, mode, QIcon.State.On if on else QIcon.State.Off
            )
        elif on:
            themes.icon("check").paint(painter, place, Qt.AlignmentFlag.AlignCenter, mode)

    def _title(
        self,
        painter: QPainter,
        area: QRectF,
        index: "QModelIndex | QPersistentModelIndex",
        font: QFont,
        ink: str,
    ) -> float:
        """Write the title, the letters that fit in the accent's colour, and return where it ends."""
        command: PaletteCommand = index.data(COMMAND)
        places, bold = index.data(PLACES), QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        left = area.left()
        baseline = area.center().y() + (QFontMetricsF(font).ascent() - QFontMetricsF(font).descent()) / 2
        for place, letter in enumerate(command.title):
            hit = place in places
            painter.setFont(bold if hit else font)
            painter.setPen(QColor(themes.current().accent if hit and not command.why else ink))
            width = QFontMetricsF(painter.font()).horizontalAdvance(letter)
            if left + width > area.right():
                break
            painter.drawText(QPointF(left, baseline), letter)
            left += width
        return left

    def _keys(self, painter: QPainter, area: QRect, command: "PaletteCommand", font: QFont) -> float:
        """Draw the keys as on a keyboard and return where they begin."""
        right = float(area.right() - MARGIN - 4)
        if not command.keys:
            return right
        painter.setFont(_smaller(font))
        metrics = QFontMetricsF(painter.font())
        names = command.keys.replace("++", "+\0").split("+")
        for name in reversed([part.replace("\0", "+") for part in names if part]):
            width = max(metrics.horizontalAdvance(name) + 2 * CAP, metrics.height() + 3)
            height = metrics.height() + 3
            cap = QRectF(right - width, area.center().y() - height / 2 + 0.5, width, height)
            painter.setPen(QPen(QColor(themes.current().line), 1))
            painter.setBrush(QColor(themes.current().field))
            painter.drawRoundedRect(cap, 3.5, 3.5)
            painter.setPen(QColor(themes.current().faint if command.why else themes.current().muted))
            painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, name)
            right = cap.left() - 4
        return right


def _smaller(font: QFont) -> QFont:
    smaller = QFont(font)
    smaller.setPointSizeF(font.pointSizeF() * 0.88)
    return smaller
