"""What docs/model.md says of the lung network: the figures of a measurement, and words about them."""

import textwrap
from pathlib import Path
from typing import Any

HEADING = "## The lung network"
WIDTH = 120  # characters of a line
ABOUT = """\
`models/lungs` finds the lungs, so that a model can be given the film cropped to them and be told where
to look. `packaging/train_lungs.py` makes it: a U-Net of 275,702 weights at 112 × 112 pixels, trained
from nothing for eighteen epochs (the last ten with half of the films as they are) on the hand-drawn masks
of {adults} films of adults and {children:,} of children, strongly changed (turned, cropped, veiled,
written on, in other greys). Of each source a fifth of the films was kept apart, near-duplicates on one
side; films that are also in `external` or `ood` were left out. What follows was measured on the films kept
apart, with the bundle as the program uses it; they decided that the heart is shipped and that eighteen
epochs were trained instead of twelve, and nothing else.
"""
ROWS = ("dice", "mean distance", "95th percentile of the distance")
NAMES = ("Dice", "mean distance of the outlines", "95th percentile of that distance")


def write(figures: dict[str, Any], page: Path) -> None:
    """Write the section about `figures`, as `lung_scores.measure` gives them, into `page`.

    It takes the place of the earlier one, or stands at the end.
    """
    before, _heading, rest = page.read_text("utf-8").partition(HEADING)
    _old, found, after = rest.partition("\n## ")
    page.write_text(f"{before.rstrip()}\n\n{section(figures)}{found}{after}", "utf-8")


def section(figures: dict[str, Any]) -> str:
    """Return the section as Markdown."""
    unseen = figures["unseen"]
    table = [
        "| films that it never saw | " + " | ".join(f"{n} ({f['films']})" for n, f in unseen.items()) + " |"
    ]
    table += ["| --- |" + " --- |" * len(unseen)]
    for row, name in zip(ROWS, NAMES, strict=True):
        digits, unit = (3, "") if row == "dice" else (1, " %")
        cells = (_value(part[row], digits, unit) for part in unseen.values())
        table.append(f"| {name} | " + " | ".join(cells) + " |")
    lowest = (f"{part['dice below 0.9']}, lowest {part['least dice']:.2f}" for part in unseen.values())
    table.append("| films with a Dice below 0.9 | " + " | ".join(lowest) + " |")
    meaning = f"Value and interval: {figures['intervals']}. Distances are {figures['distances']}."
    about = ABOUT.format(**figures["trained on"])
    return "\n".join(
        [HEADING, _filled(about), "", *table, "", _filled(meaning), "", _of_boxes(figures["siim"]), ""]
    )


def _of_boxes(siim: dict[str, Any]) -> str:
    low = siim["overlap below 0.5"]
    kinds = ", ".join(f"{kind} ({count})" for kind, count in siim["what failed"].items())
    return _filled(
        f"On {siim['films']:,} films of `siim`, of which it has seen none, the box around its lungs overlaps "
        f"the one that readers drew with an IoU of {_value(siim['overlap of the boxes (IoU)'], 3)}. "
        f"On {low['films']} films, {_value(low['share'], 1, ' %', 100)}, it is below 0.5: {kinds}."
    )


def _filled(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH)


def _value(figure: dict[str, float], digits: int, unit: str = "", times: float = 1) -> str:
    value, low, high = (f"{figure[name] * times:.{digits}f}" for name in ("value", "low", "high"))
    return f"{value}{unit} ({low} to {high})"
