"""Small pictures of large files: the same picture, upright, quickly, and errors with a sentence."""

import time

import cv2
import numpy as np
import pytest
from PIL import Image
from pydicom.uid import JPEG2000Lossless

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages, read, render
from cxrview.imaging.thumbnail import thumbnail
from tests.imaging.phantoms import RAMP, phantom, save
from tests.imaging.samples import sample
from tests.refusals import refused


def small(picture: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Return `picture` at the size of `like`, every pixel counted."""
    return cv2.resize(picture, like.shape[1::-1], interpolation=cv2.INTER_AREA)


def scene(height: int, width: int) -> np.ndarray:
    """Return a dark (height, width) uint8 picture with a bright upper left corner."""
    picture = np.full((height, width), 30, np.uint8)
    picture[: height // 2, : width // 2] = 220
    return picture


def test_a_radiograph_looks_as_it_does_on_the_screen(chest_pa):
    (radiograph,) = read(chest_pa)
    little = thumbnail(chest_pa, 0, 88)
    assert little.dtype == np.uint8
    assert max(little.shape) == 88
    assert little.shape[0] / little.shape[1] == pytest.approx(1955 / 1841, rel=0.02)
    whole = small(render(radiograph, radiograph.default_voi), little)
    difference = np.abs(little.astype(int) - whole)
    assert np.median(difference) <= 2
    assert difference.mean() < 4


def test_padding_is_black(tmp_path):
    pixels = np.full((400, 400), 3000, np.uint16)
    pixels[:100] = 0
    path = save(phantom(pixels, PixelPaddingValue=0, WindowCenter=1500, WindowWidth=3000), tmp_path / "a.dcm")
    little = thumbnail(path, 0, 40)
    assert little[:9].max() == 0
    assert little[11:].min() == 255


def test_a_frame_is_that_frame(tmp_path):
    frames = np.stack([np.full((50, 60), 100 * number, np.uint16) for number in range(5)])
    frames[:, 0, 0], frames[:, 0, 1] = 0, 500
    path = save(phantom(frames, NumberOfFrames=5, WindowCenter=250, WindowWidth=500), tmp_path / "cine.dcm")
    assert [int(thumbnail(path, number, 30)[15, 15]) for number in range(5)] == [
        int(render(radiograph, radiograph.default_voi)[25, 30]) for radiograph in read(path)
    ]
    assert np.array_equal(thumbnail(path, 99, 30), thumbnail(path, 4, 30))


def test_a_compressed_frame_is_that_frame():
    path = sample("emri_small_jpeg_2k_lossless.dcm")
    (first, *_, last) = read(path)
    assert first.format.endswith(JPEG2000Lossless.name)
    little = thumbnail(path, last.frame, 64)
    assert np.array_equal(little, render(last, last.default_voi))


def test_pixels_that_are_not_square_are_made_square(tmp_path):
    path = save(phantom(RAMP, PixelSpacing=[0.4, 0.2]), tmp_path / "tall.dcm")
    assert thumbnail(path, 0, 40).shape == (40, 20)


def test_a_small_image_is_not_enlarged(tmp_path):
    Image.fromarray(scene(20, 10)).save(tmp_path / "a.png")
    assert np.array_equal(thumbnail(tmp_path / "a.png", 0, 88), scene(20, 10))


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "bmp"])
def test_pictures_of_all_kinds(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(scene(900, 600)).save(path)
    little = thumbnail(path, 0, 60)
    assert little.shape == (60, 40)
    assert np.abs(little.astype(int) - small(scene(900, 600), little)).max() < 20  # JPEG rings at edges


def test_colour_stays_colour(tmp_path):
    Image.fromarray(np.dstack([scene(300, 300), scene(300, 300) // 2, scene(300, 300) * 0])).save(
        tmp_path / "a.jpg", quality=95
    )
    little = thumbnail(tmp_path / "a.jpg", 0, 30)
    assert little.shape == (30, 30, 3)
    assert little[5, 5] == pytest.approx([220, 110, 0], abs=8)


def test_a_picture_on_its_side_is_put_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the top is at the right
    Image.fromarray(scene(600, 900)).save(tmp_path / "a.jpg", exif=exif)
    little = thumbnail(tmp_path / "a.jpg", 0, 60)
    assert little.shape == (60, 40)
    assert little[5, 35] > 200
    assert little[5, 5] < 60


def test_what_cannot_be_read_says_why(tmp_path):
    Image.fromarray(scene(300, 300)).save(tmp_path / "whole.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:300])
    (tmp_path / "text.dcm").write_text("Dear colleague")
    for name, message in (
        ("cut.jpg", messages.RASTER_DAMAGED),
        ("text.dcm", messages.NO_IMAGE),
        ("gone.dcm", messages.DOES_NOT_EXIST),
    ):
        with refused(UnreadableImage, message):
            thumbnail(tmp_path / name, 0, 88)


@pytest.mark.timed
def test_a_large_file_takes_no_time_to_speak_of(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 4096, (3000, 3000)).astype(np.uint16)
    path = save(phantom(pixels, bits=12, WindowCenter=2048, WindowWidth=4096), tmp_path / "large.dcm")
    took = []
    for _ in range(5):
        begin = time.perf_counter()
        thumbnail(path, 0, 88)
        took.append(time.perf_counter() - begin)
    assert min(took) < 0.1  # a quarter of that on an idle machine
