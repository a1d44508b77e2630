"""The model card: what a bundle is, what it was made of, how good it is, and where it fails."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cxrview.bundle import messages, naming
from cxrview.errors import UnusableModel
from cxrview.former_names import CARD, renamed
from cxrview.message import Message

SCHEMA = 1
MAX_CLASSES = 1000
CLASSIFIER, SEGMENTER = "classifier", "segmenter"
FILM, LUNGS = "film", "lungs"


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
class Elsewhere:
    """How many films of other hospitals that were read as a class had it, where every second film had it.

    `right` of `of`, two round numbers; the share lies between `low` and `high`, 0…1 (95 % interval).
    """

    right: int
    of: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Card:
    """The checked contents of `card.json`. `raw` is the whole document, for display.

    Of a segmenter, whose graph gives a mask for each class, the entries that only a classifier has are empty.
    """

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
    kind: str = CLASSIFIER  # or SEGMENTER
    frame: str = FILM  # what the model is given: the FILM, (S, S), or the LUNGS, film and mask, (S, S, 2)
    watch_class: str = ""  # called from its operating point on, before the others are compared
    map_scale: dict[str, float] = field(default_factory=dict)  # what 1 is on a class's map; empty: common
    # The standard deviation of a film's log odds when it is read again after changes that are none to a
    # reader, measured on held-out films; 0: not measured.
    reading_noise: float = 0.0
    elsewhere: dict[str, dict[str, Elsewhere]] = field(default_factory=dict)  # by operating point and class

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes in the order of the graph's outputs."""
        return tuple(item.name for item in self.classes)

    @property
    def graph_hash(self) -> str:
        """The SHA-256 of the graph, "" where the card lists none."""
        return self.files["model.onnx"].sha256 if "model.onnx" in self.files else ""

    @property
    def license(self) -> str:
        """What the weights may be used for, in the card's own words; "" where it says nothing."""
        said = self.raw.get("license", "")
        return said if isinstance(said, str) else ""

    def label(self, name: str) -> str:
        """Return the display label of class `name`, or the name itself for a class not in the card."""
        return next((item.label for item in self.classes if item.name == name), name)


def parse(text: str, path: Path) -> Card:
    """Return the card in `text`, read from `path`. Raises UnusableModel and says which entry is wrong."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        problem = messages.CARD_NO_JSON(error=str(error))
        raise UnusableModel(problem, messages.IMPORT_AGAIN, path) from error
    if not isinstance(raw, dict):
        raise UnusableModel(messages.NO_CARD, messages.IMPORT_AGAIN, path)
    if raw.get("schema") != SCHEMA:
        problem = messages.CARD_OTHER_SCHEMA(schema=repr(raw.get("schema")), readable=SCHEMA)
        raise UnusableModel(problem, messages.UPDATE_OR_EXPORT, path)
    raw = renamed(raw, CARD)
    try:
        card = _build(raw)
        _check(card)
    except KeyError as error:
        problem = messages.CARD_LACKS_ENTRY(entry=str(error))
        raise UnusableModel(problem, messages.IMPORT_AGAIN, path) from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        reason = error.reason if isinstance(error, _Wrong) else str(error)
        raise UnusableModel(messages.CARD_WRONG_ENTRY(reason=reason), messages.IMPORT_AGAIN, path) from error
    return card


def draft(raw: dict[str, Any]) -> Card:
    """Return the card in `raw` while its model is being made: no files yet, and nothing is checked."""
    return _build({"files": {}, **raw})


class _Wrong(ValueError):
    """An entry makes no sense; `reason` says why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason


_NO_CLASSIFIER: dict[str, Any] = {
    "exclusive": False,
    "map_field": (0.0, 0.0, 1.0, 1.0),
    "temperature": 1.0,
    "operating_points": {},
}


def _build(raw: dict[str, Any]) -> Card:
    if raw.get("kind", CLASSIFIER) == SEGMENTER:
        raw = {**_NO_CLASSIFIER, **raw}
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
        kind=str(raw.get("kind", CLASSIFIER)),
        frame=str(raw.get("frame", FILM)),
        watch_class=str(raw.get("watch_class", "")),
        map_scale={str(name): float(value) for name, value in raw.get("map_scale", {}).items()},
        reading_noise=float(raw.get("reading_noise", {}).get("log_odds", 0)),
        elsewhere={
            str(point): {str(name): _elsewhere(entry) for name, entry in classes.items()}
            for point, classes in raw.get("elsewhere", {}).items()
        },
    )


def _elsewhere(entry: dict[str, Any]) -> Elsewhere:
    return Elsewhere(int(entry["right"]), int(entry["of"]), float(entry["low"]), float(entry["high"]))


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong(messages.CARD_NO_BOOLEAN(given=repr(value)))
    return value


def _check(card: Card) -> None:
    """Raise _Wrong if an entry of the right type makes no sense."""
    left, top, right, bottom = card.map_field
    names = card.class_names
    checks = (
        (messages.CARD_NAME, naming.is_allowed(card.name)),
        (messages.CARD_KIND, card.kind in (CLASSIFIER, SEGMENTER) and card.frame in (FILM, LUNGS)),
        (
            messages.CARD_CLASS_COUNT(most=MAX_CLASSES),
            card.kind == SEGMENTER or 2 <= len(names) <= MAX_CLASSES,
        ),
        (
            messages.CARD_CLASS_NAMES,
            len(set(names)) == len(names) and all(name and name.isprintable() for name in names),
        ),
        (messages.CARD_INPUT_SIZE, 32 <= card.input_size <= 2048),
        (messages.CARD_MAP_FIELD, 0 <= left < right <= 1 and 0 <= top < bottom <= 1),
        (messages.CARD_TEMPERATURE, math.isfinite(card.temperature) and card.temperature > 0),
        (messages.CARD_WATCH_CLASS, card.watch_class in ("", *names)),
        (
            messages.CARD_MAP_SCALE,
            set(card.map_scale) in (set(), set(names))
            and all(math.isfinite(value) and value > 0 for value in card.map_scale.values()),
        ),
        (messages.CARD_READING_NOISE, math.isfinite(card.reading_noise) and card.reading_noise >= 0),
        (
            messages.CARD_ELSEWHERE,
            all(
                name in names and 0 <= told.right <= told.of > 0 and 0 <= told.low <= told.high <= 1
                for classes in card.elsewhere.values()
                for name, told in classes.items()
            ),
        ),
        (messages.CARD_FILES, {"model.onnx", "selftest.npz"} <= set(card.files)),
        (messages.CARD_FILE_NAMES, all(map(naming.is_allowed, card.files))),
    )
    for complaint, holds in checks:
        if not holds:
            raise _Wrong(complaint)
