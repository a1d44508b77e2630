"""One page of the training window."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cxrview.gui.training.runs import Run


class WizardStep(QWidget):
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

    def offers(self) -> bool:
        """Whether there is something to see here whatever stands in the way of the pages before."""
        return False

    def shows(self, _run: Run) -> bool:
        """Whether the page is about that run."""
        return False

    def let_go(self) -> None:
        """The program ends: end what the page has running."""
