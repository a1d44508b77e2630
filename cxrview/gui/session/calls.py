"""What readings come to in this window: decided here alone, and anew for another operating point."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cxrview.gui.state import AppState, FrameResult, Mark
from cxrview.gui.view_state import PredictionProgress, PredictionState
from cxrview.i18n import say
from cxrview.inference import call as calls

if TYPE_CHECKING:
    from cxrview.inference.prediction import Prediction


def reading(state: AppState, prediction: "Prediction") -> PredictionState:
    """Return `prediction`, of the model in use, with what it comes to."""
    card = state.model.card
    decided = calls.call_of(prediction, card, state.point) if card is not None else None
    return PredictionState(PredictionProgress.DONE, prediction, decided)


def finding(state: AppState, probabilities: Sequence[float], in_domain: bool) -> FrameResult:
    """Return what the list says of a frame with these `probabilities` by the model in use."""
    card = state.model.card
    assert card is not None  # there is no prediction without a model
    decided = calls.call(probabilities, card, state.point)
    place = card.class_names.index(decided.name)
    close = say(calls.headline(decided, state.model.label)) if decided.too_close else ""
    label = state.model.label(decided.name)
    return FrameResult(label, place, probabilities[place], in_domain, close, tuple(probabilities))


def decide_anew(state: AppState) -> None:
    """Let the operating point that is wanted now decide what was read; nothing is read again."""
    for view in state.views:
        if view.reading.prediction is not None:
            view.set_reading(reading(state, view.reading.prediction))
    for entry in list(state.entries.values()):
        if entry.findings:
            findings = {
                frame: finding(state, found.probabilities, found.in_domain)
                for frame, found in entry.findings.items()
            }
            state.change_entry(entry.path, findings=findings)


def mark(findings: Mapping[int, FrameResult], frames: int) -> Mark:
    """Return the mark of a file: refused only if every frame was read and refused."""
    refused = sum(not finding.in_domain for finding in findings.values())
    return Mark.REFUSED if refused == frames else Mark.SHOWN
