"""The rows of the study list as plain objects: what stands above an image, and what it is found by."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import combining, normalize

from cxrview.gui.state import Entry
from cxrview.gui.viewer.corner_text import date, person
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.imaging import Identity


class NodeKind(Enum):
    """What a row is."""

    PATIENT = "patient"
    FOLDER = "folder"
    ARCHIVE = "archive"  # a folder in one
    STUDY = "study"
    SERIES = "series"
    IMAGE = "image"
    FRAME = "frame"


class Group(NamedTuple):
    """A patient, a study, a series or a folder: what tells it from all others, and how it is called.

    `details` are what tells it from others of its name, shortest first; the last one always does.
    """

    key: tuple[str, ...]
    kind: NodeKind
    name: str
    details: tuple[str, ...]
    number: str = ""  # of a series


SortKey = tuple[Any, ...]


@dataclass(eq=False, slots=True)
class StudyNode:
    """A row. `children` are all that stand below it, `shown` those that the filter lets through; both are
    sorted by `key`, which ends with the serial number and so is like no other.
    """

    number: int  # serial, never used twice
    kind: NodeKind
    parent: "StudyNode | None"
    key: SortKey
    children: "list[StudyNode]"
    shown: "list[StudyNode]"
    group: Group | None = None
    entry: Entry | None = None  # of an image; as it was put into the list, in what sorts it
    text: str = ""  # of a group, told apart from its namesakes
    searched: str = ""  # of an image, in lower case
    visible: bool = False  # stands in its parent's `shown`
    kept: bool = False  # of an image: the filter lets it through
    images: int = 0  # kept ones at or below it
    newest: int = 0  # moment of a study, or of a patient's newest one

    @property
    def path(self) -> Path | None:
        """The file of an image or a frame."""
        if self.kind is NodeKind.FRAME and self.parent is not None:
            return self.parent.path
        return self.entry.path if self.entry is not None else None

    @property
    def frame(self) -> int:
        """The frame of a row, 0-based; 0 for a file."""
        return int(self.key[0]) if self.kind is NodeKind.FRAME else 0


NONE_BELOW: list[StudyNode] = []
"""The rows below a leaf, never changed: ten thousand empty lists would be work for the garbage collector."""


def above(entry: Entry) -> tuple[tuple[str, ...], ...]:
    """Return the keys of the groups of `entry`, the outermost first: patient and study, or its folder."""
    identity = entry.identity
    if identity is None or not is_named(identity):
        return (("folder", str(entry.path.parent)),)
    patient = ("patient", f"{identity.patient_id}\\{identity.patient_name}")  # no value holds a backslash
    study = identity.study_uid or f"{identity.study_date} {identity.study_description}"
    return (patient, (*patient, study))


def group(entry: Entry, key: tuple[str, ...]) -> Group:
    """Return the group with `key`, one of those that `entry` stands in."""
    if entry.identity is not None and is_named(entry.identity):
        return _patient(entry.identity, key) if len(key) == 2 else _study(entry.identity, key)
    if entry.archive is not None:
        return _archive(entry, entry.archive, key)
    return _folder(entry.path.parent, key)


def is_named(identity: "Identity") -> bool:
    """Whether the file says whose it is, or of which study; a picture that was read says neither."""
    return bool(identity.patient_name or identity.patient_id or identity.study_uid)


def _folder(folder: Path, key: tuple[str, ...]) -> Group:
    parts = tuple(reversed(folder.parts[:-1]))
    details = tuple("/".join(reversed(parts[: depth + 1])) for depth in range(len(parts)))
    return Group(key, NodeKind.FOLDER, folder.name or str(folder), (*details, str(folder)))


def _archive(entry: Entry, archive: Path, key: tuple[str, ...]) -> Group:
    # Where it was unpacked is nobody's business.
    return Group(key, NodeKind.ARCHIVE, entry.path.parent.name, (archive.name, f"{archive} {key[1]}"))


def _patient(identity: "Identity", key: tuple[str, ...]) -> Group:
    name = person(identity.patient_name) or identity.patient_id or tr("No patient name")
    number = _told(tr("ID {number}"), identity.patient_id) if identity.patient_id else tr("no patient ID")
    # Two spellings of one name are told apart by the spelling alone.
    return Group(key, NodeKind.PATIENT, name, (number, f"{number}, {identity.patient_name}"))


def _study(identity: "Identity", key: tuple[str, ...]) -> Group:
    day, words = date(identity.study_date), identity.study_description
    title = "  ".join(part for part in (day, words) if part) or tr("No study date")
    return Group(key, NodeKind.STUDY, title, (f"…{key[-1][-6:]}", key[-1]))


def series(entry: Entry, study: Group) -> Group:
    """Return the series that `entry` is of, a group inside `study`."""
    identity = entry.identity
    assert identity is not None
    number, words = identity.series_number, identity.series_description
    name = _told(tr("Series {number}"), number) if number else tr("Series")
    title = "  ".join(part for part in (name, words) if part)
    uid = identity.series_uid
    return Group((*study.key, uid), NodeKind.SERIES, title, (f"…{uid[-6:]}", uid), number)


def moment(entry: Entry) -> int:
    """Return when the study of `entry` was made, YYYYMMDDHHMMSS as a number; 0 if nobody knows."""
    identity = entry.identity
    if identity is None or not (len(identity.study_date) == 8 and identity.study_date.isdecimal()):
        return 0
    time = identity.study_time[:6]
    return int(identity.study_date + (time if time.isdecimal() else "").ljust(6, "0"))


def names(entry: Entry) -> tuple[str, ...]:
    """Return what the file brings along that may be in any script: its path, who it is of, and what it is."""
    identity = entry.identity
    if identity is None:
        return (str(entry.origin), entry.path.name)
    what = (identity.study_description, identity.series_description)
    return (str(entry.origin), entry.path.name, identity.patient_name, identity.patient_id, *what)


def searched(entry: Entry) -> str:
    """Return what a search finds the row by, folded: file, who, when, what and from which side."""
    identity, pictured = entry.identity, entry.pictured
    words = [str(entry.path) if entry.archive is None else f"{entry.archive}\n{entry.path.name}", entry.note]
    if identity is not None:
        words += (
            person(identity.patient_name),
            identity.patient_id,
            date(identity.study_date),
            identity.study_description,
            identity.series_description,
            identity.modality,
        )
    if pictured is not None:
        words += (pictured.view_position, pictured.laterality, pictured.body_part)
    return folded("\n".join(words))


def folded(text: str) -> str:
    """Return `text` in small letters without accents, so that "muller" finds "Müller"."""
    text = text.casefold()
    if text.isascii():
        return text
    return "".join(letter for letter in normalize("NFKD", text) if not combining(letter))


def view(entry: Entry) -> str:
    """Return projection and side as the file says them, such as "PA" or "LL L"; "" if it does not."""
    pictured = entry.pictured
    return (
        " ".join(part for part in (pictured.view_position, pictured.laterality) if part) if pictured else ""
    )


def title(entry: Entry) -> str:
    """Return the one line that a row is known by."""
    return "  ".join(part for part in (view(entry), entry.path.name) if part)


def _told(words: str, number: str) -> str:
    return words.format(number=number)


class Namesakes:
    """Patients, studies or folders that are called the same. Alone, one needs no detail."""

    def __init__(self) -> None:
        self._nodes: list[StudyNode] = []
        self._depth = 0  # of the detail in use
        self._used: set[str] = set()

    def add(self, node: StudyNode) -> list[StudyNode]:
        """Take `node` in, give it and its namesakes their texts, and return whose text has changed."""
        self._nodes.append(node)
        if len(self._nodes) == 1:
            return []
        renamed = (
            [node] if len(self._nodes) > 2 and _detail(node, self._depth) not in self._used else self._nodes
        )
        if renamed is self._nodes:
            self._deepen()
        for one in renamed:
            detail = _detail(one, self._depth)
            self._used.add(detail)
            one.text = f"{one.group.name}  ({detail})" if one.group is not None else one.text
        return renamed

    def remove(self, node: StudyNode) -> None:
        """Let go of `node`; the others keep their texts."""
        self._nodes.remove(node)
        self._used.discard(_detail(node, self._depth))

    def _deepen(self) -> None:
        """Go on to the first detail that is another one for each node; the last always is."""
        last = max(len(node.group.details) for node in self._nodes if node.group is not None) - 1
        for depth in range(self._depth, last + 1):
            self._depth = depth
            self._used = {_detail(node, depth) for node in self._nodes}
            if len(self._used) == len(self._nodes):
                return


def _detail(node: StudyNode, depth: int) -> str:
    details = node.group.details if node.group is not None else ("",)
    return details[min(depth, len(details) - 1)]
