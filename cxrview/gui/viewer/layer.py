"""Something painted over the picture of one canvas, which may take the mouse before the tool does."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from cxrview.gui.viewer.view_transform import ViewTransform

if TYPE_CHECKING:
    from cxrview.gui.viewer.canvas import Canvas


class Layer:
    """A layer that paints nothing and takes nothing. Positions in events are those of the canvas.

    `kind` is "overlays", "heatmap" or "annotations" where an export may leave the layer out.
    """

    kind = ""

    def __init__(self, canvas: "Canvas") -> None:
        self.canvas = canvas

    def paint(self, painter: QPainter, placement: ViewTransform) -> None:
        """Paint over the picture, in widget coordinates; `placement` may be another than the canvas's."""

    def press(self, event: QMouseEvent) -> bool:
        """Return whether the layer takes this drag; then its moves and its release come here."""
        return False

    def move(self, event: QMouseEvent) -> None:
        """The mouse moved in a drag that was taken."""

    def release(self, event: QMouseEvent) -> None:
        """A drag that was taken ended."""

    def double_click(self, event: QMouseEvent) -> bool:
        """Return whether the double click was for this layer."""
        return False

    def pick(self, place: QPointF) -> None:
        """The menu of the picture was asked for at `place`: select what lies there."""

    def hover(self, event: QMouseEvent) -> Qt.CursorShape | None:
        """The mouse moved with no button down: return the cursor if it is over something of this layer."""
        return None

    def key(self, event: QKeyEvent) -> bool:
        """Return whether the key was for this layer."""
        return False
