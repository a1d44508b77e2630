"""The columns of a results table, and the row of one frame. Scripts depend on names and order."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cxrview.errors import CxrviewError
from cxrview.imaging import Radiograph
from cxrview.inference.prediction import Prediction
from cxrview.pseudonym import pseudonym

Row = dict[str, Any]


def columns(class_names: Sequence[str]) -> list[str]:
    """Return the column names, in order, for a model with these classes."""
    identity = ["path", "frame", "status", "error", "study_uid", "series_uid", "instance_uid"]
    reading = ["predicted", *(f"p_{name}" for name in class_names), "in_domain", "domain_score"]
    origin = ["model", "model_version", "engine", "device", "elapsed_ms"]
    return [*identity, "patient_id_hash", "view", *reading, *origin]


def frame_info(radiograph: Radiograph, key: bytes) -> Row:
    """Return the columns that identify one frame; `frame` counts from 1, as DICOM does."""
    return {
        "path": str(radiograph.path),
        "frame": radiograph.frame + 1,
        "study_uid": radiograph.identity.study_uid,
        "series_uid": radiograph.identity.series_uid,
        "instance_uid": radiograph.identity.instance_uid,
        "patient_id_hash": pseudonym(radiograph.identity.patient_id, key),
        "view": radiograph.anatomy.view_position,
    }


def success(info: Row, prediction: Prediction) -> Row:
    """Return the row of a frame that was read, from its identifying columns and its prediction."""
    known = not math.isnan(prediction.domain_score)
    return {
        **info,
        "status": "ok",
        "error": "",
        "predicted": prediction.predicted,
        **{
            f"p_{name}": round(float(value), 6)
            for name, value in zip(prediction.class_names, prediction.probabilities, strict=True)
        },
        "in_domain": prediction.in_domain if known or prediction.objections else None,
        "domain_score": round(prediction.domain_score, 4) if known else None,
        "model": prediction.model,
        "model_version": prediction.model_version,
        "engine": prediction.engine,
        "device": prediction.device,
        "elapsed_ms": round(prediction.elapsed_ms, 1),
    }


def failure(path: Path, error: CxrviewError) -> Row:
    """Return the row of a file that could not be read; `error` is one sentence."""
    return {"path": str(path), "status": "error", "error": f"{error.problem} {error.advice}".strip()}
