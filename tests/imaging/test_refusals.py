"""What cannot be read is refused with one clear sentence, and never with a crash."""

import io
import os
import random
import threading
import warnings
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import MPEG2MPML, DeflatedExplicitVRLittleEndian, JPEG2000Lossless

from cxrview.errors import UnreadableImage
from cxrview.imaging import limits, messages, read, render
from cxrview.imaging.dicom.codestream import JP2_FILE_START, JPEG_2000_START, read_header
from cxrview.imaging.read import read_here
from cxrview.message import Message
from tests.imaging.phantoms import RAMP, phantom, read_phantom, save
from tests.imaging.samples import sample
from tests.refusals import refused


def refusal(path) -> Message:
    with pytest.raises(UnreadableImage) as caught:
        read(path)
    assert caught.value.path == path
    assert str(caught.value.problem).endswith(".")
    assert caught.value.code
    return caught.value.problem


def test_missing_file(tmp_path):
    assert refusal(tmp_path / "x.dcm") == messages.DOES_NOT_EXIST


def test_folder(tmp_path):
    assert refusal(tmp_path) == messages.IS_A_FOLDER


def test_empty_file(tmp_path):
    (tmp_path / "x.dcm").touch()
    assert refusal(tmp_path / "x.dcm") == messages.IS_EMPTY


