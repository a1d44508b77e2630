"""Write into the card of the bundled model what its recipe does on machines that it has not seen.

    python packaging/left_out_figures.py RUN BUNDLE

RUN is a finished run of the recipe on `machines-left-out.csv` (see `left_out_tables`): its test films are of
machines that neither training nor any choice has seen. BUNDLE, made by the same recipe from all films, has
seen those machines; so the figures of RUN go before its own, as `metrics.left_out`, and `elsewhere`, how
often a reading is right at other hospitals, is measured on them too.
"""

import argparse
import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from cxrview.bundle.load import read_card
from cxrview.bundle.rewrite import rewrite_card
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.training.export.elsewhere import elsewhere

WHAT = (
    "The same recipe, trained without the films of four makes of machine, on these films: {images} of "
    "{groups} patients. The bundled model has learnt from them too; on machines new to it expect this."
)
TRUTH = (
    "Truth: what radiologists called the film (typical for COVID-19, negative for pneumonia, atypical); "
    "films called indeterminate judge nothing. In `external` it is the diagnosis, mostly by PCR."
)


def test_answers(run: Path, names: tuple[str, ...]) -> LabelledPredictions:
    """Return what the model of `run` said of its test films."""
    with (run / "split.csv").open(newline="", encoding="utf-8") as file:
        group_of = {row["file"]: row["group"] for row in csv.DictReader(file)}
    with (run / "report" / "predictions.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["part"] == "test"]
    return LabelledPredictions(
        np.array([[float(row[f"p_{name}"]) for name in names] for row in rows]),
        np.array([names.index(row["label"]) if row["label"] in names else -1 for row in rows]),
        np.array([group_of[row["file"]] for row in rows]),
        np.array([row["source"] for row in rows]),
        np.array([row["file"] for row in rows]),
        names,
        np.array([row["in_domain"] == "true" for row in rows]),
    )


def figures(run: Path) -> dict[str, Any]:
    """Return the figures of the test films of `run`, as its card gives them, each make of machine apart."""
    card = json.loads(next((run / "bundle").glob("*/card.json")).read_text("utf-8"))["metrics"]
    measured = json.loads((run / "report" / "metrics.json").read_text("utf-8"))["parts"]["test"]
    places = {
        name: {key: part[key] for key in ("images", "groups", "figures", "operating_points") if key in part}
        for name, part in measured["per_source"].items()
    }
    for part in places.values():
        kept = ("auc.covid19", "macro_auc", "balanced_accuracy", "accuracy", "ece")
        part["figures"] = {key: part["figures"][key] for key in kept if key in part.get("figures", {})}
    what = WHAT.format(images=measured["images"], groups=measured["groups"])
    parts = {"what": what, "truth": TRUTH, **card["test"], "per_source": places}
    return parts | ({"localization": card["localization"]} if "localization" in card else {})


def main() -> None:
    """Write the figures into the card."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("bundle", type=Path)
    arguments = parser.parse_args()
    card = json.loads((arguments.bundle / "card.json").read_text("utf-8"))
    of_run = read_card(next((arguments.run / "bundle").iterdir()))
    names = tuple(item.name for item in of_run.classes)
    own = {name: part for name, part in card["metrics"].items() if name != "left_out"}
    found = elsewhere(test_answers(arguments.run, names), of_run)
    entries = {"metrics": {"left_out": figures(arguments.run), **own}, "elsewhere": found}
    rewrite_card(arguments.bundle, entries)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
