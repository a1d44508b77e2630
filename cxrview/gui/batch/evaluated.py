"""A batch with labels as an evaluation: what was called, what is so, and the figures."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import numpy as np

from cxrview.batch.rows import Row
from cxrview.batch.store import BatchStore
from cxrview.batch.store_filter import READ, Wanted
from cxrview.bundle.card import Card, parse
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import Item, find_items
from cxrview.errors import InvalidRequest
from cxrview.evaluation.evaluate import measure
from cxrview.evaluation.predict import class_places
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.evaluation.roles import roles_of
from cxrview.gui import messages
from cxrview.i18n import tr
from cxrview.progress import Report
from cxrview.training.run.result import Answer, ResultPart, RunResult, confidence

PART = "all"
REPEATS = 1000  # samples of the bootstrap
MOST_NAMED = 5  # labels that a message names


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The result, how many films have no label there, and how many labelled files were not read."""

    result: RunResult
    without_label: int
    without_film: int


def evaluate(folder: Path, store: Path, labels: str, report: Report) -> Evaluated:
    """Hold what the batch in `store` says against `labels`, a folder of class folders or a table.

    The first frame of each film that was read counts. Raises CxrviewError, and what `report` raises.
    """
    items = find_items(DataConfig(labels))
    report(0.2, "")
    with BatchStore.open(store) as opened:
        card = parse(json.dumps(opened.about["card"]), store)
        rows = list(opened.every_row(opened.numbers(Wanted(status=READ))))
    rows = [row for row in rows if row["frame"] == 1]
    pairs = _paired(rows, items, labels)
    report(0.4, "")
    places = class_places({label for _, item in pairs for label in item.labels}, card)
    known = [(row, item) for row, item in pairs if _counts(item, places, card)]
    if not known:
        raise _nothing_known(pairs, Path(labels))
    measured = measure(
        _predictions(known, places, card),
        card.operating_points,
        repeats=REPEATS,
        report=lambda fraction, doing: report(0.4 + 0.6 * fraction, doing),
        roles=roles_of(card.raw, card.class_names),
    )
    limits = measured.get("thresholds", {})
    answers = tuple(_answer(row, item, places, card, limits) for row, item in known)
    result = RunResult(
        folder=folder,
        model=Path(card.name),
        installed=True,
        card=_in_words(card),
        data=labels,
        report=folder / "report.html",
        parts={PART: ResultPart(PART, measured, answers)},
        best_epoch=0,
    )
    return Evaluated(result, len(rows) - len(pairs), len(items) - len(pairs))


def _in_words(card: Card) -> Card:
    """Return `card` with the words of its classes in the user's language, for what shows the result."""
    classes = tuple(replace(item, label=tr(item.label)) for item in card.classes)
    return replace(card, classes=classes)


def _paired(rows: Sequence[Row], items: Sequence[Item], labels: str) -> list[tuple[Row, Item]]:
    """Return the films that have an item, with it; in an archive both are known by their names in it."""
    root = PurePath(labels) if Path(labels).is_file() else None
    found = {os.path.realpath(item.path): item for item in items}
    found |= {str(root / item.file): item for item in items} if root is not None else {}
    pairs = []
    for row in rows:
        item = found.get(row["path"]) if row["archive"] else found.get(os.path.realpath(row["place"]))
        if item is not None and item.labels:
            pairs.append((row, item))
    return pairs


def _counts(item: Item, places: dict[str, int], card: Card) -> bool:
    known = {places[label] for label in item.labels if label in places}
    return len(known) == len(item.labels) and (len(known) == 1 or not card.exclusive)


def _nothing_known(pairs: Sequence[tuple[Row, Item]], labels: Path) -> InvalidRequest:
    if not pairs:
        return InvalidRequest(messages.NO_LABELLED_FILMS, path=labels)
    names = Counter(label for _, item in pairs for label in item.labels)
    named = [name for name, _ in names.most_common(MOST_NAMED)]
    return InvalidRequest(messages.LABELS_UNKNOWN(labels=named), path=labels)


def _predictions(
    pairs: Sequence[tuple[Row, Item]], places: dict[str, int], card: Card
) -> LabelledPredictions:
    names = card.class_names
    shares = np.array([[row[f"p_{name}"] for name in names] for row, _ in pairs], np.float64)
    targets = np.zeros((len(pairs), len(names)), np.uint8)
    for number, (_, item) in enumerate(pairs):
        targets[number, [places[label] for label in item.labels]] = 1
    inside = [row["in_domain"] for row, _ in pairs]
    return LabelledPredictions(
        shares,
        np.where(targets.any(1), targets.argmax(1), -1).astype(np.int64),
        np.array([_group(row, item) for row, item in pairs], np.str_),
        np.array([item.source for _, item in pairs], np.str_),
        np.array([item.file for _, item in pairs], np.str_),
        names,
        None if None in inside else np.array(inside, np.bool_),
        targets,
        card.exclusive,
    )


def _group(row: Row, item: Item) -> str:
    """Return the unit of resampling: whose film it is, as far as the table or the file says."""
    patient = row["patient"] or ""
    return item.group or (f"patient {patient}" if patient else f"file {item.file}")


def _answer(row: Row, item: Item, places: dict[str, int], card: Card, limits: dict[str, float]) -> Answer:
    shares = {name: float(row[f"p_{name}"]) for name in card.class_names}
    labels = tuple(card.class_names[places[label]] for label in item.labels)
    called: tuple[str, ...] = (row["predicted"],)
    if not card.exclusive:
        called = tuple(name for name, share in shares.items() if share >= limits.get(name, 0.5))
    return Answer(
        file=item.file,
        path=Path(row["place"]),
        group=_group(row, item),
        source=item.source,
        labels=labels,
        called=called,
        probabilities=tuple(shares.values()),
        in_domain=row["in_domain"],
        confidence=confidence(shares, labels, called, card.exclusive),
    )
