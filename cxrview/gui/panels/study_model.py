"""The study list as a tree model: patients, their studies, the images in them, and how far each has come."""

from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QIcon, QStandardItem, QStandardItemModel

from cxrview.gui.state import Entry, Finding, Mark
from cxrview.gui.theme import Theme, wrapped
from cxrview.gui.viewer.corner_text import date, person

KEY = Qt.ItemDataRole.UserRole + 1  # (path, frame) of a row that can be shown
SEARCHED = Qt.ItemDataRole.UserRole + 2
FINDING = Qt.ItemDataRole.UserRole + 3  # of a row that the model has read
ICONS = {
    Mark.UNREAD: ("circle", "faint"),
    Mark.LOADING: ("circle", "accent"),
    Mark.SHOWN: ("circle-filled", "muted"),
    Mark.REFUSED: ("triangle-alert", "warning"),
    Mark.FAILED: ("circle-x", "error"),
}


class Group(NamedTuple):
    """A patient, a study or a folder: what tells it from all others, and how it is called.

    `details` are what tells it from others of its name, shortest first; the last one always does.
    """

    key: tuple[str, ...]
    name: str
    details: tuple[str, ...]
    icon: str


class StudyModel(QStandardItemModel):
    """The entries as a tree. A row stays where it was put, whatever is learned about it later.

    Signals:
        group_added: a patient, study or folder has its first row; carries its item.
    """

    group_added = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._groups: dict[tuple[str, ...], tuple[Group, QStandardItem]] = {}
        self._namesakes: dict[tuple[str, ...], list[Group]] = {}  # by the parent's key and the name
        self._rows: dict[Path, QStandardItem] = {}

    def add(self, entries: list[Entry]) -> None:
        """Append rows for `entries`."""
        for entry in entries:
            item = QStandardItem()
            item.setEditable(False)
            item.setData((entry.path, 0), KEY)
            self._rows[entry.path] = item
            self._dress(item, entry)
            parent, new_groups = self._parent(entry)
            parent.appendRow(item)
            for group in new_groups:
                self.group_added.emit(group)

    def change(self, entry: Entry) -> None:
        """Show the new state of `entry`."""
        item = self._rows.get(entry.path)
        if item is None:
            return
        self._dress(item, entry)
        frames = entry.frames if entry.frames > 1 else 0
        if item.rowCount() != frames:  # it was read for the first time, or has changed on the disk
            item.removeRows(0, item.rowCount())
            for frame in range(frames):
                row = QStandardItem(f"Frame {frame + 1}")
                row.setEditable(False)
                row.setData((entry.path, frame), KEY)
                item.appendRow(row)
        for frame in range(item.rowCount()):
            self._dress_frame(item.child(frame), entry.findings.get(frame))

    def empty(self) -> None:
        """Remove every row."""
        self.clear()
        for kept in (self._groups, self._namesakes, self._rows):
            kept.clear()

    def set_theme(self, theme: Theme, entries: dict[Path, Entry]) -> None:
        """Colour the icons anew."""
        self._theme = theme
        for path in self._rows:
            self.change(entries[path])
        for group, item in self._groups.values():
            item.setIcon(self._icon(group.icon, "muted"))

    def index_of(self, path: Path, frame: int) -> QModelIndex:
        """Return the index of a row, or an invalid one."""
        item = self._rows.get(path)
        if item is None:
            return QModelIndex()
        return item.child(frame).index() if frame and item.rowCount() > frame else item.index()

    def _dress(self, item: QStandardItem, entry: Entry) -> None:
        # A file that cannot be read says so in its row; the others are named by what they show.
        failed = entry.mark is Mark.FAILED
        item.setText(f"{entry.path.name}\n{entry.note}" if failed else _title(entry))
        item.setIcon(self._icon(*ICONS[entry.mark]))
        finding = entry.findings.get(0) if entry.frames == 1 else None
        item.setData(finding, FINDING)
        item.setToolTip("\n".join((str(entry.path), wrapped(entry.note or _state(entry, finding)))))
        item.setData(f"{item.text()} {entry.path} {_words(entry)}", SEARCHED)

    def _dress_frame(self, row: QStandardItem, finding: Finding | None) -> None:
        mark = finding.mark if finding is not None else Mark.UNREAD
        row.setIcon(self._icon(*ICONS[mark]))
        row.setData(finding, FINDING)
        row.setToolTip(said(finding) if finding is not None else mark.value)

    def _parent(self, entry: Entry) -> tuple[QStandardItem, list[QStandardItem]]:
        """Return the group that `entry` belongs to, and which groups had to be made for it."""
        new: list[QStandardItem] = []
        parent = self.invisibleRootItem()
        for group in _groups(entry):
            if group.key not in self._groups:
                item = QStandardItem(self._icon(group.icon, "muted"), group.name)
                item.setEditable(False)
                item.setToolTip("\n".join((group.name, group.details[-1])))
                parent.appendRow(item)
                self._groups[group.key] = (group, item)
                self._tell_apart(group)
                new.append(item)
            parent = self._groups[group.key][1]
        return parent, new

    def _tell_apart(self, new: Group) -> None:
        """Add the shortest detail that differs to the names of all groups called the same."""
        namesakes = self._namesakes.setdefault((*new.key[:-1], new.name), [])
        namesakes.append(new)
        if len(namesakes) < 2:
            return
        for details in zip(*(group.details for group in namesakes), strict=False):
            if len(set(details)) == len(namesakes):
                break
        for group, detail in zip(namesakes, details, strict=True):
            self._groups[group.key][1].setText(f"{group.name}  ({detail})")

    def _icon(self, name: str, token: str) -> QIcon:
        return QIcon(self._theme.pixmap(name, getattr(self._theme, token), 14, 2.0))


