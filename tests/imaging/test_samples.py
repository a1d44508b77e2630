"""Every file of pydicom's and pydicom-data's collections is read, or refused with the right sentence."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from pydicom import config
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate
from pydicom.uid import HTJ2K, HTJ2KLossless, HTJ2KLosslessRPCL

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages, read, render
from cxrview.message import Message
from tests.imaging.phantoms import phantom, save
from tests.imaging.samples import sample, samples

DECODING = messages.PIXELS_DAMAGED
NO_PIXELS = messages.HOLDS_NO_PIXELS
REPORT = messages.HOLDS_NO_IMAGE(kind=messages.DICOM_REPORT)
PLAN = messages.HOLDS_NO_IMAGE(kind=messages.DICOM_PLAN)
ION_PLAN = messages.HOLDS_NO_IMAGE(kind=messages.DICOM_ION_PLAN)
REFUSED = {  # file name: what is said about it
    "emri_small_jpeg_2k_lossless_too_short.dcm": messages.DICOM_DAMAGED,
    "JPEG2000-embedded-sequence-delimiter.dcm": DECODING,
    "MR_truncated.dcm": messages.PIXELS_CUT_SHORT,
    "badVR.dcm": messages.FRAMES_MALFORMED,
    "meta_missing_tsyntax.dcm": messages.NO_ROWS,
    "nested_priv_SQ.dcm": messages.NO_ROWS,
    "chrJapMulti.dcm": NO_PIXELS,
    "chrJapMultiExplicitIR6.dcm": NO_PIXELS,
    "chrKoreanMulti.dcm": NO_PIXELS,
    "chrSQEncoding.dcm": NO_PIXELS,
    "chrSQEncoding1.dcm": NO_PIXELS,
    "UN_sequence.dcm": NO_PIXELS,
    "empty_charset_LEI.dcm": NO_PIXELS,
    "no_meta_group_length.dcm": NO_PIXELS,
    "priv_SQ.dcm": NO_PIXELS,
    "no_meta.dcm": messages.NO_IMAGE,
    "zipMR.gz": messages.OTHER_KIND(kind=messages.GZIP),
    "ExplVR_BigEndNoMeta.dcm": ION_PLAN,
    "ExplVR_LitEndNoMeta.dcm": ION_PLAN,
    "reportsi.dcm": REPORT,
    "reportsi_with_empty_number_tags.dcm": REPORT,
    "test-SR.dcm": REPORT,
    "rtplan.dcm": PLAN,
    "rtplan_truncated.dcm": PLAN,
    "rtstruct.dcm": messages.HOLDS_NO_IMAGE(kind=messages.DICOM_STRUCTURES),
    "waveform_ecg.dcm": messages.HOLDS_NO_IMAGE(kind=messages.DICOM_WAVEFORM),
}
PASSED_OVER = {"17136", "17166", "17196"}  # CT: windows with not a fiftieth of the pixels inside
READABLE = 169  # with pydicom 3.0.2 and pydicom-data; fewer means that something was lost


def _expected_refusal(path):
    if path.name.startswith("DICOMDIR"):
        return messages.HOLDS_NO_IMAGE(kind=messages.DICOM_DIRECTORY)
    if path.parent.name == "palettes":
        return messages.HOLDS_NO_IMAGE(kind=messages.DICOM_PALETTE)
    if path.parent.name == "SE000000":
        return NO_PIXELS
    return REFUSED.get(path.name)


def _is(problem: Message, expected: Message) -> bool:
    values = {name: problem.values.get(name) for name in expected.values}
    return (problem.code, values) == (expected.code, dict(expected.values))


def test_every_sample_is_read_or_refused_as_listed():
    wrong, count, passed_over = [], 0, set()
    for path in samples():
        expected = _expected_refusal(path)
        try:
            frames = read(path)
        except UnreadableImage as error:
            if expected is None or not _is(error.problem, expected) or error.path != path:
                wrong.append(str(error))
            continue
        count += 1
        if expected is not None:
            wrong.append(f"{path.name} was read")
        for radiograph in {frames[0], frames[-1]}:
            if radiograph.vois and radiograph.default_voi not in radiograph.vois:
                passed_over.add(path.name)
            picture = render(radiograph, radiograph.default_voi)
            if picture.shape != radiograph.shape or picture.min() == picture.max():
                wrong.append(f"{path.name} shows nothing")
            if not radiograph.values.dtype.isnative or radiograph.values.flags.writeable:
                wrong.append(f"{path.name} has foreign or writeable values")
            if not all(text.endswith(".") for text in radiograph.warnings):
                wrong.append(f"{path.name} warns in half sentences: {radiograph.warnings}")
    assert wrong == []
    assert passed_over == PASSED_OVER  # no other window or table that a file brings is lost
    assert count >= READABLE


LOSSLESS_TWINS = [
    ("RG1_J2KR.dcm", "RG1_UNCR.dcm"),
    ("RG3_J2KR.dcm", "RG3_UNCR.dcm"),
    ("MR2_J2KR.dcm", "MR2_UNCR.dcm"),
    ("693_J2KR.dcm", "693_UNCR.dcm"),
    ("US1_J2KR.dcm", "US1_UNCR.dcm"),
    ("MR_small_RLE.dcm", "MR_small.dcm"),
    ("MR_small_jp2klossless.dcm", "MR_small.dcm"),
    ("MR_small_jpeg_ls_lossless.dcm", "MR_small.dcm"),
    ("MR_small_expb.dcm", "MR_small.dcm"),
    ("MR_small_bigendian.dcm", "MR_small.dcm"),
    ("MR_small_implicit.dcm", "MR_small.dcm"),
    ("MR_small_padded.dcm", "MR_small.dcm"),
    ("emri_small_RLE.dcm", "emri_small.dcm"),
    ("emri_small_big_endian.dcm", "emri_small.dcm"),
    ("emri_small_jpeg_2k_lossless.dcm", "emri_small.dcm"),
    ("emri_small_jpeg_ls_lossless.dcm", "emri_small.dcm"),
    ("SC_rgb_rle.dcm", "SC_rgb.dcm"),
    ("SC_rgb_rle_16bit_2frame.dcm", "SC_rgb_16bit_2frame.dcm"),
    ("SC_rgb_rle_32bit.dcm", "SC_rgb_32bit.dcm"),
    ("SC_rgb_expb_32bit.dcm", "SC_rgb_32bit.dcm"),
    ("SC_rgb_jpeg_gdcm.dcm", "SC_rgb.dcm"),
    ("OBXXXX1A_rle.dcm", "OBXXXX1A.dcm"),
    ("OBXXXX1A_expb.dcm", "OBXXXX1A.dcm"),
    ("OBXXXX1A_rle_2frame.dcm", "OBXXXX1A_2frame.dcm"),
    ("gdcm-US-ALOKA-16_big.dcm", "gdcm-US-ALOKA-16.dcm"),
    ("rtdose_rle.dcm", "rtdose.dcm"),
    ("rtdose_expb.dcm", "rtdose.dcm"),
    ("liver_expb.dcm", "liver.dcm"),
    ("color-pl.dcm", "color-px.dcm"),
]


@pytest.mark.parametrize(("compressed", "plain"), LOSSLESS_TWINS)
def test_lossless_compression_changes_nothing(compressed, plain):
    one, other = read(sample(compressed)), read(sample(plain))
    assert len(one) == len(other)
    for left, right in zip(one, other, strict=True):
        np.testing.assert_array_equal(left.values, right.values)
        if right.rgb is not None:
            np.testing.assert_array_equal(left.rgb, right.rgb)


LOSSY_TWINS = [  # name, twin, greatest mean difference in modality units
    ("RG1_J2KI.dcm", "RG1_UNCI.dcm", 60),  # of 32768
    ("RG3_J2KI.dcm", "RG3_UNCI.dcm", 2),  # of 1024
    ("MR2_J2KI.dcm", "MR2_UNCI.dcm", 30),
    ("US1_J2KI.dcm", "US1_UNCI.dcm", 2),
    ("SC_rgb_dcmtk_+eb+cr.dcm", "SC_rgb_dcmtk_ebcr_dcmd.dcm", 1),
    ("SC_rgb_dcmtk_+eb+cy+n1.dcm", "SC_rgb_dcmtk_ebcyn1_dcmd.dcm", 1),
    ("SC_rgb_dcmtk_+eb+cy+s4.dcm", "SC_rgb_dcmtk_ebcys4_dcmd.dcm", 1),
    ("JPEGLSNearLossless_08.dcm", "JPEGLSNearLossless_08.dcm", 0),
]


@pytest.mark.parametrize(("lossy", "plain", "limit"), LOSSY_TWINS)
def test_lossy_compression_changes_little(lossy, plain, limit):
    one, other = read(sample(lossy))[0], read(sample(plain))[0]
    difference = np.abs(one.values.astype(np.float64) - other.values)
    assert difference.mean() <= limit


@pytest.mark.parametrize("name", ["JPGExtended.dcm", "JPEG-lossy.dcm"])
def test_twelve_bit_jpeg_extended_is_decoded_exactly(name):
    (radiograph,) = read(sample(name))
    content = np.ascontiguousarray(radiograph.values, "<u2").tobytes()
    # As imagecodecs 2026.3.6 (libjpeg-turbo) decodes the same stream.
    wanted = "d30242775a414c01d616447854ebe3f2b20259822894bcd6891f879bcdcbf313"
    assert hashlib.sha256(content).hexdigest() == wanted
    assert radiograph.values.max() == 264


@pytest.mark.parametrize("syntax", [HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K])
def test_high_throughput_jpeg_2000_is_decoded_exactly(tmp_path, syntax):
    rows, columns = np.mgrid[0:64, 0:48]
    truth = (16 * (rows + columns)).astype(np.uint16)
    truth[(rows - 30) ** 2 + (columns - 20) ** 2 < 100] = 3000
    dataset = phantom(truth, bits=12)
    dataset.file_meta.TransferSyntaxUID = syntax
    # OpenJPH 0.26 made this file from the picture above, through imagecodecs 2026.3.6.
    stream = (Path(__file__).parent / "data" / "disc_htj2k.j2c").read_bytes()
    dataset.PixelData = encapsulate([stream])
    (radiograph,) = read(save(dataset, tmp_path / "ht.dcm"))
    np.testing.assert_array_equal(radiograph.values, truth)


def test_samples_are_found_without_the_network():
    assert get_testdata_file("RG1_UNCR.dcm", download=False) == str(sample("RG1_UNCR.dcm"))
    assert config.settings.reading_validation_mode == config.IGNORE
