"""Write docs/explanations.md: how each method fares on drawn lesions and on boxes that readers drew.

    python packaging/explanation_figures.py --boxes TABLE.csv [--films 300] [--seed 1] [--model NAME]
        [--methods gradcam,gradcam++,…] [--out docs/explanations.md]

`TABLE.csv` lists films with boxes, as for `cxrview evaluate --boxes`; of each class as many are taken, by the
seed. Drawn lesions are soft bright discs laid into a lung of films of the class without disease, where the
network finds it; what is measured is the map of the class of disease that the film is then most likely of.
Slow methods take seconds a film: begin with few.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from page_section import filled

from cxrview.anatomy import LungFinder, reduced
from cxrview.bundle.card import LUNGS
from cxrview.datasets.boxes import Box4
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import Item, find_items
from cxrview.errors import CxrviewError
from cxrview.evaluation.localization.films import FilmsToMeasure, boxes_of, no_disease
from cxrview.evaluation.localization.heat_report import lay_heat
from cxrview.evaluation.localization.measures import UNTOLD, grid_shape, measure_film
from cxrview.explain.methods import METHODS, explain
from cxrview.explain.subject import Subject
from cxrview.imaging import Radiograph, Window, read, render
from cxrview.inference.predictor import Predictor

RADIUS = (0.05, 0.09)  # of the film's longer side
BRIGHTER = 70  # grey levels in the middle of a drawn lesion
FIGURES = {"pointing_game": "points into it", "energy_inside": "heat in it", "in_lungs": "heat in the lungs"}
INTRODUCTION = """What each method says, what it cannot say, and where its heat lies. Grad-CAM, Grad-CAM++,
HiResCAM and Eigen-CAM come out of the pass that reads the film; the others read it many times. Behind a mean
of the features, over the whole film or over the lungs, HiResCAM *is* Grad-CAM: the gradient is the same at
every place, so to weigh each place is to weigh the map."""
MASKED = """Where a model reads lungs, the features beside them are taken away before anything is decided.
So the maps of the features can hardly lie elsewhere, whatever the film shows; occlusion and the gradients
can."""
ON_BOXES = """The map is that of the film's own class; the pointing game has no tolerance, and intervals are
95 % of a bootstrap over patients."""
ON_LESIONS = """A soft bright disc is drawn at a random place in the lungs of films without disease, and the
map is that of the likeliest disease. A disc is no pneumonia: a model may be right not to mind it."""
NAMES = ("method", "films", *FIGURES.values(), "no heat")


@dataclass(frozen=True, slots=True)
class Row:
    """What one method came to: means over `films`, and intervals where there are any."""

    method: str
    films: int
    means: tuple[str, ...]
    empty: str


def chosen(items: Sequence[Item], count: int, seed: int) -> list[Item]:
    """Return `count` of `items`, as many of each label as there are, by the seed."""
    by_label: dict[tuple[str, ...], list[Item]] = {}
    for place in np.random.default_rng(seed).permutation(len(items)):
        by_label.setdefault(items[place].labels, []).append(items[place])
    found: list[Item] = []
    while len(found) < min(count, len(items)):
        for group in by_label.values():
            if group and len(found) < count:
                found.append(group.pop())
    return found


def on_boxes(predictor: Predictor, items: Sequence[Item], methods: Sequence[str], seed: int) -> Iterator[Row]:
    """Yield how each method's maps of the films' own classes lie on the boxes."""
    engine = predictor.engine
    finder = None if predictor.card.frame == LUNGS else LungFinder.load(f"{engine.name}:{engine.device}")
    for method in methods:
        part = {"boxes": FilmsToMeasure(predictor, items, finder, method=method)}
        report = lay_heat(predictor, part, seed=seed, pictures=False)
        measured = report.metrics["boxes"]
        means = []
        for name in FIGURES:
            value, low, high = (measured["own"][name][kind] for kind in ("value", "low", "high"))
            means.append(_share(value) + ("" if low is None else f" ({_number(low)}–{_number(high)})"))
        yield Row(method, measured["films"], tuple(means), _share(measured["own"]["empty"]["value"]))


def with_lesion(
    radiograph: Radiograph, lungs: NDArray[np.bool_], dice: np.random.Generator
) -> tuple[Radiograph, Box4]:
    """Return the film with a soft bright disc in a lung, and the box around that, in pixels of the film.

    `lungs` covers the whole film at any resolution. The picture is that of the default window, of 8 bits.
    """
    picture = render(radiograph, radiograph.default_voi).astype(np.float32)
    high, wide = picture.shape
    places = np.argwhere(lungs)
    row, column = places[dice.integers(len(places))] + 0.5
    y, x = row * high / lungs.shape[0], column * wide / lungs.shape[1]
    radius = dice.uniform(*RADIUS) * max(high, wide)
    rows, columns = np.mgrid[:high, :wide]
    away = np.hypot(rows + 0.5 - y, columns + 0.5 - x) / radius
    picture += BRIGHTER * np.clip(1.5 - 1.5 * away, 0, 1)
    values = np.rint(np.clip(picture, 0, 255)).astype(np.uint8)
    window = Window(127.5, 256.0)
    drawn = replace(
        radiograph, values=values, rgb=None, padding=None, inverted=False, default_voi=window, vois=()
    )
    return drawn, (x - radius, y - radius, x + radius, y + radius)


def on_lesions(
    predictor: Predictor, items: Sequence[Item], methods: Sequence[str], seed: int
) -> Iterator[Row]:
    """Yield how each method's maps lie on drawn lesions."""
    finder, dice = LungFinder.load("cpu"), np.random.default_rng(seed)
    healthy = no_disease(predictor.card)
    measured: dict[str, list[tuple[float, ...]]] = {method: [] for method in methods}
    for item in items:
        try:
            radiograph = read(item.path)[0]
        except CxrviewError:
            continue
        (anatomy,) = finder.find([reduced(radiograph)])
        lungs = anatomy.letterbox.back(anatomy.lungs.astype(np.float32), shape=(256, 256)) >= 127.5
        if not anatomy.found or not lungs.any():
            continue
        drawn, box = with_lesion(radiograph, cv2.erode(lungs.astype(np.uint8), np.ones((9, 9))) > 0, dice)
        subject = Subject.of(predictor, drawn)
        said = subject.prediction
        name = max(
            (name for name in said.class_names if name != healthy),
            key=lambda name: said.probabilities[said.class_names.index(name)],
        )
        shape = grid_shape(said.letterbox)
        for method in methods:
            made = explain(subject, method, name)
            there = cv2.resize(lungs.astype(np.float32), shape[::-1]) >= 0.5
            found = measure_film(made.map_of(name), made.letterbox, [box], there, field=made.field)
            measured[method].append(tuple(found[figure] for figure in (*FIGURES, "empty")))
    for method, found in measured.items():
        table = np.array(found, np.float64).reshape(-1, len(FIGURES) + 1)
        means = [float(np.nanmean(column)) if np.isfinite(column).any() else UNTOLD for column in table.T]
        yield Row(method, len(table), tuple(_share(value) for value in means[:-1]), _share(means[-1]))


