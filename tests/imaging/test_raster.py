"""PNG, JPEG, TIFF and BMP, of every depth and colour model, come out as they were drawn."""

import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from cxrview.errors import UnreadableImage
from cxrview.imaging import limits, messages, read, render
from cxrview.imaging.raster.tiff_structure import TiffFile
from cxrview.imaging.read import read_here
from cxrview.imaging.render import full_range_window
from tests.refusals import refused

GREY = np.arange(0, 240, dtype=np.uint8).reshape(12, 20)
DEEP = (np.arange(240, dtype=np.uint16) * 17).reshape(12, 20)  # twelve bits of sixteen
COLOUR = np.stack([GREY, GREY[::-1], GREY[:, ::-1]], axis=-1)


def shown(radiograph):
    return render(radiograph, radiograph.default_voi)


def only(path):
    (radiograph,) = read(path)
    return radiograph


@pytest.mark.parametrize("suffix", ["png", "tif", "bmp"])
def test_eight_bits_are_shown_exactly_as_they_are(tmp_path, suffix):
    Image.fromarray(GREY).save(tmp_path / f"grey.{suffix}")
    radiograph = only(tmp_path / f"grey.{suffix}")
    np.testing.assert_array_equal(radiograph.values, GREY)
    np.testing.assert_array_equal(shown(radiograph), GREY)
    assert radiograph.default_voi == full_range_window(8)
    assert (radiograph.rgb, radiograph.spacing, radiograph.warnings) == (None, None, ())


def test_content_decides_and_not_the_name(tmp_path):
    Image.fromarray(GREY).save(tmp_path / "picture.dcm", format="PNG")
    assert only(tmp_path / "picture.dcm").format == "PNG, 8 bit"


def test_jpeg_is_shown_nearly_as_it_was(tmp_path):
    smooth = cv2.GaussianBlur(np.tile(GREY, (8, 8)), (0, 0), 8)
    Image.fromarray(smooth).save(tmp_path / "grey.jpg", quality=95)
    assert np.abs(shown(only(tmp_path / "grey.jpg")).astype(int) - smooth).max() <= 6


@pytest.mark.parametrize("suffix", ["png", "tif", "bmp"])
def test_grey_saved_as_colour_is_grey(tmp_path, suffix):
    Image.fromarray(np.stack([GREY] * 3, axis=-1)).save(tmp_path / f"grey.{suffix}")
    radiograph = only(tmp_path / f"grey.{suffix}")
    assert radiograph.rgb is None
    np.testing.assert_array_equal(radiograph.values, GREY)


@pytest.mark.parametrize("suffix", ["png", "tif", "bmp"])
def test_colour_is_kept_and_its_luminance_shown(tmp_path, suffix):
    Image.fromarray(COLOUR).save(tmp_path / f"colour.{suffix}")
    radiograph = only(tmp_path / f"colour.{suffix}")
    np.testing.assert_array_equal(radiograph.rgb, COLOUR)
    truth = COLOUR @ np.array([0.299, 0.587, 0.114])
    assert np.abs(radiograph.values - truth).max() <= 0.51


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_are_all_kept(tmp_path, suffix):
    Image.fromarray(DEEP).save(tmp_path / f"deep.{suffix}")
    radiograph = only(tmp_path / f"deep.{suffix}")
    assert radiograph.values.dtype == np.uint16
    np.testing.assert_array_equal(radiograph.values, DEEP)
    assert radiograph.default_voi.explanation == "automatic"
    assert "automatic" in radiograph.warnings[0]


def test_sixteen_bits_that_fill_their_range_are_not_windowed_again(tmp_path):
    values = np.linspace(0, 65_535, 240).astype(np.uint16).reshape(12, 20)
    Image.fromarray(values).save(tmp_path / "full.png")
    radiograph = only(tmp_path / "full.png")
    assert radiograph.default_voi == full_range_window(16)
    assert np.abs(shown(radiograph) - values / 257).max() <= 0.51


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_colour_loses_no_bits_in_its_luminance(tmp_path, suffix):
    deep = COLOUR.astype(np.uint16) * 200 + 7
    cv2.imwrite(str(tmp_path / f"deep.{suffix}"), deep[..., ::-1])
    radiograph = only(tmp_path / f"deep.{suffix}")
    assert radiograph.values.dtype == np.uint16
    truth = deep @ np.array([0.299, 0.587, 0.114])
    assert np.abs(radiograph.values - truth).max() <= 1
    np.testing.assert_array_equal(radiograph.rgb, deep >> 8)


def test_palette_is_resolved(tmp_path):
    picture = Image.fromarray(np.array([[0, 1], [2, 1]], np.uint8), mode=None).convert("P")
    picture.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    picture.save(tmp_path / "palette.png")
    wanted = [[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [0, 255, 0]]]
    np.testing.assert_array_equal(only(tmp_path / "palette.png").rgb, wanted)


@pytest.mark.parametrize("suffix", ["png", "tif", "bmp"])
def test_one_bit_is_black_and_white(tmp_path, suffix):
    Image.fromarray(GREY > 100).save(tmp_path / f"bits.{suffix}")
    np.testing.assert_array_equal(shown(only(tmp_path / f"bits.{suffix}")), np.where(GREY > 100, 255, 0))


