"""A trainable model as one flat row of layers that can be looked into: filters, outputs, what they reach.

Needs Keras, so it runs in a process of its own (`cxrview helper network`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrview.engines import libraries, messages
from cxrview.errors import EngineUnavailable, UnusableModel

FILTERS = ("Conv2D", "SeparableConv2D", "Dense", "DepthwiseConv2D")  # the kinds of layers with filters


@dataclass(frozen=True, slots=True)
class NetworkLayer:
    """One layer. `name` is its own in the network, and `inputs` are the names of those before it.

    `shape` is what it gives for one film: (h, w, c) for maps, (c,) for numbers. `activation` is what follows
    its sums within the layer, "" for nothing. `filters` is how many filters it has, 0 where it has none.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    shape: tuple[int, ...]
    parameters: int = 0
    activation: str = ""
    filters: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self)

    @classmethod
    def of_dict(cls, stored: Mapping[str, Any]) -> "NetworkLayer":
        """Return what `as_dict` gave."""
        return cls(**{**stored, "inputs": tuple(stored["inputs"]), "shape": tuple(stored["shape"])})


class Reached(NamedTuple):
    """What a layer of C channels gave for each of N films: (N, C) or (N,), float32, over all places.

    `low` and `high` are those of each channel; `mean`, `square` (the mean of the squares) and `zeros` (the
    share of exact zeros) are those of the whole layer.
    """

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    mean: NDArray[np.float32]
    square: NDArray[np.float32]
    zeros: NDArray[np.float32]


