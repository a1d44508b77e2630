"""Labelled images: what belongs together stays together."""

import numpy as np
import pytest

from cxrview.datasets.labelled import LabelledImages, one_hot


def made_up(targets, count=5):
    names = np.array([f"{number}" for number in range(count)])
    images = np.arange(count, dtype=np.uint8).repeat(16).reshape(count, 4, 4)
    return LabelledImages(("a", "b", "c"), images, targets, names, names, names)


def test_the_label_is_the_class_or_none():
    data = made_up(one_hot(np.array([2, 0, -1, 1, 1]), 3))
    assert data.labels.tolist() == [2, 0, -1, 1, 1]
    assert data.targets.sum(1).tolist() == [1, 1, 0, 1, 1]


def test_of_several_classes_the_first_is_the_label():
    assert made_up(np.array([[0, 1, 1]] * 5, np.uint8)).labels.tolist() == [1] * 5


def test_a_subset_keeps_each_image_with_what_is_known_about_it():
    part = made_up(one_hot(np.array([2, 0, -1, 1, 1]), 3)).subset(np.array([3, 0]))
    assert part.images[:, 0, 0].tolist() == [3, 0]
    assert part.labels.tolist() == [1, 2]
    assert part.groups.tolist() == part.sources.tolist() == part.files.tolist() == ["3", "0"]


def test_the_arrays_cannot_be_changed():
    data = made_up(one_hot(np.zeros(5, np.int64), 3))
    with pytest.raises(ValueError, match="read-only"):
        data.images[0] = 7


def test_parts_that_do_not_fit_together_are_refused():
    with pytest.raises(ValueError, match="5 images"):
        made_up(one_hot(np.zeros(4, np.int64), 3))
    with pytest.raises(ValueError, match="5 images"):
        made_up(one_hot(np.zeros(5, np.int64), 2))