def test_transparent_pixels_are_padding_on_black(tmp_path):
    layers = np.dstack([GREY, GREY, GREY, np.full_like(GREY, 255)])
    layers[0, :, 3], layers[1, :, 3] = 0, 128
    Image.fromarray(layers).save(tmp_path / "alpha.png")
    radiograph = only(tmp_path / "alpha.png")
    assert np.argwhere(radiograph.padding.any(axis=1)).ravel().tolist() == [0]
    np.testing.assert_array_equal(shown(radiograph)[2:], GREY[2:])
    assert np.abs(shown(radiograph)[1] - GREY[1] * (128 / 255)).max() <= 0.51


def test_opaque_alpha_is_no_padding(tmp_path):
    Image.fromarray(np.dstack([GREY, np.full_like(GREY, 255)]), mode="LA").save(tmp_path / "opaque.png")
    radiograph = only(tmp_path / "opaque.png")
    assert radiograph.padding is None
    np.testing.assert_array_equal(radiograph.values, GREY)


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_cmyk_becomes_rgb(tmp_path, suffix):
    Image.new("CMYK", (8, 6), (0, 255, 255, 0)).save(tmp_path / f"cmyk.{suffix}")
    rgb = only(tmp_path / f"cmyk.{suffix}").rgb
    assert np.abs(rgb.astype(int) - [255, 0, 0]).max() <= 3


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("suffix", "deep"), [("jpg", False), ("png", False), ("png", True), ("tif", False)])
def test_orientation_is_undone(tmp_path, orientation, suffix, deep):
    upright = np.zeros((32, 48), np.uint8)
    upright[:16, :24], upright[:16, 24:], upright[16:, :24] = 200, 120, 60
    turns = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: np.transpose,
        6: np.rot90,  # stored turned to the left, so that a turn to the right puts it up
        7: lambda a: np.rot90(a.T, 2),
        8: lambda a: np.rot90(a, -1),
    }
    stored = np.ascontiguousarray(turns[orientation](upright))
    picture = Image.fromarray(stored.astype(np.uint16) * 257 if deep else stored)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned.{suffix}"
    picture.save(path, exif=exif)
    found = only(path).values
    assert found.shape == upright.shape
    assert np.abs(found / (257 if deep else 1) - upright).max() <= (4 if suffix == "jpg" else 0)


def test_sixteen_bit_colour_png_is_turned_once(tmp_path):
    deep = COLOUR.astype(np.uint16) * 200
    cv2.imwrite(str(tmp_path / "turned.png"), np.rot90(deep)[..., ::-1])
    exif = Image.Exif()
    exif[0x0112] = 6
    chunk = b"eXIf" + exif.tobytes().removeprefix(b"Exif\0\0")
    content = (tmp_path / "turned.png").read_bytes()
    packed = (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    (tmp_path / "turned.png").write_bytes(content[:33] + packed + content[33:])
    np.testing.assert_array_equal(only(tmp_path / "turned.png").rgb, deep >> 8)


def test_tiff_has_its_pages(tmp_path):
    pages = [Image.fromarray(GREY + step) for step in range(3)]
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    radiographs = read(tmp_path / "pages.tif")
    assert [(page.frame, page.frame_count) for page in radiographs] == [(0, 3), (1, 3), (2, 3)]
    for step, page in enumerate(radiographs):
        np.testing.assert_array_equal(page.values, GREY + step)


def test_tiff_pages_of_deep_colour_are_told_apart(tmp_path):
    deep = COLOUR.astype(np.uint16) * 100
    cv2.imwritemulti(str(tmp_path / "pages.tif"), [deep[..., ::-1], deep[..., ::-1] + 500])
    first, second = read(tmp_path / "pages.tif")
    np.testing.assert_array_equal(first.rgb, deep >> 8)
    np.testing.assert_array_equal(second.rgb, (deep + 500) >> 8)


def test_many_pages_are_read_once_each(tmp_path, monkeypatch):
    # A reader that looked for each page from the beginning took 45 s for 2000 of them.
    cv2.imwritemulti(str(tmp_path / "pages.tif"), [np.full((4, 4, 3), 7, np.uint16)] * 300)
    taken = []

    def counting(file, place, number, plain=TiffFile.bytes_at):
        taken.append(number)
        return plain(file, place, number)

    monkeypatch.setattr(TiffFile, "bytes_at", counting)
    assert len(read_here(tmp_path / "pages.tif")) == 300
    assert sum(taken) < 1.5 * (tmp_path / "pages.tif").stat().st_size


@pytest.mark.parametrize(("kind", "size"), [("L", 1), ("I;16", 2), ("F", 4), ("RGB", 3)])
def test_pages_are_summed_up_before_one_is_decoded(tmp_path, monkeypatch, kind, size):
    # A small first page must not hide what comes behind it.
    pages = [Image.new(kind, (side, side)) for side in (8, 500, 500, 500)]
    pages[0].save(
        tmp_path / "x.tif", save_all=True, append_images=pages[1:], compression="tiff_adobe_deflate"
    )
    whole = size * (8 * 8 + 3 * 500 * 500)
    monkeypatch.setattr(limits, "MAX_DECODED_BYTES", whole)
    assert len(read_here(tmp_path / "x.tif")) == 4
    monkeypatch.setattr(limits, "MAX_DECODED_BYTES", whole - 1)
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("a page was decoded"))
    with refused(UnreadableImage, messages.TOO_MANY_PAGES(pages=4, size=whole / 2**30)):
        read_here(tmp_path / "x.tif")


