"""A study gives the model the same picture whatever the way it was stored, and the right way round."""

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

from cxrview.imaging import model_input, read, render
from tests.imaging.samples import sample

SIZE = 224


@pytest.fixture(scope="module")
def chest():
    (radiograph,) = read(sample("RG1_UNCR.dcm"))
    return radiograph


@pytest.fixture(scope="module")
def seen(chest):
    return model_input(chest, SIZE)[0]


def differences(path, seen):
    (radiograph,) = read(path)
    difference = np.abs(model_input(radiograph, SIZE)[0].astype(int) - seen)
    return difference.max(), difference.mean()


def test_lossless_jpeg_2000_gives_the_same_input(seen):
    assert differences(sample("RG1_J2KR.dcm"), seen) == (0, 0)


def test_lossy_jpeg_2000_gives_nearly_the_same_input(seen):
    greatest, mean = differences(sample("RG1_J2KI.dcm"), seen)
    assert greatest <= 2
    assert mean < 0.1


@pytest.mark.parametrize("name", ["export.png", "export.bmp", "export.tif"])
def test_exported_picture_gives_the_same_input(tmp_path, chest, seen, name):
    Image.fromarray(render(chest, chest.default_voi)).save(tmp_path / name)
    assert differences(tmp_path / name, seen) == (0, 0)


def test_exported_sixteen_bit_png_gives_nearly_the_same_input(tmp_path, chest, seen):
    levels = 1 - np.clip((chest.values.astype(float) - 14999.5) / 29999 + 0.5, 0, 1)
    Image.fromarray(np.rint(levels * 65535).astype(np.uint16)).save(tmp_path / "deep.png")
    assert differences(tmp_path / "deep.png", seen)[0] <= 1


def test_exported_jpeg_gives_nearly_the_same_input(tmp_path, chest, seen):
    Image.fromarray(render(chest, chest.default_voi)).save(tmp_path / "export.jpg", quality=90)
    greatest, mean = differences(tmp_path / "export.jpg", seen)
    assert greatest <= 3
    assert mean < 0.3


def test_monochrome2_copy_gives_the_same_input(tmp_path, seen):
    dataset = dcmread(sample("RG1_UNCR.dcm"))
    white = 2**15 - 1
    turned = (white - dataset.pixel_array.astype(int)).astype("<u2")
    dataset.PixelData = turned.tobytes()
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.WindowCenter = white - float(dataset.WindowCenter) + 1  # the window turned over with the values
    dataset.save_as(tmp_path / "turned.dcm")
    greatest, mean = differences(tmp_path / "turned.dcm", seen)
    assert greatest <= 1
    assert mean < 0.05


def test_chest_is_the_right_way_round(chest):
    picture = render(chest, chest.default_voi).astype(float)
    height, width = picture.shape
    lung = picture[int(0.3 * height) : int(0.4 * height), int(0.24 * width) : int(0.34 * width)].mean()
    mediastinum = picture[int(0.4 * height) : int(0.6 * height), int(0.45 * width) : int(0.52 * width)].mean()
    abdomen = picture[int(0.88 * height) : int(0.96 * height), int(0.15 * width) : int(0.3 * width)].mean()
    air = picture[: int(0.04 * height), : int(0.04 * width)].mean()
    assert air < lung < mediastinum
    assert lung + 40 < min(mediastinum, abdomen)
    assert chest.inverted


def test_leg_is_the_right_way_round():
    (radiograph,) = read(sample("RG3_UNCR.dcm"))
    picture = render(radiograph, radiograph.default_voi).astype(float)
    height, width = picture.shape
    air = picture[int(0.2 * height) : int(0.5 * height), int(0.29 * width) : int(0.35 * width)].mean()
    bone = picture[int(0.2 * height) : int(0.5 * height), int(0.49 * width) : int(0.51 * width)].mean()
    assert air < 30
    assert bone > air + 100
