"""Cover it: paint over places of the film, and see at once what the model says then."""

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui import error_text
from cxrview.gui.actions.window_actions import WindowActions
from cxrview.gui.explain.cover_actions import ACTIONS
from cxrview.gui.explain.cover_history import CoverHistory
from cxrview.gui.explain.cover_picture import CoverPicture
from cxrview.gui.explain.cover_table import CoverTable
from cxrview.gui.session import calls
from cxrview.gui.session.model_choice import ModelChoice
from cxrview.gui.state import AppState
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.widgets.segments import choice_button, segments
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import mark, say, tr
from cxrview.inference.call import headline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cxrview.explain.covered import Cover
    from cxrview.explain.grid import Area
    from cxrview.explain.subject import Subject
    from cxrview.imaging import Radiograph
    from cxrview.inference.prediction import Prediction
    from cxrview.inference.predictor import Predictor
    from cxrview.progress import Report

SHAPES = {False: mark("Rectangle"), True: mark("Ellipse")}
SHAPE_TIPS = {
    False: mark("Drag with the mouse to cover a rectangle"),
    True: mark("Drag with the mouse to cover an ellipse"),
}
FILLING_LABELS = {"grey": mark("Grey"), "blur": mark("Blurred"), "around": mark("From around")}
FILLING_TIPS = {
    "grey": mark("The mean grey level of what the model reads: nothing is to be seen there"),
    "blur": mark("The place without its detail: is it the pattern that counts, or how bright it is?"),
    "around": mark("What lies around is drawn on into the place, as if nothing had been there"),
}


class ReadCovered(NamedTuple):
    """The film as the model was given it with `covers`, (S, S), and what it said of that."""

    subject: "Subject"
    covers: "tuple[Cover, ...]"
    given: "NDArray[np.uint8]"
    prediction: "Prediction"


def _read(
    predictor: "Predictor",
    radiograph: "Radiograph",
    subject: "Subject | None",
    covers: "tuple[Cover, ...]",
    _report: "Report",
) -> ReadCovered:
    """Read the film with `covers`; runs in a worker thread."""
    from cxrview.explain.covered import covered, read_covered
    from cxrview.explain.subject import Subject

    subject = subject or Subject.of(predictor, radiograph)
    return ReadCovered(subject, covers, covered(subject, covers), read_covered(subject, covers))


