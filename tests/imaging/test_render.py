"""Rendering agrees with pydicom's reference functions, pixel by pixel."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_voi, apply_windowing

from cxrview.imaging import (
    Radiograph,
    VoiFunction,
    VoiLut,
    Window,
    choose_voi,
    model_input,
    percentile_window,
    render,
)
from cxrview.imaging.render import apply_window, full_range_window

DTYPES = [np.uint8, np.int8, np.uint16, np.int16, np.int32, np.uint32, np.float32]
LINEAR, EXACT, SIGMOID = VoiFunction.LINEAR, VoiFunction.LINEAR_EXACT, VoiFunction.SIGMOID


def radiograph(values, voi, **more) -> Radiograph:
    return Radiograph(Path("made.dcm"), 0, 1, values, voi, **more)


def pictures(kind):
    if kind == np.float32:
        elements = st.floats(-70_000, 70_000, width=32)
    else:
        info = np.iinfo(kind)
        elements = st.integers(info.min, info.max)
    return arrays(kind, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=elements)


def reference(values, window, inverted) -> np.ndarray:
    """Return the grey levels, 0…255 and not rounded, that pydicom makes of it."""
    dataset = Dataset()
    dataset.PhotometricInterpretation = "MONOCHROME1" if inverted else "MONOCHROME2"
    dataset.BitsStored, dataset.PixelRepresentation = 8, 0
    dataset.WindowCenter, dataset.WindowWidth = window.center, window.width
    dataset.VOILUTFunction = window.function.value
    with np.errstate(over="ignore"):
        levels = apply_windowing(values, dataset)
    return 255 - levels if inverted else levels


@settings(max_examples=300, deadline=None)
@given(
    values=st.sampled_from(DTYPES).flatmap(pictures),
    center=st.integers(-70_000, 70_000).map(lambda n: n / 2),
    width=st.one_of(st.integers(2, 70_000), st.sampled_from([2, 256, 4096])),
    function=st.sampled_from(list(VoiFunction)),
    inverted=st.booleans(),
)
def test_windows_agree_with_pydicom(values, center, width, function, inverted):
    window = Window(center, width, function)
    picture = render(radiograph(values, window, inverted=inverted), window)
    wanted = reference(values, window, inverted)
    assert picture.dtype == np.uint8
    # Half a grey level is rounding; single precision may add a little.
    assert np.abs(picture - wanted).max() <= 0.52


@given(values=st.sampled_from(DTYPES[:-1]).flatmap(pictures), center=st.integers(-300, 300))
@settings(max_examples=100, deadline=None)
def test_width_one_is_a_threshold(values, center):
    window = Window(center, 1)
    picture = render(radiograph(values, window), window)
    np.testing.assert_array_equal(picture, reference(values, window, False))


@settings(max_examples=200, deadline=None)
@given(
    values=arrays(np.int32, (4, 5), elements=st.integers(-2000, 2000)),
    kind=st.sampled_from([np.int16, np.int32, np.float32]),
    table=arrays(np.uint16, st.integers(2, 300), elements=st.integers(0, 4095)),
    first=st.integers(-400, 400),
    inverted=st.booleans(),
)
def test_voi_luts_agree_with_pydicom(values, kind, table, first, inverted):
    item = Dataset()
    item.LUTDescriptor = [len(table), first, 12]
    item["LUTDescriptor"].VR = "SS"
    item.add_new((0x0028, 0x3006), "US", table.tolist())
    dataset = Dataset()
    dataset.VOILUTSequence = [item]
    wanted = apply_voi(values, dataset) / 4095 * 255
    lut = VoiLut(table, first, 12)
    picture = render(radiograph(values.astype(kind), lut, inverted=inverted), lut)
    assert np.abs(picture - (255 - wanted if inverted else wanted)).max() <= 0.51


def test_linear_width_one_and_centres_follow_the_standard():
    # PS3.3 C.11.2.1.2.1, the note: c=2048, w=1 → values ≤ 2047.5 black; c=0, w=100 → -50…49 is the ramp.
    values = np.array([2047, 2048, -50, -49, 48, 49], np.int16)
    np.testing.assert_array_equal(apply_window(values[:2], Window(2048, 1)), [0, 1])
    ramp = apply_window(values[2:], Window(0, 100))
    np.testing.assert_allclose(ramp, [0, 1 / 99, 98 / 99, 1], atol=1e-6)


def test_eight_bits_come_through_the_full_range_unchanged():
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    window = full_range_window(8)
    np.testing.assert_array_equal(render(radiograph(values, window), window), values)
    np.testing.assert_array_equal(render(radiograph(values, window, inverted=True), window), 255 - values)


@pytest.mark.parametrize("kind", DTYPES)
def test_extremes_of_every_type(kind):
    ends = (-4.0e9, 4.0e9) if kind == np.float32 else (np.iinfo(kind).min, np.iinfo(kind).max)
    values = np.array([ends, ends[::-1]], kind)
    window = Window(0, 2, LINEAR) if ends[0] < 0 else Window(ends[1] / 2, 10, LINEAR)
    picture = render(radiograph(values, window), window)
    np.testing.assert_array_equal(picture, [[0, 255], [255, 0]])


def test_largest_floating_point_numbers_do_not_overflow():
    ends = float(np.finfo(np.float32).max)
    values = np.array([[-ends, 0, ends]], np.float32)
    for window in (percentile_window(values), Window(0, 10), Window(0, 10, SIGMOID)):
        picture = render(radiograph(values, window), window)
        assert picture[0, 0] == 0
        assert picture[0, 2] == 255
        assert 120 <= picture[0, 1] <= 150


def test_table_and_direct_computation_agree():
    narrow = np.arange(-3000, 3000, dtype=np.int16).reshape(60, 100)
    wide = narrow.astype(np.int32)
    wide[0, 0] = 2**30  # forces the direct computation
    for window in (Window(10, 2000), Window(10, 2000, SIGMOID), Window(10, 2000, EXACT)):
        table = render(radiograph(narrow, window), window)
        direct = render(radiograph(wide, window), window)
        np.testing.assert_array_equal(table.ravel()[1:], direct.ravel()[1:])


def test_padding_is_black_on_an_inverted_image():
    values = np.zeros((4, 4), np.uint16)
    padding = np.eye(4, dtype=bool)
    window = Window(100, 200)
    picture = render(radiograph(values, window, inverted=True, padding=padding), window)
    np.testing.assert_array_equal(picture, np.where(padding, 0, 255))


def test_rendering_leaves_the_radiograph_alone():
    values = np.arange(16, dtype=np.float32).reshape(4, 4)
    before = values.copy()
    for window in (Window(5, 4), Window(5, 4, SIGMOID), Window(5, 4, EXACT)):
        render(radiograph(values, window), window)
    np.testing.assert_array_equal(values, before)


def test_percentile_window_spans_the_picture():
    values = np.arange(10_000, dtype=np.uint16).reshape(100, 100) + 500
    window = percentile_window(values)
    picture = render(radiograph(values, window), window)
    assert (picture[0, 0], picture[-1, -1]) == (0, 255)
    assert abs(int((picture == 0).sum()) - 70) <= 25  # half a percent, and half of the next grey level
    assert abs(int((picture == 255).sum()) - 70) <= 25


@pytest.mark.parametrize("values", [np.zeros((5, 5), np.uint16), np.full((5, 5), 7.5, np.float32)])
def test_picture_of_one_value_has_a_window(values):
    window = percentile_window(values)
    assert window.width > 0
    assert np.unique(render(radiograph(values, window), window)).size == 1


def test_rare_bright_pixels_alone_are_seen():
    values = np.zeros((100, 100), np.uint16)
    values[50, 50] = 9
    assert render(radiograph(values, (window := percentile_window(values))), window)[50, 50] == 255


def test_choice_passes_over_what_shows_nothing():
    values = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    blind = VoiLut(np.full(10, 7, np.uint16), 0, 12, "FLAT")
    good = Window(2000, 3000)
    voi, sentences = choose_voi(values, (blind, Window(90_000, 5), good))
    assert voi is good
    assert len(sentences) == 2
    assert "“FLAT”" in sentences[0]


def test_choice_keeps_a_threshold_of_a_two_valued_picture():
    mask = np.zeros((10, 10), np.uint16)
    mask[3:6, 3:6] = 1000
    assert choose_voi(mask, (Window(500, 10),)) == (Window(500, 10), ())


def test_choice_does_not_look_at_padding():
    values = np.full((64, 64), 60_000, np.uint16)
    values[:4] = np.arange(256).reshape(4, 64)
    voi, sentences = choose_voi(values, (Window(128, 256),), padding=values == 60_000)
    assert (voi, sentences) == (Window(128, 256), ())


def test_model_input_keeps_the_shape_of_the_picture():
    values = np.full((100, 50), 200, np.uint8)
    square, letterbox = model_input(radiograph(values, full_range_window(8)), 32)
    assert square.shape == (32, 32)
    assert (letterbox.inner_height, letterbox.inner_width) == (32, 16)
    assert np.all(square[:, 8:24] == 200)
    assert np.all(square[:, :8] == 0)
    assert np.all(square[:, 24:] == 0)
