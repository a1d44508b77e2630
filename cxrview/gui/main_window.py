"""The window: it puts the panels around the canvas, and what commands need on the workbench."""

from collections.abc import Sequence
from functools import partial
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
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QMainWindow,
    QSlider,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from cxrview import paths, settings
from cxrview.gui import theme as themes
from cxrview.gui.actions.keys import OwnKeys
from cxrview.gui.actions.menus import Menus
from cxrview.gui.actions.peek import PeekFilter
from cxrview.gui.actions.table import SHORTCUTS
from cxrview.gui.commands import gallery, heatmap
from cxrview.gui.commands.film_only import FilmOnly
from cxrview.gui.commands.hanging import open_protocols
from cxrview.gui.commands.help import show_sample
from cxrview.gui.commands.network import leave_network
from cxrview.gui.commands.teaching import read_file
from cxrview.gui.commands.texts import texts
from cxrview.gui.commands.training import say_unusable
from cxrview.gui.commands.window import fill_screen
from cxrview.gui.commands.window_parts import SOON, WindowParts
from cxrview.gui.gc_in_gui_thread import Collector
from cxrview.gui.panels.prediction import ReadingPanel
from cxrview.gui.panels.status import StatusBar
from cxrview.gui.panels.strips import Strips
from cxrview.gui.session import crash_guard, stored
from cxrview.gui.session.model_choice import LoadPredictor
from cxrview.gui.session.session import Session
from cxrview.gui.session.unsaved import may_close
from cxrview.gui.state import AppState, Shown
from cxrview.gui.studies.panel import StudyPanel
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.viewer.canvas import Canvas
from cxrview.gui.viewer.context_menu import ContextMenu
from cxrview.gui.viewer.heat_layer import HeatLayer
from cxrview.gui.viewer.overlay_layer import OverlayLayer
from cxrview.gui.viewer.tools import basic_tools
from cxrview.gui.viewer.viewport import Viewport
from cxrview.gui.viewer.viewports import Viewports
from cxrview.gui.widgets.window_size import fitted
from cxrview.gui.workbench import LazyParts, Places, Workbench
from cxrview.i18n import tr
from cxrview.settings import Settings

FIRST_SIZE = QSize(1280, 800)
SAVE_DELAY = 500  # ms between a change and writing the settings


