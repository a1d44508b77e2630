"""The tables of a report as rows of text, made from what `evaluate.measure` returned."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxrview.evaluation.names import METRICS
from cxrview.evaluation.within import LEAST

Label = Callable[[str], str]
ABSENT = "–"


@dataclass(frozen=True, slots=True)
class TableCell:
    """What stands in a cell, and the interval below it, if any."""

    text: str
    interval: str = ""
    swatch: int = -1  # number of the class colour shown before the text


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table with its first column as headings; the last `averages` rows stand apart."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    averages: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the large figures at the top."""

    name: str
    value: str
    interval: str


HEADLINES = (
    ("balanced_accuracy", str(METRICS["balanced_accuracy"]), "percent"),
    ("accuracy", str(METRICS["accuracy"]), "percent"),
    ("macro_f1", str(METRICS["macro_f1"]), "decimal"),
    ("macro_auc", str(METRICS["macro_auc"]), "decimal"),
    ("ece", f"{METRICS['ece']} (ECE)", "percent"),
    ("brier", str(METRICS["brier"]), "decimal"),
)
PER_CLASS = ("recall", "specificity", "precision", "f1", "auc", "average_precision")
_HEADS = ("Class", "Images", "Recall", "Specificity", "Precision", "F1", "AUC", "Average precision")
_FIXED = (
    "sensitivity_at_90_specificity",
    "sensitivity_at_95_specificity",
    "specificity_at_90_sensitivity",
    "specificity_at_95_sensitivity",
)


def decimal(value: float | None) -> str:
    """Return `value` with two decimals, or with three where two would round it up to 1."""
    if value is None:
        return ABSENT
    text = f"{value:.2f}"
    if text == "1.00" and value < 1:
        return f"{min(value, 0.999):.3f}"
    return text


def percent(value: float | None) -> str:
    """Return `value` as a percentage with the digits that it deserves."""
    if value is None:
        return ABSENT
    shown = 100 * value
    return f"{shown:.1f} %" if 0 < shown < 10 or 99 < shown < 100 else f"{shown:.0f} %"


_FORMS: dict[str, Callable[[float | None], str]] = {"percent": percent, "decimal": decimal}


def interval_text(entry: Mapping[str, float | None], form: str = "decimal") -> str:
    """Return the interval of a figure as “0.81–0.93”, or nothing if there is none."""
    if entry["low"] is None:
        return ""
    low, high = (_FORMS[form](entry[end]).removesuffix(" %") for end in ("low", "high"))
    return f"{low}–{high}{' %' if form == 'percent' else ''}"


def cell(entry: Mapping[str, float | None], form: str = "decimal") -> TableCell:
    """Return the cell of a figure."""
    return TableCell(_FORMS[form](entry["value"]), interval_text(entry, form))


def headlines(measured: Mapping[str, Any], label: Label = str) -> list[Headline]:
    """Return the large figures; few or none where no image is of a known class."""
    figures = measured.get("figures", {})
    found = [
        Headline(title, _FORMS[form](figures[name]["value"]), interval_text(figures[name], form))
        for name, title, form in HEADLINES
        if name in figures
    ]
    if (disease := measured.get("any_disease")) is not None:
        title = f"Disease of any kind against {label(disease['healthy'])} (AUC)"
        found.append(Headline(title, decimal(disease["auc"]["value"]), interval_text(disease["auc"])))
    inside = measured.get("in_domain")
    if inside is not None:
        found.append(Headline("In domain", percent(inside["value"]), interval_text(inside, "percent")))
    return found


def class_table(measured: Mapping[str, Any], label: Label) -> ReportTable:
    """Return the figures of each class, their plain means, and their means weighted by images."""
    figures = measured["figures"]
    rows = [
        (
            TableCell(label(name), swatch=index),
            TableCell(f"{measured['support'][name]:,}"),
            *(cell(figures[f"{kind}.{name}"]) for kind in PER_CLASS),
        )
        for index, name in enumerate(measured["classes"])
    ]
    nothing = {"value": None, "low": None, "high": None}
    for average, title in (("macro", "Mean of the classes"), ("weighted", "Weighted by images")):
        values = (cell(figures.get(f"{average}_{kind}", nothing)) for kind in PER_CLASS)
        rows.append((TableCell(title), TableCell(f"{measured['images']:,}"), *values))
    note = "" if measured["exclusive"] else _thresholds_note(measured, label)
    return ReportTable("Class by class", _HEADS, tuple(rows), 2, note)


def _thresholds_note(measured: Mapping[str, Any], label: Label) -> str:
    listed = ", ".join(f"{label(name)} {value:.2f}" for name, value in measured["thresholds"].items())
    return f"A class counts as called from these probabilities on: {listed}."


def fixed_table(measured: Mapping[str, Any], label: Label) -> ReportTable:
    """Return sensitivity at fixed specificity and the other way round."""
    figures = measured["figures"]
    head = (
        "Class",
        "Sensitivity at 90 % specificity",
        "Sensitivity at 95 % specificity",
        "Specificity at 90 % sensitivity",
        "Specificity at 95 % sensitivity",
    )
    rows = tuple(
        (TableCell(label(name), swatch=index), *(cell(figures[f"{kind}.{name}"]) for kind in _FIXED))
        for index, name in enumerate(measured["classes"])
    )
    note = "The thresholds are chosen on these very images, so expect a little less elsewhere."
    return ReportTable("At a fixed specificity or sensitivity", head, rows, note=note)


