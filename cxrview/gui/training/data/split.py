"""Who learns and who judges: the shares of the split, and what they come to."""

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cxrview.datasets.config import SPLIT_SEED, DataConfig
from cxrview.gui.training.data.classes import grouped
from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.i18n import mark, say, tr
from cxrview.training.names import SIDE_HEADINGS

MEANINGS = {
    "train": mark("The network learns from these."),
    "validation": mark("These choose the best epoch and set the operating point."),
    "test": mark("These are looked at once, at the end: they say how good the model is."),
    "external": mark("Images of other hospitals, which are never learnt from."),
}
SEED_TIP = mark("The same number deals the same images to the same side.")
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ShareRow(QWidget):
    """A slider for a share in percent.

    Signals:
        changed: carries the share, 0…1.
    """

    changed = Signal(float)

    def __init__(self, title: str, tip: str, low: int, high: int) -> None:
        super().__init__()
        self.slider = QSlider(Qt.Orientation.Horizontal, minimum=low, maximum=high, pageStep=5)
        self.slider.setAccessibleName(title)
        self.slider.setAccessibleDescription(tip)
        self.setToolTip(tip)
        self.number = QLabel(alignment=RIGHT)
        self.number.setMinimumWidth(38)
        label = QLabel(title)
        label.setMinimumWidth(72)
        row = QHBoxLayout(self, spacing=8)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        self.slider.valueChanged.connect(self._moved)

    def show_share(self, share: float) -> None:
        """Show `share` without saying that it was changed."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(100 * share))
        self._write()

    def _moved(self, percent: int) -> None:
        self._write()
        self.changed.emit(percent / 100)

    def _write(self) -> None:
        self.number.setText(tr("{percent} %").format(percent=self.slider.value()))


class CountTable(QWidget):
    """How many images of each class are on each side; "≈" marks what is not counted yet."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self, horizontalSpacing=12, verticalSpacing=4)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0, 1)
        self.cells: dict[tuple[str, str], QLabel] = {}

    def show_counts(self, counts: Mapping[str, Mapping[str, int]], expected: bool) -> None:
        """Show `counts` by side and class."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.setParent(None)
        self.cells = {}
        sides = [side for side in SIDE_HEADINGS if side in counts]
        for column, side in enumerate(sides, 1):
            head = QLabel(say(SIDE_HEADINGS[side]), objectName="muted", alignment=RIGHT)
            head.setToolTip(tr(MEANINGS[side]))
            self._grid.addWidget(head, 0, column)
        names = list(dict.fromkeys(name for side in sides for name in counts[side]))
        for row, name in enumerate(names, 1):
            label = ElidedLabel(QSizePolicy.Policy.Ignored)
            label.setText(name)
            label.setToolTip(name)
            self._grid.addWidget(label, row, 0)
            for column, side in enumerate(sides, 1):
                number = grouped(counts[side].get(name, 0))
                cell = QLabel(f"≈ {number}" if expected else number, alignment=RIGHT)
                cell.setObjectName("muted" if expected else "")
                self.cells[name, side] = cell
                self._grid.addWidget(cell, row, column)


class SplitPanel(QWidget):
    """The split of the draft.

    Signals:
        changed: carries the name of a field of DataConfig and its value.
        split_anew: the split that the data give is not wanted.
    """

    changed = Signal(str, object)
    split_anew = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.validation = ShareRow(say(SIDE_HEADINGS["validation"]), tr(MEANINGS["validation"]), 5, 40)
        self.test = ShareRow(say(SIDE_HEADINGS["test"]), tr(MEANINGS["test"]), 0, 40)
        self.seed = QSpinBox(minimum=0, maximum=2**31 - 1, keyboardTracking=False)
        self.seed.lineEdit().setTextMargins(6, 0, 0, 0)
        self.seed.setAccessibleName(tr("Seed of the split"))
        self.seed.setToolTip(tr(SEED_TIP))
        self.given = QLabel(wordWrap=True, objectName="muted")
        self.anew = QPushButton(tr("Split anew instead"), objectName="link")
        self.table = CountTable()
        self._seed_row = QWidget()
        seed_row = QHBoxLayout(self._seed_row, spacing=8)
        seed_row.setContentsMargins(0, 0, 0, 0)
        label = QLabel(tr("Seed"))
        label.setMinimumWidth(72)
        seed_row.addWidget(label)
        seed_row.addWidget(self.seed, 1)
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (
            self.given,
            self.anew,
            self.validation,
            self.test,
            self._seed_row,
            self.table,
        ):
            column.addWidget(widget)
        self.validation.changed.connect(lambda share: self.changed.emit("validation", share))
        self.test.changed.connect(lambda share: self.changed.emit("test", share))
        self.seed.valueChanged.connect(lambda seed: self.changed.emit("split_seed", seed))
        self.anew.clicked.connect(self.split_anew)
        self.show_config(DataConfig(split_seed=SPLIT_SEED), frozenset())

    def show_config(self, data: DataConfig, sides: frozenset[str]) -> None:
        """Show the shares and the seed; `sides` are those that the data give."""
        self.validation.show_share(data.validation)
        self.test.show_share(data.test)
        with QSignalBlocker(self.seed):
            self.seed.setValue(data.split_seed)
        given = bool(sides)
        where = tr("by the table") if data.path.lower().endswith(".csv") else tr("by the folders")
        words = tr("The split is given {where}.").format(where=where)
        if given and "validation" not in sides:
            words += " " + tr("Validation is taken from training.")
        self.given.setText(words)
        self.given.setVisible(given)
        self.anew.setVisible(given)
        inner = "validation" not in sides
        self.validation.setVisible(inner)
        self.test.setVisible(not given)
        self._seed_row.setVisible(inner)

    def show_counts(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Show what the check has counted."""
        self.table.show_counts(counts, expected=False)

    def show_expected(self, data: DataConfig, amounts: Mapping[str, int]) -> None:
        """Show what the shares come to, before anything is counted."""
        shares = {"train": 1 - data.validation - data.test, "validation": data.validation, "test": data.test}
        counts = {
            side: {name: round(share * amount) for name, amount in amounts.items()}
            for side, share in shares.items()
        }
        self.table.show_counts(counts, expected=True)
