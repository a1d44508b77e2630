"""The columns of a results table, and the row of one frame. Scripts depend on names and order."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cxrview.errors import CxrviewError
from cxrview.imaging import Radiograph
from cxrview.inference.call import Call
from cxrview.inference.prediction import Prediction
from cxrview.pseudonym import pseudonym

Row = dict[str, Any]


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
}
SINCE_0_2_0 = ("call", "operating_point")  # a table that was begun without them is gone on with without them


def columns(class_names: Sequence[str]) -> list[str]:
    """Return the column names, in order, for a model with these classes."""
    identity = ["path", "frame", "status", "error", "study_uid", "series_uid", "instance_uid"]
    probabilities = [f"p_{name}" for name in class_names]
    return [*identity, "patient_id_hash", "view", "predicted", *probabilities, *OF_PREDICTION]


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


def failure(path: Path | str, error: CxrviewError) -> Row:
    """Return the row of a file that could not be read; `error` is one sentence."""
    return {"path": str(path), "status": "error", "error": f"{error.problem} {error.advice}".strip()}
