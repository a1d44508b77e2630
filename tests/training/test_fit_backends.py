"""The whole training loop on the other backends of Keras, in a process of its own: it learns and resumes."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.training.test_backends import python_with

pytestmark = [pytest.mark.tensorflow]

CODE = """
import json, sys
from dataclasses import replace
from pathlib import Path
import keras
from cxrview.training.config import AUGMENTATIONS, PhaseConfig, RecipeConfig, TrainingConfig
from cxrview.training.run.events import Epoch
from cxrview.training.run.fit import fit
from tests.training.stripes import small_network, stripes

phases = (PhaseConfig("head", 1, 0.02), PhaseConfig("all", 3, 0.02))
recipe = RecipeConfig(phases=phases, batch_size=16, choose_by="loss", cache_features=True, feature_copies=1)
config = TrainingConfig(recipe=recipe, augmentation=AUGMENTATIONS["light"])

class Halt(Exception):
    pass

def halt(event):
    if isinstance(event, Epoch) and event.epoch == 2:
        raise Halt

data, judged, folder = stripes(), stripes((12, 12, 12), 1), Path(sys.argv[1]) / "checkpoints"
try:
    fit(small_network(), data, judged, config, folder, halt)
except Halt:
    pass
history = fit(small_network(), data, judged, config, folder, lambda _: None)
rows = [(row.phase, row.epoch, row.metrics["val_loss"]) for row in history.rows]
print(json.dumps({"backend": keras.backend.backend(), "rows": rows}))
"""


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_the_loop_learns_and_resumes_on_another_backend(tmp_path, backend):
    python = python_with(backend)
    here = {"KERAS_BACKEND": backend, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [python, "-c", CODE, str(tmp_path)]
    done = subprocess.run(command, env=os.environ | here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["backend"] == backend
    assert [(phase, epoch) for phase, epoch, _ in told["rows"]] == [(1, 1), (2, 2), (2, 3), (2, 4)]
    losses = [loss for _, _, loss in told["rows"]]
    assert losses[-1] < losses[0]
