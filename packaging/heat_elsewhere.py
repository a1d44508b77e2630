"""Measure the heat where a report cannot: in lungs that were drawn by hand, and on films without one reading.

    python packaging/heat_elsewhere.py DATA TABLE BUNDLE docs/model.md

DATA holds `lungs`, whose adults have hand-drawn masks but no reading: what is measured is the map of the
class that the model calls most probable. TABLE is one of `left_out_tables`: its test films that may be either
of two classes ("a|b") and have boxes are measured by the map of the more probable of the two.
"""

import argparse
import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from page_section import figure_text, filled, put, table

from cxrview.evaluation.bootstrap import group_intervals
from cxrview.evaluation.localization.measures import Mask, grid_shape, measure_film
from cxrview.imaging import read
from cxrview.inference.prediction import Prediction
from cxrview.inference.predictor import Predictor

HEADING = "## Heat in drawn lungs, and on indeterminate films"
ABOUT = """\
A share of the heat in lungs that the product's own network finds is judged by itself. So it is measured
again inside lungs that were drawn by hand (adults of the v7labs masks, which the classifier never saw; most
of them taught the lung network), on the map of the class called. And on test films that the readers called
indeterminate the pointing game is played with the map of the more probable of the two classes. Measured with
the model that has not seen the four makes; `packaging/heat_elsewhere.py`, 95 % intervals by bootstrap over
patients, where they are known.
"""
SEED = 20261201
BATCH = 16


def predictions(predictor: Predictor, paths: Sequence[Path]) -> Iterator[Prediction]:
    """Yield what the model says of each film."""
    for start in range(0, len(paths), BATCH):
        yield from predictor.predict([read(path)[0] for path in paths[start : start + BATCH]])


def summed_up(values: Sequence[float], groups: Sequence[str]) -> Mapping[str, float]:
    """Return the mean of `values` that are known, with its interval."""
    known = np.array(values, np.float64)
    named = np.array(groups)[~np.isnan(known)]
    known = known[~np.isnan(known)]

    def mean(weights: NDArray[np.float64]) -> dict[str, float]:
        return {"mean": float(np.average(known, weights=weights))}

    low, high = group_intervals(mean, named, SEED)["mean"]
    return {"value": float(known.mean()), "low": low, "high": high}


def lungs_of(film: Prediction) -> Mask | None:
    """Return where the network found lungs, over the whole film; None where there are none."""
    anatomy = film.anatomy
    if anatomy is None or not anatomy.found:
        return None
    shape = grid_shape(anatomy.letterbox)
    return np.asarray(anatomy.letterbox.back(anatomy.lungs.astype(np.float32), shape=shape) / 255)


def in_drawn_lungs(predictor: Predictor, folder: Path) -> tuple[int, list[str]]:
    """Return how many adults have drawn lungs, and their share of the heat by network and by hand."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["adult"] == row["behind_heart"] == "1" and row["kind"] == "lungs"
        ]
    found: dict[str, list[float]] = {"in_lungs": [], "in_drawn_lungs": []}
    films = predictions(predictor, [folder / row["image"] for row in rows])
    for row, film in zip(rows, films, strict=True):
        mask: Mask = read(folder / row["mask"])[0].values.astype(np.uint8)
        heat = film.activation_maps[int(np.argmax(film.probabilities))]
        measured = measure_film(heat, film.letterbox, (), lungs_of(film), mask, film.field)
        for name, values in found.items():
            values.append(measured[name])
    names = [row["image"] for row in rows]
    return len(rows), [figure_text(summed_up(values, names)) for values in found.values()]


def on_indeterminate(predictor: Predictor, path: Path) -> tuple[int, list[str]]:
    """Return how many test films of two possible classes have boxes, and their pointing game and chance."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "test" and "|" in row["label"]]
    rows = [row for row in rows if row["boxes"] not in ("", "[]")]
    hits, chances = [], []
    films = predictions(predictor, [path.parent / row["file"] for row in rows])
    for row, film in zip(rows, films, strict=True):
        possible = [film.class_names.index(name) for name in row["label"].split("|")]
        chosen = max(possible, key=lambda index: film.probabilities[index])
        boxes = [tuple(box) for box in json.loads(row["boxes"])]
        measured = measure_film(
            film.activation_maps[chosen], film.letterbox, boxes, lungs_of(film), None, film.field
        )
        hits.append(measured["pointing_game"])
        chances.append(measured["chance_lungs"])
    groups = [row["group"] for row in rows]
    return len(rows), [figure_text(summed_up(values, groups)) for values in (hits, chances)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("data", "table", "bundle", "page"):
        parser.add_argument(name, type=Path)
    arguments = parser.parse_args()
    predictor = Predictor.load(str(arguments.bundle))
    adults, (by_network, by_hand) = in_drawn_lungs(predictor, arguments.data / "lungs")
    count, (pointing, chance) = on_indeterminate(predictor, arguments.table)
    rows = [
        ["adults with drawn lungs", "share of the heat in the lungs found", str(adults), by_network],
        ["adults with drawn lungs", "share of the heat in the lungs drawn", str(adults), by_hand],
        ["indeterminate, makes left out", "pointing game", str(count), pointing],
        ["indeterminate, makes left out", "… by pointing somewhere in the lungs", str(count), chance],
    ]
    lines = [filled(ABOUT), "", *table(["Films", "Figure", "n", "Value"], rows)]
    put(arguments.page, HEADING, ["", *lines])
    print("\n".join(lines))


if __name__ == "__main__":
    main()
