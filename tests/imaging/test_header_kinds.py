"""What headers leave out or say wrong: the obvious is taken, the stream wins, and a warning tells it."""

import io

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages, read
from cxrview.imaging.header_summary import peek
from cxrview.imaging.histogram import histogram
from tests.imaging.coded import by_gdcm, coded, film, jpeg, stream_of, with_stream
from tests.imaging.phantoms import RAMP, phantom, read_phantom, save
from tests.refusals import refused

FILM = film()
SHALLOW = film(bits=8)
COLOUR = np.stack([SHALLOW, SHALLOW // 2 + 40, 255 - SHALLOW], axis=-1)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "phantom.dcm"


def only(dataset: Dataset, path):
    (radiograph,) = read(save(dataset, path))
    return radiograph


def without_ids(stream: bytes) -> bytes:
    """Return a JPEG stream of colours with no marker that says which, and the identifiers R, G, B."""
    place = stream.index(b"\xff\xc0")
    frame = bytearray(stream[place:])
    frame[10:19:3] = b"RGB"
    scan = frame.index(b"\xff\xda")
    frame[scan + 5 : scan + 11 : 2] = b"RGB"
    tables = stream.index(b"\xff\xdb")
    return stream[:2] + stream[tables:place] + bytes(frame)


# What is missing


@pytest.mark.parametrize(
    "keyword",
    ["PixelRepresentation", "PhotometricInterpretation", "SamplesPerPixel", "HighBit", "BitsAllocated"],
)
@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless, JPEGLosslessSV1]
)
def test_what_is_missing_gets_the_obvious_value(path, tmp_path, syntax, keyword):
    if (syntax, keyword) == (RLELossless, "BitsAllocated"):
        pytest.skip("the number of packed bytes tells nothing")
    dataset = coded(syntax, tmp_path)
    delattr(dataset, keyword)
    radiograph = only(dataset, path)
    np.testing.assert_array_equal(radiograph.values, FILM)
    said = [text for text in radiograph.warnings if keyword in text]
    assert len(said) == (keyword != "HighBit")  # which follows from the others


def test_missing_rows_are_named_and_those_of_a_stream_are_taken(path, tmp_path):
    for syntax in (ExplicitVRLittleEndian, JPEGLosslessSV1):
        dataset = coded(syntax, tmp_path)
        del dataset.Rows
        save(dataset, path)
        if syntax == JPEGLosslessSV1:
            np.testing.assert_array_equal(read(path)[0].values, FILM)
        else:
            with refused(UnreadableImage, messages.NO_ROWS):
                read(path)


def test_missing_bits_stored_are_all_that_are_allocated(path):
    dataset = phantom(RAMP)
    del dataset.BitsStored
    radiograph = only(dataset, path)
    np.testing.assert_array_equal(radiograph.values, RAMP)
    assert any("BitsStored" in text for text in radiograph.warnings)


