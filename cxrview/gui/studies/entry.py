"""A file of the study list, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from cxrview.i18n import mark

if TYPE_CHECKING:  # NumPy and all that is built on it must not delay the first window
    from cxrview.imaging import Identity, Pictured


class Mark(Enum):
    """How far a file has come; the study list shows it."""

    UNREAD = mark("not opened yet")
    LOADING = mark("being read")
    SHOWN = mark("read")
    REFUSED = mark("not like the training films; do not rely on the reading")
    FAILED = mark("cannot be read")


@dataclass(frozen=True, slots=True)
class FrameResult:
    """What the model said about one frame: the class called, how probable, whether to rely on it."""

    label: str
    colour: int  # place of the class in the model's card
    probability: float
    in_domain: bool
    too_close: str = ""  # the words that say between which classes it is too close to call
    probabilities: tuple[float, ...] = ()  # of all classes, so that another operating point can decide

    @property
    def mark(self) -> Mark:
        """The mark of a frame that was read so."""
        return Mark.SHOWN if self.in_domain else Mark.REFUSED


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the study list. `identity` is None until something is known about it."""

    path: Path
    identity: "Identity | None" = None
    pictured: "Pictured | None" = None
    mark: Mark = Mark.UNREAD
    note: str = ""  # the sentence that says why it failed
    frames: int = 1
    findings: Mapping[int, FrameResult] = field(default_factory=dict)  # by frame, as far as they were read
    seen: bool = False  # the reader has looked at it
    archive: Path | None = None  # the archive that the file was unpacked from
    flagged: bool = False  # by the reader
    stars: int = 0  # that the reader gave it, 0…5
    number: int = 0  # in the order in which the files came, from 1

    @property
    def origin(self) -> Path:
        """The file that the user knows: the archive where there is one, since what was unpacked goes away."""
        return self.archive or self.path
