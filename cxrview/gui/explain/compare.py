"""Heatmaps of one film side by side: several methods, up to two models, one class, one scale."""

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cxrview.explain.methods import METHODS
from cxrview.explain.style import HeatStyle
from cxrview.gui.explain.agreement_table import AgreementTable
from cxrview.gui.explain.comparison import Comparison, Which
from cxrview.gui.explain.map_tile import MapTile
from cxrview.gui.panels.heat_bar import HeatBar
from cxrview.gui.state import AppState
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.theme import wrapped
from cxrview.gui.view_state import HeatProgress
from cxrview.gui.widgets.elided import ElidedChoice
from cxrview.gui.widgets.link import link_button
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import say, tr, trn

if TYPE_CHECKING:
    from cxrview.explain.explanation import Explanation
    from cxrview.progress import Report

ACROSS = 4  # tiles in a row


def _names(_report: "Report") -> list[str]:
    """Return the names of the models that can be used; runs in a worker thread."""
    from cxrview.bundle.library import installed

    return [entry.name for entry in installed() if entry.card is not None and not entry.problem]


class CompareDialog(QDialog):
    """Follows the active viewport and its class while it is open.

    Signals:
        picture_wanted: the user wants what is seen as a picture.
        numbers_wanted: the user wants the numbers of all maps.
    """

    picture_wanted = Signal()
    numbers_wanted = Signal()

    def __init__(
        self, parent: QWidget | None, state: AppState, runner: TaskRunner, comparison: Comparison
    ) -> None:
        super().__init__(parent, windowTitle=tr("Compare heatmaps"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self._state, self._runner, self.comparison = state, runner, comparison
        self._names_job: Job | None = None
        self._names: list[str] = []
        self.tiles: dict[Which, MapTile] = {}
        self._made_for: object = None
        self.classes = _choice(tr("Class whose heatmaps are compared"))
        self.second = _choice(tr("A second model beside the one in use"))
        self.boxes = {name: self._box(name) for name in METHODS}
        self.problem = QLabel(objectName="muted", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.empty = QLabel(objectName="muted", alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.all = link_button(tr("Work out all"))
        self.anyway = link_button(tr("Show it anyway"))
        self.bar = HeatBar()
        self.note = QLabel(objectName="muted", wordWrap=True)
        self.agreement = QLabel(tr("Agreement of the maps (rank correlation)"), objectName="heading")
        self.table = AgreementTable()
        self.picture = QPushButton(tr("Save the picture…"), autoDefault=False)
        self.numbers = QPushButton(tr("Save the numbers…"), autoDefault=False)
        self._lay_out()
        self._connect()
        self._offer_models()
        self._show()

    def _box(self, name: str) -> QCheckBox:
        method = METHODS[name]
        words = method.title
        if method.slow:
            cost = trn("{count} reading", "{count} readings", method.reads).format(count=method.reads)
            words = f"{words} ({cost})"
        box = QCheckBox(words, toolTip=wrapped(say(method.meaning)))
        box.setChecked(name in self.comparison.methods)
        return box

    def _lay_out(self) -> None:
        choices = QHBoxLayout(spacing=10)
        for words, choice in ((tr("Class"), self.classes), (tr("Second model"), self.second)):
            label = QLabel(words, objectName="muted")
            label.setBuddy(choice)
            choices.addWidget(label)
            choices.addWidget(choice, 1)
        choices.addStretch(1)
        methods = QGridLayout(horizontalSpacing=18, verticalSpacing=4)
        for number, box in enumerate(self.boxes.values()):
            methods.addWidget(box, number // ACROSS, number % ACROSS)
        inside = QWidget(objectName="panel")
        self._grid = QGridLayout(inside, horizontalSpacing=10, verticalSpacing=12)
        self._grid.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea(widgetResizable=True, frameShape=QScrollArea.Shape.NoFrame)
        scroll.setObjectName("panelScroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        links = QHBoxLayout()
        for button in (self.all, self.anyway):
            links.addWidget(button)
        links.addStretch()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in (self.picture, self.numbers):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(16, 14, 16, 14)
        column.addLayout(choices)
        column.addLayout(methods)
        column.addWidget(self.problem)
        column.addWidget(self.empty, 1)
        column.addWidget(scroll, 1)
        self._scroll = scroll
        column.addLayout(links)
        for widget in (self.bar, self.note, self.agreement, self.table, buttons):
            column.addWidget(widget)
        self.resize(fitted(QSize(1120, 900), self))

    def _connect(self) -> None:
        state, comparison = self._state, self.comparison
        comparison.changed.connect(self._show)
        comparison.second_changed.connect(self._show_second)
        state.model_changed.connect(self._offer_models)
        for signal in (
            state.settings_changed,
            state.voi_changed,
            state.inverted_changed,
            state.orientation_changed,
            state.filters_changed,
        ):
            signal.connect(self._show)
        for box in self.boxes.values():
            box.toggled.connect(self._choose)
        self.classes.activated.connect(lambda _index: state.choose_class(self.classes.currentData()))
        self.second.activated.connect(lambda _index: comparison.use_second(self.second.currentData()))
        self.all.clicked.connect(comparison.work_out_all)
        self.anyway.clicked.connect(lambda: state.ask_for_heat())
        self.picture.clicked.connect(self.picture_wanted)
        self.numbers.clicked.connect(self.numbers_wanted)

    def name_of(self, which: Which) -> str:
        """Return what a map is called: its method, and A or B before it where there are two models."""
        title = METHODS[which.method].title
        return f"{'AB'[which.second]}: {title}" if self.comparison.second is not None else title

    def style_of_all(self) -> HeatStyle:
        """Return how all maps are drawn: as the user has chosen, but on the scale that every method has."""
        return dataclasses.replace(HeatStyle.of(self._state.settings), own=False)

    def shown(self) -> "list[tuple[str, Explanation]]":
        """Return the maps that are seen, with what they are called."""
        return [(self.name_of(which), made) for which, made in self.comparison.explanations()]

    def _model(self, which: Which) -> str:
        if which.second:
            return self.comparison.second_name
        card = self._state.model.card
        return card.name if card is not None else ""

    def _choose(self) -> None:
        self.comparison.choose(tuple(name for name, box in self.boxes.items() if box.isChecked()))

    def _show(self, *_news: object) -> None:
        """Bring everything in step with the comparison; what nobody sees is put off."""
        cells = self.comparison.cells
        self._show_classes()
        self._make_tiles(tuple(cells))
        self._scroll.setVisible(bool(cells))
        self.empty.setVisible(not cells)
        self.empty.setText(self._why_empty())
        style, name = self.style_of_all(), self._state.heat_class
        for which, tile in self.tiles.items():
            tile.show_cell(self._state.active, name, cells[which], style)
        offered = [cell for cell in cells.values() if cell.work.progress is HeatProgress.OFFERED]
        self.all.setVisible(len(offered) > 1)
        self.anyway.setVisible(any(cell.withheld for cell in cells.values()))
        shown = self.shown()
        self.table.show_maps([words for words, _ in shown], [made for _, made in shown], name)
        self.agreement.setVisible(len(shown) > 1)
        for widget in (self.bar, self.note):
            widget.setVisible(bool(shown))
        if shown:
            self.bar.set_style(style, True, False)
            self.note.setText(_about_scale())
            self.bar.setToolTip(wrapped(_about_scale()))
            self.bar.setAccessibleDescription(_about_scale())
        for button in (self.picture, self.numbers):
            button.setEnabled(bool(shown))

    def _why_empty(self) -> str:
        if self._state.hides_here:
            return tr("Hidden until you ask.")
        if self._state.reading.prediction is None:
            return tr("Open an image: its heatmaps will stand here, side by side.")
        return tr("Choose one method or more.")

    def _show_classes(self) -> None:
        prediction = self._state.reading.prediction
        names = prediction.class_names if prediction is not None else ()
        with QSignalBlocker(self.classes):
            if names != tuple(self.classes.itemData(index) for index in range(self.classes.count())):
                self.classes.clear()
                for name in names:
                    self.classes.addItem(self._state.model.label(name), name)
            self.classes.setCurrentIndex(self.classes.findData(self._state.heat_class))
        self.classes.setEnabled(bool(names))

    def _make_tiles(self, wanted: tuple[Which, ...]) -> None:
        """Have one tile for each map, a model below the other, as many in a row as there is room for."""
        of = (wanted, self.comparison.second_name)
        if of == self._made_for:
            return
        self._made_for = of
        for tile in self.tiles.values():
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.tiles = {}
        count = len(self.comparison.methods)
        two = any(which.second for which in wanted)
        for which in wanted:
            tile = MapTile(which.method, self.name_of(which), self._model(which) if two else "")
            tile.wanted.connect(lambda which=which: self.comparison.work_out(which))
            tile.unwanted.connect(lambda which=which: self.comparison.stop(which))
            place = self.comparison.methods.index(which.method)
            row = place // ACROSS + (-(-count // ACROSS) if which.second else 0)
            self._grid.addWidget(tile, row, place % ACROSS)
            self.tiles[which] = tile

    def _show_second(self) -> None:
        comparison = self.comparison
        loading = tr("Loading the model “{name}” …").format(name=comparison.second_name)
        self.problem.setText(loading if comparison.is_loading else comparison.second_problem)
        self.problem.setVisible(bool(self.problem.text()))
        with QSignalBlocker(self.second):
            self.second.setCurrentIndex(max(0, self.second.findData(comparison.second_name)))

    def _take_names(self, names: list[str]) -> None:
        self._names = names
        self._offer_models()

    def _offer_models(self, *_news: object) -> None:
        """Offer the models that can be used; the one in use does not stand beside itself."""
        card = self._state.model.card
        with QSignalBlocker(self.second):
            self.second.clear()
            self.second.addItem(tr("No second model"), "")
            for name in self._names:
                if card is None or name != card.name:
                    self.second.addItem(name, name)
        self._show_second()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._names_job = self._runner.start(
            tr("Looking for models"),
            _names,
            done=self._take_names,
            failed=lambda _error: self._take_names([]),
            lane="library",
            quiet=True,
        )
        self.comparison.turn(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._runner.cancel(self._names_job)
        self.comparison.turn(False)


def _choice(tip: str) -> ElidedChoice:
    choice = ElidedChoice(toolTip=tip, accessibleName=tip)
    choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    choice.setMinimumContentsLength(14)
    return choice


def _about_scale() -> str:
    return tr(
        "One scale: 100 % is the strongest cell of any class in this image, for each method and model by "
        "itself. So places can be compared, and not how strong they are."
    )
