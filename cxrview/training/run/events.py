"""What a training process says while it runs: one JSON object a line. Light to import.

    {"event": "epoch", "time": 1732180000.1, "phase": 1, "epoch": 3, "metrics": {...}}

Every line has `event` (the snake-case name of a class below) and `time` (seconds since 1970); readers pass
over events and entries that they do not know. What a person reads is there in English, and with it `code` and
`values` (an advice has them in `remedy`), of which a reader makes words in another language. Lines of 0.1.0
have the English alone, and so do names of files.
"""

import dataclasses
import json
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cxrview.errors import CxrviewError
from cxrview.former_names import DATA_REPORT, renamed
from cxrview.message import NOTHING, Message, verbatim
from cxrview.training import catalogue


@dataclass(frozen=True, slots=True)
class Started:
    """The run begins, or goes on after `resumed_epochs` epochs. `total_epochs` counts over all phases."""

    out: str
    total_epochs: int
    resumed_epochs: int = 0
    device: str = ""
    backend: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of work that is not an epoch: "reading", "checking", "features", "calibrating", …

    `text` is what is being done in it, or the name of the file that is done.
    """

    name: str
    fraction: float
    detail: Message = NOTHING


@dataclass(frozen=True, slots=True)
class DataReported:
    """The data report, as `DataReport.as_dict()` gives it."""

    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PhaseStarted:
    """Phase number `phase` (from 1) of `phases` begins."""

    phase: int
    phases: int
    depth: str
    epochs: int
    learning_rate: float
    trainable_parameters: int


@dataclass(frozen=True, slots=True)
class Step:
    """A batch is done; `epoch` counts from 1 over all phases."""

    phase: int
    epoch: int
    step: int
    steps: int
    loss: float
    images_per_second: float
    remaining_s: float  # until the last epoch, if none is cut short


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch is done and its checkpoint written. `metrics`: `loss`, `val_loss`, `val_macro_f1`, …"""

    phase: int
    epoch: int
    epochs: int
    learning_rate: float
    metrics: dict[str, float]
    best: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that the user should know, in one sentence."""

    message: Message


@dataclass(frozen=True, slots=True)
class TrialStarted:
    """Trial `number` (from 1) of at most `trials` begins, or goes on; what follows is about it."""

    number: int
    trials: int
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial of a search is over. `state` is "complete", "pruned" or "failed" (`problem` says why).

    `value` is the macro F1 on the validation images; `best` is the number of the best trial so far.
    """

    number: int
    state: str
    value: float | None
    parameters: dict[str, Any]
    best: int | None = None
    problem: Message = NOTHING


@dataclass(frozen=True, slots=True)
class Searched:
    """A search is over. `config` is the file of the best recipe, for `cxrview train --config`."""

    best: int
    value: float
    parameters: dict[str, Any]
    config: str
    complete: int
    pruned: int
    failed: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The bundle is written. `metrics` are the test figures, `registered` the name in the model folder."""

    bundle: str
    report: str
    best_epoch: int
    metrics: dict[str, Any]
    registered: str = ""
    stopped_early: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The run ended without a bundle, for a reason that the user can act on."""

    problem: Message  # goes on after the name of the file, if there is one
    advice: Message = NOTHING
    file: str = ""
    resumable: bool = False

    @property
    def error(self) -> CxrviewError:
        """What was raised, to be shown as any other error."""
        return CxrviewError(self.problem, self.advice, Path(self.file) if self.file else None)


@dataclass(frozen=True, slots=True)
class Stopped:
    """The user stopped the run; `--resume` goes on after epoch `epochs_done`."""

    epochs_done: int


Event = (
    Started
    | Stage
    | DataReported
    | PhaseStarted
    | Step
    | Epoch
    | Warned
    | TrialStarted
    | Trial
    | Searched
    | Finished
    | Failed
    | Stopped
)
Emit = Callable[[Event], None]
"""Called with every event; may raise Cancelled, and Enough at a Step or an Epoch once an epoch is done."""

_KINDS = {re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(): kind for kind in Event.__args__}
_NAMES = {kind: name for name, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """An event with the time at which it was written."""

    event: Event
    time: float = field(default_factory=time.time)


def dump(event: Event) -> str:
    """Return `event` as one line of JSON without a line end; NaN and infinity become null.

    It is ASCII: a pipe on Windows has another encoding than the reader expects, and a file name may be no
    Unicode at all.
    """
    values: dict[str, Any] = {"event": _NAMES[type(event)], "time": round(time.time(), 3)}
    for item in dataclasses.fields(event):
        values |= _told(item.name, getattr(event, item.name))
    if isinstance(event, Failed):
        values["problem"] = str(dataclasses.replace(event, advice=NOTHING).error)
    return json.dumps(_plain(values), allow_nan=False)


def parse(line: str) -> TimedEvent | None:
    """Return the event in `line`, or None if the line is no event that this version knows."""
    try:
        values = json.loads(line)
        kind = _KINDS[values["event"]]
        fields = [item for item in dataclasses.fields(kind) if _key(item.name) in values]
        return TimedEvent(kind(**{item.name: _read(item, values) for item in fields}), float(values["time"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _key(name: str) -> str:
    """Return what the field `name` is called in a line."""
    return "text" if name in ("message", "detail") else name


def _told(name: str, value: Any) -> dict[str, Any]:
    """Return the entries of a line for the field `name`; a message is there in English and as a code."""
    if not isinstance(value, Message):
        return {name: value}
    said = value.as_dict()
    told = {_key(name): said.pop("text")}
    if not value.code:
        return told
    return told | ({"remedy": said} if name == "advice" else said)


def _read(item: Any, values: dict[str, Any]) -> Any:
    """Return the value of the field `item` in a line."""
    value = values[_key(item.name)]
    if item.name == "report" and isinstance(value, dict):
        return renamed(value, DATA_REPORT)
    if item.type is not Message:
        return value
    coded = values.get("remedy", {}) if item.name == "advice" else values
    message = catalogue.read({**coded, "text": value})
    if item.name == "problem" and not message.code:  # words of another version, which name the file
        subject = f"{Path(values['file']).name} " if values.get("file") else ""
        return verbatim(message.text.removeprefix(subject))
    return message


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
