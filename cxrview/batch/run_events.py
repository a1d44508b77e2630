"""What a batch says while it runs: one JSON object a line. Light to import.

    {"event": "progress", "time": 1732180000.1, "done": 120, "files": 3000, "ok": 119, "failed": 1, ...}

Every line has `event` (the snake-case name of a class below) and `time` (seconds since 1970); readers pass
over events and entries that they do not know. What a person reads has `code` and `values`, of which a reader
makes words in another language, and `text` in English.
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
class Preparing:
    """What is done before the first film is read; `found` counts the files so far."""

    doing: Message
    found: int = 0


@dataclass(frozen=True, slots=True)
class Started:
    """The first film is about to be read. `done` of the `files` were read before."""

    files: int
    done: int
    model: str
    model_version: str
    engine: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of the `files` are read, which gave rows that are `ok` and that `failed`; paused or not.

    `per_second` counts the films read in a second of late, `remaining_s` is what is left at that pace; both
    are 0 as long as they are not known.
    """

    done: int
    files: int
    ok: int
    failed: int
    per_second: float = 0.0
    remaining_s: float = 0.0
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that the user should know, in one sentence."""

    message: Message


@dataclass(frozen=True, slots=True)
class Finished:
    """All files are read; `seconds` of this run, without those that came before it."""

    files: int
    ok: int
    failed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Stopped:
    """The user stopped it; what is done is kept, and it can be gone on with."""

    done: int
    files: int
    ok: int
    failed: int


@dataclass(frozen=True, slots=True)
class Failed:
    """It ended for a reason that the user can act on; what is done is kept."""

    problem: Message  # goes on after the name of the file, if there is one
    advice: Message = NOTHING
    file: str = ""

    @property
    def error(self) -> CxrviewError:
        """What was raised, to be shown as any other error."""
        return CxrviewError(self.problem, self.advice, Path(self.file) if self.file else None)


Event = Preparing | Started | Progress | Warned | Finished | Stopped | Failed
ENDS = (Finished, Stopped, Failed)
Emit = Callable[[Event], None]

_KINDS = {re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(): kind for kind in Event.__args__}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def dump(event: Event) -> str:
    """Return `event` as one line of ASCII JSON without a line end."""
    values: dict[str, Any] = {"event": _NAMES[type(event)], "time": round(time.time(), 3)}
    for item in dataclasses.fields(event):
        value = getattr(event, item.name)
        values[item.name] = value.as_dict() if isinstance(value, Message) else value
    return json.dumps(values, allow_nan=False)


def parse(line: str) -> Event | None:
    """Return the event in `line`, or None if the line is no event that this version knows."""
    try:
        values = json.loads(line)
        kind = _KINDS[values["event"]]
        names = {item.name for item in dataclasses.fields(kind)}
        told = {name: _read(value) for name, value in values.items() if name in names}
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
