"""Menus, toolbar and shortcuts, built from the table of actions and kept in step with the state."""

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolBar

from cxrview import paths
from cxrview.gui import theme as themes
from cxrview.gui.actions import MENUS, TOOLBAR, ActionSpec
from cxrview.gui.state import ModelInfo, Shown
from cxrview.words import tr

if TYPE_CHECKING:
    from cxrview.gui.main_window import MainWindow

DEVICES = (("auto", "&Automatic"), ("cpu", "&CPU"), ("gpu", "&GPU"), ("npu", "&NPU"))


class Menus:
    """The window's commands. `actions` finds one by its name in the table."""

    def __init__(self, window: "MainWindow") -> None:
        self._window, self._state = window, window.state
        self.actions: dict[str, QAction] = {}
        self._specs: dict[str, ActionSpec] = {}
        self._groups: dict[str, QActionGroup] = {}
        self.menus = {name: window.menuBar().addMenu(tr(title)) for name, (title, _) in MENUS.items()}
        self._fill()
        self.toolbar = self._make_toolbar()
        self.classes = self._submenu("heatmap", tr("Heatmap &class"), before="stronger")
        self.windows = self._submenu("image", tr("Window &presets"), before="previous")
        self.models = self._submenu("model", tr("&Use model"), before="model_folder")
        self.devices = self._submenu("model", tr("&Run on"), before="card")
        self._fill_devices()
        self.models.aboutToShow.connect(self._fill_models)
        state = self._state
        for signal in (state.shown_changed, state.reading_changed, state.model_changed):
            signal.connect(self.refresh)
        for signal in (
            state.entries_added,
            state.entries_cleared,
            state.settings_changed,
            state.inverted_changed,
        ):
            signal.connect(self.refresh)
        window.runner.changed.connect(self._show_running)
        window.session.models.settled.connect(self._check_device)
        state.model_changed.connect(self._fill_classes)
        state.heat_class_changed.connect(self._check_class)
        state.shown_changed.connect(self._fill_windows)
        self.actions["window"].setChecked(True)
        self._fill_classes(state.model)
        self._fill_windows(state.shown)
        self._show_running()
        self.refresh()

    def refresh(self, *_news: object) -> None:
        """Enable what can be done now and check what is on."""
        state, settings = self._state, self._state.settings
        for name, spec in self._specs.items():
            if spec.when is not None:
                self.actions[name].setEnabled(spec.when(state))
            if spec.checked is not None:
                self.actions[name].setChecked(spec.checked(state))
        self.actions["heatmap"].setChecked(settings.heatmap_visible)
        self.actions["light"].setChecked(settings.theme == "light")
        self.actions["invert"].setChecked(state.inverted)

    def set_theme(self, theme: themes.Theme) -> None:
        """Draw the icons in the colours of `theme`."""
        for name, spec in self._specs.items():
            if spec.icon:
                self.actions[name].setIcon(theme.icon(spec.icon))

    def _fill(self) -> None:
        for name, (_title, specs) in MENUS.items():
            menu = self.menus[name]
            for spec in specs:
                if spec is None:
                    menu.addSeparator()
                elif spec.name != "sample" or paths.sample_radiograph() is not None:
                    menu.addAction(self._add(spec))
            menu.menuAction().setVisible(not menu.isEmpty())

    def _add(self, spec: ActionSpec) -> QAction:
        window = self._window
        action = QAction(tr(spec.text), window, checkable=spec.checkable)
        action.setShortcuts(list(spec.keys))
        keys = f" ({spec.keys[0]})" if spec.keys else ""
        action.setToolTip(f"{tr(spec.tip) or tr(spec.text).replace('&', '')}{keys}")
        find = attrgetter(spec.method)  # looked up when it is given: it may lead to the active canvas
        if spec.checkable:
            action.triggered.connect(lambda on: find(window)(on))
        else:
            action.triggered.connect(lambda _on: find(window)())
        if spec.group:
            self._groups.setdefault(spec.group, QActionGroup(window)).addAction(action)
        self.actions[spec.name], self._specs[spec.name] = action, spec
        return action

    def _make_toolbar(self) -> QToolBar:
        toolbar = QToolBar("Tools", self._window, movable=False, floatable=False, iconSize=QSize(20, 20))
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

    def _submenu(self, menu: str, title: str, before: str) -> QMenu:
        submenu = QMenu(title, self._window)
        self.menus[menu].insertMenu(self.actions[before], submenu)
        return submenu

    def _fill_classes(self, model: ModelInfo) -> None:
        self.classes.clear()
        self._class_group = QActionGroup(self.classes)
        names = model.card.class_names if model.card is not None else ()
        for index, name in enumerate((None, *names)):
            label = model.label(name) if name is not None else "Most probable"
            action = self.classes.addAction(label, _without_state(self._state.choose_class, name))
            action.setCheckable(True)
            action.setData(name)
            if 1 <= index <= 9:
                action.setShortcut(str(index))
            self._class_group.addAction(action)
        self.classes.setEnabled(bool(names))
        self._check_class()

    def _check_class(self, *_news: object) -> None:
        for action in self._class_group.actions():
            action.setChecked(action.data() == self._state.chosen_class)

    def _fill_windows(self, shown: Shown) -> None:
        self.windows.clear()
        radiograph = shown.radiograph
        self.windows.setEnabled(radiograph is not None)
        if radiograph is None:
            return
        from cxrview.gui.viewer.corner_text import voi_text
        from cxrview.imaging import percentile_window

        for voi in dict.fromkeys((radiograph.default_voi, *radiograph.vois)):
            words = [voi.explanation, voi_text(voi)] if not hasattr(voi, "table") else [voi_text(voi)]
            title = "   ".join(word for word in words if word)
            self.windows.addAction(title, _without_state(self._state.set_voi, voi))
        self.windows.addSeparator()
        self.windows.addAction(
            "&Automatic",
            lambda: self._state.set_voi(percentile_window(radiograph.values, radiograph.padding)),
        )

    def _fill_models(self) -> None:
        from cxrview import bundle

        self.models.clear()
        current = self._state.model.card
        for name, folder in bundle.folders().items():
            action = self.models.addAction(name, _without_state(self._window.session.models.use_model, name))
            action.setCheckable(True)
            action.setChecked(current is not None and current.name == name)
            action.setToolTip(str(folder))
        if self.models.isEmpty():
            self.models.addAction("No model is installed").setEnabled(False)

    def _fill_devices(self) -> None:
        for device, title in DEVICES:
            action = self.devices.addAction(title, _without_state(self._use_device, device))
            action.setCheckable(True)
            action.setData(device)
        self._check_device()

    def _use_device(self, device: str) -> None:
        self._window.session.models.use_device(device)
        self._check_device()  # what was clicked on is not in use yet

    def _check_device(self) -> None:
        for action in self.devices.actions():
            action.setChecked(action.data() == self._window.session.models.choice.device)

    def _show_running(self) -> None:
        self.actions["stop"].setEnabled(bool(self._window.runner.jobs))


def _without_state(command: Callable[..., object], *arguments: object) -> Callable[[], None]:
    """Return a slot that calls `command(*arguments)` and takes no `checked` from the signal."""

    def run() -> None:
        command(*arguments)

    return run
