"""What is revealed of a film: the truth, one's own answer, the model's probabilities, the explanation."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cxrview.gui.panels.bars import Bar, ProbabilityBars
from cxrview.gui.panels.prediction import heading, verdict
from cxrview.gui.teaching.rating import STEPS
from cxrview.gui.widgets.plain_label import plain_label
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.gui.state import AppState
    from cxrview.teaching.reading_set import ReadingSet, SetFilm
    from cxrview.teaching.sessions import ReaderAnswer


class RevealPanel(QWidget):
    """Reads what it is given; it is hidden until then."""

    def __init__(self, state: "AppState") -> None:
        super().__init__()
        self._state = state
        self.truth = plain_label("call")
        self.own = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.explanation = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.bars = ProbabilityBars()
        self.verdict = plain_label("muted")
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(0, 0, 0, 0)
        widget: QWidget
        for widget in (
            heading(tr("Truth")),
            self.truth,
            self.explanation,
            heading(tr("Your answer")),
            self.own,
        ):
            column.addWidget(widget)
        self._of_model = (heading(tr("Model")), self.bars, self.verdict)
        for widget in self._of_model:
            column.addWidget(widget)
        self.hide()

    def show_film(self, made: "ReadingSet", film: "SetFilm", own: "ReaderAnswer | None") -> None:
        """Show the truth of `film` and the reader's `own` answer."""
        there = [name for name in made.questions if name in film.classes]
        self.truth.setText(", ".join(there) or tr("Nothing of what was asked for"))
        texts = [text for text in (film.findings, film.explanation) if text]
        self.explanation.setText("\n".join(texts))
        self.explanation.setVisible(bool(texts))
        self.own.setText(words_of(own))
        self.show_model()
        self.show()

    def show_model(self) -> None:
        """Show what the model says, if it has said anything yet."""
        prediction, call = self._state.reading.prediction, self._state.reading.call
        for widget in self._of_model:
            widget.setVisible(prediction is not None)
        if prediction is None:
            return
        values = zip(prediction.class_names, prediction.probabilities.tolist(), strict=True)
        bars = tuple(Bar(name, self._state.model.label(name), value) for name, value in values)
        called = call.candidates if call is not None else ()
        self.bars.set_bars(bars, called, doubtful=not prediction.in_domain)
        self.verdict.setText(verdict(prediction)[0])


def words_of(answer: "ReaderAnswer | None") -> str:
    """Return an answer in words, one line a class."""
    if answer is None or not answer.judged:
        return tr("Cannot be judged")
    return "\n".join(f"{name}: {tr(STEPS[level - 1])}" for name, level in answer.confidence.items())
