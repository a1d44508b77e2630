"""One image twice: plain, and with its heatmap or as in a mirror. What is done to one is done to both."""

from functools import partial

from PySide6.QtCore import QObject

from cxrview.gui.session.session import Session
from cxrview.gui.view_state import Shown, ViewStage, ViewState


class ImagePair(QObject):
    """Keeps two views together between `join` and `part`; `session` fills the one that lags behind."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._pair: tuple[ViewState, ViewState] | None = None  # plain, with its heatmap
        self._mirrored = self._busy = False

    def add(self, view: ViewState) -> None:
        """Let `view` be joined."""
        view.shown_changed.connect(partial(self._show, view))
        view.reading_changed.connect(partial(self._dress, view))  # it has come later than the other
        for signal in (view.orientation_changed, view.filters_changed):
            signal.connect(partial(self._lead, view))

    def join(self, plain: ViewState, heated: ViewState) -> None:
        """Show the image of `plain` in `heated` too, with its heatmap there only."""
        self._join(plain, heated, mirrored=False)

    def mirror(self, plain: ViewState, mirror: ViewState) -> None:
        """Show the image of `plain` in `mirror` too, left and right swapped there; in neither its heatmap."""
        self._join(plain, mirror, mirrored=True)

    def _join(self, plain: ViewState, other: ViewState, mirrored: bool) -> None:
        self._pair, self._mirrored = (plain, other), mirrored
        plain.set_heat_shown(False)
        other.set_heat_shown(not mirrored)
        self._show(plain, plain.shown)
        self._lead(plain)

    def part(self) -> bool:
        """Let each go its own way; return whether there were two."""
        pair, self._pair = self._pair, None
        if pair is not None:
            for view in pair:
                view.set_heat_shown(True)
            if self._mirrored:  # the other one may stay, as one of several
                pair[1].set_orientation(pair[0].orientation)
        return pair is not None

    def _other(self, view: ViewState) -> ViewState | None:
        if self._pair is None or view not in self._pair or self._busy:
            return None
        return self._pair[1] if view is self._pair[0] else self._pair[0]

    def _show(self, view: ViewState, shown: Shown) -> None:
        other = self._other(view)
        # What is being read for the other one is newer than this, and will come here.
        if other is None or ViewStage.LOADING in (shown.stage, other.shown.stage):
            return
        if shown.stage is ViewStage.SHOWN and shown.path is not None:
            self._session.select(shown.path, shown.frame, other)
        else:  # nothing, or a file that cannot be read: another image must not stand beside that
            self._busy = True
            self._session.viewing(other).close()
            self._busy = False

    def _lead(self, view: ViewState, *_news: object) -> None:
        other = self._other(view)
        if other is not None and not view.settling:
            self._copy(view, other)

    def _dress(self, view: ViewState, *_news: object) -> None:
        other = self._other(view)
        if other is not None and not view.settling:
            self._copy(other, view)

    def _copy(self, model: ViewState, view: ViewState) -> None:
        """Turn, filter and window `view` as `model` is, if they show the same."""
        if (model.shown.path, model.shown.frame) != (view.shown.path, view.shown.frame):
            return
        self._busy = True
        view.set_orientation(model.orientation.flipped() if self._mirrored else model.orientation)
        view.set_filters(model.filters)
        view.set_inverted(model.inverted)
        if model.shown.radiograph is view.shown.radiograph:
            view.set_voi(model.voi)
        self._busy = False
