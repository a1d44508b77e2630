"""Write into the card of the bundled model what its recipe does on machines that it has not seen.

    python packaging/left_out_figures.py RUN BUNDLE

RUN is a finished run of the recipe on `machines-left-out.csv` (see `left_out_tables`): its test films are of
machines that neither training nor any choice has seen. BUNDLE, made by the same recipe from all films, has
seen those machines; so the figures of RUN go before its own, as `metrics.left_out`. What its card says of
other hospitals (`elsewhere`) stays that of the external set: other machines may stand in the same hospitals.
"""

import argparse
import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from cxrview.bundle.card import Card
from cxrview.bundle.load import read_card
from cxrview.bundle.rewrite import rewrite_card
from cxrview.evaluation.evaluate import measure
from cxrview.evaluation.predictions import LabelledPredictions

WHAT = (
    "The same recipe, trained without the films of four makes of machine, on these: {images} films of "
    "{groups} patients. The bundled model has learnt from them too; on machines new to it expect this."
)
TRUTH = (
    "Truth: what radiologists called the film (typical for COVID-19, negative for pneumonia, atypical); "
    "films called indeterminate judge nothing. In `external` it is the diagnosis, mostly by PCR."
)
SEVERE = "Severe pneumonia of other causes is often called COVID-19"
OF_EXTERNAL = (
    SEVERE
    + ": of {others} radiographs without it, of a collection that training never saw, it calls {wrong} "
    "so at the balanced point, where it finds {found} of {having} with it. On the film alone the two cannot "
    "always be told apart."
)
OF_PLACE = ("images", "groups", "support", "operating_points")
FIGURES = ("auc.covid19", "macro_auc", "balanced_accuracy", "accuracy", "ece")
OF_HEAT = ("pointing_game", "energy_inside", "in_lungs", "empty")


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


def figures(run: Path, card: Card, answers: LabelledPredictions) -> dict[str, Any]:
    """Return the figures of the test films of `run`, whose `answers` its card sums up, each make apart."""
    of_card = card.raw["metrics"]
    points = card.raw["operating_points"]
    what = WHAT.format(images=f"{int(answers.known.sum()):,}", groups=f"{len(set(answers.groups)):,}")
    found: dict[str, Any] = {"what": what, "truth": TRUTH, **of_card["test"], "per_source": {}}
    for name in sorted(set(answers.sources)):
        part = measure(answers.subset(answers.sources == name), points)
        found["per_source"][str(name)] = {key: part[key] for key in OF_PLACE} | {
            "figures": {key: part["figures"][key] for key in FIGURES}
        }
    heat = json.loads((run / "report" / "metrics.json").read_text("utf-8")).get("localization", {})
    if "localization" in of_card:
        found["localization"] = of_card["localization"]
        by_class = heat["test"]["per_class"].items()
        found["localization"]["test"]["per_class"] = {
            name: {"films": part["films"], "own": {key: part["own"][key] for key in OF_HEAT}}
            for name, part in by_class
        }
    return found


def limits(bundle: Path, card: Card) -> list[str]:
    """Return the limits of `card`, the one about severe pneumonia with the figures of its `external` part."""
    part = json.loads((bundle / "metrics.json").read_text("utf-8"))["parts"]["external"]
    having = part["support"][card.watch_class]
    others = sum(part["support"].values()) - having
    at = part["operating_points"]["balanced"][card.watch_class]
    text = OF_EXTERNAL.format(
        others=others,
        wrong=round((1 - at["specificity"]["value"]) * others),
        having=having,
        found=round(at["sensitivity"]["value"] * having),
    )
    return [text if limit.startswith(SEVERE) else limit for limit in card.limits]


def main() -> None:
    """Write the figures into the card."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("bundle", type=Path)
    arguments = parser.parse_args()
    of_run = read_card(next((arguments.run / "bundle").iterdir()))
    answers = test_answers(arguments.run, tuple(of_run.class_names))
    shipped = read_card(arguments.bundle)
    own = {name: part for name, part in shipped.raw["metrics"].items() if name != "left_out"}
    entries: dict[str, Any] = {
        "metrics": {"left_out": figures(arguments.run, of_run, answers), **own},
        "limits": limits(arguments.bundle, shipped),
    }
    rewrite_card(arguments.bundle, entries)


if __name__ == "__main__":
    main()
