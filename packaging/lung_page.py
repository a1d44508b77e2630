"""What docs/model.md says of the lung network: the figures of a measurement, and words about them."""

from pathlib import Path
from typing import Any

import page_section
from page_section import figure_text, filled

HEADING = "## The lung network"
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
    page_section.put(page, HEADING, section(figures))


def section(figures: dict[str, Any]) -> list[str]:
    """Return the lines of the section."""
    unseen = figures["unseen"]
    head = ["films that it never saw", *(f"{n} ({f['films']})" for n, f in unseen.items())]
    rows = []
    for row, name in zip(ROWS, NAMES, strict=True):
        digits, unit = (3, "") if row == "dice" else (1, " %")
        rows.append([name, *(figure_text(part[row], digits, unit) for part in unseen.values())])
    lowest = (f"{part['dice below 0.9']}, lowest {part['least dice']:.2f}" for part in unseen.values())
    rows.append(["films with a Dice below 0.9", *lowest])
    meaning = f"Value and interval: {figures['intervals']}. Distances are {figures['distances']}."
    about = ABOUT.format(**figures["trained on"])
    return [
        filled(about),
        "",
        *page_section.table(head, rows),
        "",
        filled(meaning),
        "",
        _of_boxes(figures["siim"]),
    ]


def _of_boxes(siim: dict[str, Any]) -> str:
    low = siim["overlap below 0.5"]
    kinds = ", ".join(f"{kind} ({count})" for kind, count in siim["what failed"].items())
    return filled(
        f"On {siim['films']:,} films of `siim`, of which it has seen none, the box around its lungs overlaps "
        f"the one that readers drew with an IoU of {figure_text(siim['overlap of the boxes (IoU)'], 3)}. "
        f"On {low['films']} films, {figure_text(low['share'], 1, ' %', 100)}, it is below 0.5: {kinds}."
    )
