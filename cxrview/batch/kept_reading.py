"""What the model said of a film, as the file of a batch keeps it: some kilobytes of bytes and JSON."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from cxrview.anatomy import Anatomy
from cxrview.batch.rows import Row
from cxrview.i18n import language
from cxrview.imaging import Letterbox
from cxrview.inference.prediction import Prediction

LEVEL = 1  # of compression: a mask is nearly two values, and a millisecond is much


Packed = tuple[bytes, bytes, bytes, str, bytes | None]
"""Embedding and maps in float16, logits in float32, what else there is as JSON, and the lungs."""


def packed(said: Prediction, state: tuple[int, int] | None) -> Packed:
    """Return a prediction as it is kept, beside its row; `state` is that of the file, see `StoredFilm`."""
    lungs, of_lungs = _packed_lungs(said.anatomy)
    more = {
        "maps": said.activation_maps.shape,
        "letterbox": asdict(said.letterbox),
        "field": said.field,
        "in_domain": bool(said.in_domain),
        "domain": [float(said.domain_score), float(said.domain_percentile)],
        "objections": said.objections,
        "map_scale": {name: float(value) for name, value in said.map_scale.items()},
        "lungs": of_lungs,
        "file": state,
        "language": language(),
    }
    return (
        said.embedding.astype(np.float16).tobytes(),
        said.activation_maps.astype(np.float16).tobytes(),
        said.logits.astype(np.float32).tobytes(),
        json.dumps(more),
        lungs,
    )


def unpacked(
    row: Row, class_names: tuple[str, ...], kept: Sequence[Any]
) -> tuple[Prediction, dict[str, Any]]:
    """Return what `packed` was given, with the `row` of the film, and what the JSON tells.

    What a batch of an earlier version lacks is None. Raises ValueError or KeyError if it is damaged.
    """
    embedding, maps, logits, more, *lungs = kept
    told = json.loads(more)
    said = Prediction(
        class_names=class_names,
        probabilities=np.array([row[f"p_{name}"] for name in class_names], np.float32),
        logits=np.frombuffer(logits, np.float32),
        activation_maps=np.frombuffer(maps, np.float16).astype(np.float32).reshape(told["maps"]),
        embedding=np.frombuffer(embedding, np.float16).astype(np.float32),
        in_domain=told["in_domain"],
        domain_score=told["domain"][0],
        domain_percentile=told["domain"][1],
        objections=tuple(told["objections"]),
        letterbox=_letterbox(told["letterbox"]),
        field=tuple(told["field"]),
        model=row["model"],
        model_version=row["model_version"],
        engine=row["engine"],
        device=row["device"],
        elapsed_ms=row["elapsed_ms"],
        anatomy=_unpacked_lungs(next(iter(lungs), None), told.get("lungs")),
        map_scale=told["map_scale"],
    )
    return said, told


def _packed_lungs(anatomy: Anatomy | None) -> tuple[bytes | None, dict[str, Any] | None]:
    """Return mask and measures as bytes, and what must be known besides, as JSON takes it; None for none."""
    if anatomy is None:
        return None, None
    measures = anatomy.measures.astype(np.float32)
    told = {
        "measures": len(measures),
        "letterbox": asdict(anatomy.letterbox),
        "found": bool(anatomy.found),
        "crop": list(anatomy.crop),
        "likely": bool(anatomy.likely),
    }
    return measures.tobytes() + zlib.compress(anatomy.lungs.tobytes(), LEVEL), told


def _unpacked_lungs(kept: bytes | None, told: Mapping[str, Any] | None) -> Anatomy | None:
    """Return what `_packed_lungs` was given. Raises ValueError or KeyError if it is damaged."""
    if kept is None or told is None:
        return None
    begin = 4 * told["measures"]
    letterbox = _letterbox(told["letterbox"])
    try:
        mask = zlib.decompress(kept[begin:], bufsize=letterbox.size**2)
    except zlib.error as error:
        raise ValueError("the mask of the lungs is damaged") from error
    return Anatomy(
        lungs=np.frombuffer(mask, np.uint8).reshape(letterbox.size, letterbox.size),
        letterbox=letterbox,
        found=told["found"],
        crop=tuple(told["crop"]),
        measures=np.frombuffer(kept, np.float32, told["measures"]),
        likely=told["likely"],
    )


def _letterbox(told: Mapping[str, Any]) -> Letterbox:
    """Return a letterbox from its fields as JSON has them. Raises KeyError or TypeError."""
    return Letterbox(**{**told, "crop": tuple(told["crop"])})
