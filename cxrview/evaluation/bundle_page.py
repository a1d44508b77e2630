"""Our own page on a model that may come from anywhere: made of its card and figures, never of its report."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from cxrview.bundle.load import read_card
from cxrview.evaluation import messages, report_tables
from cxrview.evaluation.audit.page import audit_parts
from cxrview.evaluation.localization.page import heat_parts
from cxrview.evaluation.page import page
from cxrview.evaluation.report import EXPLAINED, TITLES

METRICS = "metrics.json"
MAX_BYTES = 16 * 2**20
_STRANGE = (
    *(LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError),
    jinja2.TemplateError,
)
_NO_FIGURES: dict[str, Any] = {
    "parts": [],
    "out_of_distribution": None,
    "heat": [],
    "audit": [],
    "versions": {},
    "intervals": {"method": "none", "repeats": 0, "seed": 0},
}
_NOTHING: dict[str, Any] = {
    "history": "",
    "phases": (),
    "best_epoch": 0,
    "examples": (),
    "worst": (),
    "data": None,
    "failures": (),
    "failed": 0,
    "engine": "",
}


def bundle_page(folder: Path) -> str:
    """Return the page, HTML, on the bundle in `folder`: tables without figures, whatever else lies there.

    Where `metrics.json` is missing or makes no sense the page says so. Raises UnusableModel for a bad card.
    """
    card = read_card(folder)
    title = card.title or card.name
    shown = {
        "name": card.name,
        "version": card.version,
        "status": card.status,
        "limits": card.limits,
        "libraries": _libraries(card.raw.get("libraries")),
    }
    try:
        said = _measured(_read(folder / METRICS), card.class_names, card.label)
        return page(title, shown, **_NOTHING, **said)
    except (OSError, *_STRANGE):
        return page(title, shown, **_NOTHING, **_NO_FIGURES, notes=[str(messages.NO_READABLE_FIGURES)])


def _libraries(said: Any) -> dict[str, str]:
    return {str(name): str(number) for name, number in said.items()} if isinstance(said, dict) else {}


def _read(path: Path) -> dict[str, Any]:
    if path.stat().st_size > MAX_BYTES:
        raise ValueError("too large")
    metrics: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return metrics


def _measured(metrics: Mapping[str, Any], names: tuple[str, ...], label: Any) -> dict[str, Any]:
    order = sorted(metrics["parts"], key=lambda name: name != "test")
    outside = metrics.get("out_of_distribution")
    return {
        "parts": [_part(name, metrics["parts"][name], label) for name in order],
        "out_of_distribution": report_tables.out_of_distribution_table(outside) if outside else None,
        "heat": heat_parts(metrics.get("localization", {}), label, names, TITLES),
        "audit": audit_parts(metrics.get("audit", {}), label, TITLES),
        "versions": {str(name): str(value) for name, value in metrics["versions"].items()},
        "intervals": metrics["intervals"],
        "notes": [],
    }


def _part(name: str, measured: Mapping[str, Any], label: Any) -> dict[str, Any]:
    return {
        "name": name,
        "title": TITLES.get(name, name),
        "explained": EXPLAINED.get(name, ""),
        "images": int(measured["images"]),
        "groups": int(measured["groups"]),
        "headlines": report_tables.headlines(measured, label),
        "caveats": (),
        "tables": report_tables.all_tables(measured, label),
        "figures": (),
        "wide": "",
    }
