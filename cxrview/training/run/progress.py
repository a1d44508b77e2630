"""What a run has said so far, put together from its events: what the window draws."""

from dataclasses import dataclass, field
from typing import Any

from cxrview.message import Message
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


@dataclass(slots=True)
class RunProgress:
    """All that is known about a run. `epochs` are those of the run, or of the present trial of a search."""

    started: Started | None = None
    stage: Stage | None = None
    report: dict[str, Any] | None = None  # the data report, as DataReport.as_dict gives it
    phases: list[PhaseStarted] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    step: Step | None = None
    warnings: list[Message] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    trial: TrialStarted | None = None
    searched: Searched | None = None
    finished: Finished | None = None
    failed: Failed | None = None
    stopped: Stopped | None = None

    def take(self, event: Event) -> None:
        """Add `event`. An epoch that comes again, after a resumption, replaces what was said of it."""
        match event:
            case Started():
                self.started, self.stage = event, None
                self.failed = self.stopped = None
            case Stage():
                self.stage = event
            case DataReported():
                self.report = event.report
            case PhaseStarted():
                self.phases = [phase for phase in self.phases if phase.phase < event.phase] + [event]
            case Step():
                self.step, self.stage = event, None
            case Epoch():
                self.epochs = [epoch for epoch in self.epochs if epoch.epoch < event.epoch] + [event]
            case Warned():
                self.warnings.append(event.message)
            case TrialStarted():
                self.trial, self.epochs, self.phases, self.step = event, [], [], None
            case Trial():
                self.trials = [trial for trial in self.trials if trial.number != event.number] + [event]
            case Searched():
                self.searched = event
            case Finished():
                self.finished = event
            case Failed():
                self.failed = event
            case Stopped():
                self.stopped = event

    @property
    def best(self) -> Epoch | None:
        """The best epoch so far: the last one that was the best when it was done."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.best), None)

    @property
    def fraction(self) -> float:
        """How much of the epochs is done, 0…1, counting batches; 0 before training begins."""
        if self.finished is not None:
            return 1.0
        total = self.started.total_epochs if self.started is not None else 0
        if not total:
            return 0.0
        done: float = self.epochs[-1].epoch if self.epochs else 0
        if self.step is not None and self.step.steps and self.step.epoch > done:
            done = self.step.epoch - 1 + self.step.step / self.step.steps
        return min(1.0, done / total)
