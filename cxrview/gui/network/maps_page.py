"""What each filter of a layer gives for the film in view, as a grid, and one of them over the film."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from cxrview.engines.keras_gradients import unpack
from cxrview.explain.network.over import laid_over
from cxrview.explain.style import HeatStyle
from cxrview.gui.network.tiles import TileList
from cxrview.gui.viewer.drawn import to_image
from cxrview.i18n import significant, tr, trn

if TYPE_CHECKING:
    from cxrview.explain.explanation import Field
    from cxrview.gui.network.film import GivenFilm

STRONGEST, AS_THEY_LIE = "strongest", "number"
NONE = np.zeros((0, 1, 1), np.uint8)


class MapsPage(QWidget):
    """Follows the layer and the film; it is told both."""

    def __init__(self) -> None:
        super().__init__()
        self.sentence = QLabel(objectName="muted", wordWrap=True)
        self.order = QComboBox(accessibleName=tr("Order of the maps"))
        self.order.addItem(tr("Strongest first"), STRONGEST)
        self.order.addItem(tr("As they lie"), AS_THEY_LIE)
        self.grid = TileList(tr("Maps of the layer"))
        self.film = FilmPicture()
        self.caption = QLabel(objectName="muted", wordWrap=True)
        self._maps, self._low, self._high = NONE, np.zeros(0), np.zeros(0)
        self._strengths = np.zeros(0, np.float32)
        self._rows: NDArray[np.intp] = np.zeros(0, np.intp)  # the map in each row of the grid
        self._film: GivenFilm | None = None
        self._field: Field = (0.0, 0.0, 1.0, 1.0)
        self._style = HeatStyle()
        self._lay_out()
        self.order.currentIndexChanged.connect(self._arrange)
        self.grid.chosen.connect(self._lay_over)

    def _lay_out(self) -> None:
        right = QWidget()
        beside = QVBoxLayout(right, spacing=6)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.film, 1)
        beside.addWidget(self.caption)
        split = QSplitter(childrenCollapsible=False)
        split.addWidget(self.grid)
        split.addWidget(right)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([420, 330])
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(0, 12, 0, 0)
        column.addWidget(self.sentence)
        column.addWidget(self.order, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(split, 1)

    @property
    def chosen(self) -> int | None:
        """The number, from 0, of the map that lies over the film."""
        row = self.grid.currentIndex().row()
        return int(self._rows[row]) if 0 <= row < len(self._rows) else None

    def use_style(self, style: HeatStyle) -> None:
        """Draw what lies over the film in another style."""
        if style != self._style:
            self._style = style
            self._lay_over()

    def show_film(self, film: "GivenFilm | None", field: "Field") -> None:
        """Show another film, or none; the maps of the one before go."""
        self._film, self._field = film, field
        self.clear("")

    def clear(self, why: str) -> None:
        """Show no maps, and say `why`."""
        self._maps, self._strengths = NONE, np.zeros(0, np.float32)
        self._arrange()
        self.order.setEnabled(False)
        self.sentence.setText(why)

    def show_maps(self, answer: Mapping[str, Any]) -> None:
        """Show what a layer gives: the answer to “look”."""
        if "values" in answer:
            count = len(answer["values"])
            words = trn(
                "This layer gives {count} number for a film, and no map.",
                "This layer gives {count} numbers for a film, and no maps.",
                count,
            )
            self.clear(words.format(count=count))
            return
        self._maps = unpack(answer["maps"], np.uint8)
        self._low, self._high = np.array(answer["low"]), np.array(answer["high"])
        self._strengths = np.array(answer["strengths"], np.float32)
        self.order.setEnabled(True)
        count = len(self._maps)
        words = trn(
            "The {count} map, of {rows} × {columns} places, that the layer gives for the film in view: "
            "bright is much, the number below is the mean, and a click lays it over the film.",
            "The {count} maps, of {rows} × {columns} places, that the layer gives for the film in view, each "
            "on a scale of its own: bright is much, the number below is the mean, and a click lays one over "
            "the film.",
            count,
        )
        rows, columns = self._maps.shape[1:]
        self.sentence.setText(words.format(count=count, rows=rows, columns=columns))
        self._arrange()

    def _arrange(self, *_news: object) -> None:
        """Put the maps in order."""
        chosen = self.chosen
        count = len(self._maps)
        by_strength = self.order.currentData() == STRONGEST
        self._rows = np.argsort(-self._strengths, kind="stable") if by_strength else np.arange(count)
        means = [significant(float(self._strengths[row]), 2) for row in self._rows]
        name = tr("Map {number}, mean {mean}")
        self.grid.show_pictures(
            self._maps[self._rows],
            [f"{row + 1}  ·  {mean}" for row, mean in zip(self._rows, means, strict=True)],
            [name.format(number=row + 1, mean=mean) for row, mean in zip(self._rows, means, strict=True)],
        )
        if chosen is not None and chosen < count:
            self.grid.choose(int(np.flatnonzero(self._rows == chosen)[0]))
        else:
            self._lay_over()

    def _lay_over(self, *_news: object) -> None:
        film, number = self._film, self.chosen
        if film is None:
            self.film.show_pixels(None)
            self.caption.clear()
        elif number is None:
            self.film.show_pixels(film.picture)
            self.caption.clear()
        else:
            low, high = float(self._low[number]), float(self._high[number])
            values = low + self._maps[number].astype(np.float32) / 255 * (high - low)
            self.film.show_pixels(laid_over(film.picture, values, film.letterbox, self._field, self._style))
            words = tr("Map {number} over the film, where it is above 0: from {low} to {high}.")
            ends = {"low": significant(low, 2), "high": significant(high, 2)}
            self.caption.setText(words.format(number=number + 1, **ends))
        self.film.setAccessibleDescription(self.caption.text())


class FilmPicture(QWidget):
    """A picture on black, as large as fits."""

    def __init__(self) -> None:
        super().__init__(accessibleName=tr("The film in view"))
        self.image = QImage()
        self._pixels: NDArray[np.uint8] | None = None  # whose memory the image shares
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 200)

    def sizeHint(self) -> QSize:
        return QSize(330, 400)

    def show_pixels(self, pixels: NDArray[np.uint8] | None) -> None:
        """Show `pixels`, (h, w) or (h, w, 3) uint8, or nothing."""
        self._pixels = None if pixels is None else np.ascontiguousarray(pixels)
        self.image = QImage() if self._pixels is None else to_image(self._pixels)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        if not self.image.isNull():
            size = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(QRectF(self.rect()).center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self.image)
        painter.end()
