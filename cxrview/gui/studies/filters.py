"""Which images the study list shows: by projection, what the model said, what the reader did."""

from dataclasses import dataclass
from enum import Enum

from cxrview.gui.state import Entry, Mark
from cxrview.i18n import mark


class View(Enum):
    """From which side a radiograph was taken, as far as the file says."""

    PA = "PA"
    AP = "AP"
    LATERAL = "lateral"
    OTHER = "other"


VIEWS = {
    View.PA: mark("PA"),
    View.AP: mark("AP"),
    View.LATERAL: mark("Lateral"),
    View.OTHER: mark("Another view, or none named"),
}
# View Position (0018,5101), PS3.3 C.8.1.1 and C.8.11.5, and the code meanings of PS3.16 CID 4010.
NAMES = {
    View.PA: ("PA", "POSTERO-ANTERIOR", "POSTEROANTERIOR"),
    View.AP: ("AP", "ANTERO-POSTERIOR", "ANTEROPOSTERIOR"),
    View.LATERAL: ("LL", "RL", "LAT", "LATERAL", "LEFT LATERAL", "RIGHT LATERAL", "LLAT", "RLAT"),
}
_VIEW_OF = {name: view for view, names in NAMES.items() for name in names}
FEWEST_STARS = (1, 3, 5)  # that can be asked for
UNLIKE = -1  # stands for the class of what the model should not be relied on for


def view_of(entry: Entry) -> View:
    """Return from which side the image of `entry` was taken."""
    said = entry.pictured.view_position if entry.pictured is not None else ""
    return _VIEW_OF.get(" ".join(said.upper().split()), View.OTHER)


@dataclass(frozen=True, slots=True)
class Filters:
    """What is wanted; an empty set wants everything. Within a set one is enough, and all sets must agree.

    `classes` are places in the model's card, or UNLIKE; `failed` keeps only files that cannot be read;
    `stars` holds numbers of which the smallest is the least that a film must have.
    """

    views: frozenset[View] = frozenset()
    classes: frozenset[int] = frozenset()
    seen: frozenset[bool] = frozenset()
    failed: bool = False
    flagged: bool = False
    stars: frozenset[int] = frozenset()

    @property
    def count(self) -> int:
        """How many are set."""
        return sum(map(len, (self.views, self.classes, self.seen, self.stars))) + self.failed + self.flagged

    def keeps(self, entry: Entry) -> bool:
        """Whether `entry` is wanted."""
        if self.failed and entry.mark is not Mark.FAILED:
            return False
        if (self.seen and entry.seen not in self.seen) or (self.flagged and not entry.flagged):
            return False
        if self.stars and entry.stars < min(self.stars):
            return False
        if self.views and view_of(entry) not in self.views:
            return False
        return not self.classes or any(
            (found.colour if found.in_domain else UNLIKE) in self.classes for found in entry.findings.values()
        )


def is_settled(entry: Entry) -> bool:
    """Return whether the model has read `entry`, or it is known that it cannot be read."""
    return bool(entry.findings) or entry.mark is Mark.FAILED
