"""The same network on the other backends of Keras, in a process of its own: the same answers, and it learns.

A backend is looked for beside TensorFlow, or where CXRVIEW_TORCH_PYTHON and CXRVIEW_JAX_PYTHON, the Python of
another environment with Keras, platformdirs and tomli-w, say.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.engines.graph import build as graph
from cxrview.engines.graph.preprocessing import SourceSuppression
from cxrview.training.config import ModelConfig
from cxrview.training.network import zoo
from cxrview.training.network.starting_point import resolve

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

CODE = """
import sys
import keras, numpy as np
from cxrview.engines.graph.build import inference_graph
from cxrview.training import zoo
from cxrview.training.config import ModelConfig
from cxrview.training.network.trainable_layers import set_trainable_layers
from cxrview.training.network.starting_point import resolve

given = np.load(sys.argv[1])
model = zoo.build(resolve(ModelConfig(**eval(sys.argv[3]))), 3)
model.set_weights([given[f"w{i}"] for i in range(len(model.weights))])
outputs = inference_graph(model)(given["images"], training=False)
results = {name: keras.ops.convert_to_numpy(value) for name, value in outputs.items()}
set_trainable_layers(model, "all", "train")
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("sgd", loss, jit_compile=False)
results["loss"] = model.train_on_batch(given["images"], np.array([0, 2]))
pairs = [(value, given[f"w{i}"]) for i, value in enumerate(model.get_weights())]
results["moved"] = [not np.allclose(new, old, atol=1e-7) for new, old in pairs]
np.savez(sys.argv[2], backend=keras.backend.backend(), **results)
"""


def python_with(backend):
    """Return the Python in which Keras can run on `backend`, or skip the test."""
    elsewhere = os.environ.get(f"CXRVIEW_{backend.upper()}_PYTHON")
    if not elsewhere and importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    return elsewhere or sys.executable


@pytest.mark.parametrize("backend", ["torch", "jax"])
@pytest.mark.parametrize(
    ("preprocessing", "pooling"), [("architecture", "flatten"), ("source-suppression", "average")]
)
def test_another_backend_gives_the_same_answers_and_learns(tmp_path, backend, preprocessing, pooling):
    python = python_with(backend)
    options = {
        **{"architecture": "small-cnn", "start": "none", "input_size": 48, "hidden": (8,)},
        **{"preprocessing": preprocessing, "pooling": pooling},
    }
    keras.utils.set_random_seed(4)
    model = zoo.build(resolve(ModelConfig(**options)), 3)
    assert any(isinstance(la, SourceSuppression) for la in model.layers) == (preprocessing != "architecture")
    images = np.random.default_rng(4).integers(0, 256, (2, 48, 48), dtype=np.uint8)
    weights = {f"w{index}": value for index, value in enumerate(model.get_weights())}
    np.savez(tmp_path / "given.npz", images=images, **weights)
    wanted = graph.inference_graph(model)(images, training=False)
    command = [python, "-c", CODE, tmp_path / "given.npz", tmp_path / "found.npz", repr(options)]
    here = {"KERAS_BACKEND": backend, "PYTHONPATH": str(Path(__file__).parents[2])}
    result = subprocess.run(command, env=os.environ | here, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    with np.load(tmp_path / "found.npz") as found:
        assert found["backend"] == backend
        for name in ("logits", "activation_maps", "embedding"):
            scale = np.abs(wanted[name]).max()
            np.testing.assert_allclose(found[name], wanted[name], atol=1e-4 * scale, err_msg=name)
        assert np.isfinite(found["loss"])
        assert found["moved"].all()
