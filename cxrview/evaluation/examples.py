"""Which images a report shows, right and wrong, and their pictures with the heatmap over them."""

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.evaluation.metrics import called_classes
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.explain.colour import blend, colour_table
from cxrview.explain.explanation import gradcam
from cxrview.explain.overlay import heat_over
from cxrview.inference.prediction import Prediction

SIDE = 320  # pixels of the longer side of a picture in a report
OPACITY = 0.45
MOST_CLASSES = 8


@dataclass(frozen=True, slots=True)
class ExampleChoice:
    """An image to show: its place among the answers, and the class whose heatmap is shown."""

    index: int
    class_index: int
    right: bool


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """An image as a report shows it: plain, and under the heatmap of the class it was called."""

    file: str
    source: str
    truth: tuple[str, ...]  # names of classes
    called: str
    probability: float
    right: bool
    in_domain: bool | None
    plain: NDArray[np.uint8]  # (h, w)
    heated: NDArray[np.uint8]  # (h, w, 3) RGB


def choose_examples(answers: LabelledPredictions, right: int = 2, wrong: int = 6) -> list[ExampleChoice]:
    """Return per class the `right` most confident right calls, then the `wrong` most confident wrong ones.

    No patient is shown twice on one side.
    """
    called, truth = called_classes(answers), answers.truth
    chosen: list[ExampleChoice] = []
    for index in range(min(len(answers.class_names), MOST_CLASSES)):
        hits = np.flatnonzero(called[:, index] & truth[:, index])
        best = hits[np.argsort(-answers.probabilities[hits, index], kind="stable")]
        chosen += [ExampleChoice(int(i), index, True) for i in _one_each(best, answers.groups, right)]
    wrongly = called & ~truth & answers.known[:, None]
    places, classes = np.nonzero(wrongly)
    order = np.argsort(-answers.probabilities[places, classes], kind="stable")
    by_image = dict(zip(places[order][::-1].tolist(), classes[order][::-1].tolist(), strict=True))
    worst = list(_one_each(places[order], answers.groups, wrong))
    return chosen + [ExampleChoice(int(i), by_image[int(i)], False) for i in worst]


def _one_each(places: NDArray[np.int64], groups: NDArray[np.str_], most: int) -> Iterator[int]:
    """Yield the first `most` of `places` that are of different groups."""
    seen: set[str] = set()
    for place in places:
        if len(seen) == most:
            return
        if str(groups[place]) not in seen:
            seen.add(str(groups[place]))
            yield int(place)


def illustrate(
    answers: LabelledPredictions,
    choices: Sequence[ExampleChoice],
    predict: Callable[[int], tuple[NDArray[np.uint8], Prediction] | None],
) -> list[Example]:
    """Return the examples of `choices`; `predict` returns the picture (H, W) and the prediction of an image.

    An image for which it returns None is left out.
    """
    colours = colour_table("inferno")
    examples = []
    for choice in choices:
        if (found := predict(choice.index)) is None:
            continue
        picture, prediction = found
        name = answers.class_names[choice.class_index]
        small = shrunk(picture)
        heat = heat_over(gradcam(prediction), name, (small.shape[0], small.shape[1]))
        inside = None if answers.in_domain is None else bool(answers.in_domain[choice.index])
        truth = answers.truth[choice.index]
        examples.append(
            Example(
                file=str(answers.files[choice.index]),
                source=str(answers.sources[choice.index]),
                truth=tuple(n for n, has in zip(answers.class_names, truth, strict=True) if has),
                called=name,
                probability=float(answers.probabilities[choice.index, choice.class_index]),
                right=choice.right,
                in_domain=inside,
                plain=small,
                heated=blend(small, heat, colours, OPACITY, 0.0),
            )
        )
    return examples


def shrunk(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the grey `picture` with at most `SIDE` pixels on its longer side."""
    height, width = picture.shape
    scale = min(1.0, SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def data_url(picture: NDArray[np.uint8]) -> str:
    """Return a picture, grey or BGR, as a JPEG inside a URL."""
    encoded = cv2.imencode(".jpg", np.ascontiguousarray(picture), [cv2.IMWRITE_JPEG_QUALITY, 82])[1]
    return f"data:image/jpeg;base64,{base64.b64encode(encoded.tobytes()).decode('ascii')}"
