"""What is shown agrees with DCMTK's own rendering, within one grey level.

DCMTK truncates where we round, so one level is the least that can be asked. Each case names the options
that make DCMTK show what the radiograph's window, table or overlays are here.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydicom.dataset import Dataset

from cxrview.imaging import Radiograph, Window, overlay_mask, read, render
from tests.imaging.phantoms import RAMP, lut, phantom, save
from tests.imaging.samples import sample
from tests.imaging.test_metadata import overlay_plane, with_overlay

PROGRAM = shutil.which("dcm2img") or shutil.which("dcm2pnm")
SHARE = 0.99  # of the pixels that must be within one grey level
SIGNED = (RAMP.astype(np.int32) - 2048).astype(np.int16)
WIDE = {"WindowCenter": "2000", "WindowWidth": "1500"}
AGFA = {"RescaleSlope": "-10", "RescaleIntercept": "100"}  # a negative slope, as its plates had
ROOTS = [round(4095 * (entry / 1000) ** 0.5) for entry in range(1001)]

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="DCMTK (Debian package dcmtk) is not installed")

Shown = Callable[..., np.ndarray]


@pytest.fixture
def dcmtk(tmp_path) -> Shown:
    """Shows a frame of a file as DCMTK does, with its options."""

    def show(path: Path, *options: object, frame: int = 1) -> np.ndarray:
        out = tmp_path / "dcmtk.pgm"
        words = [str(PROGRAM), "-q", "+op", "+F", str(frame), *map(str, options), str(path), str(out)]
        result = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        assert result.returncode == 0, result.stderr
        return np.asarray(cv2.imread(str(out), cv2.IMREAD_UNCHANGED))

    return show


def with_marks(radiograph: Radiograph, voi) -> np.ndarray:
    """Return the picture with its overlays white, as the canvas shows them."""
    picture, mask = render(radiograph, voi), overlay_mask(radiograph)
    return picture if mask is None else np.where(mask, np.uint8(255), picture)


def agreement(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the share of pixels that are at most one grey level apart."""
    assert ours.shape == theirs.shape
    return float(np.mean(np.abs(ours.astype(int) - theirs) <= 1))


def assert_same(ours: np.ndarray, theirs: np.ndarray) -> None:
    assert np.ptp(theirs) > 100  # of a picture that is all one grey nothing would be proved
    assert agreement(ours, theirs) >= SHARE


@pytest.mark.parametrize(
    ("name", "place", "options"),
    [
        ("RG1_UNCR.dcm", 0, ("+Wi", 1)),  # MONOCHROME1, 15 bits
        ("RG1_UNCI.dcm", 0, ("+Wi", 1)),
        ("RG3_UNCR.dcm", 0, ("+Wi", 1)),  # MONOCHROME1, 10 bits
        ("MR2_UNCR.dcm", 0, ("+Wi", 1)),  # slope 3.774114
        ("MR_small.dcm", 0, ("+Wi", 1)),  # signed
        ("MR_small_bigendian.dcm", 0, ("+Wi", 1)),
        ("MR_small_implicit.dcm", 0, ("+Wi", 1)),
        ("693_UNCR.dcm", 0, ("+Wi", 1)),  # signed, 14 bits, Hounsfield units
        ("17106", 0, ("+Wi", 1)),
        ("MR-SIEMENS-DICOM-WithOverlays.dcm", 0, ("-O", "+Wi", 1)),
        ("MR-SIEMENS-DICOM-WithOverlays.dcm", 1, ("-O", "+Wi", 2)),
        ("examples_overlay.dcm", 0, ("-O", "+Wi", 1)),
        ("vlut_04.dcm", 0, ("+Wl", 1)),
    ],
)
def test_windows_and_luts_of_real_files(dcmtk, name, place, options):
    radiograph = read(sample(name))[0]
    assert_same(render(radiograph, radiograph.vois[place]), dcmtk(sample(name), *options))


