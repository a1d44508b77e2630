"""The window of the hanging protocols, in the order in which they are tried."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.gui.hanging import protocol as files
from cxrview.gui.hanging.editor import LAYOUT_WORDS, ProtocolEditor
from cxrview.gui.hanging.hanger import Hanger
from cxrview.gui.hanging.protocol import SUFFIX, VIEWS, HangingProtocol
from cxrview.gui.state import AppState
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import tr, trn


class ProtocolsWindow(QDialog):
    """Not modal: the films can be seen while a protocol is tried."""

    def __init__(self, hanger: Hanger, state: AppState, parent: QWidget) -> None:
        super().__init__(parent, windowTitle=tr("Hanging protocols"))
        self._hanger, self._state, self._protocols = hanger, state, hanger.protocols
        self.list = QListWidget(objectName="imageList", accessibleName=tr("Hanging protocols"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.about = QLabel(objectName="muted", wordWrap=True)
        self.itself = QCheckBox(tr("Hang each study by itself, by the first that fits"))
        self.apply = _button(tr("Hang now"), self._hang)
        self.new = _button(tr("New from the screen…"), self.save_shown)
        self.edit = _button(tr("Edit…"), self._edit)
        self.rename = _button(tr("Rename"), self._rename)
        self.up, self.down = (
            _button(tr("Up"), lambda: self._move(-1)),
            _button(tr("Down"), lambda: self._move(1)),
        )
        self.delete = _button(tr("Delete"), self._delete)
        self.bring_in = _button(tr("Import…"), self._ask_what)
        self.export = _button(tr("Export…"), self._ask_where)
        self.note = QLabel(objectName="muted", wordWrap=True)
        self._lay_out()
        self.list.itemSelectionChanged.connect(self._refresh)
        self.list.itemChanged.connect(self._renamed)
        self.list.itemActivated.connect(lambda _item: self._hang())
        self.itself.clicked.connect(lambda on: state.change_settings(hang_by_itself=on))
        state.settings_changed.connect(lambda settings: self.itself.setChecked(settings.hang_by_itself))
        state.shown_changed.connect(lambda _shown: self._refresh())
        self.itself.setChecked(state.settings.hang_by_itself)
        self._protocols.changed.connect(self._fill)
        self._fill()
        self.resize(fitted(QSize(620, 520), self))

    def _lay_out(self) -> None:
        side = QVBoxLayout(spacing=6)
        for button in (self.apply, self.new, self.edit, self.rename, self.up, self.down, self.delete):
            side.addWidget(button)
        side.addStretch()
        side.addWidget(self.bring_in)
        side.addWidget(self.export)
        row = QHBoxLayout(spacing=12)
        row.addWidget(self.list, 1)
        row.addLayout(side)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(16, 16, 16, 14)
        column.addLayout(row, 1)
        for widget in (self.about, self.note, self.itself):
            column.addWidget(widget)

    @property
    def chosen(self) -> list[int]:
        """The places of the selected protocols."""
        return sorted(index.row() for index in self.list.selectedIndexes())

    def bring(self, path: Path) -> None:
        """Import the protocols of a file, or say why not."""
        try:
            count = self._protocols.bring_in(path)
        except (CxrviewError, OSError) as error:
            self._say(error_text.whole(error))
            return
        words = trn("{count} protocol was imported.", "{count} protocols were imported.", count)
        self._say(words.format(count=count))

    def save_shown(self) -> None:
        """Ask for the name of a protocol that hangs films as they hang now."""
        layout, panes = self._hanger.describe()
        name = files.unlike(tr("Protocol"), (each.name for each in self._protocols.all))
        shown = (
            self._state.entries.get(self._state.shown.path) if self._state.shown.path is not None else None
        )
        part = shown.pictured.body_part if shown is not None and shown.pictured is not None else ""
        priors = max(pane.study for pane in panes)
        begun = HangingProtocol(name, layout, panes, part.strip()[:16], "", priors)
        self._ask(begun, tr("New hanging protocol"), lambda made: self._protocols.add([made]))

    def _fill(self) -> None:
        chosen = self.chosen
        self.list.blockSignals(True)
        self.list.clear()
        for protocol in self._protocols.all:
            item = QListWidgetItem(protocol.name, self.list)
            item.setSizeHint(QSize(0, round(1.8 * self.fontMetrics().height())))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        for row in chosen:
            if row < self.list.count():
                self.list.item(row).setSelected(True)
        self.list.blockSignals(False)
        self._refresh()

    def _refresh(self) -> None:
        chosen, count = self.chosen, self.list.count()
        one = chosen[0] if len(chosen) == 1 else None
        self.apply.setEnabled(one is not None and self._state.shown.path in self._state.entries)
        for button in (self.edit, self.rename):
            button.setEnabled(one is not None)
        self.up.setEnabled(one is not None and one > 0)
        self.down.setEnabled(one is not None and one < count - 1)
        self.delete.setEnabled(bool(chosen))
        self.export.setEnabled(count > 0)
        none = tr("None yet: arrange films as you like them, then choose “New from the screen…”.")
        self.about.setText(summary(self._protocols.all[one]) if one is not None else "" if count else none)

    def _hang(self) -> None:
        if len(self.chosen) == 1:
            self._hanger.hang(self._protocols.all[self.chosen[0]])

    def _edit(self) -> None:
        number = self.chosen[0]
        protocol, title = self._protocols.all[number], tr("Hanging protocol")
        self._ask(protocol, title, lambda made: self._protocols.put(number, made))

    def _ask(self, protocol: HangingProtocol, title: str, take: Callable[[HangingProtocol], None]) -> None:
        dialog = ProtocolEditor(protocol, self if self.isVisible() else self.parentWidget(), title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: take(dialog.protocol))
        dialog.open()

    def _rename(self) -> None:
        self.list.setFocus()
        self.list.editItem(self.list.item(self.chosen[0]))

    def _renamed(self, item: QListWidgetItem) -> None:
        number, name = self.list.row(item), item.text().strip()[: files.LONGEST]
        if name and name.isprintable():
            self._protocols.put(number, replace(self._protocols.all[number], name=name))
        self._fill()  # as it is called now

    def _move(self, by: int) -> None:
        place = self._protocols.move(self.chosen[0], by)
        self.list.clearSelection()
        self.list.item(place).setSelected(True)
        self.list.setCurrentRow(place)

    def _delete(self) -> None:
        for number in reversed(self.chosen):
            self._protocols.remove(number)

    def _ask_what(self) -> None:
        kinds = tr("Hanging protocols (*{suffix} *.json)").format(suffix=SUFFIX)
        name, _ = QFileDialog.getOpenFileName(self, tr("Import hanging protocols"), "", kinds)
        if name:
            self.bring(Path(name))

    def _ask_where(self) -> None:
        kinds = tr("Hanging protocols (*{suffix} *.json)").format(suffix=SUFFIX)
        title = tr("Export hanging protocols")
        name, _ = QFileDialog.getSaveFileName(self, title, f"{tr('Hanging protocols')}{SUFFIX}", kinds)
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(f"{name}{SUFFIX}")
        wanted = self.chosen or range(len(self._protocols.all))
        try:
            files.write(path, [self._protocols.all[number] for number in wanted])
        except OSError as error:
            self._say(tr("{name} cannot be written.").format(name=path.name) + f" {error.strerror}")
        else:
            self._say(tr("Saved {name}.").format(name=path.name))

    def _say(self, words: str) -> None:
        self.note.setText(words)


def summary(protocol: HangingProtocol) -> str:
    """Return a line that says what a protocol is for, and how it hangs films."""
    priors = trn("{count} earlier study", "{count} earlier studies", protocol.priors)
    parts = (
        protocol.body_part or tr("Any body part"),
        tr(VIEWS[protocol.view]),
        priors.format(count=protocol.priors) if protocol.priors else "",
        tr(LAYOUT_WORDS[protocol.layout]),
    )
    return "  ·  ".join(part for part in parts if part)


def _button(words: str, do: Callable[[], None]) -> QPushButton:
    button = QPushButton(words, autoDefault=False)
    button.clicked.connect(lambda _on: do())
    return button
