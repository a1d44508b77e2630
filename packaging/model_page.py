"""Write the figures of the bundled model, as its card gives them, into docs/model.md.

    python packaging/model_page.py BUNDLE docs/model.md

BUNDLE has been through `left_out_figures`, which wrote what its recipe does on machines that it has not seen.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import page_section
from page_section import figure_text, filled

HEADING = "## Figures"
ABOUT = """\
Value and 95 % interval (bootstrap over patients). **What to expect on other machines and at other hospitals
stands in the first two columns.** {what} The external set is of many places, and its truth is the
diagnosis, mostly by PCR; in the other columns the truth is what radiologists called the film. It also
helped to place the balanced operating points. The last column is of films kept apart at random: the same
hospitals and machines as in training, so it says how well the model knows them, and no more.
`packaging/model_page.py` writes this from the card.
"""
COLUMNS = {
    "left_out": "machines left out ({images})",
    "external": "external ({images})",
    "test": "known places ({images})",
}
ROWS = {
    "balanced_accuracy": "balanced accuracy, three classes",
    "accuracy": "accuracy, three classes",
    "macro_auc": "macro AUC",
    "auc.covid19": "AUC COVID-19 against the others",
    "auc.normal": "AUC normal: pneumonia of any kind against normal",
    "auc.pneumonia": "AUC other pneumonia against the others",
    "ece": "calibration error (ECE)",
    "brier": "Brier score",
}
POINTS = {"balanced": "balanced", "sensitive": "sensitive"}
HEAT = {
    "pointing_game": "pointing game: the strongest cell lies in a box",
    "chance_lungs": "… by pointing somewhere in the lungs",
    "energy_inside": "share of the heat in the boxes",
    "iou": "overlap (IoU) with the boxes at the map's best threshold",
    "in_lungs": "share of the heat in the lungs",
    "empty": "maps without any heat",
}
OF_HEAT = """\
Where the heat lies, on the {films} films of those machines with boxes that readers drew: the map of the
film's own class, and of the class that it was called. A map without any heat misses. On the {typical} films
that readers called typical the map of COVID-19 has its strongest cell in a box on {hits}, on the {atypical}
atypical ones that of other pneumonia on {others}.
"""
OF_DOMAIN = """\
The domain check passes {left_out} of the films of machines left out, {external} of `external` and {test} of
known places.
"""


def sections(metrics: Mapping[str, Any]) -> list[str]:
    """Return the lines of the section from `metrics` of the card."""
    parts = {name: metrics[name] for name in COLUMNS if name in metrics}
    left_out = metrics["left_out"]
    lines = [filled(ABOUT.format(what=left_out["what"])), "", *_figures(parts), ""]
    lines += [*_machines(left_out), ""]
    heat = left_out["localization"]["test"]
    typical, atypical = (heat["per_class"][name] for name in ("covid19", "pneumonia"))
    hits, others = (figure_text(part["own"]["pointing_game"]) for part in (typical, atypical))
    counts = {"films": heat["films"], "typical": typical["films"], "atypical": atypical["films"]}
    lines += [filled(OF_HEAT.format(**counts, hits=hits, others=others)), ""]
    head = ["", "own class", "class it was called"]
    rows = [
        [words, *(figure_text(heat[kind][key]) for kind in ("own", "called"))] for key, words in HEAT.items()
    ]
    passed = {name: figure_text(part["in_domain"], 1, " %", 100) for name, part in parts.items()}
    return [*lines, *page_section.table(head, rows), "", filled(OF_DOMAIN.format(**passed))]


def _figures(parts: Mapping[str, Any]) -> list[str]:
    head = ["", *(COLUMNS[name].format(images=f"{part['images']:,}") for name, part in parts.items())]
    rows = [
        [words, *(figure_text(part["figures"].get(key)) for part in parts.values())]
        for key, words in ROWS.items()
    ]
    for point, words in POINTS.items():
        at = [part["operating_points"][point]["covid19"] for part in parts.values()]
        rows.append(
            [f"COVID-19 found at the {words} point", *(figure_text(one["sensitivity"]) for one in at)]
        )
        rows.append(["… called so without having it", *(_complement(one["specificity"]) for one in at)])
    return page_section.table(head, rows)


def _complement(figure: Mapping[str, float | None]) -> str:
    """Return 1 − the figure, with its interval."""
    ends = {"value": "value", "low": "high", "high": "low"}
    turned = {name: None if (end := figure[of]) is None else 1 - end for name, of in ends.items()}
    return figure_text(turned)


def _machines(left_out: Mapping[str, Any]) -> list[str]:
    within = left_out["within_source"]
    head = [
        "machine left out",
        "typical",
        "negative",
        "AUC, typical against negative",
        "found",
        "negative, atypical called so",
    ]
    rows = []
    for name, part in within["parts"].items():
        at = left_out["per_source"][name]["operating_points"]["balanced"]["covid19"]
        found = [figure_text(at["sensitivity"]), _complement(at["specificity"])]
        rows.append([name, str(part["watched"]), str(part["healthy"]), figure_text(part["auc"]), *found])
    rows.append(["**mean**", "", "", f"**{figure_text(within['mean'])}**", "", ""])
    return page_section.table(head, rows)


def main() -> None:
    """Write the section."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", type=Path)
    parser.add_argument("page", type=Path)
    arguments = parser.parse_args()
    card = json.loads((arguments.bundle / "card.json").read_text("utf-8"))
    page_section.put(arguments.page, HEADING, sections(card["metrics"]))


if __name__ == "__main__":
    main()
