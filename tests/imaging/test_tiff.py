"""TIFF is what its tags say: depth, sign, byte order, planes and polarity; or why it is not read is told."""

import tracemalloc
import zlib

import numpy as np
import pytest

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages, model_input, read, render
from cxrview.imaging.histogram import histogram
from cxrview.imaging.raster.tiff_layout import Compression
from cxrview.imaging.render import full_range_window
from tests.imaging.tiffs import packed, tiff
from tests.refusals import refused

HEIGHT, WIDTH = 24, 20
RAMP = np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
TWELVE = (RAMP * 4095 // RAMP.max()).astype(np.uint16)
SIZE = {256: WIDTH, 257: HEIGHT}
UNSIGNED, SIGNED, FLOAT, COMPLEX = 1, 2, 3, 5
COLOUR = np.stack([TWELVE * 16, TWELVE[::-1] * 16, TWELVE[:, ::-1] * 16], axis=-1)


@pytest.fixture
def opened(tmp_path):
    """Return a function that writes a TIFF and reads its only page."""

    def write_and_read(tags, *segments, order="<"):
        path = tmp_path / "picture.tif"
        path.write_bytes(tiff(SIZE | tags, segments, order))
        (radiograph,) = read(path)
        assert radiograph.values.dtype.isnative
        return radiograph

    return write_and_read


def shown(radiograph):
    return render(radiograph, radiograph.default_voi)


@pytest.mark.parametrize(
    ("kind", "letter"),
    [
        *((UNSIGNED, letter) for letter in ("u2", "u4", "u8")),
        *((SIGNED, letter) for letter in ("i1", "i2", "i4", "i8")),
        *((FLOAT, letter) for letter in ("f2", "f4", "f8")),
    ],
)
@pytest.mark.parametrize("order", "<>")
def test_samples_of_every_kind_are_what_was_written(opened, kind, letter, order):
    numbers = (RAMP - 100 * (kind != UNSIGNED)).clip(-128, 127 if letter == "i1" else None)
    numbers = numbers / 64 if kind == FLOAT else numbers * (8_000_000 if letter == "u4" else 1)
    stored = numbers.astype(order + letter)
    radiograph = opened({258: stored.itemsize * 8, 339: kind}, stored.tobytes(), order=order)
    np.testing.assert_array_equal(radiograph.values, stored.astype(np.float32) if kind == FLOAT else stored)
    picture = shown(radiograph)
    assert (picture[0, 0], picture[-1, -1]) == (0, 255)
    assert (np.diff(picture.ravel().astype(int)) >= 0).all()
    assert histogram(radiograph).counts.sum() == stored.size


def test_byte_order_changes_nothing(opened):
    little, big = (opened({258: 16}, TWELVE.astype(f"{o}u2").tobytes(), order=o) for o in "<>")
    assert little.default_voi == big.default_voi
    np.testing.assert_array_equal(shown(little), shown(big))
    np.testing.assert_array_equal(model_input(little, 32)[0], model_input(big, 32)[0])
    np.testing.assert_array_equal(histogram(little).counts, histogram(big).counts)


@pytest.mark.parametrize("order", "<>")
def test_planes_are_no_pixels(opened, order):
    stored = COLOUR.astype(order + "u2")
    tags = {258: (16, 16, 16), 262: 2, 277: 3}
    beside = opened(tags | {284: 1}, stored.tobytes(), order=order)
    planes = [np.ascontiguousarray(stored[..., plane]).tobytes() for plane in range(3)]
    apart = opened(tags | {284: 2}, *planes, order=order)
    for radiograph in (beside, apart):
        np.testing.assert_array_equal(radiograph.rgb, COLOUR >> 8)
    np.testing.assert_array_equal(beside.values, apart.values)


@pytest.mark.parametrize(
    ("kind", "letter"), [(UNSIGNED, "u1"), (UNSIGNED, "u2"), (SIGNED, "i2"), (FLOAT, "f4")]
)
@pytest.mark.parametrize("order", "<>")
def test_white_is_zero_is_the_same_picture_turned_over(opened, kind, letter, order):
    stored = (RAMP // 2 - 100 * (kind == SIGNED)).astype(order + letter)
    tags = {258: stored.itemsize * 8, 339: kind}
    plain, turned = (opened(tags | {262: p}, stored.tobytes(), order=order) for p in (1, 0))
    np.testing.assert_array_equal(shown(turned), 255 - shown(plain))


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 6, 10, 12, 14])
@pytest.mark.parametrize("order", "<>")
def test_packed_bits_are_unpacked(opened, bits, order):
    numbers = RAMP % 2**bits
    radiograph = opened({258: bits}, packed(numbers, bits), order=order)
    if bits < 8:
        np.testing.assert_array_equal(shown(radiograph), numbers * 255 // (2**bits - 1))
    else:
        np.testing.assert_array_equal(radiograph.values, numbers)
        assert radiograph.format == f"TIFF, {bits} bit"


def test_packed_samples_that_fill_their_range_are_not_windowed_again(opened):
    radiograph = opened({258: 10}, packed(RAMP * 1023 // RAMP.max(), 10))
    assert radiograph.default_voi == full_range_window(10)
    assert (shown(radiograph)[0, 0], shown(radiograph)[-1, -1]) == (0, 255)


def test_bits_may_be_stored_in_the_other_order(opened):
    content = packed(RAMP % 16, 4)
    mirrored = bytes(int(f"{byte:08b}"[::-1], 2) for byte in content)
    usual, other = opened({258: 4}, content), opened({258: 4, 266: 2}, mirrored)
    np.testing.assert_array_equal(usual.values, other.values)


@pytest.mark.parametrize("extra", [{338: 2}, {}])
def test_sixteen_bit_grey_is_laid_on_black_by_its_alpha(opened, extra):
    alpha = np.full_like(TWELVE, 65_535)
    alpha[0], alpha[1] = 0, 32_768
    grey = TWELVE * 16
    radiograph = opened({258: (16, 16), 277: 2} | extra, np.stack([grey, alpha], axis=-1).tobytes())
    np.testing.assert_array_equal(radiograph.padding, alpha == 0)
    np.testing.assert_array_equal(radiograph.values[2:], grey[2:])
    assert np.abs(radiograph.values[1] - grey[1] / 2).max() <= 1


def test_alpha_that_is_in_the_samples_already_is_not_taken_twice(opened):
    alpha = np.full_like(TWELVE, 32_768)
    radiograph = opened({258: (16, 16), 277: 2, 338: 1}, np.stack([TWELVE, alpha], axis=-1).tobytes())
    np.testing.assert_array_equal(radiograph.values, TWELVE)


def test_white_is_zero_with_alpha_lies_on_black_too(opened):
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[0] = 128
    grey = np.zeros_like(alpha)  # white
    layers = np.stack([grey, alpha], axis=-1)
    picture = shown(opened({258: (8, 8), 262: 0, 277: 2, 338: 2}, layers.tobytes()))
    assert (picture[0, 0], picture[1, 0]) == (128, 255)


def test_sample_that_means_nothing_is_left_out(opened):
    layers = np.stack([TWELVE, TWELVE[::-1]], axis=-1)
    radiograph = opened({258: (16, 16), 277: 2, 338: 0}, layers.tobytes())
    np.testing.assert_array_equal(radiograph.values, TWELVE)


@pytest.mark.parametrize("scale", [257, 1])
def test_palette_has_sixteen_bits_or_eight(opened, scale):
    colours = np.array([[255, 0, 7], [0, 200, 8], [3, 0, 100], [9, 9, 1]])
    numbers = RAMP % 4
    radiograph = opened({258: 2, 262: 3, 320: (colours * scale).T.ravel().tolist()}, packed(numbers, 2))
    np.testing.assert_array_equal(radiograph.rgb, colours[numbers])


def test_tiles_reach_beyond_the_picture(opened):
    padded = np.zeros((32, 32), ">u2")
    padded[:HEIGHT, :WIDTH] = TWELVE
    tiles = [padded[y : y + 16, x : x + 16].tobytes() for y in (0, 16) for x in (0, 16)]
    radiograph = opened({258: 16, 322: 16, 323: 16}, *tiles, order=">")
    np.testing.assert_array_equal(radiograph.values, TWELVE)


def test_reduced_copies_are_no_frames(tmp_path):
    first = tiff(SIZE | {254: 1}, [bytes(WIDTH * HEIGHT)])
    # The second picture follows, with its places moved on.
    start = len(first) + len(first) % 2
    moved = bytearray(tiff(SIZE | {273: 8 + start}, [RAMP.astype(np.uint8).tobytes()]))
    page = int.from_bytes(moved[4:8], "little") + start
    first = tiff(SIZE | {254: 1}, [bytes(WIDTH * HEIGHT)], following=page).ljust(start, b"\0")
    (tmp_path / "two.tif").write_bytes(first + bytes(moved))
    (radiograph,) = read(tmp_path / "two.tif")
    np.testing.assert_array_equal(radiograph.values, RAMP.astype(np.uint8))


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({258: 24}, messages.DEPTH_UNKNOWN(bits=24, kind=messages.WHOLE_NUMBERS)),
        ({258: 12, 339: SIGNED}, messages.DEPTH_UNKNOWN(bits=12, kind=messages.SIGNED_NUMBERS)),
        ({258: 64, 339: COMPLEX}, messages.SAMPLES_COMPLEX),
        ({258: (8, 16), 277: 2}, messages.SAMPLES_DIFFER),
        ({277: 200}, messages.SAMPLES_TOO_MANY(samples=200)),
        ({262: 8, 277: 3}, messages.COLOUR_MODEL_UNKNOWN(mode="CIELAB")),
        ({262: 32803}, messages.COLOUR_MODEL_UNKNOWN(mode="CFA")),
        ({277: 3}, messages.GREY_OF_SEVERAL_SAMPLES),
        ({258: 32, 262: 2, 277: 3}, messages.COLOUR_TOO_DEEP(bits=32)),
        ({259: 34887}, messages.SYNTAX_UNKNOWN(syntax="LERC")),
        ({259: 8, 317: 3}, messages.PREDICTOR_UNKNOWN(number=3)),
        ({256: 60_000, 257: 60_000}, messages.IMAGE_TOO_LARGE),
        ({256: 60_000, 257: 1_000, 322: 1, 323: 1}, messages.SEGMENTS_TOO_MANY(count=60_000_000)),
        ({256: 65_535, 257: 1, 322: 16, 323: 65_535}, messages.TOO_MANY_PAGES),
    ],
)
def test_what_is_not_read_is_named(tmp_path, tags, message):
    (tmp_path / "odd.tif").write_bytes(tiff(SIZE | tags, [bytes(range(256)) * 64]))
    with refused(UnreadableImage, message):
        read(tmp_path / "odd.tif")


@pytest.mark.parametrize(
    "tags",
    [
        {273: 10**6},  # a strip beyond the end
        {278: 8},  # three strips, and one is told
        {258: 16},  # more pixels than there are
        {262: 2},  # one sample for three colours
        {322: 0, 323: 16},
        {259: 8},  # no deflated data
        {259: 32773},
        {262: 3},  # a palette with no colours
    ],
)
def test_contradictions_are_damage(tmp_path, tags):
    (tmp_path / "odd.tif").write_bytes(tiff(SIZE | tags, [bytes(WIDTH * HEIGHT)]))
    with refused(UnreadableImage, messages.RASTER_DAMAGED):
        read(tmp_path / "odd.tif")


def test_pages_that_lead_back_are_damage(tmp_path):
    plain = tiff(SIZE, [bytes(WIDTH * HEIGHT)])
    again = int.from_bytes(plain[4:8], "little")
    (tmp_path / "loop.tif").write_bytes(tiff(SIZE, [bytes(WIDTH * HEIGHT)], following=again))
    with refused(UnreadableImage, messages.RASTER_DAMAGED):
        read(tmp_path / "loop.tif")


def test_deflated_bomb_takes_no_more_than_its_picture(tmp_path):
    bomb = zlib.compress(bytes(20_000_000), 9)
    (tmp_path / "bomb.tif").write_bytes(tiff(SIZE | {259: int(Compression.DEFLATE)}, [bomb]))
    tracemalloc.start()
    with refused(UnreadableImage, messages.RASTER_DAMAGED):
        read(tmp_path / "bomb.tif")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2_000_000
