"""What a training will take: computed from measurements, unknown without them."""

import dataclasses
import json

import pytest

from cxrview import paths
from cxrview.training.config import PRESETS, ModelConfig, PhaseConfig, RecipeConfig, TrainingConfig
from cxrview.training.network.starting_point import resolve
from cxrview.training.run import benchmark_records
from cxrview.training.run.benchmark_records import BenchmarkRecord
from cxrview.training.run.estimate import bundle_bytes, estimate

IMAGES = {"train": 100, "validation": 20, "test": 30}
SIZED = resolve(ModelConfig(start="none", input_size=224))
MEASURED = BenchmarkRecord(
    architecture="densenet121",
    input_size=224,
    batch_size=16,
    mixed_precision=False,
    plain=10.0,
    changed=5.0,
    features=1024,
    device="cpu:0",
    memory={"plain": 800_000_000, "kept-head": 1_000_000_000, "all": 2_000_000_000},
    learning={"all": 2.0, "kept-head": 1000.0},
    day="2026-11-21",
    machine=benchmark_records.machine(),
    version=benchmark_records.__version__,
)


DAMAGED = json.dumps([{**dataclasses.asdict(MEASURED), "memory": 5}])


def recipe(*phases: PhaseConfig, **values) -> TrainingConfig:
    return TrainingConfig(recipe=RecipeConfig(phases=phases, **values))


def test_epochs_and_judging_and_the_end_are_counted():
    found = estimate(recipe(PhaseConfig("all", 3)), SIZED, IMAGES, MEASURED)
    # 3 × (100 images at 2/s, 20 judged at 10/s), then 150 + 20 looked at
    assert found.seconds == pytest.approx(3 * (50 + 2) + 17)


def test_the_first_step_of_each_phase_takes_longer():
    slow = dataclasses.replace(MEASURED, first={"plain": 5.0, "all": 30.0})
    config = recipe(PhaseConfig("all", 3))
    longer = estimate(config, SIZED, IMAGES, slow).seconds
    # the network is made to learn, to be judged, and to be asked at the end
    assert longer == pytest.approx(estimate(config, SIZED, IMAGES, MEASURED).seconds + 30 + 5 + 5)


def test_kept_features_are_computed_once_for_all_head_phases():
    phases = PhaseConfig("head", 40), PhaseConfig("head", 10)
    found = estimate(recipe(*phases, cache_features=True, feature_copies=4), SIZED, IMAGES, MEASURED)
    # 120 plain at 10/s, 4 × 100 changed at 5/s, 50 epochs of 100 at 1000/s, the end
    assert found.seconds == pytest.approx(12 + 80 + 5 + 17)


def test_a_phase_that_was_not_measured_has_no_time_but_the_rest_is_told():
    found = estimate(recipe(PhaseConfig("last-block", 1)), SIZED, IMAGES, MEASURED)
    assert (found.seconds, found.memory) == (None, None)
    assert found.disk is not None


def test_memory_is_that_of_the_phase_that_takes_most():
    images = 150 * 224 * 224
    deep = recipe(PhaseConfig("head", 1), PhaseConfig("all", 1), cache_features=True)
    assert estimate(deep, SIZED, IMAGES, MEASURED).memory == 2_000_000_000 + images
    head = recipe(PhaseConfig("head", 1), cache_features=True)
    assert estimate(head, SIZED, IMAGES, MEASURED).memory == 1_000_000_000 + images
    solved = recipe(PhaseConfig("head", 1), cache_features=True, optimizer="lbfgs")
    assert estimate(solved, SIZED, IMAGES, MEASURED).memory == 800_000_000 + images


def test_memory_was_measured_for_one_size_of_batch_only():
    found = estimate(recipe(PhaseConfig("all", 1), batch_size=32), SIZED, IMAGES, MEASURED)
    assert (found.memory, found.seconds is None) == (None, False)


def test_nothing_is_known_without_a_measurement_or_without_images():
    config = recipe(PhaseConfig("all", 1))
    for images, measured in ((IMAGES, None), ({}, MEASURED)):
        found = estimate(config, SIZED, images, measured)
        assert (found.seconds, found.memory, found.disk) == (None, None, None)


def test_the_bundled_model_is_about_as_large_as_its_card_says():
    folder = paths.bundled_models() / "cxr-densenet121"
    graphs = sum((folder / name).stat().st_size for name in ("model.keras", "model.onnx"))
    assert bundle_bytes("densenet121") == pytest.approx(graphs, rel=0.05)


def test_disk_holds_inputs_features_checkpoints_and_the_model_twice():
    config = dataclasses.replace(PRESETS["quick"][1])
    found = estimate(config, SIZED, IMAGES, MEASURED)
    inputs = 150 * (224**2 + 192**2)
    features = (5 * 100 + 20) * 1024 * 4
    weights = 2 * 7_037_504 * 4
    assert found.disk == inputs + features + weights + 2 * bundle_bytes("densenet121")


def test_measurements_are_kept_one_for_each_setting(tmp_path):
    path = tmp_path / "cache" / "speed.json"
    benchmark_records.add(path, MEASURED)
    benchmark_records.add(path, dataclasses.replace(MEASURED, batch_size=32))
    benchmark_records.add(path, dataclasses.replace(MEASURED, plain=12.0, learning={"head": 9.0}))
    found = benchmark_records.load(path)
    assert [(entry.batch_size, entry.plain) for entry in found] == [(32, 10.0), (16, 12.0)]
    assert found[-1].learning == {"all": 2.0, "kept-head": 1000.0, "head": 9.0}


def test_the_measurement_with_the_same_batch_goes_first(tmp_path):
    same, other = MEASURED, dataclasses.replace(MEASURED, batch_size=32)
    assert benchmark_records.fitting([same, other], "densenet121", 224, 16, False) is same
    assert benchmark_records.fitting([same, other], "densenet121", 224, 8, False) is other
    assert benchmark_records.fitting([same, other], "densenet121", 320, 16, False) is None
    assert benchmark_records.fitting([same, other], "densenet121", 224, 16, True) is None


@pytest.mark.parametrize("entry", [{"machine": "another"}, {"version": "0.0.1"}])
def test_what_another_machine_or_version_measured_counts_for_nothing(tmp_path, entry):
    path = tmp_path / "speed.json"
    path.write_text(json.dumps([{**dataclasses.asdict(MEASURED), **entry}]))
    assert benchmark_records.load(path) == []


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"plain": 1}]', "3", DAMAGED])
def test_a_damaged_file_holds_nothing_and_is_replaced(tmp_path, text):
    path = tmp_path / "speed.json"
    path.write_text(text)
    assert benchmark_records.load(path) == []
    benchmark_records.add(path, MEASURED)
    assert benchmark_records.load(path) == [MEASURED]
