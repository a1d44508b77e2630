"""Half a picture is never taken for a whole one: cut, halved and closed, filled with zeros."""

import struct

import numpy as np
import pytest
from PIL import Image

from cxrview.errors import UnreadableImage
from cxrview.imaging import limits, messages, read
from cxrview.imaging.read import read_here
from cxrview.imaging.thumbnail import thumbnail_here
from tests.imaging.damaged_pictures import film, outcomes, rows_lost, saved, whole_files
from tests.refusals import refused

FILES = whole_files()
NOT_NOTICED = {  # pixels that say nothing of themselves; how AVIF says so is its decoder's affair
    ("TIFF, uncompressed", "second half zero"),
    ("TIFF, uncompressed", "a hole of zeros"),
    ("BMP", "second half zero"),
    ("BMP", "a hole of zeros"),
    ("WebP", "a hole of zeros"),
    ("WebP, lossless", "a hole of zeros"),
    ("AVIF", "a hole of zeros"),
}


@pytest.mark.parametrize("name", FILES)
def test_damage_is_noticed(name):
    for damage, found in outcomes(name).items():
        if (name, damage) not in NOT_NOTICED:
            assert set(found) <= {"refused", "whole", "marked"}, damage


@pytest.mark.parametrize("options", [{}, {"optimize": True}])
def test_rows_that_a_sound_stream_lacks_are_missed(tmp_path, options):
    (tmp_path / "short.png").write_bytes(rows_lost(saved(film(), "PNG", **options)))
    with refused(UnreadableImage, messages.RASTER_DAMAGED):
        read(tmp_path / "short.png")


def test_black_rows_at_the_end_are_rows(tmp_path):
    picture = film()
    picture[50:] = 0
    Image.fromarray(picture).save(tmp_path / "black.png")
    np.testing.assert_array_equal(read(tmp_path / "black.png")[0].values, picture)


@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"progressive": True}])
@pytest.mark.parametrize("grey", [0, 127, 128, 255])
def test_a_picture_that_ends_in_grey_is_whole(tmp_path, options, grey):
    picture = film()
    picture[40:] = grey
    (tmp_path / "grey.jpg").write_bytes(saved(picture, "JPEG", quality=92, **options))
    assert np.abs(read(tmp_path / "grey.jpg")[0].values[48:].astype(int) - grey).max() <= 1


@pytest.mark.parametrize("lost", [1, 2])
def test_progressive_jpeg_without_its_last_passes_is_short(tmp_path, lost):
    content = FILES["JPEG, progressive"]
    end = len(content)
    for _ in range(lost):
        end = content.rindex(b"\xff\xda", 0, end)
    (tmp_path / "short.jpg").write_bytes(content[:end] + b"\xff\xd9")
    with refused(UnreadableImage, messages.RASTER_DAMAGED):
        read(tmp_path / "short.jpg")


def test_restart_that_is_missing_is_noticed(tmp_path):
    content = FILES["JPEG with restarts"]
    first, third = content.index(b"\xff\xd1"), content.index(b"\xff\xd3")
    (tmp_path / "gap.jpg").write_bytes(content[:first] + content[third:])
    with refused(UnreadableImage, messages.RASTER_DAMAGED):
        read(tmp_path / "gap.jpg")


def test_what_stands_behind_the_end_of_a_jpeg_does_not_matter(tmp_path):
    (tmp_path / "more.jpg").write_bytes(FILES["JPEG"] + bytes(100))
    (tmp_path / "plain.jpg").write_bytes(FILES["JPEG"])
    more, plain = (read(tmp_path / name)[0].values for name in ("more.jpg", "plain.jpg"))
    np.testing.assert_array_equal(more, plain)


def test_jpeg_of_many_passes_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    # 4001 empty passes over 8900 × 8900 pixels took half a minute.
    content = FILES["JPEG, progressive"]
    last = content[content.rindex(b"\xff\xda") : -2]
    (tmp_path / "many.jpg").write_bytes(content[:-2] + last * 50 + b"\xff\xd9")
    monkeypatch.setattr(limits, "MAX_SCANNED_PIXELS", 50 * 96 * 96)
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))
    passes = content.count(b"\xff\xda") + 50
    for look in (read_here, lambda path: thumbnail_here(path, 0, 64)):
        with refused(UnreadableImage, messages.SCANS_TOO_MANY(count=passes)):
            look(tmp_path / "many.jpg")


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        (0xC3, messages.SYNTAX_UNKNOWN(syntax="JPEG Lossless")),
        (0xF7, messages.SYNTAX_UNKNOWN(syntax="JPEG-LS")),
    ],
)
def test_jpeg_that_is_another_is_named_and_not_called_damaged(tmp_path, marker, message):
    content = bytearray(FILES["JPEG"])
    content[content.index(b"\xff\xc0") + 1] = marker
    (tmp_path / "other.jpg").write_bytes(content)
    with refused(UnreadableImage, message):
        read(tmp_path / "other.jpg")


def test_twelve_bits_of_jpeg_are_named(tmp_path):
    content = bytearray(FILES["JPEG"])
    content[content.index(b"\xff\xc0") + 4] = 12
    (tmp_path / "deep.jpg").write_bytes(content)
    with refused(UnreadableImage, messages.DEPTH_UNKNOWN(bits=12, kind=messages.WHOLE_NUMBERS)):
        read(tmp_path / "deep.jpg")


def test_jpeg_within_a_bmp_is_named(tmp_path):
    content = bytearray(FILES["BMP"])
    struct.pack_into("<I", content, 30, 4)
    (tmp_path / "jpeg.bmp").write_bytes(content)
    with refused(UnreadableImage, messages.SYNTAX_UNKNOWN(syntax="JPEG")):
        read(tmp_path / "jpeg.bmp")


def test_bmp_of_run_lengths_has_a_smaller_limit(tmp_path):
    content = bytearray(FILES["BMP"])
    struct.pack_into("<ii", content, 18, 8_000, 8_000)
    struct.pack_into("<I", content, 30, 1)
    (tmp_path / "runs.bmp").write_bytes(content)
    with refused(UnreadableImage, messages.IMAGE_TOO_LARGE(columns=8_000, rows=8_000, limit=40)):
        read(tmp_path / "runs.bmp")
