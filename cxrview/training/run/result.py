"""A finished run as its folder tells it: the figures, and what the model said about every image.

It is read in a worker; nothing here imports NumPy.
"""

import csv
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxrview import paths
from cxrview.bundle.card import Card
from cxrview.bundle.load import read_card
from cxrview.errors import InvalidRequest, UnusableModel
from cxrview.messages import UNREADABLE_FILE
from cxrview.progress import Report
from cxrview.safe_text import unguarded
from cxrview.training import messages
from cxrview.training.run.folder import RunFolder

GRAPH = "model.onnx"
FEW = 30  # images of a class, below which its figures are said to be uncertain
OF_OTHERS = (
    "external",
    "out_of_distribution",
)  # parts whose images are not among those that the model learns from


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said about one image. `file` is as the data name it; `labels` is empty for no class."""

    file: str
    path: Path
    group: str
    source: str
    labels: tuple[str, ...]
    called: tuple[str, ...]  # one class where classes exclude each other
    probabilities: tuple[float, ...]  # in the order of the classes
    in_domain: bool | None
    confidence: float  # in what is most wrong about the answer, or in the answer if it is right

    @property
    def is_right(self) -> bool:
        """Whether exactly its classes were called."""
        return set(self.labels) == set(self.called)


@dataclass(frozen=True, slots=True)
class ResultPart:
    """A part of the images: its figures as metrics.json has them, and its answers."""

    name: str
    measured: Mapping[str, Any]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run. `model` is the folder of its bundle: the installed one, else the run's own."""

    folder: Path
    model: Path
    installed: bool
    card: Card
    data: str  # the folder or table that it was trained on
    report: Path
    parts: Mapping[str, ResultPart]
    best_epoch: int

    @property
    def first(self) -> str:
        """The part to look at first."""
        return "test" if "test" in self.parts else next(iter(self.parts))

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes in the order of the model."""
        return self.card.class_names

    def mistakes(self, part: str) -> list[Answer]:
        """Return the wrong answers about images of a known class, the surest ones first."""
        wrong = [
            answer
            for answer in self.parts[part].answers
            if not answer.is_right and (answer.labels or not self.card.exclusive)
        ]
        return sorted(wrong, key=surest)

    def few(self, part: str) -> dict[str, int]:
        """Return the classes with fewer than FEW images in `part`, and how many they have."""
        support = self.parts[part].measured.get("support", {})
        return {name: count for name, count in support.items() if count < FEW}


def surest(answer: Answer) -> tuple[float, str]:
    """Return a key that sorts answers, the surest first."""
    return -answer.confidence, answer.file


def confidence(
    shares: Mapping[str, float], labels: Sequence[str], called: Sequence[str], only: bool
) -> float:
    """Return how sure a model was of what is most wrong about its answer, or of the answer if it is right.

    `shares` are probabilities by class; with `only` the classes exclude each other.
    """
    wrong = set(labels) ^ set(called)
    if only or not wrong:
        return max((shares[name] for name in called), default=1 - max(shares.values()))
    return max(shares.get(name, 0.0) if name in called else 1 - shares.get(name, 0.0) for name in wrong)


def load_result(path: Path, report: Report) -> RunResult:
    """Return the run in the folder `path`. Raises InvalidRequest or UnusableModel if it is not whole."""
    folder = RunFolder(path)
    outcome = folder.outcome()
    if outcome is None:
        raise InvalidRequest(messages.NO_FINISHED_RUN, messages.LET_IT_FINISH, path)
    metrics = _metrics(folder.report / "metrics.json")
    config = folder.stored_config()
    model, installed = _model(folder, outcome.bundle, outcome.registered)
    card = read_card(model)
    report(0.5, "")
    places = _Places(folder, config.data.path if config else "", config.data.external if config else "")
    answers = _answers(folder.report / "predictions.csv", card, metrics["parts"], places)
    parts = {name: ResultPart(name, found, tuple(answers[name])) for name, found in metrics["parts"].items()}
    return RunResult(
        folder=path,
        model=model,
        installed=installed,
        card=card,
        data=config.data.path if config else "",
        report=folder.report / "report.html",
        parts=parts,
        best_epoch=outcome.best_epoch,
    )


def installed_copy(card: Card, wanted: str = "") -> Path | None:
    """Return the user's installed bundle with the graph of `card`, `wanted` before others, or None."""
    root = paths.user_models()
    folders = sorted(root.iterdir(), key=lambda place: place.name != wanted) if root.is_dir() else []
    for folder in folders:
        try:
            other = read_card(folder)
        except UnusableModel:
            continue
        if other.files[GRAPH] == card.files[GRAPH]:
            return folder
    return None


def _model(folder: RunFolder, said: str, registered: str) -> tuple[Path, bool]:
    own = next((card.parent for card in sorted(folder.bundles.glob("*/card.json"))), Path(said))
    copy = installed_copy(read_card(own), registered)
    return (copy, True) if copy is not None else (own, False)


def _metrics(path: Path) -> dict[str, Any]:
    try:
        metrics: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if metrics["parts"] and all(isinstance(part, dict) for part in metrics["parts"].values()):
            return metrics
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidRequest(UNREADABLE_FILE, messages.REPORT_DAMAGED, path) from error
    raise InvalidRequest(messages.REPORT_WITHOUT_FIGURES, messages.REPORT_DAMAGED, path)


class _Places:
    """Where the files are that the answers name, and whose they are."""

    def __init__(self, folder: RunFolder, data: str, external: str) -> None:
        self._roots = {"": _root(data), "external": _root(external)}
        self._groups: dict[str, str] = {}
        try:
            with folder.split.open(newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    place = os.path.normpath(folder.path / unguarded(row["file"]))
                    self._groups[place] = unguarded(row["group"])
        except (OSError, KeyError, csv.Error):
            return  # then each image stands for itself

    def path(self, part: str, file: str) -> Path:
        root = self._roots.get(part, self._roots[""])
        return Path(os.path.normpath(root / file))

    def group(self, path: Path) -> str:
        return self._groups.get(str(path), str(path))


def _root(data: str) -> Path:
    path = Path(data)
    return path if not data or path.is_dir() else path.parent


def _answers(path: Path, card: Card, measured: Mapping[str, Any], places: _Places) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {name: [] for name in measured}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            for cells in csv.DictReader(file):
                row = {name: unguarded(cell) for name, cell in cells.items()}
                part = row["part"]
                if part in found:
                    found[part].append(_answer(row, part, card, measured[part], places))
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise InvalidRequest(UNREADABLE_FILE, messages.REPORT_DAMAGED, path) from error
    return found


def _answer(
    row: Mapping[str, str], part: str, card: Card, measured: Mapping[str, Any], places: _Places
) -> Answer:
    path = places.path(part, row["file"])
    shares = {name: float(row[f"p_{name}"]) for name in card.class_names}
    labels = tuple(name for name in row["label"].split("|") if name)
    called: tuple[str, ...] = (row["predicted"],)
    if not card.exclusive:
        limits = measured.get("thresholds", {})
        called = tuple(name for name, share in shares.items() if share >= limits.get(name, 0.5))
    return Answer(
        file=row["file"],
        path=path,
        group=places.group(path),
        source=row["source"],
        labels=labels,
        called=called,
        probabilities=tuple(shares.values()),
        in_domain={"true": True, "false": False}.get(row["in_domain"]),
        confidence=confidence(shares, labels, called, card.exclusive),
    )