class CoverDialog(QDialog):
    """Follows the active viewport; another film begins uncovered. The file stays as it is."""

    def __init__(
        self, parent: QWidget | None, state: AppState, runner: TaskRunner, models: ModelChoice
    ) -> None:
        super().__init__(parent, windowTitle=tr("Cover it"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self._state, self._runner, self._models = state, runner, models
        self._film: Prediction | None = None  # the reading of what is shown
        self._subject: Subject | None = None
        self._drawing: Cover | None = None
        self._done: tuple[Cover, ...] = ()  # what the reading that is shown is of
        self._job: Job | None = None
        self.history: CoverHistory = CoverHistory(self)
        self.commands = WindowActions(self, ACTIONS, self)
        self.picture, self.table = CoverPicture(), CoverTable()
        self.shapes = {round_: choice_button(SHAPES[round_], SHAPE_TIPS[round_]) for round_ in SHAPES}
        self.fillings = {
            name: choice_button(FILLING_LABELS[name], FILLING_TIPS[name]) for name in FILLING_LABELS
        }
        self.shapes[False].setChecked(True)
        self.fillings["grey"].setChecked(True)
        self.call = QLabel(objectName="heading", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.note = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.cannot = QLabel(objectName="muted", wordWrap=True)
        self.cannot.setText(
            tr(
                "A change says that the model needs what was there, not that it is disease. No change does "
                "not say that it counts for nothing: the same may stand elsewhere. And a covered film is "
                "like none that the model has learnt from."
            )
        )
        self._lay_out()
        self._connect()
        self._follow()

    def _lay_out(self) -> None:
        right = QVBoxLayout(spacing=10)
        right.addWidget(segments(self.shapes.values()))
        right.addWidget(segments(self.fillings.values()))
        steps = QHBoxLayout(spacing=6)
        for name in ("cover_undo", "cover_redo", "cover_clear"):
            button = QToolButton()
            button.setDefaultAction(self.commands[name])
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            steps.addWidget(button)
        steps.addStretch()
        right.addLayout(steps)
        right.addSpacing(6)
        for widget in (self.table, self.call, self.note):
            right.addWidget(widget)
        right.addStretch()
        right.addWidget(self.cannot)
        beside = QWidget()
        beside.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        beside.setFixedWidth(self.fontMetrics().averageCharWidth() * 44)
        both = QHBoxLayout(spacing=16)
        both.addWidget(self.picture, 1)
        both.addWidget(beside)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)  # Enter is the picture's
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(16, 14, 16, 14)
        column.addLayout(both, 1)
        column.addWidget(buttons)
        self.resize(fitted(QSize(980, 660), self))

    def _connect(self) -> None:
        state, picture = self._state, self.picture
        for signal in (
            state.reading_changed,
            state.orientation_changed,
            state.model_changed,
            state.hiding_changed,
        ):
            signal.connect(self._follow)
        self.history.changed.connect(self._show_covers)
        picture.drawing.connect(self._draw)
        picture.drawn.connect(lambda area: self._put((*self.history.covers, self._cover(area))))
        picture.given_up.connect(self._give_up)
        picture.last_moved.connect(self._move_last)
        for button in self.fillings.values():
            button.clicked.connect(self._fill_last)

    def _cover(self, area: "Area") -> "Cover":
        from cxrview.explain.covered import Cover

        filling = next(name for name, button in self.fillings.items() if button.isChecked())
        return Cover(area, self.shapes[True].isChecked(), filling)

    def _draw(self, area: "Area") -> None:
        self._drawing = self._cover(area)
        self._show_covers()

    def _put(self, covers: "tuple[Cover, ...]") -> None:
        self._drawing = None
        self.history.put(covers)

    def _give_up(self) -> None:
        self._drawing = None
        self._show_covers()

    def _move_last(self, area: "Area") -> None:
        last = self.history.covers[-1]
        from cxrview.explain.covered import Cover

        self._put((*self.history.covers[:-1], Cover(area, last.ellipse, last.filling)))

    def _fill_last(self) -> None:
        """What was covered last is filled as is wanted now."""
        from cxrview.explain.covered import Cover

        if self.history.covers:
            *others, last = self.history.covers
            filling = self._cover(last.area).filling
            self._put((*others, Cover(last.area, last.ellipse, filling)))

    @property
    def _wanted(self) -> "tuple[Cover, ...]":
        return (*self.history.covers, *((self._drawing,) if self._drawing is not None else ()))

    def _follow(self, *_news: object) -> None:
        """Bring all in step with the film in the viewport, and with whether anything may be said of it."""
        prediction, shown = self._state.reading.prediction, self._state.shown
        film = None
        if prediction is not None and shown.radiograph is not None and shown.levels is not None:
            film = (shown.radiograph, shown.levels)
        self.picture.show_film(film, self._state.active.orientation)
        if prediction is not self._film:
            self._film, self._subject, self._drawing, self._done = prediction, None, None, ()
            self._stop()
            self.table.begin(self._state.model, prediction)
            self.call.clear()
            self.history.forget()
            self.note.clear()
        if prediction is None:
            hidden = self._state.hides_here
            self.note.setText(
                tr("Hidden until you ask.") if hidden else tr("The model has not read this image.")
            )
        self._show_covers()

    def _show_covers(self) -> None:
        self.commands.refresh()
        self.picture.show_covers(self._wanted)
        self._read_again()

    def _read_again(self) -> None:
        """Have what is covered now read, as soon as what is being read is done: the newest is what counts."""
        predictor, radiograph = self._models.predictor, self._state.shown.radiograph
        if self._job is not None or self._film is None or predictor is None or radiograph is None:
            return
        if self._wanted == self._done or not self.isVisible():
            return
        self._job = self._runner.start(
            tr("Reading the covered film"),
            partial(_read, predictor, radiograph, self._subject, self._wanted),
            done=self._take,
            failed=self._fail,
            lane="model",  # a predictor is for one thread
            quiet=True,
        )

    def _take(self, found: ReadCovered) -> None:
        self._job, self._subject, self._done = None, found.subject, found.covers
        self.picture.show_changed(found.given, found.subject.given.letterbox)
        covered = bool(found.covers)
        self.table.show_covered(found.subject.prediction, found.prediction if covered else None)
        self.call.setText(self._called(found.prediction) if covered else "")
        unlike = covered and not found.prediction.in_domain
        self.note.setText(
            tr("Covered like this it is not like the training films: what the model says of it means little.")
            if unlike
            else ""
        )
        self._read_again()

    def _called(self, prediction: "Prediction") -> str:
        """Return what the film is called with places covered."""
        call = calls.reading(self._state, prediction).call
        words = say(headline(call, self._state.model.label)) if call is not None else ""
        return tr("Covered: {words}").format(words=words) if words else ""

    def _fail(self, error: Exception) -> None:
        self._job, self._done = None, self._wanted  # not again and again
        self.note.setText(error_text.whole(error))

    def _stop(self) -> None:
        self._runner.cancel(self._job)
        self._job = None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.picture.setFocus()
        self._read_again()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._stop()
