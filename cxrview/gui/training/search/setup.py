"""Before a search: which recipes are tried, how many, and how long."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.search.chips import Chips
from cxrview.gui.training.search.texts import space_text, value_text
from cxrview.gui.widgets.option_controls import OptionRow, calm, rows_of
from cxrview.i18n import mark, say, tr
from cxrview.training.config import SearchConfig
from cxrview.training.names import AUGMENTATIONS, CHOICES, SEARCHED, STARTS
from cxrview.training.network.architectures import ARCHITECTURES
from cxrview.training.search.space import lists_nothing, space_of

OFFERED: dict[str, tuple[Any, ...]] = {
    "batch_size": (4, 8, 16, 32, 64),
    "optimizer": ("adam", "adamw", "sgd", "rmsprop"),
    "augmentation": tuple(AUGMENTATIONS),
    "architecture": tuple(ARCHITECTURES),
    "start": tuple(STARTS),
}
RATES_HELP = {
    "bayesian": mark("Of the last phase. Any between the smallest and the largest is tried."),
    "grid": mark("Of the last phase. Each of these is tried."),
}
METHODS = {
    "bayesian": mark("Bayesian: learns from one trial what to try next"),
    "grid": mark("Grid: every combination"),
}
FIRST = 130  # pixels of the column of names
LONGEST = 7 * 24 * 60  # minutes


class SearchSetup(QWidget):
    """The table `search` of the draft, as controls. What stays empty is not searched.

    Signals:
        start_asked: the user wants to begin.
        ready_changed: whether it can begin is another answer now.
    """

    start_asked = Signal()
    ready_changed = Signal()

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self._refused = ""  # what was typed and is no value
        self.fields = {
            name: edit
            for name, edit in rows_of(SearchConfig, CHOICES).items()
            if name in ("learning_rate", "method", "trials", "prune")
        }
        self.chips = {
            name: Chips(say(SEARCHED[name]), [(value, value_text(name, value)) for value in values])
            for name, values in OFFERED.items()
        }
        self.minutes = QSpinBox(
            minimum=0, maximum=LONGEST, singleStep=10, accessibleName=tr("Time at most, in minutes")
        )
        self.minutes.setSpecialValueText(tr("no limit"))
        self.minutes.setSuffix(tr(" min"))
        self.minutes.lineEdit().setTextMargins(6, 0, 0, 0)
        self.minutes.setFixedWidth(self.fields["trials"].control.sizeHint().width())
        calm(self.minutes)
        box = self.fields["method"].control
        assert isinstance(box, QComboBox)
        for value, words in METHODS.items():
            box.setItemText(box.findData(value), tr(words))
        self.bundle = QCheckBox(tr("Make a model of the best trial at the end"), checked=True)
        self.rates_help = QLabel(objectName="muted", wordWrap=True)
        self.left_empty = QLabel(objectName="muted", wordWrap=True)
        self.summary = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.problem = QLabel(objectName="notes", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.start = QPushButton(tr("Start the search"), objectName="primary", autoDefault=False)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        space, effort = QFrame(objectName="card"), QFrame(objectName="card")
        grid = QGridLayout(space, horizontalSpacing=24, verticalSpacing=12)
        grid.setContentsMargins(18, 16, 18, 16)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, FIRST)
        rates = QVBoxLayout(spacing=3)
        rates.addWidget(self.fields["learning_rate"])
        rates.addWidget(self.rates_help)
        _add(grid, tr("Learning rates"), rates, self.fields["learning_rate"])
        for name, chips in self.chips.items():
            _add(grid, say(SEARCHED[name]), chips)
        grid = QGridLayout(effort, horizontalSpacing=24, verticalSpacing=12)
        grid.setContentsMargins(18, 16, 18, 16)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, FIRST)
        for name in ("method", "trials"):
            _add(grid, self.fields[name].label, self.fields[name])
        _add(grid, tr("Time at most"), self.minutes)
        for row, box in enumerate((self.fields["prune"], self.bundle), grid.rowCount()):
            grid.addWidget(box, row, 1)
        inside = QWidget()
        column = QVBoxLayout(inside, spacing=14)
        column.setContentsMargins(0, 0, 8, 0)
        words = tr(
            "Many trainings on the same images, each with another recipe; the one that is best on the "
            "validation images wins."
        )
        column.addWidget(QLabel(words, objectName="muted", wordWrap=True))
        column.addWidget(self.left_empty)
        column.addWidget(space)
        column.addWidget(effort)
        column.addStretch()
        scroll = QScrollArea(widgetResizable=True, objectName="panelScroll")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll, 1)
        column.addWidget(self.summary)
        column.addWidget(self.problem)
        foot = QHBoxLayout(spacing=12)
        foot.addWidget(self.start)
        told = tr("After the first trial it is known about how long all will take.")
        foot.addWidget(QLabel(told, objectName="muted", wordWrap=True), 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        for name, edit in self.fields.items():
            edit.changed.connect(lambda value, name=name: self._edited(name, value))
            edit.refused.connect(self._refuse)
        for name, chips in self.chips.items():
            chips.edited.connect(lambda values, name=name: self._edited(name, values))
        self._draft.changed.connect(lambda _tables: self.refresh())
        self._draft.report_changed.connect(lambda _report: self.refresh())
        self.start.clicked.connect(self.start_asked)

    def _edited(self, name: str, value: Any) -> None:
        self._refused = ""
        self._draft.change("search", **{name: value})
        self.refresh()  # also where the value is the old one again, after one that was refused

    def _refuse(self, problem: str) -> None:
        self._refused = problem
        self.refresh()

    def refresh(self) -> None:
        """Show the draft as it is now."""
        search = self._draft.config.search
        for name, edit in self.fields.items():
            if not (self._refused and name == "learning_rate"):
                edit.show_value(getattr(search, name))
        for name, chips in self.chips.items():
            chips.show_values(getattr(search, name), lambda value, name=name: value_text(name, value))
        self.left_empty.setText(_left_empty(search))
        self.rates_help.setText(tr(RATES_HELP[search.method]))
        problem = self.obstacle()
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.start.setEnabled(not problem)
        self.ready_changed.emit()

    def say(self, problem: str) -> None:
        """Show why it did not begin."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def obstacle(self) -> str:
        """Return why the search cannot begin, or ""; tells what would be searched, too."""
        self.summary.clear()
        config = self._draft.config
        if self._refused:
            return self._refused
        try:
            space = space_of(config)
        except CxrviewError as error:
            return error_text.whole(error)
        self.summary.setText(space_text(space, config.search.trials))
        if not config.data.path:
            return tr("Choose images in the first step.")
        if self._draft.blocking:
            return tr("A finding about the images stands in the way; see the first step.")
        return ""


def _left_empty(search: SearchConfig) -> str:
    """Return what becomes of what is not chosen."""
    if lists_nothing(search):
        return tr(
            "Nothing is chosen here: the usual is searched, which stands below. As soon as you choose "
            "anything, only that is searched."
        )
    return tr("What is left empty stays as on the page “Model”; what is searched stands below.")


def _add(grid: QGridLayout, title: str, control: Any, buddy: OptionRow | None = None) -> None:
    row = grid.rowCount()
    label = QLabel(title, objectName="muted")
    grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    label.setContentsMargins(0, 5, 0, 0)
    if isinstance(control, QWidget):
        label.setBuddy(control)
        is_chips = isinstance(control, Chips)
        grid.addWidget(control, row, 1, Qt.AlignmentFlag(0) if is_chips else Qt.AlignmentFlag.AlignLeft)
    else:
        if buddy is not None:
            label.setBuddy(buddy)
        grid.addLayout(control, row, 1)
