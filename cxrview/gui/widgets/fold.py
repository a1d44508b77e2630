"""A part of a page that folds away."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from cxrview.gui import theme as themes


class Fold(QWidget):
    """A heading that shows and hides `inside`."""

    def __init__(self, title: str, inside: QWidget, is_open: bool = False) -> None:
        super().__init__()
        self.inside = inside
        self.button = QToolButton(text=title, checkable=True, objectName="fold")
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.button)
        column.addWidget(inside)
        self.button.toggled.connect(self._refresh)
        self.button.setChecked(is_open)
        self._refresh()

    def set_title(self, title: str) -> None:
        """Call it `title`."""
        self.button.setText(title)

    def set_open(self, is_open: bool) -> None:
        """Unfold it, or fold it."""
        self.button.setChecked(is_open)

    def _refresh(self) -> None:
        is_open = self.button.isChecked()
        self.button.setIcon(themes.icon("chevron-down" if is_open else "chevron-right"))
        self.inside.setVisible(is_open)
