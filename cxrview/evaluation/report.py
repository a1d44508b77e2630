"""Write an evaluation to a folder: `metrics.json`, `figures/`, and the page `report.html`.

The page has its style and pictures inside, runs no script and fetches nothing.
"""

import io
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure

from cxrview import __version__
from cxrview import messages as shared
from cxrview.atomic_file import write_atomically
from cxrview.datasets.report import DataReport
from cxrview.errors import InvalidRequest
from cxrview.evaluation import messages, plots, report_tables
from cxrview.evaluation.audit.page import audit_csv, audit_parts
from cxrview.evaluation.audit.report import AuditReport
from cxrview.evaluation.caveats import caveats
from cxrview.evaluation.evaluate import Points, measure, measure_out_of_distribution
from cxrview.evaluation.examples import Example, data_url
from cxrview.evaluation.localization.heat_report import HeatReport
from cxrview.evaluation.localization.page import heat_csv, heat_parts, worst_entry
from cxrview.evaluation.page import page
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.evaluation.roles import roles_of
from cxrview.progress import Report, silent
from cxrview.safe_text import CsvWriter

SCHEMA = 1
MOST_FILES = 12  # named with a finding
_METHOD = "95 %, percentile bootstrap over patients (groups)"
_LIBRARIES = ("numpy", "scikit-learn", "matplotlib", "openvino", "opencv-python-headless", "pydicom")
TITLES = {
    "test": "Test images",
    "validation": "Validation images",
    "train": "Training images",
    "all": "All images",
    "external": "Images of other hospitals",
}
EXPLAINED = {
    "test": "No choice in the making of the model has seen these images, unless its limits say otherwise.",
    "validation": "Used to choose the best epoch, the calibration and the operating points: expect a little "
    "less elsewhere.",
    "train": "The model has learnt from these images: the figures say nothing about new ones.",
    "external": "From sources that the model has not learnt from.",
}


@dataclass(frozen=True, slots=True)
class TrainingCourse:
    """How a model was trained, for the page that says how good it is: curves, a sentence a phase, the epoch
    that was kept.
    """

    figure: Figure | None
    phases: Sequence[str]
    best_epoch: int