def said(finding: Finding) -> str:
    """Return what the model said, or that one should not rely on it."""
    return f"{finding.label} {finding.probability:.0%}" if finding.in_domain else Mark.REFUSED.value


def _state(entry: Entry, finding: Finding | None) -> str:
    if entry.frames > 1 and entry.mark is Mark.SHOWN:
        return f"{len(entry.findings)} of {entry.frames} frames read"
    return said(finding) if finding is not None else entry.mark.value


def _groups(entry: Entry) -> tuple[Group, ...]:
    """Return the groups that `entry` stands in, the outermost first."""
    identity, folder = entry.identity, entry.path.parent
    if identity is None:
        above = tuple(reversed(folder.parts[:-1]))
        details = tuple("/".join(reversed(above[: depth + 1])) for depth in range(len(above)))
        details = (*details, str(folder))
        return (Group(("folder", str(folder)), folder.name or str(folder), details, "folder"),)
    name = person(identity.patient_name) or identity.patient_id or "No patient name"
    number = f"ID {identity.patient_id}" if identity.patient_id else "no patient ID"
    patient = ("patient", f"{identity.patient_id}\\{identity.patient_name}")  # no value holds a backslash
    day, words = date(identity.study_date), identity.study_description
    title = "  ".join(part for part in (day, words) if part) or "No study date"
    study = identity.study_uid or f"{identity.study_date} {words}"
    return (
        # Two spellings of one name are told apart by the spelling alone.
        Group(patient, name, (number, f"{number}, {identity.patient_name}"), "user"),
        Group((*patient, study), title, (f"…{study[-6:]}", study), "calendar"),
    )


def _words(entry: Entry) -> str:
    """Return what else a search finds the row by."""
    identity = entry.identity
    if identity is None:
        return ""
    return " ".join(
        (
            person(identity.patient_name),
            identity.patient_id,
            date(identity.study_date),
            identity.study_description,
        )
    )


def _title(entry: Entry) -> str:
    anatomy = entry.anatomy
    view = " ".join(part for part in (anatomy.view_position, anatomy.laterality) if part) if anatomy else ""
    return f"{view}  {entry.path.name}" if view else entry.path.name
