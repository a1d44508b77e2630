"""Where the heat of a model lies on films with boxes: asked, summed up, and the worst films to look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.errors import CxrviewError
from cxrview.evaluation.examples import OPACITY, shrunk
from cxrview.evaluation.localization.figures import summarise
from cxrview.evaluation.localization.films import FilmsToMeasure, MeasuredFilm, boxes_of
from cxrview.evaluation.localization.measures import HeatMeasures
from cxrview.explain.colour import blend, colour_table
from cxrview.explain.methods import DEFAULT, explain
from cxrview.explain.subject import Subject
from cxrview.imaging import read, render
from cxrview.inference.predictor import Predictor
from cxrview.message import Message
from cxrview.progress import Report, silent

MOST = 12  # films that are shown
BOX, CASING = (90, 220, 255), (0, 0, 0)  # RGB of the boxes' lines
ASKING = 0.8  # of the time goes into reading films


@dataclass(frozen=True, slots=True, eq=False)
class WorstFilm:
    """A film as a report shows it: with its boxes, and under the heatmap of its own class."""

    film: MeasuredFilm
    boxed: NDArray[np.uint8]  # (h, w, 3) RGB
    heated: NDArray[np.uint8]  # (h, w, 3) RGB


@dataclass(frozen=True, slots=True, eq=False)
class HeatReport:
    """Where the heat lies: `metrics` (of `summarise`) and films by part of the data, and films to show.

    `failures` are (file, what is wrong) of files that cannot be read.
    """

    metrics: Mapping[str, Mapping[str, Any]]
    films: Mapping[str, Sequence[MeasuredFilm]]
    worst: Sequence[WorstFilm] = field(default=())
    failures: Sequence[tuple[str, Message]] = field(default=())


def lay_heat(
    predictor: Predictor,
    parts: Mapping[str, FilmsToMeasure],
    report: Report = silent,
    *,
    workers: int = 2,
    seed: int = 0,
    repeats: int = 1000,
    pictures: bool = True,
) -> HeatReport:
    """Return where the heat lies on the films of `parts`, of which those that nobody has read are read.

    Parts without films are left out. `seed` and `repeats` are those of `summarise`; no film is shown without
    `pictures`. `report` may raise Cancelled.
    """
    films: dict[str, Sequence[MeasuredFilm]] = {}
    metrics: dict[str, Mapping[str, Any]] = {}
    failures: list[tuple[str, Message]] = []
    for number, (name, part) in enumerate(parts.items()):
        asking, summing = (
            _slice(report, (number + start) / len(parts), share / len(parts))
            for start, share in ((0, ASKING), (ASKING, 1 - ASKING))
        )
        part.read_rest(asking, workers)
        measured = part.measured()
        failures += measured.failures
        if measured.films:
            films[name] = measured.films
            metrics[name] = {"method": part.method} | summarise(measured.films, seed, repeats, summing)
    every = [film for some in films.values() for film in some]
    method = next((part.method for part in parts.values()), DEFAULT)
    shown = illustrate_worst(predictor, every, method) if pictures else []
    return HeatReport(metrics, films, shown, failures)


def _slice(report: Report, start: float, share: float) -> Report:
    return lambda part, doing: report(start + share * part, doing)


def worst(films: Sequence[MeasuredFilm], most: int = MOST) -> list[MeasuredFilm]:
    """Return the films whose own map lies worst on the boxes, worst first, one of each group.

    Those that it does not point into come first, then those with the least of it inside.
    """

    def how_good(of: HeatMeasures) -> tuple[float, float, float]:
        return of["pointing_game"], of["energy_inside"], of["iou"]

    rated = [
        (how_good(film.of_own), film)
        for film in films
        if film.of_own is not None and not np.isnan(film.of_own["iou"])
    ]
    by_group: dict[str, MeasuredFilm] = {}
    for _, film in sorted(rated, key=lambda entry: entry[0]):
        by_group.setdefault(film.group, film)
    return list(by_group.values())[:most]


def illustrate_worst(
    predictor: Predictor, films: Sequence[MeasuredFilm], method: str = DEFAULT
) -> list[WorstFilm]:
    """Return pictures of the worst of `films`, read again; one that has gone meanwhile is left out.

    Their maps are made by `method`, and each has its strongest place for full strength.
    """
    shown = []
    for film in worst(films):
        try:
            radiograph = read(film.item.path)[0]
            made = explain(Subject.of(predictor, radiograph), method, film.own)
        except CxrviewError:  # it was there a moment ago
            continue
        picture = render(radiograph, radiograph.default_voi)
        small, own = shrunk(picture), made.map_of(film.own)
        shape = (small.shape[0], small.shape[1])
        heat = made.letterbox.back(np.clip(own / max(float(own.max()), 1e-12), 0, 1), made.field, shape)
        heated = blend(small, np.clip(heat, 0, 1), colour_table("inferno"), OPACITY, 0.0)
        scale = small.shape[1] / picture.shape[1], small.shape[0] / picture.shape[0]
        boxes = [
            (left * scale[0], top * scale[1], right * scale[0], bottom * scale[1])
            for left, top, right, bottom in boxes_of(film.item, predictor.card)
        ]
        plain = np.repeat(small[..., None], 3, axis=2)
        shown.append(WorstFilm(film, _with_boxes(plain, boxes), _with_boxes(heated, boxes)))
    return shown


def _with_boxes(
    picture: NDArray[np.uint8], boxes: Sequence[tuple[float, float, float, float]]
) -> NDArray[np.uint8]:
    """Return the RGB `picture` with light lines, on dark ones, around `boxes`."""
    drawn = picture.copy()
    for colour, thickness in ((CASING, 3), (BOX, 1)):
        for left, top, right, bottom in boxes:
            corners = (round(left), round(top)), (round(right), round(bottom))
            cv2.rectangle(drawn, *corners, colour, thickness)
    return drawn
