"""What `cxrview score --events jsonl` says while it runs: one JSON object a line.

    {"event": "file_failed", "time": 1732180000.1, "file": "a.dcm", "code": "is-empty", …}

Every line has `event` (the snake-case name of a class below, without “Batch”) and `time` (seconds since
1970). What a person reads is there in English as `text`, and with it `code` and `values`, of which a reader
makes words in another language.
"""

import dataclasses
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cxrview.message import NOTHING, Message


@dataclass(frozen=True, slots=True)
class BatchStarted:
    """The run begins: `files` in all, `done_before` of them by an earlier one."""

    out: str
    files: int
    done_before: int
    model: str
    version: str
    engine: str
    device: str


@dataclass(frozen=True, slots=True)
class Progressed:
    """So much is done of what is left: frames that were `read`, and files that `failed`."""

    fraction: float
    file: str
    read: int
    failed: int
    images_per_second: float  # frames, since the beginning
    remaining_s: float | None  # None as long as nobody knows


@dataclass(frozen=True, slots=True)
class FileFailed:
    """A file cannot be read; `sentence` is what the table says of it, with the advice."""

    file: str
    message: Message
    sentence: str


@dataclass(frozen=True, slots=True)
class BatchWarned:
    """Something that the user should know."""

    message: Message


@dataclass(frozen=True, slots=True)
class BatchFinished:
    """All is done; `report` is the page, "" if none was asked for."""

    out: str
    manifest: str
    report: str
    read: int
    failed: int
    done_before: int
    seconds: float


@dataclass(frozen=True, slots=True)
class BatchStopped:
    """The user wanted no more; the rows that were written stand."""

    read: int
    failed: int


@dataclass(frozen=True, slots=True)
class BatchFailed:
    """The run ended before its time, for a reason that the user can act on."""

    message: Message
    advice: Message = NOTHING
    file: str = ""


Event = BatchStarted | Progressed | FileFailed | BatchWarned | BatchFinished | BatchStopped | BatchFailed
Emit = Callable[[Event], None]


def dump(event: Event) -> str:
    """Return `event` as one line of ASCII JSON without a line end."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__.removeprefix("Batch")).lower()
    values: dict[str, Any] = {"event": name, "time": round(time.time(), 3)}
    for item in dataclasses.fields(event):
        value = getattr(event, item.name)
        if item.name == "message":
            values |= value.as_dict()
        else:
            values[item.name] = value.as_dict() if isinstance(value, Message) else value
    return json.dumps(values)
