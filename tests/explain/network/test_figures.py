"""Figures of a network that is worked out by hand: spread, strength, and filters that do nothing."""

import csv

import numpy as np
import pytest

from cxrview.explain.network.figures import Activity, near_zero, spread_of, strengths
from cxrview.explain.network.summary import COLUMNS, save_summary, summary_rows
from tests.conftest import TINY_SIZE
from tests.explain.network.by_hand import LAYERS, NetworkByHand


def films(count: int) -> np.ndarray:
    """Return `count` films of noise, (count, 64, 64)."""
    shape = (count, TINY_SIZE, TINY_SIZE)
    return np.random.default_rng(2).integers(1, 256, shape, dtype=np.uint8)


def test_a_filter_is_near_zero_beside_what_is_usual_in_its_layer():
    rows = np.array([[3.0, -4.0], [0.0, 0.03], [0.0, 0.0], [0.0, -0.04]], np.float32)
    usual = np.sqrt((9 + 16) / 8)  # and a hundredth of it lies between 0.01 and 0.03
    assert 0.01 < usual / 100 < 0.03
    assert near_zero(rows) == (2,)
    assert near_zero(rows * [[1], [0.5], [1], [0.4]]) == (1, 2, 3)
    assert near_zero(np.zeros((2, 3), np.float32)) == (0, 1)
    assert near_zero(np.zeros((0, 0), np.float32)) == ()


def test_a_spread_tells_exact_zeros_apart():
    found = spread_of(np.array([0, 0, 1, 3], np.float32))
    assert (found.count, found.mean, found.low, found.high, found.zeros) == (4, 1.0, 0.0, 3.0, 0.5)
    assert found.deviation == pytest.approx(np.sqrt(1.5))
    assert (sum(found.counts), found.counts[0], found.counts[-1]) == (2, 1, 1)
    assert (found.edges[0], found.edges[-1]) == (1.0, 3.0)
    nothing = spread_of(np.zeros(5, np.float32))
    assert (sum(nothing.counts), nothing.zeros) == (0, 1.0)


def test_the_strength_of_a_map_has_no_sign():
    maps = np.stack([np.full((2, 2), -3.0), [[1, 0], [0, 1]]], axis=-1).astype(np.float32)
    assert strengths(maps).tolist() == [3.0, 0.5]


def test_a_filter_is_never_active_only_over_all_films():
    network, activity = NetworkByHand(None), Activity()
    watch = network.watcher(["conv1_relu"])
    activity.add(watch(films(2))["conv1_relu"])
    assert activity.never_active() == (1, 2)
    one_place = np.zeros((1, TINY_SIZE, TINY_SIZE), np.float32)
    reached = watch(one_place)["conv1_relu"]
    reached.high[0, 1] = 100.0  # the second filter answers to one film, in one place
    activity.add(reached)
    assert (activity.films, activity.never_active()) == (3, (2,))


def test_figures_over_films_are_those_of_all_their_places():
    network, activity, given = NetworkByHand(None), Activity(), films(3)
    watch = network.watcher(["conv1_relu"])
    for batch in (given[:2], given[2:]):
        activity.add(watch(batch)["conv1_relu"])
    every = np.stack([network.output("conv1_relu", film) for film in given]).astype(np.float64)
    found = activity.figures()
    assert found["mean"] == pytest.approx(every.mean(), rel=1e-5)
    assert found["deviation"] == pytest.approx(every.std(), rel=1e-4)
    assert (found["low"], found["high"]) == (0.0, pytest.approx(every.max()))
    assert found["zeros"] == pytest.approx(0.5)


def test_the_table_has_a_row_for_each_layer_and_counts_filters_from_one(tmp_path):
    weights = {"conv1_conv": {"mean": 0.0625, "deviation": 0.7, "low": -1.0, "high": 1.0, "zeros": 0.25}}
    rows = summary_rows(LAYERS, weights, {"conv1_conv": (2,), "head_0": ()}, 5, {}, {"conv1_conv": (1, 2)})
    save_summary(tmp_path / "table.csv", rows)
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    assert tuple(read[0]) == COLUMNS
    first, relu, _means, head = read
    assert (first["block"], first["layer"], first["rows"], first["channels"]) == (
        "conv1",
        "conv1_conv",
        "8",
        "4",
    )
    assert (first["filters"], first["weight_mean"], first["activation_mean"]) == ("4", "0.0625", "")
    assert (first["filters_near_zero"], first["near_zero"]) == ("1", "3")
    assert (first["filters_never_active"], first["never_active"]) == ("2", "2 3")
    assert (relu["filters_near_zero"], head["filters_near_zero"], head["never_active"]) == ("", "0", "")
