"""What a file may cost is counted before it is believed, in lists of files as well as in pictures."""

import zlib

import cv2
import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages
from cxrview.imaging.dicom import element_limits, voi
from cxrview.imaging.dicom.plain import is_plain
from cxrview.imaging.header_summary import peek
from cxrview.imaging.histogram import histogram
from cxrview.imaging.read import read_here
from tests.imaging.phantoms import RAMP, lut, phantom, read_phantom, save
from tests.refusals import refused


def with_overlay(dataset: Dataset, rows: int, columns: int, data: bytes) -> Dataset:
    """Return `dataset` with an overlay that belongs to every frame."""
    for element, vr, value in (
        (0x0010, "US", rows),
        (0x0011, "US", columns),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x3000, "OW", data),
    ):
        dataset.add_new((0x6000, element), vr, value)
    return dataset


def test_items_beyond_all_measure_are_counted_where_they_are_deflated(tmp_path):
    dataset = phantom(RAMP, PatientName="Doe^Jane")
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    path = save(dataset, tmp_path / "items.dcm")
    start = 144 + int.from_bytes(path.read_bytes()[140:144], "little")
    item = b"\xfe\xff\x00\xe0\x00\x00\x00\x00"
    count = element_limits.MAX_ITEMS + 1
    sequence = b"\x08\x00\x40\x11SQ\x00\x00" + (count * 8).to_bytes(4, "little") + item * count
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    path.write_bytes(path.read_bytes()[:start] + packer.compress(sequence) + packer.flush())
    assert path.stat().st_size < 5000
    with refused(UnreadableImage, messages.TOO_MANY_ITEMS):
        read_here(path)
    peek(path)  # which comes back


def test_the_beginning_of_a_deflated_file_is_enough_for_a_list(tmp_path):
    noise = np.random.default_rng(0).integers(0, 4096, (900, 900), dtype=np.uint16)
    dataset = phantom(noise, PatientName="Doe^Jane")
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    path = save(dataset, tmp_path / "x.dcm")
    whole = path.read_bytes()
    path.write_bytes(whole[:200_000])  # the rest is not looked at
    assert (peek(path).identity.patient_name, peek(path).rows) == ("Doe^Jane", 900)


def test_a_header_without_end_is_given_up(tmp_path):
    items = b"\xfe\xff\x00\xe0\x00\x00\x00\x00" * 60_000
    endless = b"\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff" + items + b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"
    path = save(phantom(RAMP, PatientName="Doe^Jane"), tmp_path / "x.dcm")
    whole = path.read_bytes()
    place = whole.index(b"\x10\x00\x10\x00PN")
    path.write_bytes(whole[:place] + endless + whole[place:])
    assert peek(path) is None
    with refused(UnreadableImage, messages.TOO_MANY_ITEMS):
        read_here(path)


def test_an_overlay_of_every_frame_is_unpacked_once(tmp_path):
    cine = phantom(np.zeros((40, 4, 4), np.uint8), NumberOfFrames=40)
    path = save(with_overlay(cine, 4000, 4000, bytes(2_000_000)), tmp_path / "x.dcm")
    frames = read_here(path)
    masks = {id(frame.overlays[0].mask) for frame in frames}
    assert len(masks) == 1
    assert frames[0].overlays[0].mask.shape == (4000, 4000)


def test_an_overlay_that_is_too_large_is_left_out_and_told(tmp_path):
    path = save(with_overlay(phantom(RAMP), 60_000, 60_000, bytes(100)), tmp_path / "x.dcm")
    (radiograph,) = read_here(path)
    assert not radiograph.overlays
    assert radiograph.warnings


def test_only_so_many_windows_are_tried(tmp_path):
    path = tmp_path / "x.dcm"
    radiograph = read_phantom(path, RAMP, WindowCenter=[1e6 + n for n in range(900)], WindowWidth=[1] * 900)
    assert len(radiograph.vois) == voi.MAX_VOIS


def test_slopes_beyond_all_measure_and_narrow_ranges_are_numbers_still(tmp_path):
    zeros = np.zeros((8, 8), np.uint16)
    assert (
        read_phantom(tmp_path / "a.dcm", zeros, RescaleSlope="1e30", RescaleIntercept="0").values.max() == 0
    )
    for low, high in ((-3e38, 3e38), (1.0, float(np.nextafter(np.float32(1), np.float32(2))))):
        real = np.full((8, 8), low, np.float32)
        real[0] = high
        found = histogram(read_phantom(tmp_path / "b.dcm", real))
        assert found.counts.sum() == 64
        assert np.isfinite([found.low, found.high]).all()


def test_only_what_needs_no_decoder_counts_as_plain(tmp_path):
    path = tmp_path / "x.dcm"
    assert is_plain(save(phantom(RAMP, WindowCenter=5, WindowWidth=9), path))
    table = phantom(RAMP)
    table.VOILUTSequence = [lut(list(range(256)), 0, 8)]
    colour = phantom(np.zeros((4, 4, 3), np.uint8))
    frames = phantom(np.zeros((2, 4, 4), np.uint8), NumberOfFrames=2)
    others = [table, colour, frames, with_overlay(phantom(RAMP), 8, 8, bytes(8)), phantom(RAMP, Rows=65)]
    assert not any(is_plain(save(other, path)) for other in others)
    save(phantom(RAMP), path)
    with path.open("ab") as file:
        file.write(bytes(10_000))
    assert not is_plain(path)
    cv2.imwrite(str(tmp_path / "x.png"), RAMP)
    assert not is_plain(tmp_path / "x.png")
