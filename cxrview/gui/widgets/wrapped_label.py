"""A label of several lines that is quick in long lists."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel


class WrappedLabel(QLabel):
    """Plain text in lines, which stays as it is.

    It remembers how high it is for a width, which layouts ask again and again.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._heights: dict[int, int] = {}

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = super().heightForWidth(width)
        return self._heights[width]

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._heights.clear()
        super().changeEvent(event)
