"""`cxrview evaluate`: how good a model is on labelled images, as a page, figures and `metrics.json`."""

import argparse
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from cxrview import messages as shared
from cxrview.anatomy import LungFinder
from cxrview.bundle.card import LUNGS
from cxrview.cli import console
from cxrview.cli.choices import load_predictor
from cxrview.datasets import messages as data_messages
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import Item, find_items, patient_pattern
from cxrview.errors import InvalidRequest
from cxrview.evaluation import messages, report_tables
from cxrview.evaluation.audit.films import FilmsToAudit
from cxrview.evaluation.audit.page import audit_caveats
from cxrview.evaluation.audit.report import AuditReport, audit_report
from cxrview.evaluation.localization.films import FilmsToMeasure, to_measure
from cxrview.evaluation.localization.heat_report import HeatReport, lay_heat
from cxrview.evaluation.localization.page import main_kind
from cxrview.evaluation.names import AUDIT_READINGS, LOCALIZATION
from cxrview.evaluation.predict import NO_LABEL, Answered, answer_files
from cxrview.evaluation.report import measure_parts, write_report
from cxrview.explain.methods import DEFAULT
from cxrview.imaging.passed_over import PassedOver
from cxrview.inference.predictor import Predictor
from cxrview.safe_text import visible
from cxrview.training.run.folder import check_apart

_LINES = ("accuracy", "balanced_accuracy", "macro_f1", "macro_auc", "ece")


def run(arguments: argparse.Namespace) -> int:
    """Measure the model and write the report; returns 0, or 1 if some files could not be read.

    Raises InvalidRequest if nothing can be done, and other CxrviewErrors.
    """
    _check_output(arguments)
    for images in (arguments.data, arguments.external, arguments.ood):
        check_apart(arguments.out, images)
    config = DataConfig(str(arguments.data), arguments.group_pattern)
    passed = PassedOver()
    part, items = _side(find_items(config, passed), arguments.split, arguments.data)
    external, ood = _items(arguments.external, passed), _items(arguments.ood, passed)
    if passed.message:
        console.say(f"cxrview: {passed.message}")
    predictor = load_predictor(arguments)
    pattern = patient_pattern(config)
    boxed = _with_boxes(arguments, {part: items, "external": external}, predictor, pattern)
    audited = _to_audit(arguments, {part: items, "external": external}, predictor, pattern)
    progress = console.ProgressLine()
    ask = partial(
        answer_files,
        predictor,
        report=progress,
        workers=arguments.workers,
        pattern=pattern,
        watchers=(*boxed.values(), *audited.values()),
    )
    said = {part: ask(items, examples=True)} | ({"external": ask(external)} if external else {})
    outside = ask(ood, out_of_distribution=True) if ood else None
    _check_answers(said[part], arguments.data, predictor)
    heat = _heat(arguments, predictor, boxed, progress) if boxed else None
    audit = _audit(arguments, predictor, audited, progress) if audited else None
    metrics = _report(arguments, predictor, part, said, outside, heat, audit, progress)
    everything = [*said.values(), *([outside] if outside else [])]
    _say_what_failed(everything, heat)
    _put_summary(metrics, part)
    _put_heat(heat)
    _put_audit(audit)
    console.say(f"The report is in {arguments.out / 'report.html'}.")
    console.say(f"Engine: {predictor.reason}")
    failed = any(answered.failures for answered in everything) or (heat is not None and heat.failures)
    return console.SOME_FAILED if failed else console.OK


def _check_output(arguments: argparse.Namespace) -> None:
    out: Path = arguments.out
    if out.exists() and not out.is_dir():
        raise InvalidRequest(messages.NOT_A_FOLDER(folder=out), shared.CHOOSE_ANOTHER_NAME)
    if (out / "report.html").exists() and not arguments.overwrite:
        raise InvalidRequest(messages.REPORT_HERE(folder=out), messages.ADD_OVERWRITE)


def _items(path: Path | None, passed: PassedOver | None = None) -> list[Item]:
    return [] if path is None else find_items(DataConfig(str(path)), passed)


