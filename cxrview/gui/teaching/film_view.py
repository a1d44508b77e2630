"""A film of a set by itself: a canvas with a state of its own, of which the main window knows nothing."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cxrview.gui.state import AppState
from cxrview.gui.view_state import Shown, ViewStage, ViewState
from cxrview.settings import Settings

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from cxrview.gui.teaching.reading import FilmShown

NAME = Path("film")  # what every film of a set is called


def nameless_state(settings: Settings, parent: "QObject") -> AppState:
    """Return a state of its own, in which nothing says whose film it is, and no model is hidden."""
    plain = replace(settings, hide_model=False, show_overlays=False)
    return AppState(replace(plain, corner_patient=False, corner_study=False, corner_laterality=False), parent)


def show_film(view: ViewState, number: int, film: "FilmShown") -> None:
    """Show `film`, the one with this number, in `view`."""
    view.set_shown(Shown(ViewStage.SHOWN, NAME, number, film.radiograph, film.levels))
