"""What a batch says while it runs: one JSON object a line. Light to import.

    {"event": "progress", "time": 1732180000.1, "done": 120, "files": 3000, "read": 119, "failed": 1, …}
    {"event": "file_failed", "time": 1732180000.2, "file": "a.dcm", "code": "is-empty", …}

`cxrview score --events jsonl` says it on standard output, a batch of the window in its folder. Every line has
`event` (the snake-case name of a class below, without “Batch”) and `time` (seconds since 1970); readers pass
over events and entries that they do not know. What a person reads is there in English as `text`, and with it
`code` and `values`, of which a reader makes words in another language.

`read` and `failed` count rows: of the command line those of this run, of a batch of the
window all that it has.
"""

import dataclasses
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cxrview.errors import CxrviewError
from cxrview.message import NOTHING, Catalogue, Message, verbatim


@dataclass(frozen=True, slots=True)
class BatchPreparing:
    """What is done before the first film is read; `found` counts the files so far."""

    doing: Message
    found: int = 0


@dataclass(frozen=True, slots=True)
class BatchStarted:
    """The first film is about to be read. `done_before` of the `files` were read by an earlier run."""

    files: int
    done_before: int
    model: str
    version: str
    engine: str
    device: str = ""
    out: str = ""  # the table of results, "" for none


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """`done` of the `files` are read, those of earlier runs among them; `file` is the one at hand.

    `per_second` counts the films read in a second, `remaining_s` is what is left at that pace; both are 0 as
    long as they are not known.
    """

    done: int
    files: int
    read: int
    failed: int
    per_second: float = 0.0
    remaining_s: float = 0.0
    paused: bool = False
    file: str = ""


@dataclass(frozen=True, slots=True)
class FileFailed:
    """A file cannot be read; `sentence` is what the table says of it, with the advice."""

    file: str
    message: Message
    sentence: str


@dataclass(frozen=True, slots=True)
class BatchWarned:
    """Something that the user should know, in one sentence."""

    message: Message


@dataclass(frozen=True, slots=True)
class BatchFinished:
    """All files are read; `seconds` of this run. The places are "" for what was not asked for."""

    files: int
    read: int
    failed: int
    seconds: float
    done_before: int = 0
    out: str = ""
    manifest: str = ""
    report: str = ""


@dataclass(frozen=True, slots=True)
class BatchStopped:
    """The user stopped it; what is done is kept, and it can be gone on with."""

    done: int
    files: int
    read: int
    failed: int


@dataclass(frozen=True, slots=True)
class BatchFailed:
    """It ended for a reason that the user can act on; what is done is kept."""

    message: Message  # goes on after the name of the file, if there is one
    advice: Message = NOTHING
    file: str = ""

    @property
    def error(self) -> CxrviewError:
        """What was raised, to be shown as any other error."""
        return CxrviewError(self.message, self.advice, Path(self.file) if self.file else None)


Event = (
    BatchPreparing
    | BatchStarted
    | BatchProgress
    | FileFailed
    | BatchWarned
    | BatchFinished
    | BatchStopped
    | BatchFailed
)
ENDS = (BatchFinished, BatchStopped, BatchFailed)
Emit = Callable[[Event], None]


def _name(kind: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__.removeprefix("Batch")).lower()


_KINDS = {_name(kind): kind for kind in Event.__args__}


def dump(event: Event) -> str:
    """Return `event` as one line of ASCII JSON without a line end."""
    values: dict[str, Any] = {"event": _name(type(event)), "time": round(time.time(), 3)}
    for item in dataclasses.fields(event):
        value = getattr(event, item.name)
        if item.name == "message":  # what the event is about stands in the line itself
            values |= value.as_dict()
        else:
            values[item.name] = value.as_dict() if isinstance(value, Message) else value
    return json.dumps(values, allow_nan=False)


def parse(line: str) -> Event | None:
    """Return the event in `line`, or None if the line is no event that this version knows."""
    try:
        values = json.loads(line)
        kind = _KINDS[values["event"]]
        names = {item.name for item in dataclasses.fields(kind)}
        told = {name: _read(value) for name, value in values.items() if name in names}
        if "message" in names:
            told["message"] = read_message(values)
        event: Event = kind(**told)
        return event
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _read(value: Any) -> Any:
    return read_message(value) if isinstance(value, Mapping) and "text" in value else value


def read_message(said: Mapping[str, Any]) -> Message:
    """Return the message that another process, or version, gave as `Message.as_dict` does."""
    return _catalogue().read(said) if said.get("code") else verbatim(str(said.get("text", "")))


@cache
def _catalogue() -> Catalogue:
    from cxrview.anatomy import messages as anatomy_messages
    from cxrview.batch import messages
    from cxrview.bundle import messages as bundle_messages
    from cxrview.datasets import catalogue
    from cxrview.engines import messages as engines_messages
    from cxrview.inference import messages as inference_messages

    others = (anatomy_messages, bundle_messages, engines_messages, inference_messages, messages)
    return Catalogue((*catalogue.rooms(), *others))