def _side(items: list[Item], asked: str, data: Path) -> tuple[str, list[Item]]:
    """Return the part of the data to measure, and its name. Raises InvalidRequest if there is none."""
    sides = {item.split for item in items} - {""}
    wanted = asked or ("test" if "test" in sides else "all")
    if wanted == "all":
        return wanted, items
    if wanted not in sides:
        has = messages.PARTS_THERE(names=sorted(sides)) if sides else messages.NOT_SPLIT
        raise InvalidRequest(messages.NO_SUCH_PART(part=wanted), has, data)
    return wanted, [item for item in items if item.split == wanted]


def _with_boxes(
    arguments: argparse.Namespace,
    parts: Mapping[str, list[Item]],
    predictor: Predictor,
    pattern: re.Pattern[str] | None,
) -> dict[str, FilmsToMeasure]:
    """Return the films on which heat is to be measured, by part. Raises InvalidRequest if there are none."""
    if arguments.boxes is None:
        if arguments.method != DEFAULT:
            raise InvalidRequest(messages.METHOD_NEEDS_BOXES, messages.ADD_BOXES)
        return {}
    given: Path = arguments.data
    if arguments.boxes is not True:
        given, parts = arguments.boxes, {"boxes": _items(arguments.boxes)}
    found = {name: items for name, items in parts.items() if to_measure(items, predictor.card)}
    if not found:
        raise InvalidRequest(messages.NO_BOXES, messages.BOXES_IN_TABLE, given)
    finder, method = _finder(predictor), arguments.method
    return {name: FilmsToMeasure(predictor, items, finder, pattern, method) for name, items in found.items()}


def _finder(predictor: Predictor) -> LungFinder | None:
    """Return what finds lungs on the engine of `predictor`, None where the model finds them itself."""
    engine = predictor.engine
    return LungFinder.load(f"{engine.name}:{engine.device}") if predictor.card.frame != LUNGS else None


def _to_audit(
    arguments: argparse.Namespace,
    parts: Mapping[str, list[Item]],
    predictor: Predictor,
    pattern: re.Pattern[str] | None,
) -> dict[str, FilmsToAudit]:
    """Return the films that are to be audited, by part; none if that is not asked for."""
    if not arguments.audit:
        return {}
    finder = _finder(predictor)
    return {name: FilmsToAudit(predictor, items, finder, pattern) for name, items in parts.items() if items}


def _audit(
    arguments: argparse.Namespace,
    predictor: Predictor,
    audited: Mapping[str, FilmsToAudit],
    progress: console.ProgressLine,
) -> AuditReport:
    names, seed, repeats = predictor.card.class_names, arguments.seed, arguments.repeats
    return audit_report(audited, names, progress, seed=seed, repeats=repeats)


def _heat(
    arguments: argparse.Namespace,
    predictor: Predictor,
    boxed: Mapping[str, FilmsToMeasure],
    progress: console.ProgressLine,
) -> HeatReport:
    workers, seed, repeats = arguments.workers, arguments.seed, arguments.repeats
    return lay_heat(predictor, boxed, progress, workers=workers, seed=seed, repeats=repeats)


def _check_answers(answered: Answered, data: Path, predictor: Predictor) -> None:
    if len(answered.answers):
        return
    if answered.failures:
        file, why = answered.failures[0]
        raise InvalidRequest(messages.NO_READABLE_IMAGE(file=file, reason=why), path=data)
    labels = [label for label, _ in answered.left_out[:5]]
    if labels == [NO_LABEL]:
        raise InvalidRequest(data_messages.NAMES_NO_CLASSES, data_messages.A_FOLDER_A_CLASS, data)
    raise InvalidRequest(
        messages.NO_KNOWN_CLASS_HERE(labels=labels),
        messages.MODEL_KNOWS(names=predictor.card.class_names),
        data,
    )