def test_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "x.dcm"
    path.write_bytes(b"secret")
    plain = Path.open

    def forbidden(self, *arguments, **options):  # root may read everything, so ask the system by proxy
        if self == path:
            raise PermissionError(13, "Permission denied", str(self))
        return plain(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", forbidden)
    assert refusal(path) == messages.NOT_PERMITTED


def test_huge_file_is_not_opened(tmp_path):
    path = tmp_path / "x.dcm"
    with path.open("wb") as file:
        file.truncate(limits.MAX_FILE_BYTES + 1)  # takes no room on the disk
    size = (limits.MAX_FILE_BYTES + 1) / 2**30
    assert refusal(path) == messages.FILE_TOO_LARGE(size=size, limit=1)


def zip_archive(encrypted: bool) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("image.dcm", b"DICM" * 50)
    content = bytearray(stream.getvalue())
    content[6] |= int(encrypted)
    return bytes(content)


OTHERS = {
    messages.PDF.code: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    messages.ZIP.code: zip_archive(encrypted=False),
    messages.LOCKED_ZIP.code: zip_archive(encrypted=True),
    messages.CMS.code: bytes.fromhex("3082010006092a864886f70d010703a08201") + b"\0" * 200,
    messages.GZIP.code: b"\x1f\x8b\x08\x00" + b"\0" * 40,
    messages.GIF.code: b"GIF89a" + b"\0" * 40,
    messages.NIFTI.code: b"\x5c\x01\0\0" + b"\0" * 340 + b"n+1\0" + b"\0" * 20,
    messages.HDF5.code: b"\x89HDF\r\n\x1a\n" + b"\0" * 40,
    messages.WEB_PAGE.code: b"<!DOCTYPE html><html></html>",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_files_are_named(tmp_path, kind):
    path = tmp_path / "x.dcm"
    path.write_bytes(OTHERS[kind])
    said = refusal(path)
    assert (said.code, said.values["kind"].code) == (messages.OTHER_KIND.code, kind)


@pytest.mark.parametrize(
    "content", [b"\x08", b"\x08\x00\x05\x00CS", b"\0" * 500, bytes(range(256)) * 4, b"BM" + b"a" * 99]
)
def test_short_or_random_bytes_are_not_an_image(tmp_path, content):
    path = tmp_path / "x"
    path.write_bytes(content)
    assert refusal(path)


def test_a_letter_is_no_image(tmp_path):
    (tmp_path / "x.dcm").write_bytes(b"Dear colleague, here is the image.")
    assert refusal(tmp_path / "x.dcm") == messages.NO_IMAGE


# DICOM that holds no picture or cannot be decoded


def test_more_pixels_than_the_limit_are_refused_before_decoding(tmp_path):
    dataset = phantom(RAMP, Rows=60_000, Columns=60_000)
    said = refusal(save(dataset, tmp_path / "x.dcm"))
    assert said == messages.IMAGE_TOO_LARGE(columns=60_000, rows=60_000, limit=80)


def test_more_frames_than_the_limit_are_refused_before_decoding(tmp_path):
    dataset = phantom(RAMP, Rows=8000, Columns=8000, NumberOfFrames=100)
    said = refusal(save(dataset, tmp_path / "x.dcm"))
    size = 100 * 8000 * 8000 * 2 / 2**30
    assert said == messages.TOO_MANY_FRAMES(frames=100, columns=8000, rows=8000, size=size)


@pytest.mark.parametrize(("keyword", "value"), [("Rows", 0), ("Columns", 0), ("NumberOfFrames", -1)])
def test_impossible_sizes(tmp_path, keyword, value):
    dataset = phantom(RAMP)
    setattr(dataset, keyword, value)
    assert refusal(save(dataset, tmp_path / "x.dcm")).code == messages.IMPOSSIBLE_SIZE.code


@pytest.mark.parametrize("keyword", ["Rows", "Columns"])
def test_missing_dimensions(tmp_path, keyword):
    dataset = phantom(RAMP)
    delattr(dataset, keyword)
    assert refusal(save(dataset, tmp_path / "x.dcm")) == messages.NO_ROWS


def test_missing_depth_that_the_bytes_do_not_tell(tmp_path):
    dataset = phantom(RAMP)
    del dataset.BitsAllocated
    dataset.PixelData += bytes(100)
    assert refusal(save(dataset, tmp_path / "x.dcm")) == messages.NO_BITS


def test_more_bits_stored_than_allocated(tmp_path):
    said = refusal(save(phantom(RAMP, BitsStored=24), tmp_path / "x.dcm"))
    assert said == messages.BITS_IMPOSSIBLE(stored=24, allocated=16)


def test_unknown_colour_model(tmp_path):
    dataset = phantom(RAMP, PhotometricInterpretation="HSV")
    assert refusal(save(dataset, tmp_path / "x.dcm")) == messages.PHOTOMETRIC_UNKNOWN(photometric="HSV")


def test_missing_palette(tmp_path):
    dataset = phantom(RAMP, PhotometricInterpretation="PALETTE COLOR")
    assert refusal(save(dataset, tmp_path / "x.dcm")) == messages.PALETTE_MALFORMED


def test_video_is_named(tmp_path):
    dataset = phantom(RAMP)
    dataset.file_meta.TransferSyntaxUID = MPEG2MPML
    dataset.PixelData = encapsulate([b"\0\0\1\xb3" * 20])
    said = refusal(save(dataset, tmp_path / "x.dcm"))
    assert said == messages.SYNTAX_UNKNOWN(syntax="MPEG2 Main Profile / Main Level")


def test_encrypted_dicom_without_pixels_is_named(tmp_path):
    dataset = phantom(RAMP)
    del dataset.PixelData
    item = Dataset()
    item.EncryptedContentTransferSyntaxUID = "1.2.840.10008.1.2"
    item.EncryptedContent = b"\x30\x82" * 40
    dataset.EncryptedAttributesSequence = [item]
    assert refusal(save(dataset, tmp_path / "x.dcm")) == messages.DICOM_ENCRYPTED


def test_empty_pixel_data(tmp_path):
    said = refusal(save(phantom(RAMP, PixelData=b""), tmp_path / "x.dcm"))
    assert said.code == messages.HOLDS_NO_PIXELS.code


def test_deflated_file_that_grows_beyond_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr("cxrview.imaging.dicom.element_limits.MAX_INFLATED_BYTES", 100_000)
    dataset = phantom(np.zeros((600, 600), np.uint16))
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    path = save(dataset, tmp_path / "x.dcm")
    assert path.stat().st_size < 10_000
    with refused(UnreadableImage, messages.INFLATES_TOO_FAR):
        read_here(path)


def test_deflated_file_within_the_limit_is_read(tmp_path):
    dataset = phantom(RAMP)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    np.testing.assert_array_equal(read(save(dataset, tmp_path / "x.dcm"))[0].values, RAMP)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_file_without_compression_cut_short(tmp_path, share):
    whole = save(phantom(RAMP, bits=12), tmp_path / "whole.dcm").read_bytes()
    path = tmp_path / "x.dcm"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert refusal(path)


@pytest.mark.parametrize(
    "name",
    [
        "RG3_J2KI.dcm",
        "MR2_J2KR.dcm",
        "JPGLosslessP14SV1_1s_1f_8b.dcm",
        "SC_rgb_jpeg_dcmtk.dcm",
        "SC_rgb_rle.dcm",
    ],
)
def test_compressed_stream_cut_in_half(tmp_path, name):
    dataset = dcmread(sample(name))
    (stream,) = generate_frames(dataset.PixelData, number_of_frames=1)
    half = stream[: len(stream) // 4 * 2]
    dataset.PixelData = encapsulate([half])
    path = tmp_path / "x.dcm"
    dataset.save_as(path)
    if "jpeg_dcmtk" in name or name.startswith("JPGLossless"):
        assert read(path)[0].incomplete
    else:
        assert refusal(path).code in (messages.PIXELS_DAMAGED.code, messages.PIXELS_CUT_SHORT.code)


@pytest.mark.parametrize("name", ["MR_small_jpeg_ls_lossless.dcm", "MR_small_jp2klossless.dcm"])
def test_stream_that_asks_for_gigabytes_is_not_decoded(tmp_path, name):
    dataset = dcmread(sample(name))
    (stream,) = generate_frames(dataset.PixelData, number_of_frames=1)
    if stream.startswith(JPEG_2000_START):
        large = stream[:8] + (60_000).to_bytes(4, "big") * 2 + stream[16:]
    else:
        place = stream.index(b"\xff\xf7") + 5
        large = stream[:place] + (60_000).to_bytes(2, "big") * 2 + stream[place + 4 :]
    assert read_header(large)[:2] == (60_000, 60_000)
    dataset.PixelData = encapsulate([large])
    path = tmp_path / "x.dcm"
    dataset.save_as(path)
    said = refusal(path)
    assert said == messages.STREAM_OF_ANOTHER_SIZE(
        rows=64, columns=64, stream_rows=60_000, stream_columns=60_000
    )


GDCM_STREAMS = ["JPGLosslessP14SV1_1s_1f_8b.dcm", "SC_rgb_jpeg_gdcm.dcm", "JPGExtended.dcm"]


@pytest.mark.parametrize("name", GDCM_STREAMS)
@pytest.mark.parametrize(("keyword", "change"), [("Rows", 7), ("Columns", -7), ("Rows", 5000)])
def test_stream_of_another_size_does_not_reach_gdcm(tmp_path, name, keyword, change):
    # GDCM throws a C++ exception through Python here, and the program is gone.
    dataset = dcmread(sample(name))
    setattr(dataset, keyword, getattr(dataset, keyword) + change)
    path = tmp_path / "x.dcm"
    dataset.save_as(path)
    assert refusal(path).code == messages.STREAM_OF_ANOTHER_SIZE.code


@pytest.mark.parametrize("length", [0, 1, 7])
def test_box_that_leads_nowhere_does_not_hang(tmp_path, length):
    # pydicom goes from box to box by their lengths, for ever if one is 0.
    dataset = dcmread(sample("MR_small_jp2klossless.dcm"))
    (stream,) = generate_frames(dataset.PixelData, number_of_frames=1)
    boxes = JP2_FILE_START + b"\r\n\x87\n" + length.to_bytes(4, "big") + b"free"
    dataset.PixelData = encapsulate([boxes + stream])
    path = tmp_path / "x.dcm"
    dataset.save_as(path)
    with pytest.raises(UnreadableImage) as caught:
        read(path)
    assert str(caught.value.__cause__) == f"a JP2 box of {length} bytes"


def test_jp2_file_inside_dicom_is_read(tmp_path):
    dataset = dcmread(sample("MR_small_jp2klossless.dcm"))
    (stream,) = generate_frames(dataset.PixelData, number_of_frames=1)
    image_header = (64).to_bytes(4, "big") * 2 + bytes([0, 1, 0x8F, 7, 0, 0])
    colour = bytes([1, 0, 0]) + (17).to_bytes(4, "big")
    boxes = box(b"ftyp", b"jp2 \0\0\0\0jp2 ") + box(
        b"jp2h", box(b"ihdr", image_header) + box(b"colr", colour)
    )
    whole = JP2_FILE_START + b"\r\n\x87\n" + boxes + (0).to_bytes(4, "big") + b"jp2c" + stream
    assert read_header(whole) == read_header(stream)
    dataset.PixelData = encapsulate([whole])
    path = tmp_path / "x.dcm"
    dataset.save_as(path)
    np.testing.assert_array_equal(read(path)[0].values, read(sample("MR_small_jp2klossless.dcm"))[0].values)


def box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def test_compressed_data_that_is_something_else(tmp_path):
    dataset = phantom(RAMP)
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    dataset.PixelData = encapsulate([b"this is no JPEG 2000" * 10])
    said = refusal(save(dataset, tmp_path / "x.dcm"))
    assert said.code == messages.PIXELS_DAMAGED.code
    assert said.values["syntax"].startswith("JPEG 2000")


# DICOM without preamble


@pytest.mark.parametrize(
    "name", ["MR_small.dcm", "MR_small_implicit.dcm", "CT_small.dcm", "MR_small_expb.dcm"]
)
def test_file_without_preamble_is_read(tmp_path, name):
    path = tmp_path / "bare"
    path.write_bytes(sample(name).read_bytes()[132:])
    np.testing.assert_array_equal(read(path)[0].values, read(sample(name))[0].values)


@pytest.mark.parametrize("name", ["MR_small.dcm", "MR_small_implicit.dcm", "MR_small_expb.dcm"])
def test_file_without_meta_header_is_read(tmp_path, name):
    content = sample(name).read_bytes()
    length = int.from_bytes(content[140:144], "little")
    path = tmp_path / "bare"
    path.write_bytes(content[144 + length :])
    np.testing.assert_array_equal(read(path)[0].values, read(sample(name))[0].values)


# Whatever else may come


def damaged(content: bytes, chance: random.Random) -> bytes:
    bad = bytearray(content)
    for _ in range(chance.choice([1, 3, 30])):
        place = chance.randrange(min(len(bad), chance.choice([400, 2000, len(bad)])))
        bad[place] = chance.choice([0, 0xFF, chance.randrange(256)])
    if chance.random() < 0.3:
        del bad[chance.randrange(len(bad)) :]
    return bytes(bad)


FUZZED = [
    "CT_small.dcm",
    "MR_small_RLE.dcm",
    "MR_small_implicit.dcm",
    "MR_small_expb.dcm",
    "MR_small_jp2klossless.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
    "SC_rgb_rle_16bit_2frame.dcm",
    "emri_small_RLE.dcm",
    "examples_palette.dcm",
    "image_dfl.dcm",
    "JPGExtended.dcm",
    "vlut_04.dcm",
    "mlut_18.dcm",
]


def read_or_refuse(path: Path) -> bool:
    try:
        radiographs = read(path)
    except UnreadableImage:
        return False
    for radiograph in radiographs:
        render(radiograph, radiograph.default_voi)
    return True


@pytest.mark.parametrize("name", FUZZED)
def test_damaged_dicom_is_read_or_refused(tmp_path, name):
    content = sample(name).read_bytes()
    chance = random.Random(name)
    results = []
    for _ in range(25):
        path = tmp_path / "damaged"
        path.write_bytes(damaged(content, chance))
        results.append(read_or_refuse(path))
    assert not all(results)


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "bmp"])
def test_damaged_raster_is_read_or_refused(tmp_path, suffix):
    picture = np.random.default_rng(0).integers(0, 255, (60, 50, 3), np.uint8)
    Image.fromarray(picture).save(tmp_path / f"whole.{suffix}")
    content = (tmp_path / f"whole.{suffix}").read_bytes()
    chance = random.Random(suffix)
    results = []
    for _ in range(60):
        path = tmp_path / "damaged"
        path.write_bytes(damaged(content, chance))
        results.append(read_or_refuse(path))
    assert not all(results)


def test_threads_read_odd_files_without_a_warning_escaping():
    odd = [
        sample(name) for name in ("bad_sequence.dcm", "MR_small_padded.dcm", "badVR.dcm", "SC_rgb_jpeg.dcm")
    ]
    start = threading.Barrier(4)

    def work(index):
        start.wait()
        return [read_or_refuse(path) for path in odd[index % 4 :] + odd[: index % 4]]

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(work, range(4)))
    assert caught == []
    assert all(sum(result) == 3 for result in results)


def test_remarks_stay_with_their_own_file(tmp_path):
    (odd,) = read(sample("MR_small_padded.dcm"))
    assert any("excess padding" in text for text in odd.warnings)
    assert read_phantom(tmp_path / "x.dcm", RAMP, WindowCenter=2048, WindowWidth=4096).warnings == ()


def test_checksum_of_deflated_data_is_not_trusted(tmp_path):
    dataset = phantom(RAMP)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    content = save(dataset, tmp_path / "x.dcm").read_bytes()
    (tmp_path / "y.dcm").write_bytes(content[:-40] + zlib.compress(b"else"))
    assert refusal(tmp_path / "y.dcm")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.dcm")
    with refused(UnreadableImage, messages.NO_REGULAR_FILE):
        read(tmp_path / "pipe.dcm")
