"""What a report says of a shortcut audit: sentences, tables, and a CSV with a row a film."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cxrview.evaluation import messages
from cxrview.evaluation.audit.changes import CHANGES
from cxrview.evaluation.audit.films import READINGS, WHOLE, AuditedFilm
from cxrview.evaluation.audit.regions import REGIONS
from cxrview.evaluation.caveats import Caveat, Label
from cxrview.evaluation.names import AUDIT_READINGS, AUDIT_REGIONS
from cxrview.evaluation.report_tables import (
    ABSENT,
    ReportTable,
    TableCell,
    cell,
    percent,
)
from cxrview.message import Message
from cxrview.safe_text import CsvWriter

CHANCE = 0.5  # an AUC that tells nothing apart
KEPT = 0.5  # of what an AUC is above chance, from which on what was taken away is not needed
FALL = 0.05  # of the AUC, from which on what was taken away is needed
OUTSIDE = 0.3  # of the heat outside the lungs, from which on it is a serious remark
LEFT_OUT = 0.1  # of the films, from which on those without lungs are told of


def audit_parts(
    audited: Mapping[str, Mapping[str, Any]], label: Label, titles: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return what the page says of each part of the data in `audited`, as `summarise_audit` returned it."""
    return [
        {
            "title": titles.get(name, name),
            "measured": part["measured"],
            "with_text": part["with_text"],
            "caveats": audit_caveats(part),
            "tables": audit_tables(part, label) if part["measured"] else [],
        }
        for name, part in audited.items()
    ]


def lungs_not_needed(part: Mapping[str, Any]) -> bool:
    """Whether classes are told apart without the lungs.

    So it is where with the lungs blanked the AUC is above chance, with its whole interval, and KEPT or more
    of what it is above chance on whole films is left.
    """
    readings = part.get("readings", {})
    if not readings or not _tells_apart(readings[WHOLE]["auc"]):
        return False
    return _tells_apart(readings["without_lungs"]["auc"]) and _kept(readings, "without_lungs") >= KEPT


def audit_caveats(part: Mapping[str, Any]) -> list[Caveat]:
    """Return what a reader should know of the model, the serious first."""
    found = list(_caveats(part))
    sure = part["measured"] and _tells_apart(part["readings"][WHOLE]["auc"])
    if sure and not any(caveat.serious for caveat in found):
        found.insert(0, Caveat(messages.NO_SHORTCUT_FOUND))
    return sorted(found, key=lambda caveat: not caveat.serious)


def _caveats(part: Mapping[str, Any]) -> Iterator[Caveat]:
    missing = part["films"] - part["measured"]
    if missing and missing >= LEFT_OUT * part["films"]:
        yield Caveat(messages.AUDIT_WITHOUT_LUNGS(count=missing, of=part["films"]))
    if not part["measured"]:
        return
    readings, whole = part["readings"], part["readings"][WHOLE]["auc"]
    inside = part["heat"]["lungs"]["value"]
    if inside is not None and 1 - inside >= OUTSIDE:
        yield Caveat(messages.HEAT_OUTSIDE_LUNGS(share=percent(1 - inside)), serious=True)
    if not _tells_apart(whole):
        yield Caveat(messages.AUDIT_TELLS_NOTHING(auc=_auc(whole)))
        return
    blanked = readings["without_lungs"]["auc"]
    if lungs_not_needed(part):
        yield Caveat(messages.LUNGS_NOT_NEEDED(auc=_auc(blanked), whole=_auc(whole)), serious=True)
    elif _tells_apart(blanked):
        yield Caveat(messages.SOMETHING_BESIDE_LUNGS(auc=_auc(blanked), whole=_auc(whole)))
    for name, message in (
        ("without_text", messages.TEXT_IS_READ),
        ("without_border", messages.BORDER_IS_READ),
    ):
        fall = readings[name]["fall"]
        if fall["low"] is not None and fall["low"] > 0 and fall["value"] >= FALL:
            told = message(auc=_auc(readings[name]["auc"]), whole=_auc(whole))
            yield Caveat(told, serious=True)
    if readings["lungs_alone"]["auc"]["value"] is not None and _kept(readings, "lungs_alone") < KEPT:
        auc = _auc(readings["lungs_alone"]["auc"])
        yield Caveat(messages.LUNGS_ALONE_TELL_LITTLE(auc=auc, whole=_auc(whole)))


def _tells_apart(auc: Mapping[str, float | None]) -> bool:
    """Whether an AUC is above chance with its whole interval."""
    low = auc["low"]
    return low is not None and low > CHANCE


def _kept(readings: Mapping[str, Any], name: str) -> float:
    """Return which share is left of what the AUC is above chance on whole films."""
    return float((readings[name]["auc"]["value"] - CHANCE) / (readings[WHOLE]["auc"]["value"] - CHANCE))


def _auc(entry: Mapping[str, float | None]) -> Message | str:
    if entry["value"] is None:
        return ABSENT
    if entry["low"] is None:
        return messages.AUC_ALONE(auc=entry["value"])
    return messages.AUC_BETWEEN(auc=entry["value"], low=entry["low"], high=entry["high"])


def audit_tables(part: Mapping[str, Any], label: Label) -> list[ReportTable]:
    """Return the tables of one part of the data: where the heat lies, and what is read."""
    heat = tuple(
        (TableCell(str(AUDIT_REGIONS[name])), cell(part["heat"][name], "percent")) for name in REGIONS
    )
    readings, whole = part["readings"], part["readings"][WHOLE]
    several = len(whole["per_class"]) > 2  # of two, one is the other the other way round
    classes = [name for name in whole["per_class"] if several]
    rows = []
    for name in READINGS:
        of = readings[name]
        taken = TableCell(percent(of["taken"]) if name != WHOLE else ABSENT)
        fall = cell(of["fall"]) if name != WHOLE else TableCell(ABSENT)
        per_class = (cell(of["per_class"][each]) for each in classes)
        rows.append((TableCell(str(AUDIT_READINGS[name])), cell(of["auc"]), fall, *per_class, taken))
    head = ("Reading of", "AUC", "Fall of the AUC", *(f"AUC, {label(each)}" for each in classes), "Changed")
    note = "AUC: the mean of the classes. Changed: the share of the picture that the model is given."
    return [
        ReportTable("Where the heat of the class that a film was called lies", ("Region", "Heat"), heat),
        ReportTable("What is read with parts of the film taken away", head, tuple(rows), note=note),
    ]


def audit_csv(parts: Mapping[str, Sequence[AuditedFilm]], class_names: Sequence[str]) -> str:
    """Return a row for each film of `parts` as CSV; a cell is empty where no lungs were found.

    `heat_…` are shares of the heat of the class `called`, `READING_p_CLASS` what is said of each reading.
    """
    buffer = io.StringIO()
    writer = CsvWriter(buffer)
    said = [f"{reading}_p_{name}" for reading in READINGS for name in class_names]
    taken = [f"{name}_changed" for name in CHANGES]
    regions = [f"heat_{name}" for name in REGIONS]
    writer.writerow(["part", "file", "source", "label", "called", *regions, *said, *taken])
    for part, films in parts.items():
        for film in films:
            item = film.item
            values = [film.heat.get(name, np.nan) for name in REGIONS]
            for reading in READINGS:
                values += film.probabilities.get(reading, np.full(len(class_names), np.nan)).tolist()
            values += [film.taken.get(name, np.nan) for name in CHANGES]
            cells = ("" if np.isnan(value) else f"{value:.6g}" for value in values)
            writer.writerow([part, item.file, item.source, "|".join(item.labels), film.called, *cells])
    return buffer.getvalue()
