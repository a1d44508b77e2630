"""Films for a set that is handed on: pixels alone, as a PNG of 16 bits, refused where they say too much."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.datasets.boxes import Box4, upright
from cxrview.errors import InvalidRequest
from cxrview.imaging import Radiograph, read, render
from cxrview.imaging.burned_in import find_text
from cxrview.progress import Report, silent
from cxrview.teaching import messages
from cxrview.teaching.films import SetFilms, masked
from cxrview.teaching.reading_set import ReadingSet, SetFilm
from cxrview.teaching.set_file import FILMS


def text_masks(path: Path, report: Report = silent) -> tuple[tuple[Box4, ...], NDArray[np.uint8]]:
    """Return boxes around text on the film at `path`, in its upright pixels, and the film as it is shown.

    Raises UnreadableImage.
    """
    radiograph = read(path, report)[0]
    shown = render(radiograph, radiograph.default_voi)
    return find_text(shown), shown


def pictures_of(films: SetFilms, report: Report = silent) -> tuple[ReadingSet, dict[str, bytes]]:
    """Return the set of `films` so that it holds its pictures, and these, by name.

    What goes into it is pixels, upright and masked, and no header. Raises InvalidRequest for a film whose
    header says that it holds text which no mask covers, or on whose pixels text is found outside of the
    masks; UnreadableImage; Cancelled.
    """
    made, pictures, kept = films.made, {}, []
    for index, film in enumerate(made.films):
        report(index / len(made.films), "")
        name = f"{FILMS}{index:05}.png"
        data, changed = _picture(films, film, index, report)
        pictures[name] = data
        kept.append(replace(changed, file=name, digest=""))
    return replace(made, films=tuple(kept), folder="", holds_pictures=True), pictures


def _picture(films: SetFilms, film: SetFilm, index: int, report: Report) -> tuple[bytes, SetFilm]:
    path = films.place(index)
    stored = read(path, report)[0]
    if stored.burned_in_annotation and not film.masks:
        raise InvalidRequest(messages.HEADER_SAYS_TEXT, messages.LEAVE_FILM_OUT, path)
    radiograph = masked(stored, film.masks)
    if find_text(render(radiograph, radiograph.default_voi)):
        raise InvalidRequest(messages.TEXT_IN_FILM, messages.LEAVE_FILM_OUT, path)
    scale = radiograph.pixel_aspect
    regions = (
        None if film.regions is None else tuple(_stretched(upright(film.regions, radiograph) or (), scale))
    )
    return png_of(radiograph), replace(film, regions=regions, masks=())


def _stretched(boxes: tuple[Box4, ...], scale: float) -> Iterator[Box4]:
    for left, top, right, bottom in boxes:
        yield left, top * scale, right, bottom * scale


def png_of(radiograph: Radiograph) -> bytes:
    """Return the pixels of `radiograph` as a PNG of 16 bits with square pixels, bright as it is shown."""
    values = radiograph.values.astype(np.float64)
    low, high = float(values.min()), float(values.max())
    grey = (values - low) / (high - low) if high > low else np.zeros_like(values)
    if radiograph.inverted:
        grey = 1 - grey
    if radiograph.padding is not None:
        grey[radiograph.padding] = 0
    whole = np.rint(grey * 65535).astype(np.uint16)
    if radiograph.pixel_aspect != 1:
        height = round(whole.shape[0] * radiograph.pixel_aspect)
        whole = cv2.resize(whole, (whole.shape[1], height), interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".png", whole)
    return data.tobytes()
