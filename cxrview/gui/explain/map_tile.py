"""One map of a comparison: the film with its heatmap, by which method it is, or how far it has come."""

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from cxrview.explain.methods import METHODS
from cxrview.gui.explain.comparison import Cell
from cxrview.gui.panels.heatmap import UNLIKE
from cxrview.gui.theme import wrapped
from cxrview.gui.view_state import HeatProgress
from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.gui.widgets.link import link_button
from cxrview.gui.widgets.small_film import SmallFilm, placement_in
from cxrview.i18n import say, tr

if TYPE_CHECKING:
    from cxrview.explain.style import HeatStyle
    from cxrview.gui.view_state import ViewState
    from cxrview.gui.viewer.heat_picture import HeatPicture
    from cxrview.inference.prediction import Prediction

LEAST, USUAL = 150, 240  # logical pixels a side
SAMPLES = 384  # of the heatmap, along the longer side


class MapTile(QWidget):
    """Signals:
    wanted: the user wants what takes long.
    unwanted: the user stops what is being worked out.
    """

    wanted = Signal()
    unwanted = Signal()

    def __init__(self, method: str, title: str, model: str) -> None:
        """Make the tile of `method`, called `title`; `model` is the model's name where there are two."""
        super().__init__()
        self.title = ElidedLabel(QSizePolicy.Policy.Ignored)
        self.title.setText(f"{title}  ·  {model}" if model else title)
        self.title.setToolTip(wrapped(f"{self.title.text()}\n{say(METHODS[method].meaning)}"))
        self.picture = MapPicture()
        self.picture.setAccessibleName(self.title.text())
        self.words = QLabel(objectName="muted", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.begin, self.stop = link_button(tr("Work it out")), link_button(tr("Stop"))
        for button in (self.begin, self.stop):
            button.setAccessibleName(f"{button.text()}: {title}")
        column = QVBoxLayout(self, spacing=4)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.title)
        column.addWidget(self.picture, 1)
        for widget in (self.words, self.begin, self.stop):
            column.addWidget(widget)
        self.begin.clicked.connect(self.wanted)
        self.stop.clicked.connect(self.unwanted)

    def show_cell(self, view: "ViewState", class_name: str, cell: Cell, style: "HeatStyle") -> None:
        """Show the film of `view` with what there is of the map."""
        self.picture.show_map(view, class_name, cell, style)
        words = tr(UNLIKE) if cell.withheld else cell.work.words
        if cell.explanation is not None:
            words = self.picture.remark
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.picture.setAccessibleDescription(words)
        self.begin.setVisible(cell.work.progress in (HeatProgress.OFFERED, HeatProgress.FAILED))
        self.stop.setVisible(cell.work.progress is HeatProgress.WORKING)


class MapPicture(QWidget):
    """The film as the viewport shows it, with a heatmap. `remark` is why nothing of it is drawn, or ""."""

    def __init__(self) -> None:
        super().__init__()
        self._view: ViewState | None = None
        self._film = SmallFilm()
        self._heat: HeatPicture | None = None
        self._opacity = 0.0
        self._reading: Prediction | None = None
        self.remark = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(USUAL, USUAL)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, LEAST)

    def show_map(self, view: "ViewState", class_name: str, cell: Cell, style: "HeatStyle") -> None:
        """Show the film of `view`, with the map of a class if that is there and may be seen."""
        from cxrview.explain.paint import is_empty
        from cxrview.gui.viewer import heat_scale
        from cxrview.gui.viewer.heat_picture import HeatPicture

        self._view, self._opacity, self._reading = view, style.opacity, view.reading.prediction
        made, plain = cell.explanation, dataclasses.replace(style, opacity=1.0)
        self.remark = ""
        if made is None:
            self._heat = None
        else:
            self.remark = heat_scale.nothing(style) if is_empty(made, class_name, style) else ""
            old = self._heat
            of = (made, class_name, plain)
            if old is None or (old.explanation, old.class_name, old.style) != of:
                self._heat = HeatPicture(made, class_name, plain, SAMPLES)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        view = self._view
        if view is None or view.shown.radiograph is None or view.shown.levels is None or view.voi is None:
            return
        from cxrview.imaging.pyramid import Look

        size, ratio = QRectF(self.rect()).size(), self.devicePixelRatioF()
        placement = placement_in(size, view.shown.radiograph, view.orientation, ratio)
        self._film.paint(painter, placement, view.shown.levels, Look(view.voi, view.inverted, view.filters))
        # A tile that is still there after its image has gone shows no heat of the one before.
        if self._heat is not None and self._reading is view.reading.prediction:
            self._heat.paint(painter, placement, self._opacity)
            self._heat.paint_frame(painter, placement)
