"""The columns of the table of films: what each is called, and what stands in a cell."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxrview.batch.events import read_message
from cxrview.batch.rows import Row
from cxrview.batch.store_filter import FAILED
from cxrview.gui.viewer.corner_text import date
from cxrview.gui.widgets import identity
from cxrview.i18n import mark, percent, say, tr
from cxrview.inference.messages import POINTS

PICTURE, FILE, CALL = "picture", "path", "call"
IF_KNOWN = ("patient", "study_date", "view", "lungs_found")  # hidden where no film has any
OF_PEOPLE = ("folder", "patient", "study_date")  # only where it may be seen who the patients are


OF_MODEL = ("predicted", CALL, "operating_point", "in_domain", "domain_score", "percentile", "lungs_found")


def of_model(key: str) -> bool:
    """Whether a column tells, or hints at, what the model said of a film."""
    return key in OF_MODEL or key.startswith("p_")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its `key`, by which the store sorts it, its title, and its least width in pixels."""

    key: str
    title: str
    width: int
    shown: bool = True
    right: bool = False  # figures stand at the right
    sortable: bool = True


FIRST = (
    Column(PICTURE, mark("Picture"), 54, sortable=False),
    Column(FILE, mark("File"), 176),
    Column("folder", mark("Folder"), 220, shown=False),
    Column("patient", mark("Patient ID"), 110),
    Column("study_date", mark("Study date"), 96),
    Column("status", mark("Status"), 84),
    Column("view", mark("View"), 60),
    Column(CALL, mark("Reading"), 142),
)
LAST = (
    Column("operating_point", mark("Operating point"), 130, shown=False),
    Column("percentile", mark("Like the training films"), 140),
    Column("lungs_found", mark("Lungs found"), 84),
    Column("elapsed_ms", mark("Time"), 76, shown=False, right=True),
)


def columns_of(class_names: Sequence[str], labels: Mapping[str, str]) -> list[Column]:
    """Return the columns for a model with these classes, titles in the user's language."""
    shares = [Column(f"p_{name}", tr(labels.get(name, name)), 88, right=True) for name in class_names]
    plain = [Column(c.key, tr(c.title), c.width, c.shown, c.right, c.sortable) for c in (*FIRST, *LAST)]
    return [*plain[: len(FIRST)], *shares, *plain[len(FIRST) :]]


def text(row: Row, key: str, number: int, labels: Mapping[str, str]) -> str:
    """Return what stands in a cell; `number` is that of the film, `labels` are words for classes."""
    if key.startswith("p_"):
        share = row.get(key)
        return percent(share) if share is not None else ""
    write = _WRITTEN.get(key)
    if write is not None:
        return write(row, number)
    if key == CALL:
        return _call(row, labels)
    value = row.get(key)
    return "" if value is None else str(value)


def tip(row: Row, key: str) -> str:
    """Return what is said of a cell beside it: where the file lies, or why something is as it is."""
    if key in (PICTURE, FILE):
        return "" if identity.hidden() else row["path"]
    if key == "status":
        return "" if identity.hidden() else problem(row)
    if key in ("percentile", CALL, "lungs_found"):
        return row["objections"] or ""
    return ""


def _call(row: Row, labels: Mapping[str, str]) -> str:
    if row["status"] == FAILED:
        return ""
    name = row.get(CALL) or ""
    return tr(labels.get(name, name)) if name else tr("No reading")


def _file(row: Row, number: int) -> str:
    name = identity.file_name(Path(row["path"]), number)
    frame = row.get("frame") or 1
    return tr("{file}, frame {number}").format(file=name, number=frame) if frame > 1 else name


def _status(row: Row, _number: int) -> str:
    if row["status"] != FAILED:
        return tr("read")
    return tr("cannot be read") if identity.hidden() else problem(row)


def problem(row: Row) -> str:
    """Return why a film could not be read, in the user's language; "" for one that was."""
    told = row.get("problem")
    return say(read_message(json.loads(told))) if told else row["error"] or ""


def _likeness(row: Row, _number: int) -> str:
    inside, share = row["in_domain"], row["percentile"]
    if inside is None:
        return ""
    words = tr("yes") if inside else tr("no")
    return (
        words
        if share is None
        else tr("{answer} · percentile {share}").format(answer=words, share=f"{share:.0f}")
    )


def _lungs(row: Row, _number: int) -> str:
    return {None: "", True: tr("yes"), False: tr("no")}[row["lungs_found"]]


def _point(row: Row, _number: int) -> str:
    name = row.get("operating_point") or ""
    return say(POINTS[name]) if name in POINTS else name


def _time(row: Row, _number: int) -> str:
    spent = row.get("elapsed_ms")
    return f"{spent:.0f} ms" if spent is not None else ""


_WRITTEN: dict[str, Callable[[Row, int], str]] = {
    PICTURE: lambda _row, _number: "",
    FILE: _file,
    "status": _status,
    "study_date": lambda row, _number: date(row["study_date"] or ""),
    "percentile": _likeness,
    "lungs_found": _lungs,
    "operating_point": _point,
    "elapsed_ms": _time,
}


def nameless(row: Row, number: int) -> dict[str, Any]:
    """Return `row` for a results table that must not tell whose film it is about."""
    hidden = dict.fromkeys(("study_uid", "series_uid", "instance_uid", "patient_id_hash"), "")
    error = tr("cannot be read") if row["status"] == FAILED else ""
    return {**row, **hidden, "path": identity.file_name(Path(row["path"]), number), "error": error}
