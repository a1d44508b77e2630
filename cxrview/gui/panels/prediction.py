"""The reading: what the model says, how sure it is, whether to believe it, and which model it was."""

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from cxrview.gui.panels.bars import MARKER_ROOM, Bar, ProbabilityBars
from cxrview.gui.panels.call import CallBox
from cxrview.gui.panels.heatmap import HeatmapControls
from cxrview.gui.panels.sample_note import SampleNote
from cxrview.gui.panels.verdict import ToneLabel
from cxrview.gui.state import AppState, ModelInfo, PredictionProgress, PredictionState, Shown, ViewStage
from cxrview.gui.theme import wrapped
from cxrview.gui.viewer.corner_text import doubt
from cxrview.gui.widgets.plain_label import plain_label
from cxrview.gui.widgets.settle import settle
from cxrview.i18n import fixed, tr

if TYPE_CHECKING:
    from cxrview.inference.prediction import Prediction

SIDE = 14  # margin of the panel
ENGINE_NAMES = {"openvino": "OpenVINO", "onnxruntime": "ONNX Runtime", "keras": "Keras"}


def verdict(prediction: "Prediction") -> tuple[str, str]:
    """Return the line that says whether to believe the reading, and its tone ("" or "warning")."""
    if not prediction.in_domain:
        return doubt(prediction), "warning"
    if math.isnan(prediction.domain_score):
        return tr("This model cannot tell a usual film from an unusual one."), ""
    return tr("Within the range of the training films"), ""


def domain_tool_tip(prediction: "Prediction") -> str:
    """Return how far the image lies from the model's training images, in a sentence."""
    if math.isnan(prediction.domain_score):
        return ""
    if prediction.domain_score <= 1:
        words = tr("Distance from the training films: {score} of the limit, within it.")
    else:
        words = tr("Distance from the training films: {score} of the limit, beyond it.")
    nearer = tr("{percent} % of the validation films lie nearer.")
    distance = words.format(score=fixed(prediction.domain_score, 2))
    return f"{distance} {nearer.format(percent=fixed(prediction.domain_percentile, 0))}"


def model_line(model: ModelInfo, prediction: "Prediction | None" = None) -> str:
    """Return "name 1.0 (interim) · OpenVINO CPU · 26 ms", as far as it is known."""
    if model.card is None:
        return tr("no model") if model.problem else tr("loading …")
    engine = f"{ENGINE_NAMES.get(model.engine, model.engine)} {model.device}".strip()
    interim = f" ({tr('interim')})" if model.card.status == "interim" else ""
    parts = [f"{model.card.name} {model.card.version}{interim}", engine]
    if prediction is not None:
        parts.append(f"{prediction.elapsed_ms:.0f} ms")
    return " · ".join(parts)


