"""Retraining from a model that reads lungs: how long it takes, and whether it finds what was planted.

It starts from the bundled model. The environment's `CXRVIEW_START` names another one that reads lungs.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.training import config as configuration
from cxrview.training.config import PRESETS, DataConfig, ModelConfig, TrainingConfig
from cxrview.training.network.starting_point import frame_of, resolve
from cxrview.training.run import worker
from tests.training import planted
from tests.training.runs import Listener, with_model

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

LIMIT = 180  # seconds on two cores
CORES = 2


@pytest.fixture(scope="module")
def start() -> str:
    """A model that reads lungs."""
    name = os.environ.get("CXRVIEW_START", "bundled")
    if frame_of(resolve(ModelConfig(start=name))) != "lungs":
        pytest.skip("the bundled model reads the whole film")
    return name


@pytest.fixture
def two_cores():
    """This process and those that it starts have two cores."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:CORES])
    yield
    os.sched_setaffinity(0, before)


def quick(films, start: str, preset: str = "quick", **data) -> TrainingConfig:
    """Return a preset, for chests that are drawn too much alike to be looked through for duplicates."""
    config = replace(PRESETS[preset][1], data=DataConfig(path=str(films), near_duplicates=False, **data))
    return with_model(config, name="planted", start=start)


def area(run) -> dict[str, float]:
    """Return the AUC on the test images with its interval, from the report of a run."""
    metrics = json.loads((run / "report" / "metrics.json").read_text("utf-8"))
    found: dict[str, float] = metrics["parts"]["test"]["figures"]["macro_auc"]
    return found


def trained(folder, films, start: str, preset: str = "quick") -> dict[str, float]:
    """Train on `films` in `folder`, and return the AUC."""
    worker.run(quick(films, start, preset, test=0.3), folder, Listener(), register=False)
    card = json.loads((folder / "bundle" / "planted" / "card.json").read_text("utf-8"))
    assert card["frame"] == "lungs"
    return area(folder)


@pytest.mark.timed
def test_sixty_films_are_learnt_in_less_than_three_minutes(start, tmp_path, two_cores):
    planted.write_task(tmp_path / "films", planted.lesion, 60)
    configuration.save(quick(tmp_path / "films", start), tmp_path / "quick.toml")
    command = [sys.executable, "-m", "cxrview", "train", "--config", str(tmp_path / "quick.toml")]
    begin = time.monotonic()
    subprocess.run([*command, "--out", str(tmp_path / "run"), "--no-register"], check=True, timeout=1000)
    took = time.monotonic() - begin
    card = json.loads((tmp_path / "run" / "bundle" / "planted" / "card.json").read_text("utf-8"))
    assert card["frame"] == "lungs"
    assert took < LIMIT


def test_opacities_in_the_lungs_are_found(start, tmp_path):
    planted.write_task(tmp_path / "films", planted.lesion, 120)
    found = trained(tmp_path / "run", tmp_path / "films", start)
    assert found["value"] > 0.85
    assert found["low"] > 0.7


def test_the_side_of_an_opacity_is_learnt_by_every_layer(start, tmp_path):
    """The head alone cannot know it: averaging under the lung mask forgets places."""
    planted.write_task(tmp_path / "films", planted.side, 120)
    found = trained(tmp_path / "run", tmp_path / "films", start, "two-phase")
    assert found["value"] > 0.8
    assert found["low"] > 0.65


@pytest.mark.parametrize("frame", ["film", "lungs"])
def test_a_marker_beside_the_lungs_is_learnt_only_where_the_whole_film_is_read(frame, tmp_path):
    """By a network from nothing: the bundled one has been taught not to see markers."""
    planted.write_task(tmp_path / "films", planted.marker, 240)
    pooling = {"film": "average", "lungs": "lungs"}[frame]
    config = quick(tmp_path / "films", "none", "scratch", test=0.3)
    config = with_model(
        config, architecture="small-cnn", frame=frame, pooling=pooling, hidden=(), input_size=192
    )
    config = replace(config, recipe=replace(config.recipe, patience=0, choose_by="loss"))
    worker.run(config, tmp_path / "run", Listener(), register=False)
    found = area(tmp_path / "run")
    if frame == "film":
        assert found["low"] > 0.9
    else:
        assert found["high"] < 0.85