@pytest.mark.parametrize(
    ("name", "center", "width"),
    [
        ("mlut_18.dcm", 20_000, 30_000),  # a modality LUT
        ("CT_small.dcm", 40, 400),
        ("JPEG2000_UNC.dcm", 100, 200),
        ("rtdose.dcm", 1_000_000, 400_000),  # 32 bits
        ("emri_small.dcm", 200, 400),
        ("eCT_Supplemental.dcm", -500, 1000),
        ("image_dfl.dcm", 100, 100),  # deflated
    ],
)
def test_windows_that_the_user_sets(dcmtk, name, center, width):
    for frame, radiograph in enumerate(read(sample(name))[:2], start=1):
        theirs = dcmtk(sample(name), "-O", "+Ww", center, width, frame=frame)
        assert_same(render(radiograph, Window(center, width)), theirs)


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
@pytest.mark.parametrize(
    ("pixels", "attributes"),
    [
        (RAMP, WIDE),
        (RAMP, {"WindowCenter": "2000", "WindowWidth": "2"}),
        (RAMP, {"WindowCenter": "2000", "WindowWidth": "1"}),
        (RAMP, {"WindowCenter": "2000.5", "WindowWidth": "11"}),
        (RAMP, WIDE | {"bits": 12}),
        (RAMP << 4, WIDE | {"bits": 12, "HighBit": 15}),
        (RAMP, WIDE | {"VOILUTFunction": "SIGMOID"}),
        (RAMP, WIDE | {"RescaleSlope": "0.371", "RescaleIntercept": "-3.5", "WindowCenter": "500.25"}),
        (SIGNED, {"WindowCenter": "-200", "WindowWidth": "1100"}),
        (SIGNED, {"WindowCenter": "0", "WindowWidth": "1100", "bits": 12}),
        (SIGNED, {"WindowCenter": "500", "WindowWidth": "11000"} | AGFA),
        (RAMP, {"WindowCenter": "-20000", "WindowWidth": "15000"} | AGFA),
        (RAMP.astype(np.int32) * 1000 - 2_048_000, {"WindowCenter": "0", "WindowWidth": "1100000"}),
    ],
)
def test_windows_of_phantoms(dcmtk, tmp_path, pixels, attributes, photometric):
    path = save(
        phantom(pixels, PhotometricInterpretation=photometric, **attributes), tmp_path / "phantom.dcm"
    )
    (radiograph,) = read(path)
    assert_same(render(radiograph, radiograph.vois[0]), dcmtk(path, "+Wi", 1))