class LayeredNetwork:
    """The trainable model of a bundle, laid out flat: networks within the network are opened.

    Every layer stands there once and works in single precision.
    """

    def __init__(self, folder: Path) -> None:
        """Load the model in `folder`. Raises EngineUnavailable without TensorFlow or file, UnusableModel."""
        path = folder / "model.keras"
        if not path.is_file():
            raise EngineUnavailable(messages.NO_KERAS_FILE)
        self._tensorflow = libraries.tensorflow()
        from cxrview.engines.graph.build import to_float32
        from cxrview.engines.graph.load import load_model

        flat = _Flattening(to_float32(load_model(path)))
        self._image, self._kept, self._tensors = flat.image, flat.layers, flat.tensors
        self.layers = tuple(
            _described(name, layer, flat.inputs[name], flat.tensors[name])
            for name, layer in self._kept.items()
        )
        self._models: dict[str, Any] = {}

    def filters(self, name: str) -> NDArray[np.float32]:
        """Return the weights of each filter of a layer, (F, n) with n weights each; (0, 0) if it has none."""
        layer, kind = self._kept[name], type(self._kept[name]).__name__
        if kind not in FILTERS:
            return np.zeros((0, 0), np.float32)
        if kind == "DepthwiseConv2D":  # (h, w, channels, filters a channel)
            kernel = np.asarray(layer.kernel).transpose(2, 3, 0, 1)
            return np.ascontiguousarray(kernel.reshape(-1, kernel.shape[2] * kernel.shape[3]), np.float32)
        kernel = np.asarray(layer.pointwise_kernel if kind == "SeparableConv2D" else layer.kernel)
        return np.ascontiguousarray(kernel.reshape(-1, kernel.shape[-1]).T, np.float32)

    def first_filters(self) -> tuple[str, NDArray[np.float32]]:
        """Return the first convolution's name and its filters as pictures, (F, h, w); "" where there is none.

        The picture that it sees is grey, its channels equal, so a filter is the sum over them.
        """
        for name, layer in self._kept.items():
            if type(layer).__name__ == "Conv2D":
                kernel = np.asarray(layer.kernel).sum(axis=2)
                return name, np.ascontiguousarray(kernel.transpose(2, 0, 1), np.float32)
        return "", np.zeros((0, 1, 1), np.float32)

    def output(self, name: str, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return what a layer gives for one film as the model is given it, (S, S) or (S, S, 2) uint8.

        It is (h, w, c), or (c,). Raises UnusableModel if the film has another shape.
        """
        if name not in self._models:
            self._models[name] = self._model([name])
        found = self._run(self._models[name], image[None])
        return np.asarray(found[name][0], np.float32)

    def watcher(self, names: Sequence[str]) -> Callable[[NDArray[np.uint8]], dict[str, Reached]]:
        """Return what tells, for a batch of films, (N, …) uint8, what the layers `names` gave.

        Only a few numbers of each layer are kept while it runs. Raises what `output` raises.
        """
        model = self._model(names)
        run = self._tensorflow.function(
            lambda batch: {name: self._reached(values) for name, values in model(batch).items()},
            reduce_retracing=True,
        )

        def watch(batch: NDArray[np.uint8]) -> dict[str, Reached]:
            found = self._run(run, batch)
            return {
                name: Reached(*(np.asarray(value, np.float32) for value in values))
                for name, values in found.items()
            }

        return watch

    def _model(self, names: Sequence[str]) -> Callable[[Any], dict[str, Any]]:
        """Return the network as far as the layers `names`, whose outputs it gives by these names."""
        import keras

        model = keras.Model(self._image, {name: self._tensors[name] for name in names})
        return partial(model, training=False)

    def _run(self, model: Callable[..., Any], batch: NDArray[np.uint8]) -> Any:
        wanted = tuple(self._image.shape[1:])
        if batch.shape[1:] != wanted:
            raise UnusableModel(messages.OTHER_INPUT(wanted=list(wanted), given=list(batch.shape[1:])))
        try:
            return model(self._tensorflow.constant(batch))
        except self._tensorflow.errors.OpError as error:
            problem = messages.TENSORFLOW_FAILED(device="CPU", error=error.message)
            raise EngineUnavailable(problem) from error

    def _reached(self, values: Any) -> tuple[Any, ...]:
        tf = self._tensorflow
        floats = tf.cast(values, tf.float32)
        places = tf.reshape(floats, (tf.shape(floats)[0], -1, floats.shape[-1]))
        zeros = tf.cast(tf.equal(places, 0.0), tf.float32)
        whole = (1, 2)
        return (
            tf.reduce_min(places, 1),
            tf.reduce_max(places, 1),
            tf.reduce_mean(places, whole),
            tf.reduce_mean(tf.square(places), whole),
            tf.reduce_mean(zeros, whole),
        )


class _Call(NamedTuple):
    """What a layer is called with: what the layers `sources` give, as a list or alone, and its options."""

    sources: list[str]
    in_list: bool
    options: dict[str, Any]


class _Flattening:
    """Calls every layer of a network, and of those within it, anew on one image, in order."""

    def __init__(self, model: Any) -> None:
        import keras

        if len(model.inputs) != 1:
            raise UnusableModel(messages.NOT_ONE_ROW)
        self._network, given = keras.Model, model.inputs[0]
        self.image = keras.Input(given.shape[1:], dtype=given.dtype, name="image")
        self.layers: dict[str, Any] = {}
        self.inputs: dict[str, tuple[str, ...]] = {}
        self.tensors: dict[str, Any] = {"": self.image}
        self._walk(model, [""], "")

    def _walk(self, model: Any, given: list[str], above: str) -> str:
        """Add the layers of `model` on what the layers `given` give; return the name of the last one."""
        config, local = model.get_config(), {}
        for (name, *_), source in zip(_listed(config.get("input_layers", [])), given, strict=False):
            local[name] = source
        before = given[0]
        for entry in config["layers"]:
            name = entry["config"]["name"]
            if entry["class_name"] == "InputLayer":
                local.setdefault(name, given[0])
                continue
            layer = model.get_layer(name)
            nodes = entry.get("inbound_nodes")
            if nodes is None:  # a row of layers, each on the one before
                call = _Call([before], False, {})
            else:
                call = _call(nodes)
                call = call._replace(sources=[local[source] for source in call.sources])
            if isinstance(layer, self._network):
                before = self._walk(layer, call.sources, f"{above}{layer.name}/")
            else:
                before = self._add(layer, above, call)
            local[name] = before
        outputs = _listed(config.get("output_layers", []))
        if len(outputs) > 1:
            raise UnusableModel(messages.NOT_ONE_ROW)
        return local[outputs[0][0]] if outputs else before

    def _add(self, layer: Any, above: str, call: _Call) -> str:
        name = layer.name if layer.name not in self.layers else f"{above}{layer.name}"
        values = [self.tensors[source] for source in call.sources]
        self.tensors[name] = layer(values if call.in_list else values[0], **call.options)
        self.layers[name] = layer
        self.inputs[name] = tuple(filter(None, call.sources))
        return name


def _call(nodes: list[Any]) -> _Call:
    """Return the call of a layer that a configuration tells of. Raises UnusableModel unless it is one."""
    if len(nodes) != 1 or len(nodes[0]["args"]) != 1:
        raise UnusableModel(messages.NOT_ONE_ROW)
    (given,) = nodes[0]["args"]
    in_list = isinstance(given, list | tuple)
    try:
        sources = [tensor["config"]["keras_history"][0] for tensor in (given if in_list else [given])]
    except (TypeError, KeyError) as error:
        raise UnusableModel(messages.NOT_ONE_ROW) from error
    options = {name: value for name, value in nodes[0].get("kwargs", {}).items() if name == "training"}
    return _Call(sources, in_list, options)


def _listed(ends: list[Any]) -> list[list[Any]]:
    """Return the inputs or outputs of a configuration as a list; Keras leaves it out around a single one."""
    return [ends] if ends and isinstance(ends[0], str) else ends


def _described(name: str, layer: Any, inputs: tuple[str, ...], tensor: Any) -> NetworkLayer:
    kind, shape = type(layer).__name__, tuple(int(side or 0) for side in tensor.shape[1:])
    function = getattr(getattr(layer, "activation", None), "__name__", "")
    return NetworkLayer(
        name,
        kind,
        inputs,
        shape,
        int(layer.count_params()),
        "" if function == "linear" else function,
        shape[-1] if kind in FILTERS else 0,
    )
