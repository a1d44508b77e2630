"""The two faces of a network: the trainable model, and the graph with heatmaps that is exported."""

import keras

from cxrview.errors import UnusableModel
from cxrview.inference.graph.gradcam_layer import gradcam_maps

BACKBONE, POOLING, HEAD = "backbone", "embedding", "head"  # layer names; head layers are head_0, head_1, …


def head_layers(model: keras.Model) -> list[keras.layers.Dense]:
    """Return the dense layers behind the pooling, in order. Raises UnusableModel if there are none."""
    layers = [layer for layer in model.layers if layer.name.startswith(f"{HEAD}_")]
    if not layers:
        raise UnusableModel("The model has no head of dense layers.", "Train it again with this version.")
    return layers


def inference_graph(model: keras.Model) -> keras.Model:
    """Return `model` with the outputs `logits` (N, C), `activation_maps` (N, C, h, w), `embedding` (N, D).

    The maps hold a copy of the head: build the graph when training is done. Raises UnusableModel if the
    model is not built as `cxrview.training.zoo` builds it.
    """
    try:
        pooling = model.get_layer(POOLING)
    except ValueError as error:
        problem = f"The model has no layer called “{POOLING}”."
        raise UnusableModel(problem, "Only models made by cxrview explain themselves.") from error
    features = pooling.input
    outputs = {
        "logits": keras.layers.Identity(name="logits")(model.output),
        "activation_maps": gradcam_maps(features, head_layers(model)),
        "embedding": pooling.output,
    }
    return keras.Model(model.input, outputs, name=f"{model.name}_inference")
