"""The model card: what a bundle is, what it was made of, how good it is, and where it fails."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxrview.errors import UnusableModel

SCHEMA = 1
MAX_CLASSES = 1000


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """One class: `name` in files ("covid19"), `label` on the screen, `meaning` in a sentence."""

    name: str
    label: str
    meaning: str


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file of the bundle, as it was when the card was written."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Card:
    """The checked contents of `card.json`. `raw` is the whole document, for display."""

    name: str
    version: str
    title: str
    status: str  # "interim", "release" or "user"
    architecture: str
    classes: tuple[ClassInfo, ...]
    exclusive: bool  # softmax over the classes; otherwise one sigmoid each
    input_size: int  # side of the square input in pixels
    map_field: tuple[float, float, float, float]  # left, top, right, bottom of what the maps cover, 0…1
    temperature: float  # logits are divided by it before the softmax (Guo 2017)
    operating_points: dict[str, dict[str, float]]  # {"sensitive": {class: threshold}, "balanced": …}
    limits: tuple[str, ...]  # what the model cannot do, whole sentences
    files: dict[str, FileInfo]
    raw: dict[str, Any]

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes in the order of the graph's outputs."""
        return tuple(item.name for item in self.classes)

    def label(self, name: str) -> str:
        """Return the display label of class `name`, or the name itself for a class not in the card."""
        return next((item.label for item in self.classes if item.name == name), name)


def parse(text: str, path: Path) -> Card:
    """Return the card in `text`, read from `path`. Raises UnusableModel and says which entry is wrong."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnusableModel(f"is not valid JSON: {error}.", "Import the model again.", path) from error
    if not isinstance(raw, dict):
        raise UnusableModel("is not a model card.", "Import the model again.", path)
    if raw.get("schema") != SCHEMA:
        advice = "Update cxrview, or export the model again with this version."
        raise UnusableModel(
            f"has schema {raw.get('schema')!r}, and this version reads {SCHEMA}.", advice, path
        )
    try:
        card = _build(raw)
        _check(card)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        reason = f"lacks the entry {error}" if isinstance(error, KeyError) else f"has a wrong entry: {error}"
        raise UnusableModel(f"{reason}.", "Import the model again.", path) from error
    return card


def _build(raw: dict[str, Any]) -> Card:
    left, top, right, bottom = (float(value) for value in raw["map_field"])
    return Card(
        name=str(raw["name"]),
        version=str(raw["version"]),
        title=str(raw["title"]),
        status=str(raw["status"]),
        architecture=str(raw["architecture"]),
        classes=tuple(ClassInfo(str(c["name"]), str(c["label"]), str(c["meaning"])) for c in raw["classes"]),
        exclusive=_boolean(raw["exclusive"]),
        input_size=int(raw["input_size"]),
        map_field=(left, top, right, bottom),
        temperature=float(raw["temperature"]),
        operating_points={
            str(point): {str(name): float(value) for name, value in thresholds.items()}
            for point, thresholds in raw["operating_points"].items()
        },
        limits=tuple(str(limit) for limit in raw["limits"]),
        files={
            str(name): FileInfo(str(info["sha256"]), int(info["bytes"]))
            for name, info in raw["files"].items()
        },
        raw=raw,
    )


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _check(card: Card) -> None:
    """Raise ValueError if an entry of the right type makes no sense."""
    left, top, right, bottom = card.map_field
    names = card.class_names
    checks = {
        "name must be a plain folder name": Path(card.name).name == card.name
        and card.name not in ("", ".", ".."),
        f"there must be 2 to {MAX_CLASSES} classes": 2 <= len(names) <= MAX_CLASSES,
        "class names must differ": len(set(names)) == len(names) and all(names),
        "input_size must be 32…2048": 32 <= card.input_size <= 2048,
        "map_field must lie inside 0…1": 0 <= left < right <= 1 and 0 <= top < bottom <= 1,
        "temperature must be above 0": math.isfinite(card.temperature) and card.temperature > 0,
        "files must list model.onnx and selftest.npz": {"model.onnx", "selftest.npz"} <= set(card.files),
        "files must be plain names": all(Path(name).name == name for name in card.files),
    }
    for complaint, holds in checks.items():
        if not holds:
            raise ValueError(complaint)
