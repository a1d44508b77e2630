"""What a table of results comes to: counts, distributions, failures, and which films are worth a look."""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.batch.labels import Labels
from cxrview.batch.rows import Row
from cxrview.bundle import Card
from cxrview.datasets.sources import Item
from cxrview.evaluation.predict import class_places
from cxrview.evaluation.predictions import LabelledPredictions

BINS = 20  # of a distribution
MOST_DISTANT = 3.0  # domain scores above it are counted with it
MOST_FAILURES = 500  # that a page lists
CERTAIN, UNCERTAIN, OUTSIDE = 6, 9, 9  # films shown: of each class, and in all


@dataclass(frozen=True, slots=True, order=True)
class ShownFilm:
    """A frame of the table; the larger `worth`, the rather it is shown. `number` is its row, from 1."""

    worth: float
    number: int
    row: Row = field(compare=False)


class Best:
    """The `most` films of largest worth."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._films: list[ShownFilm] = []

    def take(self, film: ShownFilm) -> None:
        """Keep `film` if it is among the best; of equal ones the first."""
        turned = ShownFilm(film.worth, -film.number, film.row)
        heapq.heappush(self._films, turned)
        if len(self._films) > self._most:
            heapq.heappop(self._films)

    @property
    def films(self) -> list[ShownFilm]:
        """They, the best first."""
        return [ShownFilm(film.worth, -film.number, film.row) for film in sorted(self._films, reverse=True)]


class Tally:
    """Takes the rows of a table one by one, in its order; memory grows with the labelled rows alone.

    `called` counts the frames by class, "" for those that are not read; `shares` has for each class of the
    model how many of them have its probability in each of BINS parts of 0…1, `distances` the same of the
    domain score in 0…MOST_DISTANT. `failures` are the first of the files that failed: row, file, and why.
    """

    def __init__(self, card: Card, labels: Labels | None = None) -> None:
        self.card = card
        self.labels = labels
        self.rows = self.frames = self.failed = self.outside = self.unchecked = self.twins = 0
        self.files: set[int] = set()  # hashes of their names
        self.called: Counter[str] = Counter()
        self.views: Counter[str] = Counter()
        self.points: set[str] = set()  # operating points at which frames were called
        self.shares = {name: np.zeros(BINS, np.int64) for name in card.class_names}
        self.distances = np.zeros(BINS, np.int64)
        self.failures: list[tuple[int, str, str]] = []
        self.certain = {name: Best(CERTAIN) for name in card.class_names}
        self.uncertain, self.strange = Best(UNCERTAIN), Best(OUTSIDE)
        self._labelled: list[tuple[Row, Item, int]] = []

    def take(self, row: Row) -> None:
        """Count a row."""
        self.rows += 1
        self.files.add(hash(row["path"]))
        if row["status"] != "ok":
            self._failed(row)
            return
        self.frames += 1
        self.views[row.get("view") or ""] += 1
        self.called[_called(row)] += 1
        self.points.add(row.get("operating_point") or "")
        self.twins += bool(row.get("duplicate_of"))
        for name, counts in self.shares.items():
            counts[_bin(row[f"p_{name}"], 1.0)] += 1
        if (distance := row.get("domain_score")) is not None:
            self.distances[_bin(distance, MOST_DISTANT)] += 1
        self._choose(row)
        item = self.labels.of(row) if self.labels is not None else None
        if item is not None and row["frame"] == 1:
            self._labelled.append((row, item, self.rows))

    def _failed(self, row: Row) -> None:
        self.failed += 1
        if len(self.failures) < MOST_FAILURES:
            self.failures.append((self.rows, row["path"], row["error"]))

    def _choose(self, row: Row) -> None:
        if row.get("in_domain") is False:
            self.outside += 1
            distance = row.get("domain_score")
            self.strange.take(ShownFilm(0.0 if distance is None else distance, self.rows, row))
            return
        self.unchecked += row.get("in_domain") is None
        shares = sorted((row[f"p_{name}"] for name in self.card.class_names), reverse=True)
        name = row["predicted"]
        if name in self.certain:
            self.certain[name].take(ShownFilm(shares[0], self.rows, row))
        self.uncertain.take(ShownFilm(_doubt(shares, self.card.exclusive), self.rows, row))

    def answers(self, named: Callable[[int, str], str]) -> LabelledPredictions | None:
        """Return the labelled films of classes that the model knows, None if there are none.

        `named` gives the words for a film by row and file. The patient is the item's group, else that of the
        file, else each file is its own.
        """
        places = class_places({label for _, item, _ in self._labelled for label in item.labels}, self.card)
        chosen = [
            entry
            for entry in self._labelled
            if all(label in places for label in entry[1].labels)
            and (len({places[label] for label in entry[1].labels}) == 1 or not self.card.exclusive)
        ]
        if not chosen:
            return None
        names = self.card.class_names
        targets = np.zeros((len(chosen), len(names)), np.uint8)
        for number, (_, item, _) in enumerate(chosen):
            targets[number, [places[label] for label in item.labels]] = 1
        return LabelledPredictions(
            np.array([[row[f"p_{name}"] for name in names] for row, _, _ in chosen], np.float64),
            np.where(targets.any(1), targets.argmax(1), -1).astype(np.int64),
            _texts(_group(row, item) for row, item, _ in chosen),
            _texts(item.source for _, item, _ in chosen),
            _texts(named(number, row["path"]) for row, _, number in chosen),
            names,
            None if self.unchecked else np.array([row["in_domain"] for row, _, _ in chosen], np.bool_),
            targets,
            self.card.exclusive,
            _texts(item.device for _, item, _ in chosen),
        )


def _called(row: Row) -> str:
    """Return what a frame is called; tables of 0.1.0 do not say, but there no operating point decided."""
    if "call" in row:
        return row["call"] or ""
    return "" if row.get("in_domain") is False else str(row["predicted"])


def _bin(value: float, top: float) -> int:
    return min(BINS - 1, max(0, int(value / top * BINS)))


def _doubt(shares: list[float], exclusive: bool) -> float:
    """Return how near a film, by its probabilities from the largest on, is to being called something else."""
    if exclusive and len(shares) > 1:
        return -(shares[0] - shares[1])
    return -min(abs(share - 0.5) for share in shares)


def _group(row: Row, item: Item) -> str:
    if item.group:
        return item.group
    return f"patient {row['patient_id_hash']}" if row.get("patient_id_hash") else f"file {row['path']}"


def _texts(values: Any) -> NDArray[np.str_]:
    return np.array(list(values), np.str_)