def test_the_second_of_two_windows(dcmtk, tmp_path):
    attributes = {"WindowCenter": ["2000", "900"], "WindowWidth": ["1500", "300"]}
    path = save(phantom(RAMP, **attributes), tmp_path / "phantom.dcm")
    (radiograph,) = read(path)
    assert_same(render(radiograph, radiograph.vois[1]), dcmtk(path, "+Wi", 2))


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
def test_eight_bits_without_a_window(dcmtk, tmp_path, photometric):
    pixels = (RAMP // 16).astype(np.uint8)
    path = save(phantom(pixels, PhotometricInterpretation=photometric), tmp_path / "phantom.dcm")
    (radiograph,) = read(path)
    assert_same(render(radiograph, radiograph.default_voi), dcmtk(path, "-W"))


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
@pytest.mark.parametrize(("bits", "factor"), [(8, 1 / 16), (12, 1), (16, 16)])
@pytest.mark.parametrize(("pixels", "first"), [(RAMP, 1000), (SIGNED, -500)])
def test_voi_luts(dcmtk, tmp_path, pixels, first, bits, factor, photometric):
    dataset = phantom(pixels, PhotometricInterpretation=photometric)
    falling = lut(ROOTS[::-1], first, 12, "FALLING")
    dataset.VOILUTSequence = [lut([int(entry * factor) for entry in ROOTS], first, bits, "ROOT"), falling]
    path = save(dataset, tmp_path / "phantom.dcm")
    (radiograph,) = read(path)
    for place in (0, 1):
        theirs = dcmtk(path, "+Wl", place + 1)
        assert_same(render(radiograph, radiograph.vois[place]), theirs)


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
def test_a_modality_lut_before_the_window(dcmtk, tmp_path, photometric):
    dataset = phantom(RAMP, PhotometricInterpretation=photometric, **WIDE)
    dataset.ModalityLUTSequence = [lut(ROOTS, 1000, 12)]
    dataset.ModalityLUTSequence[0].ModalityLUTType = "US"
    path = save(dataset, tmp_path / "phantom.dcm")
    (radiograph,) = read(path)
    assert_same(render(radiograph, radiograph.vois[0]), dcmtk(path, "+Wi", 1))


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
def test_presentation_lut_shape_inverse_is_inverted_once(dcmtk, tmp_path, photometric):
    attributes = WIDE | {"PresentationLUTShape": "INVERSE"}
    path = save(phantom(RAMP, PhotometricInterpretation=photometric, **attributes), tmp_path / "phantom.dcm")
    (radiograph,) = read(path)
    picture = render(radiograph, radiograph.vois[0])
    assert_same(picture, dcmtk(path, "+Wi", 1))
    assert picture[0, 0] == 255


# Where DCMTK shows something else. Another version than the one looked at may do it differently.


def is_looked_at() -> bool:
    words = subprocess.run([str(PROGRAM), "--version"], capture_output=True, text=True, check=False).stdout
    return "v3.6.7 " in words


def test_the_exact_function_is_not_known_to_dcmtk(dcmtk, tmp_path):
    """LINEAR_EXACT (PS3.3 C.11.2.1.3.2) has no half and no one taken off; DCMTK computes LINEAR for it."""
    attributes = {"WindowCenter": "2000", "WindowWidth": "3", "VOILUTFunction": "LINEAR_EXACT"}
    path = save(phantom(RAMP, **attributes), tmp_path / "phantom.dcm")
    (radiograph,) = read(path)
    ours, theirs = render(radiograph, radiograph.vois[0]).ravel(), dcmtk(path, "+Wi", 1).ravel()
    values = np.array([1998, 1999, 2000, 2001, 2002])
    standard = np.clip((values - 2000) / 3 + 0.5, 0, 1) * 255
    assert np.abs(ours[values] - standard).max() <= 0.51
    if is_looked_at():
        assert np.abs(theirs[values] - standard).max() > 20
        assert np.abs(render(radiograph, Window(2000, 3)).ravel().astype(int) - theirs).max() <= 1


def test_dcmtk_believes_the_shape_rather_than_monochrome1(dcmtk, tmp_path):
    """PS3.3 C.8.11.3.1.2 requires INVERSE with MONOCHROME1, so the file is wrong either way.

    Air that comes out white is the worse mistake: every other MONOCHROME1 file is shown the other way.
    """
    attributes = WIDE | {"PresentationLUTShape": "IDENTITY", "PhotometricInterpretation": "MONOCHROME1"}
    path = save(phantom(RAMP, **attributes), tmp_path / "phantom.dcm")
    (radiograph,) = read(path)
    ours, theirs = render(radiograph, radiograph.vois[0]), dcmtk(path, "+Wi", 1)
    assert (ours[0, 0], ours[-1, -1]) == (255, 0)
    if is_looked_at():
        assert_same(255 - ours, theirs)
    assert any("contradicts MONOCHROME1" in text for text in radiograph.warnings)


def test_dcmtk_shows_padding_as_if_it_were_image(dcmtk, tmp_path):
    """Pixel Padding Value marks what is no image (PS3.3 C.7.5.1.1.2); here it is black in every window."""
    pixels = np.where(RAMP < 500, np.uint16(4000), RAMP)
    path = save(phantom(pixels, PixelPaddingValue=4000, **WIDE), tmp_path / "phantom.dcm")
    (radiograph,) = read(path)
    ours, theirs = render(radiograph, radiograph.vois[0]), dcmtk(path, "+Wi", 1)
    padding = pixels == 4000
    assert ours[padding].max() == 0
    if is_looked_at():
        assert theirs[padding].min() == 255
    assert agreement(ours[~padding], theirs[~padding]) >= SHARE


# Overlays

BOX = np.zeros((20, 30), np.uint8)
BOX[2:8, 3:20] = 1
BAND = np.zeros((64, 64), np.uint8)
BAND[30:40, 10:60] = 1
DARK = WIDE | {"WindowCenter": "4000"}  # so that white stands out everywhere


def overlaid(path: Path, pixels: np.ndarray, planes: dict[int, dict], **attributes) -> list[Radiograph]:
    dataset: Dataset = phantom(pixels, **attributes)
    for group, elements in planes.items():
        with_overlay(dataset, elements, group)
    return read(save(dataset, path))


@pytest.mark.parametrize("name", ["MR-SIEMENS-DICOM-WithOverlays.dcm", "examples_overlay.dcm"])
def test_overlays_of_real_files(dcmtk, name):
    (radiograph,) = read(sample(name))
    theirs = dcmtk(sample(name), "+O", 0, "+Wi", 1)
    drawn = theirs != dcmtk(sample(name), "-O", "+Wi", 1)
    mask = overlay_mask(radiograph)
    assert not np.any(drawn & ~mask)
    assert np.all(theirs[mask] == 255)
    assert_same(with_marks(radiograph, radiograph.vois[0]), theirs)


@pytest.mark.parametrize(
    ("planes", "attributes", "options"),
    [
        ({0x6000: overlay_plane(BOX, (5, 7))}, {}, ("+O", 0)),
        ({0x6002: overlay_plane(BAND)}, {}, ("+O", 0)),
        ({0x6000: overlay_plane(BOX, (5, 7)), 0x6002: overlay_plane(BAND)}, {}, ("+O", 0)),
        ({0x6000: overlay_plane(BOX, (-3, -5))}, {}, ("+O", 0)),
        ({0x6000: overlay_plane(BOX, (50, 45))}, {}, ("+O", 0)),
        # A region of interest is drawn like a graphic here; DCMTK would darken all around it.
        ({0x6000: overlay_plane(BAND, changes={0x0040: ("CS", "R")})}, {}, ("+O", 0, "+Omr")),
        (
            {0x601E: overlay_plane(BAND)},
            {"PhotometricInterpretation": "MONOCHROME1", "WindowCenter": "100"},
            ("+O", 0),
        ),
    ],
)
def test_overlays_of_phantoms(dcmtk, tmp_path, planes, attributes, options):
    path = tmp_path / "phantom.dcm"
    (radiograph,) = overlaid(path, RAMP, planes, **(DARK | attributes))
    ours, theirs = with_marks(radiograph, radiograph.vois[0]), dcmtk(path, *options, "+Wi", 1)
    np.testing.assert_array_equal(ours == 255, theirs == 255)
    assert (theirs != dcmtk(path, "-O", "+Wi", 1)).sum() > 50
    assert_same(ours, theirs)


@pytest.mark.parametrize(
    "changes",
    [
        {},  # one plane for every frame
        {0x0015: ("IS", 1)},  # the first frame only
        {0x0015: ("IS", 1), 0x0051: ("US", 2)},
        {0x0015: ("IS", 2)},
        {0x0015: ("IS", 2), 0x0051: ("US", 2)},
    ],
)
def test_overlays_go_with_their_frames(dcmtk, tmp_path, changes):
    path = tmp_path / "frames.dcm"
    count = int(changes.get(0x0015, ("IS", 1))[1])
    planes = {0x6000: overlay_plane(np.stack([BAND, BAND.T])[:count], changes=changes)}
    frames = overlaid(path, np.stack([RAMP] * 3), planes, NumberOfFrames=3, **DARK)
    for number, radiograph in enumerate(frames, start=1):
        theirs = dcmtk(path, "+O", 0, "+Wi", 1, frame=number)
        drawn = (theirs != dcmtk(path, "-O", "+Wi", 1, frame=number)).any()
        assert drawn == (overlay_mask(radiograph) is not None)
        assert_same(with_marks(radiograph, radiograph.vois[0]), theirs)


def test_overlays_in_unused_bits(dcmtk, tmp_path):
    """Retired in 2004, and still in archives. DCMTK wants a number of frames where there are several."""
    elements = overlay_plane(BAND, changes={0x0100: ("US", 16), 0x0102: ("US", 13), 0x0015: ("IS", 2)})
    del elements[0x3000]
    stored = np.stack([RAMP, RAMP | (BAND.astype(np.uint16) << 13)])
    path = tmp_path / "embedded.dcm"
    frames = overlaid(path, stored, {0x6000: elements}, bits=12, NumberOfFrames=2, **DARK)
    for number, radiograph in enumerate(frames, start=1):
        theirs = dcmtk(path, "+O", 0, "+Wi", 1, frame=number)
        assert_same(with_marks(radiograph, radiograph.vois[0]), theirs)
    assert (theirs != dcmtk(path, "-O", "+Wi", 1, frame=2)).sum() > 400


def test_dcmtk_draws_no_plane_that_has_an_origin_and_no_number(dcmtk, tmp_path):
    """A number of frames is required of several planes only, so one plane at frame 2 lies on frame 2."""
    path = tmp_path / "frames.dcm"
    planes = {0x6000: overlay_plane(BAND, changes={0x0051: ("US", 2)})}
    frames = overlaid(path, np.stack([RAMP] * 3), planes, NumberOfFrames=3, **DARK)
    assert [overlay_mask(frame) is not None for frame in frames] == [False, True, False]
    theirs = dcmtk(path, "+O", 0, "+Wi", 1, frame=2)
    if is_looked_at():
        np.testing.assert_array_equal(theirs, dcmtk(path, "-O", "+Wi", 1, frame=2))