def write_report(
    folder: Path,
    title: str,
    parts: Mapping[str, LabelledPredictions],
    *,
    course: TrainingCourse | None = None,
    card: Mapping[str, Any] | None = None,
    examples: Sequence[Example] | None = None,
    data_report: DataReport | None = None,
    heat: HeatReport | None = None,
    audit: AuditReport | None = None,
    out_of_distribution: LabelledPredictions | None = None,
    notes: Sequence[str] = (),
    failures: Sequence[tuple[str, str]] = (),
    metrics: Mapping[str, Any] | None = None,
    shared: Path | None = None,
    engine: str = "",
    seed: int = 0,
    repeats: int = 1000,
    report: Report = silent,
) -> Path:
    """Write the report of `parts` (such as "test" and "external") to `folder`, return the path of the page.

    The headline is of "test" if it is there, else of the first part. `course` tells of the training, `card`
    holds the entries of a model card. `metrics` are what `measure_parts` returned, if it was asked before;
    those of `heat` come to them as `localization`, those of `audit` as `audit`. The answers for every image
    stand in `predictions.csv`, where the heat lies in `boxes.csv`, the audit in `audit.csv`. A page that
    names no file and shows no picture of the data, so that it may travel with the model, is written with its
    `metrics.json` to `shared` as well. Raises InvalidRequest if something cannot be written; `report` may
    raise Cancelled.
    """
    card = card or {}
    if not parts:
        raise InvalidRequest(messages.NO_IMAGES_TO_REPORT)
    if metrics is None:
        metrics = measure_parts(parts, out_of_distribution, card, seed=seed, repeats=repeats, report=report)
    if heat is not None:
        metrics = {**metrics, "localization": dict(heat.metrics)}
    if audit is not None:
        metrics = {**metrics, "audit": dict(audit.metrics)}
    label = label_of(card)
    drawn = _draw(parts, metrics["parts"], label)
    if course is not None and course.figure is not None:
        drawn["history"] = course.figure
    documents = {name: plots.svg(figure) for name, figure in drawn.items()}
    said = _measured(parts, metrics, label, documents) | _training(course, documents)
    said |= {"notes": notes, "engine": engine}
    images = _images(data_report, examples or (), heat, failures, label)
    text = json.dumps(metrics, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    _save(folder, {"metrics.json": text, "report.html": page(title, card, **said, **images)})
    _save_figures(folder / "figures", drawn, documents)
    _write(folder / "predictions.csv", _predictions(parts, out_of_distribution))
    _write_or_drop(folder / "boxes.csv", heat_csv(heat.films) if heat else None)
    _write_or_drop(folder / "audit.csv", audit_csv(audit.films, audit.class_names) if audit else None)
    if shared is not None:
        images = _images_to_share(data_report, failures)
        _save(shared, {"metrics.json": text, "report.html": page(title, card, **said, **images)})
    return folder / "report.html"


def measured_parts(
    parts: Mapping[str, LabelledPredictions], metrics: Mapping[str, Any], card: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a page says about `parts` with their figures drawn, for `page` and its pieces.

    `metrics` are what `measure_parts` returned for them, `card` the entries of a model card.
    """
    label = label_of(card)
    documents = {name: plots.svg(figure) for name, figure in _draw(parts, metrics["parts"], label).items()}
    return _measured(parts, metrics, label, documents)


def label_of(card: Mapping[str, Any]) -> Callable[[str], str]:
    """Return the function that gives the words for a class of `card`, the entries of a model card."""
    return partial(_label, {item["name"]: item["label"] for item in card.get("classes", ())})


def _measured(
    parts: Mapping[str, LabelledPredictions],
    metrics: Mapping[str, Any],
    label: Callable[[str], str],
    documents: Mapping[str, str],
) -> dict[str, Any]:
    """Return what the page says about the answers, the test images first."""
    order = sorted(parts, key=lambda name: name != "test")
    names = parts[order[0]].class_names
    outside = metrics.get("out_of_distribution")
    return {
        "parts": [_part(name, parts[name], metrics["parts"][name], label, documents) for name in order],
        "out_of_distribution": outside and report_tables.out_of_distribution_table(outside),
        "heat": heat_parts(metrics.get("localization", {}), label, names, TITLES),
        "audit": audit_parts(metrics.get("audit", {}), label, TITLES),
        "versions": metrics["versions"],
        "intervals": metrics["intervals"],
    }


def _training(course: TrainingCourse | None, documents: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page says about how the model came about."""
    return {
        "history": _inline(documents, "history", "Loss and figures of merit by epoch"),
        "phases": course.phases if course else (),
        "best_epoch": course.best_epoch if course else 0,
    }


def _images(
    data_report: DataReport | None,
    examples: Sequence[Example],
    heat: HeatReport | None,
    failures: Sequence[tuple[str, str]],
    label: Callable[[str], str],
) -> dict[str, Any]:
    """Return what the page says about the images."""
    return {
        "examples": [_example(item, label) for item in examples],
        "worst": [worst_entry(item, label) for item in (heat.worst if heat is not None else ())],
        "data": _data(data_report, False),
        "failures": failures,
        "failed": len(failures),
    }


def _images_to_share(data_report: DataReport | None, failures: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the same with no file by name, and no picture."""
    return {
        "examples": [],
        "worst": [],
        "data": _data(data_report, True),
        "failures": [],
        "failed": len(failures),
    }


def measure_parts(
    parts: Mapping[str, LabelledPredictions],
    out_of_distribution: LabelledPredictions | None = None,
    card: Mapping[str, Any] | None = None,
    *,
    seed: int = 0,
    repeats: int = 1000,
    report: Report = silent,
) -> dict[str, Any]:
    """Return what `metrics.json` holds. `report` may raise Cancelled."""
    card = card or {}
    points: Points = card.get("operating_points", {})
    roles = roles_of(card, next(iter(parts.values())).class_names)

    def part_of(number: int) -> Report:
        return lambda fraction, doing: report((number + fraction) / len(parts), doing)

    result: dict[str, Any] = {
        "schema": SCHEMA,
        "model": {name: card[name] for name in ("name", "version", "title", "status") if name in card},
        "versions": _versions(),
        "intervals": {"method": _METHOD, "seed": seed, "repeats": repeats},
        "parts": {
            name: measure(answers, points, seed, repeats, part_of(number), roles)
            for number, (name, answers) in enumerate(parts.items())
        },
    }
    if out_of_distribution is not None:
        result["out_of_distribution"] = measure_out_of_distribution(out_of_distribution, seed, repeats)
    return result


def _versions() -> dict[str, str]:
    found = {"cxrview": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except ImportError:  # a frozen app may carry the library without its description
            continue
    return found


def _label(labels: Mapping[str, str], name: str) -> str:
    return labels.get(name, name)


def _draw(
    parts: Mapping[str, LabelledPredictions],
    measured: Mapping[str, Any],
    label: Callable[[str], str],
) -> dict[str, Figure]:
    """Return the figures by file name."""
    drawn: dict[str, Figure] = {}
    for name, answers in parts.items():
        found = measured[name]
        labels = [label(item) for item in answers.class_names]
        if "figures" in found:
            if "confusion" in found:
                drawn[f"{name}-confusion"] = plots.confusion_figure(found, labels)
            drawn[f"{name}-roc"] = plots.roc_figure(answers, found, labels)
            drawn[f"{name}-precision-recall"] = plots.precision_recall_figure(answers, found, labels)
            drawn[f"{name}-calibration"] = plots.calibration_figure(found, labels)
        if found["per_source"] and answers.exclusive:
            drawn[f"{name}-sources"] = plots.sources_figure(found, labels)
    return drawn


def _part(
    name: str,
    answers: LabelledPredictions,
    measured: Mapping[str, Any],
    label: Callable[[str], str],
    documents: Mapping[str, str],
) -> dict[str, Any]:
    """Return what the page says about one part of the data."""
    title = TITLES.get(name, name)
    descriptions = {
        "confusion": "Confusion matrix",
        "roc": "ROC curves",
        "precision-recall": "Precision–recall curves",
        "calibration": "Calibration curve",
    }
    squares = [
        _inline(documents, f"{name}-{kind}", f"{text}, {title}") for kind, text in descriptions.items()
    ]
    return {
        "name": name,
        "title": title,
        "explained": EXPLAINED.get(name, ""),
        "images": measured["images"],
        "groups": measured["groups"],
        "headlines": report_tables.headlines(measured, label),
        "caveats": caveats(answers, measured, label),
        "tables": report_tables.all_tables(measured, label),
        "figures": [figure for figure in squares if figure],
        "wide": _inline(documents, f"{name}-sources", f"What the images of each source are called, {title}"),
    }


def _inline(documents: Mapping[str, str], name: str, description: str) -> Markup:
    if name not in documents:
        return Markup()
    return Markup(plots.inline_svg(documents[name], name, description))


def _example(example: Example, label: Callable[[str], str]) -> dict[str, Any]:
    return {
        "file": example.file,
        "source": example.source,
        "truth": ", ".join(label(name) for name in example.truth) or "none of the classes",
        "called": label(example.called),
        "probability": report_tables.percent(example.probability),
        "right": example.right,
        "outside": example.in_domain is False,
        "plain": data_url(example.plain),
        "heated": data_url(example.heated[..., ::-1]),
    }


def _data(data_report: DataReport | None, to_share: bool) -> dict[str, Any] | None:
    """Return the counts as a table and the findings as sentences."""
    if data_report is None:
        return None
    return {
        "counts": report_tables.counts_table(data_report.counts),
        "findings": [
            {
                "serious": item.severity != "info",
                "text": f"Overridden: {item.text}" if item.kind in data_report.allowed else item.text,
                "files": [] if to_share else item.files[:MOST_FILES],
                "more": max(0, len(item.files) - MOST_FILES),
            }
            for item in data_report.findings
        ],
    }


def _predictions(parts: Mapping[str, LabelledPredictions], ood: LabelledPredictions | None) -> str:
    """Return the answers for every image as CSV, in the order in which they were asked.

    `predicted` is the most probable class, as `cxrview score` has it.
    """
    everything = dict(parts) | ({"out_of_distribution": ood} if ood is not None else {})
    names = next(iter(parts.values())).class_names
    buffer = io.StringIO()
    writer = CsvWriter(buffer)
    writer.writerow(["part", "file", "source", "label", "predicted", *(f"p_{n}" for n in names), "in_domain"])
    for part, answers in everything.items():
        truth = answers.truth
        for row in range(len(answers)):
            label = "|".join(n for n, has in zip(names, truth[row], strict=True) if has)
            called = names[int(answers.probabilities[row].argmax())]
            shares = (f"{value:.6g}" for value in answers.probabilities[row])
            inside = "" if answers.in_domain is None else str(bool(answers.in_domain[row])).lower()
            writer.writerow([part, answers.files[row], answers.sources[row], label, called, *shares, inside])
    return buffer.getvalue()


def _save(folder: Path, texts: Mapping[str, str]) -> None:
    _make(folder)
    for name, text in texts.items():
        _write(folder / name, text)


def _save_figures(folder: Path, drawn: Mapping[str, Figure], documents: Mapping[str, str]) -> None:
    _make(folder)
    for name, figure in drawn.items():
        plots.write(figure, folder, name, documents[name])


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = messages.FOLDER_NOT_MADE(folder=folder, reason=error.strerror)
        raise InvalidRequest(problem, shared.CHOOSE_ANOTHER_PLACE) from error


def _write_or_drop(path: Path, text: str | None) -> None:
    """Write `text`; without it nothing stays of the report that this one replaces."""
    if text is not None:
        _write(path, text)
    elif path.exists():
        try:
            path.unlink()
        except OSError as error:
            problem = shared.PLACE_CANNOT_BE_WRITTEN(place=path, reason=error.strerror)
            raise InvalidRequest(problem, shared.CHOOSE_ANOTHER_PLACE) from error


def _write(path: Path, text: str) -> None:
    try:
        # A file name that is not valid UTF-8 must not cost the report.
        write_atomically(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        problem = shared.PLACE_CANNOT_BE_WRITTEN(place=path, reason=error.strerror)
        raise InvalidRequest(problem, shared.CHOOSE_ANOTHER_PLACE) from error
