"""The prior: an earlier film of the same patient, beside the one that is asked about."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cxrview.gui.teaching.film_view import show_film
from cxrview.gui.view_state import Shown, ViewState
from cxrview.gui.viewer.canvas import Canvas
from cxrview.gui.viewer.tools import PanTool
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.gui.state import AppState
    from cxrview.gui.teaching.reading import FilmShown


class PriorView(QWidget):
    """Hidden where a film has no prior, and while the reader does not want it."""

    def __init__(self, state: "AppState") -> None:
        super().__init__()
        self.view = ViewState(self)
        self.canvas = Canvas(self.view, state, PanTool())
        self.canvas.setAccessibleName(tr("Prior film"))
        self._there, self._wanted = False, True
        column = QVBoxLayout(self, spacing=0)
        column.setContentsMargins(1, 0, 0, 0)
        title = QLabel(tr("Prior"), objectName="muted")
        title.setContentsMargins(8, 4, 8, 4)
        column.addWidget(title)
        column.addWidget(self.canvas, 1)
        self.hide()

    def show_prior(self, number: int, prior: "FilmShown | None") -> None:
        """Show the `prior` of film `number`, or none."""
        self._there = prior is not None
        if prior is None:
            self.view.set_shown(Shown())
        else:
            show_film(self.view, number, prior)
        self.setVisible(self._there and self._wanted)

    def toggle(self) -> None:
        """Show the prior, or hide it."""
        if self._there:
            self._wanted = not self._wanted
            self.setVisible(self._wanted)
