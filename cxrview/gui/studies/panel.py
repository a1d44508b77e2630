"""The left side of the window: a search field, filters and order over the study list, and strips under it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from cxrview.gui.session import hanging
from cxrview.gui.state import AppState, Entry, Mark, ModelInfo, Shown, ViewStage
from cxrview.gui.studies.filter_bar import FilterBar
from cxrview.gui.studies.filters import Filters, is_settled
from cxrview.gui.studies.nodes import names
from cxrview.gui.studies.notices import PriorStrip, UndoStrip, UnreadStrip
from cxrview.gui.studies.sorting import SortOrder
from cxrview.gui.studies.study_model import KEY, StudyModel
from cxrview.gui.studies.study_tree import StudyTree, file_beside, study_beside
from cxrview.gui.studies.thumbnails import Thumbnails
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.widgets import fonts
from cxrview.i18n import tr
from cxrview.settings import Settings

MOST_UNFOLDED = 500  # files; in longer lists only what is shown unfolds
SMALL = 1000  # files; a longer list takes new ones in a few times a second, since each time it is laid out
COLLECTED = 100  # ms
AT_ONCE = 256  # files; about 20 ms


class SearchField(QLineEdit):
    """A search field that Esc empties and then leaves, and from which ↓ leads into the list.

    Signals:
        left: the user wants to go on; carries whether into the list.
    """

    left = Signal(bool)

    def __init__(self) -> None:
        super().__init__(placeholderText=tr("Search name, ID, date, view or file"), clearButtonEnabled=True)
        self.setAccessibleName(tr("Search the study list"))
        self.setAcceptDrops(False)  # dropped files are opened, not typed

    def event(self, event: QEvent) -> bool:
        overrides = event.type() is QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            event.accept()  # they would go from study to study
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit(False)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit(True)
        else:
            super().keyPressEvent(event)


class StudyPanel(QWidget):
    """Shows the entries, and tells which image the user wants to see, and where.

    Signals:
        chosen: the user went to a row, or back to it; carries its path and frame.
        left: the user is done with searching.
        beside: the user wants an image in another viewport; carries its path and frame.
        compare: the user wants an image beside a prior; carries both paths.
        read_all_asked: the model shall read all that is listed.
        read_rest_asked: the model shall read what it has not read of that.
    """

    chosen = Signal(object, int)
    left = Signal()
    beside = Signal(object, int)
    compare = Signal(object, object)
    read_all_asked = Signal()
    read_rest_asked = Signal()

    def __init__(self, state: AppState, runner: TaskRunner | None = None) -> None:
        super().__init__(objectName="panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state = state
        self._waiting: list[Path] = []
        self._flush_soon = QTimer(self, singleShot=True, interval=COLLECTED, timeout=self._flush)
        self._following: tuple[Path | None, int] = (None, 0)
        self.search = SearchField()
        self.bar = FilterBar()
        self.model = StudyModel()
        self.thumbnails = Thumbnails(
            runner or TaskRunner(self), self._rows_in_sight, self._is_reading, parent=self
        )
        self.tree = StudyTree(self.model, self.thumbnails.get)
        self.hint = QLabel(tr("No files opened"), objectName="muted", alignment=Qt.AlignmentFlag.AlignHCenter)
        self.prior_strip, self.undo_strip, self.unread_strip = PriorStrip(), UndoStrip(), UnreadStrip()
        self._lay_out()
        self._connect()
        self._hide_identity(state.settings)
        self._count()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self, spacing=6)
        column.setContentsMargins(8, 10, 0, 0)
        top = QVBoxLayout(spacing=4)
        top.setContentsMargins(0, 0, 8, 0)
        top.addWidget(self.search)
        top.addWidget(self.bar)
        column.addLayout(top)
        column.addWidget(self.hint)
        column.addWidget(self.tree, 1)
        foot = QVBoxLayout(spacing=0)
        foot.setContentsMargins(-8, 0, 0, 0)
        foot.addWidget(self.unread_strip)
        foot.addWidget(self.undo_strip)
        foot.addWidget(self.prior_strip)
        column.addLayout(foot)

    def _connect(self) -> None:
        state = self._state
        self.search.textChanged.connect(self._sift)
        self.search.left.connect(self._leave_search)
        self.bar.filters_changed.connect(self._sift)
        self.bar.order_changed.connect(self._sort)
        self.bar.cleared.connect(self.show_all)
        self.bar.read_all_asked.connect(self.read_all_asked)
        self.unread_strip.asked.connect(self.read_rest_asked)
        self.tree.chosen.connect(self._choose)
        self.tree.removed.connect(lambda: self.remove(self.selected()))
        self.tree.menu_wanted.connect(self._show_menu)
        self.model.group_shown.connect(self._unfold)
        self.thumbnails.made.connect(self.tree.viewport().update)
        self.prior_strip.wanted.connect(lambda prior: self.compare.emit(self._state.shown.path, prior))
        self.undo_strip.undone.connect(self._bring_back)
        self.tree.installEventFilter(self.undo_strip)
        state.entries_added.connect(self._add)
        state.entries_removed.connect(self._remove)
        state.entries_cleared.connect(self._clear)
        state.entry_changed.connect(self._change)
        state.shown_changed.connect(self._follow)
        state.model_changed.connect(self._offer_classes)
        state.hiding_changed.connect(self._offer_classes)
        state.settings_changed.connect(self._hide_identity)
        state.point_changed.connect(self._sift_calls)

    def _offer_classes(self, *_news: object) -> None:
        """Let the list be sifted by what the model says, unless that is hidden."""
        hidden = self._state.settings.hide_model
        self.bar.set_model(ModelInfo() if hidden else self._state.model)

    def _hide_identity(self, settings: Settings) -> None:
        self.model.nameless = self.tree.delegate.nameless = settings.hide_identity
        self._offer_priors(self._state.shown)
        self.undo_strip.name_again()
        self.tree.viewport().update()

    # What others ask for

    def next_file(self, path: Path, by: int) -> Path | None:
        """Return the file after (1) or before (-1) `path` in the list as it is seen, or None."""
        return _path(file_beside(self.model, self._index(path), by))

    def first_file(self, paths: Sequence[Path]) -> Path:
        """Return which of `paths` stands first in the list as it is seen; the first one if none is seen."""
        wanted, index = set(paths), file_beside(self.model, QModelIndex(), 1)
        while index.isValid():
            path = _path(index)
            if path in wanted:
                return path
            index = file_beside(self.model, index, 1)
        return paths[0]

    def next_study(self, path: Path, by: int) -> Path | None:
        """Return the first file of the next (1) or previous (-1) study or folder that is seen, or None."""
        return _path(study_beside(self.model, self._index(path), by))

    def priors(self, path: Path) -> list[Entry]:
        """Return an image of each earlier study of the patient that `path` is of, latest first."""
        entries = {entry.path: entry for entry in self.model.same_patient(path)}
        return [entries[prior] for prior in hanging.priors(entries, path)]

    def compare_with_prior(self) -> bool:
        """Ask for the image on the screen beside the one of the study before; return whether there is one."""
        path = self._state.shown.path
        prior = next(iter(self.priors(path)), None) if path is not None else None
        if prior is not None:
            self.compare.emit(path, prior.path)
        return prior is not None

    def show_all(self) -> None:
        """Let go of the search and of all filters."""
        self.search.clear()
        self.bar.set_filters(Filters())

    def selected(self) -> list[Entry]:
        """Return the entries of the selected rows, of a group all that is in sight."""
        found: dict[Path, Entry] = {}
        for index in self.tree.selectionModel().selectedRows():
            found.update((entry.path, entry) for entry in self.model.entries(index))
        return list(found.values())

    def mark_seen(self, entries: Sequence[Entry], seen: bool) -> None:
        """Mark `entries` as looked at by the reader, or as not."""
        for entry in entries:
            self._state.change_entry(entry.path, seen=seen)

    def remove(self, entries: Sequence[Entry]) -> None:
        """Take `entries` out of the list, not off the disk; the next image is shown if the one shown goes."""
        gone = {entry.path for entry in entries}
        shown = self._state.shown.path
        following = self._beside_all(shown, gone) if shown in gone else None
        self._state.remove_entries(list(gone))
        if following is not None:
            self.chosen.emit(following, 0)
        elif shown in gone:
            self._state.set_shown(Shown())
        self.undo_strip.offer(entries)

    def _beside_all(self, path: Path, gone: set[Path]) -> Path | None:
        """Return the nearest file below, else above, `path` that is not in `gone`."""
        for by in (1, -1):
            beside: Path | None = path
            while beside in gone:
                beside = self.next_file(beside, by)
            if beside is not None:
                return beside
        return None

    def _bring_back(self, entries: list[Entry]) -> None:
        stopped = Mark.LOADING  # what was being read then is not any more
        self._state.add_entries(
            replace(entry, mark=Mark.UNREAD) if entry.mark is stopped else entry for entry in entries
        )
        if self._state.shown.stage is ViewStage.EMPTY and entries:
            self.chosen.emit(entries[0].path, 0)

    # What the state tells

    def _add(self, entries: list[Entry]) -> None:
        self._waiting += [entry.path for entry in entries]
        if self.model.total <= SMALL and len(self._waiting) <= AT_ONCE:
            self._flush()
        elif not self._flush_soon.isActive():
            self._flush_soon.start()

    def _flush(self) -> None:
        """Take in what has come, or the first of it."""
        entries = self._state.entries
        waiting, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        if self._waiting:
            self._flush_soon.start()
        else:
            self._flush_soon.stop()
        new = [entries[path] for path in waiting if path in entries]
        fonts.ensure_for(name for entry in new for name in names(entry))
        self.model.add(new)
        self._count()
        shown = self._state.shown
        if not self.tree.currentIndex().isValid():  # what is shown may have come just now
            self._mark_current(shown)
        self._offer_priors(shown)

    def _remove(self, paths: list[Path]) -> None:
        self.model.remove(paths)
        self._count()
        self._offer_priors(self._state.shown)

    def _clear(self) -> None:
        self._flush_soon.stop()
        self._waiting.clear()
        self.model.empty()
        self.tree.forget()
        self.thumbnails.clear()
        self.undo_strip.offer([])
        self.show_all()  # else the next files would be looked for in vain
        self._count()

    def _change(self, entry: Entry) -> None:
        fonts.ensure_for(names(entry))
        self.model.change(entry)
        if entry.mark is not Mark.LOADING:
            self.thumbnails.doubt(entry.path)
        self._count()

    def _follow(self, shown: Shown) -> None:
        """Mark the row of what is shown, if it is in sight, without asking for it again."""
        if self._following != (shown.path, shown.frame) or not self.tree.currentIndex().isValid():
            self._following = (shown.path, shown.frame)
            self._mark_current(shown)
            self._offer_priors(shown)
        self.thumbnails.go_on()

    def _mark_current(self, shown: Shown) -> None:
        index = self._index(shown.path, shown.frame) if shown.path is not None else QModelIndex()
        if index.isValid():
            self.tree.go_to(index)
        else:
            self.tree.selectionModel().clear()

    def _index(self, path: Path, frame: int = 0) -> QModelIndex:
        index = self.model.index_of(path, frame)
        if self._waiting and not index.isValid() and path in self._waiting:
            self._waiting.remove(path)
            self.model.add([self._state.entries[path]])
            index = self.model.index_of(path, frame)
        return index

    def _offer_priors(self, shown: Shown) -> None:
        priors = self.priors(shown.path) if shown.path is not None else []
        self.prior_strip.offer(priors, self._state.settings.hide_identity)

    def _count(self) -> None:
        self.bar.say(self.model.in_sight, self.model.total, self.is_filtered)
        self.hint.setText(tr("No image matches") if self.model.total else tr("No files opened"))
        self.hint.setVisible(not self.model.in_sight)
        self._say_unread()

    def _say_unread(self) -> None:
        """Where what the model said decides what is shown, say of how many films it is known."""
        entries, matters = self._state.entries, bool(self.bar.filters.classes)
        read = sum(is_settled(entry) for entry in entries.values()) if matters else 0
        self.unread_strip.tell(read, len(entries), matters)

    # What the user does

    @property
    def is_filtered(self) -> bool:
        """Whether a search or a filter keeps files out of sight."""
        return bool(self.search.text().strip()) or self.bar.filters.count > 0

    def _sift(self, *_news: object) -> None:
        """Show what the search and the filters want."""
        filters = self.bar.filters
        self.model.set_filter(filters.keeps if filters.count else None, self.search.text())
        self._after_reset()

    def _sift_calls(self, _point: str) -> None:
        """Another operating point has decided what the images are called."""
        if self.bar.filters.classes:
            self._sift()

    def _sort(self, order: SortOrder) -> None:
        self.model.sort_by(order)
        self._after_reset()

    def _after_reset(self) -> None:
        self.tree.unfold_again(self.is_filtered and self.model.in_sight <= MOST_UNFOLDED)
        self._mark_current(self._state.shown)
        if not self.tree.currentIndex().isValid():
            self.tree.scrollToTop()
        self._count()

    def _unfold(self, group: QModelIndex) -> None:
        if len(self._state.entries) <= MOST_UNFOLDED:
            self.tree.expand(group)

    def _leave_search(self, into_list: bool) -> None:
        first = file_beside(self.model, QModelIndex(), 1)
        if not into_list:
            self.left.emit()
        elif first.isValid():
            nowhere = not self.tree.currentIndex().isValid()
            self.tree.setFocus()  # goes to a row if it is at none, be it that of a patient
            if nowhere:
                self.tree.go_to(first)
                self._choose(first)

    def _choose(self, index: QModelIndex) -> None:
        key = index.data(KEY)
        if key is not None:
            self.chosen.emit(*key)

    def _show_menu(self, place: QPoint) -> None:
        from cxrview.gui.studies.row_menu import row_menu

        entries = self.selected()
        if entries:
            row_menu(self, self.tree.currentIndex().data(KEY), entries).popup(place)

    def _rows_in_sight(self) -> set[tuple[Path, int]]:
        return self.tree.rows_in_sight() if self.isVisible() else set()

    def _is_reading(self) -> bool:
        return self._state.shown.stage is ViewStage.LOADING


def _path(index: QModelIndex) -> Path | None:
    key = index.data(KEY)
    return key[0] if key is not None else None
