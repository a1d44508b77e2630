"""The commands of the gallery: stars, flag, size, search."""

from functools import partial
from typing import TYPE_CHECKING

from cxrview.gui.actions.spec import ActionSpec, Scope
from cxrview.i18n import mark

if TYPE_CHECKING:
    from cxrview.gui.gallery.window import GalleryWindow


def rate(window: "GalleryWindow", stars: int) -> None:
    """Give the selected films so many stars."""
    window.labels.rate(window.grid.selected(), stars)


def flag(window: "GalleryWindow") -> None:
    """Flag the selected films, or take that back."""
    window.labels.flag_films(window.grid.selected())


def resize(window: "GalleryWindow", by: int) -> None:
    """Show films larger (1) or smaller (-1)."""
    window.slider.setValue(window.slider.value() + by)


def search(window: "GalleryWindow") -> None:
    """Go to the search field."""
    window.search.setFocus()
    window.search.selectAll()


STARS = (
    mark("No stars"),
    mark("One star"),
    mark("Two stars"),
    mark("Three stars"),
    mark("Four stars"),
    mark("Five stars"),
)
RATING: "tuple[ActionSpec[GalleryWindow], ...]" = (
    ActionSpec("gallery_flag", mark("&Flag"), ("J",), flag, icon="flag", scope=Scope.GALLERY),
    *(
        ActionSpec(
            f"gallery_stars_{stars}", text, (str(stars),), partial(rate, stars=stars), scope=Scope.GALLERY
        )
        for stars, text in enumerate(STARS)
    ),
)
ACTIONS: "tuple[ActionSpec[GalleryWindow], ...]" = (
    *RATING,
    ActionSpec(
        "gallery_larger", mark("&Larger"), ("+", "Ctrl++", "="), partial(resize, by=1), scope=Scope.GALLERY
    ),
    ActionSpec(
        "gallery_smaller", mark("S&maller"), ("-", "Ctrl+-"), partial(resize, by=-1), scope=Scope.GALLERY
    ),
    ActionSpec("gallery_search", mark("Sea&rch"), ("Ctrl+F",), search, scope=Scope.GALLERY),
)
