"""The list of what is drawn on the image: name and value, to select, rename, copy, hide and remove."""

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cxrview.annotations.annotation import Annotation
from cxrview.annotations.results import NAMES, MeasurementResult, table
from cxrview.annotations.units import AREAS, MILLIMETRES, PIXELS
from cxrview.gui import theme as themes
from cxrview.gui.actions import measure
from cxrview.gui.session.annotations import renamed
from cxrview.gui.session.measuring import Measuring
from cxrview.gui.theme import plain_tip
from cxrview.i18n import tr

MOST_ROWS = 8  # before the list scrolls
ICONS = {spec.name: spec.icon for spec in measure.ACTIONS if spec is not None}
ID = Qt.ItemDataRole.UserRole


class AnnotationPanel(QWidget):
    """A section of the right column that folds away.

    Signals:
        centre_wanted: the user chose a row; carries the Annotation to bring into view.
    """

    centre_wanted = Signal(object)

    def __init__(self, measuring: Measuring, actions: dict[str, QAction]) -> None:
        super().__init__()
        self._measuring = measuring
        self._results: dict[str, tuple[Annotation, MeasurementResult]] = {}
        self.fold = QToolButton(text=tr("Measurements"), checkable=True, checked=True, objectName="fold")
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.fold.toggled.connect(self._fold)
        self.empty = QLabel(tr("Draw with the tools of the Measure menu."), objectName="muted")
        self.empty.setWordWrap(True)
        self.scale = QLabel(objectName="muted")
        self.scale.setWordWrap(True)
        self.list = AnnotationList()
        self._buttons = [self._button(actions[name]) for name in ("copy_values", "show_annotations")]
        self._lay_out()
        self.list.itemSelectionChanged.connect(self._choose)
        self.list.itemClicked.connect(self._centre)
        self.list.itemActivated.connect(self._centre)
        self.list.itemChanged.connect(self._rename)
        self.list.delete_wanted.connect(measuring.delete)
        self.list.copy_wanted.connect(self._copy)
        measuring.changed.connect(self.show_all)
        self._fold(self.fold.isChecked())

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton(autoRaise=True, iconSize=QSize(16, 16), objectName="small")
        button.setDefaultAction(action)
        button.setAccessibleName(action.text().replace("&", ""))
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout(spacing=2)
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.fold, 1)
        for button in self._buttons:
            top.addWidget(button)
        column = QVBoxLayout(self, spacing=6)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        for widget in (self.empty, self.list, self.scale):
            column.addWidget(widget)

    def _fold(self, unfolded: bool) -> None:
        self.fold.setIcon(themes.icon("chevron-down" if unfolded else "chevron-right"))
        self.show_all()

    def show_all(self) -> None:
        """Show what is drawn on the active image now."""
        rows = self._measuring.results()
        unfolded, there = self.fold.isChecked(), bool(rows)
        self.empty.setVisible(unfolded and not there)
        self.list.setVisible(unfolded and there)
        self._show_scale(rows)
        fresh = {annotation.id: (annotation, result) for annotation, result in rows}
        selected = self._measuring.annotations.selected
        if fresh != self._results:
            self._results = fresh
            self._fill()
        with QSignalBlocker(self.list):
            self.list.select(selected)

    def _show_scale(self, rows: list[tuple[Annotation, MeasurementResult]]) -> None:
        """Say what the lengths of the list are worth, where the bare unit would hide it."""
        units = [each.unit for _, result in rows for each in result.quantities if each.unit in AREAS]
        unit = units[0] if units else MILLIMETRES  # one image has one scale
        text = tr("Lengths are in {unit}.").format(unit=tr(unit))
        if unit == PIXELS:
            text = tr("Lengths are in pixels: the file does not say how large they are.")
        self.scale.setText(text)
        self.scale.setVisible(self.fold.isChecked() and unit != MILLIMETRES)

    def _fill(self) -> None:
        with QSignalBlocker(self.list):
            self.list.clear()
            for annotation, result in self._results.values():
                name = tr(NAMES[annotation.kind])
                value = result.summary if result.quantities or not annotation.label else ""
                item = QTreeWidgetItem([annotation.label or name, value])
                item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setData(0, ID, annotation.id)
                item.setIcon(0, themes.icon(ICONS[annotation.kind]))
                tip = "\n".join((name, *result.lines, result.remark)).strip()
                for column in (0, 1):
                    item.setToolTip(column, plain_tip(tip))
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                self.list.addTopLevelItem(item)
        self.list.fit_height()

    def _chosen(self, item: QTreeWidgetItem) -> Annotation | None:
        known = self._results.get(item.data(0, ID))
        return known[0] if known is not None else None

    def _choose(self) -> None:
        items = self.list.selectedItems()
        self._measuring.annotations.select(items[0].data(0, ID) if items else "")

    def _centre(self, item: QTreeWidgetItem, _column: int = 0) -> None:
        if (annotation := self._chosen(item)) is not None:
            self._measuring.annotations.set_shown(True)
            self.centre_wanted.emit(annotation)

    def _rename(self, item: QTreeWidgetItem, column: int) -> None:
        annotation = self._chosen(item)
        if annotation is None or column != 0:
            return
        label = item.text(0).strip()
        if label == tr(NAMES[annotation.kind]):
            label = ""
        self._measuring.relabel(renamed(annotation, label))

    def _copy(self) -> None:
        """Copy the values of the selected row, or all if none is selected."""
        chosen = [item.data(0, ID) for item in self.list.selectedItems()]
        rows = [self._results[each] for each in chosen] if chosen else list(self._results.values())
        QGuiApplication.clipboard().setText(table(rows))
        self._measuring.said.emit(tr("Copied the values."))


class AnnotationList(QTreeWidget):
    """Rows of name and value, of no more height than they need.

    Signals:
        delete_wanted: Delete was pressed.
        copy_wanted: Ctrl+C was pressed.
    """

    delete_wanted = Signal()
    copy_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(rootIsDecorated=False, headerHidden=True, columnCount=2, uniformRowHeights=True)
        self.setAccessibleName(tr("Measurements and annotations of this image"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setIconSize(QSize(16, 16))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.setTabKeyNavigation(False)

    def fit_height(self) -> None:
        """Be as high as the rows, up to a number of them."""
        rows = min(max(1, self.topLevelItemCount()), MOST_ROWS)
        height = self.sizeHintForRow(0) if self.topLevelItemCount() else 24
        self.setFixedHeight(rows * height + 2 * self.frameWidth() + 2)

    def select(self, annotation_id: str) -> None:
        """Select the row of one annotation, or none."""
        for row in range(self.topLevelItemCount()):
            item = self.topLevelItem(row)
            if item is not None and item.data(0, ID) == annotation_id:
                self.setCurrentItem(item)
                return
        self.clearSelection()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            moving = event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Delete)
            if moving or event.matches(QKeySequence.StandardKey.Copy):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        else:
            super().keyPressEvent(event)
