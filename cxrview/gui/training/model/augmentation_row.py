"""One kind of random change: a switch, or a slider with its number."""

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QLabel, QSlider, QWidget

from cxrview.gui.widgets.option_controls import calm
from cxrview.i18n import tr

LABEL, NUMBER = 215, 82  # widths
STEPS = ((45.0, 1.0, 0), (2.0, 0.1, 1), (0.0, 0.01, 2))  # by upper bound: step, places
PLACES = 4  # what a file may hold is shown as it is


class ChangeRow(QWidget):
    """The control of one entry of the augmentation.

    Signals:
        edited: the user wants another value; carries it.
    """

    edited = Signal(object)

    def __init__(self, item: "dataclasses.Field[Any]") -> None:
        super().__init__()
        self.label = tr(item.metadata["label"])
        self.row = QHBoxLayout(self, spacing=10)
        self.row.setContentsMargins(0, 0, 0, 0)

    def show_value(self, value: Any) -> None:
        """Show `value` without saying that it was changed."""
        raise NotImplementedError


class FlipRow(ChangeRow):
    """On or off, with a warning while it is on."""

    def __init__(self, item: "dataclasses.Field[Any]") -> None:
        super().__init__(item)
        self.control = QCheckBox(self.label, clicked=self.edited.emit)
        self.control.setAccessibleName(self.label)
        self.row.addWidget(self.control)

    def show_value(self, value: bool) -> None:
        """Show `value` without saying that it was changed."""
        self.control.setChecked(value)


class AmountRow(ChangeRow):
    """How much: a slider to feel it, a number to set it."""

    def __init__(self, item: "dataclasses.Field[Any]") -> None:
        super().__init__(item)
        low, high = item.metadata["low"], item.metadata["high"]
        self._step, places = next((step, places) for least, step, places in STEPS if high >= least)
        words = QLabel(self.label, wordWrap=True)
        words.setFixedWidth(LABEL)
        self.control = QDoubleSpinBox(minimum=low, maximum=high, singleStep=self._step, decimals=places)
        self.control.setKeyboardTracking(False)
        self.control.lineEdit().setTextMargins(6, 0, 0, 0)
        self.control.setFixedWidth(NUMBER)
        self.slider = QSlider(Qt.Orientation.Horizontal, minimum=round(low / self._step))
        self.slider.setMaximum(round(high / self._step))
        self.slider.setMinimumWidth(90)
        words.setBuddy(self.control)
        for control in (self.slider, self.control):
            control.setAccessibleName(self.label)
            calm(control)
        for widget, stretch in ((words, 0), (self.slider, 1), (self.control, 0)):
            self.row.addWidget(widget, stretch)
        self._places = places
        self.slider.valueChanged.connect(lambda value: self.edited.emit(round(value * self._step, PLACES)))
        self.control.valueChanged.connect(lambda value: self.edited.emit(round(value, PLACES)))

    def show_value(self, value: float) -> None:
        """Show `value` without saying that it was changed."""
        for control in (self.slider, self.control):
            control.blockSignals(True)
        self.control.setDecimals(self._places if round(value, self._places) == value else PLACES)
        self.control.setValue(value)
        self.slider.setValue(round(value / self._step))
        for control in (self.slider, self.control):
            control.blockSignals(False)


def row_for(item: "dataclasses.Field[Any]") -> ChangeRow:
    """Return the control that suits `item`."""
    return FlipRow(item) if isinstance(item.default, bool) else AmountRow(item)
