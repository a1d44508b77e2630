"""Lay films out to be looked at: each with its boxes, and the map of every class beside it.

    python packaging/contact_sheet.py MODEL TABLE… OUT.png --boxes

MODEL is a folder or a name, a TABLE is one of `cxrview train`. Of the 24 films as many are of each table, and
within it of each class, chosen at random by `--seed`, one of a patient. They are read and drawn as the window
does it. Pages are written to OUT-1.png, OUT-2.png and so on. Without `--boxes` nothing tells where readers
saw the disease, so that one can make up one's own mind first; with it, a cross is where the map of the film's
own class is strongest. The pages show films: they are for looking, and stay where the films may be.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from itertools import accumulate, zip_longest
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen
from PySide6.QtWidgets import QApplication

from cxrview.bundle import Card
from cxrview.datasets.boxes import Box4
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import Item, find_items
from cxrview.evaluation.localization.films import boxes_of, own_class
from cxrview.evaluation.localization.measures import measure_film
from cxrview.explain.explanation import gradcam
from cxrview.explain.grid import cell_edges, strongest
from cxrview.explain.overlay import has_own_scale
from cxrview.explain.paint import is_empty
from cxrview.explain.style import HeatStyle
from cxrview.gui.viewer import heat_scale
from cxrview.gui.viewer.drawn import to_image
from cxrview.gui.viewer.heat_picture import HeatPicture
from cxrview.gui.viewer.view_transform import ViewTransform
from cxrview.gui.widgets import fonts
from cxrview.imaging import Radiograph, read, render
from cxrview.inference.call import call_of, headline
from cxrview.inference.prediction import Prediction
from cxrview.inference.predictor import Predictor

FILMS, ROWS = 24, 4  # in all, and of one page
SIDE, GAP, MARGIN = 330, 10, 18  # of a picture, between pictures, around the page: pixels
HEADER, ABOVE, BELOW = 58, 26, 24  # room for words over the page, over a row and under its pictures
PAPER, INK, FAINT, GOOD, BAD = "#16181b", "#e8ebee", "#98a1ab", "#7fd18b", "#ffb454"
BOX, CASING = QColor(90, 220, 255), QColor(0, 0, 0)
CROSS = 6  # arm of the cross at the strongest cell


class Shown(NamedTuple):
    """A film, what its table says of it, and what the model says."""

    item: Item
    radiograph: Radiograph
    prediction: Prediction


def choose(items: Sequence[Item], count: int, seed: int) -> list[Item]:
    """Return `count` of `items`, as many of each class as there are, none of them of the same patient."""
    random = np.random.default_rng(seed)
    one_each = {item.group or item.file: item for item in (items[i] for i in random.permutation(len(items)))}
    by_class: dict[tuple[str, ...], list[Item]] = {}
    for item in one_each.values():
        by_class.setdefault(item.labels, []).append(item)
    turns = zip_longest(*(by_class[labels] for labels in sorted(by_class)))
    chosen = [item for turn in turns for item in turn if item is not None][:count]
    return sorted(chosen, key=lambda item: item.labels)


class Sheet:
    """Draws pages of films that the model of `card` has read."""

    def __init__(self, card: Card, with_boxes: bool) -> None:
        self._card, self._with_boxes = card, with_boxes
        self._style = HeatStyle()
        self._columns = len(card.classes) + 1

    def page(self, films: Sequence[Shown], title: str) -> QImage:
        """Return the page with `films`, at most ROWS of them."""
        placements = [_placement(film.radiograph) for film in films]
        heights = [ABOVE + placement.height + BELOW + GAP for placement in placements]
        width = 2 * MARGIN + self._columns * (SIDE + GAP) - GAP
        page = QImage(width, HEADER + sum(heights) + MARGIN, QImage.Format.Format_RGB32)
        page.fill(QColor(PAPER))
        painter = QPainter(page)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        own = has_own_scale(gradcam(films[0].prediction))
        levels = ", ".join(map(heat_scale.percent, self._style.levels))
        self._write(painter, QRectF(MARGIN, 10, width - 2 * MARGIN, 20), title, bold=True)
        words = f"Lines at {levels}; {heat_scale.unit(own)}. {heat_scale.meaning(own)}"
        self._write(painter, QRectF(MARGIN, 30, width - 2 * MARGIN, 20), words, FAINT)
        tops = accumulate(heights, initial=HEADER)
        for film, placement, top in zip(films, placements, tops, strict=False):
            self._film(painter, film, placement, top)
        painter.end()
        return page

    def _film(self, painter: QPainter, film: Shown, fit: ViewTransform, top: float) -> None:
        item, prediction = film.item, film.prediction
        reading = str(headline(call_of(prediction, self._card), self._card.label))
        if prediction.objections:
            reading += f" ({'; '.join(prediction.objections)})"
        width = self._columns * (SIDE + GAP)
        truth = " or ".join(map(self._card.label, item.labels))
        words = f"{Path(item.file).name}   {item.source}   is: {truth}   read: {reading}"
        self._write(painter, QRectF(MARGIN, top, width, ABOVE), words)
        lefts = [MARGIN + i * (SIDE + GAP) for i in range(self._columns)]
        places = [QRectF(left, top + ABOVE, fit.width, fit.height) for left in lefts]
        self._picture(painter, film, fit, places[0], "")
        self._caption(painter, places[0], "" if self._boxes_of(item) or not self._with_boxes else "no boxes")
        for name, place in zip(prediction.class_names, places[1:], strict=True):
            self._picture(painter, film, fit, place, name)
            self._caption(painter, place, self._share(prediction, name), *self._verdict(film, name))

    def _share(self, prediction: Prediction, name: str) -> str:
        """Return how probable a class is, and how strong its strongest cell."""
        share = prediction.probabilities[prediction.class_names.index(name)]
        heat = strongest(gradcam(prediction), name)
        empty = is_empty(gradcam(prediction), name, self._style)
        drawn = heat_scale.nothing(self._style) if empty else f"heat up to {heat_scale.percent(heat)}"
        return f"{self._card.label(name)} {heat_scale.percent(share)}; {drawn}"

    def _verdict(self, film: Shown, name: str) -> tuple[str, str]:
        """Return whether the map of the film's own class points into a box, and in which colour to say it."""
        item, prediction = film.item, film.prediction
        boxes = self._boxes_of(item)
        if not boxes or name != own_class(item, prediction, self._card):
            return "", FAINT
        heat = prediction.activation_maps[prediction.class_names.index(name)]
        found = measure_film(heat, prediction.letterbox, boxes, field=prediction.field)
        return ("points into a box", GOOD) if found["pointing_game"] else ("points beside", BAD)

    def _boxes_of(self, item: Item) -> tuple[Box4, ...]:
        return boxes_of(item, self._card) if self._with_boxes else ()

    def _picture(self, painter: QPainter, film: Shown, fit: ViewTransform, place: QRectF, name: str) -> None:
        """Draw the film, under the map of the class `name` if there is one."""
        size = max(1, round(fit.area.width())), max(1, round(fit.area.height()))
        pixels = render(film.radiograph, film.radiograph.default_voi)
        small = np.ascontiguousarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
        painter.save()
        painter.translate(place.topLeft())
        painter.drawImage(fit.area, to_image(small))
        if name:
            HeatPicture(gradcam(film.prediction), name, self._style).paint(painter, fit, self._style.opacity)
        self._boxes(painter, film, fit, name)
        painter.restore()

    def _boxes(self, painter: QPainter, film: Shown, fit: ViewTransform, name: str) -> None:
        """Draw the boxes, and in the map of the film's own class a cross at its strongest cell."""
        boxes, prediction = self._boxes_of(film.item), film.prediction
        lines = [QRectF(QPointF(box[0], box[1]), QPointF(box[2], box[3])) for box in boxes]
        cross = (
            boxes
            and name == own_class(film.item, prediction, self._card)
            and strongest(gradcam(prediction), name)
        )
        for pen in (QPen(CASING, 3), QPen(BOX, 1.2)):
            painter.setPen(pen)
            for line in lines:
                painter.drawRect(fit.to_widget.mapRect(line))
            if cross:
                at = fit.to_widget.map(_strongest_place(prediction, name))
                for arm in (QPointF(CROSS, 0), QPointF(0, CROSS)):
                    painter.drawLine(at - arm, at + arm)

    def _caption(self, painter: QPainter, place: QRectF, words: str, more: str = "", ink: str = INK) -> None:
        below = QRectF(place.left(), place.bottom() + 2, SIDE, BELOW)
        self._write(painter, below, words)
        self._write(painter, below, more, ink, align=Qt.AlignmentFlag.AlignRight)

    def _write(
        self,
        painter: QPainter,
        place: QRectF,
        words: str,
        ink: str = INK,
        *,
        bold: bool = False,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        font = QFont(painter.font())
        font.setPixelSize(14 if bold else 12)
        font.setBold(bold)
        painter.save()
        painter.setFont(font)
        painter.setPen(QColor(ink))
        cut = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(place.width()))
        painter.drawText(place, align | Qt.AlignmentFlag.AlignVCenter, cut)
        painter.restore()


