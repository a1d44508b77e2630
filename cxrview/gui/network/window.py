"""The network explorer: the layers at the left, what can be seen of the chosen one beside them."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from cxrview.bundle.card import LUNGS
from cxrview.engines.keras_engine import KerasEngine
from cxrview.engines.keras_gradients import pack, unpack
from cxrview.engines.keras_network import NetworkLayer
from cxrview.explain import messages
from cxrview.explain.network.figures import NumberSpread
from cxrview.explain.network.stack import heard_at, stacked
from cxrview.explain.network.summary import save_summary
from cxrview.explain.style import HeatStyle
from cxrview.gui import error_text
from cxrview.gui.network.asking import NetworkProcess
from cxrview.gui.network.dead_page import DeadPage
from cxrview.gui.network.film import GivenFilm, prepare
from cxrview.gui.network.filters_page import FiltersPage
from cxrview.gui.network.layer_tree import LayerTree, sides
from cxrview.gui.network.maps_page import MapsPage
from cxrview.gui.network.spread_page import GIVEN, WEIGHTS, SpreadPage
from cxrview.gui.state import AppState
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.widgets.closed_by_escape import ClosedByEscape
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import say, tr

if TYPE_CHECKING:
    from cxrview.progress import Report


class NetworkWindow(ClosedByEscape, QWidget):
    """Not modal. Follows the model in use, and the film of the active viewport.

    Signals:
        closed: the user closed it.
    """

    closed = Signal()

    def __init__(
        self, state: AppState, runner: TaskRunner, process: NetworkProcess, folder: Callable[[], Path | None]
    ) -> None:
        """`folder` gives that of the model in use, None while there is none."""
        super().__init__(None, Qt.WindowType.Window)
        self.setWindowTitle(tr("Network explorer"))
        self.setObjectName("networkWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.resize(fitted(QSize(1240, 780), self))
        self._state, self._runner, self._process, self._folder = state, runner, process, folder
        self._shown: Path | None = None  # the model whose layers are shown
        self._layers: dict[str, NetworkLayer] = {}
        self._layer = ""
        self._film: GivenFilm | None = None
        self._prepared: tuple[object, ...] = ()  # what the film was made of
        self._job: Job | None = None
        self._table = Path()  # where it is to be saved
        self.tree = LayerTree()
        self.title = QLabel(objectName="pageTitle")
        self.about = QLabel(objectName="muted", wordWrap=True)
        self.tabs = QTabWidget(accessibleName=tr("What can be seen of the network"))
        self.maps, self.spreads, self.filters, self.dead = MapsPage(), SpreadPage(), FiltersPage(), DeadPage()
        self.export = QPushButton(tr("Export a table…"), autoDefault=False)
        self.busy = QProgressBar(maximum=0, textVisible=False)
        self.note = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._lay_out()
        self._connect()
        self._show_layers(False)

    def _lay_out(self) -> None:
        self._left = left = QWidget(objectName="panel")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(left, spacing=10)
        column.setContentsMargins(14, 14, 14, 12)
        column.addWidget(self.tree, 1)
        column.addWidget(self.export, 0, Qt.AlignmentFlag.AlignLeft)
        right = QWidget()
        column = QVBoxLayout(right, spacing=6)
        column.setContentsMargins(16, 14, 16, 12)
        for widget in (self.title, self.about, self.note, self.busy):
            column.addWidget(widget)
        column.addWidget(self.tabs, 1)
        for page, title in (
            (self.maps, tr("Maps")),
            (self.spreads, tr("Spread")),
            (self.filters, tr("First filters")),
            (self.dead, tr("Dead filters")),
        ):
            self.tabs.addTab(page, title)
        split = QSplitter(childrenCollapsible=False)
        split.setHandleWidth(1)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        split.setSizes([400, 840])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(split)

    def _connect(self) -> None:
        state, process = self._state, self._process
        self.tree.chosen.connect(self._choose)
        self.export.clicked.connect(self._ask_where)
        self.dead.watch_asked.connect(process.watch)
        self.dead.stop_asked.connect(process.stop_watching)
        process.answered.connect(self._take)
        process.failed.connect(self._fail)
        process.ended.connect(self._process_ended)
        for signal in (state.shown_changed, state.reading_changed, state.hiding_changed):
            signal.connect(self._follow_film)
        state.model_changed.connect(self._follow_model)
        state.settings_changed.connect(lambda settings: self.maps.use_style(HeatStyle.of(settings)))
        self.maps.use_style(HeatStyle.of(state.settings))

    # The model

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow_model()

    def _follow_model(self, *_news: object) -> None:
        """Open the network of the model in use, if it is another one."""
        if not self.isVisible():
            return
        folder, card = self._folder(), self._state.model.card
        if folder is None or card is None:
            self._refuse(tr("No model is loaded."))
        elif not (folder / "model.keras").is_file():
            self._refuse(say(messages.NETWORK_NOT_TRAINABLE(name=card.name)))
        elif (missing := KerasEngine.missing()) is not None:
            self._refuse(f"{say(messages.NETWORK_NEEDS_TENSORFLOW)} {say(missing)}")
        elif folder != self._shown or not self._process.is_warm:
            self._show_layers(False)
            self.title.setText(card.title)
            self.note.setText(
                tr("Opening the network…") if self._process.is_warm else tr("TensorFlow is starting…")
            )
            self.busy.show()
            self._shown = None
            self._process.open(str(folder))
            self._follow_film()
        else:
            self._follow_film()

    def _refuse(self, why: str) -> None:
        self._shown = None
        self._show_layers(False)
        self.title.setText(tr("Network explorer"))
        self.note.setText(why)

    def _show_layers(self, there: bool) -> None:
        for widget in (self.tabs, self.about):
            widget.setVisible(there)
        self._left.setVisible(there)
        self.note.setVisible(not there)
        self.busy.hide()

    def _open(self, answer: Mapping[str, Any]) -> None:
        layers = [NetworkLayer.of_dict(layer) for layer in answer["layers"]]
        self._layers, self._shown, self._layer = {layer.name: layer for layer in layers}, self._folder(), ""
        self.tree.show_stages(stacked(layers))
        self.dead.show_network(layers, answer["near_zero"])
        self._show_layers(True)
        heard = heard_at(layers)
        first = next((at for name, at in heard.items() if len(self._layers[at].shape) == 3), "")
        self.tree.choose(first or layers[-1].name)
        self.tree.setFocus()

    # The layer

    def _choose(self, name: str) -> None:
        layer = self._layers[name]
        if self._layer != name:
            self._layer = name
            self.title.setText(name)
            self.about.setText(f"{layer.kind}  ·  {tr('gives {sides}').format(sides=sides(layer.shape))}")
            self.maps.clear("")
            for plot in (WEIGHTS, GIVEN):
                self.spreads.show_spread(plot, None)
            self._process.ask("weights", layer=name)
        self._look()

    def _look(self) -> None:
        """Ask what the layer gives for the film, or say why that is not to be seen."""
        why = self._why_no_film()
        if why:
            self.maps.clear(why)
            self.spreads.show_spread(GIVEN, None, why)
        elif self._layer and self._film is not None:
            self._process.ask("look", layer=self._layer, image=pack(self._film.image))

    # The film

    def _why_no_film(self) -> str:
        radiograph, card = self._state.shown.radiograph, self._state.model.card
        if radiograph is None or card is None:
            return tr("Open a film to see what the layer gives for it.")
        if self._state.hides_here:
            return tr("Hidden until you ask.")
        if card.frame == LUNGS and self._anatomy() is None:
            return tr("The model has not read this image.")
        return ""

    def _anatomy(self) -> Any:
        prediction = self._state.reading.prediction
        return prediction.anatomy if prediction is not None else None

    def _follow_film(self, *_news: object) -> None:
        """Prepare another film, if there is one that may be seen."""
        if not self.isVisible():
            return
        card, radiograph = self._state.model.card, self._state.shown.radiograph
        if self._why_no_film() or card is None or radiograph is None:
            self._forget_film()
            self._look()
            return
        anatomy = self._anatomy() if card.frame == LUNGS else None
        wanted = (card, radiograph, anatomy)
        if wanted == self._prepared:
            return
        self._forget_film()
        self._prepared = wanted
        self._job = self._runner.start(
            tr("Preparing the model's input"),
            partial(prepare, card, radiograph, anatomy),
            done=self._take_film,
            failed=lambda _error: self.maps.clear(tr("The model's input could not be prepared.")),
            lane="explain",
            quiet=True,
        )

    def _forget_film(self) -> None:
        self._runner.cancel(self._job)
        self._job, self._film, self._prepared = None, None, ()
        self.maps.show_film(None, (0.0, 0.0, 1.0, 1.0))
        self.spreads.show_spread(GIVEN, None)

    def _take_film(self, film: GivenFilm) -> None:
        card = self._state.model.card
        if card is None:
            return
        self._film = film
        self.maps.show_film(film, card.map_field)
        self._look()

    # Answers

    def _take(self, work: str, answer: Mapping[str, Any]) -> None:
        if work == "open":
            self._open(answer)
        elif work == "filters":
            self.filters.show_filters(answer["layer"], unpack(answer["filters"], np.float32))
        elif work == "watch":
            self.dead.follow(answer)
        elif work == "summary":
            self._save(answer)
        elif answer["layer"] != self._layer or self._shown is None:
            return
        elif work == "weights":
            spread = answer["spread"]
            why = tr("This layer has no filters.")
            self.spreads.show_spread(WEIGHTS, NumberSpread.of_dict(spread) if spread else None, why)
        elif self._film is not None:
            self.maps.show_maps(answer)
            self.spreads.show_spread(GIVEN, NumberSpread.of_dict(answer["spread"]))

    def _fail(self, work: str, why: str) -> None:
        if work == "open":
            self._refuse(why)
        elif work == "watch":
            self.dead.end(why)
        elif work == "summary":
            self._say_saved(why)
        elif work == "weights":
            self.spreads.show_spread(WEIGHTS, None, why)
        elif work == "look":
            self.maps.clear(why)

    def _process_ended(self, why: str) -> None:
        self.dead.end(why)
        if self.isVisible():
            self._refuse(tr("The network cannot be looked into: {problem}").format(problem=why))

    # The table

    def _ask_where(self) -> None:
        start = str(Path.home() / tr("network.csv"))
        name, _ = QFileDialog.getSaveFileName(self, tr("Export a table"), start, tr("Tables (*.csv)"))
        if name:
            path = Path(name)
            self._table = path if path.suffix else path.with_suffix(".csv")
            film = self._film
            self._process.ask("summary", **({"image": pack(film.image)} if film is not None else {}))

    def _save(self, answer: Mapping[str, Any]) -> None:
        path, rows = self._table, answer["rows"]

        def save(_report: "Report") -> None:
            save_summary(path, rows)

        self._runner.start(
            tr("Saving {name}").format(name=path.name),
            save,
            done=lambda _nothing: self._say_saved(tr("Saved {name}.").format(name=path.name)),
            failed=lambda error: self._say_saved(error_text.whole(error)),
            lane="export",
        )

    def _say_saved(self, words: str) -> None:
        self.note.setText(words)
        self.note.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._forget_film()
        self.dead.end(tr("It was stopped."))
        self._process.let_go()
        super().closeEvent(event)
        self.closed.emit()
