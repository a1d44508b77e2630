"""Annotations as JSON: `{"schema": 1, "kind": "length", "points": [[x, y], …], …}`."""

import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from cxrview.annotations.annotation import KINDS, Annotation, Point

SCHEMA = 1
COMMON = frozenset(field.name for field in fields(Annotation))


def to_json(annotation: Annotation) -> str:
    """Return `annotation` as one line of JSON."""
    body: dict[str, Any] = {"schema": SCHEMA, "kind": annotation.kind}
    for field in fields(annotation):
        body[field.name] = getattr(annotation, field.name)
    body["created"] = annotation.created.isoformat()
    return json.dumps(body, ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> Annotation:
    """Return the annotation in `text`. Raises ValueError if it is none, or of a later schema or kind."""
    try:
        body = json.loads(text)
        if body["schema"] != SCHEMA or body["kind"] not in KINDS:
            raise ValueError(f"schema {body['schema']}, kind {body['kind']}")
        kind = KINDS[body["kind"]]
        own = {name: body[name] for name in _own(kind) if name in body}  # those that came later have defaults
        plate = body["plate"]
        return kind(
            points=tuple(_point(pair) for pair in body["points"]),
            label=str(body["label"]),
            plate=None if plate is None else _point(plate),
            id=str(body["id"]),
            created=datetime.fromisoformat(body["created"]),
            **own,
        )
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"not an annotation: {error}") from error


def _own(kind: type[Annotation]) -> list[str]:
    return [field.name for field in fields(kind) if field.name not in COMMON]


def _point(pair: Any) -> Point:
    x, y = pair
    return Point(float(x), float(y))
