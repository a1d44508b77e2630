"""A row of values, of which any number is searched."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QToolButton, QWidget

GAP = 6


class Chips(QWidget):
    """Buttons to be switched on and off. Values that nobody offers, but are searched, get one as well.

    Signals:
        edited: carries the tuple of values that are on.
    """

    edited = Signal(object)

    def __init__(self, name: str, values: Sequence[tuple[Any, str]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._name = name
        self.buttons: dict[Any, QToolButton] = {}
        self._flow = Flow(self)
        for value, text in values:
            self._add(value, text)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _add(self, value: Any, text: str) -> None:
        button = QToolButton(text=text, checkable=True, objectName="chip")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(f"{self._name}: {text}")
        button.clicked.connect(lambda: self.edited.emit(self.values))
        self.buttons[value] = button
        self._flow.addWidget(button)

    @property
    def values(self) -> tuple[Any, ...]:
        """What is on, in the order in which it is offered."""
        return tuple(value for value, button in self.buttons.items() if button.isChecked())

    def show_values(self, values: Sequence[Any], text_of: Any) -> None:
        """Switch on `values` and nothing else; `text_of` gives the text of one that is not offered yet."""
        for value in values:
            if value not in self.buttons:
                self._add(value, text_of(value))
        for value, button in self.buttons.items():
            button.setChecked(value in values)


class Flow(QLayout):
    """Puts widgets side by side and goes on in the next line (after Qt's example of a flow layout)."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), only_measure=True)

    def setGeometry(self, area: QRect) -> None:  # noqa: N802
        super().setGeometry(area)
        self._place(area, only_measure=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:  # noqa: N802
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, area: QRect, only_measure: bool) -> int:
        left, top, row = area.left(), area.top(), 0
        for item in self._items:
            hint = item.sizeHint()
            if left > area.left() and left + hint.width() > area.right() + 1:
                left, top, row = area.left(), top + row + GAP, 0
            if not only_measure:
                item.setGeometry(QRect(QPoint(left, top), hint))
            left += hint.width() + GAP
            row = max(row, hint.height())
        return top + row - area.top()
