"""A button that looks like a link."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton


def link_button(text: str) -> QPushButton:
    """Return the button; Enter elsewhere in a dialog does not press it."""
    button = QPushButton(text, objectName="link", autoDefault=False)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button
