"""A split keeps patients whole and spreads classes and sources, in large data and in small."""

import numpy as np
import pytest

from cxrview.datasets import finding_texts
from cxrview.datasets.config import DataConfig
from cxrview.datasets.labelled import LabelledImages, Split, one_hot
from cxrview.datasets.sources import Item, find_items
from cxrview.datasets.split import given_split, save_split, split_by_group
from cxrview.errors import InvalidRequest
from tests.refusals import refused

CLASSES = ("covid19", "normal", "pneumonia")


def made_up(count=400, seed=0, targets=None):
    """Return labelled images of one pixel, with patients of one to six images and three sources."""
    random = np.random.default_rng(seed)
    groups = np.repeat(np.arange(count), random.integers(1, 7, count))[:count]
    labels = random.integers(0, 3, count)[groups]  # a patient has one label
    sources = np.where(labels == 0, "one", np.where(groups % 5 == 0, "three", "two"))
    images = np.zeros((count, 1, 1), np.uint8)
    names = np.char.add("image", np.arange(count).astype(np.str_))
    targets = one_hot(labels, 3) if targets is None else targets
    return LabelledImages(CLASSES, images, targets, groups.astype(np.str_), sources, names)


def sides_of(split):
    return [split.train, split.validation, split.test]


@pytest.mark.parametrize("test", [0.15, 0.0])
def test_no_patient_is_on_two_sides_and_every_image_on_one(test):
    data = made_up()
    split = split_by_group(data, seed=4, test=test)
    sides = sides_of(split)
    assert sorted(np.concatenate(sides)) == list(range(len(data)))
    groups = [set(data.groups[side]) for side in sides]
    assert not groups[0] & groups[1]
    assert not groups[0] & groups[2]
    assert not groups[1] & groups[2]
    assert bool(len(split.test)) is (test > 0)


def test_shares_labels_and_sources_are_spread():
    data = made_up(1500)
    split = split_by_group(data, seed=4, validation=0.2, test=0.1)
    for side, share in zip(sides_of(split), (0.7, 0.2, 0.1), strict=True):
        assert abs(len(side) / len(data) - share) < 0.01
        for label in range(3):
            assert abs((data.labels[side] == label).mean() - (data.labels == label).mean()) < 0.02
        assert abs((data.sources[side] == "three").mean() - (data.sources == "three").mean()) < 0.02


def test_labels_that_go_together_are_spread_too():
    random = np.random.default_rng(3)
    data = made_up(1500, targets=(random.random((1500, 3)) < (0.5, 0.2, 0.05)).astype(np.uint8))
    split = split_by_group(data, seed=1)
    for side, share in zip(sides_of(split), (0.7, 0.15, 0.15), strict=True):
        for label in range(3):
            there = data.targets[:, label].sum()
            assert abs(data.targets[side][:, label].sum() / there - share) < 0.03


def test_the_seed_decides_the_split():
    data = made_up()
    one, same, other = (split_by_group(data, seed).test for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert set(one) != set(other)


@pytest.mark.parametrize("seed", range(20))
def test_a_few_images_still_have_every_class_on_every_side(seed):
    labels = np.repeat([0, 1, 2], [12, 5, 3])
    names = np.arange(20).astype(np.str_)
    data = LabelledImages(CLASSES, np.zeros((20, 1, 1), np.uint8), one_hot(labels, 3), names, names, names)
    for side in sides_of(split_by_group(data, seed)):
        assert set(labels[side]) == {0, 1, 2}


def test_too_few_patients_of_a_class_are_refused_and_counted():
    labels = np.repeat([0, 1], [10, 6])
    groups = np.array([*map(str, range(10)), *"aaabbb"])
    data = LabelledImages(
        ("x", "y"), np.zeros((16, 1, 1), np.uint8), one_hot(labels, 2), groups, groups, groups
    )
    with refused(
        InvalidRequest,
        finding_texts.TOO_FEW(
            name="y", count=2, sides=finding_texts.ALL_SIDES, advice=finding_texts.ADD_OR_NO_TEST
        ),
    ):
        split_by_group(data, seed=1)
    split = split_by_group(data, seed=1, test=0.0)
    assert set(labels[split.train]) == set(labels[split.validation]) == {0, 1}


def test_a_saved_split_is_read_again_as_a_table(tmp_path):
    items = [
        Item(tmp_path / "data" / f"{index}, “{index}”.png", f"{index}.png", labels, source="s")
        for index, labels in enumerate([("a",), ("b",), ("a", "b"), ()])
    ]
    split = Split(np.array([0, 3]), np.array([2]), np.array([1]))
    save_split(items, np.array(list("ghij")), split, tmp_path / "out" / "split.csv")
    again = find_items(DataConfig(path=str(tmp_path / "out" / "split.csv")))
    assert [item.path for item in again] == [item.path for item in items]
    assert [item.labels for item in again] == [item.labels for item in items]
    assert [(item.group, item.source) for item in again] == [(group, "s") for group in "ghij"]
    for one, other in zip(sides_of(given_split(again)), sides_of(split), strict=True):
        np.testing.assert_array_equal(one, other)
    assert given_split(items) is None
