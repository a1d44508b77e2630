"""Space held down takes the heatmap away, wherever the focus is, unless Space types or clicks there."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from cxrview.gui.state import AppState


class PeekFilter(QObject):
    """An event filter for the window and for those of its widgets that would keep Space to themselves."""

    def __init__(self, state: AppState, parent: QObject) -> None:
        super().__init__(parent)
        self._state = state

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Space:
                if not event.isAutoRepeat():
                    self._state.set_peeking(kind == QEvent.Type.KeyPress)
                return True
        elif kind in (QEvent.Type.WindowDeactivate, QEvent.Type.FocusOut):  # the release will go elsewhere
            self._state.set_peeking(False)
        return super().eventFilter(watched, event)
