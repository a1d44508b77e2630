"""A table of figures, each with its interval below it."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
)

from cxrview.gui import theme as themes

BELOW = Qt.ItemDataRole.UserRole
COLOUR = Qt.ItemDataRole.UserRole + 1
PAD = 8
DOT = 8
SLACK = 3  # that the view takes from a cell, and rounding
Cell = tuple[str, str]
"""What stands in a cell, and below it."""


class FigureTable(QTableWidget):
    """Read only. The first column names what the row is about."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._rows = _FigureRows(self)
        self.setItemDelegate(self._rows)
        self.setAccessibleName(name)
        self.setObjectName("figures")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setShowGrid(False)
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMinimumSectionSize(64)
        self.setHorizontalScrollMode(QTableWidget.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def show_rows(
        self, heads: Sequence[str], rows: Sequence[Sequence[Cell]], classes: Sequence[int] = ()
    ) -> None:
        """Show `rows` under `heads`; the first ones are about `classes`, by their numbers."""
        self.clear()
        self.setRowCount(len(rows))
        self.setColumnCount(len(heads))
        middle = Qt.AlignmentFlag.AlignVCenter
        right, left = Qt.AlignmentFlag.AlignRight | middle, Qt.AlignmentFlag.AlignLeft | middle
        for column, head in enumerate(heads):
            item = QTableWidgetItem(head)
            item.setTextAlignment(right if column else left)
            item.setToolTip(head)
            self.setHorizontalHeaderItem(column, item)
        tall = any(below for row in rows for _, below in row)
        height = self.fontMetrics().height() * (2 if tall else 1) + 12
        for number, row in enumerate(rows):
            for column, (text, below) in enumerate(row):
                item = QTableWidgetItem(text)
                item.setData(BELOW, below)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{text} ({below})" if below else text)
                if column == 0 and number < len(classes):
                    item.setData(COLOUR, classes[number])
                self.setItem(number, column, item)
            self.setRowHeight(number, height)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        if heads:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def text(self, row: int, column: int) -> str:
        """Return what stands in a cell, with what stands below it."""
        item = self.item(row, column)
        assert item is not None
        below = item.data(BELOW)
        return f"{item.text()} {below}".strip()


class _FigureRows(QStyledItemDelegate):
    def __init__(self, table: FigureTable) -> None:
        super().__init__(table)
        self._table = table

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        metrics = option.fontMetrics
        lines = (index.data(), index.data(BELOW) or "")
        dot = DOT + 6 if index.data(COLOUR) is not None else 0
        width = max(metrics.horizontalAdvance(line) for line in lines) + 2 * PAD + SLACK + dot
        return QSize(width, 2 * metrics.height() + 12)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        area, metrics, theme = option.rect, option.fontMetrics, themes.current()
        painter.setPen(QColor(theme.line))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(theme.accent))
            painter.drawRect(area.adjusted(0, 0, -1, -2))
        text, below = index.data(), index.data(BELOW) or ""
        lines: list[tuple[str, Any]] = [(text, theme.text)] + ([(below, theme.muted)] if below else [])
        side = Qt.AlignmentFlag.AlignRight if index.column() else Qt.AlignmentFlag.AlignLeft
        inside = area.adjusted(PAD if index.column() else 2, 0, -PAD, 0)
        top = area.center().y() - len(lines) * metrics.height() // 2
        if (number := index.data(COLOUR)) is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.class_colour(number)))
            painter.drawEllipse(inside.left(), area.center().y() - DOT // 2, DOT, DOT)
            inside.adjust(DOT + 6, 0, 0, 0)
        for line, colour in lines:
            painter.setPen(QColor(colour))
            place = QRect(inside.left(), top, inside.width(), metrics.height())
            words = metrics.elidedText(line, Qt.TextElideMode.ElideRight, inside.width())
            painter.drawText(place, side, words)
            top += metrics.height()
        painter.restore()
