"""The lungs on the images of the viewports, found in the background when somebody wants to show them."""

import weakref
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from cxrview.annotations.annotation import Point
from cxrview.gui import error_text
from cxrview.gui.state import AppState
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.view_state import PredictionProgress, ViewState
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.anatomy import Anatomy, LungFinder
    from cxrview.imaging import Radiograph

LANE = "lungs"
Line = tuple[Point, Point]


class Lungs(QObject):
    """Knows for each viewport where the lungs on its image are. What the model has found anyway is used.

    Signals:
        found: the lungs of an image were looked for; carries its ViewState.
        said: a sentence for the user.
    """

    found = Signal(object)
    said = Signal(str)

    def __init__(self, state: AppState, runner: TaskRunner) -> None:
        super().__init__(state)
        self._state, self._runner = state, runner
        self._finder: LungFinder | None = None  # used in LANE alone
        self._problem = ""  # why the network cannot be used; said once
        self._known: dict[ViewState, tuple[weakref.ref[Any], Anatomy]] = {}
        self._jobs: dict[ViewState, tuple[weakref.ref[Any], Job]] = {}
        self._width: tuple[Anatomy, Line | None] | None = None  # asked for last, at every painting
        state.views_changed.connect(self._forget_views)

    def of(self, view: ViewState) -> "Anatomy | None":
        """Return what is known of the lungs on the image of `view`; None if `found` will tell, or never.

        Quick enough for painting: looking for them happens in a worker.
        """
        radiograph, prediction = view.shown.radiograph, view.reading.prediction
        if radiograph is None:
            return None
        if prediction is not None and prediction.anatomy is not None:
            return prediction.anatomy
        pixels, anatomy = self._known.get(view, (None, None))
        if pixels is not None and pixels() is radiograph.values:
            return anatomy
        if not self._will_be_told(view):
            self._look(view, radiograph)
        return None

    def _will_be_told(self, view: ViewState) -> bool:
        """Whether a reading is under way that finds the lungs, or may: two searches would share the cores."""
        card = self._state.model.card
        return view.reading.progress is PredictionProgress.WAITING and (card is None or card.frame == "lungs")

    def thorax(self, view: ViewState) -> Line | None:
        """Return the ends of the greatest inner width of the thorax of `view`, as far as it is known."""
        anatomy = self.of(view)
        if anatomy is None:
            return None
        if self._width is None or self._width[0] is not anatomy:
            ends = anatomy.thoracic_width()
            self._width = (anatomy, (Point(*ends[0]), Point(*ends[1])) if ends is not None else None)
        return self._width[1]

    def _look(self, view: ViewState, radiograph: "Radiograph") -> None:
        """Look for the lungs, unless that is being done or cannot be done."""
        pixels, job = self._jobs.get(view, (None, None))
        if self._problem or (pixels is not None and pixels() is radiograph.values):
            return
        self._runner.cancel(job)
        job = self._runner.start(
            tr("Finding the lungs"),
            lambda _report: self._find(radiograph),
            done=partial(self._done, view, weakref.ref(radiograph.values)),
            failed=partial(self._failed, view),
            lane=LANE,
            quiet=True,
        )
        self._jobs[view] = (weakref.ref(radiograph.values), job)

    def _find(self, radiograph: "Radiograph") -> "Anatomy":
        """Return the lungs of `radiograph`. Runs in the lane; the first time it loads the network."""
        from cxrview.anatomy import LungFinder, reduced

        if self._finder is None:
            self._finder = LungFinder.load("cpu")  # some milliseconds there too
        return self._finder.find([reduced(radiograph)])[0]

    def _done(self, view: ViewState, pixels: "weakref.ref[Any]", anatomy: "Anatomy") -> None:
        self._jobs.pop(view, None)
        self._known[view] = (pixels, anatomy)
        settings = self._state.settings
        if not anatomy.found and (settings.show_lungs or settings.show_zones):
            self.said.emit(tr("No lungs were found on this image."))
        self.found.emit(view)

    def _failed(self, view: ViewState, error: Exception) -> None:
        self._jobs.pop(view, None)
        self._problem = error_text.whole(error)
        self.said.emit(self._problem)

    def _forget_views(self) -> None:
        for view in [view for view in self._known if view not in self._state.views]:
            del self._known[view]
        for view in [view for view in self._jobs if view not in self._state.views]:
            self._runner.cancel(self._jobs.pop(view)[1])
