"""The viewports of the window: their layout, their tools, what ties them together, the second window."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow

from cxrview.gui.session import hanging
from cxrview.gui.session.session import Session
from cxrview.gui.state import AppState
from cxrview.gui.view_state import Shown, ViewState
from cxrview.gui.viewer.canvas import Canvas
from cxrview.gui.viewer.grid import Grid
from cxrview.gui.viewer.image_pair import ImagePair
from cxrview.gui.viewer.layer import Layer
from cxrview.gui.viewer.refiner import Refiner
from cxrview.gui.viewer.sync import Sync
from cxrview.gui.viewer.tools import Tool
from cxrview.gui.viewer.viewport import Viewport
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import tr

LAYOUTS = {"one": (1, 1), "two_columns": (1, 2), "two_rows": (2, 1), "four": (2, 2)}  # rows, columns
MakeLayer = Callable[[Canvas], Layer]


class SecondWindow(QMainWindow):
    """A viewport on a screen of its own.

    Signals:
        closed: the user closed it.
    """

    closed = Signal()

    def __init__(self, viewport: Viewport, actions: Sequence[QAction]) -> None:
        super().__init__()
        self.viewport = viewport
        self.setCentralWidget(viewport)
        self.addActions(list(actions))  # so that the shortcuts work here too
        self.resize(fitted(QSize(900, 900), self))
        viewport.view.shown_changed.connect(self._name)
        self._name(viewport.view.shown)

    def _name(self, shown: Shown) -> None:
        called = self.viewport.canvas.called
        self.setWindowTitle(f"{called(shown.path)} – cxrview" if shown.path is not None else "cxrview")

    def name_again(self) -> None:
        """Say who or what is shown, or not any more."""
        self._name(self.viewport.view.shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowFullScreen)
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()


class Viewports(QObject):
    """Makes viewports, and lets one of them be the active one.

    `start` and `again` are the commands offered where nothing is open and where a file failed; `layers`
    make what lies over each picture, the lowest first.

    Signals:
        canvas_made: another viewport has come; carries its Canvas.
    """

    canvas_made = Signal(object)

    def __init__(
        self,
        state: AppState,
        session: Session,
        tools: dict[str, Tool],
        layers: Sequence[MakeLayer],
        pages: tuple[Sequence[QAction], Sequence[QAction]],
    ) -> None:
        super().__init__()
        self._state, self._session = state, session
        self.tools, self._layers, self._pages = tools, layers, pages
        self.tool = tools["window"]
        self.sync = Sync(self)
        self.twins = ImagePair(session, self)
        self.second: SecondWindow | None = None
        self.grid = Grid(self._make)
        self.grid.arrange(1, 1, state.views)
        state.active_changed.connect(self._show_active)
        state.settings_changed.connect(self._name_again)
        self._show_active(state.active)

    def _name_again(self, _settings: object) -> None:
        for viewport in self.viewports:
            viewport.name_again()
        if self.second is not None:
            self.second.name_again()

    # What there is

    @property
    def viewports(self) -> list[Viewport]:
        """All viewports, the second window's last."""
        return self.grid.viewports + ([self.second.viewport] if self.second is not None else [])

    @property
    def active(self) -> Viewport:
        """The viewport that commands are about."""
        return next(port for port in self.viewports if port.view is self._state.active)

    @property
    def canvases(self) -> list[Canvas]:
        """The canvases of all viewports."""
        return [port.canvas for port in self.viewports]

    def _make(self, view: ViewState) -> Viewport:
        canvas = Canvas(view, self._state, self.tool)
        canvas.layers = [make(canvas) for make in self._layers]
        viewport = Viewport(canvas, *self._pages)
        viewport.activated.connect(partial(self._state.set_active, view))
        viewport.dropped.connect(lambda path, frame: self._session.select(path, frame, view))
        viewport.frames.wanted.connect(partial(self._go_to_frame, view))
        viewport.frames.played.connect(self._session.viewing(view).play)
        canvas.frames_turned.connect(self._session.step)
        self.twins.add(view)
        Refiner(canvas, self._session.runner)
        self.sync.add(canvas)
        self.canvas_made.emit(canvas)
        return viewport

    def _go_to_frame(self, view: ViewState, frame: int) -> None:
        if view.shown.path is not None:
            self._session.select(view.shown.path, frame, view)

    def _show_active(self, view: ViewState) -> None:
        self.grid.show_active(view)

    def add(self, tools: dict[str, Tool], layer: MakeLayer) -> None:
        """Take further tools, and lay another layer over every picture."""
        self.tools = self.tools | tools
        self._layers = (*self._layers, layer)
        for canvas in self.canvases:
            canvas.layers.append(layer(canvas))

    def use_tool(self, name: str) -> None:
        """Let the left mouse button, and keys, do the tool called `name` in all viewports."""
        self.tool = self.tools[name]
        self._state.arrange(tool=name)
        for canvas in self.canvases:
            canvas.set_tool(self.tool)
        if self.tool.has_keys:
            self.active.take_focus()

    # Layouts

    def use(self, name: str) -> None:
        """Show the layout called `name` in LAYOUTS."""
        self.use_layout(*LAYOUTS[name])

    def use_layout(self, rows: int, columns: int) -> None:
        """Show `rows` × `columns` viewports. The active one stays, and so do as many others as fit."""
        self._part_twins()
        wanted = rows * columns
        inside = [port.view for port in self.grid.viewports]
        # The active one must not be among those that go.
        keep = self._state.active if self._state.active in inside else inside[0]
        views = inside if wanted >= len(inside) or keep in inside[:wanted] else [keep, *inside]
        views = list(dict.fromkeys(views))[:wanted]
        views += [self._state.add_view() for _ in range(wanted - len(views))]
        self.grid.arrange(rows, columns, views)
        self._state.arrange(rows=rows, columns=columns)
        for view in inside:
            if view not in views:
                self._state.remove_view(view)
        self._show_active(self._state.active)

    def compare_heatmap(self, on: bool = True) -> None:
        """Show the image beside the same image with its heatmap, moved together; or one image again."""
        if not on:
            self.use("one")
            return
        plain, heated = self._two()
        self._state.change_settings(heatmap_visible=True)  # it is what was asked for
        self.twins.join(plain, heated)
        self._state.arrange(twins=True)
        self.synchronise(True)

    def compare_mirror(self, on: bool = True) -> None:
        """Show the image beside its mirror image, moved together; or one image again."""
        if not on:
            self.use("one")
            return
        plain, mirror = self._two()
        self.twins.mirror(plain, mirror)
        self._state.arrange(mirror=True)
        self.synchronise(True)

    def _two(self) -> tuple[ViewState, ViewState]:
        """Make room for two, and return the active view, at the left, and the one beside it."""
        self.use_layout(1, 2)
        views = sorted(
            (port.view for port in self.grid.viewports), key=lambda view: view is not self._state.active
        )
        self.grid.arrange(1, 2, views)
        return views[0], views[1]

    def _part_twins(self) -> None:
        if self.twins.part():
            self._state.arrange(twins=False, mirror=False)
            self.synchronise(False)

    def show_beside(self, left: "hanging.Key", right: "hanging.Key") -> None:
        """Show two images side by side, the first one active."""
        self.use_layout(1, 2)
        views = [port.view for port in self.grid.viewports]
        self._state.set_active(views[0])
        self._session.select(*right, views[1])
        self._session.select(*left, views[0])

    def arrange_study(self) -> None:
        """Show the frontal and the lateral image of the study, or the image and the one before it."""
        shown = self._state.shown
        pair = hanging.pair(self._state.entries, shown.path) if shown.path is not None else None
        if pair is None:
            self._session.said.emit(tr("There is no other view and no earlier image of this patient."), "")
            return
        self.show_beside(*((path, 0) for path in pair))

    def synchronise(self, on: bool) -> None:
        """Let zoom, place and window of all viewports go together, or each its own way."""
        self.sync.on = on
        self._state.arrange(synchronised=on)
        if on:
            self.sync.follow(self.active.canvas)

    def next_viewport(self) -> None:
        """Turn to the next viewport."""
        ports = self.viewports
        following = ports[(ports.index(self.active) + 1) % len(ports)]
        self._state.set_active(following.view)
        following.activateWindow()
        following.take_focus()

    # The second window

    def show_second_window(self, on: bool, actions: Sequence[QAction] = ()) -> None:
        """Open or close a window with one more viewport, for another screen."""
        if on and self.second is None:
            view = self._state.add_view()
            self.second = SecondWindow(self._make(view), actions)
            self.second.closed.connect(self._forget_second)
            self.second.viewport.set_only(False)
            self.second.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
            self.second.show()
            self._state.arrange(second_window=True)
        elif not on and self.second is not None:
            self.second.close()

    def _forget_second(self) -> None:
        second, self.second = self.second, None
        if second is not None:
            self._state.arrange(second_window=False)
            self._state.remove_view(second.viewport.view)
            second.deleteLater()
