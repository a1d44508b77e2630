"""What a run is doing, in the user's words."""

from pathlib import Path
from typing import Any

from cxrview.evaluation.names import called
from cxrview.gui import error_text
from cxrview.gui.training.messages import DISK_IS_FULL
from cxrview.gui.training.training_process import ProcessOutcome
from cxrview.i18n import fixed, say, tr, trn
from cxrview.training.config import PhaseConfig, TrainingConfig
from cxrview.training.messages import FULL_DISK, MAKE_ROOM_AND_GO_ON, START_AGAIN
from cxrview.training.names import DEPTHS, EPOCH_METRICS, STAGES, STARTS_FROM
from cxrview.training.network.architectures import find
from cxrview.training.run.events import (
    Epoch,
    Event,
    Failed,
    Finished,
    PhaseStarted,
    Stage,
    Started,
    Stopped,
    Warned,
)
from cxrview.training.run.progress import RunProgress

AFTER = ("calibrating", "domain", "measuring", "reporting", "exporting")  # the epochs, in this order
CHOSEN_BY = {
    "macro_f1": "val_macro_f1",
    "accuracy": "val_accuracy",
    "balanced_accuracy": "val_balanced_accuracy",
    "macro_auc": "val_macro_auc",
    "loss": "val_loss",
}


def doing(progress: RunProgress) -> str:
    """Return what goes on, in a few words."""
    if progress.finished is not None:
        return tr("Finished")
    if progress.stage is not None:
        return stage_text(progress.stage)
    if progress.step is None and not progress.epochs:
        return say(STAGES["starting"])
    here = progress.step.epoch if progress.step is not None else progress.epochs[-1].epoch
    text = tr("Epoch {number} of {total}").format(number=here, total=total_epochs(progress))
    if progress.phases and progress.phases[-1].phases > 1:
        phase = progress.phases[-1]
        more = tr("phase {number} of {total}").format(number=phase.phase, total=phase.phases)
        text = f"{text} · {more}"
    return text


def stage_text(stage: Stage) -> str:
    """Return what a stretch of work besides the epochs is; a word of another version stays as it is."""
    return say(called(STAGES, stage.name))


def stage_detail(stage: Stage) -> str:
    """Return what is being done in a stage; the name of a file stays as it is."""
    return say(stage.detail)


def total_epochs(progress: RunProgress) -> int:
    """Return how many epochs there will be, 0 before that is known."""
    if progress.epochs:
        return progress.epochs[-1].epochs
    return progress.started.total_epochs if progress.started is not None else 0


def planned_epochs(config: TrainingConfig | None) -> int:
    """Return how many epochs `config` has at most."""
    return sum(phase.epochs for phase in config.recipe.phases) if config is not None else 0


def duration(seconds: float) -> str:
    """Return a time to wait, as coarse as it is known."""
    if seconds < 50:
        return tr("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 60:
        return trn("about {count} minute", "about {count} minutes", minutes).format(count=minutes)
    text = tr("about {hours} h {minutes} min")
    return text.format(hours=minutes // 60, minutes=f"{minutes % 60 // 5 * 5:02}")


def figure(value: float | None) -> str:
    """Return a figure of an epoch; one that does not exist is a dash."""
    return "–" if value is None or value != value else fixed(value, 3)


def outcome_text(outcome: ProcessOutcome, progress: RunProgress) -> tuple[str, str]:
    """Return how a run ended, and what to do now."""
    done = len(progress.epochs)
    after = trn("after {count} epoch", "after {count} epochs", done).format(count=done)
    if outcome.kind == "finished":
        return tr("The model is finished."), ""
    if outcome.kind == "stopped":
        if not done:
            return tr("Stopped before the first epoch was done."), ""
        return tr("Stopped {after}.").format(after=after), tr("Nothing that was finished is lost.")
    if outcome.problem.code in FULL_DISK:
        then = say(MAKE_ROOM_AND_GO_ON) if outcome.resumable else tr("Make room, then train again.")
        return say(DISK_IS_FULL), then
    useless = outcome.advice.code == START_AGAIN.code and not outcome.resumable
    return failure_text(outcome), "" if useless else say(outcome.advice)


def failure_text(outcome: ProcessOutcome) -> str:
    """Return what went wrong, with the name of the file concerned."""
    return f"{Path(outcome.file).name} {say(outcome.problem)}".strip()


def phase_text(phase: PhaseConfig) -> str:
    """Return what a phase of the recipe does."""
    text = tr("{depth}: {epochs}, learning rate {rate}")
    epochs = trn("{count} epoch", "{count} epochs", phase.epochs).format(count=phase.epochs)
    rate = decimal(phase.learning_rate)
    return text.format(depth=say(called(DEPTHS, phase.depth)), epochs=epochs, rate=rate)


def decimal(value: float) -> str:
    """Return a small number in full, such as 0.00001."""
    places = max(1, len(f"{value:.10f}".rstrip("0").partition(".")[2]))
    return fixed(value, places)


def network_text(config: TrainingConfig) -> str:
    """Return which network learns, and from what."""
    start = config.model.start
    begins = (
        say(STARTS_FROM[start]) if start in STARTS_FROM else tr("from {name}").format(name=Path(start).name)
    )
    return f"{find(config.model.architecture).title}, {begins}"


def frame_text(frame: str) -> str:
    """Return what the network is given, by the word of the configuration; "auto" or "": as its start is."""
    if frame == "lungs":
        return tr("The lungs only")
    return tr("The whole image") if frame == "film" else tr("What its starting point reads")


def side_counts(report: dict[str, Any]) -> dict[str, int]:
    """Return the number of images on each side of the split, in the report's order."""
    images = report.get("facts", {}).get("images", {})
    return {side: images.get(side, sum(counts.values())) for side, counts in report.get("counts", {}).items()}


def log_line(saying: Event | str) -> str:
    """Return a line for the log, or "" for what would only repeat itself."""
    match saying:
        case str():
            return saying
        case Started():
            text = tr("{epochs} epochs on {device} ({backend}).")
            return text.format(
                epochs=saying.total_epochs, device=saying.device or "cpu", backend=saying.backend
            )
        case Stage():
            return f"{stage_text(saying)}."
        case PhaseStarted():
            depth = say(called(DEPTHS, saying.depth))
            return tr("Phase {number} of {total}: {depth}.").format(
                number=saying.phase, total=saying.phases, depth=depth
            )
        case Epoch():
            values = [
                f"{say(title)} {figure(saying.metrics[key])}"
                for key, title in EPOCH_METRICS.items()
                if key in saying.metrics
            ]
            best = f" ({tr('best')})" if saying.best else ""
            text = tr("Epoch {number}: {figures}")
            return text.format(number=saying.epoch, figures=", ".join(values)) + best
        case Warned():
            return say(saying.message)
        case Failed():
            return error_text.whole(saying.error)
        case Stopped():
            return tr("Stopped after epoch {number}.").format(number=saying.epochs_done)
        case Finished():
            return tr("The model is in {folder}.").format(folder=saying.bundle)
    return ""
