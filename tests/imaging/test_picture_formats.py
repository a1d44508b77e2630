"""PNG with transparency, WebP and AVIF are read as they look; HEIC and JPEG XL are named."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages, model_input, read, render
from cxrview.imaging.find import find_images
from tests.imaging.damaged_pictures import film, saved
from tests.refusals import refused

GREY = film()


def png(picture: np.ndarray, bits: int, colour_type: int, **chunks: bytes) -> bytes:
    """Return a PNG of packed rows, with `chunks` before the pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        sums = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + sums

    height, width = picture.shape[:2]
    samples = picture.reshape(height, -1)
    if bits < 8:
        single = (samples[..., np.newaxis] >> np.arange(bits - 1, -1, -1)) & 1
        rows = np.packbits(single.reshape(height, -1).astype(np.uint8), axis=1)
    else:
        rows = np.ascontiguousarray(samples.astype(">u2" if bits == 16 else "u1")).view(np.uint8)
    content = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [
            chunk(b"IHDR", header),
            *(chunk(name.encode(), value) for name, value in chunks.items()),
            chunk(b"IDAT", zlib.compress(content)),
            chunk(b"IEND", b""),
        ]
    )


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_one_transparent_grey_is_padding_and_changes_nothing_else(tmp_path, bits):
    picture = np.linspace(0, 2**bits - 1, 400).astype(np.uint16).reshape(20, 20)
    key = 2**bits - 1
    (tmp_path / "plain.png").write_bytes(png(picture, bits, 0))
    (tmp_path / "keyed.png").write_bytes(png(picture, bits, 0, tRNS=struct.pack(">H", key)))
    (plain,), (keyed,) = (read(tmp_path / name) for name in ("plain.png", "keyed.png"))
    np.testing.assert_array_equal(keyed.values, plain.values)
    np.testing.assert_array_equal(keyed.padding, picture == key)
    assert keyed.default_voi == plain.default_voi
    seen = ~keyed.padding
    np.testing.assert_array_equal(
        render(keyed, keyed.default_voi)[seen], render(plain, plain.default_voi)[seen]
    )


@pytest.mark.parametrize("bits", [8, 16])
def test_one_transparent_colour_is_padding(tmp_path, bits):
    colour = np.arange(300).reshape(10, 10, 3) * (200 if bits == 16 else 1) % 2**bits
    key = tuple(int(number) for number in colour[4, 5])
    (tmp_path / "keyed.png").write_bytes(png(colour, bits, 2, tRNS=struct.pack(">HHH", *key)))
    (radiograph,) = read(tmp_path / "keyed.png")
    np.testing.assert_array_equal(radiograph.rgb, colour >> (bits - 8))
    assert np.argwhere(radiograph.padding).tolist() == [[4, 5]]


def test_transparency_of_everything_is_passed_over(tmp_path):
    layers = np.dstack([GREY, GREY, GREY, np.zeros_like(GREY)])
    Image.fromarray(layers).save(tmp_path / "empty.png")
    (radiograph,) = read(tmp_path / "empty.png")
    np.testing.assert_array_equal(radiograph.values, GREY)
    assert radiograph.padding is None
    assert "transparen" in radiograph.warnings[0]


@pytest.mark.parametrize(("kind", "suffix"), [("WEBP", "webp"), ("AVIF", "avif")])
def test_webp_and_avif_look_as_they_did(tmp_path, kind, suffix):
    (tmp_path / f"film.{suffix}").write_bytes(saved(GREY, kind, quality=95))
    (tmp_path / "film.png").write_bytes(saved(GREY, "PNG"))
    (radiograph,), (plain,) = (read(tmp_path / name) for name in (f"film.{suffix}", "film.png"))
    assert radiograph.format.startswith(("WebP, 8 bit", "AVIF, 8 bit"))
    seen, wanted = (model_input(one, 64)[0].astype(int) for one in (radiograph, plain))
    assert np.abs(seen - wanted).mean() < 3
    assert {path.name for path in find_images([tmp_path])} == {f"film.{suffix}", "film.png"}


def test_lossless_webp_keeps_colour_and_alpha(tmp_path):
    layers = np.dstack([GREY, GREY[::-1], GREY[:, ::-1], np.full_like(GREY, 255)])
    layers[0, :, 3] = 0
    Image.fromarray(layers).save(tmp_path / "film.webp", lossless=True, exact=True)
    (radiograph,) = read(tmp_path / "film.webp")
    np.testing.assert_array_equal(radiograph.rgb[1:], layers[1:, :, :3])
    assert radiograph.padding.any(axis=1).tolist() == [True] + [False] * (len(GREY) - 1)


def test_animation_shows_its_first_picture_and_says_so(tmp_path):
    pages = [Image.fromarray(GREY), Image.fromarray(GREY[::-1].copy())]
    pages[0].save(tmp_path / "moves.webp", save_all=True, append_images=pages[1:], lossless=True)
    (radiograph,) = read(tmp_path / "moves.webp")
    assert np.abs(radiograph.values.astype(int) - GREY).max() <= 1
    assert "animation" in radiograph.warnings[0]


@pytest.mark.parametrize("name", ["film.jpg", "film.heic", "film.dcm"])
@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x1cftypheic\0\0\0\0mif1heicmiaf", messages.HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heix", messages.HEIC),
        (b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl ", messages.JPEG_XL),
        (b"\xff\x0a\x7f\x0f", messages.JPEG_XL),
        (b"8BPS\0\1", messages.PHOTOSHOP),
    ],
)
def test_pictures_that_are_not_read_are_named(tmp_path, name, head, kind):
    (tmp_path / name).write_bytes(head + bytes(600))
    with refused(UnreadableImage, messages.OTHER_KIND(kind=kind)) as refusal:
        read(tmp_path / name)
    assert refusal.error.advice == messages.EXPORT_AS_JPEG


def test_a_box_that_says_it_has_gigabytes_is_not_walked(tmp_path):
    (tmp_path / "film.avif").write_bytes(b"\xff\x7f\x00\x20ftypa")
    with refused(UnreadableImage, messages.NO_IMAGE):
        read(tmp_path / "film.avif")


def test_arrays_of_big_endian_pictures_are_native(tmp_path):
    file = io.BytesIO()
    Image.fromarray(GREY.astype(np.uint16) * 9).save(file, "PNG")
    (tmp_path / "deep.png").write_bytes(file.getvalue())
    assert read(tmp_path / "deep.png")[0].values.dtype == np.dtype("=u2")
