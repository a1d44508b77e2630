"""The filters of the first layer, which are small pictures of what they look for."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cxrview.gui.network.tiles import TileList
from cxrview.i18n import tr, trn


class FiltersPage(QWidget):
    """Follows the network alone."""

    def __init__(self) -> None:
        super().__init__()
        self.sentence = QLabel(objectName="muted", wordWrap=True)
        self.grid = TileList(tr("Filters of the first layer"))
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(0, 12, 0, 0)
        column.addWidget(self.sentence)
        column.addWidget(self.grid, 1)

    def show_filters(self, layer: str, filters: NDArray[np.float32]) -> None:
        """Show the `filters`, (F, h, w), of `layer`, which is "" where the network has none."""
        if not layer:
            self.sentence.setText(tr("This network has no layer with filters that are pictures."))
            self.grid.show_pictures(np.zeros((0, 1, 1), np.uint8))
            return
        words = trn(
            "The {count} filter of the layer {layer}, of {rows} × {columns} weights: bright ones add, dark "
            "ones take away, and middle grey is 0.",
            "The {count} filters of the layer {layer}, of {rows} × {columns} weights, each on a scale of its "
            "own: bright ones add, dark ones take away, and middle grey is 0.",
            len(filters),
        )
        rows, columns = filters.shape[1:]
        self.sentence.setText(words.format(count=len(filters), layer=layer, rows=rows, columns=columns))
        largest = np.abs(filters).max(axis=(1, 2), keepdims=True)
        shares = filters / np.where(largest > 0, largest, 1)
        numbers = [str(number) for number in range(1, len(filters) + 1)]
        name = tr("Filter {number}")
        self.grid.show_pictures(
            np.rint(127.5 + 127.5 * shares).astype(np.uint8),
            numbers,
            [name.format(number=number) for number in numbers],
        )
