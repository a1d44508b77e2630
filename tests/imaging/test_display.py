"""Presets, view-only filters and overlays on the picture."""

import cv2
import numpy as np
import pytest

from cxrview.imaging import Identity, Overlay, VoiFunction, Window, overlay_mask, read, render
from cxrview.imaging.filters import apply, clahe, sharpen
from cxrview.imaging.presets import ends, linear, presets, sigmoid, spanning
from tests.imaging.phantoms import RAMP, phantom, save
from tests.imaging.samples import sample
from tests.imaging.test_metadata import overlay_plane, with_overlay
from tests.imaging.test_render import radiograph

EXACT, LINEAR, SIGMOID = VoiFunction.LINEAR_EXACT, VoiFunction.LINEAR, VoiFunction.SIGMOID
HUNDRED = np.arange(10_001, dtype=np.int16).reshape(73, 137)  # value 100 n is the nth percentile


@pytest.fixture(scope="module")
def film():
    return read(sample("RG1_UNCR.dcm"))[0]


def test_presets_of_a_radiograph_are_percentiles_of_brightness():
    found = dict(presets(radiograph(HUNDRED, Window(1, 2))))
    assert list(found) == ["Auto", "Lung", "Soft tissue", "Bone", "Full range"]
    wanted = {"Auto": (50, 9950), "Lung": (100, 7000), "Soft tissue": (1000, 9800), "Bone": (3000, 9990)}
    for name, pair in (wanted | {"Full range": (0, 10_000)}).items():
        assert ends(found[name]) == pytest.approx(pair, abs=1e-6)
        assert (found[name].function, found[name].explanation) == (LINEAR, name)


def test_presets_go_from_dark_to_bright_whatever_the_polarity(film):
    assert film.inverted
    found = dict(presets(film))
    dark = {name: np.mean(render(film, window) == 0) for name, window in found.items()}
    white = {name: np.mean(render(film, window) == 255) for name, window in found.items()}
    assert dark["Lung"] == pytest.approx(0.01, abs=0.005)
    assert white["Lung"] == pytest.approx(0.3, abs=0.01)
    assert dark["Bone"] == pytest.approx(0.3, abs=0.01)
    assert white["Bone"] < 0.005
    assert dark["Full range"] < 0.001


def test_presets_leave_padding_out():
    values = np.vstack([HUNDRED, np.full((50, 137), -32_000, np.int16)])
    found = dict(presets(radiograph(values, Window(1, 2), padding=values == -32_000)))
    assert ends(found["Full range"]) == (0, 10_000)
    assert ends(found["Lung"]) == pytest.approx((100, 7000), abs=1)


def test_only_a_ct_in_hounsfield_units_has_the_windows_of_ct():
    values = HUNDRED - 1000
    ct = dict(presets(radiograph(values, Window(1, 2), identity=Identity(modality="CT"))))
    assert (ct["Lung"].center, ct["Lung"].width) == (-600, 1500)
    assert (ct["Soft tissue"].center, ct["Soft tissue"].width) == (40, 400)
    assert (ct["Bone"].center, ct["Bone"].width) == (400, 1800)
    for other in (
        radiograph(HUNDRED, Window(1, 2), identity=Identity(modality="CT")),
        radiograph(values, Window(1, 2)),
    ):
        assert dict(presets(other))["Lung"].width not in (1500, 400, 1800)


@pytest.mark.parametrize("values", [np.zeros((5, 5), np.uint16), np.full((5, 5), 7.5, np.float32)])
def test_a_picture_of_one_value_has_presets(values):
    for _name, window in presets(radiograph(values, Window(1, 2))):
        assert window.width > 0
        assert np.unique(render(radiograph(values, window), window)).size == 1


@pytest.mark.parametrize(("exact", "function"), [(False, LINEAR), (True, EXACT)])
def test_a_window_spans_from_black_to_white(exact, function):
    window = spanning(100, 900, exact)
    assert (window.function, ends(window)) == (function, (100, 900))
    values = np.array([[99, 100, 500, 900, 901]], np.float32)
    np.testing.assert_array_equal(render(radiograph(values, window), window), [[0, 0, 128, 255, 255]])


def test_sigmoid_and_back_is_the_window_of_before():
    for values, window in (
        (RAMP, Window(2048, 4096, LINEAR, "WIDE")),
        (RAMP.astype(np.float32), Window(0.5, 0.25, EXACT)),
    ):
        picture = radiograph(values, window)
        curved = sigmoid(window)
        assert curved.function is SIGMOID
        assert (curved.center, curved.width) == (window.center, window.width)
        assert linear(curved, picture) == window
    own = Window(2048, 1000, SIGMOID)
    assert linear(own, radiograph(RAMP, own)) == Window(2048, 1000, LINEAR)


def test_filters_change_contrast_where_they_should():
    edge = np.full((400, 400), 100, np.uint8)
    edge[:, 200:] = 120
    sharp = sharpen(edge)
    assert sharp[:, 199].max() < 100  # the dark side of an edge gets darker, the bright side brighter
    assert sharp[:, 200].min() > 120
    np.testing.assert_array_equal(sharp[:, [0, 100, 300, 399]], edge[:, [0, 100, 300, 399]])
    faint = np.random.default_rng(0).normal(100, 5, (400, 400)).astype(np.uint8)
    assert clahe(faint).std() > 1.5 * faint.std()


