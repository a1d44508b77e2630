"""Each step from stored bits to grey levels, on phantoms whose truth is known."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from cxrview.errors import UnreadableImage
from cxrview.imaging import VoiFunction, VoiLut, Window, messages, read, render
from tests.imaging.phantoms import RAMP, lut, phantom, read_phantom, save
from tests.refusals import refused


@pytest.fixture
def path(tmp_path):
    return tmp_path / "phantom.dcm"


def shown(radiograph):
    return render(radiograph, radiograph.default_voi)


# Polarity


def test_monochrome1_is_inverted_after_the_window(path):
    # The upper half of the values lies above the window, so only inversion after it makes them black.
    window = {"WindowCenter": 1024, "WindowWidth": 2048, "PhotometricInterpretation": "MONOCHROME1"}
    picture = shown(read_phantom(path, RAMP, bits=12, **window))
    assert picture[0, 0] == 255
    assert np.all(picture[RAMP >= 2048] == 0)
    assert np.all(np.diff(picture.ravel().astype(int)) <= 0)


@pytest.mark.parametrize(
    ("photometric", "shape", "inverted", "warned"),
    [
        ("MONOCHROME2", None, False, False),
        ("MONOCHROME2", "IDENTITY", False, False),
        ("MONOCHROME1", None, True, False),
        ("MONOCHROME1", "INVERSE", True, False),  # as DX files are: once, not twice
        ("MONOCHROME1", "IDENTITY", True, True),
        ("MONOCHROME2", "INVERSE", True, True),
    ],
)
def test_presentation_shape_and_photometric_invert_once(path, photometric, shape, inverted, warned):
    attributes = {"PresentationLUTShape": shape} if shape else {}
    attributes |= {"WindowCenter": 2048, "WindowWidth": 4096}
    radiograph = read_phantom(path, RAMP, bits=12, PhotometricInterpretation=photometric, **attributes)
    assert radiograph.inverted is inverted
    assert shown(radiograph)[0, 0] == (255 if inverted else 0)
    assert any("contradicts" in text for text in radiograph.warnings) is warned


# Bits


def test_unused_high_bits_are_masked(path):
    dirty = RAMP | 0xF000  # an overlay of former days in the bits that are not used
    np.testing.assert_array_equal(read_phantom(path, dirty, bits=12).values, RAMP)


@pytest.mark.parametrize("sign", [1, -1])
def test_bits_that_lie_high_are_moved_down(path, sign):
    truth = (RAMP.astype(np.int16) // 2) * sign
    stored = (truth << 4) | 0x5
    if sign == 1:
        stored = stored.astype(np.uint16)
    radiograph = read_phantom(path, stored, BitsStored=12, HighBit=15)
    np.testing.assert_array_equal(radiograph.values, truth)
    assert any("High Bit" in text for text in radiograph.warnings)


def test_bits_in_the_middle_lose_what_is_above_and_below(path):
    stored = (RAMP // 4 << 3) | 0xE007  # ten bits, from bit 3 to bit 12
    radiograph = read_phantom(path, stored, BitsStored=10, HighBit=12)
    np.testing.assert_array_equal(radiograph.values, RAMP // 4)


def test_short_signed_values_get_their_sign(path):
    truth = RAMP.astype(np.int16) - 2048
    stored = (truth & 0x0FFF).astype(np.int16)  # twelve bits, the upper four left 0
    np.testing.assert_array_equal(read_phantom(path, stored, BitsStored=12, HighBit=11).values, truth)


# Modality


def test_whole_slope_and_intercept_keep_integers(path):
    radiograph = read_phantom(path, RAMP, RescaleSlope=2, RescaleIntercept=-1024)
    assert radiograph.values.dtype == np.int32
    np.testing.assert_array_equal(radiograph.values, RAMP.astype(int) * 2 - 1024)


def test_fractional_slope_makes_floating_point(path):
    radiograph = read_phantom(path, RAMP, RescaleSlope=0.25, RescaleIntercept=1)
    assert radiograph.values.dtype == np.float32
    np.testing.assert_allclose(radiograph.values, RAMP * 0.25 + 1)


def test_slope_zero_is_passed_over(path):
    radiograph = read_phantom(path, RAMP, RescaleSlope=0, RescaleIntercept=0)
    np.testing.assert_array_equal(radiograph.values, RAMP)
    assert any("slope is 0" in text for text in radiograph.warnings)


def test_modality_lut_comes_before_the_window(path):
    table = lut([1000, 2000, 3000], first=10, bits=12)
    stored = np.array([[0, 10], [11, 12], [13, 200]], np.uint16)
    window = {"WindowCenter": 2000.5, "WindowWidth": 2001}
    radiograph = read_phantom(path, stored, ModalityLUTSequence=[table], **window)
    np.testing.assert_array_equal(radiograph.values, [[1000, 1000], [2000, 3000], [3000, 3000]])
    np.testing.assert_array_equal(shown(radiograph), [[0, 0], [128, 255], [255, 255]])


def test_modality_lut_of_signed_pixels_begins_below_zero(path):
    table = lut([5, 6, 7], first=-1, bits=8)
    radiograph = read_phantom(path, np.array([[-2, -1], [0, 1]], np.int16), ModalityLUTSequence=[table])
    np.testing.assert_array_equal(radiograph.values, [[5, 5], [6, 7]])


# VOI


def test_voi_lut_is_preferred_and_its_explanation_kept(path):
    table = lut(list(range(0, 4096, 2)) + [4095] * 2048, first=0, bits=12, explanation="CONTRAST")
    window = {"WindowCenter": 2048, "WindowWidth": 4096}
    radiograph = read_phantom(path, RAMP, bits=12, VOILUTSequence=[table], **window)
    assert isinstance(radiograph.default_voi, VoiLut)
    assert radiograph.default_voi.explanation == "CONTRAST"
    assert radiograph.vois[1] == Window(2048, 4096)
    picture = shown(radiograph)
    assert picture.ravel()[1024] == 128  # entry 2048 of 4095
    assert np.all(picture.ravel()[2048:] == 255)


@pytest.mark.parametrize(
    "table",
    [
        lut([1, 2, 3], first=0, bits=12),  # then the descriptor is broken below
        Dataset(),
    ],
)
def test_malformed_voi_lut_falls_back_to_the_window(path, table):
    if "LUTDescriptor" in table:
        table.LUTDescriptor = [5000, 0, 12]
    window = {"WindowCenter": 2048, "WindowWidth": 4096}
    radiograph = read_phantom(path, RAMP, bits=12, VOILUTSequence=[table], **window)
    assert radiograph.default_voi == Window(2048, 4096)
    assert any("VOI LUT" in text and "passed over" in text for text in radiograph.warnings)


def test_voi_lut_with_too_few_bits_announced_is_not_cut(path):
    table = lut(list(range(4096)), first=0, bits=8)
    radiograph = read_phantom(path, RAMP, bits=12, VOILUTSequence=[table])
    assert radiograph.default_voi.bits == 12
    assert shown(radiograph).ravel()[2048] == 128


def test_voi_lut_of_two_entries_to_a_word(path):
    item = Dataset()
    item.add_new((0x0028, 0x3002), "US", [256, 0, 8])
    item.add_new((0x0028, 0x3006), "OW", bytes(range(255, -1, -1)))
    stored = np.arange(256, dtype=np.uint8).reshape(16, 16)
    radiograph = read_phantom(path, stored, VOILUTSequence=[item])
    np.testing.assert_array_equal(shown(radiograph), 255 - stored)


def test_windows_keep_their_order_and_explanations(path):
    windows = {
        "WindowCenter": [1000, 3000],
        "WindowWidth": [500, 700],
        "WindowCenterWidthExplanation": ["LUNG", "BONE"],
    }
    radiograph = read_phantom(path, RAMP, bits=12, **windows)
    linear = VoiFunction.LINEAR
    assert radiograph.vois == (Window(1000, 500, linear, "LUNG"), Window(3000, 700, linear, "BONE"))
    assert radiograph.default_voi == radiograph.vois[0]


def test_sigmoid_is_the_standards_curve(path):
    attributes = {"WindowCenter": 2048, "WindowWidth": 1024, "VOILUTFunction": "SIGMOID"}
    radiograph = read_phantom(path, RAMP, bits=12, **attributes)
    truth = 255 / (1 + np.exp(-4 * (RAMP.astype(float) - 2048) / 1024))
    assert radiograph.default_voi.function is VoiFunction.SIGMOID
    assert np.abs(shown(radiograph) - truth).max() <= 0.51


def test_unknown_voi_function_is_taken_as_linear(path):
    attributes = {"WindowCenter": 2048, "WindowWidth": 1024, "VOILUTFunction": "WAVY"}
    radiograph = read_phantom(path, RAMP, bits=12, **attributes)
    assert radiograph.default_voi.function is VoiFunction.LINEAR
    assert any("WAVY" in text for text in radiograph.warnings)


@pytest.mark.parametrize(
    ("center", "width"),
    [(2048, 0), (2048, -5), (60_000, 100), (-500, 100), (2048, 3_000_000), (2048, 2)],
)
def test_absurd_windows_give_way_to_an_automatic_one(path, center, width):
    radiograph = read_phantom(path, RAMP, bits=12, WindowCenter=center, WindowWidth=width)
    assert radiograph.default_voi.explanation == "automatic"
    assert any("automatic" in text for text in radiograph.warnings)
    picture = shown(radiograph)
    assert picture.min() == 0
    assert picture.max() == 255
    assert 126 <= picture.mean() <= 129


def test_second_window_is_taken_when_the_first_shows_nothing(path):
    windows = {"WindowCenter": [60_000, 2048], "WindowWidth": [10, 4096]}
    radiograph = read_phantom(path, RAMP, bits=12, **windows)
    assert radiograph.default_voi == Window(2048, 4096)
    assert any("60000 / 10" in text for text in radiograph.warnings)


def test_eight_bits_without_a_window_are_shown_as_they_are(path):
    stored = np.arange(100, 164, dtype=np.uint8).reshape(8, 8)
    np.testing.assert_array_equal(shown(read_phantom(path, stored)), stored)


def test_small_real_numbers_are_windowed_exactly(path):
    values = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    radiograph = read_phantom(path, values, WindowCenter=0.5, WindowWidth=0.5)
    assert radiograph.default_voi.function is VoiFunction.LINEAR_EXACT
    truth = np.clip((values - 0.5) / 0.5 + 0.5, 0, 1) * 255
    assert np.abs(shown(radiograph) - truth).max() <= 0.51


# Padding


def test_padding_is_black_and_does_not_move_the_window(path):
    stored = RAMP // 4 + 500
    stored[:32] = 4095
    attributes = {"PixelPaddingValue": 4095, "PhotometricInterpretation": "MONOCHROME2"}
    radiograph = read_phantom(path, stored.astype(np.uint16), bits=12, **attributes)
    assert radiograph.padding[:32].all()
    assert not radiograph.padding[32:].any()
    picture = shown(radiograph)
    assert np.all(picture[:32] == 0)
    assert picture[32:].max() == 255  # as if the padding were not there


def test_padding_range_includes_both_ends(path):
    attributes = {"PixelPaddingValue": 10, "PixelPaddingRangeLimit": 0}
    radiograph = read_phantom(path, RAMP, bits=12, **attributes)
    np.testing.assert_array_equal(radiograph.padding, RAMP <= 10)


def test_signed_padding_written_as_unsigned_is_found(path):
    stored = RAMP.astype(np.int16)
    stored[0] = -2000
    dataset = phantom(stored)
    dataset.add_new((0x0028, 0x0120), "US", 65_536 - 2000)
    (radiograph,) = read(save(dataset, path))
    assert radiograph.padding[0].all()
    assert radiograph.padding.sum() == 64


def test_padding_is_compared_before_the_rescale(path):
    attributes = {"PixelPaddingValue": 7, "RescaleSlope": 1, "RescaleIntercept": -1000}
    radiograph = read_phantom(path, RAMP, bits=12, **attributes)
    assert np.argwhere(radiograph.padding.ravel()).tolist() == [[7]]


def test_picture_of_nothing_but_padding_is_shown(path):
    radiograph = read_phantom(path, np.full((8, 8), 9, np.uint16), PixelPaddingValue=9)
    assert radiograph.padding is None
    assert any("Every pixel" in text for text in radiograph.warnings)


# Floating point


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_not_a_number_becomes_padding(path, kind):
    values = RAMP.astype(kind)
    values[0, 0], values[0, 1] = np.nan, np.inf
    radiograph = read_phantom(path, values)
    assert radiograph.values.dtype == np.float32
    assert np.isfinite(radiograph.values).all()
    assert np.argwhere(radiograph.padding).tolist() == [[0, 0], [0, 1]]
    assert any("2 pixels are not finite" in text for text in radiograph.warnings)


def test_nothing_finite_is_refused(path):
    with refused(UnreadableImage, messages.NO_FINITE_PIXEL):
        read_phantom(path, np.full((4, 4), np.nan, np.float32))


# Colour and frames


def test_colour_keeps_rgb_and_shows_its_luminance(path):
    pixels = np.zeros((2, 2, 3), np.uint8)
    pixels[0, 0], pixels[0, 1], pixels[1, 0] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    radiograph = read_phantom(path, pixels)
    np.testing.assert_array_equal(radiograph.rgb, pixels)
    np.testing.assert_array_equal(shown(radiograph), [[76, 150], [29, 0]])


def test_planes_after_each_other_are_put_together(path):
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    dataset = phantom(pixels, PlanarConfiguration=1)
    dataset.PixelData = np.ascontiguousarray(pixels.transpose(2, 0, 1)).tobytes()
    np.testing.assert_array_equal(read(save(dataset, path))[0].rgb, pixels)


def test_palette_of_eight_bits_takes_indices_above_255(path):
    stored = np.array([[0, 299], [1, 300]], np.uint16)
    attributes = {"PhotometricInterpretation": "PALETTE COLOR"}
    for number, name in enumerate(("Red", "Green", "Blue")):
        table = np.zeros(300, np.uint8)
        table[[0, 1, 299]] = 10 + number, 20 + number, 90 + number
        attributes[f"{name}PaletteColorLookupTableDescriptor"] = [300, 0, 8]
        attributes[f"{name}PaletteColorLookupTableData"] = table.tobytes()
    radiograph = read_phantom(path, stored, **attributes)
    np.testing.assert_array_equal(radiograph.rgb[..., 0], [[10, 90], [20, 90]])
    np.testing.assert_array_equal(radiograph.rgb[..., 2], [[12, 92], [22, 92]])


def test_enhanced_frames_have_their_own_rescale_window_and_spacing(path):
    groups = []
    for number in (1, 2):
        value, voi, measures = Dataset(), Dataset(), Dataset()
        value.RescaleSlope, value.RescaleIntercept = number, 0
        voi.WindowCenter, voi.WindowWidth = 2048 * number, 4096 * number
        measures.PixelSpacing = [0.1 * number, 0.1 * number]
        group = Dataset()
        group.PixelValueTransformationSequence = [value]
        group.FrameVOILUTSequence = [voi]
        group.PixelMeasuresSequence = [measures]
        groups.append(group)
    pixels = np.stack([RAMP, RAMP])
    dataset = phantom(pixels, bits=12, NumberOfFrames=2, PerFrameFunctionalGroupsSequence=groups)
    first, second = read(save(dataset, path))
    assert (first.frame, second.frame, second.frame_count) == (0, 1, 2)
    np.testing.assert_array_equal(second.values, RAMP.astype(int) * 2)
    assert second.default_voi == Window(4096, 8192)
    assert (first.spacing.row, second.spacing.row) == (0.1, 0.2)
    assert np.abs(shown(first).astype(int) - shown(second)).max() <= 1


def test_shared_groups_hold_for_all_frames(path):
    voi, group = Dataset(), Dataset()
    voi.WindowCenter, voi.WindowWidth = 1000, 600
    group.FrameVOILUTSequence = [voi]
    pixels = np.stack([RAMP, RAMP])
    dataset = phantom(pixels, bits=12, NumberOfFrames=2, SharedFunctionalGroupsSequence=[group])
    assert [frame.default_voi for frame in read(save(dataset, path))] == [Window(1000, 600)] * 2
