"""Ask a bundle about labelled images, through the same engine that the app uses: no Keras, in batches.

Files are decoded a little ahead of the model and forgotten again, so memory does not grow with their number.
"""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cxrview.bundle import Card
from cxrview.datasets.sources import Item
from cxrview.errors import CxrviewError
from cxrview.evaluation import messages
from cxrview.evaluation.examples import Example, choose_examples, illustrate
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.imaging import Radiograph, read, render
from cxrview.imaging.read_ahead import read_ahead
from cxrview.inference.prediction import Prediction
from cxrview.inference.predictor import BATCH_SIZE, ModelInput, Predictor
from cxrview.message import Message
from cxrview.progress import Report, silent

NO_LABEL = "(none)"  # which is no name of a class


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What a bundle said, and what could not be asked.

    `failures` are (file, what is wrong) of files that cannot be read; `left_out` counts the images of each
    label that the model does not know.
    """

    answers: LabelledPredictions
    examples: tuple[Example, ...] = ()
    failures: tuple[tuple[str, Message], ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()


class Watcher(Protocol):
    """Somebody who measures something else of films that are read for a model anyway."""

    def prepare(self, radiograph: Radiograph) -> Any:
        """Return what is kept of a film until the model has spoken. Called in any thread."""

    def take(self, waiting: Sequence[Any], predictions: Sequence[Prediction]) -> None:
        """Take what was kept of films, and what the model says of each."""


def class_places(names: Iterable[str], card: Card) -> dict[str, int]:
    """Return the index in `card` of those `names` that it knows, by name or label, whatever the case."""
    known = {item.label.casefold(): index for index, item in enumerate(card.classes)}
    known |= {item.name.casefold(): index for index, item in enumerate(card.classes)}
    return {name: known[name.casefold()] for name in names if name.casefold() in known}


def answer_files(
    predictor: Predictor,
    items: Sequence[Item],
    report: Report = silent,
    *,
    workers: int = 2,
    pattern: re.Pattern[str] | None = None,
    out_of_distribution: bool = False,
    examples: bool = False,
    watchers: Sequence[Watcher] = (),
) -> Answered:
    """Return what the model says about the first frame of each file.

    Images with a label that the model does not know are left out, unless they are `out_of_distribution`: then
    all are asked about, none has a class, and the label stands in for a source that is not named. The patient
    is the item's group, else the DICOM PatientID, else what `pattern` finds in the file's name, else each
    file is its own. The `watchers` are shown each film that is read, and then what is said of it.
    """
    chosen, left_out = list(items), Counter[str]()
    if not out_of_distribution:
        chosen, left_out = _of_known_class(items, predictor.card)
    reading = _Reading(predictor, chosen, watchers, pattern)
    probabilities, in_domain = ask(predictor, reading.inputs(workers), len(chosen), report, reading.show)
    read_items = reading.items
    card = predictor.card
    targets = np.zeros((len(read_items), len(card.classes)), np.uint8)
    if not out_of_distribution:
        places = class_places({label for item in read_items for label in item.labels}, card)
        for row, item in enumerate(read_items):
            targets[row, [places[label] for label in item.labels]] = 1
    sources = [item.source or ("|".join(item.labels) if out_of_distribution else "") for item in read_items]
    files, devices = [item.file for item in read_items], [item.device for item in read_items]
    columns = map(_texts, (reading.groups, sources, files, devices))
    answers = _answers(card, probabilities, in_domain, targets, *columns)
    shown: list[Example] = []
    if examples:
        choices = choose_examples(answers)
        shown = illustrate(answers, choices, lambda index: predict_file(predictor, read_items[index].path))
    return Answered(answers, tuple(shown), tuple(reading.failures), tuple(left_out.most_common()))


class _Reading:
    """Files on their way to the model: what could be read, what not, and what watchers wait with."""

    def __init__(
        self,
        predictor: Predictor,
        chosen: Sequence[Item],
        watchers: Sequence[Watcher],
        pattern: re.Pattern[str] | None,
    ) -> None:
        self.items: list[Item] = []
        self.groups: list[str] = []
        self.failures: list[tuple[str, Message]] = []
        self._predictor, self._chosen, self._pattern = predictor, chosen, pattern
        self._watchers, self._watched = watchers, deque[list[Any]]()

    def inputs(self, workers: int) -> Iterator[ModelInput]:
        """Yield what the model sees of each file that can be read."""
        work = partial(_prepare, self._predictor, self._watchers)
        with closing(read_ahead(work, [item.path for item in self._chosen], workers)) as prepared:
            for item, result in zip(self._chosen, prepared, strict=True):
                if isinstance(result, CxrviewError):
                    self.failures.append((item.file, result.whole))
                    continue
                model_input, patient, watched = result
                self.items.append(item)
                self.groups.append(group_of(item, patient, self._pattern))
                self._watched.append(watched)
                yield model_input

    def show(self, predictions: Sequence[Prediction]) -> None:
        """Hand the next `predictions` to the watchers."""
        waiting = [self._watched.popleft() for _ in predictions]
        for number, watcher in enumerate(self._watchers):
            watcher.take([watched[number] for watched in waiting], predictions)


def ask(
    predictor: Predictor,
    inputs: Iterable[ModelInput],
    count: int,
    report: Report,
    show: Callable[[Sequence[Prediction]], None],
) -> tuple[NDArray[np.float64], NDArray[np.bool_] | None]:
    """Return the probabilities (N, C) of `inputs`, about `count`, and which are in domain (N,).

    The second is None if nothing could tell. Each batch of predictions is handed to `show`. `report` may
    raise Cancelled.
    """
    probabilities: list[NDArray[np.float64]] = []
    inside: list[bool] = []
    checked = False
    waiting = iter(inputs)
    while batch := list(islice(waiting, BATCH_SIZE)):
        report(min(1.0, len(inside) / max(1, count)), messages.READING)
        predictions = predictor.predict_inputs(batch)
        show(predictions)
        for prediction in predictions:
            probabilities.append(prediction.probabilities.astype(np.float64))
            inside.append(prediction.in_domain)
            checked = checked or not np.isnan(prediction.domain_score) or bool(prediction.objections)
    classes = len(predictor.card.classes)
    table = np.array(probabilities, np.float64).reshape(len(inside), classes)
    return table, np.array(inside, np.bool_) if checked else None


def _answers(
    card: Card,
    probabilities: NDArray[np.float64],
    in_domain: NDArray[np.bool_] | None,
    targets: NDArray[np.uint8],
    groups: NDArray[np.str_],
    sources: NDArray[np.str_],
    files: NDArray[np.str_],
    devices: NDArray[np.str_],
) -> LabelledPredictions:
    labels = np.where(targets.any(1), targets.argmax(1), -1).astype(np.int64)
    columns = (groups.copy(), sources.copy(), files.copy())
    return LabelledPredictions(
        probabilities, labels, *columns, card.class_names, in_domain, targets, card.exclusive, devices
    )


def group_of(item: Item, patient: str, pattern: re.Pattern[str] | None) -> str:
    """Return the unit of resampling: the item's group, the PatientID, what `pattern` finds, or the file."""
    if item.group or patient:
        return item.group or f"patient {patient}"
    found = pattern.search(Path(item.file).name) if pattern is not None else None
    return f"pattern {found.group(1)}" if found else f"file {item.file}"


