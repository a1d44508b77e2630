"""Which keys sliders, choices and the study list keep from the window's shortcuts."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QTreeView, QWidget

MOVING = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
    }
)
COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class OwnKeys(QObject):
    """An event filter: arrow keys move a slider, a choice or the list that has the focus, not the image.

    In a choice letters and digits find an item; in sliders and in the list they stay shortcuts.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & COMMANDS
            typed = isinstance(watched, QComboBox) and event.text().isalnum()
            removed = isinstance(watched, QTreeView) and event.key() == Qt.Key.Key_Delete
            if plain and (event.key() in MOVING or typed or removed):
                event.accept()
                return True
        scrolled = event.type() is QEvent.Type.Wheel and not isinstance(watched, QTreeView)
        if scrolled and isinstance(watched, QWidget) and not watched.hasFocus():
            # scrolling past a control must not change it
            event.ignore()
            return True
        return super().eventFilter(watched, event)
