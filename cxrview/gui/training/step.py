"""One page of the training window."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cxrview.gui.theme import Theme


class Step(QWidget):
    """A page on the way from images to a model.

    Signals:
        ready_changed: whether the next step may be gone to is another answer now.
    """

    ready_changed = Signal()
    title = ""

    def obstacle(self) -> str:
        """Return why one cannot go on, in one sentence, or "" if one can."""
        return ""

    def entered(self) -> None:
        """The page has come to the front."""

    def set_theme(self, theme: Theme) -> None:
        """Draw in `theme`."""
