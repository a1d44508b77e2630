"""One control for one option, made from what the option says of itself: type, bounds, choices, unit."""

import dataclasses
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QSlider, QSpinBox, QWidget

from cxrview.i18n import fixed, localised, say, tr
from cxrview.message import Message

PERCENT_WIDTH = 44
TEXT_WIDTH, FRACTION_WIDTH = 220, 112


class Calm(QObject):
    """Lets the wheel scroll the page: it changes only the control that has the focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def calm(control: QWidget) -> None:
    """Keep the wheel from changing `control` in passing."""
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    control.installEventFilter(Calm(control))


class OptionRow(QWidget):
    """The control of one option. `choices` are words for its values where it has none itself.

    Signals:
        changed: the user wants another value; carries it.
        refused: what was typed is no value; carries a sentence.
    """

    changed = Signal(object)
    refused = Signal(str)

    def __init__(self, field: "dataclasses.Field[Any]", choices: Mapping[str, Message]) -> None:
        super().__init__()
        self.field, self.choices = field, choices
        self.label, self.help = tr(field.metadata["label"]), tr(field.metadata["help"])
        self.row = QHBoxLayout(self, spacing=10)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.control: QWidget = self._make()
        self.control.setAccessibleName(self.label)
        self.control.setAccessibleDescription(self.help)
        self.setFocusProxy(self.control)
        self.row.insertWidget(0, self.control, 0, Qt.AlignmentFlag.AlignLeft)

    def show_value(self, value: Any) -> None:
        """Show `value` without saying that it was changed."""
        raise NotImplementedError

    def _make(self) -> QWidget:
        """Return the control; put into the row what belongs beside it."""
        raise NotImplementedError


class SwitchRow(OptionRow):
    """On or off. Its label is part of the control."""

    control: QCheckBox

    def _make(self) -> QCheckBox:
        return QCheckBox(self.label.replace("&", "&&"), clicked=self.changed.emit)

    def show_value(self, value: bool) -> None:
        self.control.setChecked(value)


class ChoiceRow(OptionRow):
    """One of a few values, in words."""

    control: QComboBox

    def _make(self) -> QComboBox:
        box = QComboBox(sizeAdjustPolicy=QComboBox.SizeAdjustPolicy.AdjustToContents)
        for value, words in self.field.metadata["choices"].items():
            named = self.choices.get(value)
            box.addItem(say(named) if named is not None else tr(words), value)
        box.activated.connect(lambda _index: self.changed.emit(box.currentData()))
        return box

    def show_value(self, value: str) -> None:
        self.control.setCurrentIndex(self.control.findData(value))


class PercentRow(OptionRow):
    """A fraction, shown as percent."""

    control: QSlider

    def _make(self) -> QSlider:
        low, high = (round(self.field.metadata[name] * 100) for name in ("low", "high"))
        slider = QSlider(Qt.Orientation.Horizontal, minimum=low, maximum=high, pageStep=10)
        slider.setMinimumWidth(180)
        self.number = QLabel(alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.number.setMinimumWidth(PERCENT_WIDTH)
        self.row.addWidget(self.number)
        slider.valueChanged.connect(self._moved)
        return slider

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

    control: QSpinBox

    def _make(self) -> QSpinBox:
        metadata = self.field.metadata
        low, high = int(metadata["low"]), int(metadata["high"])
        box = QSpinBox(minimum=low, maximum=high, keyboardTracking=False)
        box.lineEdit().setTextMargins(6, 0, 0, 0)
        if unit := metadata["unit"]:  # a number that only counts goes one by one
            box.setSingleStep(max(1, (high - low) // 128))
            box.setSuffix(f" {tr(unit)}")
        box.valueChanged.connect(self.changed.emit)
        return box

    def show_value(self, value: int) -> None:
        self.control.blockSignals(True)
        self.control.setValue(value)
        self.control.blockSignals(False)


class TypedRow(OptionRow):
    """A line that is read when it is finished: fractions, lists and texts."""

    control: QLineEdit

    def _make(self) -> QLineEdit:
        line = QLineEdit()
        line.setFixedWidth(FRACTION_WIDTH if self.field.type is float else TEXT_WIDTH)
        line.editingFinished.connect(self._finished)
        self._shown = ""
        return line

    def show_value(self, value: Any) -> None:
        self._shown = as_typed(value)
        self.control.setText(self._shown)

    def _finished(self) -> None:
        text = self.control.text().strip()
        if text == self._shown:
            return
        self._shown = text
        try:
            value = from_typed(text, self.field.type)
        except ValueError:
            self.refused.emit(tr("“{text}” is no such value.").format(text=text))
            return
        self.changed.emit(value)


def as_typed(value: Any) -> str:
    """Return `value` as a user would type it; a number in the shortest way that means exactly it."""
    if isinstance(value, tuple):
        return ", ".join(as_typed(part) for part in value)
    if isinstance(value, float):
        short = f"{value:g}"
        text = short if float(short) == value else repr(value)
        return localised(text)
    return str(value)


def from_typed(text: str, wanted: Any) -> Any:
    """Return the value that `text` means, of the type `wanted`. Raises ValueError."""
    if get_origin(wanted) is tuple:
        kind = get_args(wanted)[0]
        parts = [part.strip() for part in text.replace(";", ",").split(",")]
        return tuple(from_typed(part, kind) for part in parts if part)
    if wanted is float:
        return float(text.replace(",", "."))
    return wanted(text)


def row_for(field: "dataclasses.Field[Any]", choices: Mapping[str, Message] | None = None) -> OptionRow:
    """Return the control that suits `field`; `choices` are words for values that have none themselves."""
    kinds: dict[object, type[OptionRow]] = {bool: SwitchRow, int: NumberRow}
    kind: type[OptionRow]
    if field.metadata["choices"]:
        kind = ChoiceRow
    elif field.metadata["unit"] == "%":
        kind = PercentRow
    else:
        kind = kinds.get(field.type, TypedRow)
    return kind(field, choices or {})


def rows_of(
    kind: type, choices: Mapping[str, Message] | None = None, leave_out: tuple[str, ...] = ()
) -> dict[str, OptionRow]:
    """Return a control for each option of the dataclass `kind`, by its name, for a page that scrolls."""
    fields = [field for field in dataclasses.fields(kind) if field.name not in leave_out]
    rows = {field.name: row_for(field, choices) for field in fields}
    for row in rows.values():
        calm(row.control)
    return rows
