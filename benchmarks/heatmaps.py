"""What heatmaps of all classes cost, and what textbook Grad-CAM costs for one class.

The same trained network, one image, one run: our graph with heatmaps; the same graph cut down to its logits;
`keras.Model.predict`; and Grad-CAM by back-propagation as tf-keras-vis and the Keras tutorial do it.
Needs: pip install tf-keras-vis
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from table import write
from turns import medians

from cxrview import bundle, paths
from cxrview.engines.openvino_engine import OpenVinoEngine
from cxrview.imaging import model_input, read

ROUNDS = 25


def logits_only(folder: Path, target: Path) -> Callable[[np.ndarray], object]:
    """Return the forward pass of the bundle's graph without heatmaps, compiled as the engine does it."""
    import openvino

    onnx.utils.extract_model(str(folder / "model.onnx"), str(target), ["image"], ["logits"])
    properties = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    compiled = openvino.Core().compile_model(str(target), "CPU", properties)
    request = compiled.create_infer_request()
    return lambda image: np.array(request.infer({"image": image}, share_inputs=True)[0])


def textbook(folder: Path) -> dict[str, Callable[[np.ndarray], object]]:
    """Return Grad-CAM by back-propagation on the bundle's Keras model, for class 0.

    The preprocessing is part of every job, as it is of ours.
    """
    import keras
    import tensorflow as tf
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.utils.scores import CategoricalScore

    from cxrview.engines.graph.build import BACKBONE, POOLING
    from cxrview.engines.graph.load import load_model

    whole = load_model(folder / "model.keras")
    backbone = whole.get_layer(BACKBONE)
    logits = backbone.output
    for layer in whole.layers[whole.layers.index(whole.get_layer(POOLING)) :]:
        logits = layer(logits)
    network = keras.Model(backbone.input, logits)
    both = keras.Model(backbone.input, [backbone.output, logits])
    prepare = keras.Model(whole.input, whole.layers[whole.layers.index(backbone) - 1].output)
    gradcam = Gradcam(network, clone=False)

    def tutorial(image: np.ndarray) -> object:
        with tf.GradientTape() as tape:
            maps, scores = both(prepare(image))
            score = scores[:, 0]
        weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2))
        return tf.nn.relu(tf.reduce_sum(maps * weights[:, None, None, :], axis=-1)).numpy()

    def tf_keras_vis(image: np.ndarray) -> object:
        name = backbone.layers[-1].name
        return gradcam(CategoricalScore(0), prepare(image), penultimate_layer=name)

    return {
        "keras.Model.predict, no heatmap": lambda image: whole.predict(image, verbose=0),
        "Keras tutorial's Grad-CAM, one class": tutorial,
        "tf-keras-vis Gradcam, one class": tf_keras_vis,
    }


def main() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    folder = bundle.find()
    sample = paths.sample_radiograph()
    assert sample is not None
    image = model_input(read(sample)[0], bundle.load(folder).card.input_size)[0][None]
    engine = OpenVinoEngine(folder, "cpu")
    with tempfile.TemporaryDirectory() as scratch:
        plain = logits_only(folder, Path(scratch) / "logits.onnx")
        ours = medians(
            {"cxrview": lambda: engine.predict(image), "without": lambda: plain(image)}, 4 * ROUNDS
        )
    slow = medians(
        {
            "cxrview": lambda: engine.predict(image),
            **{name: (lambda job=job: job(image)) for name, job in textbook(folder).items()},
        },
        ROUNDS,
    )
    base, base_slow = ours["cxrview"], slow.pop("cxrview")
    rows = [
        ("cxrview: prediction and heatmaps of all classes", f"{base:.1f} ms", "1"),
        ("the same graph without heatmaps", f"{ours['without']:.1f} ms", f"{ours['without'] / base:.2f}"),
        *((name, f"{value:.1f} ms", f"{value / base_slow:.1f}") for name, value in slow.items()),
    ]
    remark = (
        f"Batch of one on the CPU, float32, median of {4 * ROUNDS} (first two rows) and {ROUNDS} rounds in "
        f"turns; in the second group cxrview took {base_slow:.1f} ms, to which its ratios refer. Heatmaps "
        "cost "
        f"{base / ours['without']:.2f} times the graph without them."
    )
    write("Heatmaps", "heatmaps.py", remark, ("what", "time", "times cxrview"), rows)


if __name__ == "__main__":
    main()
