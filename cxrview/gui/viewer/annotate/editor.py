"""A line to write in, over the canvas: a label, a text, a known length."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from cxrview.i18n import tr

WIDTH = 220


class LineEditor(QLineEdit):
    """Asks for one line: Enter takes it, Esc does not, and leaving it takes what was typed."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas, objectName="onImage", accessibleName=tr("Text"))
        self._canvas = canvas
        self._take: Callable[[str], None] | None = None
        self._give_up: Callable[[], None] | None = None
        self._keep_on_leaving = True
        self.setFixedWidth(WIDTH)
        self.hide()

    def ask(
        self,
        place: QPointF,
        what: str,
        text: str,
        take: Callable[[str], None],
        keep_on_leaving: bool = True,
        give_up: Callable[[], None] | None = None,
    ) -> None:
        """Ask for `what` at `place` of the canvas, beginning with `text`; `take` gets the answer.

        `give_up` is called if there is none.
        """
        self._take, self._give_up, self._keep_on_leaving = take, give_up, keep_on_leaving
        self.setPlaceholderText(what)
        self.setAccessibleName(what)
        self.setText(text)
        self.selectAll()
        area = self._canvas.rect()
        x = min(max(4, round(place.x())), max(4, area.width() - WIDTH - 4))
        y = min(max(4, round(place.y())), max(4, area.height() - self.sizeHint().height() - 4))
        self.move(x, y)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def drop(self) -> None:
        """Go away without an answer."""
        give_up, self._take, self._give_up = self._give_up, None, None
        self._leave()
        if give_up is not None:
            give_up()

    def _answer(self) -> None:
        take, self._take, self._give_up = self._take, None, None
        text = self.text()
        self._leave()
        if take is not None:
            take(text)

    def _leave(self) -> None:
        if self.isVisible():
            had_focus = self.hasFocus()
            self.hide()
            if had_focus:
                self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.drop()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._answer()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if plain:  # Esc, arrows and letters are for this line
                event.accept()
                return True
        if event.type() is QEvent.Type.FocusOut and self._take is not None:
            self._answer() if self._keep_on_leaving else self.drop()
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        event.accept()  # not for the canvas underneath
