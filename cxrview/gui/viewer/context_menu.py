"""The menu of the picture: a short click with the right button, or the menu key.

A drag with that button windows, so that the menu waits for the release.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QMenu

from cxrview.gui.viewer.canvas import Canvas

SLACK = 4  # logical pixels that a hand moves while it clicks


class ContextMenu(QObject):
    """Watches `canvas`, and shows the menu that `make` returns; it is made anew each time."""

    def __init__(self, canvas: Canvas, make: Callable[[Canvas], QMenu]) -> None:
        super().__init__(canvas)
        self._canvas, self._make = canvas, make
        self._pressed: QPoint | None = None
        self._voi = canvas.view.voi
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent):
            self._follow(event)
        elif isinstance(event, QContextMenuEvent) and event.reason() is QContextMenuEvent.Reason.Keyboard:
            self._show(self._canvas.rect().center())
            return True
        return super().eventFilter(watched, event)

    def _follow(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        if event.type() is QEvent.Type.MouseButtonPress:
            alone = event.buttons() == Qt.MouseButton.RightButton
            self._pressed, self._voi = (place if alone else None), self._canvas.view.voi
        elif self._pressed is None:
            return
        elif (place - self._pressed).manhattanLength() > SLACK:
            self._pressed = None
        elif event.type() is QEvent.Type.MouseButtonRelease:
            self._pressed = None
            self._canvas.view.set_voi(self._voi)  # as it was before the hand moved
            for layer in self._canvas.layers:
                layer.pick(event.position())
            self._show(place)

    def _show(self, place: QPoint) -> None:
        if self._canvas.has_image():
            menu = self._make(self._canvas)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self._canvas.mapToGlobal(place))
