"""A Qt model over plain nodes: rows find their place by their key, and views are told what comes and goes."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, overload

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from cxrview.gui.studies.nodes import NONE_BELOW, NodeKind, SortKey, StudyNode

Index = QModelIndex | QPersistentModelIndex
LEAVES = (NodeKind.IMAGE, NodeKind.FRAME)  # an image gets rows below it when it has frames
MANY = 8  # rows that come at once
# Asked of every row that is unfolded, so they are put together once.
ROW = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
PLAIN_IMAGE = ROW | Qt.ItemFlag.ItemNeverHasChildren


class TreeModel(QAbstractItemModel):
    """Nodes by serial number, so that an index that has outlived its row finds nothing instead of anything.

    A node is visible if it stands in the `shown` rows of its parent; then its parent is visible too.

    Signals:
        group_shown: a row that others stand below has come into sight; carries its index.
    """

    group_shown = Signal(QModelIndex)

    def __init__(self) -> None:
        super().__init__()
        self._plant()

    def _plant(self) -> None:
        self._root = StudyNode(0, NodeKind.FOLDER, None, (), [], [], visible=True)
        self._number = 0
        self._nodes: dict[int, StudyNode] = {}
        self._quiet = False  # views are told afterwards, all at once
        self._come: list[StudyNode] = []  # groups that have come into sight meanwhile

    def node(self, index: Index) -> StudyNode | None:
        """Return the node at `index`, or None."""
        return self._nodes.get(index.internalId()) if index.isValid() else None

    # What Qt asks for

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's
        node = self._nodes.get(parent.internalId()) if parent.isValid() else self._root
        if node is not None and not column and 0 <= row < len(node.shown):
            return self.createIndex(row, 0, node.shown[row].number)
        return QModelIndex()

    @overload
    def parent(self) -> QObject | None: ...

    @overload
    def parent(self, index: Index, /) -> QModelIndex: ...

    def parent(self, index: Index | None = None) -> QModelIndex | QObject | None:
        if index is None:
            return super().parent()
        node = self._nodes.get(index.internalId()) if index.isValid() else None
        return QModelIndex() if node is None or node.parent is None else self._index(node.parent)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's
        node = self._nodes.get(parent.internalId()) if parent.isValid() else self._root
        return len(node.shown) if node is not None else 0

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008 - Qt's
        node = self._nodes.get(parent.internalId()) if parent.isValid() else self._root
        return node is not None and bool(node.shown)

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's
        return 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        node = self._nodes.get(index.internalId()) if index.isValid() else None
        if node is None:
            return Qt.ItemFlag.NoItemFlags
        return ROW if node.group is not None or node.shown else PLAIN_IMAGE

    # Coming, going and moving

    @contextmanager
    def _at_once(self, count: int) -> Iterator[None]:
        """Tell views of `count` changes or more in one go if they are many.

        For each row that comes, Qt asks anew for every row that is unfolded, which for some hundred of
        them takes a millisecond or two; so many rows are a new layout, in which the old ones are found.
        """
        if count < MANY:
            yield
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False
            after = [self._index_or_none(index.internalId()) for index in before]
            self.changePersistentIndexList(before, after)
            come, self._come = self._come, []
            for node in come:  # before the new layout, so that it is made with these unfolded
                self.group_shown.emit(self._index(node))
            self.layoutChanged.emit()

    def _begin(self, signal: Callable[..., None], parent: StudyNode, first: int, last: int) -> None:
        if not self._quiet:
            signal(self._index(parent), first, last)

    def _end(self, signal: Callable[[], None]) -> None:
        if not self._quiet:
            signal()

    def _index_or_none(self, number: int) -> QModelIndex:
        node = self._nodes.get(number)
        return self._index(node) if node is not None and self._in_sight(node) else QModelIndex()

    def _new(self, kind: NodeKind, parent: StudyNode, **values: Any) -> StudyNode:
        self._number += 1
        children, shown = (NONE_BELOW, NONE_BELOW) if kind in LEAVES else ([], [])
        node = StudyNode(self._number, kind, parent, (), children, shown, **values)
        self._nodes[node.number] = node
        return node

    def _show(self, node: StudyNode) -> None:
        """Let `node` be seen, and what stands above it; what stands below it comes with it."""
        parent = node.parent
        if parent is None or node.visible:
            return
        row = bisect_left(parent.shown, node.key, key=key_of)
        if not parent.visible:
            parent.shown.insert(row, node)
            node.visible = True
            self._show(parent)
            return
        self._begin(self.beginInsertRows, parent, row, row)
        parent.shown.insert(row, node)
        node.visible = True
        self._end(self.endInsertRows)
        self._tell_of_groups(node)

    def _tell_of_groups(self, node: StudyNode) -> None:
        if node.group is None:
            return
        if self._quiet:
            self._come.append(node)
        else:
            self.group_shown.emit(self._index(node))
        for child in node.shown:
            self._tell_of_groups(child)

    def _hide(self, node: StudyNode) -> None:
        """Take `node` out of sight, and what stands above it and has nothing else to show."""
        parent = node.parent
        while parent is not None and parent is not self._root and len(parent.shown) == 1:
            node, parent = parent, parent.parent
        if parent is None or not node.visible:
            return
        row = self._row(node)
        self._begin(self.beginRemoveRows, parent, row, row)
        del parent.shown[row]
        below: StudyNode | None = node
        while below is not None and below.kind is not NodeKind.FRAME:
            below.visible = False
            below = below.shown.pop() if below.group is not None and below.shown else None
        self._end(self.endRemoveRows)

    def _move_to(self, node: StudyNode, target: StudyNode) -> None:
        """Put `node`, with its key, into another parent; `target` is visible if `node` is."""
        old = node.parent
        if old is None or not node.visible:
            node.parent = target
            return
        row, place = self._row(node), bisect_left(target.shown, node.key, key=key_of)
        if not self._quiet:
            self.beginMoveRows(self._index(old), row, row, self._index(target), place)
        del old.shown[row]
        target.shown.insert(place, node)
        node.parent = target
        self._end(self.endMoveRows)

    def _set_key(self, node: StudyNode, key: SortKey) -> None:
        """Move `node` to where `key` puts it among its siblings."""
        parent = node.parent
        if parent is None or key == node.key:
            return
        parent.children.remove(node)
        if node.visible:
            # Qt counts the new place with the row still where it was.
            row, place = self._row(node), bisect_left(parent.shown, key, key=key_of)
            moved = place not in (row, row + 1) and not self._quiet
            if moved:
                index = self._index(parent)
                self.beginMoveRows(index, row, row, index, place)
            del parent.shown[row]
            node.key = key
            insert(parent.shown, node)
            if moved:
                self.endMoveRows()
        node.key = key
        insert(parent.children, node)

    def _tell(self, node: StudyNode) -> None:
        """The texts of `node` have changed."""
        if not self._quiet and self._in_sight(node):
            index = self._index(node)
            self.dataChanged.emit(index, index)

    # Where a row is

    def _index(self, node: StudyNode) -> QModelIndex:
        return QModelIndex() if node is self._root else self.createIndex(self._row(node), 0, node.number)

    def _row(self, node: StudyNode) -> int:
        parent = node.parent
        return bisect_left(parent.shown, node.key, key=key_of) if parent is not None else 0

    def _in_sight(self, node: StudyNode) -> bool:
        """Whether views know of `node`: a frame always stands in its file's rows, wherever that is."""
        return node.visible and (node.kind is not NodeKind.FRAME or bool(node.parent and node.parent.visible))

    def _above(self, node: StudyNode) -> Iterator[StudyNode]:
        """Yield what stands above `node`, nearest first."""
        parent = node.parent
        while parent is not None and parent is not self._root:
            yield parent
            parent = parent.parent


def key_of(node: StudyNode) -> SortKey:
    """Return what `node` is sorted by."""
    return node.key


def insert(rows: list[StudyNode], node: StudyNode) -> None:
    """Insert `node` into sorted `rows`."""
    rows.insert(bisect_left(rows, node.key, key=key_of), node)


def images(node: StudyNode, everything: bool = False) -> Iterator[StudyNode]:
    """Yield the images in sight at and below `node`, or also the others, in their order."""
    if node.kind is NodeKind.FRAME and node.parent is not None:
        node = node.parent
    if node.kind is NodeKind.IMAGE:
        yield node
        return
    for child in node.children if everything else node.shown:
        yield from images(child, everything)
