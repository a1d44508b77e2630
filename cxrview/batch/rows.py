"""The columns of a results table, and the row of one frame. Scripts depend on names and order."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from cxrview.errors import CxrviewError
from cxrview.imaging import Radiograph
from cxrview.inference.call import Call
from cxrview.inference.prediction import Prediction
from cxrview.pseudonym import pseudonym

Row = dict[str, Any]
NO_OTHERS: Mapping[str, Sequence[str]] = MappingProxyType({})


class Scored(NamedTuple):
    """What a model said of a frame, and what that comes to."""

    prediction: Prediction
    call: Call


def _known(prediction: Prediction) -> bool:
    return not math.isnan(prediction.domain_score)


def _in_domain(it: Scored) -> bool | None:
    return it.prediction.in_domain if _known(it.prediction) or it.prediction.objections else None


def _domain_score(it: Scored) -> float | None:
    return round(it.prediction.domain_score, 4) if _known(it.prediction) else None


def _lungs_found(it: Scored) -> bool | None:
    return it.prediction.anatomy.found if it.prediction.anatomy is not None else None


# What stands behind the probabilities, and where it comes from. New ones come last.
OF_PREDICTION: dict[str, Callable[[Scored], Any]] = {
    "in_domain": _in_domain,
    "domain_score": _domain_score,
    "model": lambda it: it.prediction.model,
    "model_version": lambda it: it.prediction.model_version,
    "engine": lambda it: it.prediction.engine,
    "device": lambda it: it.prediction.device,
    "elapsed_ms": lambda it: round(it.prediction.elapsed_ms, 1),
    "call": lambda it: it.call.name,
    "operating_point": lambda it: it.call.point,
    "lungs_found": _lungs_found,
}
# A table that was begun without them is gone on with without them.
SINCE_0_2_0 = ("call", "operating_point", "lungs_found")
KINDS: dict[str, type] = {
    "frame": int,
    "in_domain": bool,
    "domain_score": float,
    "elapsed_ms": float,
    "lungs_found": bool,
}
OF_PIXELS = ("pixels", "duplicate_of")  # a hash of the picture, and the file that had the same one before


def kind(column: str) -> type:
    """Return of which type the values of `column` are: int, float, bool or str. None may stand for any."""
    return float if column.startswith("p_") else KINDS.get(column, str)


def typed(row: Row) -> Row:
    """Return a `row` of texts, as CSV has them, with values of their kinds; an empty cell is None.

    Raises ValueError for a cell that is no such value.
    """
    return {name: _value(kind(name), cell) if isinstance(cell, str) else cell for name, cell in row.items()}


def _value(of: type, cell: str) -> Any:
    if of is str:
        return cell
    if of is bool and cell in ("true", "false"):
        return cell == "true"
    if of is bool and cell:
        raise ValueError(f"{cell} is neither true nor false")
    return of(cell) if cell else None


WHY = "why"  # of a row of a failure: no column
MEAN = "mean"  # of all models, in the place of a model's name


def columns(
    class_names: Sequence[str],
    others: Mapping[str, Sequence[str]] = NO_OTHERS,
    of_pixels: bool = False,
) -> list[str]:
    """Return the column names, in order, for a model with these classes.

    `others` are the classes of further models by their names; where all have the classes of the first, there
    are means too. `of_pixels`: with those of duplicates.
    """
    identity = ["path", "frame", "status", "error", "study_uid", "series_uid", "instance_uid"]
    probabilities = [f"p_{name}" for name in class_names]
    first = [*identity, "patient_id_hash", "view", "predicted", *probabilities, *OF_PREDICTION]
    return [*first, *_of_others(class_names, others), *(OF_PIXELS if of_pixels else ())]


def _of_others(class_names: Sequence[str], others: Mapping[str, Sequence[str]]) -> list[str]:
    names = []
    for model, classes in others.items():
        names += [f"predicted@{model}", *(f"p_{name}@{model}" for name in classes)]
    if others and _agree(class_names, others.values()):
        names += [f"p_{name}@{MEAN}" for name in class_names]
    return names


def _agree(class_names: Sequence[str], others: Iterable[Sequence[str]]) -> bool:
    return all(sorted(classes) == sorted(class_names) for classes in others)


def frame_info(radiograph: Radiograph, key: bytes) -> Row:
    """Return the columns that identify one frame; `frame` counts from 1, as DICOM does."""
    return {
        "path": str(radiograph.path),
        "frame": radiograph.frame + 1,
        "study_uid": radiograph.identity.study_uid,
        "series_uid": radiograph.identity.series_uid,
        "instance_uid": radiograph.identity.instance_uid,
        "patient_id_hash": pseudonym(radiograph.identity.patient_id, key),
        "view": radiograph.pictured.view_position,
    }


def success(info: Row, prediction: Prediction, call: Call) -> Row:
    """Return the row of a frame that was read: its identifying columns, what was said, what it comes to."""
    scored = Scored(prediction, call)
    return {
        **info,
        "status": "ok",
        "error": "",
        "predicted": prediction.predicted,
        **{
            f"p_{name}": round(float(value), 6)
            for name, value in zip(prediction.class_names, prediction.probabilities, strict=True)
        },
        **{name: value_of(scored) for name, value_of in OF_PREDICTION.items()},
    }


def of_others(first: Prediction, others: Mapping[str, Prediction]) -> Row:
    """Return what further models say of a frame, by their names, and the means with what the `first` says."""
    said: dict[str, Any] = {}
    for model, prediction in others.items():
        said[f"predicted@{model}"] = prediction.predicted
        said |= {f"p_{name}@{model}": round(p, 6) for name, p in _shares(prediction).items()}
    if _agree(first.class_names, (prediction.class_names for prediction in others.values())):
        shares = [_shares(prediction) for prediction in (first, *others.values())]
        for name in first.class_names:
            said[f"p_{name}@{MEAN}"] = round(sum(share[name] for share in shares) / len(shares), 6)
    return said


def _shares(prediction: Prediction) -> dict[str, float]:
    return dict(zip(prediction.class_names, map(float, prediction.probabilities), strict=True))


def failure(path: Path | str, error: CxrviewError) -> Row:
    """Return the row of a file that could not be read; `error` is one sentence.

    Beside the columns it has the problem, a Message, as `WHY`.
    """
    said = f"{error.problem} {error.advice}".strip()
    return {"path": str(path), "status": "error", "error": said, WHY: error.problem}
