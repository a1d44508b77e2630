"""The keys of every command, to be searched and changed; a key that is taken already is said at once."""

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.actions import fuzzy
from cxrview.gui.actions.mnemonics import plain
from cxrview.gui.actions.shortcuts import Keys, Shortcuts, shown
from cxrview.gui.state import AppState
from cxrview.i18n import tr

NAME = Qt.ItemDataRole.UserRole
BETWEEN = "   "  # two keys of one command


class ShortcutPage(QWidget):
    """A list of commands with their keys, and below it what can be done with those of the chosen one."""

    def __init__(self, state: AppState, shortcuts: Shortcuts) -> None:
        super().__init__()
        self._state, self._shortcuts = state, shortcuts
        self._asked = ""  # the key that was pressed and belongs to another command
        self.search = QLineEdit(
            placeholderText=tr("Search for a command or a key"),
            accessibleName=tr("Search for a command or a key"),
            clearButtonEnabled=True,
        )
        self.list = QTreeWidget(accessibleName=tr("Commands and their keys"), rootIsDecorated=False)
        self.list.setHeaderLabels([tr("Command"), tr("Keys")])
        self.list.setUniformRowHeights(True)
        self.list.setIndentation(14)
        self.record = QKeySequenceEdit(accessibleName=tr("New key"), maximumSequenceLength=1)
        for line in self.record.findChildren(QLineEdit):
            line.setAccessibleName(tr("New key"))
        self.usual = QPushButton(tr("Usual keys"), clicked=self._use_usual, autoDefault=False)
        self.none = QPushButton(tr("No key"), clicked=self._use_none, autoDefault=False)
        self.said = QLabel(wordWrap=True, objectName="optionHelp")
        self.take = QPushButton(tr("Take it from there"), clicked=self._take, autoDefault=False)
        self.leave = QPushButton(tr("Leave it"), clicked=self._leave, autoDefault=False)
        self._build()
        self._fill()
        self.search.textChanged.connect(self._filter)
        self.list.currentItemChanged.connect(lambda *_items: self._leave())
        self.record.keySequenceChanged.connect(self._pressed)
        state.settings_changed.connect(self._show_keys)
        self._show_keys()
        self.list.setCurrentItem(next(self._items()))

    def restore(self) -> Callable[[], None] | None:
        """Give every command its usual keys; return what undoes that, if anything."""
        before = self._state.settings.shortcuts
        self._change({})
        return partial(self._change, before) if before else None

    def _build(self) -> None:
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(0, 0, 8, 8)
        change = QHBoxLayout(spacing=8)
        self.record.setMinimumWidth(150)
        for widget in (QLabel(tr("New key")), self.record, self.usual, self.none):
            change.addWidget(widget)
        change.addStretch(1)
        answer = QHBoxLayout(spacing=8)
        answer.addWidget(self.said, 1)
        answer.addWidget(self.take)
        answer.addWidget(self.leave)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addLayout(change)
        column.addLayout(answer)
        self.said.setMinimumHeight(self.take.sizeHint().height())  # so that nothing jumps when it is asked

    def _fill(self) -> None:
        height = QSize(0, round(self.fontMetrics().height() * 1.6))
        for title, specs in (*self._shortcuts.menus, *self._shortcuts.others):
            commands = [spec for spec in specs if spec is not None]
            if not commands:
                continue
            menu = QTreeWidgetItem(self.list, [plain(tr(title))])
            menu.setFlags(Qt.ItemFlag.ItemIsEnabled)
            menu.setFirstColumnSpanned(True)
            menu.setSizeHint(0, height)
            font = menu.font(0)
            font.setBold(True)
            menu.setFont(0, font)
            for spec in commands:
                item = QTreeWidgetItem(menu, [plain(tr(spec.text)), ""])
                item.setData(0, NAME, spec.name)
                item.setSizeHint(0, height)
                item.setToolTip(0, tr(spec.tip))
        self.list.expandAll()
        self.list.setColumnWidth(0, 320)

    def _menus(self) -> Iterator[QTreeWidgetItem]:
        """Yield the rows of the menus, which have those of their commands under them."""
        rows = (self.list.topLevelItem(row) for row in range(self.list.topLevelItemCount()))
        return (menu for menu in rows if menu is not None)

    def _items(self) -> Iterator[QTreeWidgetItem]:
        return (item for menu in self._menus() for item in _below(menu))

    def _show_keys(self, *_news: object) -> None:
        changes = self._state.settings.shortcuts
        keys = self._shortcuts.in_use(changes)
        for item in self._items():
            name = item.data(0, NAME)
            item.setText(1, BETWEEN.join(map(shown, keys[name])))
            font = item.font(1)
            font.setBold(name in changes)  # what is not as usual is found at a glance
            item.setFont(1, font)
        self._enable()

    def _filter(self, *_text: object) -> None:
        query = self.search.text()
        for menu in self._menus():
            for item in _below(menu):
                fields = ((item.text(0), 1.0), (item.text(1), 1.0), (menu.text(0), 1.0))
                item.setHidden(fuzzy.rank(query, fields) is None)
            menu.setHidden(all(item.isHidden() for item in _below(menu)))
        if (current := self.list.currentItem()) is None or current.isHidden():  # no key for what is not seen
            seen = next((item for item in self._items() if not item.isHidden()), None)
            self.list.setCurrentIndex(QModelIndex() if seen is None else self.list.indexFromItem(seen))

    def _name(self) -> str:
        item = self.list.currentItem()
        return (item.data(0, NAME) if item is not None else None) or ""

    def _enable(self) -> None:
        name, changes = self._name(), self._state.settings.shortcuts
        self.record.setEnabled(bool(name))
        self.usual.setEnabled(name in changes)
        self.none.setEnabled(bool(name) and bool(self._shortcuts.in_use(changes)[name]))

    def _pressed(self, sequence: QKeySequence) -> None:
        key = sequence.toString(QKeySequence.SequenceFormat.PortableText)
        name = self._name()
        if not key or not name:
            return
        scope = self._shortcuts.specs[name].scope
        holder = self._shortcuts.owner(key, self._state.settings.shortcuts, scope)
        self._ask("")
        if reason := self._shortcuts.reserved(key, name):
            self.said.setText(reason)
        elif holder == name:
            self.said.setText(tr("It is a key of this command already."))
        elif holder:
            self._ask(key)
            title = next(item.text(0) for item in self._items() if item.data(0, NAME) == holder)
            words = tr("{key} gives “{command}” now.")
            self.said.setText(words.format(key=shown(key), command=title))
            self.take.setFocus()
        else:
            self._give(key)

    def _give(self, key: str) -> None:
        """Make `key` the only one of the chosen command."""
        self._change(self._shortcuts.changed(self._state.settings.shortcuts, self._name(), (key,)))
        self.said.setText(tr("{key} is a key of this command now.").format(key=shown(key)))
        self.record.clear()

    def _take(self) -> None:
        self._give(self._asked)
        self._ask("")
        self.list.setFocus()

    def _leave(self) -> None:
        self.record.clear()
        self.said.clear()
        self._ask("")
        self._enable()

    def _ask(self, key: str) -> None:
        self._asked = key
        self.take.setVisible(bool(key))
        self.leave.setVisible(bool(key))

    def _use_usual(self) -> None:
        name, changes = self._name(), self._state.settings.shortcuts
        self._change(self._shortcuts.changed(changes, name, self._shortcuts.usual()[name]))

    def _use_none(self) -> None:
        self._change(self._shortcuts.changed(self._state.settings.shortcuts, self._name(), ()))

    def _change(self, changes: Keys) -> None:
        self._state.change_settings(shortcuts=changes)


def _below(menu: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    """Return the rows of the commands of `menu`."""
    rows = (menu.child(place) for place in range(menu.childCount()))
    return [item for item in rows if item is not None]
