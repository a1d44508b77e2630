"""The commands that open the tag window, and the work behind it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from cxrview.gui import error_text
from cxrview.gui.actions.secondary import attend
from cxrview.gui.dialogs.tags import TagDialog
from cxrview.gui.dialogs.tags_model import whole_text
from cxrview.gui.session import stored
from cxrview.gui.state import AppState, Entry, Shown
from cxrview.gui.widgets.identity import file_name
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr, trn
from cxrview.settings import Settings

if TYPE_CHECKING:
    from cxrview.gui.tasks import Job
    from cxrview.imaging.dicom.tag_tree import TagListing
    from cxrview.imaging.tags import TagPair
    from cxrview.progress import Report

GEOMETRY = "tags/geometry"
MOST_OFFERED = 16  # files in the menu
MOST_UNFOLDED = 2000  # rows that a search unfolds


class Loaded(NamedTuple):
    """What was read: one header or two, and their elements as pairs."""

    left: "TagListing"
    right: "TagListing | None"
    pairs: "tuple[TagPair, ...]"


class Sieved(NamedTuple):
    """The rows that are left, how many elements they are, and how many of them differ."""

    pairs: "tuple[TagPair, ...]"
    total: int
    differences: int


class Tags(QObject):
    """Opens the tag window and keeps it in step with the active viewport."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.window)
        self._bench, self._state, self._runner, self._store = bench, bench.state, bench.runner, bench.store
        self.dialog: TagDialog | None = None
        self._left: Path | None = None
        self._right: Path | None = None
        self._loaded: Loaded | None = None
        self._read_job: Job | None = None
        self._sieve_job: Job | None = None
        self._nameless = self._state.settings.hide_identity
        self._state.shown_changed.connect(self._follow)
        self._state.settings_changed.connect(self._settings_changed)

    def show(self) -> None:
        """Open the window on the image of the active viewport, or bring it to the front."""
        self._open()
        self._follow(self._state.shown)

    def compare(self, left: Path, right: Path) -> None:
        """Open the window on two files side by side."""
        self._open()
        self._left, self._right = left, right
        self._read()

    def _open(self) -> None:
        if self.dialog is None:
            self.dialog = dialog = TagDialog(self._bench.window)
            if (geometry := stored.shape(self._store, GEOMETRY)) is not None:
                dialog.restoreGeometry(geometry)
            dialog.sieve_changed.connect(self._sieve)
            dialog.compare_asked.connect(self._compare_with)
            dialog.follow_keys(self._state, self._bench.shortcuts)
            attend(dialog, self._bench, "formats")
            dialog.copy_all_asked.connect(self._copy_all)
            dialog.closed.connect(self._closed)
            dialog.compare.menu().aboutToShow.connect(self._fill_menu)
        self.dialog.show()
        self.dialog.activateWindow()
        self.dialog.search.setFocus()

    def _closed(self) -> None:
        for job in (self._read_job, self._sieve_job):
            self._runner.cancel(job)
        if self.dialog is not None:
            self._store.setValue(GEOMETRY, self.dialog.saveGeometry())
            self.dialog.deleteLater()
        self.dialog = self._loaded = self._left = self._right = None

    def _follow(self, shown: Shown) -> None:
        if self.dialog is None:
            return
        if shown.path is None:
            self._left = self._right = self._loaded = None
            self._runner.cancel(self._read_job)
            self.dialog.show_rows((), None, False)
            self.dialog.say(tr("Open an image to see its tags."))
        elif shown.path != self._left:
            self._left = shown.path
            self._read()

    def _settings_changed(self, settings: Settings) -> None:
        if settings.hide_identity != self._nameless:
            self._nameless = settings.hide_identity
            if self._loaded is not None:
                self._sieve()
            else:
                self._read()

    def _compare_with(self, path: Path | None) -> None:
        if self._left is not None:
            self._right = path
            self._read()

    def _read(self) -> None:
        left, right = self._left, self._right
        if left is None:
            return
        self._runner.cancel(self._read_job)
        self._read_job = self._runner.start(
            tr("Reading the tags of {name}").format(name=file_name(left)),
            partial(load, left, right),
            done=self._read_done,
            failed=self._failed,
            lane="tags",
            quiet=True,
        )

    def _read_done(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._sieve()

    def _failed(self, error: Exception) -> None:
        self._loaded = None
        if self.dialog is not None:
            self.dialog.show_rows((), None, False)
            name = self._state.called(self._left) if self._left is not None else ""
            self.dialog.say(name, error_text.whole(error), tone="error")
            self.dialog.setWindowTitle(tr("Tags of {name}").format(name=name))

    def _sieve(self) -> None:
        dialog, loaded = self.dialog, self._loaded
        if dialog is None or loaded is None:
            return
        differing = dialog.differing.isChecked() and loaded.right is not None
        text, private, nameless = dialog.search.text(), dialog.private.isChecked(), self._nameless
        self._runner.cancel(self._sieve_job)
        self._sieve_job = self._runner.start(
            tr("Searching the tags"),
            lambda _report: sieve(loaded.pairs, text, private, differing, nameless),
            done=partial(self._sieved, loaded, bool(text.strip())),
            failed=self._failed,
            lane="tags",
            quiet=True,
        )

    def _sieved(self, loaded: Loaded, searching: bool, sieved: Sieved) -> None:
        dialog = self.dialog
        if dialog is None or loaded is not self._loaded:  # of a file that is not shown any more
            return
        left, right = loaded.left, loaded.right
        called = self._state.called
        names = (called(left.path), called(right.path)) if right is not None else None
        unfold = (searching or dialog.differing.isChecked()) and sieved.total <= MOST_UNFOLDED
        dialog.show_rows(sieved.pairs, names, unfold)
        count = trn("{count} element", "{count} elements", sieved.total).format(count=sieved.total)
        if right is not None:
            words = trn("{count} difference", "{count} differences", sieved.differences)
            count = f"{count} · {words.format(count=sieved.differences)}"
        dialog.say(_heading(left, right, called), _note(left, right, self._nameless, called), count)
        dialog.setWindowTitle(tr("Tags of {name}").format(name=called(left.path)))

    def _fill_menu(self) -> None:
        if self.dialog is None:
            return
        menu = self.dialog.compare.menu()
        menu.clear()
        for entry in candidates(self._state, self._left):
            action = menu.addAction(label(entry, self._nameless))
            action.triggered.connect(partial(self._compare_with, entry.path))
        menu.addSeparator()
        menu.addAction(tr("Another &file…"), self._ask_for_file)

    def _ask_for_file(self) -> None:
        folder = str(self._left.parent) if self._left is not None else ""
        name, _ = QFileDialog.getOpenFileName(self.dialog, tr("Compare the tags with"), folder)
        if name:
            self._compare_with(Path(name))

    def _copy_all(self) -> None:
        if self.dialog is None:
            return
        pairs, comparing = self.dialog.model.pairs, self.dialog.model.comparing
        self._runner.start(
            tr("Copying the tags"),
            lambda _report: whole_text(pairs, comparing),
            done=QGuiApplication.clipboard().setText,
            failed=self._failed,
            lane="tags",
            quiet=True,
        )


def load(left: Path, right: Path | None, report: "Report") -> Loaded:
    """Return the headers of one file or two. Raises UnreadableImage."""
    from cxrview.imaging.tags import alone, compare, read_header

    ours = read_header(left, report)
    if right is None:
        return Loaded(ours, None, alone(ours))
    theirs = read_header(right, report)
    return Loaded(ours, theirs, compare(ours, theirs))


def sieve(
    pairs: "tuple[TagPair, ...]", text: str, private: bool, differing: bool, nameless: bool = False
) -> Sieved:
    """Return the rows that the user wants to see, and their number."""
    from cxrview.imaging.deidentified_header import without_identity
    from cxrview.imaging.tags import State, search

    left = search(without_identity(pairs) if nameless else pairs, text, private, differing)
    count = differences = 0
    stack = list(left)
    while stack:
        pair = stack.pop()
        count += bool(pair.either.tag or not pair.children)
        differences += pair.state is not State.SAME and not pair.children
        stack.extend(pair.children)
    return Sieved(left, count, differences)


def candidates(state: AppState, path: Path | None) -> list[Entry]:
    """Return files to compare `path` with: the other viewports', the same patient's, then its neighbours."""
    entries = [entry for entry in state.entries.values() if entry.path != path]
    shown = [view.shown.path for view in state.views]
    own = state.entries.get(path) if path is not None else None
    patient = own.identity.patient_id if own is not None and own.identity is not None else ""
    order = list(state.entries)
    place = order.index(path) if path in state.entries else 0
    places = {other: abs(number - place) for number, other in enumerate(order)}

    def distance(entry: Entry) -> tuple[bool, bool, int]:
        same = bool(patient) and entry.identity is not None and entry.identity.patient_id == patient
        return entry.path not in shown, not same, places[entry.path]

    return sorted(entries, key=distance)[:MOST_OFFERED]


def label(entry: Entry, nameless: bool = False) -> str:
    """Return a file's words in the menu: its name, and who and when if that is known and may be."""
    identity = entry.identity
    parts = [file_name(entry.path, entry.number)]
    if identity is not None and not nameless:
        parts += [identity.patient_name, identity.study_date]
    return " · ".join(part for part in parts if part).replace("&", "&&")


def _heading(left: "TagListing", right: "TagListing | None", called: Callable[[Path], str]) -> str:
    first = f"{called(left.path)}  ·  {left.format}"
    return first if right is None else f"{called(left.path)}  ↔  {called(right.path)}"


def _note(
    left: "TagListing", right: "TagListing | None", nameless: bool, called: Callable[[Path], str]
) -> str:
    words = tr("{name} is a {format} image: it has no DICOM tags. This is what its own header says.")
    notes = [
        words.format(name=called(header.path), format=header.format)
        for header in (left, right)
        if header is not None and not header.is_dicom
    ]
    if nameless:
        notes.append(tr("Hidden with the identity: all but sex, age and what describes picture and device."))
    return "\n".join(notes)