def test_impossible_allocation_is_told_by_the_bytes(path):
    dataset = phantom(FILM, BitsAllocated=12, BitsStored=12, HighBit=11)
    radiograph = only(dataset, path)
    np.testing.assert_array_equal(radiograph.values, FILM)
    assert any("BitsAllocated" in text for text in radiograph.warnings)
    dataset.PixelData = bytes(FILM.size * 3 // 2)
    with refused(UnreadableImage, messages.BITS_PACKED(bits=12)):
        only(dataset, path)


def test_colour_without_planar_configuration_lies_side_by_side(path):
    dataset = phantom(COLOUR)
    del dataset.PlanarConfiguration
    radiograph = only(dataset, path)
    np.testing.assert_array_equal(radiograph.rgb, COLOUR)
    assert any("PlanarConfiguration" in text for text in radiograph.warnings)


@pytest.mark.parametrize(
    "syntax", [RLELossless, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, JPEGBaseline8Bit]
)
def test_a_file_without_transfer_syntax_is_read_by_how_its_pixels_begin(path, tmp_path, syntax):
    dataset = coded(syntax, tmp_path)
    save(dataset, path)
    (whole,) = read(path)
    bare = dcmread(path)
    del bare.file_meta.TransferSyntaxUID
    bare.save_as(path, implicit_vr=False, little_endian=True, enforce_file_format=False)
    (radiograph,) = read(path)
    np.testing.assert_array_equal(radiograph.values, whole.values)
    assert radiograph.format.split(" (")[0] == whole.format.split(" (")[0]
    assert any("how its pixels are compressed" in text for text in radiograph.warnings)


def test_pixels_that_begin_like_nothing_known_are_named(path):
    dataset = with_stream(phantom(FILM), b"nothing that is known" * 20, RLELossless)
    save(dataset, path)
    bare = dcmread(path)
    del bare.file_meta.TransferSyntaxUID
    bare.save_as(path, implicit_vr=False, little_endian=True, enforce_file_format=False)
    with refused(UnreadableImage, messages.NO_SYNTAX):
        read(path)


# What the stream says otherwise


@pytest.mark.parametrize("syntax", [JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, JPEGBaseline8Bit])
@pytest.mark.parametrize("planar", [0, 1])
def test_planar_configuration_means_nothing_in_a_stream(path, tmp_path, syntax, planar):
    if syntax == JPEGBaseline8Bit:
        dataset = with_stream(phantom(COLOUR), jpeg(COLOUR, subsampling=0, quality=100), syntax)
    elif syntax == JPEGLosslessSV1:
        dataset = by_gdcm(phantom(COLOUR), syntax, tmp_path)
    else:
        dataset = coded(syntax, tmp_path, COLOUR)
    dataset.PlanarConfiguration = planar
    difference = np.abs(only(dataset, path).rgb.astype(int) - COLOUR)
    assert difference.max() <= (6 if syntax == JPEGBaseline8Bit else 0)


@pytest.mark.parametrize(
    ("syntax", "allocated", "stored"),
    [
        (JPEGBaseline8Bit, 16, 8),
        (JPEGBaseline8Bit, 16, 12),
        (JPEGLosslessSV1, 16, 12),
        (JPEGLSLossless, 16, 12),
        (JPEG2000Lossless, 16, 16),
    ],
)
def test_the_precision_of_the_stream_counts(path, tmp_path, syntax, allocated, stored):
    dataset = coded(syntax, tmp_path, SHALLOW)
    truth = only(dataset, path).values
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = allocated, stored, stored - 1
    radiograph = only(dataset, path)
    np.testing.assert_array_equal(radiograph.values, truth)
    assert radiograph.default_voi.explanation == "full range"
    assert (radiograph.default_voi.width, truth.max() > 200) == (256, True)
    assert any("BitsStored" in text for text in radiograph.warnings) is (stored != 8)


@pytest.mark.parametrize("syntax", [JPEGLosslessSV1, JPEGLSLossless])
def test_more_bits_in_the_stream_than_are_stored_are_a_container(path, tmp_path, syntax):
    dirty = FILM | 0xA000  # an overlay of former days
    dataset = coded(syntax, tmp_path, dirty, bits=16)
    dataset.BitsStored, dataset.HighBit = 12, 11
    radiograph = only(dataset, path)
    np.testing.assert_array_equal(radiograph.values, FILM)
    dataset = coded(syntax, tmp_path, (FILM.astype(np.int32) - 2048).astype(np.int16), bits=16)
    dataset.BitsStored, dataset.HighBit = 12, 11
    np.testing.assert_array_equal(only(dataset, path).values, FILM.astype(int) - 2048)


def test_the_sign_of_the_stream_counts(path, tmp_path):
    signed = FILM.astype(np.int32) - 2048
    dataset = coded(JPEG2000Lossless, tmp_path, signed.astype(np.int16))
    dataset.PixelRepresentation = 0
    radiograph = only(dataset, path)
    np.testing.assert_array_equal(radiograph.values, signed)
    assert any("unsigned pixels" in text for text in radiograph.warnings)
    dataset = coded(JPEG2000Lossless, tmp_path)
    dataset.PixelRepresentation = 1
    radiograph = only(dataset, path)
    np.testing.assert_array_equal(radiograph.values, FILM)
    assert any("signed pixels" in text for text in radiograph.warnings)


def test_signed_pixels_that_were_coded_as_unsigned_come_back(path, tmp_path):
    signed = FILM.astype(np.int32) - 2048
    dataset = coded(JPEG2000Lossless, tmp_path, (signed & 0xFFF).astype(np.uint16))
    dataset.PixelRepresentation = 1
    np.testing.assert_array_equal(only(dataset, path).values, signed)


@pytest.mark.parametrize("header", ["RGB", "YBR_FULL", "YBR_FULL_422", "MONOCHROME2"])
def test_the_colour_of_the_stream_counts(path, header):
    ycc = jpeg(COLOUR, subsampling=0, quality=100)  # with JFIF
    stream = io.BytesIO()
    Image.fromarray(COLOUR).save(stream, "JPEG", quality=100, subsampling=0, keep_rgb=True)
    for coded_colour, found in (
        ("YBR", ycc),
        ("RGB", stream.getvalue()),
        ("RGB", without_ids(stream.getvalue())),
    ):
        dataset = with_stream(phantom(COLOUR, PhotometricInterpretation=header), found, JPEGBaseline8Bit)
        radiograph = only(dataset, path)
        assert np.abs(radiograph.rgb.astype(int) - COLOUR).max() <= 6
        contradicts = not header.startswith(coded_colour)
        assert any("PhotometricInterpretation" in text for text in radiograph.warnings) is contradicts


def test_a_stream_that_says_nothing_of_its_colour_is_what_the_header_says(path):
    stream = jpeg(COLOUR, subsampling=0, quality=100)
    bare = stream[:2] + stream[stream.index(b"\xff\xdb") :]  # no JFIF
    dataset = with_stream(phantom(COLOUR, PhotometricInterpretation="YBR_FULL"), bare, JPEGBaseline8Bit)
    assert np.abs(only(dataset, path).rgb.astype(int) - COLOUR).max() <= 6
    dataset.PhotometricInterpretation = "RGB"  # then Y, Cb and Cr are shown as they are
    difference = np.abs(only(dataset, path).rgb[..., 0].astype(int) - Image.fromarray(COLOUR).convert("L"))
    assert difference.max() <= 4


def test_jpeg_2000_that_mixes_its_components_is_rgb_whatever_the_header_says(path):
    stream = io.BytesIO()
    Image.fromarray(COLOUR).save(stream, "JPEG2000", no_jp2=True, mct=1, irreversible=False)
    for header in ("YBR_RCT", "RGB", "YBR_FULL"):
        dataset = with_stream(
            phantom(COLOUR, PhotometricInterpretation=header), stream.getvalue(), JPEG2000Lossless
        )
        radiograph = only(dataset, path)
        np.testing.assert_array_equal(radiograph.rgb, COLOUR)
        assert bool(radiograph.warnings) is (header == "YBR_FULL")


def test_grey_that_is_called_colour_is_grey(path):
    dataset = with_stream(phantom(COLOUR), jpeg(SHALLOW), JPEGBaseline8Bit)
    radiograph = only(dataset, path)
    assert radiograph.rgb is None
    assert np.abs(radiograph.values.astype(int) - SHALLOW).max() < 12
    assert any("SamplesPerPixel" in text for text in radiograph.warnings)


@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEGLSLossless, JPEG2000Lossless, RLELossless])
def test_a_stream_is_read_under_the_name_of_another(path, tmp_path, syntax):
    dataset = coded(JPEGLosslessSV1, tmp_path)
    dataset.file_meta.TransferSyntaxUID = syntax
    radiograph = only(dataset, path)
    np.testing.assert_array_equal(radiograph.values, FILM)
    assert "JPEG Lossless" in radiograph.format
    assert any("lossless, which is followed" in text for text in radiograph.warnings)