def test_filters_look_the_same_at_every_level_of_the_pyramid(film):
    full = render(film, film.default_voi)
    size = (full.shape[1] // 2, full.shape[0] // 2)
    names = {"clahe", "sharpen"}
    coarse = apply(cv2.resize(full, size, interpolation=cv2.INTER_AREA), names)
    fine = cv2.resize(apply(full, names), size, interpolation=cv2.INTER_AREA)
    difference = np.abs(coarse.astype(int) - fine)
    assert difference.mean() < 2
    assert np.percentile(difference, 99) <= 8


def test_filters_follow_their_names(film):
    picture = render(film, film.default_voi)[::4, ::4].copy()
    before = picture.copy()
    assert apply(picture, frozenset()) is picture
    np.testing.assert_array_equal(apply(picture, {"clahe"}), clahe(picture))
    np.testing.assert_array_equal(apply(picture, {"sharpen"}), sharpen(picture))
    np.testing.assert_array_equal(apply(picture, {"sharpen", "clahe"}), sharpen(clahe(picture)))
    np.testing.assert_array_equal(picture, before)
    with pytest.raises(ValueError, match="emboss"):
        apply(picture, {"emboss"})


def test_filters_leave_hues_alone():
    colour = np.full((64, 64, 3), 100, np.uint8)
    colour += np.linspace(0, 40, 64).astype(np.uint8)[:, None]
    colour[..., 0] += 50
    filtered = apply(colour, {"clahe", "sharpen"}).astype(int)
    assert filtered.shape == colour.shape
    assert np.ptp(filtered[..., 1]) > 50
    np.testing.assert_allclose(filtered[..., 0] - filtered[..., 1], 50, atol=2)
    np.testing.assert_allclose(filtered[..., 1], filtered[..., 2], atol=2)


def marks(*places: tuple[int, int], shape: tuple[int, int] = (4, 4)) -> np.ndarray:
    mask = np.zeros(shape, np.bool_)
    for place in places:
        mask[place] = True
    return mask


def test_overlays_lie_on_the_picture_where_they_belong():
    inside = Overlay(marks((0, 0)), 10, 20)
    corner = Overlay(marks((3, 3), (0, 0)), -3, -3)  # only its last pixel is on the picture
    beyond = Overlay(marks((0, 0), (1, 1)), 63, 63)
    picture = radiograph(RAMP, Window(1, 2), overlays=(inside, corner, beyond))
    mask = overlay_mask(picture)
    assert mask.shape == picture.shape
    assert set(zip(*np.nonzero(mask), strict=True)) == {(10, 20), (0, 0), (63, 63)}


def test_a_picture_without_marks_has_no_overlay():
    assert overlay_mask(radiograph(RAMP, Window(1, 2))) is None
    outside = Overlay(marks((0, 0)), 500, -500)
    assert overlay_mask(radiograph(RAMP, Window(1, 2), overlays=(outside,))) is None


def embedded(pixels: np.ndarray, bit: int, **attributes):
    elements = overlay_plane(
        marks(shape=pixels.shape[-2:]), changes={0x0100: ("US", 16), 0x0102: ("US", bit)}
    )
    del elements[0x3000]
    return with_overlay(phantom(pixels, bits=12, **attributes), elements)


def test_an_overlay_in_unused_bits_is_found(tmp_path):
    mask = marks((5, 6), (63, 0), shape=(64, 64))
    stored = RAMP | (mask.astype(np.uint16) << 13)
    (picture,) = read(save(embedded(stored, 13), tmp_path / "embedded.dcm"))
    np.testing.assert_array_equal(overlay_mask(picture), mask)
    np.testing.assert_array_equal(picture.values, RAMP)
    frames = read(save(embedded(np.stack([RAMP, stored]), 13, NumberOfFrames=2), tmp_path / "frames.dcm"))
    assert overlay_mask(frames[0]) is None
    np.testing.assert_array_equal(overlay_mask(frames[1]), mask)


def test_an_overlay_in_the_picture_s_own_bits_is_not_believed(tmp_path):
    (picture,) = read(save(embedded(RAMP, 3), tmp_path / "embedded.dcm"))
    assert picture.overlays == ()
    assert any("bits that hold the picture" in text for text in picture.warnings)


def test_one_plane_with_a_frame_of_its_own_lies_on_that_frame_only(tmp_path):
    mask = marks((1, 2)).astype(np.uint8)
    for changes, wanted in (
        ({0x0051: ("US", 2)}, [False, True, False]),
        ({0x0015: ("IS", 1)}, [True, False, False]),
        ({}, [True, True, True]),
    ):
        dataset = phantom(np.stack([RAMP] * 3), NumberOfFrames=3)
        frames = read(
            save(with_overlay(dataset, overlay_plane(mask, changes=changes)), tmp_path / "frames.dcm")
        )
        assert [overlay_mask(frame) is not None for frame in frames] == wanted
