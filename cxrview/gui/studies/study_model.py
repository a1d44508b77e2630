"""The study list as a tree model: patients, their studies, the images in them, and how far each has come.

Lean on purpose: plain nodes, texts made when they are painted, and one model that filters and sorts itself.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, Qt

from cxrview.gui.state import Entry
from cxrview.gui.studies import nodes, row_texts
from cxrview.gui.studies.nodes import Group, Namesakes, NodeKind, StudyNode
from cxrview.gui.studies.sorting import SortOrder, sort_key
from cxrview.gui.studies.tree_model import MANY, Index, TreeModel, images, insert, key_of
from cxrview.gui.viewer import drag

KEY = Qt.ItemDataRole.UserRole + 1  # (path, frame) of a row that can be shown
NODE = Qt.ItemDataRole.UserRole + 2
FINDING = Qt.ItemDataRole.UserRole + 3  # of a row that the model has read
PLACES = (NodeKind.STUDY, NodeKind.FOLDER, NodeKind.ARCHIVE)  # what one goes through study by study
Keep = Callable[[Entry], bool]


class StudyModel(TreeModel):
    """The entries as a tree. A row stays where it was put, whatever is learned about it later.

    A series has a row of its own only where its study holds other series too and it holds more than one
    image: in radiography nearly every series is a single film, and a level that says the same as the one
    row below it only makes the way longer.
    """

    def __init__(self) -> None:
        super().__init__()
        self._order = SortOrder.NAME
        self._keep: Keep | None = None
        self.nameless = False  # who the patients are stays hidden

    def _plant(self) -> None:
        super()._plant()
        self._images: dict[Path, StudyNode] = {}
        self._groups: dict[tuple[str, ...], StudyNode] = {}
        self._namesakes: dict[tuple[str, ...], Namesakes] = {}  # by the parent's key and the name
        self._series: dict[tuple[str, ...], Counter[str]] = {}  # images of each series, by study

    @property
    def order(self) -> SortOrder:
        """What the rows are sorted by."""
        return self._order

    @property
    def total(self) -> int:
        """The number of files."""
        return len(self._images)

    @property
    def in_sight(self) -> int:
        """The number of files that the filter lets through."""
        return self._root.images

    def add(self, entries: Iterable[Entry]) -> None:
        """Insert rows for `entries`, each at its place; those that are here already are passed over."""
        new = [entry for entry in entries if entry.path not in self._images]
        touched: dict[int, StudyNode] = {}
        with self._at_once(len(new)):
            for entry in new:
                for node in self._above(self._add(entry)):
                    touched[node.number] = node
        if len(new) < MANY:
            for node in touched.values():  # their counts have changed
                self._tell(node)

    def change(self, entry: Entry) -> None:
        """Show the new state of `entry`. What is in sight stays there until the filter is set anew."""
        node = self._images.get(entry.path)
        if node is None:
            return
        node.entry = entry
        node.searched = ""
        self._set_frames(node, entry.frames if entry.frames > 1 else 0)
        if not node.kept and self._keeps(node):
            self._set_kept(node, True)
            self._show(node)
            for above in self._above(node):
                self._tell(above)
        self._tell(node)
        for frame in node.shown:
            self._tell(frame)

    def remove(self, paths: Iterable[Path]) -> None:
        """Take the rows of `paths` out, and the groups that are empty then."""
        gone = [node for path in paths if (node := self._images.pop(path, None)) is not None]
        with self._at_once(len(gone)):
            for node in gone:
                if node.kept:
                    self._set_kept(node, False)
                    self._hide(node)
                above = list(self._above(node))
                self._forget(node)
                for group in above:
                    self._tell(group)

    def empty(self) -> None:
        """Remove every row; the filter stays."""
        self.beginResetModel()
        self._plant()
        self.endResetModel()

    def set_filter(self, keep: Keep | None, text: str = "") -> None:
        """Let through the entries that `keep` (None: all) wants and that hold every word of `text`."""
        parts = nodes.folded(text).split()
        if keep is None and not parts and self._keep is None:
            return

        def wanted(entry: Entry) -> bool:
            found = self._searched(self._images[entry.path])
            return all(part in found for part in parts) and (keep is None or keep(entry))

        self.beginResetModel()
        self._keep = wanted if keep is not None or parts else None
        self._sift()
        self.endResetModel()

    def sort_by(self, order: SortOrder) -> None:
        """Put all rows into another order."""
        if order is self._order:
            return
        self.beginResetModel()
        self._order = order
        for node in self._nodes.values():
            node.key = sort_key(node, order)
        for node in (self._root, *self._groups.values()):
            node.children.sort(key=key_of)
            node.shown.sort(key=key_of)
        self.endResetModel()

    def index_of(self, path: Path, frame: int = 0) -> QModelIndex:
        """Return the index of a row, or an invalid one where it is not in sight."""
        node = self._images.get(path)
        if node is not None and 0 < frame < len(node.shown):
            node = node.shown[frame]
        return self._index(node) if node is not None and self._in_sight(node) else QModelIndex()

    def index_of_number(self, number: int) -> QModelIndex:
        """Return the index of the node with a serial number, or an invalid one."""
        return self._index_or_none(number)

    def study_of(self, index: Index) -> QModelIndex:
        """Return the index of the study or folder that a row is in, or an invalid one."""
        node = self.node(index)
        while node is not None and node.kind not in PLACES:
            node = node.parent
        return self._index(node) if node is not None else QModelIndex()

    def entries(self, index: Index, everything: bool = False) -> list[Entry]:
        """Return the entries in sight at and below `index`, or also the others, in the order of the list."""
        node = self.node(index) if index.isValid() else self._root
        found = images(node, everything) if node is not None else ()
        return [image.entry for image in found if image.entry is not None]

    def films(self) -> list[StudyNode]:
        """Return the rows of all images in sight, in the order of the list."""
        return list(images(self._root))

    def film(self, path: Path) -> StudyNode | None:
        """Return the row of an image, in sight or not; None where there is none."""
        return self._images.get(path)

    def same_patient(self, path: Path) -> list[Entry]:
        """Return every entry of the patient that `path` is of, itself too; [] if nobody is named."""
        node = self._images.get(path)
        above = self._above(node) if node is not None else ()
        patient = next((group for group in above if group.kind is NodeKind.PATIENT), None)
        if patient is None or patient.group is None or patient.group.key[1] == "\\":
            return []
        return [image.entry for image in images(patient, True) if image.entry is not None]

    # What Qt asks for

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self._nodes.get(index.internalId()) if index.isValid() else None
        return self.told(node, role) if node is not None else None

    def told(self, node: StudyNode, role: int) -> Any:
        """Return what `node` says in `role`, with names or without."""
        if self.nameless and role in TEXT_ROLES:
            return row_texts.nameless(node)
        reader = READERS.get(role)
        return reader(node) if reader is not None else None

    def mimeTypes(self) -> list[str]:
        return [drag.MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return what a viewport takes: the first image among the rows, or else the first below them."""
        rows = [node for index in indexes if (node := self.node(index)) is not None]
        below = (image for node in rows for image in images(node))
        keys = (key for node in chain(rows, below) if (key := _row_key(node)) is not None)
        key = next(keys, None)
        return drag.packed(*key) if key is not None else QMimeData()

    # Adding and removing

    def _add(self, entry: Entry) -> StudyNode:
        parent = self._root
        moment = nodes.moment(entry)
        for key in nodes.above(entry):
            node = self._groups.get(key)
            parent = node or self._new_group(nodes.group(entry, key), parent, moment)
            if moment > parent.newest:
                parent.newest = moment
                self._set_key(parent, sort_key(parent, self._order))
        if parent.kind is NodeKind.STUDY:
            parent = self._place_in_study(parent, entry)
        node = self._new(NodeKind.IMAGE, parent, entry=entry)
        node.key = sort_key(node, self._order)
        node.searched = nodes.searched(entry)  # now, so that the first key typed does not wait for it
        self._images[entry.path] = node
        insert(parent.children, node)
        self._set_frames(node, entry.frames if entry.frames > 1 else 0)
        if self._keeps(node):
            self._set_kept(node, True)
            self._show(node)
        return node

    def _new_group(self, group: Group, parent: StudyNode, moment: int) -> StudyNode:
        """Return a new node for `group`; it is shown when it has an image."""
        node = self._new(group.kind, parent, group=group, text=group.name, newest=moment)
        node.key = sort_key(node, self._order)
        self._groups[group.key] = node
        insert(parent.children, node)
        self._tell_apart(node)
        return node

    def _place_in_study(self, study: StudyNode, entry: Entry) -> StudyNode:
        """Return where in `study` a new image stands: in it, or in the row of its series."""
        assert study.group is not None
        identity = entry.identity
        uid = identity.series_uid if identity is not None else ""
        counts = self._series.setdefault(study.group.key, Counter())
        counts[uid] += 1
        if len(counts) == 1:
            return study
        changed = tuple(counts) if len(counts) == 2 else (uid,)
        for other in changed:
            if counts[other] > 1 and (*study.group.key, other) not in self._groups:
                self._raise_series(study, study.group, other, entry)
        return self._groups.get((*study.group.key, uid), study)

    def _raise_series(self, study: StudyNode, above: Group, uid: str, entry: Entry) -> None:
        """Give the images of series `uid`, which stood in `study` itself, a row of their own above them."""
        alike = [
            child for child in study.children if child.kind is NodeKind.IMAGE and _series_uid(child) == uid
        ]
        known = alike[0].entry if alike and alike[0].entry is not None else entry
        group = nodes.series(known, above)
        series = self._new_group(group, study, study.newest)
        if any(image.visible for image in alike):
            self._show(series)
        for image in alike:
            study.children.remove(image)
            insert(series.children, image)
            series.images += image.kept
            self._move_to(image, series)

    def _forget(self, node: StudyNode) -> None:
        """Let go of an image, which is out of sight, and of the groups that are empty without it."""
        for gone in (node, *node.children):
            self._nodes.pop(gone.number, None)
        for group in self._above(node):
            if group.kind is NodeKind.STUDY and group.group is not None:
                self._series[group.group.key] -= Counter({_series_uid(node): 1})
        below = node
        for above in (*self._above(node), self._root):
            above.children.remove(below)
            if above.children or above.group is None:
                return
            key = above.group.key
            self._nodes.pop(above.number, None)
            self._groups.pop(key, None)
            self._series.pop(key, None)
            self._namesakes[*key[:-1], above.group.name].remove(above)
            below = above

    def _set_frames(self, node: StudyNode, count: int) -> None:
        """Give an image a row a frame; it was read for the first time, or has changed on the disk."""
        here = len(node.shown)
        if here == count:
            return
        announced = node.visible and not self._quiet
        if here > count:
            if announced:
                self.beginRemoveRows(self._index(node), count, here - 1)
            for frame in node.shown[count:]:
                self._nodes.pop(frame.number, None)
            node.shown = node.shown[:count]
            if announced:
                self.endRemoveRows()
        else:
            if announced:
                self.beginInsertRows(self._index(node), here, count - 1)
            added = [self._new(NodeKind.FRAME, node, visible=True) for _ in range(here, count)]
            for number, frame in enumerate(added, here):
                frame.key = (number,)
            node.shown = [*node.shown, *added]
            if announced:
                self.endInsertRows()
        node.children = node.shown

    # Filtering

    def _searched(self, node: StudyNode) -> str:
        if not node.searched and node.entry is not None:
            node.searched = nodes.searched(node.entry)
        return node.searched

    def _keeps(self, node: StudyNode) -> bool:
        return node.entry is not None and (self._keep is None or self._keep(node.entry))

    def _set_kept(self, node: StudyNode, kept: bool) -> None:
        node.kept = kept
        for above in (*self._above(node), self._root):
            above.images += 1 if kept else -1

    def _sift(self) -> None:
        """Work out anew what is seen."""
        for node in (self._root, *self._groups.values()):
            node.images = 0
            node.shown = []
            node.visible = node is self._root
        for image in self._images.values():
            image.visible = image.kept = False
            if self._keeps(image):
                self._set_kept(image, True)
                node = image
                while node.parent is not None and not node.visible:
                    node.visible = True
                    node.parent.shown.append(node)
                    node = node.parent
        for node in (self._root, *self._groups.values()):
            node.shown.sort(key=key_of)

    def _tell_apart(self, new: StudyNode) -> None:
        """Add the shortest detail that differs to the names of all groups called the same."""
        group = new.group
        assert group is not None
        same = self._namesakes.setdefault((*group.key[:-1], group.name), Namesakes())
        for node in same.add(new):
            self._tell(node)


def _series_uid(image: StudyNode) -> str:
    identity = image.entry.identity if image.entry is not None else None
    return identity.series_uid if identity is not None else ""


def _row_key(node: StudyNode) -> tuple[Path, int] | None:
    path = node.path
    return (path, node.frame) if path is not None else None


TEXT_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
)
READERS: dict[int, Callable[[StudyNode], Any]] = {
    Qt.ItemDataRole.DisplayRole: row_texts.title,
    Qt.ItemDataRole.ToolTipRole: row_texts.tool_tip,
    Qt.ItemDataRole.AccessibleTextRole: row_texts.spoken,
    KEY: _row_key,
    NODE: lambda node: node,
    FINDING: row_texts.finding,
}