def test_plain_pixels_are_read_under_the_name_of_a_compression(path):
    save(phantom(FILM, bits=12), path)
    content = path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0")
    path.write_bytes(content)
    (radiograph,) = read(path)
    np.testing.assert_array_equal(radiograph.values, FILM)
    assert any("not compressed" in text for text in radiograph.warnings)


def test_full_colour_that_is_called_halved_is_full(path):
    radiograph = only(phantom(COLOUR, PhotometricInterpretation="YBR_FULL_422"), path)
    whole = only(phantom(COLOUR, PhotometricInterpretation="YBR_FULL"), path)
    np.testing.assert_array_equal(radiograph.rgb, whole.rgb)


# Sentences that tell the true reason


def test_what_no_decoder_reads_is_named(path):
    stream = bytearray(jpeg(SHALLOW))
    stream[stream.index(b"\xff\xc0") + 1] = 0xC9
    dataset = with_stream(phantom(SHALLOW), bytes(stream), JPEGBaseline8Bit)
    with refused(UnreadableImage, messages.PROCESS_UNKNOWN(process="JPEG with arithmetic coding", bits=8)):
        only(dataset, path)


def test_two_samples_a_pixel_are_named(path):
    dataset = phantom(np.zeros((8, 8, 3), np.uint8), SamplesPerPixel=2)
    with refused(UnreadableImage, messages.SAMPLES_UNKNOWN(count=2)):
        only(dataset, path)


