"""What is covered, with the way back and forth through the steps that made it so."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from cxrview.explain.covered import Cover


class CoverHistory(QObject):
    """Signals:
    changed: other places are covered.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: list[tuple[Cover, ...]] = [()]
        self._at = 0

    @property
    def covers(self) -> "tuple[Cover, ...]":
        """What is covered now, in the order in which it was."""
        return self._steps[self._at]

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether a step was taken back."""
        return self._at < len(self._steps) - 1

    def put(self, covers: "tuple[Cover, ...]") -> None:
        """Cover these places from now on; what was taken back is forgotten."""
        if covers != self.covers:
            self._steps = [*self._steps[: self._at + 1], covers]
            self._go(self._at + 1)

    def undo(self) -> None:
        """Go back one step, if there is one."""
        if self.can_undo:
            self._go(self._at - 1)

    def redo(self) -> None:
        """Go forth one step, if there is one."""
        if self.can_redo:
            self._go(self._at + 1)

    def forget(self) -> None:
        """Begin anew, on another film."""
        self._steps = [()]
        self._go(0)

    def _go(self, to: int) -> None:
        self._at = to
        self.changed.emit()
