"""The tree of the study list: what is chosen in it and by whom, what is unfolded, and how it is walked."""

from pathlib import Path

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTreeView

from cxrview.gui.studies.row_painter import HEIGHT, Picture, RowPainter
from cxrview.gui.studies.study_model import KEY, StudyModel
from cxrview.i18n import tr

STEPS: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
EXTENDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class StudyTree(QTreeView):
    """A tree whose current row may move by itself, when rows come and go: only the user chooses one.

    What is on the screen stays where it is while rows are added above it.

    Signals:
        chosen: the user clicked on a row, went to it with the keys, or pressed Enter on it.
        removed: the user wants the selected rows out of the list.
        menu_wanted: the user asked for a menu; carries where on the screen.
    """

    chosen = Signal(QModelIndex)
    removed = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, model: StudyModel, picture: Picture) -> None:
        super().__init__(headerHidden=True, indentation=14, iconSize=QSize(14, 14), uniformRowHeights=True)
        self._anchor: tuple[QPersistentModelIndex, int, int] | None = None
        self._unfolded: set[int] = set()  # serial numbers, so that they outlive a filter
        self._mine = False  # the filter unfolds, not the user
        self._model = model
        model.rowsAboutToBeInserted.connect(self._drop_anchor)
        model.rowsAboutToBeRemoved.connect(self._drop_anchor)
        model.rowsAboutToBeMoved.connect(self._drop_anchor)
        model.layoutAboutToBeChanged.connect(self._drop_anchor)
        self.setModel(model)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setAutoScroll(False)  # which would scroll sideways after the current row
        self.setAccessibleName(tr("Study list"))
        self.delegate = RowPainter(picture, self)
        self.setItemDelegate(self.delegate)
        self.clicked.connect(self._clicked)
        self.activated.connect(self.chosen)
        self.expanded.connect(self._note_unfolded)
        self.collapsed.connect(self._note_folded)

    def rows_in_sight(self) -> set[tuple[Path, int]]:
        """Return path and frame of the images that are on the screen now."""
        seen: set[tuple[Path, int]] = set()
        index = self.indexAt(QPoint(1, 1))
        bottom = self.viewport().height()
        while index.isValid() and self.visualRect(index).top() < bottom:
            if (key := index.data(KEY)) is not None:
                seen.add(key)
            index = self.indexBelow(index)
        return seen

    def go_to(self, index: QModelIndex) -> None:
        """Make `index` the one selected row, in sight, whatever keys are held down just now."""
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)

    def unfold_again(self, everything: bool) -> None:
        """After a reset: unfold what was unfolded before, or all rows for as long as a filter holds."""
        self._mine = everything
        if everything:
            self.expandAll()
            return
        self.blockSignals(True)
        for number in self._unfolded:
            index = self._model.index_of_number(number)
            if index.isValid():
                self.setExpanded(index, True)
        self.blockSignals(False)

    def forget(self) -> None:
        """The list is empty: nothing is unfolded any more."""
        self._unfolded.clear()
        self._anchor = None

    def doItemsLayout(self) -> None:
        super().doItemsLayout()
        anchor, self._anchor = self._anchor, None
        bar = self.verticalScrollBar()
        if anchor is not None and anchor[0].isValid() and bar.value() == anchor[2]:
            value = bar.value() + self.visualRect(anchor[0]).top() - anchor[1]
            bar.setMaximum(max(bar.maximum(), value))  # within a resize Qt has not raised it yet
            bar.setValue(value)
            self.updateGeometries()  # and else lowers it here

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
            return
        before = QPersistentModelIndex(self.currentIndex())
        if event.key() in STEPS and not event.modifiers() & EXTENDING and before.isValid():
            self._step(STEPS[event.key()])
        else:
            super().keyPressEvent(event)
        if self.currentIndex() != before:
            self.scrollTo(self.currentIndex())
            if not event.modifiers() & EXTENDING:
                self.chosen.emit(self.currentIndex())

    def _step(self, by: int) -> None:
        """Go down (1) or up (-1) to the next image, or to the next row that hides some."""
        beside = self.indexBelow if by > 0 else self.indexAbove
        index = beside(self.currentIndex())
        while index.isValid() and index.data(KEY) is None and self.isExpanded(index):
            index = beside(index)
        if index.isValid():
            self.go_to(index)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            row = self.visualRect(self.currentIndex()) if self.currentIndex().isValid() else self.rect()
            place = self.viewport().mapToGlobal(row.center())
        self.menu_wanted.emit(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.verticalScrollBar().setSingleStep(HEIGHT)

    def _clicked(self, index: QModelIndex) -> None:
        if not QApplication.keyboardModifiers() & EXTENDING:
            self.chosen.emit(index)

    def _note_unfolded(self, index: QModelIndex) -> None:
        if not self._mine:
            self._unfolded.add(index.internalId())

    def _note_folded(self, index: QModelIndex) -> None:
        if not self._mine:
            self._unfolded.discard(index.internalId())

    def _drop_anchor(self) -> None:
        """Remember where the current row is, or else the first on the screen, until the next layout."""
        if self._anchor is not None and self._anchor[0].isValid():
            return
        index = self.currentIndex()
        if not self.viewport().rect().intersects(self.visualRect(index)):
            index = self.indexAt(QPoint(1, 1))
        if index.isValid():
            top = self.visualRect(index).top()
            self._anchor = (QPersistentModelIndex(index), top, self.verticalScrollBar().value())


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


def study_beside(model: StudyModel, index: QModelIndex, by: int) -> QModelIndex:
    """Return the first file row of the study or folder after or before the one of `index`, a file row."""
    beside = file_beside(model, model.study_of(index), by)
    study = model.study_of(beside)
    return _end(model, _child(model, study, 1), 1) if study.isValid() else beside


def _end(model: QAbstractItemModel, index: QModelIndex, by: int) -> QModelIndex:
    """Return the first (1) or last (-1) file row at or below `index`."""
    while index.isValid() and index.data(KEY) is None:
        index = _child(model, index, by)
    return index


def _child(model: QAbstractItemModel, parent: QModelIndex, by: int) -> QModelIndex:
    return model.index(0 if by > 0 else model.rowCount(parent) - 1, 0, parent)
