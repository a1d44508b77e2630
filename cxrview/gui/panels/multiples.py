"""Small multiples: the picture once for every class, each with that class's heatmap."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QSizePolicy, QWidget

from cxrview.explain.style import HeatStyle
from cxrview.gui.panels.class_tile import ClassTile
from cxrview.gui.state import AppState
from cxrview.gui.widgets.settle import settle
from cxrview.i18n import percent, tr

if TYPE_CHECKING:
    from cxrview.inference.prediction import Prediction

MOST = 12  # tiles; of models with more classes the most probable ones are shown
GAP = 6


class Multiples(QWidget):
    """A row, or rows, of tiles. The chosen class is the one on the canvas; a click chooses another.

    `least` is the width in logical pixels below which a tile moves to the next row.
    """

    def __init__(self, state: AppState, least: int = 68) -> None:
        super().__init__()
        self._state, self._least = state, least
        self.tiles: dict[str, ClassTile] = {}
        self._group = QButtonGroup(self)
        self._made_for: Prediction | None = None
        self._grid = QGridLayout(self, spacing=GAP)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Heatmaps of all classes"))
        self._soon = QTimer(self, singleShot=True, interval=0, timeout=self._show)
        for signal in (
            state.reading_changed,
            state.heat_changed,
            state.voi_changed,
            state.inverted_changed,
            state.orientation_changed,
            state.filters_changed,
            state.settings_changed,
            state.heat_class_changed,
            state.heat_asked_changed,
            state.model_changed,
        ):
            signal.connect(self._start)
        state.hiding_changed.connect(self._show)
        self._show()

    def _start(self, *_news: object) -> None:
        self._soon.start()

    def _show(self) -> None:
        """Bring the tiles in step with the active viewport; work that nobody sees is put off."""
        prediction = self._state.reading.prediction
        self.setVisible(prediction is not None)
        if self._state.hides_here:
            self._drop()
        if prediction is None or not self.isVisible():
            return
        if prediction is not self._made_for:
            self._make(prediction)
            self._made_for = prediction
        self._arrange()  # another image, or another turn, has another shape
        style, view = HeatStyle.of(self._state.settings), self._state.active
        withheld = self._state.withholds_heat(view)
        for name, tile in self.tiles.items():
            tile.setChecked(name == view.heat_class)
            tile.show_class(view, style, withheld)
        settle(self)

    def _drop(self) -> None:
        for tile in self.tiles.values():
            self._group.removeButton(tile)
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.tiles = {}
        self._made_for = None

    def _make(self, prediction: "Prediction") -> None:
        self._drop()
        values = prediction.probabilities.tolist()
        likely = sorted(range(len(values)), key=lambda index: -values[index])[:MOST]
        for index in sorted(likely):
            name = prediction.class_names[index]
            tile = ClassTile(name, self._state.model.label(name), percent(values[index]), index)
            tile.clicked.connect(lambda _on, name=name: self._state.choose_class(name))
            self._group.addButton(tile)
            self.tiles[name] = tile

    def _arrange(self) -> None:
        """Lay the tiles in rows of equal tiles, as high as their pictures need."""
        if not self.tiles:
            return
        room = max(1, (self.width() + GAP) // (self._least + GAP))
        rows = -(-len(self.tiles) // room)
        columns = -(-len(self.tiles) // rows)
        wide = (self.width() - GAP * (columns - 1)) // columns
        for number, tile in enumerate(self.tiles.values()):
            self._grid.addWidget(tile, number // columns, number % columns)
            tile.setFixedHeight(tile.height_for(wide, self._shape()))
            tile.show()  # the layout would do so in the next round of events, and count it only then

    def _shape(self) -> tuple[float, float]:
        """Return width and height of the picture as it is turned, in image columns."""
        radiograph = self._state.shown.radiograph
        if radiograph is None:
            return 1.0, 1.0
        rows, columns = radiograph.shape
        size = (float(columns), rows * radiograph.pixel_aspect)
        return size if self._state.active.orientation.quarters % 2 == 0 else (size[1], size[0])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()
        self._start()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._least, super().minimumSizeHint().height())
