"""The manifest, and a split that keeps patients on one side."""

import cv2
import numpy as np
import pytest

from cxrview.errors import BadRequest, UnreadableImage
from cxrview.imaging import Letterbox
from cxrview.training.dataset import LabelledImages, load_manifest, one_hot, split_by_group

CLASSES = ("covid19", "normal", "pneumonia")


def made_up(count=400, seed=0):
    """Return labelled images of one pixel, with patients of one to six images and two sources."""
    random = np.random.default_rng(seed)
    groups = np.repeat(np.arange(count), random.integers(1, 7, count))[:count]
    labels = random.integers(0, 3, count)[groups]  # a patient has one label
    sources = np.where(labels == 0, "one", np.where(groups % 5 == 0, "three", "two"))
    images = np.arange(count, dtype=np.uint8).reshape(count, 1, 1)
    names = np.char.add("image", np.arange(count).astype(np.str_))
    return LabelledImages(CLASSES, images, one_hot(labels, 3), groups.astype(np.str_), sources, names)


def test_no_patient_is_on_two_sides_and_every_image_on_one():
    data = made_up()
    split = split_by_group(data, seed=4)
    sides = [split.train, split.validation, split.test]
    assert sorted(np.concatenate(sides)) == list(range(len(data)))
    groups = [set(data.groups[side]) for side in sides]
    assert not groups[0] & groups[1]
    assert not groups[0] & groups[2]
    assert not groups[1] & groups[2]
    assert len({len(side) for side in groups}) > 1


def test_shares_labels_and_sources_are_spread():
    data = made_up(1500)
    split = split_by_group(data, seed=4)
    for side, share in ((split.train, 0.7), (split.validation, 0.15), (split.test, 0.15)):
        assert abs(len(side) / len(data) - share) < 0.02
        for label in range(3):
            assert abs((data.labels[side] == label).mean() - (data.labels == label).mean()) < 0.05
        assert abs((data.sources[side] == "three").mean() - (data.sources == "three").mean()) < 0.05


def test_the_seed_decides_the_split():
    data = made_up()
    one, same, other = (split_by_group(data, seed).test for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert set(one) != set(other)


def test_too_few_patients_are_refused():
    data = made_up(12)
    with pytest.raises(BadRequest, match="patients or groups"):
        split_by_group(data, seed=1)


@pytest.fixture
def folder(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (30, 60), dtype=np.uint8)
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / name), picture)
    rows = ["file,label,group,source,width", "a.png,normal,g1,here,60", "b.png,lateral,g2,there,60"]
    (tmp_path / "manifest.csv").write_text("\n".join(rows), "utf-8")
    return tmp_path


def test_images_arrive_as_the_model_sees_them(folder):
    data = load_manifest(folder / "manifest.csv", CLASSES, 64)
    picture = cv2.imread(str(folder / "a.png"), cv2.IMREAD_GRAYSCALE)
    np.testing.assert_array_equal(data.images[0], Letterbox.fit(30, 60, 64).apply(picture))
    assert data.labels.tolist() == [1, -1]
    assert data.groups.tolist() == ["g1", "g2"]
    assert data.sources.tolist() == ["here", "there"]
    assert not data.images.flags.writeable


def test_a_missing_column_is_named(folder):
    (folder / "manifest.csv").write_text("file,label\na.png,normal\n", "utf-8")
    with pytest.raises(BadRequest, match="group, source"):
        load_manifest(folder / "manifest.csv", CLASSES, 64)


@pytest.mark.parametrize("content", ["file,label,group,source\n", ""])
def test_an_empty_manifest_is_refused(folder, content):
    (folder / "manifest.csv").write_text(content, "utf-8")
    with pytest.raises(BadRequest, match="lists no images"):
        load_manifest(folder / "manifest.csv", CLASSES, 64)


def test_a_missing_manifest_is_refused(folder):
    with pytest.raises(BadRequest, match="table"):
        load_manifest(folder / "none.csv", CLASSES, 64)


def test_an_image_that_is_none_is_named(folder):
    (folder / "b.png").write_text("nothing")
    with pytest.raises(UnreadableImage, match=r"b\.png"):
        load_manifest(folder / "manifest.csv", CLASSES, 64)
