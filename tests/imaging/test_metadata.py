"""Who, what and how large, from files that say it well, badly or not at all."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from cxrview.imaging import Pictured, SpacingSource, read
from tests.imaging.phantoms import RAMP, phantom, read_phantom, save
from tests.imaging.samples import sample

IMAGER, PLAIN = SpacingSource.IMAGER, SpacingSource.PIXEL_SPACING


@pytest.fixture
def path(tmp_path):
    return tmp_path / "phantom.dcm"


@pytest.mark.parametrize(
    ("attributes", "row", "column", "source"),
    [
        ({"PixelSpacing": [0.2, 0.1]}, 0.2, 0.1, PLAIN),
        ({"ImagerPixelSpacing": [0.2, 0.1]}, 0.2, 0.1, IMAGER),
        ({"NominalScannedPixelSpacing": [0.2, 0.1]}, 0.2, 0.1, IMAGER),
        # Equal spacings have not been calibrated (PS3.3 10.7.1.3); different ones have.
        ({"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.2, 0.2]}, 0.2, 0.2, IMAGER),
        ({"PixelSpacing": [0.18, 0.18], "ImagerPixelSpacing": [0.2, 0.2]}, 0.18, 0.18, PLAIN),
        (
            {"PixelSpacing": [0.18, 0.18], "PixelSpacingCalibrationType": "GEOMETRY"},
            0.18,
            0.18,
            SpacingSource.CALIBRATED_GEOMETRY,
        ),
        (
            {
                "PixelSpacing": [0.19, 0.19],
                "PixelSpacingCalibrationType": "FIDUCIAL",
                "ImagerPixelSpacing": [0.2, 0.2],
                "EstimatedRadiographicMagnificationFactor": 1.5,
            },
            0.19,
            0.19,
            SpacingSource.CALIBRATED_FIDUCIAL,
        ),
        (
            {"ImagerPixelSpacing": [0.2, 0.1], "EstimatedRadiographicMagnificationFactor": 1.25},
            0.16,
            0.08,
            SpacingSource.MAGNIFICATION_CORRECTED,
        ),
        ({"ImagerPixelSpacing": [0.2, 0.2], "EstimatedRadiographicMagnificationFactor": 0}, 0.2, 0.2, IMAGER),
        ({"PixelSpacing": [0, 0], "ImagerPixelSpacing": [0.2, 0.2]}, 0.2, 0.2, IMAGER),
    ],
)
def test_spacing_says_where_it_comes_from(path, attributes, row, column, source):
    spacing = read_phantom(path, RAMP, **attributes).spacing
    assert (spacing.row, spacing.column) == pytest.approx((row, column))
    assert spacing.source is source


@pytest.mark.parametrize("spacing", [None, [0, 0], [-1, 1], [0.1], [0.1, 0.1, 0.1], [5000, 5000]])
def test_impossible_spacing_means_pixels(path, spacing):
    attributes = {} if spacing is None else {"PixelSpacing": spacing}
    radiograph = read_phantom(path, RAMP, **attributes)
    assert radiograph.spacing is None
    assert radiograph.pixel_aspect == 1
    assert any("PixelSpacing" in text for text in radiograph.warnings) is (spacing is not None)


@pytest.mark.parametrize(
    ("attributes", "aspect"),
    [
        ({"PixelAspectRatio": [4, 2]}, 2.0),
        ({"PixelAspectRatio": [1, 2]}, 0.5),
        ({"PixelAspectRatio": [4, 2], "PixelSpacing": [0.3, 0.1]}, 3.0),
        ({"PixelAspectRatio": [0, 1]}, 1.0),
        ({"PixelAspectRatio": [900, 1]}, 1.0),
    ],
)
def test_pixel_aspect_is_height_by_width(path, attributes, aspect):
    assert read_phantom(path, RAMP, **attributes).pixel_aspect == pytest.approx(aspect)


def test_real_radiograph_tells_who_it_is():
    (radiograph,) = read(sample("RG1_UNCR.dcm"))
    assert radiograph.identity.modality == "CR"
    assert radiograph.identity.study_uid
    assert radiograph.identity.instance_uid
    assert radiograph.identity.patient_name == "CompressedSamples^RG1"
    assert radiograph.format == "DICOM, Explicit VR Little Endian"


def test_identity_and_anatomy_are_read(path):
    attributes = {
        "PatientName": "Yamada^Tarou=山田^太郎",
        "SpecificCharacterSet": "ISO_IR 192",
        "PatientID": "  A-17 ",
        "PatientSex": "F",
        "PatientAge": "054Y",
        "StudyDate": "20260103",
        "BodyPartExamined": "CHEST",
        "ViewPosition": "PA",
        "ImageLaterality": "U",
        "BurnedInAnnotation": "YES",
    }
    radiograph = read_phantom(path, RAMP, **attributes)
    assert radiograph.identity.patient_name == "Yamada^Tarou=山田^太郎"
    assert radiograph.identity.patient_id == "A-17"
    assert (radiograph.identity.patient_sex, radiograph.identity.patient_age) == ("F", "054Y")
    assert radiograph.identity.study_date == "20260103"
    assert radiograph.pictured == Pictured("CHEST", "PA", "U")
    assert radiograph.burned_in_annotation is True


@pytest.mark.parametrize(("value", "expected"), [("NO", False), ("", None), ("MAYBE", None)])
def test_burned_in_annotation(path, value, expected):
    assert read_phantom(path, RAMP, BurnedInAnnotation=value).burned_in_annotation is expected


def test_codes_stand_in_for_plain_attributes(path):
    view, region = Dataset(), Dataset()
    view.CodeMeaning, region.CodeMeaning = "postero-anterior", "Chest"
    radiograph = read_phantom(path, RAMP, ViewCodeSequence=[view], AnatomicRegionSequence=[region])
    assert radiograph.pictured == Pictured("Chest", "postero-anterior", "")


@pytest.mark.parametrize(
    ("name", "patient"),
    [
        ("chrArab.dcm", "قباني^لنزار"),
        ("chrFren.dcm", "Buc^Jérôme"),
        ("chrGerm.dcm", "Äneas^Rüdiger"),
        ("chrGreek.dcm", "Διονυσιος"),
        ("chrHbrw.dcm", "שרון^דבורה"),
        ("chrRuss.dcm", "Люкceмбypг"),
        ("chrH31.dcm", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("chrX1.dcm", "Wang^XiaoDong=王^小東"),
    ],
)
def test_names_of_all_scripts_are_read(name, patient):
    assert read(sample(name))[0].identity.patient_name == patient


def patch(path, keyword_bytes: bytes, value: bytes):
    """Overwrite the value of an explicit little-endian element with as many bytes."""
    content = path.read_bytes()
    place = content.index(keyword_bytes) + 8
    path.write_bytes(content[:place] + value + content[place + len(value) :])


@pytest.mark.parametrize(
    ("attributes", "element", "value", "keyword"),
    [
        ({"RescaleSlope": "1.0000", "RescaleIntercept": "0"}, b"\x28\0\x53\x10DS", b"abcdef", "RescaleSlope"),
        ({"WindowCenter": "2048", "WindowWidth": "4096"}, b"\x28\0\x50\x10DS", b"x,y\\", "WindowCenter"),
        ({"PixelSpacing": ["0.1000", "0.1000"]}, b"\x28\0\x30\0DS", b"1,5\\1,5", "PixelSpacing"),
        ({"WindowCenter": "2048", "WindowWidth": "4096"}, b"\x28\0\x51\x10DS", b"nan ", "WindowWidth"),
    ],
)
def test_malformed_numbers_are_passed_over_with_a_sentence(path, attributes, element, value, keyword):
    save(phantom(RAMP, bits=12, **attributes), path)
    patch(path, element, value)
    (radiograph,) = read(path)
    np.testing.assert_array_equal(radiograph.values, RAMP)
    assert any(keyword in text for text in radiograph.warnings)


def test_bytes_that_are_no_text_of_the_character_set_do_no_harm(path):
    save(phantom(RAMP, SpecificCharacterSet="ISO_IR 192", PatientName="abcdef"), path)
    patch(path, b"\x10\0\x10\0PN", b"ab\xff\xfe\x00f")
    name = read(path)[0].identity.patient_name
    assert name.startswith("ab")
    assert name.isprintable()


def test_unknown_character_set_does_no_harm(path):
    save(phantom(RAMP, SpecificCharacterSet="ISO_IR 100", PatientName="abcdef"), path)
    patch(path, b"\x08\0\x05\0CS", b"ISO_IR 999"[:10])
    assert read(path)[0].identity.patient_name == "abcdef"


def test_overlays_of_the_sample():
    (radiograph,) = read(sample("MR-SIEMENS-DICOM-WithOverlays.dcm"))
    assert len(radiograph.overlays) == 1
    overlay = radiograph.overlays[0]
    assert overlay.mask.shape == (484, 484)
    assert (overlay.row, overlay.column) == (0, 0)
    assert 0 < overlay.mask.sum() < 3000


def overlay_plane(mask, origin=(1, 1), **more) -> dict[int, tuple[str, object]]:
    elements = {
        0x0010: ("US", mask.shape[-2]),
        0x0011: ("US", mask.shape[-1]),
        0x0040: ("CS", "G"),
        0x0050: ("SS", list(origin)),
        0x0100: ("US", 1),
        0x0102: ("US", 0),
        0x1500: ("LO", "MARKS"),
    }
    packed = np.packbits(mask.ravel(), bitorder="little").tobytes()
    elements[0x3000] = ("OW", packed + b"\0" * (len(packed) % 2))
    return elements | more.get("changes", {})


def with_overlay(dataset, elements, group=0x6000):
    for number, (vr, value) in elements.items():
        dataset.add_new((group, number), vr, value)
    return dataset


def test_overlay_has_its_place_and_its_name(path):
    mask = np.zeros((5, 7), np.uint8)
    mask[2, 3] = 1
    (radiograph,) = read(save(with_overlay(phantom(RAMP), overlay_plane(mask, (11, -3)), 0x6002), path))
    (overlay,) = radiograph.overlays
    np.testing.assert_array_equal(overlay.mask, mask == 1)
    assert (overlay.row, overlay.column, overlay.description) == (10, -4, "MARKS")


def test_overlay_planes_go_with_their_frames(path):
    masks = np.zeros((2, 4, 4), np.uint8)
    masks[0, 0, 0] = masks[1, 3, 3] = 1
    changes = {0x0015: ("IS", 2), 0x0051: ("US", 2)}
    dataset = phantom(np.stack([RAMP] * 3), NumberOfFrames=3)
    frames = read(save(with_overlay(dataset, overlay_plane(masks, changes=changes)), path))
    assert frames[0].overlays == ()
    assert frames[1].overlays[0].mask[0, 0]
    assert frames[2].overlays[0].mask[3, 3]


def test_malformed_overlay_is_left_out(path):
    changes = {0x0010: ("US", 9000)}
    dataset = with_overlay(phantom(RAMP), overlay_plane(np.ones((4, 4), np.uint8), changes=changes))
    (radiograph,) = read(save(dataset, path))
    assert radiograph.overlays == ()
    assert any("overlay is malformed" in text for text in radiograph.warnings)