def _number(value: float | None) -> str:
    return "–" if value is None or np.isnan(value) else f"{100 * value:.0f}"


def _share(value: float | None) -> str:
    number = _number(value)
    return number if number == "–" else f"{number} %"


def table(rows: Sequence[Row]) -> list[str]:
    """Return a table of Markdown."""
    lines = [f"| {' | '.join(NAMES)} |", f"| {' | '.join('---' for _ in NAMES)} |"]
    lines += [
        f"| {METHODS[row.method].title} | {row.films} | {' | '.join(row.means)} | {row.empty} |"
        for row in rows
    ]
    return lines


def page(predictor: Predictor, given: argparse.Namespace, boxed: Sequence[Row], drawn: Sequence[Row]) -> str:
    """Return the whole page."""
    card = predictor.card
    made = f"Made by `packaging/explanation_figures.py` with the seed {given.seed}"
    about = f"for {card.name} {card.version}"
    return "\n".join(
        [
            "# Explanations",
            "",
            filled(INTRODUCTION),
            "",
            *(f"- {method.meaning}" for method in METHODS.values()),
            "",
            filled(MASKED),
            "",
            "## Boxes that readers drew",
            "",
            filled(f"{made}, {about}, on the films with boxes of `{given.boxes.name}`. {ON_BOXES}"),
            "",
            *table(boxed),
            "",
            "## Drawn lesions",
            "",
            filled(f"{made}, {about}. {ON_LESIONS}"),
            "",
            *table(drawn),
            "",
        ]
    )


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--boxes", type=Path, required=True, metavar="CSV")
    parser.add_argument("--films", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default="")
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--out", type=Path, default=Path("docs/explanations.md"))
    given = parser.parse_args()
    methods, predictor = given.methods.split(","), Predictor.load(given.model, "cpu")
    items = find_items(DataConfig(str(given.boxes)))
    healthy = no_disease(predictor.card)
    boxed = chosen([item for item in items if boxes_of(item, predictor.card)], given.films, given.seed)
    plain = chosen([item for item in items if item.labels == (healthy,)], given.films, given.seed)
    rows = list(on_boxes(predictor, boxed, methods, given.seed))
    given.out.write_text(
        page(predictor, given, rows, list(on_lesions(predictor, plain, methods, given.seed))), "utf-8"
    )


if __name__ == "__main__":
    main()
