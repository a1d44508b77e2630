"""One control for one setting, made from what the setting says of itself: type, bounds, choices, unit."""

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QSlider, QSpinBox, QWidget

from cxrview.words import fixed, tr

PERCENT_WIDTH = 44


class OptionRow(QWidget):
    """The control of one setting.

    Signals:
        changed: the user chose another value; carries it.
    """

    changed = Signal(object)

    def __init__(self, field: "dataclasses.Field[Any]") -> None:
        super().__init__()
        self.field = field
        label, words = field.metadata["label"], field.metadata["help"]
        self.label, self.help = tr(label), tr(words)
        row = QHBoxLayout(self, spacing=10)
        row.setContentsMargins(0, 0, 0, 0)
        self.control = self._make()
        self.control.setAccessibleName(self.label)
        self.control.setAccessibleDescription(self.help)
        self.setFocusProxy(self.control)
        row.addWidget(self.control)

    def show_value(self, value: Any) -> None:
        """Show `value` without saying that it was changed."""
        raise NotImplementedError

    def _make(self) -> QWidget:
        """Return the control; put into the layout after it what belongs beside it."""
        raise NotImplementedError


class SwitchRow(OptionRow):
    """On or off. Its label is part of the control."""

    def _make(self) -> QCheckBox:
        return QCheckBox(self.label.replace("&", "&&"), clicked=self.changed.emit)

    def show_value(self, value: bool) -> None:
        self.control.setChecked(value)


class ChoiceRow(OptionRow):
    """One of a few values, in words."""

    def _make(self) -> QComboBox:
        box = QComboBox(sizeAdjustPolicy=QComboBox.SizeAdjustPolicy.AdjustToContents)
        for value, words in self.field.metadata["choices"].items():
            box.addItem(tr(words), value)
        box.activated.connect(lambda _index: self.changed.emit(box.currentData()))
        return box

    def show_value(self, value: str) -> None:
        self.control.setCurrentIndex(self.control.findData(value))


class PercentRow(OptionRow):
    """A fraction, shown as percent."""

    def _make(self) -> QSlider:
        low, high = (round(self.field.metadata[name] * 100) for name in ("low", "high"))
        slider = QSlider(Qt.Orientation.Horizontal, minimum=low, maximum=high, pageStep=10)
        slider.setMinimumWidth(180)
        self.number = QLabel(alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.number.setMinimumWidth(PERCENT_WIDTH)
        slider.valueChanged.connect(self._moved)
        return slider

    def __init__(self, field: "dataclasses.Field[Any]") -> None:
        super().__init__(field)
        self.layout().addWidget(self.number)

    def _moved(self, percent: int) -> None:
        self.number.setText(tr("{percent} %").format(percent=percent))
        self.changed.emit(percent / 100)

    def show_value(self, value: float) -> None:
        self.control.blockSignals(True)
        self.control.setValue(round(value * 100))
        self.control.blockSignals(False)
        self.number.setText(tr("{percent} %").format(percent=fixed(value * 100, 0)))


class NumberRow(OptionRow):
    """A whole number between its bounds, with its unit."""

    def _make(self) -> QSpinBox:
        metadata = self.field.metadata
        low, high = metadata["low"], metadata["high"]
        box = QSpinBox(minimum=low, maximum=high, keyboardTracking=False)
        box.setSingleStep(max(1, (high - low) // 128))
        box.lineEdit().setTextMargins(6, 0, 0, 0)
        if unit := metadata["unit"]:
            box.setSuffix(f" {tr(unit)}")
        box.valueChanged.connect(self.changed.emit)
        return box

    def show_value(self, value: int) -> None:
        self.control.blockSignals(True)
        self.control.setValue(value)
        self.control.blockSignals(False)


class TextRow(OptionRow):
    """A line of text, taken over when it is finished."""

    def _make(self) -> QLineEdit:
        line = QLineEdit()
        line.setMinimumWidth(260)
        line.editingFinished.connect(lambda: self.changed.emit(line.text().strip()))
        return line

    def show_value(self, value: str) -> None:
        self.control.setText(value)


def row_for(field: "dataclasses.Field[Any]") -> OptionRow:
    """Return the control that suits `field`."""
    if field.metadata["choices"]:
        return ChoiceRow(field)
    kinds = {bool: SwitchRow, int: NumberRow, float: PercentRow, str: TextRow}
    return kinds[type(field.default)](field)