def _placement(radiograph: Radiograph) -> ViewTransform:
    """Return where a film lies on a picture that it fills, with SIDE pixels along its longer side."""
    rows, columns = radiograph.shape
    high, wide = rows * radiograph.pixel_aspect, columns
    width, height = (max(1, round(SIDE * side / max(high, wide))) for side in (wide, high))
    middle = QPointF(columns / 2, rows / 2)
    return ViewTransform(
        rows, columns, radiograph.pixel_aspect, width, height, 1.0, SIDE / max(high, wide), middle
    )


def _strongest_place(prediction: Prediction, name: str) -> QPointF:
    """Return the middle of the strongest cell, on the image."""
    cells = prediction.activation_maps[prediction.class_names.index(name)]
    row, column = np.unravel_index(int(cells.argmax()), cells.shape)
    x, y = cell_edges(gradcam(prediction))
    return QPointF((x[column] + x[column + 1]) / 2, (y[row] + y[row + 1]) / 2)


def pages(
    predictor: Predictor, tables: Sequence[Path], *, seed: int, with_boxes: bool, films: int = FILMS
) -> Iterator[QImage]:
    """Yield the pages of `films` films of `tables`. Raises CxrviewError if a film cannot be read."""
    share = films // len(tables)
    items = [i for table in tables for i in choose(find_items(DataConfig(path=str(table))), share, seed)]
    radiographs = [read(item.path)[0] for item in items]
    predictions = predictor.predict(radiographs)
    shown = list(map(Shown, items, radiographs, predictions))
    card, count = predictor.card, -(-len(shown) // ROWS)
    for number in range(count):
        title = f"{card.name} {card.version}, page {number + 1} of {count}"
        yield Sheet(card, with_boxes).page(shown[number * ROWS : (number + 1) * ROWS], title)


def main() -> None:
    """Draw the pages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("tables", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    parser.add_argument("--boxes", action="store_true", help="draw where readers saw the disease")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    fonts.dress(QApplication([]))
    predictor = Predictor.load(arguments.model, "cpu")
    drawn = pages(predictor, arguments.tables, seed=arguments.seed, with_boxes=arguments.boxes)
    for number, page in enumerate(drawn, 1):
        page.save(str(arguments.out.with_name(f"{arguments.out.stem}-{number}.png")))


if __name__ == "__main__":
    main()
