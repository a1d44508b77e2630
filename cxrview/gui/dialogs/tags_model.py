"""The rows of the tag window: the data elements of one file, or of two side by side."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, overload

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from cxrview.gui import theme as themes
from cxrview.gui.theme import filled, plain_tip
from cxrview.gui.widgets import fonts
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.imaging.dicom.tag_tree import Tag
    from cxrview.imaging.tags import TagPair

TAG, NAME, VR, VM, LEFT, RIGHT = range(6)
MAX_TIP = 600  # characters
Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class TagNode:
    """A row, its place among its siblings, and the rows under it, made when they are asked for."""

    __slots__ = ("_children", "pair", "parent", "place")

    def __init__(self, pair: "TagPair", parent: "TagNode | None", place: int) -> None:
        self.pair, self.parent, self.place = pair, parent, place
        self._children: list[TagNode] | None = None

    @property
    def children(self) -> "list[TagNode]":
        """The rows under this one."""
        if self._children is None:
            self._children = [TagNode(pair, self, place) for place, pair in enumerate(self.pair.children)]
        return self._children

    @property
    def places(self) -> tuple[int, ...]:
        """Where the row stands, from the top of the tree down."""
        return (*(self.parent.places if self.parent is not None else ()), self.place)

    @property
    def path(self) -> tuple[tuple[object, ...], ...]:
        """What finds the same row in another file."""
        above = self.parent.path if self.parent is not None else ()
        return (*above, self.pair.either.key)


class TagModel(QAbstractItemModel):
    """Pairs of elements as a tree. The right column is empty unless two files are compared."""

    def __init__(self) -> None:
        super().__init__()
        self.comparing = False
        self.pairs: tuple[TagPair, ...] = ()
        self._rows: list[TagNode] = []
        self._names = ["", ""]
        self._fixed = fonts.fixed()
        self._bold = QFont()
        self._bold.setWeight(QFont.Weight.DemiBold)

    def show(self, pairs: "tuple[TagPair, ...]", names: tuple[str, str] | None = None) -> None:
        """Show `pairs`; `names` are those of the two files that are compared, None for a single one."""
        fonts.ensure_for(_values(pairs))
        self.beginResetModel()
        self.pairs = pairs
        self._rows = [TagNode(pair, None, place) for place, pair in enumerate(pairs)]
        self.comparing = names is not None
        self._names = list(names or ("", ""))
        self.endResetModel()

    def node(self, index: Index) -> TagNode | None:
        """Return the row at `index`."""
        node = index.internalPointer() if index.isValid() else None
        return node if isinstance(node, TagNode) else None

    def find(self, path: tuple[tuple[object, ...], ...]) -> QModelIndex:
        """Return the row at `path`, or an invalid index."""
        rows, found = self._rows, None
        for key in path:
            found = next((node for node in rows if node.pair.either.key == key), None)
            if found is None:
                return ROOT
            rows = found.children
        return self.createIndex(found.place, 0, found) if found is not None else ROOT

    def columnCount(self, _parent: Index = ROOT) -> int:
        return RIGHT + 1

    def rowCount(self, parent: Index = ROOT) -> int:
        if parent.column() > 0:
            return 0
        node = self.node(parent)
        return len(self._rows if node is None else node.pair.children)

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        node = self.node(parent)
        rows = self._rows if node is None else node.children
        return self.createIndex(row, column, rows[row]) if 0 <= row < len(rows) else ROOT

    @overload
    def parent(self, /) -> QObject | None: ...

    @overload
    def parent(self, index: Index, /) -> QModelIndex: ...

    def parent(self, index: Index | None = None, /) -> QObject | QModelIndex | None:
        if index is None:  # the object that owns the model
            return super().parent()
        node = self.node(index)
        if node is None or node.parent is None:
            return ROOT
        return self.createIndex(node.parent.place, 0, node.parent)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> str | None:
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        left = self._names[0] if self.comparing else tr("Value")
        return (tr("Tag"), tr("Name"), tr("VR"), tr("VM"), left, self._names[1])[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        node = self.node(index)
        if node is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            text = cell(node.pair, index.column())
            side = node.pair.right if index.column() == RIGHT else node.pair.left
            return "–" if self.comparing and index.column() >= LEFT and side is None else text
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._tip(node.pair, index.column()))
        if role == Qt.ItemDataRole.ForegroundRole:
            colour = self._colour(node.pair, index.column())
            return QColor(colour) if colour else None
        if role == Qt.ItemDataRole.FontRole:
            if index.column() in (TAG, VR):
                return self._fixed
            return self._bold if self._differs(node.pair) and index.column() >= LEFT else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(node.pair, index.column(), self.comparing)
        return None

    def _differs(self, pair: "TagPair") -> bool:
        return self.comparing and pair.state.name != "SAME"

    def _colour(self, pair: "TagPair", column: int) -> str:
        side = pair.right if column == RIGHT else pair.left
        if column >= LEFT and side is not None and side.damaged:
            return themes.current().error
        if column >= LEFT and self._differs(pair):
            return themes.current().accent
        is_item = not pair.either.tag and bool(pair.children)
        if column in (TAG, VR, VM) or pair.either.private or is_item or (column >= LEFT and side is None):
            return themes.current().muted
        return ""

    def _tip(self, pair: "TagPair", column: int) -> str:
        tag = pair.either
        if column == NAME:
            words = [
                tag.keyword,
                tr("Private creator: {name}").format(name=tag.creator) if tag.creator else "",
            ]
            return "\n".join(word for word in words if word)
        side = pair.right if column == RIGHT else pair.left if column == LEFT else None
        return filled(side.copied[:MAX_TIP]) if side is not None else ""


def _values(pairs: Iterable["TagPair"]) -> Iterator[str]:
    for pair in pairs:
        yield from (side.value for side in (pair.left, pair.right) if side is not None)
        yield from _values(pair.children)


def cell(pair: "TagPair", column: int) -> str:
    """Return the text of one cell."""
    tag = pair.either
    if column == TAG:
        return tag.tag
    if column == NAME:
        return f"{tag.name} · {tag.creator}" if tag.creator else tag.name
    if column == VR:
        return tag.vr
    if column == VM:
        return str(tag.vm) if tag.vm and not tag.children else ""
    side = pair.left if column == LEFT else pair.right
    return side.value if side is not None else ""


def spoken(pair: "TagPair", column: int, comparing: bool) -> str:
    """Return a cell for a screen reader: what the eye sees by colour or by a gap is said in words."""
    text = cell(pair, column)
    if not comparing or column < LEFT:
        return text
    if (pair.left if column == LEFT else pair.right) is None:
        return tr("not in this file")
    return tr("{text}, different").format(text=text) if pair.state.name == "DIFFERENT" else text


def as_text(pair: "TagPair", comparing: bool, depth: int = 0) -> str:
    """Return a row as one line: tag, name, VR and whole values, separated by tabs."""
    tag = pair.either
    sides = (pair.left, pair.right) if comparing else (tag,)
    fields = ["  " * depth + tag.tag, cell(pair, NAME), tag.vr, *(_whole(side) for side in sides)]
    return "\t".join(fields).rstrip()


def whole_text(pairs: "tuple[TagPair, ...]", comparing: bool) -> str:
    """Return a tree as text, a line for each row, indented by its depth."""
    lines: list[str] = []
    stack = [(0, pair) for pair in reversed(pairs)]
    while stack:
        depth, pair = stack.pop()
        lines.append(as_text(pair, comparing, depth))
        stack.extend((depth + 1, child) for child in reversed(pair.children))
    return "\n".join(lines)


def _whole(tag: "Tag | None") -> str:
    return " ".join((tag.copied or tag.value).split()) if tag is not None else ""
