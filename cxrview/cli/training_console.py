"""A training run on a terminal: one line of progress, a table of epochs, sentences for all else."""

from typing import Any

from cxrview.cli import console
from cxrview.datasets import report
from cxrview.training.run.events import (
    DataReported,
    Epoch,
    Event,
    Failed,
    Finished,
    PhaseStarted,
    Searched,
    Stage,
    Started,
    Step,
    Stopped,
    Trial,
    TrialStarted,
    Warned,
)

_COLUMNS = {  # entry of an epoch's metrics: heading
    "loss": "loss",
    "val_loss": "val. loss",
    "val_accuracy": "accuracy",
    "val_balanced_accuracy": "balanced",
    "val_macro_f1": "macro F1",
    "val_macro_auc": "macro AUC",
}
_DEPTHS = {"head": "the head learns", "last-block": "head and last block learn", "all": "all layers learn"}


class TrainingConsole:
    """Shows events on standard error. Call it with each of them."""

    def __init__(self) -> None:
        self._progress = console.ProgressLine()
        self._doing = ""

    def __call__(self, event: Event) -> None:
        match event:
            case Stage():
                self._advance(event.name, event.fraction, f"{event.name} {event.detail}".strip())
            case Step():
                self._advance("training", *_step(event))
            case Failed() | Stopped() | Finished() | Searched():
                self._progress.clear()  # the command says the rest
            case _:
                self._say(_sentence(event))

    def _advance(self, doing: str, fraction: float, text: str) -> None:
        if doing != self._doing:
            self._progress.clear()
            self._progress, self._doing = console.ProgressLine(), doing
        self._progress(fraction, text)

    def _say(self, text: str) -> None:
        self._progress.clear()
        if text:
            console.say(text)


def _step(event: Step) -> tuple[float, str]:
    speed = f"{event.images_per_second:.1f} images/s"
    return event.step / event.steps, f"epoch {event.epoch}  loss {event.loss:.3f}  {speed}"


def _sentence(event: Event) -> str:
    match event:
        case Started():
            done = f", {event.resumed_epochs} of them done before" if event.resumed_epochs else ""
            return f"{event.total_epochs} epochs{done}, on {event.device or 'cpu'} ({event.backend})."
        case DataReported():
            return report.text(event.report)
        case PhaseStarted():
            depth = _DEPTHS.get(event.depth, event.depth)
            phase = f"Phase {event.phase} of {event.phases}: {depth}"
            return (
                f"{phase} ({event.trainable_parameters:,} parameters), {event.epochs} epochs from "
                f"{event.learning_rate:g}\n{'epoch':>9}{''.join(f'{name:>11}' for name in _COLUMNS.values())}"
            )
        case Epoch():
            figures = "".join(_figure(event.metrics.get(name)) for name in _COLUMNS)
            return f"{event.epoch:>4}/{event.epochs:<4}{figures}{'  best' if event.best else ''}"
        case TrialStarted():
            return f"Trial {event.number} of {event.trials}: {recipe_text(event.parameters)}"
        case Trial():
            value = "" if event.value is None else f"  macro F1 {event.value:.4f}"
            best = "  best" if event.best == event.number else ""
            return f"Trial {event.number} {event.state}{value}{best}  {event.problem}".rstrip()
        case Warned():
            return str(event.message)
    return ""


def recipe_text(parameters: dict[str, Any]) -> str:
    """Return the parameters of a trial in one line."""
    return ", ".join(
        f"{name.replace('_', ' ')} {value:.3g}"
        if isinstance(value, float)
        else f"{name.replace('_', ' ')} {value}"
        for name, value in parameters.items()
    )


def _figure(value: Any) -> str:
    return f"{'–':>11}" if value is None or value != value else f"{value:>11.4f}"
