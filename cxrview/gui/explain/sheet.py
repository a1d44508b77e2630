"""A comparison as a picture: films with their maps over one scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cxrview.gui.explain.agreement_table import in_words
from cxrview.gui.explain.compare import ACROSS, CompareDialog
from cxrview.gui.viewer import heat_scale
from cxrview.gui.viewer.export_choices import NOTICE
from cxrview.gui.viewer.export_whole import Heat, HeatScale, Whole, compose, in_colour, placement_of, strip
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.explain.explanation import Explanation
    from cxrview.gui.state import AppState

SIDE = 640  # pixels of the longer side of each film
GAP = 8
LETTERS = 52  # that fit beside each other over one film
MOST_PAIRS = 6  # whose agreement is told one by one


@dataclass(frozen=True, slots=True)
class ComparisonSheet:
    """Films with their maps, each with what it is called, in rows of ACROSS, over one caption and scale."""

    films: "Sequence[tuple[str, Whole]]"
    caption: str
    scale: HeatScale


def sheet_of(state: "AppState", dialog: CompareDialog) -> ComparisonSheet | None:
    """Note down what is seen now; None where no map is there."""
    from cxrview.imaging.pyramid import Look

    view, shown, maps = state.active, state.shown, dialog.shown()
    if shown.radiograph is None or shown.levels is None or view.voi is None or not maps:
        return None
    rows, columns = shown.radiograph.shape
    aspect = shown.radiograph.pixel_aspect
    place = placement_of(rows, columns, aspect, view.orientation, SIDE / max(columns, rows * aspect))
    name, style = state.heat_class, dialog.style_of_all()
    look, label = Look(view.voi, view.inverted, view.filters), state.model.label(name)
    films = [
        (words, Whole(shown.levels, look, place, heat=Heat(made, name, label, style))) for words, made in maps
    ]
    scale = HeatScale(style, (heat_scale.unit(own=False),))
    return ComparisonSheet(films, _caption(state, dialog, label), scale)


def pixels_of(sheet: ComparisonSheet) -> NDArray[np.uint8]:
    """Return the picture, (h, w, 3) uint8 RGB. May run in any thread."""
    tiles = []
    for words, whole in sheet.films:
        film = in_colour(compose(whole))
        tiles.append(np.vstack((strip(words, film.shape[1], letters=LETTERS), film)))
    # Titles may have more lines than one; films stand on one line all the same.
    high, wide = max(len(tile) for tile in tiles), tiles[0].shape[1] + GAP
    across = min(ACROSS, len(tiles))
    rows = []
    for first in range(0, len(tiles), across):
        canvas = np.zeros((high + GAP, across * wide, 3), np.uint8)
        for number, tile in enumerate(tiles[first : first + across]):
            left = number * wide
            canvas[high - len(tile) : high, left : left + tile.shape[1]] = tile
        rows.append(canvas)
    return np.vstack((*rows, strip(sheet.caption, across * wide, sheet.scale, LETTERS * across)))


def _model(words: str, explanation: "Explanation") -> str:
    """Return the model of a map that is called `words`, with its letter where there are two models."""
    letter, colon, _ = words.partition(": ")
    name = f"{explanation.model} {explanation.model_version}"
    return f"{letter}: {name}" if colon else name


def _caption(state: "AppState", dialog: CompareDialog, label: str) -> str:
    """Return what stands below: file, class, agreement, models, the notice."""
    radiograph, names = state.shown.radiograph, [words for words, _ in dialog.shown()]
    assert radiograph is not None  # there are maps of it
    parts = [] if state.settings.hide_identity else [radiograph.path.name]
    parts.append(tr("Heatmap: {label}").format(label=label))
    pairs = sorted(
        dialog.table.found.items(), key=lambda pair: float(np.nan_to_num(pair[1].correlation, nan=2))
    )
    for (one, two), agreement in pairs[:MOST_PAIRS]:  # the least alike
        parts.append(f"{names[one]} – {names[two]}: {in_words(agreement)}")
    parts += dict.fromkeys(_model(words, made) for words, made in dialog.shown())
    return "  ·  ".join([*parts, tr(NOTICE)])
