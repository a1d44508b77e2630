"""What a report says about where the heat lies: tables, remarks, films, and a CSV with a row a film."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cxrview.evaluation import messages
from cxrview.evaluation.caveats import Caveat, Label
from cxrview.evaluation.examples import data_url
from cxrview.evaluation.localization.films import MeasuredFilm
from cxrview.evaluation.localization.heat_report import WorstFilm
from cxrview.evaluation.localization.measures import MEASURES, HeatMeasures
from cxrview.evaluation.names import LOCALIZATION
from cxrview.evaluation.report_tables import ABSENT, ReportTable, TableCell, cell, percent
from cxrview.explain.methods import DEFAULT, METHODS
from cxrview.safe_text import CsvWriter

FEW = 5  # films of a source or device, below which it has no line in the report
OUTSIDE = 0.3  # of the heat outside the lungs, from which on it is a serious remark
_CALLED = "A film is called by the model's operating point; without one it is called the most probable class."
_COLUMNS = (
    "pointing_game",
    "chance_lungs",
    "chance_seen",
    "energy_inside",
    "iou",
    "in_lungs",
    "in_drawn_lungs",
)


def heat_parts(
    measured: Mapping[str, Mapping[str, Any]],
    label: Label,
    classes: Sequence[str],
    titles: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return what the page says of each part of the data in `measured`."""
    return [
        {
            "title": titles.get(name, name),
            "films": part["films"],
            "with_boxes": part["with_boxes"],
            "caveats": heat_caveats(part),
            "tables": heat_tables(part, label, classes),
        }
        for name, part in measured.items()
    ]


def main_kind(measured: Mapping[str, Any]) -> str:
    """Return which maps tell most: "own", or "called" where no film has a class that the model knows."""
    return "called" if measured["own"]["empty"]["value"] is None else "own"


def heat_tables(measured: Mapping[str, Any], label: Label, classes: Sequence[str]) -> list[ReportTable]:
    """Return the tables of one part of the data: in all and by class, by source, by device."""
    main = measured[main_kind(measured)]
    without = "chance_seen" if main["chance_lungs"]["value"] is not None else "chance_lungs"
    columns = [name for name in _COLUMNS if main[name]["value"] is not None and name != without]

    def row(first: TableCell, part: Mapping[str, Any], figures: Mapping[str, Any]) -> tuple[TableCell, ...]:
        cells = (cell(figures[name], "percent") for name in columns)
        return first, TableCell(f"{part['films']:,}"), *cells

    head = ("Films", *(str(LOCALIZATION[name]) for name in columns))
    titles = {"own": "The film's own class", "called": "The class it was called"}
    rows = [
        row(TableCell(title), measured, measured[kind])
        for kind, title in titles.items()
        if kind in (main_kind(measured), "called")
    ]
    for name, part in measured["per_class"].items():
        swatch = classes.index(name) if name in classes else -1
        rows.append(row(TableCell(label(name) or "(none named)", swatch=swatch), part, part["own"]))
    method = METHODS[measured.get("method", DEFAULT)].title
    tables = [ReportTable(f"Where the heat lies ({method})", ("Map of", *head), tuple(rows), note=_CALLED)]
    for kind in ("source", "device"):
        found = measured[f"per_{kind}"]
        large = {name: part for name, part in found.items() if part["films"] >= FEW}
        listed = tuple(
            row(TableCell(name or "(none named)"), part, part["own"]) for name, part in large.items()
        )
        caption = f"Where the heat of the film's own class lies, by {kind}"
        note = f"Each {kind} of fewer than {FEW} films is left out here." if len(large) < len(found) else ""
        if listed:
            tables.append(ReportTable(caption, (kind.capitalize(), *head), listed, note=note))
    return tables


def heat_caveats(measured: Mapping[str, Any]) -> list[Caveat]:
    """Return what a reader should know before believing the heat, the serious first."""
    return sorted(_caveats(measured), key=lambda caveat: not caveat.serious)


def _caveats(measured: Mapping[str, Any]) -> Iterator[Caveat]:
    own = measured[main_kind(measured)]
    low, chance = own["pointing_game"]["low"], own["chance_lungs"]["value"]
    if low is not None and chance is not None and low <= chance:
        yield Caveat(messages.HEAT_BY_CHANCE(chance=percent(chance)), serious=True)
    inside = own["in_lungs"]["value"]
    if inside is not None:
        told = messages.HEAT_OUTSIDE_LUNGS(share=percent(1 - inside))
        yield Caveat(told, serious=1 - inside >= OUTSIDE)
    if own["empty"]["value"]:
        yield Caveat(messages.HEAT_EMPTY(share=percent(own["empty"]["value"])), serious=True)


def worst_entry(shown: WorstFilm, label: Label) -> dict[str, Any]:
    """Return what the page says of a film that it shows, and its pictures."""
    film, of_own = shown.film, shown.film.of_own
    return {
        "file": film.item.file,
        "source": ", ".join(filter(None, (film.item.source, film.item.device))),
        "own": label(film.own),
        "called": label(film.called),
        "right": film.own == film.called,
        "hit": of_own is not None and of_own["pointing_game"] > 0,
        "boxed": data_url(shown.boxed[..., ::-1]),
        "heated": data_url(shown.heated[..., ::-1]),
        "inside": ABSENT if of_own is None else percent(of_own["energy_inside"]),
    }


def heat_csv(parts: Mapping[str, Sequence[MeasuredFilm]]) -> str:
    """Return a row for each film of `parts` as CSV; a cell is empty where nothing is known.

    `own` is the class whose map the plain columns are about, `called` that of the columns `called_…`.
    """
    buffer = io.StringIO()
    writer = CsvWriter(buffer)
    called = [f"called_{name}" for name in MEASURES if not name.startswith("chance")]
    writer.writerow(
        ["part", "file", "source", "device", "label", "boxes", "own", "called", *MEASURES, *called]
    )
    for part, films in parts.items():
        for film in films:
            item = film.item
            about = [part, item.file, item.source, item.device, "|".join(item.labels), len(item.boxes or ())]
            of_called = _cells(film.of_called, [name.removeprefix("called_") for name in called])
            writer.writerow([*about, film.own, film.called, *_cells(film.of_own, MEASURES), *of_called])
    return buffer.getvalue()


def _cells(of: HeatMeasures | None, names: Sequence[str]) -> list[str]:
    values = [float("nan") if of is None else of[name] for name in names]
    return ["" if np.isnan(value) else f"{value:.6g}" for value in values]