def test_deep_colour_pages_count_two_bytes_a_sample(tmp_path, monkeypatch):
    cv2.imwritemulti(str(tmp_path / "x.tif"), [np.zeros((50, 40, 3), np.uint16)] * 3)
    monkeypatch.setattr(limits, "MAX_DECODED_BYTES", 3 * 50 * 40 * 3 * 2 - 1)
    with refused(UnreadableImage, messages.TOO_MANY_PAGES(pages=3)):
        read_here(tmp_path / "x.tif")


@pytest.mark.parametrize("kind", ["1", "L", "I;16", "F"])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_white_is_zero_is_shown_the_other_way_round(tmp_path, kind, compression):
    arrays = {"1": GREY > 100, "L": GREY, "I;16": DEEP, "F": GREY.astype(np.float32)}
    path = tmp_path / "white.tif"
    Image.fromarray(arrays[kind]).save(path, compression=compression)
    plain = shown(only(path))
    set_photometric(path, 0)
    turned = shown(only(path))
    np.testing.assert_array_equal(turned, 255 - plain)


def set_photometric(path, value):
    """Change the entry PhotometricInterpretation of a little-endian TIFF in place."""
    content = bytearray(path.read_bytes())
    entry = content.index(b"\x06\x01\x03\x00\x01\x00\x00\x00")
    content[entry + 8 : entry + 10] = value.to_bytes(2, "little")
    path.write_bytes(bytes(content))


def test_floating_point_tiff_with_holes(tmp_path):
    values = np.linspace(-1, 1, 240, dtype=np.float32).reshape(12, 20)
    values[3, 4], values[5, 6] = np.nan, np.inf
    Image.fromarray(values).save(tmp_path / "float.tif")
    radiograph = only(tmp_path / "float.tif")
    assert radiograph.padding.sum() == 2
    assert radiograph.format == "TIFF, float"
    picture = shown(radiograph)
    assert (picture[0, 0], picture[-1, -1], picture[3, 4]) == (0, 255, 0)


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "tif"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_picture_is_an_error_and_not_half_a_picture(tmp_path, suffix, share):
    noise = np.random.default_rng(0).integers(0, 255, (200, 200), np.uint8)
    Image.fromarray(noise).save(tmp_path / f"whole.{suffix}")
    content = (tmp_path / f"whole.{suffix}").read_bytes()
    cut = tmp_path / f"cut.{suffix}"
    cut.write_bytes(content[: int(len(content) * share)])
    with refused(UnreadableImage, messages.RASTER_DAMAGED) as refusal:
        read(cut)
    assert refusal.error.path == cut


def test_sixteen_bit_colour_cut_short_is_an_error(tmp_path):
    noise = np.random.default_rng(0).integers(0, 65_535, (100, 100, 3)).astype(np.uint16)
    cv2.imwrite(str(tmp_path / "whole.png"), noise)
    content = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(content[: len(content) // 2])
    with refused(UnreadableImage, messages.RASTER_DAMAGED):
        read(tmp_path / "cut.png")


def test_damaged_png_is_an_error(tmp_path):
    Image.fromarray(np.tile(GREY, (10, 10))).save(tmp_path / "bad.png")
    content = bytearray((tmp_path / "bad.png").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "bad.png").write_bytes(bytes(content))
    with refused(UnreadableImage, messages.RASTER_DAMAGED):
        read(tmp_path / "bad.png")


def test_enormous_picture_is_refused_from_its_header(tmp_path):
    Image.fromarray(GREY).save(tmp_path / "bomb.bmp")
    content = bytearray((tmp_path / "bomb.bmp").read_bytes())
    content[18:26] = (30_000).to_bytes(4, "little") * 2
    (tmp_path / "bomb.bmp").write_bytes(bytes(content))
    with refused(UnreadableImage, messages.TOO_MANY_PIXELS, messages.IMAGE_TOO_LARGE):
        read(tmp_path / "bomb.bmp")


def test_large_picture_is_refused_with_its_size(tmp_path):
    Image.fromarray(GREY).save(tmp_path / "large.bmp")
    content = bytearray((tmp_path / "large.bmp").read_bytes())
    content[18:26] = (10_000).to_bytes(4, "little") * 2
    (tmp_path / "large.bmp").write_bytes(bytes(content))
    with refused(UnreadableImage, messages.IMAGE_TOO_LARGE(columns=10_000, rows=10_000, limit=80)):
        read(tmp_path / "large.bmp")
