"""Gradients of a score with respect to the film. They need Keras and the trainable model.

Runs in a process of its own (`cxrview helper gradients`), since TensorFlow takes seconds to start and much
memory.
"""

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.engines import libraries, messages
from cxrview.errors import EngineUnavailable

BATCH = 8
Tell = Callable[[float], None]
"""Called with the fraction that is done, 0…1."""


class Gradients:
    """The trainable model of a bundle, as a function of grey levels that are not whole numbers."""

    def __init__(self, folder: Path) -> None:
        """Load the model in `folder`. Raises EngineUnavailable without TensorFlow or file, UnusableModel."""
        path = folder / "model.keras"
        if not path.is_file():
            raise EngineUnavailable(messages.NO_KERAS_FILE)
        self._tensorflow = libraries.tensorflow()
        from cxrview.engines.graph.load import load_model

        self._model = in_floats(load_model(path))

    def scores(self, films: NDArray[np.float32], mask: NDArray[np.uint8] | None) -> NDArray[np.float32]:
        """Return the scores of `films`, (N, S, S), with the lungs `mask` (S, S) beside each: (N, C)."""
        values = self._model(self._inputs(self._tensorflow.constant(films), mask), training=False)
        return np.asarray(values)

    def of(
        self, films: NDArray[np.float32], mask: NDArray[np.uint8] | None, index: int
    ) -> NDArray[np.float32]:
        """Return d score / d grey level of the class at `index`, (N, S, S); the rest as in `scores`."""
        tensor = self._tensorflow.constant(films)
        with self._tensorflow.GradientTape() as tape:
            tape.watch(tensor)
            score = self._model(self._inputs(tensor, mask), training=False)[:, index]
        return np.asarray(tape.gradient(score, tensor))

    def _inputs(self, films: Any, mask: NDArray[np.uint8] | None) -> Any:
        if mask is None:
            return films
        masks = self._tensorflow.broadcast_to(self._tensorflow.constant(mask.astype(np.float32)), films.shape)
        return self._tensorflow.stack([films, masks], axis=-1)


def in_floats(model: Any) -> Any:
    """Return an equal of the Keras `model` that takes float32, through which gradients go, and not uint8."""
    import keras

    from cxrview.engines.graph.build import to_float32

    config = to_float32(model).get_config()
    for layer in config["layers"]:
        if layer["class_name"] == "InputLayer":
            layer["config"]["dtype"] = "float32"
    twin = keras.Model.from_config(config)
    twin.set_weights(model.get_weights())
    return twin


def integrated_gradients(
    gradients: Gradients,
    film: NDArray[np.uint8],
    mask: NDArray[np.uint8] | None,
    index: int,
    grey: float,
    count: int,
    tell: Tell,
) -> NDArray[np.float32]:
    """Return what each pixel adds to a score on the straight way from a film of one `grey` to `film`, (S, S).

    Sundararajan 2017 (arXiv 1703.01365), eq. 1, by the midpoint rule in t = √α with `count` steps: a model
    that brings grey levels to one spread changes most at the beginning of the way, where steps are short. The
    sum is the score of `film` less that of the grey one, up to the error of the rule.
    """
    start = np.full(film.shape, grey, np.float32)
    way = film.astype(np.float32) - start
    steps = (np.arange(count, dtype=np.float32) + 0.5) / count
    total = np.zeros_like(way)
    for first in range(0, count, BATCH):
        t = steps[first : first + BATCH, None, None]
        total += (gradients.of(start + t**2 * way, mask, index) * 2 * t / count).sum(axis=0)
        tell(min(first + BATCH, count) / count)
    return np.asarray(total * way, np.float32)


def smoothgrad(
    gradients: Gradients,
    film: NDArray[np.uint8],
    mask: NDArray[np.uint8] | None,
    index: int,
    noise: float,
    count: int,
    tell: Tell,
    seed: int = 1,
) -> NDArray[np.float32]:
    """Return the size of the mean gradient over `count` copies of `film` with Gaussian noise: (S, S) ≥ 0.

    Smilkov 2017 (arXiv 1706.03825); the noise has the standard deviation `noise` × (brightest − darkest).
    """
    random, plain = np.random.default_rng(seed), film.astype(np.float32)
    spread = noise * float(plain.max() - plain.min())
    total = np.zeros_like(plain)
    for first in range(0, count, BATCH):
        many = min(BATCH, count - first)
        noisy = plain + spread * random.standard_normal((many, *plain.shape)).astype(np.float32)
        total += gradients.of(noisy, mask, index).sum(axis=0)
        tell((first + many) / count)
    return np.asarray(np.abs(total / count), np.float32)


Work = Callable[..., NDArray[np.float32]]
WORKS: dict[str, tuple[Work, str]] = {
    "integrated-gradients": (integrated_gradients, "grey"),
    "smoothgrad": (smoothgrad, "noise"),
}
"""What may be asked for, and the name of the number that goes with it."""


def answer(request: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Return what the process says to `request`: `map`, (S, S) float32, packed as `pack` does.

    The request holds `work` ("integrated-gradients" or "smoothgrad"), the `folder` of the bundle, `image`
    packed, the class's `index`, `count`, and `grey` or `noise`. Raises CxrviewError.
    """
    image = unpack(request["image"], np.uint8)
    film, mask = (image, None) if image.ndim == 2 else (image[..., 0], image[..., 1])
    gradients = Gradients(Path(request["folder"]))
    work, amount = WORKS[request["work"]]
    found = work(gradients, film, mask, request["index"], request[amount], request["count"], tell)
    return {"map": pack(found)}


def pack(array: NDArray[Any]) -> dict[str, Any]:
    """Return `array` as JSON can hold it."""
    content = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
    return {"shape": list(array.shape), "bytes": content}


def unpack(packed: Mapping[str, Any], kind: type[np.generic]) -> NDArray[Any]:
    """Return the array of `kind` that `pack` has packed."""
    return np.frombuffer(base64.b64decode(packed["bytes"]), kind).reshape(packed["shape"])
