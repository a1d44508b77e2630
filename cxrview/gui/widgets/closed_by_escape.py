"""Windows that are no dialogs and close with Esc all the same, as those do."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

if TYPE_CHECKING:
    Widget = QWidget
else:
    Widget = object


class ClosedByEscape(Widget):
    """Stands before a class of windows. Esc empties a search first, as far as the words are in one."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif isinstance(focused, QLineEdit) and focused.isClearButtonEnabled() and focused.text():
            focused.clear()
        else:
            self.close()
