"""A panel whose parts have grown is laid out whole before it is painted."""

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget


def settle(widget: QWidget) -> None:
    """Lay out `widget` and what stands around it now, from the inside out.

    Qt lays out one level in each round of events and may paint in between: rows in the room they had before,
    one over the other.
    """
    around: QWidget | None = widget
    while around is not None and not around.isWindow():
        QCoreApplication.sendPostedEvents(around, QEvent.Type.LayoutRequest.value)
        around = around.parentWidget()