def points_table(measured: Mapping[str, Any], label: Label) -> ReportTable | None:
    """Return what the model's own operating points give here; None if it has none."""
    rows = []
    for point, classes in measured["operating_points"].items():
        for index, name in enumerate(measured["classes"]):
            if name in classes:
                entry = classes[name]
                kinds = (cell(entry[k]) for k in ("sensitivity", "specificity", "precision"))
                called = cell(entry["called"], "percent")
                threshold = TableCell(f"≥ {entry['threshold']:.3f}")
                rows.append(
                    (TableCell(label(name), swatch=index), TableCell(point), threshold, *kinds, called)
                )
    if not rows:
        return None
    head = ("Class", "Point", "Called from", "Sensitivity", "Specificity", "Precision", "Images called so")
    note = "The thresholds were chosen before, on validation images; here they are only applied."
    return ReportTable("At the model's operating points", head, tuple(rows), note=note)


def confusion_table(measured: Mapping[str, Any], label: Label) -> ReportTable | None:
    """Return, for classes that are not exclusive, how often each was called and was there."""
    if "tables" not in measured:
        return None
    kinds = ("called_right", "missed", "called_wrongly", "passed_over_right")
    rows = tuple(
        (
            TableCell(label(name), swatch=index),
            *(TableCell(f"{measured['tables'][name][kind]:,}") for kind in kinds),
        )
        for index, name in enumerate(measured["classes"])
    )
    head = ("Class", "There and called", "There and missed", "Not there, called", "Not there, not called")
    return ReportTable("Right and wrong calls", head, rows)


def source_table(measured: Mapping[str, Any], label: Label) -> ReportTable | None:
    """Return how the model fares on each source; None without sources."""
    if not measured["per_source"]:
        return None
    names = measured["classes"]
    rows = []
    for source, part in measured["per_source"].items():
        low, high = part.get("accuracy_interval", (None, None))
        accuracy = {"value": part.get("accuracy"), "low": low, "high": high}
        recall = part.get("recall", {})
        rows.append(
            (
                TableCell(source or "(none named)"),
                TableCell(f"{part['images'] + part['left_out']:,}", f"of {part['groups']:,} patients"),
                cell(accuracy, "percent"),
                *(_found(recall.get(name), part["support"][name]) for name in names),
                *(TableCell(percent(part["called"][name])) for name in names),
                TableCell(percent(part.get("in_domain"))),
            )
        )
    head = (
        "Source",
        "Images",
        "Accuracy",
        *(f"{label(name)}: found" for name in names),
        *(f"Called {label(name)}" for name in names),
        "In domain",
    )
    return ReportTable("Source by source", head, tuple(rows))


def within_table(measured: Mapping[str, Any], label: Label, stratum: str) -> ReportTable | None:
    """Return how well the watched class is told apart inside each source, or "device"; None if unknown."""
    found = measured.get(f"within_{stratum}")
    if found is None:
        return None
    watched, healthy = label(found["watched"]), label(found["healthy"])
    rows = [
        (
            TableCell(name),
            TableCell(f"{part['watched']:,}"),
            TableCell(f"{part['healthy']:,}"),
            cell(part["auc"]),
        )
        for name, part in found["parts"].items()
    ]
    mean = (TableCell(f"Mean of the {stratum}s"), TableCell(""), TableCell(""), cell(found["mean"]))
    note = (
        f"Within one {stratum} nothing is gained by telling the {stratum}s apart. A {stratum} with fewer "
        f"than {LEAST} images of either class is left out."
    )
    head = (stratum.capitalize(), watched, healthy, "AUC")
    caption = f"{watched} against {healthy}, each {stratum} by itself"
    return ReportTable(caption, head, (*rows, mean), 1, note)


def _found(recall: float | None, count: int) -> TableCell:
    return TableCell(percent(recall), f"of {count:,}" if count else "")


def out_of_distribution_table(measured: Mapping[str, Any]) -> ReportTable:
    """Return how many images outside the task are flagged, by source and in all."""

    def row(name: str, part: Mapping[str, Any]) -> tuple[TableCell, ...]:
        flagged = TableCell(ABSENT) if part["flagged"] is None else cell(part["flagged"], "percent")
        missed = ABSENT if part["not_flagged"] is None else f"{part['not_flagged']:,}"
        return TableCell(name), TableCell(f"{part['images']:,}"), flagged, TableCell(missed)

    rows = [row(name or "(none named)", part) for name, part in measured["per_source"].items()]
    head = ("Source", "Images", "Flagged as out of domain", "Not flagged")
    return ReportTable("Images outside the task", head, (*rows, row("All", measured)), 1)


def counts_table(counts: Mapping[str, Mapping[str, int]]) -> ReportTable | None:
    """Return the counts of images by part and class; None if there are none."""
    names = list(dict.fromkeys(name for classes in counts.values() for name in classes))
    if not names:
        return None
    rows = tuple(
        tuple(TableCell(text) for text in (part, *(f"{classes.get(n, 0):,}" for n in names)))
        for part, classes in counts.items()
    )
    return ReportTable("Images by part and class", ("Part", *names), rows)


def all_tables(measured: Mapping[str, Any], label: Label) -> Sequence[ReportTable]:
    """Return the tables of one part of the data in the order of the page, those that there are."""
    if "figures" not in measured:
        found = [source_table(measured, label)]
    else:
        found = [
            class_table(measured, label),
            confusion_table(measured, label),
            points_table(measured, label),
            fixed_table(measured, label),
            source_table(measured, label),
            *(within_table(measured, label, stratum) for stratum in ("source", "device")),
        ]
    return [table for table in found if table is not None]
