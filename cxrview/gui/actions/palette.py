"""The command palette: commands and studies, found by a few letters and given with Enter."""

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QCursor,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.actions import fuzzy
from cxrview.gui.actions.palette_commands import PaletteCommand, commands, studies
from cxrview.gui.actions.palette_row import COMMAND, PLACES, RowDelegate
from cxrview.gui.session import stored
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr

WIDTH, ROWS = 660, 10
TOP = 0.11  # of the window's height
REMEMBERED = 12
SCRIM = QColor(0, 0, 0, 110)
RECENT = 3.0  # what having been used lately adds to a score, the last one most
MOVES: dict[int, int] = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -ROWS,
    Qt.Key.Key_PageDown: ROWS,
}
Index = QModelIndex | QPersistentModelIndex


class CommandModel(QAbstractListModel):
    """The commands that fit what was typed, best first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.found: list[tuple[PaletteCommand, frozenset[int]]] = []

    def show(self, found: list[tuple[PaletteCommand, frozenset[int]]]) -> None:
        """Show `found`: commands, and which letters of their titles fit."""
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        command, places = self.found[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return command.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (command.title, command.path, command.keys, command.why)))
        return {COMMAND: command, PLACES: places}.get(role)


class CommandPalette(QWidget):
    """Lies over the whole window while it is open; a click beside it or Esc closes it."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.window)
        self._bench, self._window, self._store = bench, bench.window, bench.store
        self.recent = stored.texts(self._store, "commands")
        self._commands: list[PaletteCommand] = []
        self._before: QWidget | None = None
        self.frame = QFrame(self, objectName="palette")
        self.search = QLineEdit(
            objectName="paletteSearch",
            placeholderText=tr("Search for a command"),
            accessibleName=tr("Search for a command"),
        )
        self.search.addAction(themes.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.list = QListView(objectName="paletteList", accessibleName=tr("Commands"), uniformItemSizes=True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.model = CommandModel(self)
        self.list.setModel(self.model)
        self.delegate = RowDelegate(self.list)
        self.list.setItemDelegate(self.delegate)
        self.foot = QLabel(objectName="paletteFoot", wordWrap=False)
        self._column = column = QVBoxLayout(self.frame, spacing=0)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.search, self.list, self.foot):
            column.addWidget(widget)
        self.hide()
        self.search.textEdited.connect(self._find)
        self.search.installEventFilter(self)
        self.list.clicked.connect(self._give)
        self.list.entered.connect(self._point_at)
        self._mouse = QCursor.pos()
        self.list.selectionModel().currentChanged.connect(self._explain)
        self._window.installEventFilter(self)

    def open(self) -> None:
        """Show every command, what was used last first; called again it closes."""
        if self.isVisible():
            self.close()
            return
        self._before, self._mouse = self._window.focusWidget(), QCursor.pos()
        for command in self._commands:
            if command.is_study:  # made for the palette alone
                command.action.deleteLater()
        self._commands = [*commands(self._bench), *studies(self._bench, self)]
        self.search.clear()
        self._place()
        self._find("")
        self.show()
        self.raise_()
        self.search.setFocus()

    def close(self) -> bool:
        """Go away and give the focus back."""
        self.hide()
        if self._before is not None:
            self._before.setFocus()
        return True

    def _find(self, query: str) -> None:
        places = {key: len(self.recent) - number for number, key in enumerate(self.recent)}
        found = []
        for command in self._commands:
            if command.is_study and not query.strip():
                continue
            if (match := fuzzy.rank(query, command.fields)) is not None:
                used = places.get(command.key, 0)
                score = match[0] + RECENT * used / REMEMBERED if query.strip() else used
                found.append((score, command, match[1]))
        found.sort(key=lambda item: -item[0])  # stable: else the order of the menus
        self.model.show([(command, hits) for _score, command, hits in found])
        self.list.setVisible(bool(found))
        self.list.setCurrentIndex(self.model.index(0, 0))
        self.list.scrollToTop()
        if not found:
            self.foot.setText(tr("No command fits these letters."))
        self._place()

    def _point_at(self, index: QModelIndex) -> None:
        """Go to the row that the mouse was moved to; one that was scrolled under it is not meant."""
        place = QCursor.pos()
        if place != self._mouse:
            self._mouse = place
            self.list.setCurrentIndex(index)

    def _explain(self, current: QModelIndex) -> None:
        if current.isValid():
            command = current.data(COMMAND)
            self.foot.setText(command.why or command.tip or tr("Enter: do it.  Esc: close."))
            # The focus stays in the search field, so a screen reader has to be told.
            words = current.data(Qt.ItemDataRole.AccessibleTextRole)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.search, words))

    def _give(self, index: QModelIndex) -> None:
        """Give the command at `index`, if it can be done, after the palette has gone."""
        command = index.data(COMMAND) if index.isValid() else None
        if command is None or command.why:
            return
        if not command.is_study:  # whose patient was looked at is nobody else's business
            self.recent[:] = [command.key, *(key for key in self.recent if key != command.key)][:REMEMBERED]
            self._store.setValue("commands", self.recent)
        self.close()
        QTimer.singleShot(0, self._window, command.action.trigger)

    def _place(self) -> None:
        area = self._window.rect()
        self.setGeometry(area)
        rows = min(self.model.rowCount(), ROWS)
        self.list.setFixedHeight(rows * self.delegate.height + 2 * self.list.frameWidth() + 8)
        width = min(WIDTH, area.width() - 40)
        self.frame.setGeometry((area.width() - width) // 2, int(area.height() * TOP), width, 10)
        self.frame.setFixedHeight(self._column.totalSizeHint().height())

    # Events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window:
            if event.type() is QEvent.Type.Resize and self.isVisible():
                self._place()
        elif event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if QKeySequence(event.keyCombination()) not in self._bench.actions["commands"].shortcuts():
                event.accept()  # while it is open, keys mean this and nothing else
        elif event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        elif event.type() is QEvent.Type.FocusOut and self.isVisible() and self._window.isActiveWindow():
            self.hide()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        if (step := MOVES.get(event.key())) is not None:
            last = self.model.rowCount() - 1
            row = self.list.currentIndex().row() + step
            around = last if row < 0 else 0
            self.list.setCurrentIndex(self.model.index(row if 0 <= row <= last else around, 0))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._give(self.list.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            return event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)  # there is nowhere else to go
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.frame.geometry().contains(event.position().toPoint()):
            self.close()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), SCRIM)
        painter.end()
