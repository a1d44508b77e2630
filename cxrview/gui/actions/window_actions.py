"""Actions of Qt made from rows of the table: for the main window, and, with their keys, for the others."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from cxrview.gui.actions.spec import ActionSpec, Target
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.gui.actions.shortcuts import Shortcuts
    from cxrview.gui.state import AppState
    from cxrview.settings import Settings


def make_action(spec: ActionSpec[Target], target: Target, parent: QObject) -> QAction:
    """Return the action that gives the command `spec` to `target`; it has no keys yet."""
    action = QAction(tr(spec.text), parent, checkable=spec.checkable)
    if (run := spec.run) is not None:
        action.triggered.connect(lambda _on: run(target))
    if (switch := spec.switch) is not None:
        action.triggered.connect(lambda on: switch(target, on))
    return action


class WindowActions(QObject):
    """The commands `specs` about `target`, whose keys count in `widget` as far as `context` says.

    They have the usual keys until `follow` tells which ones the user wants.
    """

    def __init__(
        self,
        widget: QWidget,
        specs: Sequence[ActionSpec[Target]],
        target: Target,
        context: Qt.ShortcutContext = Qt.ShortcutContext.WindowShortcut,
    ) -> None:
        super().__init__(widget)
        self._actions: dict[str, QAction] = {}
        self._possible: dict[str, Callable[[], bool]] = {}
        self._shortcuts: Shortcuts | None = None
        for spec in specs:
            action = self._actions[spec.name] = make_action(spec, target, widget)
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
            action.setShortcutContext(context)
            if spec.tip:
                action.setToolTip(tr(spec.tip))
            if spec.when is not None:
                self._possible[spec.name] = partial(spec.when, target)
            widget.addAction(action)

    def __getitem__(self, name: str) -> QAction:
        """Return the action of the command called `name`."""
        return self._actions[name]

    def refresh(self) -> None:
        """Enable what can be done now."""
        for name, possible in self._possible.items():
            self._actions[name].setEnabled(possible())

    def follow(self, state: "AppState", shortcuts: "Shortcuts") -> None:
        """Take the keys that the settings of `state` give, now and whenever they change."""
        self._shortcuts = shortcuts
        state.settings_changed.connect(self._give_keys)
        self._give_keys(state.settings)

    def _give_keys(self, settings: "Settings") -> None:
        if self._shortcuts is None:
            return
        keys = self._shortcuts.in_use(settings.shortcuts)
        for (
            action
        ) in self._actions.values():  # first all off: a key must never be on two, not even in passing
            action.setShortcuts([])
        for name, action in self._actions.items():
            action.setShortcuts([QKeySequence(key) for key in keys[name]])
