"""The window of a blind reading: the film fills it, questions stand beside it, results come at the end."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cxrview.datasets.boxes import upright
from cxrview.gui.actions.window_actions import WindowActions
from cxrview.gui.session.calls import reading as prediction_state
from cxrview.gui.state import ModelInfo
from cxrview.gui.teaching.actions import ACTIONS
from cxrview.gui.teaching.film_view import NAME, nameless_state, show_film
from cxrview.gui.teaching.prior import PriorView
from cxrview.gui.teaching.rating import Rating
from cxrview.gui.teaching.reading import BlindReading, FilmStage
from cxrview.gui.teaching.reveal import RevealPanel
from cxrview.gui.teaching.spots import SpotLayer, SpotTool
from cxrview.gui.view_state import PredictionState, Shown, ViewStage, ViewState
from cxrview.gui.viewer.canvas import Canvas
from cxrview.gui.viewer.heat_layer import HeatLayer
from cxrview.gui.widgets.closed_by_escape import ClosedByEscape
from cxrview.gui.widgets.window_size import fitted
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr
from cxrview.teaching.films import stored_place
from cxrview.teaching.sessions import ReaderAnswer, Spot

if TYPE_CHECKING:
    from cxrview.gui.teaching.results_page import ResultsPage

SIZE = QSize(1280, 800)
PANEL_WIDTH = 330
TICK = 500  # ms between two looks at the clock


class ReadWindow(ClosedByEscape, QWidget):
    """Shows one BlindReading.

    Signals:
        finished: the last film is done with, and the results are wanted.
        closed: the user closed it.
    """

    finished = Signal()
    closed = Signal()

    def __init__(self, bench: Workbench, reading: BlindReading) -> None:
        super().__init__(bench.window, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("panel")
        self.resize(fitted(SIZE, self))
        if bench.window.isVisible():  # as large as the window is in which films are read otherwise
            self.setGeometry(bench.window.geometry())
            self.setWindowState(bench.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.reading = reading
        self.state = nameless_state(bench.state.settings, self)
        self.state.set_model(bench.state.model)
        self.view = self.state.active
        self.tool = SpotTool()
        self.canvas = Canvas(self.view, self.state, self.tool)
        self.layer = self.tool.layer = SpotLayer(self.canvas)
        self.canvas.layers = [HeatLayer(self.canvas, self.state), self.layer]
        self.prior = PriorView(self.state)
        self.rating = Rating(reading.made.questions)
        self.revealed = RevealPanel(self.state)
        self.heading = QLabel(objectName="heading")
        self.limit = QLabel(objectName="muted")
        self.hint = QLabel(objectName="muted", wordWrap=True)
        self.problem = QLabel(wordWrap=True, objectName="dataNote", textFormat=Qt.TextFormat.PlainText)
        self.problem.setProperty("tone", "error")
        self.again = QPushButton(tr("Try again"), autoDefault=False, clicked=reading.try_again)
        self.over = QPushButton(tr("Go on without this film"), autoDefault=False, clicked=reading.pass_over)
        self.next = QPushButton(autoDefault=False, clicked=self.go_on)
        self.stack = QStackedWidget()
        self.commands = WindowActions(self, ACTIONS, self)
        self.commands.follow(bench.state, bench.shortcuts)
        self._clock = QTimer(self, interval=TICK, timeout=self._look_at_clock)
        self._lay_out()
        self.rating.changed.connect(self._refresh)
        self.rating.note.returnPressed.connect(self.canvas.setFocus)
        reading.stage_changed.connect(self._show_stage)
        reading.predicted.connect(self._show_model)
        bench.state.model_changed.connect(self._take_model)
        self._show_stage(reading.stage)

    def _lay_out(self) -> None:
        inside = QWidget(objectName="panel")
        column = QVBoxLayout(inside, spacing=10)
        column.setContentsMargins(14, 12, 14, 12)
        head = QHBoxLayout()
        head.addWidget(self.heading, 1)
        head.addWidget(self.limit)
        column.addLayout(head)
        for widget in (self.problem, self.again, self.over, self.revealed, self.rating, self.hint):
            column.addWidget(widget)
        column.addStretch(1)
        area = QScrollArea(widgetResizable=True, objectName="panelScroll")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        side = QWidget(objectName="panel")
        side.setFixedWidth(PANEL_WIDTH)
        below = QVBoxLayout(side, spacing=0)
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(area, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(14, 8, 14, 14)
        foot.addWidget(self.next)
        below.addLayout(foot)
        page = QWidget()
        row = QHBoxLayout(page, spacing=0)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.canvas, 1)
        row.addWidget(self.prior, 1)
        row.addWidget(side)
        self.stack.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.stack)

    # What keys and buttons do

    def rate(self, level: int) -> None:
        """Give the current question this confidence, while one is asked for."""
        if self.rating.isEnabled() and self.stack.currentIndex() == 0:
            self.rating.rate(level)

    def go_on(self) -> None:
        """Lock the answer, or go on from what is revealed."""
        if self.reading.stage is FilmStage.ASKED and self.rating.is_complete:
            self.reading.lock(self._answer())
        elif self.reading.stage is FilmStage.REVIEW:
            self.reading.leave_review()
        elif self.reading.stage is FilmStage.REVEALED:
            asked = self.reading.prediction is not None and self.rating.is_complete
            self.reading.go_on(self._answer() if asked else None)

    @property
    def views(self) -> tuple[ViewState, ViewState]:
        """The film that is asked about, and its prior."""
        return self.view, self.prior.view

    def toggle_heat(self) -> None:
        """Show or hide the heatmap, once there is one."""
        self.view.set_heat_shown(not self.view.heat_shown)

    def _answer(self) -> ReaderAnswer:
        shown, spots = self.reading.shown, []
        if shown is not None:
            for mark in self.layer.spots:
                box = (mark.left(), mark.top(), mark.right(), mark.bottom())
                left, top, right, bottom = stored_place(box, shown.radiograph)
                spots.append(Spot((left + right) / 2, (top + bottom) / 2, right - left, bottom - top))
        return ReaderAnswer(
            self.rating.confidence, tuple(spots), self.rating.note.text().strip(), self.reading.seconds
        )

    # What is shown

    def _show_stage(self, stage: FilmStage) -> None:
        self.layer.drop_pointer()
        reading = self.reading
        failed, revealed = stage is FilmStage.FAILED, stage is FilmStage.REVEALED
        if stage is FilmStage.DONE:
            self._finish()
            return
        number = tr("Film {number} of {total}").format(number=reading.place + 1, total=len(reading.made))
        self.heading.setText(number)
        self.setWindowTitle(f"{number} – {reading.made.title}")
        for widget in (self.problem, self.again, self.over):
            widget.setVisible(failed)
        self.problem.setText(reading.problem if failed else "")
        self.tool.open = stage is FilmStage.ASKED
        if stage is FilmStage.LOADING:
            self._clear()
        elif stage is FilmStage.ASKED:
            self._show_film()
            self.rating.ask()
        elif revealed or stage is FilmStage.REVIEW:
            self._reveal()
        self._refresh()
        self.canvas.setFocus()

    def _clear(self) -> None:
        self.layer.clear()
        self.revealed.hide()
        self.view.set_shown(Shown(ViewStage.LOADING, NAME, self.reading.place))
        self.prior.show_prior(self.reading.place, None)

    def _show_film(self) -> None:
        shown = self.reading.shown
        if shown is not None and self.view.shown.radiograph is not shown.radiograph:
            show_film(self.view, self.reading.place, shown)
            self.prior.show_prior(self.reading.place, shown.prior)
        self._clock.start()

    def _reveal(self) -> None:
        self._show_film()
        reading = self.reading
        film, radiograph = reading.made.film(reading.place), self.view.shown.radiograph
        own = reading.own_answer()
        if own is None:
            own = self._answer()
        elif radiograph is not None and not self.layer.spots:
            self._show_own(own)
        if radiograph is not None:
            self.layer.show_regions(upright(film.regions, radiograph) or ())
        self._show_model()
        self.revealed.show_film(reading.made, film, own)
        self.rating.ask(own.confidence)
        self.rating.note.setPlaceholderText(tr("What changed your mind"))

    def _show_own(self, own: ReaderAnswer) -> None:
        """Draw the marks of an answer that was locked in an earlier sitting."""
        for spot in own.spots:
            self.layer.add(QRectF(spot.x - spot.width / 2, spot.y - spot.height / 2, spot.width, spot.height))

    def _take_model(self, model: ModelInfo) -> None:
        """A model has come, be it after the first film: it reads this one too."""
        self.state.set_model(model)
        self.reading.ask_model()

    def _show_model(self) -> None:
        shown = (FilmStage.REVEALED, FilmStage.REVIEW)
        if self.reading.stage in shown and self.reading.prediction is not None:
            self.view.set_reading(prediction_state(self.state, self.reading.prediction))
            self.revealed.show_model()
            self._refresh()
        elif self.reading.stage not in shown:
            self.view.set_reading(PredictionState())

    def _refresh(self) -> None:
        stage, complete = self.reading.stage, self.rating.is_complete
        second = stage is FilmStage.REVEALED and self.reading.prediction is not None
        self.rating.setVisible(stage in (FilmStage.ASKED, FilmStage.LOCKING) or second)
        self.rating.setEnabled(stage is FilmStage.ASKED or second)
        self.next.setEnabled(
            (stage is FilmStage.ASKED and complete) or stage in (FilmStage.REVEALED, FilmStage.REVIEW)
        )
        texts = {
            FilmStage.REVEALED: tr("Next film (Enter)"),
            FilmStage.REVIEW: tr("Back to the results (Enter)"),
        }
        self.next.setText(texts.get(stage, tr("Lock the answer (Enter)")))
        if stage is FilmStage.ASKED:
            self.rating.note.setPlaceholderText(tr("A line of your own"))
            keys = tr("1 to 5 answer the question in bold, 0: cannot be judged.")
            places = tr("Click or drag on the film to mark a place, or press M, arrows, M.")
            self.hint.setText(f"{keys} {places}")
        else:
            self.hint.setText(tr("Change the answer if the model has changed your mind.") if second else "")

    def _look_at_clock(self) -> None:
        limit = self.reading.made.time_limit
        if not limit or self.reading.stage is not FilmStage.ASKED:
            self.limit.setText("")
            return
        left = max(0, round(limit - self.reading.seconds))
        self.limit.setText(tr("{seconds} s left").format(seconds=left) if left else tr("Time is up"))
        if (
            not left and self.view.shown.radiograph is not None
        ):  # the film goes, the answer may still be given
            self._take_film_away()

    def _take_film_away(self) -> None:
        self.view.set_shown(Shown())
        self.prior.show_prior(0, None)

    def _finish(self) -> None:
        self._clock.stop()
        self.setWindowTitle(f"{tr('Results')} – {self.reading.made.title}")
        self._take_film_away()
        self.layer.clear()
        if self.stack.count() == 2:
            self.stack.setCurrentIndex(1)
            return
        self.next.setEnabled(False)
        self.rating.hide()
        self.revealed.hide()
        self.hint.setText(tr("Working out the results …"))
        self.finished.emit()

    def show_results(self, page: "ResultsPage") -> None:
        """Show `page` in place of the films."""
        page.film_asked.connect(self.review)
        self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)

    def review(self, place: int) -> None:
        """Show a film that was read, with all that is known of it."""
        self.stack.setCurrentIndex(0)
        self.reading.review(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.rating.note.hasFocus():
            self.canvas.setFocus()
        elif self.layer.pointer is not None:
            self.layer.drop_pointer()
        elif self.isFullScreen():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowFullScreen)
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._clock.stop()
        self.reading.close()
        super().closeEvent(event)
        self.closed.emit()
