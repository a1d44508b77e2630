"""Menus, toolbar and shortcuts, built from the table of actions and kept in step with the state."""

from functools import partial
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QToolBar, QWidget

from cxrview import paths
from cxrview.gui import theme as themes
from cxrview.gui.actions.mnemonics import plain, with_letters
from cxrview.gui.actions.shortcuts import shown
from cxrview.gui.actions.spec import ActionSpec
from cxrview.gui.actions.submenus import ClassMenu, DeviceMenu, HangingMenu, ModelMenu, WindowMenu
from cxrview.gui.actions.table import MENUS, PICTURE, TOOLBAR
from cxrview.gui.actions.window_actions import make_action
from cxrview.gui.commands import hanging
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr

Submenu = TypeVar("Submenu", bound=QMenu)


class Menus:
    """The window's commands: `actions` and `specs` find one by its name in the table.

    Actions and menus go to the workbench too, where commands find them.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench, self._window, self._state = bench, bench.window, bench.state
        window = bench.window
        self.actions: dict[str, QAction] = bench.actions
        self.specs: dict[str, ActionSpec[Workbench]] = {}
        self._groups: dict[str, QActionGroup] = {}
        titles = with_letters((tr(title) for title, _specs in MENUS.values()), bench.shortcuts.alt_letters())
        bar = window.menuBar()
        self.menus = bench.menus
        self.menus |= {name: bar.addMenu(title) for name, title in zip(MENUS, titles, strict=True)}
        self._fill()
        self._give_keys()
        bench.toolbar = self._make_toolbar()
        state, models = bench.state, bench.session.models
        self.classes = self._put(ClassMenu(state, window), "heatmap", before="stronger")
        presets = [self.actions[name] for name, spec in self.specs.items() if spec.submenu == "windows"]
        self.windows = self._put(WindowMenu(state, presets, window), "image", before="previous")
        calls = [self.actions[name] for name, spec in self.specs.items() if spec.submenu == "labels"]
        self.calls = self._put(QMenu(tr("&Class of the film"), window), "teach", before="label_flag")
        self.calls.addActions(calls)
        hangings = [self.actions[name] for name, spec in self.specs.items() if spec.submenu == "hanging"]
        self.hangings = HangingMenu(
            hangings, partial(hanging.names, bench), partial(hanging.hang, bench), window
        )
        self._put(self.hangings, "view", before="synchronise")
        self.models = self._put(ModelMenu(state, models, window), "model", before="model_folder")
        self.devices = self._put(DeviceMenu(models, window), "model", before="card")
        for menu in self.menus.values():
            menu.aboutToShow.connect(partial(_mark_letters, menu))  # what others put in is there by then
        for signal in (
            state.shown_changed,
            state.reading_changed,
            state.heat_class_changed,
            state.heat_asked_changed,
            state.hiding_changed,
            state.model_changed,
            state.entries_added,
            state.entries_cleared,
            state.settings_changed,
            state.inverted_changed,
            state.voi_changed,
            state.filters_changed,
            state.views_changed,
            state.arrangement_changed,
        ):
            signal.connect(self.refresh)
        bench.runner.changed.connect(self._show_running)
        self._show_running()
        self.refresh()

    def refresh(self, *_news: object) -> None:
        """Enable what can be done now and check what is on."""
        bench, settings = self._bench, self._state.settings
        for name, spec in self.specs.items():
            if spec.when is not None:
                self.actions[name].setEnabled(spec.when(bench))
            if spec.checked is not None:
                self.actions[name].setChecked(spec.checked(bench))
        if settings.shortcuts != self._changes:
            self._give_keys()

    def draw_icons(self) -> None:
        """Give the actions their icons."""
        self._draw_icons([name for name in self.specs if name in TOOLBAR])
        # Those in menus are not seen at once, and the first picture of the window need not wait for them.
        QTimer.singleShot(0, self._window, lambda: self._draw_icons(list(self.specs)))

    def _draw_icons(self, names: list[str]) -> None:
        for name in names:
            if self.specs[name].icon:
                self.actions[name].setIcon(themes.icon(self.specs[name].icon))

    def _fill(self) -> None:
        for name, (_title, specs) in MENUS.items():
            menu = self.menus[name]
            for spec in specs:
                if spec is None:
                    menu.addSeparator()
                elif spec.submenu:
                    self._add(spec)
                elif spec.name != "sample" or paths.sample_radiograph() is not None:
                    menu.addAction(self._add(spec))
            menu.menuAction().setVisible(not menu.isEmpty())

    def _add(self, spec: ActionSpec[Workbench]) -> QAction:
        action = make_action(spec, self._bench, self._window)
        if spec.group:
            self._groups.setdefault(spec.group, QActionGroup(self._window)).addAction(action)
        self.actions[spec.name], self.specs[spec.name] = action, spec
        return action

    def _give_keys(self) -> None:
        """Put the keys in use on the actions, and into their tool tips."""
        self._changes = self._state.settings.shortcuts
        keys = self._bench.shortcuts.in_use(self._changes)
        for action in self.actions.values():  # first all off: a key must never be on two, not even in passing
            action.setShortcuts([])
        for name, spec in self.specs.items():
            self.actions[name].setShortcuts([QKeySequence(key) for key in keys[name]])
            called, tip = plain(tr(spec.text)), tr(spec.tip)
            named = f"{called} ({shown(keys[name][0])})" if keys[name] else called
            self.actions[name].setToolTip(f"{named}\n{tip}" if tip and tip != called else named)

    def _make_toolbar(self) -> QToolBar:
        toolbar = QToolBar(tr("Tools"), self._window, movable=False, floatable=False, iconSize=QSize(20, 20))
        toolbar.setObjectName("toolbar")
        toolbar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._window.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        for name in TOOLBAR:
            if name is None:
                toolbar.addSeparator()
            else:
                toolbar.addAction(self.actions[name])
        self.actions["actual"].setIconText("1:1")
        self._window.addToolBar(toolbar)
        return toolbar

    def _put(self, submenu: Submenu, menu: str, before: str) -> Submenu:
        self.menus[menu].insertMenu(self.actions[before], submenu)
        return submenu

    def of_picture(self, parent: QWidget) -> QMenu:
        """Return the menu of the picture: what is done most, found where the eye is."""
        menu = QMenu(tr("Radiograph"), parent)
        menu.aboutToShow.connect(partial(_mark_letters, menu))
        menu.addMenu(self.windows)
        for name in PICTURE:
            if name is None:
                menu.addSeparator()
            else:
                menu.addAction(self.actions[name])
        return menu

    def _show_running(self) -> None:
        self.actions["stop"].setEnabled(bool(self._bench.runner.jobs))


def _mark_letters(menu: QMenu) -> None:
    """Underline another letter in each line of `menu`, so that it can be given by keyboard."""
    actions = [action for action in menu.actions() if not action.isSeparator()]
    for action, text in zip(actions, with_letters(map(QAction.text, actions)), strict=True):
        if text != action.text():
            action.setText(text)
