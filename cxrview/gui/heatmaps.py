"""The commands about heatmaps: how they are drawn, all classes at once, and what the model saw."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from cxrview.explain.style import MODES
from cxrview.gui.dialogs.model_view import ModelViewDialog
from cxrview.gui.dialogs.multiples import MultiplesDialog

if TYPE_CHECKING:
    from cxrview.gui.main_window import MainWindow

STEP = 0.1  # of opacity, by key
NOTCH = 0.05  # of opacity, by one notch of the wheel


class Heatmaps(QObject):
    """Does what the menu Heatmap says. The two dialogs are made when they are first asked for."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._state = window, window.state
        self.all_classes: MultiplesDialog | None = None
        self.model_view: ModelViewDialog | None = None
        window.reading.heatmap.all_classes.clicked.connect(self.show_all_classes)
        window.reading.heatmap.model_view.clicked.connect(self.show_model_view)

    def show(self, visible: bool) -> None:
        """Show or hide the heatmap."""
        self._state.change_settings(heatmap_visible=visible)

    def stronger(self) -> None:
        """Make the heatmap more opaque by a step."""
        self._add_opacity(STEP)

    def fainter(self) -> None:
        """Make the heatmap more transparent by a step."""
        self._add_opacity(-STEP)

    def change_opacity(self, notches: float) -> None:
        """Make the heatmap more opaque by notches of the wheel, or less by negative ones."""
        self._add_opacity(notches * NOTCH)

    def _add_opacity(self, step: float) -> None:
        opacity = min(1.0, max(0.0, round(self._state.settings.heatmap_opacity + step, 3)))
        self._state.change_settings(heatmap_opacity=opacity)

    def draw_as(self, mode: str) -> None:
        """Draw heatmaps in `mode`, one of MODES."""
        self._state.change_settings(heatmap_mode=mode)

    def draw_otherwise(self) -> None:
        """Go to the next mode."""
        following = (MODES.index(self._state.settings.heatmap_mode) + 1) % len(MODES)
        self.draw_as(MODES[following])

    def show_grid(self, on: bool) -> None:
        """Draw the lines between the cells, or not."""
        self._state.change_settings(heatmap_grid=on)

    def show_scale(self, on: bool) -> None:
        """Show the colour scale on the image, or not."""
        self._state.change_settings(heatmap_bar=on)

    def show_all_classes(self) -> None:
        """Open the heatmaps of all classes side by side."""
        if self.all_classes is None:
            self.all_classes = MultiplesDialog(self._window, self._state)
        _to_front(self.all_classes)

    def show_model_view(self) -> None:
        """Open what the model saw."""
        if self.model_view is None:
            self.model_view = ModelViewDialog(self._window, self._state, self._window.runner)
        _to_front(self.model_view)


def _to_front(dialog: QDialog) -> None:
    dialog.show()
    dialog.activateWindow()
