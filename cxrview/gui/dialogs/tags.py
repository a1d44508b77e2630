"""The tag window: a searchable tree of what stands in a file's header, alone or beside another file's."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui import theme as themes
from cxrview.gui.actions.window_actions import WindowActions
from cxrview.gui.dialogs.tags_actions import COPYING, SEARCHING
from cxrview.gui.dialogs.tags_model import LEFT, NAME, RIGHT, TAG, VM, VR, TagModel
from cxrview.gui.state import AppState
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.gui.actions.shortcuts import Shortcuts
    from cxrview.imaging.tags import TagPair

SIZE = QSize(880, 680)
NAME_WIDTH = 27  # characters
ICON = QSize(16, 16)


class SearchLine(QLineEdit):
    """A search field that Esc empties, and from which ↓ and Enter lead into the tree.

    Signals:
        left: the user wants to go on into the tree.
    """

    left = Signal()

    def __init__(self) -> None:
        super().__init__(placeholderText=tr("Search tag, name or value"), clearButtonEnabled=True)
        self.setAccessibleName(tr("Search the tags"))
        self.setAcceptDrops(False)  # a dropped file is compared, not typed

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class TagDialog(QDialog):
    """Shows rows that somebody else reads and filters, and says what the user wants to see.

    Signals:
        sieve_changed: another search, or other rows to leave out.
        compare_asked: compare with a file; carries its path, or None to stop comparing.
        copy_all_asked: the user wants all rows as text.
        closed: the window is gone.
    """

    sieve_changed = Signal()
    compare_asked = Signal(object)
    copy_all_asked = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, windowTitle=tr("DICOM tags"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setAcceptDrops(True)
        self.model = TagModel()
        self.search = SearchLine()
        self.private = QCheckBox(tr("&Private elements"), checked=True)
        self.differing = QCheckBox(tr("Only &differences"))
        self.compare = QToolButton(text=tr("Co&mpare with…"), objectName="field")
        self.compare.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.compare.setMenu(QMenu(self.compare))
        self.stop = QToolButton(toolTip=tr("Stop comparing"), accessibleName=tr("Stop comparing"))
        self.heading, self.count = QLabel(objectName="heading"), QLabel(objectName="muted")
        self.note = QLabel(objectName="tagNote", wordWrap=True)
        self.tree = self._make_tree()
        self.copy_menu = QMenu(self)
        self._make_commands()
        self._expanded: set[tuple[tuple[object, ...], ...]] = set()
        self._restoring = False
        self._lay_out()
        self._connect()
        self.resize(fitted(SIZE, self))
        self._set_widths()
        self._choose_columns()

    def show_rows(self, pairs: "tuple[TagPair, ...]", names: tuple[str, str] | None, unfold: bool) -> None:
        """Show `pairs`, of two files if there are `names`; `unfold` shows every row of the tree.

        What was unfolded, the current row and its place on the screen stay as far as the new rows have them.
        """
        node = self.model.node(self.tree.currentIndex())
        path = node.path if node is not None else ()
        scrolled, was_comparing = self.tree.verticalScrollBar().value(), self.model.comparing
        self._restoring = True
        self.model.show(pairs, names)
        if unfold:
            self.tree.expandAll()
        for known in self._expanded:
            if (index := self.model.find(known)).isValid():
                self.tree.setExpanded(index, True)
        self._restoring = False
        if was_comparing != self.model.comparing:
            self._set_widths()
        self._choose_columns()
        if path and (index := self.model.find(path)).isValid():
            self.tree.setCurrentIndex(index)
        self.tree.verticalScrollBar().setValue(scrolled)
        for widget in (self.stop, self.differing):
            widget.setVisible(self.model.comparing)

    def say(self, heading: str, note: str = "", count: str = "", tone: str = "") -> None:
        """Show which files these are, what is to be said about them ("error": in red), and how much it is."""
        self.heading.setText(heading)
        self.note.setText(note)
        self.note.setProperty("tone", tone)
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)
        self.note.setVisible(bool(note))
        self.count.setText(count)

    def selected(self) -> "list[TagPair]":
        """Return the selected rows, in the order of the tree."""
        found = [self.model.node(index) for index in self.tree.selectionModel().selectedRows()]
        nodes = sorted((node for node in found if node is not None), key=lambda node: node.places)
        return [node.pair for node in nodes]

    def _make_tree(self) -> QTreeView:
        tree = QTreeView(uniformRowHeights=True, allColumnsShowFocus=True, expandsOnDoubleClick=True)
        tree.setModel(self.model)
        tree.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        tree.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        tree.setAccessibleName(tr("Data elements"))
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.header().setSectionsMovable(False)
        tree.header().setStretchLastSection(True)
        tree.header().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        tree.header().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return tree

    def _make_commands(self) -> None:
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut  # the search field copies its own text
        self.copying = WindowActions(self.tree, COPYING, self, context)
        self.searching = WindowActions(self, SEARCHING, self)
        self.copy_value, self.copy_rows, self.copy_all = (self.copying[spec.name] for spec in COPYING)
        self.copy_menu.addActions([self.copy_value, self.copy_rows, self.copy_all])

    def follow_keys(self, state: AppState, shortcuts: "Shortcuts") -> None:
        """Take the keys that the user wants."""
        for commands in (self.copying, self.searching):
            commands.follow(state, shortcuts)

    def _lay_out(self) -> None:
        self.unfold = QToolButton(toolTip=tr("Unfold all"), accessibleName=tr("Unfold all"))
        self.fold = QToolButton(toolTip=tr("Fold all"), accessibleName=tr("Fold all"))
        self.copy_button = QToolButton(text=tr("&Copy"), objectName="field")
        self.copy_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.copy_button.setMenu(self.copy_menu)
        icons = ((self.unfold, "chevrons-up-down"), (self.fold, "chevrons-down-up"), (self.stop, "x"))
        for button, name in icons:
            button.setIcon(themes.icon(name))
            button.setIconSize(ICON)
        for button in (self.unfold, self.fold, self.stop, self.copy_button, self.compare):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(14, 14, 14, 12)
        column.addLayout(_row(self.search, self.compare))
        column.addLayout(_row(self.heading, self.stop, None, self.count))
        column.addWidget(self.note)
        column.addWidget(self.tree, 1)
        column.addLayout(_row(self.private, self.differing, None, self.unfold, self.fold, self.copy_button))
        policy = self.stop.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # so that nothing moves down when a comparison begins
        self.stop.setSizePolicy(policy)
        for widget in (self.stop, self.differing, self.note):
            widget.hide()

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self.sieve_changed.emit())
        self.search.left.connect(self._enter_tree)
        self.private.toggled.connect(lambda _on: self.sieve_changed.emit())
        self.differing.toggled.connect(lambda _on: self.sieve_changed.emit())
        self.stop.clicked.connect(lambda: self.compare_asked.emit(None))
        self.unfold.clicked.connect(self.tree.expandAll)
        self.fold.clicked.connect(self.tree.collapseAll)
        self.tree.customContextMenuRequested.connect(
            lambda place: self.copy_menu.popup(self.tree.viewport().mapToGlobal(place))
        )
        self.tree.expanded.connect(lambda index: self._remember(index, True))
        self.tree.collapsed.connect(lambda index: self._remember(index, False))

    def _remember(self, index: QModelIndex, expanded: bool) -> None:
        node = self.model.node(index)
        if node is not None and not self._restoring:
            (self._expanded.add if expanded else self._expanded.discard)(node.path)

    def _enter_tree(self) -> None:
        self.tree.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.tree.currentIndex().isValid():
            self.tree.setCurrentIndex(self.model.index(0, 0))

    def _choose_columns(self) -> None:
        elements = any(pair.either.tag for pair in self.model.pairs) or not self.model.pairs
        for column, shown in {
            TAG: elements,
            VR: elements,
            VM: elements and not self.model.comparing,
            RIGHT: self.model.comparing,
        }.items():
            self.tree.setColumnHidden(column, not shown)

    def _set_widths(self) -> None:
        header, metrics = self.tree.header(), QFontMetrics(self.tree.font())
        widths = {
            TAG: metrics.horizontalAdvance("(0000,0000)") * 2,
            NAME: metrics.averageCharWidth() * NAME_WIDTH,
            VR: metrics.horizontalAdvance("OW") + 26,
            VM: metrics.horizontalAdvance("VM") + 26,
        }
        for column, width in widths.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, width)
        if self.model.comparing:
            rest = self.tree.viewport().width() - widths[TAG] - widths[NAME] - widths[VR]
            header.resizeSection(LEFT, max(100, rest // 2))

    # Events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.compare_asked.emit(dropped(event.mimeData()))

    def done(self, result: int) -> None:
        super().done(result)
        self.closed.emit()


def dropped(data: QMimeData) -> Path | None:
    """Return the first file that is dragged, or None."""
    return next((Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()), None)


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Return `widgets` in a row; a None takes up the room that is left."""
    row = QHBoxLayout(spacing=8)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget, 1 if isinstance(widget, QLineEdit) else 0)
    return row
