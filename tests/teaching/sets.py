"""Small sets of drawn films, and readers of them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import find_items
from cxrview.teaching.make import Plan, make_set
from cxrview.teaching.reading_set import ReadingSet
from cxrview.teaching.sessions import ModelAnswer, ReaderAnswer, Readings, SessionInfo, Spot

CLASSES = ("Normal", "Pneumonia")


def films(folder: Path, count: int = 30, size: int = 64) -> Path:
    """Write `count` films into class folders, two of three normal, and return the table beside them."""
    random = np.random.default_rng(1)
    rows = ["file,label,group,boxes,explanation"]
    for number in range(count):
        name = CLASSES[number % 3 == 0]
        path = folder / name / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), random.integers(0, 255, (size, size), np.uint8))
        boxes = json.dumps([[10, 10, 30, 30]] if name == "Pneumonia" else []).replace('"', "")
        rows.append(
            f'{path.relative_to(folder).as_posix()},{name},person {number // 2},"{boxes}",Look at {number}.'
        )
    (folder / "films.csv").write_text("\n".join(rows), "utf-8")
    return folder / "films.csv"


def set_of(folder: Path, **plan) -> ReadingSet:
    """Return a set of the films in `folder`, made by their table."""
    items = find_items(DataConfig(path=str(films(folder))))
    return make_set(items, Plan("Thirty films", **plan), folder)


def imagined(made: ReadingSet, reader: str, skill: float, seed: int) -> Readings:
    """Return what somebody of that `skill` might say of `made`, alone and with a model."""
    random = np.random.default_rng(seed)
    blind, assisted, model = {}, {}, {}
    for place in range(len(made)):
        sign = 1 if "Pneumonia" in made.film(place).classes else -1
        level = int(np.clip(round(3 + 2 * sign * random.normal(skill, 1)), 1, 5))
        spots = (Spot(20.0, 20.0),) if sign == 1 and random.random() < 0.5 else ()
        blind[place] = ReaderAnswer(
            {"Pneumonia": level, "Normal": 6 - level}, spots, seconds=float(random.uniform(4, 9))
        )
        p = float(np.clip(0.5 + 0.3 * sign + random.normal(0, 0.35), 0.01, 0.99))
        model[place] = ModelAnswer({"Pneumonia": p, "Normal": 1 - p})
        better = int(np.clip(round(1 + 4 * p), 1, 5))
        assisted[place] = ReaderAnswer({"Pneumonia": better, "Normal": 6 - better})
    info = SessionInfo(
        reader, made.identifier, made.title, "", reader, datetime.now(UTC), len(made), len(made)
    )
    return Readings(info, blind, assisted, model, frozenset(range(len(made))))