def test_pixels_that_are_too_few_are_cut_short(path):
    dataset = phantom(FILM, bits=12, PixelData=FILM.tobytes()[:-100])
    with refused(UnreadableImage, messages.PIXELS_CUT_SHORT):
        only(dataset, path)


def test_a_damaged_stream_does_not_reach_gdcm(path, tmp_path):
    """GDCM ends the program on an unknown transform of Adobe's, and where a Huffman table is missing."""
    dataset = coded(JPEGLosslessSV1, tmp_path)
    stream = stream_of(dataset)
    adobe = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x80"
    dataset.PixelData = encapsulate([stream[:2] + adobe + stream[2:]])
    np.testing.assert_array_equal(only(dataset, path).values, FILM)
    dataset.PixelData = encapsulate([stream.replace(b"\xff\xc4", b"\xff\xd4", 1)])
    with refused(UnreadableImage, messages.PIXELS_DAMAGED):
        only(dataset, path)


def test_chinese_names_are_read(path):
    dataset = phantom(FILM, bits=12)
    dataset.SpecificCharacterSet = ["", "ISO 2022 IR 58"]
    dataset.PatientName = "Zhang^XiaoDong=张^小东"
    radiograph = only(dataset, path)
    assert b"\x1b$)A" in path.read_bytes()
    assert radiograph.identity.patient_name == "Zhang^XiaoDong=张^小东"
    assert peek(path).identity.patient_name == radiograph.identity.patient_name


# Values at the ends of their range


@pytest.mark.parametrize(
    "values",
    [
        np.array([[-3.4e38, 0, 3.4e38]], np.float32),
        np.array([[2147483646.0, 2147483904.0]], np.float32),
        np.array([[0, 2**63 - 1]], np.int64),
        np.array([[0.0, 5e-324]], np.float64).astype(np.float32),
    ],
)
def test_a_histogram_counts_every_value(values):
    from tests.imaging.test_render import radiograph

    found = histogram(radiograph(values, None))
    assert found.counts.sum() == values.size
    assert np.isfinite([found.low, found.high]).all()


def test_a_slope_beyond_all_integers_is_computed_as_a_real_number(path):
    radiograph = read_phantom(path, RAMP * 0, RescaleSlope="1e30", RescaleIntercept="5")
    np.testing.assert_array_equal(radiograph.values, 5)
