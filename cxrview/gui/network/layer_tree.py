"""The layers of a network as a stack: stages, in them blocks, in them layers."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from cxrview.engines.keras_network import NetworkLayer
from cxrview.explain.network.stack import NetworkBlock, NetworkStage
from cxrview.gui.batch.texts import grouped
from cxrview.i18n import tr, trn

NAME = Qt.ItemDataRole.UserRole
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def sides(shape: Sequence[int]) -> str:
    """Return what a layer gives, or a side of it, as the user reads it."""
    return " × ".join(str(side) for side in shape)


class LayerTree(QTreeWidget):
    """The stack; the blocks of the last stages are open first.

    Signals:
        chosen: carries the name of the layer that the user has chosen.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(accessibleName=tr("Layers of the network"), columnCount=3)
        self.setHeaderLabels([tr("Layer"), tr("Gives"), tr("Learnt numbers")])
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            self.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.headerItem().setTextAlignment(2, RIGHT)
        self.setUniformRowHeights(True)
        self._items: dict[str, QTreeWidgetItem] = {}
        self.currentItemChanged.connect(self._tell)

    def show_stages(self, stages: Sequence[NetworkStage]) -> None:
        """Show another network, with nothing chosen."""
        self.clear()
        self._items = {}
        for stage in stages:
            title = tr("Numbers") if stage.side is None else sides(stage.side)
            count = len(stage.layers)
            layers = trn("{count} layer", "{count} layers", count).format(count=count)
            above = QTreeWidgetItem([title, layers, _learnt(stage.parameters)])
            above.setTextAlignment(2, RIGHT)
            above.setFlags(above.flags() & ~Qt.ItemFlag.ItemIsSelectable)
            self.addTopLevelItem(above)
            for block in stage.blocks:
                self._add_block(above, block)
            above.setExpanded(True)

    def choose(self, name: str) -> None:
        """Choose a layer, as the user does."""
        if (item := self._items.get(name)) is not None:
            self.setCurrentItem(item)
            self.scrollToItem(item)

    def _add_block(self, above: QTreeWidgetItem, block: NetworkBlock) -> None:
        if len(block.layers) == 1:
            self._add_layer(above, block.layers[0], "")
            return
        shown = block.layers[-1].shape
        item = QTreeWidgetItem([block.name, sides(shown), _learnt(block.parameters)])
        item.setTextAlignment(2, RIGHT)
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsSelectable)
        above.addChild(item)
        for layer in block.layers:
            self._add_layer(item, layer, f"{block.name}_")

    def _add_layer(self, above: QTreeWidgetItem, layer: NetworkLayer, known: str) -> None:
        """Add a layer, whose name need not repeat the part that is `known`."""
        item = QTreeWidgetItem(
            [layer.name.removeprefix(known), sides(layer.shape), _learnt(layer.parameters)]
        )
        item.setTextAlignment(2, RIGHT)
        item.setToolTip(0, f"{layer.name}\n{layer.kind}")
        item.setData(0, NAME, layer.name)
        above.addChild(item)
        self._items[layer.name] = item

    def _tell(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if item is not None and (name := item.data(0, NAME)):
            self.chosen.emit(name)


def _learnt(count: int) -> str:
    return grouped(count) if count else ""