class MainWindow(WindowParts, QMainWindow):
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
        places = self.places = _places(folder)
        self.geometry_store = QSettings(str(places.folder / "window.ini"), QSettings.Format.IniFormat)
        crash_guard.use(crash_guard.CrashGuard(places.folder))
        chosen, complaints = settings.load(places.settings)
        complaints += SHORTCUTS.complaints(chosen.shortcuts)
        self.collector = Collector(self)
        self.runner = TaskRunner(self)
        self.state = AppState(chosen, self)
        self.session = Session(self.state, self.runner, load_predictor, model=model, device=device)
        self.bench = Workbench(
            self, places, self.geometry_store, self.state, self.session, self.runner, SHORTCUTS
        )
        self.bench.parts = LazyParts(self.bench, SOON)
        self.bench.openers[".cxrset"] = partial(read_file, self.bench)
        self.bench.openers[".cxrhang"] = partial(open_protocols, self.bench)
        self.bench.manual = lambda page, over: self.help.manual(page, over)
        self._save_soon = QTimer(self, singleShot=True, interval=SAVE_DELAY, timeout=self._save_settings)
        self._started = False
        self._behind = QTimer(self, interval=0, timeout=self._make_next)
        self.setAcceptDrops(True)
        self._build()
        self._connect()
        themes.apply(themes.running(), themes.THEMES[chosen.theme])
        self.menus.draw_icons()
        self._restore()
        if complaints:
            self.bench.status.say(" ".join(complaints), 15)

    def _build(self) -> None:
        bench = self.bench
        self.menus = Menus(bench)
        actions = self.menus.actions
        start = [actions["open"], actions["open_folder"]] + (
            [actions["sample"]] if "sample" in actions else []
        )
        start.append(actions["introduction"])
        self.studies = bench.studies = StudyPanel(self.state, self.runner)
        self.viewports = bench.viewports = self._make_viewports(start, [actions["again"], actions["open"]])
        self.reading = bench.reading = ReadingPanel(self.state, actions["card"])
        self.splitter = QSplitter(Qt.Orientation.Horizontal, handleWidth=1, childrenCollapsible=False)
        for index, (widget, least) in enumerate(
            ((self.studies, 150), (self._middle(), 320), (self.reading, 262))
        ):
            widget.setMinimumWidth(least)
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(index, 1 if index == 1 else 0)
        self.splitter.setSizes([250, 760, 270])
        self.setCentralWidget(self.splitter)
        self.stage.setFocus()  # not the search field, which would swallow the single-letter keys
        bench.status = StatusBar(self.state, self.runner)
        self.setStatusBar(bench.status)

    def _middle(self) -> QWidget:
        """Return the viewports with what is said above them."""
        middle = QWidget()
        self.strips = self.bench.strips = Strips()
        column = QVBoxLayout(middle, spacing=0)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.strips)
        column.addWidget(self.viewports.grid, 1)
        return middle

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
        canvas.opacity_turned.connect(lambda notches: heatmap.change_opacity(self.bench, notches))

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
        self.session.first_file = self.studies.first_file
        self.session.said.connect(lambda text, details: self.bench.say(text, details=details))
        self.session.models.refused.connect(lambda *words: say_unusable(self.bench, *words))
        self.bench.status.cancel.clicked.connect(self.session.cancel_all)
        self.runner.crashed.connect(self.show_crash)
        state.settings_changed.connect(self._settings_changed)
        state.shown_changed.connect(self._name_window)
        self._peek = PeekFilter(state, self)
        watched: list[QWidget] = [self, self.studies.tree]
        for widget in watched:
            widget.installEventFilter(self._peek)
        for canvas in self.viewports.canvases:
            self._take_canvas(canvas)
        self._own_keys = OwnKeys(self)
        for widget in (*self.findChildren(QSlider), *self.findChildren(QComboBox), self.studies.tree):
            widget.installEventFilter(self._own_keys)
        self.reading.sample.why.clicked.connect(lambda: show_sample(self.bench))
        self._name_window(state.shown)

    def _restore(self) -> None:
        off_screen = QApplication.platformName() == "offscreen"  # whose screen of 800 × 800 nobody looks at
        self.resize(FIRST_SIZE if off_screen else fitted(FIRST_SIZE, self))
        for name, restore in (("geometry", self.restoreGeometry), ("splitter", self.splitter.restoreState)):
            if (shape := stored.shape(self.geometry_store, name)) is not None:
                restore(shape)
        fill_screen(self, False)
        for name, panel in (("studies", self.studies), ("reading", self.reading)):
            visible = stored.flag(self.geometry_store, name, True)
            panel.setVisible(visible)
            self.menus.actions[name].setChecked(visible)

    def open(self, chosen: Sequence[Path]) -> None:
        """Open files and folders."""
        self.bench.open(chosen)

    def show_crash(self, details: str) -> None:
        """Show the details of a mistake of ours, to be copied."""
        from cxrview.gui.widgets.text import CrashDialog

        if self.findChildren(CrashDialog):  # one is enough when the same mistake comes again and again
            return
        dialog = CrashDialog(self, details)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _settings_changed(self, changed: Settings) -> None:
        self._save_soon.start()
        self._name_window(self.state.shown)
        if changed.theme != themes.current().name:
            themes.apply(themes.running(), themes.THEMES[changed.theme])

    def _save_settings(self) -> None:
        self._save_soon.stop()
        try:
            settings.save(self.state.settings, self.places.settings)
        except OSError as error:
            sentence = tr("The settings could not be saved: {reason}.")
            self.bench.status.say(sentence.format(reason=error.strerror), 8)

    def _name_window(self, shown: Shown) -> None:
        name = f"{self.state.called(shown.path)} – cxrview" if shown.path is not None else "cxrview"
        self.setWindowTitle(name)

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
        if self.bench.parts.make_one():
            return
        self._behind.stop()
        self.training.find_what_went_on()
        self.training.say_what_was_interrupted()
        self.browsing.restore()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self.menus.actions["full_screen"].setChecked(self.isFullScreen())
            if self._started:
                self.bench.part(FilmOnly).set_on(self.isFullScreen())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            fill_screen(self, False)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        dropped = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.open(dropped)

    def _kept(self) -> bool:
        """Keep what was drawn and written; return whether the window may close."""
        written = self.bench.parts.made(texts)
        drawn = may_close(self.annotations, self, tr("What you drew could not be kept."))
        return drawn and (
            written is None or may_close(written, self, tr("What you wrote could not be kept."))
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        self.bench.parts.make_all()
        if not (self._kept() and self.batches.may_leave() and self.training.may_leave()):
            event.ignore()
            return
        self.bench.part(FilmOnly).set_on(False)
        self.browsing.remember()
        self.geometry_store.setValue("geometry", self.saveGeometry())
        self.geometry_store.setValue("splitter", self.splitter.saveState())
        self.geometry_store.setValue("studies", not self.studies.isHidden())
        self.geometry_store.setValue("reading", not self.reading.isHidden())
        self.geometry_store.sync()
        self._save_settings()
        self.viewports.show_second_window(False)
        gallery.close(self.bench)
        self.annotations.flush()
        self.seen.flush()
        self.training.leave()
        self.batches.leave()
        leave_network(self.bench)
        self.session.close()
        self.runner.close(wait=False)
        self.collector.close()
        super().closeEvent(event)


def _places(folder: Path | None) -> Places:
    """Return where things are kept: in `folder`, or where the system wants each of them."""
    file = paths.settings_file()
    if folder is None:
        return Places(file.parent, file, paths.annotations_store(), paths.training_runs(), paths.batches())
    return Places(
        folder, folder / file.name, folder / "reading.sqlite", folder / "training", folder / "batches"
    )