def _texts(values: list[str]) -> NDArray[np.str_]:
    return np.array(values, np.str_)


def _of_known_class(items: Sequence[Item], card: Card) -> tuple[list[Item], Counter[str]]:
    """Return the items that can be right or wrong, and how many others there are by label."""
    places = class_places({label for item in items for label in item.labels}, card)
    chosen, left_out = [], Counter[str]()
    for item in items:
        known = {places[label] for label in item.labels if label in places}
        if len(known) < len(item.labels) or (card.exclusive and len(known) != 1):
            left_out[" | ".join(item.labels) or NO_LABEL] += 1
        else:
            chosen.append(item)
    return chosen, left_out


def _prepare(
    predictor: Predictor, watchers: Sequence[Watcher], path: Path
) -> tuple[ModelInput, str, list[Any]]:
    """Return what the model and each watcher need of the first frame of the file, and the PatientID."""
    radiograph = read(path)[0]
    watched = [watcher.prepare(radiograph) for watcher in watchers]
    return predictor.prepare(radiograph), radiograph.identity.patient_id, watched


def predict_file(predictor: Predictor, path: Path) -> tuple[NDArray[np.uint8], Prediction] | None:
    """Return the picture (H, W) of the file's first frame and its prediction, None if it cannot be read."""
    try:
        radiograph = read(path)[0]
    except CxrviewError:  # it was there a moment ago; an example less
        return None
    return render(radiograph, radiograph.default_voi), predictor.predict([radiograph])[0]