class ReadingPanel(QScrollArea):
    """The right side of the window."""

    def __init__(self, state: AppState, show_card: QAction) -> None:
        super().__init__(objectName="panelScroll")
        self._state = state
        self.call = CallBox(state)
        self.bars = ProbabilityBars()
        self.verdict = ToneLabel()
        self.sample = SampleNote(state)
        self.heatmap = HeatmapControls(state)
        self.reveal = QPushButton(tr("Reveal"), toolTip=wrapped(tr("Show what the model says of this image")))
        self.reveal.clicked.connect(state.reveal)
        self.notes = plain_label("notes")
        self._notes_heading = heading(tr("Notes on this file"))
        self.model = plain_label("muted")
        card_button = QPushButton(show_card.text().replace("&", ""), objectName="link")
        card_button.clicked.connect(show_card.trigger)
        card_button.setCursor(Qt.CursorShape.PointingHandCursor)
        show_card.enabledChanged.connect(card_button.setEnabled)
        card_button.setEnabled(show_card.isEnabled())
        self._lay_out(card_button)
        self.bars.class_clicked.connect(state.choose_class)
        state.reading_changed.connect(self._show_reading)
        state.model_changed.connect(self._show_model)
        state.heat_class_changed.connect(self.bars.mark)
        state.shown_changed.connect(self._show_notes)
        state.hiding_changed.connect(lambda: self._show_model(state.model))
        self._show_model(state.model)
        self._show_notes(state.shown)

    def _lay_out(self, card_button: QPushButton) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget(objectName="panel")
        self.setWidget(inside)
        column = QVBoxLayout(inside, spacing=8)
        column.setContentsMargins(0, SIDE - 2, 0, SIDE - 2)
        above, bars, below = QVBoxLayout(spacing=8), QVBoxLayout(), QVBoxLayout(spacing=8)
        for part, left in ((above, SIDE), (bars, SIDE - MARKER_ROOM), (below, SIDE)):
            part.setContentsMargins(left, 0, SIDE, 0)
            column.addLayout(part)
        column.addStretch()
        above.addWidget(heading(tr("Reading")))
        above.addWidget(self.call)
        bars.addWidget(self.bars)
        self._sections = below
        widget: QWidget
        self._of_heat: tuple[QWidget, ...] = (rule(), heading(tr("Heatmap")), self.heatmap)
        for widget in (self.verdict, self.reveal, self.sample, *self._of_heat, rule()):
            below.addWidget(widget)
        for widget in (heading(tr("Model")), self.model, card_button, self._notes_heading, self.notes):
            below.addWidget(widget)

    def add_section(self, section: QWidget) -> None:
        """Put `section` right under the verdict, with a hairline above it."""
        place = self._sections.indexOf(self.sample) + 1
        self._sections.insertWidget(place, section)
        self._sections.insertWidget(place, rule())

    def _show_reading(self, reading: PredictionState) -> None:
        card, prediction, call = self._state.model.card, reading.prediction, reading.call
        hidden = self._state.hides_here
        self.reveal.setVisible(hidden and self._state.shown.radiograph is not None)
        for widget in self._of_heat:
            widget.setVisible(not hidden)
        self.call.show_reading()
        if prediction is not None:
            called = call.candidates if call is not None else ()
            self.bars.set_bars(self._bars(prediction), called, doubtful=not prediction.in_domain)
            self._say(*verdict(prediction), domain_tool_tip(prediction))
        else:
            classes = card.classes if card is not None and not hidden else ()
            self.bars.set_bars(
                tuple(Bar(item.name, tr(item.label), meaning=item.meaning) for item in classes)
            )
            waiting = tr("Waiting for the model …") if card is None else tr("Predicting …")
            texts = {
                PredictionProgress.NONE: (self._invitation(), ""),
                PredictionProgress.WAITING: (waiting, ""),
                PredictionProgress.HIDDEN: (tr("Hidden until you ask."), ""),
                PredictionProgress.FAILED: (reading.problem, "error"),
            }
            self._say(*texts.get(reading.progress, ("", "")))
        self.bars.setVisible(bool(self.bars.bars))
        self._show_model_line()
        settle(self.verdict)

    def _bars(self, prediction: "Prediction") -> tuple[Bar, ...]:
        card, call = self._state.model.card, self._state.reading.call
        meanings = {item.name: item.meaning for item in card.classes} if card is not None else {}
        watched = (
            card.watch_class if card is not None and call is not None and call.name and call.point else ""
        )
        return tuple(
            Bar(
                name,
                self._state.model.label(name),
                probability,
                meanings.get(name, ""),
                call.threshold if call is not None and name == watched else None,
            )
            for name, probability in zip(
                prediction.class_names, prediction.probabilities.tolist(), strict=True
            )
        )

    def _invitation(self) -> str:
        stage = self._state.shown.stage
        words = {
            ViewStage.EMPTY: tr("Open an image to have it read."),
            ViewStage.FAILED: tr("No image to read."),
        }
        return words.get(stage, "")

    def _say(self, text: str, tone: str, tool_tip: str = "") -> None:
        if self._state.model.problem:
            text, tone = self._state.model.problem, "error"
        self.verdict.say(text, tone, tool_tip)

    def _show_model(self, _model: ModelInfo) -> None:
        self.call.show_model()
        self._show_reading(self._state.reading)

    def _show_model_line(self) -> None:
        model = self._state.model
        self.model.setText(model_line(model, self._state.reading.prediction).replace(" · ", "\n"))
        self.model.setToolTip(wrapped(model.reason))

    def _show_notes(self, shown: Shown) -> None:
        warnings = list(shown.radiograph.warnings) if shown.radiograph is not None else []
        if shown.radiograph is not None and shown.radiograph.burned_in_annotation:
            warnings.append(tr("The file says that text is burned into the image."))
        self.notes.setText("\n".join(warnings))
        self.notes.setVisible(bool(warnings))
        self._notes_heading.setVisible(bool(warnings))
        settle(self.notes)


def heading(text: str) -> QLabel:
    """Return a section heading."""
    return QLabel(text, objectName="heading")


def rule() -> QFrame:
    """Return a hairline between sections."""
    return QFrame(objectName="rule")
