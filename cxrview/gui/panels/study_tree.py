"""The tree of the study list: how its rows are drawn, chosen and walked."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from cxrview.gui.panels.bars import percent
from cxrview.gui.panels.study_model import FINDING, KEY
from cxrview.gui.theme import Theme

DOT = 8
GAP = 6


class FindingDelegate(QStyledItemDelegate):
    """Writes what the model said at the right of a row: a dot in the class's colour, and how probable."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        finding = index.data(FINDING)
        if finding is None or not finding.in_domain:
            super().paint(painter, option, index)
            return
        words = percent(finding.probability)
        width = option.fontMetrics.horizontalAdvance(words)
        room = width + DOT + 2 * GAP + 4
        narrowed = QStyleOptionViewItem(option)
        narrowed.rect = option.rect.adjusted(0, 0, -room, 0)
        self.parent().style().drawPrimitive(
            self.parent().style().PrimitiveElement.PE_PanelItemViewItem, option, painter, self.parent()
        )
        super().paint(painter, narrowed, index)
        right = option.rect.right() - 4
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self.theme.muted))
        place = QRect(right - width, option.rect.top(), width, option.rect.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.theme.class_colour(finding.colour)))
        painter.drawEllipse(place.left() - GAP - DOT, place.center().y() - DOT // 2 + 1, DOT, DOT)
        painter.restore()


class StudyTree(QTreeView):
    """A tree whose current row may move by itself, when rows come and go: only the user chooses one.

    Signals:
        chosen: the user clicked on a row, went to it with the keys, or pressed Enter on it.
    """

    chosen = Signal(QModelIndex)

    def __init__(self, model: QAbstractItemModel, theme: Theme) -> None:
        super().__init__(headerHidden=True, indentation=14, iconSize=QSize(14, 14))
        self.setModel(model)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setAccessibleName("Study list")
        self.delegate = FindingDelegate(theme, self)
        self.setItemDelegate(self.delegate)
        self.clicked.connect(self.chosen)
        self.activated.connect(self.chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = QPersistentModelIndex(self.currentIndex())
        super().keyPressEvent(event)
        if self.currentIndex() != before:
            self.chosen.emit(self.currentIndex())


def file_beside(model: QAbstractItemModel, index: QModelIndex, by: int) -> QModelIndex:
    """Return the file row after (1) or before (-1) the one at `index`, in the order of the tree.

    With an invalid `index` that is the first or the last one. Folded rows count, frames do not.
    """
    if not index.isValid():
        return _end(model, _child(model, index, by), by)
    while index.isValid():
        sibling = index.siblingAtRow(index.row() + by)
        if sibling.isValid():
            return _end(model, sibling, by)
        index = index.parent()
    return QModelIndex()


def study_beside(model: QAbstractItemModel, index: QModelIndex, by: int) -> QModelIndex:
    """Return the first file row of the group after or before the one that `index`, a file row, is in."""
    beside = file_beside(model, index.parent(), by)
    return beside.siblingAtRow(0) if beside.isValid() else beside


def _end(model: QAbstractItemModel, index: QModelIndex, by: int) -> QModelIndex:
    """Return the first (1) or last (-1) file row at or below `index`."""
    while index.isValid() and index.data(KEY) is None:
        index = _child(model, index, by)
    return index


def _child(model: QAbstractItemModel, parent: QModelIndex, by: int) -> QModelIndex:
    return model.index(0 if by > 0 else model.rowCount(parent) - 1, 0, parent)
