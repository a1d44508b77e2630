"""One control for one entry of the configuration, made from what the entry says of itself."""

import dataclasses
from typing import Any, get_args, get_origin, get_type_hints

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cxrview.training.names import CHOICES, called
from cxrview.words import DECIMAL_SIGNS, language, say, tr


class Calm(QObject):
    """Lets the wheel scroll the page: it changes only the control that has the focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and not watched.hasFocus():
            event.ignore()
            return True
        return False


def calm(control: QWidget) -> None:
    """Keep the wheel from changing `control` in passing."""
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    control.installEventFilter(Calm(control))


class FieldEdit(QWidget):
    """The control of one entry.

    Signals:
        edited: the user wants another value; carries it.
        refused: what was typed is no value; carries a sentence.
    """

    edited = Signal(object)
    refused = Signal(str)

    def __init__(self, item: "dataclasses.Field[Any]", wanted: Any) -> None:
        super().__init__()
        self.item, self.wanted = item, wanted
        self.label = tr(item.metadata["label"])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.control = self._make()
        self.control.setAccessibleName(self.label)
        calm(self.control)
        self.setFocusProxy(self.control)
        column.addWidget(self.control, 0, Qt.AlignmentFlag.AlignLeft)

    def show_value(self, value: Any) -> None:
        """Show `value` without saying that it was changed."""
        raise NotImplementedError

    def _make(self) -> QWidget:
        raise NotImplementedError


class SwitchEdit(FieldEdit):
    """On or off; its label is part of the control."""

    def _make(self) -> QCheckBox:
        return QCheckBox(self.label.replace("&", "&&"), clicked=self.edited.emit)

    def show_value(self, value: bool) -> None:
        self.control.setChecked(value)


class ChoiceEdit(FieldEdit):
    """One of a few values, in words."""

    def _make(self) -> QComboBox:
        box = QComboBox(sizeAdjustPolicy=QComboBox.SizeAdjustPolicy.AdjustToContents)
        for value in self.item.metadata["choices"]:
            box.addItem(say(called(CHOICES, value)), value)
        box.activated.connect(lambda _index: self.edited.emit(box.currentData()))
        return box

    def show_value(self, value: str) -> None:
        self.control.setCurrentIndex(self.control.findData(value))


class WholeEdit(FieldEdit):
    """A whole number between its bounds."""

    def _make(self) -> QSpinBox:
        low, high = self.item.metadata["low"], self.item.metadata["high"]
        box = QSpinBox(minimum=int(low), maximum=int(high), keyboardTracking=False)
        box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.UpDownArrows)
        box.lineEdit().setTextMargins(6, 0, 0, 0)
        box.valueChanged.connect(self.edited.emit)
        return box

    def show_value(self, value: int) -> None:
        self.control.blockSignals(True)
        self.control.setValue(value)
        self.control.blockSignals(False)


class TypedEdit(FieldEdit):
    """A line that is read when it is finished: fractions, lists and texts."""

    def _make(self) -> QLineEdit:
        line = QLineEdit()
        line.setFixedWidth(112 if self.wanted is float else 220)
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
        try:
            value = from_typed(text, self.wanted)
        except ValueError:
            self._shown = text
            self.refused.emit(tr("“{text}” is no such value.").format(text=text))
            return
        self._shown = text
        self.edited.emit(value)


def as_typed(value: Any) -> str:
    """Return `value` as a user would type it; a number in the shortest way that means exactly it."""
    if isinstance(value, tuple):
        return ", ".join(as_typed(part) for part in value)
    if isinstance(value, float):
        short = f"{value:g}"
        text = short if float(short) == value else repr(value)
        return text.replace(".", DECIMAL_SIGNS.get(language(), "."))
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


def edits_of(kind: type, leave_out: tuple[str, ...] = ()) -> dict[str, FieldEdit]:
    """Return a control for each entry of the part `kind` of the configuration, by its name."""
    hints = get_type_hints(kind)
    return {
        item.name: _edit(item, hints[item.name])
        for item in dataclasses.fields(kind)
        if item.name not in leave_out
    }


def _edit(item: "dataclasses.Field[Any]", wanted: Any) -> FieldEdit:
    if item.metadata["choices"]:
        return ChoiceEdit(item, wanted)
    kinds = {bool: SwitchEdit, int: WholeEdit}
    return kinds.get(wanted, TypedEdit)(item, wanted)
