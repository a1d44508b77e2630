"""Hangs films as a protocol says, when the user asks, or whenever another study is gone to."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from cxrview.gui.hanging import matching
from cxrview.gui.hanging.protocol import HangingPane, HangingProtocol
from cxrview.gui.hanging.protocols import Protocols
from cxrview.gui.state import Arrangement, Entry, Shown, ViewStage
from cxrview.gui.view_state import ViewState
from cxrview.gui.viewer.viewports import LAYOUTS
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr
from cxrview.settings import Settings


class Hanger(QObject):
    """`protocols` are the user's. It follows where the user goes in the list while the settings say so."""

    def __init__(self, bench: Workbench, protocols: Protocols) -> None:
        super().__init__(bench.window)
        self._bench, self.protocols = bench, protocols
        self._hung = ""  # the study that was hung last, by its UID
        self._came: Path | None = None  # the user has gone there, and it is still to be hung
        self._windows: dict[ViewState, tuple[Path, str]] = {}  # still to be set, when their films have come
        self._hidden: set[ViewState] = set()  # their heatmaps, by a protocol
        self._followed: set[ViewState] = set()
        self._busy = False
        self._visible = bench.state.settings.heatmap_visible
        bench.session.gone_to.connect(self._note)
        bench.state.views_changed.connect(self._forget_views)
        bench.state.shown_changed.connect(self._hang_what_came)
        bench.state.arrangement_changed.connect(self._arranged)
        bench.state.settings_changed.connect(self._settings_changed)

    def hang_fitting(self) -> None:
        """Hang the study on the screen by the first protocol that fits it, or say that there is none."""
        path = self._bench.state.shown.path
        protocol = self._fitting(path) if path is not None else None
        if path is not None and protocol is not None:
            self.hang(protocol, path)
        else:
            self._bench.say(tr("No hanging protocol fits this film."))

    def hang(self, protocol: HangingProtocol, path: Path | None = None) -> None:
        """Hang the study of `path`, or of what is on the screen, by `protocol`; it may leave panes empty."""
        bench, path = self._bench, path or self._bench.state.shown.path
        if path is None or path not in bench.state.entries:
            return
        films = matching.films(protocol, self._patient(path), path)
        self._busy = True
        bench.viewports.use(protocol.layout)
        self._show_heatmaps()
        views = [port.view for port in bench.viewports.grid.viewports]
        if any(pane.heatmap for pane in protocol.panes):
            bench.state.change_settings(heatmap_visible=True)
        for view, pane, film in zip(views, protocol.panes, films, strict=True):
            self._fill(view, pane, film)
        bench.state.set_active(views[films.index(path)] if path in films else views[0])
        self._hung = self._study(path)
        self._busy = False

    def describe(self) -> tuple[str, tuple[HangingPane, ...]]:
        """Return layout and panes of a protocol that hangs films as they hang now."""
        bench = self._bench
        arranged, path = bench.state.arrangement, bench.state.shown.path
        size = (arranged.rows, arranged.columns)
        layout = next((name for name, other in LAYOUTS.items() if other == size), "one")
        views = [port.view for port in bench.viewports.grid.viewports]
        if path is None or path not in bench.state.entries:
            return layout, tuple(HangingPane() for _ in views)
        visible = bench.state.settings.heatmap_visible
        shown = [(view.shown.path, _window(view), visible and view.heat_shown) for view in views]
        return layout, matching.described(shown, self._patient(path), path)

    def _fill(self, view: ViewState, pane: HangingPane, film: Path | None) -> None:
        session = self._bench.session
        view.set_heat_shown(pane.heatmap)
        if not pane.heatmap:
            self._hidden.add(view)
        if film is None:
            session.viewing(view).close()
            return
        if pane.window:
            self._windows[view] = (film, pane.window)
        if view not in self._followed:
            self._followed.add(view)
            view.shown_changed.connect(partial(self._film_came, view))
        session.select(film, 0, view)
        self._film_came(view, view.shown)

    def _film_came(self, view: ViewState, shown: Shown) -> None:
        """Set the window when the film that it is for has come; the view says more just then."""
        wanted = self._windows.get(view)
        if wanted is None or shown.stage is ViewStage.LOADING:
            return
        del self._windows[view]
        if shown.stage is ViewStage.SHOWN and shown.path == wanted[0]:
            QTimer.singleShot(0, view, partial(_set_window, view, *wanted))

    # Another study

    def _note(self, path: Path) -> None:
        self._came = path
        self._hang_what_came(self._bench.state.shown)

    def _hang_what_came(self, shown: Shown) -> None:
        """Hang the study that the user has gone to, once its film is there and says what it is of."""
        if self._busy or shown.path != self._came or shown.stage is not ViewStage.SHOWN:
            return
        path, self._came = self._came, None
        if path is None or not self._bench.state.settings.hang_by_itself:
            return
        # Not now: the view has not told everybody of its film yet.
        QTimer.singleShot(0, self, partial(self._hang_by_itself, path))

    def _hang_by_itself(self, path: Path) -> None:
        study = self._study(path)
        if self._bench.state.shown.path != path or (study and study == self._hung):
            return
        protocol, before = self._fitting(path), self._hung
        if protocol is not None:
            self.hang(protocol, path)
        elif before:  # nothing of that study may stay beside this one
            self._hung = ""
            self._bench.viewports.use("one")

    def _forget_views(self) -> None:
        views = set(self._bench.state.views)
        self._followed &= views
        self._hidden &= views
        self._windows = {view: wanted for view, wanted in self._windows.items() if view in views}

    def _fitting(self, path: Path) -> HangingProtocol | None:
        if path not in self._bench.state.entries:
            return None
        return matching.first_fitting(self.protocols.all, self._patient(path), path)

    def _patient(self, path: Path) -> dict[Path, Entry]:
        same = self._bench.studies.model.same_patient(path) or [self._bench.state.entries[path]]
        return {entry.path: entry for entry in same}

    def _study(self, path: Path) -> str:
        identity = self._bench.state.entries[path].identity
        return identity.study_uid if identity is not None else ""

    # Heatmaps that a protocol hides come back when the user arranges anew, or turns heatmaps on

    def _show_heatmaps(self) -> None:
        for view in self._hidden:
            view.set_heat_shown(True)
        self._hidden.clear()

    def _arranged(self, arrangement: Arrangement) -> None:
        if self._busy:
            return
        if arrangement.twins:  # which have hidden one of their own
            self._hidden.clear()
        self._show_heatmaps()

    def _settings_changed(self, settings: Settings) -> None:
        turned_on = settings.heatmap_visible and not self._visible
        self._visible = settings.heatmap_visible
        if turned_on and not self._busy:
            self._show_heatmaps()


def _set_window(view: ViewState, film: Path, window: str) -> None:
    from cxrview.imaging.presets import presets

    radiograph = view.shown.radiograph
    if radiograph is not None and view.shown.path == film:
        view.set_voi(dict(presets(radiograph))[window])


def _window(view: ViewState) -> str:
    """Return the name of the preset in which a view shows its film; "" where it is none."""
    from cxrview.imaging.presets import presets

    radiograph = view.shown.radiograph
    if radiograph is None or view.voi == radiograph.default_voi:
        return ""
    return next((name for name, voi in presets(radiograph) if voi == view.voi), "")
