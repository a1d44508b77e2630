"""Small pictures in a grid that can be walked with the keys: of maps, and of filters."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cxrview.gui import theme as themes
from cxrview.gui.viewer.drawn import to_image

SIDE = 84  # of a picture, logical pixels
GAP = 4
Index = QModelIndex | QPersistentModelIndex


class TileModel(QAbstractListModel):
    """Pictures, (n, h, w) uint8, with a `caption` below each and a `name` that a screen reader says."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.pictures = np.zeros((0, 1, 1), np.uint8)
        self._captions: tuple[str, ...] = ()
        self._names: tuple[str, ...] = ()

    def show(self, pictures: NDArray[np.uint8], captions: Sequence[str], names: Sequence[str]) -> None:
        """Show other pictures."""
        self.beginResetModel()
        self.pictures = np.ascontiguousarray(pictures)
        self._captions, self._names = tuple(captions), tuple(names)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.pictures)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._captions[index.row()]
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._names[index.row()]
        return None

    def image(self, row: int) -> QImage:
        """Return the picture in a row, which lives as long as the model shows it."""
        return to_image(self.pictures[row])


class Tile(QStyledItemDelegate):
    """Draws a picture and the caption below."""

    def __init__(self, tiles: "TileList") -> None:
        super().__init__(tiles)
        self._tiles = tiles

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(SIDE + 2 * GAP, SIDE + 2 * GAP + option.fontMetrics.height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, area = themes.current(), option.rect
        place = QRect(area.left() + GAP, area.top() + GAP, SIDE, SIDE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(area, QColor(theme.selection))
        image = self._tiles.tiles.image(index.row())
        # Enlarged pixels are shown as they are; of reduced ones none is left out.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > SIDE)
        painter.drawImage(place, image)
        painter.setPen(QColor(theme.on_selection if selected else theme.muted))
        below = QRect(area.left(), place.bottom() + 1, area.width(), option.fontMetrics.height() + 1)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, str(index.data()))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRect(area.adjusted(1, 1, -2, -2))
        painter.restore()


class TileList(QListView):
    """The grid.

    Signals:
        chosen: carries the row that the user has chosen, -1 for none.
    """

    chosen = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__(accessibleName=name)
        self.tiles = TileModel(self)
        self.setModel(self.tiles)
        self.setItemDelegate(Tile(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.selectionModel().currentChanged.connect(lambda index, _before: self.chosen.emit(index.row()))

    def show_pictures(
        self, pictures: NDArray[np.uint8], captions: Sequence[str] = (), names: Sequence[str] = ()
    ) -> None:
        """Show other pictures, none of them chosen."""
        self.tiles.show(pictures, captions, names)
        self.scrollToTop()

    def choose(self, row: int) -> None:
        """Choose a picture, as the user does."""
        self.setCurrentIndex(self.tiles.index(row))