def _report(
    arguments: argparse.Namespace,
    predictor: Predictor,
    part: str,
    said: Mapping[str, Answered],
    outside: Answered | None,
    heat: HeatReport | None,
    audit: AuditReport | None,
    progress: console.ProgressLine,
) -> dict[str, Any]:
    """Measure, write the report, and return the metrics."""
    card = predictor.card
    parts = {name: answered.answers for name, answered in said.items() if len(answered.answers)}
    ood = outside.answers if outside is not None and len(outside.answers) else None
    metrics = measure_parts(
        parts, ood, card.raw, seed=arguments.seed, repeats=arguments.repeats, report=progress
    )
    failures = [
        (file, str(why))
        for answered in (*said.values(), outside)
        if answered
        for file, why in answered.failures
    ]
    if heat is not None:
        failures += [(file, str(why)) for file, why in heat.failures if (file, str(why)) not in failures]
    write_report(
        arguments.out,
        f"{card.title or card.name} on {_shown(arguments.data)}",
        parts,
        card=card.raw,
        examples=said[part].examples,
        heat=heat,
        audit=audit,
        out_of_distribution=ood,
        notes=[_left_out_note(label, count) for name in said for label, count in said[name].left_out],
        failures=failures,
        metrics=metrics,
        engine=f"{predictor.engine.name} on {predictor.engine.device}",
    )
    progress.clear()
    return metrics


def _shown(data: Path) -> str:
    """Return the name of the folder, or of the table with its folder, for many tables have one name."""
    place = data.resolve()
    return place.name if place.is_dir() else f"{place.parent.name}/{place.name}"


def _left_out_note(label: str, count: int) -> str:
    images = messages.IMAGES(count=count)
    return str(messages.LABEL_LEFT_OUT(images=images, label=label))


def _say_what_failed(everything: list[Answered], heat: HeatReport | None) -> None:
    told = {(file, str(why)) for answered in everything for file, why in answered.failures}
    for answered in everything:
        for label, count in answered.left_out:
            console.say(f"cxrview: {_left_out_note(label, count)}")
        for file, why in answered.failures:
            console.say(f"{visible(file)}: {why}")
    for file, why in heat.failures if heat is not None else ():
        if (file, str(why)) not in told:
            console.say(f"{visible(file)}: {why}")


def _put_summary(metrics: Mapping[str, Any], part: str) -> None:
    """Print the main figures of each part to standard output."""
    for name in sorted(metrics["parts"], key=lambda name: name != part):
        measured = metrics["parts"][name]
        title = name if name in ("external", "all") else f"{name} part"
        console.put(f"{title}: {measured['images']} images of {measured['groups']} patients or groups")
        for figure in _LINES if "figures" in measured else ():
            _put_figure(figure.replace("_", " "), measured["figures"][figure])
        for point, classes in measured.get("called_at", {}).items():
            shares = ", ".join(f"{label} {report_tables.percent(share)}" for label, share in classes.items())
            console.put(f"  called at the {point} point: {shares}")
        if "in_domain" in measured:
            _put_figure("in domain", measured["in_domain"])
    if "out_of_distribution" in metrics:
        ood = metrics["out_of_distribution"]
        console.put(f"outside the task: {ood['images']} images")
        if ood["flagged"] is not None:
            _put_figure("flagged", ood["flagged"])


def _put_heat(heat: HeatReport | None) -> None:
    """Print where the heat lies, part by part: of the films' own classes, or else of those called."""
    for name, measured in heat.metrics.items() if heat is not None else ():
        console.put(f"heat, {name}: {measured['films']} films, {measured['with_boxes']} with boxes")
        for key, entry in measured[main_kind(measured)].items():
            if key in LOCALIZATION and entry["value"] is not None:
                _put_figure(str(LOCALIZATION[key]).lower(), entry, width=26)


def _put_audit(audit: AuditReport | None) -> None:
    """Print what is read without the lungs, part by part, and what a reader should know."""
    for name, measured in audit.metrics.items() if audit is not None else ():
        console.put(f"audit, {name}: {measured['films']} films, {measured['measured']} with lungs")
        for reading, found in measured.get("readings", {}).items():
            _put_figure(f"auc, {str(AUDIT_READINGS[reading]).lower()}", found["auc"], width=32)
        for caveat in audit_caveats(measured):
            console.put(f"  {'!' if caveat.serious else '·'} {caveat.text}")


def _put_figure(name: str, entry: Mapping[str, float | None], width: int = 18) -> None:
    interval = report_tables.interval_text(entry)
    value = report_tables.decimal(entry["value"])
    console.put(f"  {name:<{width}} {value}{f' ({interval})' if interval else ''}")
