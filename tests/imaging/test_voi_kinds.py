"""A window or table that does not show the film is not obeyed: the kinds that archives really hold."""

import numpy as np
import pytest

from cxrview.gui.viewer.windowing import adjust, as_window
from cxrview.imaging import VoiLut, Window, presets, read, render
from cxrview.imaging.render import square_pixels
from tests.imaging.phantoms import lut, phantom, read_phantom, save

FILM = np.clip(np.linspace(500, 3950, 128 * 96), 0, 4095).astype(np.uint16).reshape(128, 96)
CURVE = [round(4095 / (1 + np.exp(-(entry - 2048) / 500))) for entry in range(4096)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "phantom.dcm"


def shown(radiograph):
    return render(radiograph, radiograph.default_voi)


@pytest.mark.parametrize("largest", [4095, 16088, 3000, 255])
def test_entries_of_fewer_bits_than_announced_still_reach_white(path, largest):
    entries = [entry * largest // 4095 for entry in range(4096)]
    radiograph = read_phantom(path, FILM, bits=12, VOILUTSequence=[lut(entries, 0, 16)])
    truth = np.array(entries)[FILM] / largest * 255
    assert isinstance(radiograph.default_voi, VoiLut)
    assert np.abs(shown(radiograph) - truth).max() <= 0.51
    assert any("its largest entry is shown white" in text for text in radiograph.warnings)


def test_a_table_that_fills_its_bits_is_left_as_it_is(path):
    radiograph = read_phantom(path, FILM, bits=12, VOILUTSequence=[lut(CURVE, 0, 12)])
    np.testing.assert_array_equal(radiograph.vois[0].table, CURVE)
    assert radiograph.warnings == ()


@pytest.mark.parametrize(
    ("pixels", "bits", "center", "width"),
    [
        (FILM, 12, 32_768, 65_536),
        ((FILM >> 4).astype(np.uint8), 8, 2048, 4096),
        (FILM, 12, 2048, 16_384),
        (FILM, 12, 3950, 14_000),
        (FILM, 12, 3700, 250),  # nearly all of the film is black
    ],
)
def test_a_window_that_shows_the_film_in_few_greys_is_passed_over(path, pixels, bits, center, width):
    radiograph = read_phantom(path, pixels, bits=bits, WindowCenter=center, WindowWidth=width)
    kept = (center, width) == (3700, 250)  # dark, and yet it spans the grey scale
    assert (radiograph.default_voi == radiograph.vois[0]) is kept
    if not kept:
        assert np.ptp(shown(radiograph)) > 200
        assert any("a quarter of the grey scale" in text for text in radiograph.warnings)


@pytest.mark.parametrize("factor", [0.25, 0.5, 1, 2, 3.9])
def test_an_honest_window_is_obeyed(path, factor):
    width = round(np.ptp(FILM) * factor)
    radiograph = read_phantom(path, FILM, bits=12, WindowCenter=2225, WindowWidth=width)
    assert radiograph.default_voi == Window(2225, width)
    assert radiograph.warnings == ()


def test_a_usable_window_goes_before_a_table_that_shows_nothing(path):
    flat = lut([7] * 4000 + list(range(96)), 0, 12, "FLAT")
    window = {"WindowCenter": 2048, "WindowWidth": 4096}
    radiograph = read_phantom(path, FILM, bits=12, VOILUTSequence=[flat], **window)
    assert radiograph.default_voi == Window(2048, 4096)
    step = lut([0] * 3900 + [4095] * 196, 0, 12, "STEP")
    assert read_phantom(path, FILM, bits=12, VOILUTSequence=[step], **window).default_voi == Window(
        2048, 4096
    )


@pytest.mark.parametrize(
    ("entries", "first", "ends"),
    [
        (list(range(4096)) + [4095] * 61_440, 0, (0, 4095)),  # the table is sixteen times as long as the data
        ([0] * 1000 + [2 * entry for entry in range(1, 2048)] + [4095] * 1049, 0, (1000, 3047)),
        (list(range(1, 4096, 2)), 1000, (1000, 3047)),
        (list(range(4095, -1, -1)), 0, (517, 3933)),  # it falls, which no window does
    ],
)
def test_the_window_that_stands_for_a_table_follows_it_over_the_data(path, entries, first, ends):
    dataset = phantom(FILM, bits=12, VOILUTSequence=[lut(entries, first, 12)])
    (radiograph,) = read(save(dataset, path))
    window = as_window(radiograph.default_voi, radiograph)
    assert presets.ends(window) == pytest.approx(ends, abs=4)
    assert as_window(Window(3, 4), radiograph) == Window(3, 4)


def test_a_first_small_drag_changes_a_picture_with_a_table_a_little(path):
    entries = np.interp(np.arange(65_536), np.arange(4096), CURVE).astype(int).tolist()
    radiograph = read_phantom(path, FILM, bits=12, VOILUTSequence=[lut(entries, 0, 12)])
    dragged = adjust(radiograph, radiograph.default_voi, 2 / 800, 0, -1)
    change = render(radiograph, dragged).astype(float).mean() - shown(radiograph).mean()
    assert abs(change) < 4


@pytest.mark.parametrize(("aspect", "size"), [(2.0, (256, 96)), (0.5, (128, 192)), (1.0, (128, 96))])
def test_a_picture_is_written_with_square_pixels(aspect, size):
    picture = (FILM >> 4).astype(np.uint8)
    square = square_pixels(np.dstack([picture] * 3), aspect)
    assert square.shape == (*size, 3)
    assert abs(square.mean() - picture.mean()) < 1
