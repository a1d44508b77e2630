"""The two faces of a network: the trainable model, and the graph with heatmaps that is exported."""

from typing import Any

import keras

from cxrview.engines import messages
from cxrview.engines.graph.gradcam_layer import gradcam_maps
from cxrview.engines.graph.lungs import LungFraming, LungPooling
from cxrview.errors import UnusableModel

# Names of layers; those of the head are head_0, head_1, …
BACKBONE, POOLING, FLATTEN, HEAD = "backbone", "embedding", "flatten", "head"
MASKED = "lung_features"  # what lung pooling averages: the features under the mask


def head_layers(model: keras.Model) -> list[keras.layers.Dense]:
    """Return the dense layers behind the pooling, in order. Raises UnusableModel if there are none."""
    layers = [layer for layer in model.layers if layer.name.startswith(f"{HEAD}_")]
    if not layers:
        raise UnusableModel(messages.NO_HEAD, messages.TRAIN_AGAIN)
    return layers


def neck(model: keras.Model) -> keras.layers.Layer:
    """Return the layer between the features and the head: it pools or flattens them.

    Raises UnusableModel if the model is not built as `cxrview.training.network.zoo` builds it.
    """
    for layer in model.layers:
        if layer.name in (POOLING, FLATTEN):
            return layer
    raise UnusableModel(messages.NO_NECK(pooling=POOLING, flatten=FLATTEN), messages.ONLY_OWN_EXPLAIN)


def features_of(model: keras.Model) -> Any:
    """Return the symbolic feature maps (N, h, w, K) that the heatmaps weigh. Raises UnusableModel.

    Behind lung pooling they are those under the mask.
    """
    taken = neck(model).input
    return taken[0] if isinstance(taken, list | tuple) else taken


def mask_of(model: keras.Model) -> Any:
    """Return the symbolic mask (N, h, w, 1) that lung pooling averages by, None with another pooling."""
    layer = neck(model)
    return layer.input[1] if isinstance(layer, LungPooling) else None


def reads_lungs(model: keras.Model) -> bool:
    """Return whether `model` takes a film framed to the lungs and their mask, (N, S, S, 2), not a film."""
    return any(isinstance(layer, LungFraming) for layer in model.layers)


def embedding_of(model: keras.Model) -> Any:
    """Return the symbolic embedding (N, K): the mean of each feature map, whatever the head takes.

    Behind lung pooling it is the mean where the lungs are.
    A flattened map would be far too long a vector to measure distances in. Raises UnusableModel.
    """
    layer = neck(model)
    if layer.name == POOLING:
        return layer.output
    return keras.layers.GlobalAveragePooling2D(name=POOLING)(layer.input)


def inference_graph(model: keras.Model) -> keras.Model:
    """Return `model` with the outputs `logits` (N, C), `activation_maps` (N, C, h, w), `embedding` (N, D) and
    `features` (N, h, w, D), which the maps are made of.

    It computes in single precision, also where the model was trained in mixed. The maps hold a copy of the
    head: build the graph when training is done. Raises UnusableModel if the model is not built as
    `cxrview.training.network.zoo` builds it.
    """
    model = to_float32(model)
    outputs = {
        "logits": keras.layers.Identity(name="logits")(model.output),
        "activation_maps": gradcam_maps(features_of(model), head_layers(model), mask_of(model)),
        "embedding": embedding_of(model),
    }
    outputs["features"] = keras.layers.Identity(name="features")(features_of(model))
    return keras.Model(model.input, outputs, name=f"{model.name}_inference")


def to_float32(model: keras.Model) -> keras.Model:
    """Return `model` itself if it computes in single precision, or else an equal one that does.

    The twin has its own copy of the weights, which mixed precision keeps in single precision anyway.
    """
    if all(layer.compute_dtype == "float32" for layer in model._flatten_layers() if layer.weights):
        return model
    twin = keras.Model.from_config(_in_single_precision(model.get_config()))
    twin.set_weights(model.get_weights())
    return twin


def _in_single_precision(node: Any) -> Any:
    if isinstance(node, dict):
        if node.get("class_name") == "DTypePolicy":
            return {**node, "config": {"name": "float32"}}
        return {name: _in_single_precision(value) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return type(node)(_in_single_precision(value) for value in node)
    return node
