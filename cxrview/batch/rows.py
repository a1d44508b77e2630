"""The columns of a results table, and the row of one frame. Scripts depend on names and order."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cxrview.errors import CxrviewError
from cxrview.imaging import Radiograph
from cxrview.inference.prediction import Prediction
from cxrview.pseudonym import pseudonym

Row = dict[str, Any]


def _known(prediction: Prediction) -> bool:
    return not math.isnan(prediction.domain_score)


# What stands behind the probabilities, and where it comes from. New ones come last.
OF_PREDICTION: dict[str, Callable[[Prediction], Any]] = {
    "in_domain": lambda it: it.in_domain if _known(it) or it.objections else None,
    "domain_score": lambda it: round(it.domain_score, 4) if _known(it) else None,
    "model": lambda it: it.model,
    "model_version": lambda it: it.model_version,
    "engine": lambda it: it.engine,
    "device": lambda it: it.device,
    "elapsed_ms": lambda it: round(it.elapsed_ms, 1),
}


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


def success(info: Row, prediction: Prediction) -> Row:
    """Return the row of a frame that was read, from its identifying columns and its prediction."""
    return {
        **info,
        "status": "ok",
        "error": "",
        "predicted": prediction.predicted,
        **{
            f"p_{name}": round(float(value), 6)
            for name, value in zip(prediction.class_names, prediction.probabilities, strict=True)
        },
        **{name: value_of(prediction) for name, value_of in OF_PREDICTION.items()},
    }


def failure(path: Path, error: CxrviewError) -> Row:
    """Return the row of a file that could not be read; `error` is one sentence."""
    return {"path": str(path), "status": "error", "error": f"{error.problem} {error.advice}".strip()}
