"""The window: it puts the panels around the canvas and does what the menus say."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSettings, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QComboBox, QMainWindow, QSlider, QSplitter

from cxrview import paths, settings
from cxrview.gui import shortcuts
from cxrview.gui import theme as themes
from cxrview.gui.choosing import Choosing
from cxrview.gui.garbage import Collector
from cxrview.gui.keys import OwnKeys
from cxrview.gui.later import LaterParts
from cxrview.gui.looking import Looking
from cxrview.gui.menus import Menus
from cxrview.gui.model_choice import LoadPredictor
from cxrview.gui.panels.reading import ReadingPanel
from cxrview.gui.panels.status import StatusBar
from cxrview.gui.panels.studies import StudyPanel
from cxrview.gui.peek import PeekFilter
from cxrview.gui.session import Session
from cxrview.gui.sizing import fitted
from cxrview.gui.state import AppState, Shown
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.viewer.canvas import Canvas
from cxrview.gui.viewer.context_menu import ContextMenu
from cxrview.gui.viewer.heat_layer import HeatLayer
from cxrview.gui.viewer.overlay_layer import OverlayLayer
from cxrview.gui.viewer.tools import basic_tools
from cxrview.gui.viewer.viewport import Viewport
from cxrview.gui.viewports import Viewports
from cxrview.settings import Settings
from cxrview.words import tr

FIRST_SIZE = QSize(1280, 800)
SAVE_DELAY = 500  # ms between a change and writing the settings


class MainWindow(LaterParts, QMainWindow):
    """Owns state, tasks and panels. `folder` keeps the settings and the window's geometry."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        model: str = "",
        device: str = "",
        load_predictor: LoadPredictor | None = None,
    ) -> None:
        super().__init__()
        self.reading_store = folder / "reading.sqlite" if folder is not None else paths.reading_store()
        self.runs_folder = folder / "training" if folder is not None else paths.training_runs()
        folder = self.folder = folder if folder is not None else paths.settings_file().parent
        self.settings_file = folder / paths.settings_file().name
        self.geometry_store = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        stored, complaints = settings.load(self.settings_file)
        complaints += shortcuts.complaints(stored.shortcuts)
        self._spoilt = bool(complaints)  # the file holds something of the user's that would be lost
        self.collector = Collector(self)
        self.runner = TaskRunner(self)
        self.state = AppState(stored, self)
        self.session = Session(self.state, self.runner, load_predictor, model=model, device=device)
        self._save_soon = QTimer(self, singleShot=True, interval=SAVE_DELAY, timeout=self._save_settings)
        self._started = False
        self._behind = QTimer(self, interval=0, timeout=self._make_next)
        self.setAcceptDrops(True)
        self._build()
        self._connect()
        themes.apply(QApplication.instance(), themes.THEMES[stored.theme])
        self.menus.draw_icons()
        self._restore()
        if complaints:
            self.statusBar().say(" ".join(complaints), 15)

    def _build(self) -> None:
        self.menus = Menus(self)
        self.choosing = Choosing(self, self.geometry_store)
        actions = self.menus.actions
        start = [actions["open"], actions["open_folder"]] + (
            [actions["sample"]] if "sample" in actions else []
        )
        self.studies = StudyPanel(self.state, self.runner)
        self.viewports = self._make_viewports(start, [actions["again"], actions["open"]])
        self.looking = Looking(self.state, self.viewports)
        self.reading = ReadingPanel(self.state, actions["card"])
        self.splitter = QSplitter(Qt.Orientation.Horizontal, handleWidth=1, childrenCollapsible=False)
        for index, (widget, least) in enumerate(
            ((self.studies, 150), (self.viewports.grid, 320), (self.reading, 262))
        ):
            widget.setMinimumWidth(least)
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(index, 1 if widget is self.viewports.grid else 0)
        self.splitter.setSizes([250, 760, 270])
        self.setCentralWidget(self.splitter)
        self.stage.setFocus()  # not the search field, which would swallow the single-letter keys
        self.setStatusBar(StatusBar(self.state, self.runner))

    def _make_viewports(self, start: list[QAction], again: list[QAction]) -> Viewports:
        layers = (
            lambda canvas: OverlayLayer(canvas, self.state),
            lambda canvas: HeatLayer(canvas, self.state),
        )
        pages = (start, again)
        tools = basic_tools()
        viewports = Viewports(self.state, self.session, tools, layers, pages)
        viewports.canvas_made.connect(self._take_canvas)
        return viewports

    def _take_canvas(self, canvas: Canvas) -> None:
        canvas.installEventFilter(self._peek)
        ContextMenu(canvas, self.menus.of_picture)
        canvas.opacity_turned.connect(lambda notches: self.heatmaps.change_opacity(notches))

    @property
    def stage(self) -> Viewport:
        """The active viewport."""
        return self.viewports.active

    @property
    def canvas(self) -> Canvas:
        """The canvas of the active viewport."""
        return self.viewports.active.canvas

    def _connect(self) -> None:
        state = self.state
        self.studies.chosen.connect(self.session.select)
        self.studies.left.connect(lambda: self.stage.take_focus())
        self.session.next_file, self.session.next_study = self.studies.next_file, self.studies.next_study
        self.session.said.connect(lambda text, details: self.statusBar().say(text, 12, details))
        self.statusBar().cancel.clicked.connect(self.cancel_all)
        self.runner.crashed.connect(self.show_crash)
        state.settings_changed.connect(self._settings_changed)
        state.shown_changed.connect(self._name_window)
        self._peek = PeekFilter(state, self)
        for widget in (self, self.studies.tree):
            widget.installEventFilter(self._peek)
        for canvas in self.viewports.canvases:
            self._take_canvas(canvas)
        self._own_keys = OwnKeys(self)
        for widget in self.findChildren(QSlider) + self.findChildren(QComboBox) + [self.studies.tree]:
            widget.installEventFilter(self._own_keys)
        self._name_window(state.shown)

    def _restore(self) -> None:
        off_screen = QApplication.platformName() == "offscreen"  # whose screen of 800 × 800 nobody looks at
        self.resize(FIRST_SIZE if off_screen else fitted(FIRST_SIZE, self))
        for name, restore in (("geometry", self.restoreGeometry), ("splitter", self.splitter.restoreState)):
            if (stored := self.geometry_store.value(name)) is not None:
                restore(stored)
        self._set_full_screen(False)
        for name, panel in (("studies", self.studies), ("reading", self.reading)):
            visible = self.geometry_store.value(name, True, bool)
            panel.setVisible(visible)
            self.menus.actions[name].setChecked(visible)

    def open(self, chosen: Sequence[Path]) -> None:
        """Open files and folders."""
        self.make_all()
        self.browsing.note(chosen)
        self.session.open(chosen)

    # Commands, by the names in actions.ACTIONS

    def close_all(self) -> None:
        """Forget all files."""
        self.session.close_all()

    def try_again(self) -> None:
        """Read once more what could not be read."""
        self.session.try_again()

    def search_studies(self) -> None:
        """Go to the search field, unfolding the study list if need be."""
        self.menus.actions["studies"].setChecked(True)
        self.show_studies(True)
        self.studies.search.setFocus()
        self.studies.search.selectAll()

    def previous_study(self) -> None:
        """Go to the first image of the study above."""
        self.session.step_study(-1)

    def next_study(self) -> None:
        """Go to the first image of the study below."""
        self.session.step_study(1)

    def previous_image(self) -> None:
        """Go one image up in the list."""
        self.session.step(-1)

    def next_image(self) -> None:
        """Go one image down in the list."""
        self.session.step(1)

    def show_studies(self, visible: bool) -> None:
        """Unfold or fold the study list."""
        self.studies.setVisible(visible)

    def show_reading(self, visible: bool) -> None:
        """Unfold or fold the reading."""
        self.reading.setVisible(visible)

    def show_second_window(self, on: bool) -> None:
        """Open or close the second window."""
        self.viewports.show_second_window(on, list(self.menus.actions.values()))

    def use_light_theme(self, light: bool) -> None:
        """Change between the light and the dark theme."""
        self.state.change_settings(theme="light" if light else "dark")

    def use_full_screen(self, full: bool) -> None:
        """Let the window that has the focus fill its screen, or go back."""
        second = self.viewports.second
        if second is not None and second.isActiveWindow():
            second.setWindowState(second.windowState() ^ Qt.WindowState.WindowFullScreen)
            self.menus.actions["full_screen"].setChecked(self.isFullScreen())  # which is about this one
        else:
            self._set_full_screen(full)

    def _set_full_screen(self, full: bool) -> None:
        bit = Qt.WindowState.WindowFullScreen  # a maximised window is maximised again afterwards
        self.setWindowState(self.windowState() | bit if full else self.windowState() & ~bit)

    def cancel_all(self) -> None:
        """Stop whatever runs."""
        self.session.cancel_all()

    def show_card(self) -> None:
        """Open the model card."""
        from cxrview.gui.dialogs.pages import model_card
        from cxrview.gui.dialogs.text import TextDialog

        if self.state.model.card is not None:
            dialog = TextDialog(self, tr("Model card"), model_card(self.state.model.card), QSize(720, 640))
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    def show_crash(self, details: str) -> None:
        """Show the details of a mistake of ours, to be copied."""
        from cxrview.gui.dialogs.text import CrashDialog

        if self.findChildren(CrashDialog):  # one is enough when the same mistake comes again and again
            return
        dialog = CrashDialog(self, details)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _settings_changed(self, changed: Settings) -> None:
        self._save_soon.start()
        if changed.theme != themes.current().name:
            themes.apply(QApplication.instance(), themes.THEMES[changed.theme])

    def _save_settings(self) -> None:
        self._save_soon.stop()
        try:
            if self._spoilt:
                shutil.copyfile(self.settings_file, f"{self.settings_file}.bak")
                self._spoilt = False
            settings.save(self.state.settings, self.settings_file)
        except OSError as error:
            sentence = tr("The settings could not be saved: {reason}.")
            self.statusBar().say(sentence.format(reason=error.strerror), 8)

    def _name_window(self, shown: Shown) -> None:
        self.setWindowTitle(f"{shown.path.name} – cxrview" if shown.path is not None else "cxrview")

    # Events

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._started:  # the model is loaded behind the window, never before it
            self._started = True
            QTimer.singleShot(0, self.session.models.start)
            self._behind.start()

    @property
    def is_complete(self) -> bool:
        """Whether it is on the screen, and what its first picture did without is there too."""
        return self._started and not self._behind.isActive()

    def _make_next(self) -> None:
        """Make one of the parts that the first picture did without; after the last, take up what was left."""
        if self.make_one():
            return
        self._behind.stop()
        self.training.say_what_was_interrupted()
        self.browsing.restore()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self.menus.actions["full_screen"].setChecked(self.isFullScreen())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self._set_full_screen(False)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        dropped = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.open(dropped)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.make_all()
        self.browsing.remember()
        self.geometry_store.setValue("geometry", self.saveGeometry())
        self.geometry_store.setValue("splitter", self.splitter.saveState())
        self.geometry_store.setValue("studies", not self.studies.isHidden())
        self.geometry_store.setValue("reading", not self.reading.isHidden())
        self.geometry_store.sync()
        self._save_settings()
        self.viewports.show_second_window(False)
        self.annotations.flush()
        self.seen.flush()
        self.training.leave()
        self.session.close()
        self.runner.close(wait=False)
        self.collector.close()
        super().closeEvent(event)
