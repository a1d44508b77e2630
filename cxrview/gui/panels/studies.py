"""The study list: patients, their studies, the images in them, and how far each has come."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QIcon, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QLabel, QLineEdit, QTreeView, QVBoxLayout, QWidget

from cxrview.gui.state import AppState, Entry, Mark, Shown
from cxrview.gui.theme import Theme
from cxrview.gui.viewer.corner_text import date, person

KEY = Qt.ItemDataRole.UserRole + 1  # (path, frame) of a row that can be shown
SEARCHED = Qt.ItemDataRole.UserRole + 2
ICON = Qt.ItemDataRole.UserRole + 3  # of a group
MOST_UNFOLDED = 500  # files; in longer lists only what is shown unfolds
ICONS = {
    Mark.UNREAD: ("circle", "faint"),
    Mark.LOADING: ("circle", "accent"),
    Mark.SHOWN: ("circle-check", "good"),
    Mark.REFUSED: ("triangle-alert", "warning"),
    Mark.FAILED: ("circle-x", "error"),
}


class StudyModel(QStandardItemModel):
    """The entries as a tree. A row stays where it was put, whatever is learned about it later.

    Signals:
        group_added: a patient, study or folder has its first row; carries its item.
    """

    group_added = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._groups: dict[tuple[str, ...], QStandardItem] = {}
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
        if entry.frames > 1 and item.rowCount() == 0:
            for frame in range(entry.frames):
                row = QStandardItem(f"Frame {frame + 1}")
                row.setEditable(False)
                row.setData((entry.path, frame), KEY)
                item.appendRow(row)

    def empty(self) -> None:
        """Remove every row."""
        self.clear()
        self._groups.clear()
        self._rows.clear()

    def set_theme(self, theme: Theme, entries: dict[Path, Entry]) -> None:
        """Colour the icons anew."""
        self._theme = theme
        for path, item in self._rows.items():
            self._dress(item, entries[path])
        for group in self._groups.values():
            group.setIcon(self._icon(group.data(ICON), "muted"))

    def index_of(self, path: Path, frame: int) -> QModelIndex:
        """Return the index of a row, or an invalid one."""
        item = self._rows.get(path)
        if item is None:
            return QModelIndex()
        return item.child(frame).index() if frame and item.rowCount() > frame else item.index()

    def _dress(self, item: QStandardItem, entry: Entry) -> None:
        if item.text() == "":
            item.setText(_title(entry))
        item.setIcon(self._icon(*ICONS[entry.mark]))
        words = [str(entry.path), entry.note or entry.mark.value]
        item.setToolTip("\n".join(words))
        # A file that cannot be read says so in its row; the others are named by what they show.
        if entry.mark is Mark.FAILED:
            item.setText(f"{entry.path.name}\n{entry.note}")
        study = _study(entry) if entry.identity is not None else ""
        item.setData(f"{item.text()} {entry.path} {_who(entry)} {study}", SEARCHED)

    def _parent(self, entry: Entry) -> tuple[QStandardItem, list[QStandardItem]]:
        """Return the group that `entry` belongs to, and which groups had to be made for it."""
        new: list[QStandardItem] = []
        known = entry.identity is not None
        names = (_who(entry), _study(entry)) if known else (_who(entry),)
        parent = self.invisibleRootItem()
        for depth, name in enumerate(names):
            key = (*names[: depth + 1], "" if known else "folder")
            if key not in self._groups:
                icon = "folder" if not known else ("user", "calendar")[depth]
                group = QStandardItem(self._icon(icon, "muted"), name)
                group.setData(icon, ICON)
                group.setEditable(False)
                group.setSelectable(False)
                group.setToolTip(name if known else str(entry.path.parent))
                parent.appendRow(group)
                self._groups[key] = group
                new.append(group)
            parent = self._groups[key]
        return parent, new

    def _icon(self, name: str, token: str) -> QIcon:
        return QIcon(self._theme.pixmap(name, getattr(self._theme, token), 14, 2.0))


def _who(entry: Entry) -> str:
    if entry.identity is None:
        return entry.path.parent.name or str(entry.path.parent)
    identity = entry.identity
    return person(identity.patient_name) or identity.patient_id or "No patient name"


def _study(entry: Entry) -> str:
    identity = entry.identity
    words = (date(identity.study_date), identity.study_description) if identity is not None else ()
    return "  ".join(word for word in words if word) or "No study date"


def _title(entry: Entry) -> str:
    anatomy = entry.anatomy
    view = " ".join(part for part in (anatomy.view_position, anatomy.laterality) if part) if anatomy else ""
    return f"{view}  {entry.path.name}" if view else entry.path.name


class StudyPanel(QWidget):
    """The left side of the window: a search field over the tree.

    Signals:
        chosen: the user went to another row; carries its path and frame.
    """

    chosen = Signal(object, int)

    def __init__(self, state: AppState, theme: Theme) -> None:
        super().__init__(objectName="panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state = state
        self.search = QLineEdit(placeholderText="Search name, date or file", clearButtonEnabled=True)
        self.search.setAcceptDrops(False)  # dropped files are opened, not typed
        self.model = StudyModel(theme)
        self._filter = QSortFilterProxyModel(
            self, recursiveFilteringEnabled=True, filterRole=SEARCHED, autoAcceptChildRows=True
        )
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._filter.setSourceModel(self.model)
        self.tree = self._tree()
        self.hint = QLabel("No files opened", objectName="muted", alignment=Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self, spacing=6)
        column.setContentsMargins(8, 10, 0, 0)
        search_row = QVBoxLayout()
        search_row.setContentsMargins(0, 0, 8, 0)
        search_row.addWidget(self.search)
        column.addLayout(search_row)
        column.addWidget(self.hint)
        column.addWidget(self.tree, 1)
        self.search.textChanged.connect(self._search)
        self.tree.selectionModel().currentChanged.connect(self._go)
        self.model.group_added.connect(self._unfold)
        state.entries_added.connect(self._add)
        state.entries_cleared.connect(self._clear)
        state.entry_changed.connect(self.model.change)
        state.shown_changed.connect(self._follow)

    def _tree(self) -> QTreeView:
        tree = QTreeView(headerHidden=True, indentation=14, iconSize=QSize(14, 14))
        tree.setModel(self._filter)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        tree.setFrameShape(QTreeView.Shape.NoFrame)
        tree.setAccessibleName("Study list")
        return tree

    def set_theme(self, theme: Theme) -> None:
        """Draw in `theme`."""
        self.model.set_theme(theme, self._state.entries)

    def _add(self, entries: list[Entry]) -> None:
        self.model.add(entries)
        self.hint.setVisible(False)

    def _unfold(self, group: QStandardItem) -> None:
        if len(self._state.entries) <= MOST_UNFOLDED:
            self.tree.expand(self._filter.mapFromSource(group.index()))

    def _clear(self) -> None:
        self.model.empty()
        self.hint.setVisible(True)

    def _search(self, text: str) -> None:
        self._filter.setFilterFixedString(text)
        if text:
            self.tree.expandAll()
        self._follow(self._state.shown)

    def _go(self, current: QModelIndex, _previous: QModelIndex) -> None:
        key = current.data(KEY)
        if key is not None and key != (self._state.shown.path, self._state.shown.frame):
            self.chosen.emit(*key)

    def _follow(self, shown: Shown) -> None:
        """Mark the row of what is shown, without asking for it again."""
        if shown.path is None:
            return
        index = self._filter.mapFromSource(self.model.index_of(shown.path, shown.frame))
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)
