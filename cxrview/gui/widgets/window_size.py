"""The first size of a window: as wanted, but not beyond the screen."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

FRAME = QSize(16, 48)  # pixels: about what the system draws around a window


def fitted(wanted: QSize, window: QWidget) -> QSize:
    """Return `wanted`, or as much of it as the screen of `window` has room for."""
    return wanted.boundedTo(window.screen().availableSize() - FRAME)
