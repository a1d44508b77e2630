"""The tree of a file's data elements, its search, and two files side by side."""

import struct

import cv2
import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.uid import JPEG2000Lossless

from cxrview.errors import UnreadableImage
from cxrview.imaging.dicom.tag_tree import Tag, TagListing
from cxrview.imaging.tags import State, alone, compare, read_header, search
from tests.bad_files import write_bad_files
from tests.imaging.phantoms import RAMP, phantom, save
from tests.imaging.samples import sample, samples
from tests.refusals import refused


def rows(header: TagListing) -> dict[str, Tag]:
    """Return the top rows by their tag."""
    return {tag.tag: tag for tag in header.elements if tag.tag}


def walk(tags: tuple[Tag, ...], depth: int = 0):
    """Yield every row of a tree and its depth, in order."""
    for tag in tags:
        yield depth, tag
        yield from walk(tag.children, depth + 1)


def names(pairs) -> list[str]:
    return [pair.either.name for pair in pairs]


@pytest.fixture
def full(tmp_path):
    """A phantom with private elements, sequences in sequences, a binary value and a long text."""
    dataset = phantom(RAMP, PatientName="DOE^JANE", WindowCenter=["2048", "1000"], WindowWidth=[4096, 50])
    inner, outer = Dataset(), Dataset()
    inner.CodeValue, inner.CodeMeaning = "T-28000", "Lung"
    outer.AnatomicRegionSequence = [inner]
    outer.TextValue = "deep"
    dataset.RequestAttributesSequence = [outer, Dataset()]
    block = dataset.private_block(0x0029, "CXRVIEW TEST", create=True)
    block.add_new(0x01, "LO", "secret")
    block.add_new(0x02, "OB", bytes(range(32)))
    dataset.private_block(0x0019, "GEMS_ACQU_01", create=True).add_new(0x02, "SL", 7)
    dataset.ImageComments = "word " * 200
    return save(dataset, tmp_path / "full.dcm")


def test_every_element_has_its_row(full):
    header = read_header(full)
    assert (header.is_dicom, header.format) == (True, "DICOM, Explicit VR Little Endian")
    found = rows(header)
    assert list(found) == sorted(found)
    row = found["(0028,0010)"]
    assert (row.name, row.keyword, row.vr, row.vm, row.value, row.copied) == (
        "Rows",
        "Rows",
        "US",
        1,
        "64",
        "64",
    )
    assert (found["(0010,0010)"].name, found["(0010,0010)"].value) == ("Patient's Name", "DOE^JANE")
    assert (found["(0028,1050)"].vm, found["(0028,1050)"].value) == (2, "2048\\1000")
    assert found["(0002,0010)"].value == "1.2.840.10008.1.2.1 (Explicit VR Little Endian)"
    assert found["(0002,0010)"].copied == "1.2.840.10008.1.2.1"


def test_long_values_are_short_for_the_eye_and_whole_for_the_clipboard(full):
    row = rows(read_header(full))["(0020,4000)"]
    assert len(row.value) <= 160
    assert row.value.endswith("…")
    assert row.copied.split() == ["word"] * 200


def test_binary_values_are_a_size_and_their_beginning(full):
    found = rows(read_header(full))
    assert found["(7FE0,0010)"].value.startswith("8.0 KiB: 00 00 01 00 02 00")
    assert found["(0029,1002)"].value.startswith("32 bytes: 00 01 02")
    assert found["(0029,1002)"].copied == bytes(range(32)).hex(" ")


def test_private_elements_carry_their_creator(full):
    found = rows(read_header(full))
    unknown, known = found["(0029,1001)"], found["(0019,1002)"]
    assert (unknown.private, unknown.creator, unknown.name) == (True, "CXRVIEW TEST", "Private Element")
    assert (known.creator, known.value) == ("GEMS_ACQU_01", "7")
    assert known.name not in ("Private Element", "Unknown Element")  # pydicom's dictionary knows it
    assert found["(0029,0010)"].value == "CXRVIEW TEST"
    assert not found["(0028,0010)"].private


def test_sequences_hold_their_items(full):
    row = rows(read_header(full))["(0040,0275)"]
    assert row.value == "2 items"
    assert [item.name for item in row.children] == ["Item 1", "Item 2"]
    inner = row.children[0].children[0]
    assert (inner.name, inner.children[0].children[1].value) == ("Anatomic Region Sequence", "Lung")
    assert [depth for depth, _tag in walk((row,))] == [0, 1, 2, 3, 4, 4, 2, 1]


def test_compressed_pixels_say_how_large_they_are():
    row = rows(read_header(sample("MR_small_jp2klossless.dcm")))["(7FE0,0010)"]
    assert row.value.endswith("KiB, 1 fragment")
    frames = rows(read_header(sample("emri_small_jpeg_2k_lossless.dcm")))["(7FE0,0010)"]
    assert frames.value.endswith("KiB, 10 fragments")
    assert JPEG2000Lossless.name in read_header(sample("MR_small_jp2klossless.dcm")).format


def test_a_malformed_element_is_a_row_that_says_so(tmp_path):
    path = save(phantom(RAMP, PatientID="7"), tmp_path / "phantom.dcm")
    content = path.read_bytes()
    good = struct.pack("<HH2sHH", 0x0028, 0x0010, b"US", 2, 64)
    assert content.count(good) == 1
    bad = struct.pack("<HH2sHH", 0x0028, 0x0010, b"FD", 2, 64)  # two bytes are no double
    path.write_bytes(content.replace(good, bad))
    found = rows(read_header(path))
    assert found["(0028,0010)"].damaged
    assert found["(0028,0010)"].value == "malformed: 2 bytes: 40 00"
    assert (found["(0028,0011)"].damaged, found["(0028,0011)"].value) == (False, "64")


def test_a_file_cut_short_says_what_is_missing(tmp_path):
    path = save(phantom(RAMP), tmp_path / "phantom.dcm")
    path.write_bytes(path.read_bytes()[:-3000])
    row = rows(read_header(path))["(7FE0,0010)"]
    assert row.damaged
    assert row.value.endswith("(cut short, 2.9 KiB missing)")


def test_a_picture_s_own_header_stands_in_for_tags(tmp_path):
    path = tmp_path / "film.jpg"
    exif = Image.Exif()
    exif[0x0110] = "Camera 9"
    Image.fromarray(np.zeros((40, 60), np.uint8)).save(path, dpi=(300, 300), exif=exif)
    header = read_header(path)
    assert (header.is_dicom, header.format) == (False, "JPEG")
    facts = {tag.name: tag.value for tag in header.elements}
    assert (facts["Width"], facts["Height"], facts["Samples"]) == ("60 pixels", "40 pixels", "8 bits, grey")
    assert facts["Resolution (dots per inch)"] == "300 × 300"
    assert facts["Model (EXIF)"] == "Camera 9"
    assert all(tag.tag == "" for tag in header.elements)


def test_what_is_no_image_is_refused_as_it_is_when_it_is_opened(tmp_path):
    whole = cv2.imencode(".png", np.zeros((40, 60), np.uint8))[1].tobytes()
    count = 0
    for path, message in write_bad_files(tmp_path, whole).items():
        if path.suffix != ".png":  # the header of a picture cut short may be whole
            count += 1
            with refused(UnreadableImage) as refusal:
                read_header(path)
            assert (refusal.error.problem, refusal.error.path) == (message, path)
    assert count >= 4


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.dcm", tmp_path):
        with pytest.raises(UnreadableImage):
            read_header(path)


def test_every_sample_file_shows_what_it_holds():
    damaged, read = {}, 0
    for path in samples():
        try:
            header = read_header(path)
        except UnreadableImage:
            continue
        read += 1
        assert header.elements, path
        damaged.update((path.name, tag.tag) for _, tag in walk(header.elements) if tag.damaged)
    assert read > 200
    assert damaged == {"MR_truncated.dcm": "(7FE0,0010)", "rtplan_truncated.dcm": "(300A,012C)"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0028,0010", ["Rows"]),
        ("00280010", ["Rows"]),
        ("patient's name", ["Patient's Name"]),
        ("PATIENTNAME", ["Patient's Name"]),
        ("doe jane", ["Patient's Name"]),
        ("cxrview test", ["Private Creator", "Private Element", "Private Element"]),
        ("zebra", []),
        ("window 4096", ["Window Width"]),
    ],
)
def test_search_looks_at_tag_name_creator_and_value(full, text, wanted):
    assert names(search(alone(read_header(full)), text)) == wanted


def test_search_finds_what_is_far_into_a_long_value(tmp_path):
    path = save(phantom(RAMP, ImageComments="word " * 200 + "needle"), tmp_path / "long.dcm")
    assert names(search(alone(read_header(path)), "needle")) == ["Image Comments"]


def test_search_keeps_the_way_to_what_it_finds(full):
    (sequence,) = search(alone(read_header(full)), "T-28000")
    assert sequence.either.name == "Request Attributes Sequence"
    (item,) = sequence.children
    (region,) = item.children  # TextValue beside it is left out
    assert names(region.children[0].children) == ["Code Value"]
    (whole,) = search(alone(read_header(full)), "request attributes")
    assert len(whole.children) == 2
    assert len(whole.children[0].children) == 2


def test_private_elements_can_be_left_out(full):
    everything, public = alone(read_header(full)), search(alone(read_header(full)), private=False)
    assert len(everything) - len(public) == 5
    assert not any(pair.either.private for pair in public)


def test_two_files_side_by_side(tmp_path):
    item = Dataset()
    item.CodeValue = "T-28000"
    other = Dataset()
    other.CodeValue = "T-29000"
    common = {"PatientID": "7", "SOPInstanceUID": "1.2.3"}
    left = phantom(RAMP, PatientName="DOE^JANE", KVP=120, AnatomicRegionSequence=[item], **common)
    right = phantom(
        RAMP + 1, PatientName="DOE^JOHN", Laterality="L", AnatomicRegionSequence=[other], **common
    )
    for dataset, number in ((left, 1), (right, 2)):
        dataset.private_block(0x0029, "OTHER", create=True) if number == 2 else None
        dataset.private_block(0x0029, "SAME", create=True).add_new(0x05, "LO", "x")
    pairs = compare(
        read_header(save(left, tmp_path / "left.dcm")), read_header(save(right, tmp_path / "right.dcm"))
    )
    states = {pair.either.name: pair.state for pair in pairs}
    assert states["Patient ID"] is State.SAME
    assert states["Patient's Name"] is State.DIFFERENT
    assert states["KVP"] is State.LEFT
    assert states["Laterality"] is State.RIGHT
    assert states["Anatomic Region Sequence"] is State.DIFFERENT
    assert states["Pixel Data"] is State.DIFFERENT  # though both are as long
    # The block of "SAME" lies elsewhere in the other file, and its element is the same all the same.
    assert states["Private Element"] is State.SAME
    differing = search(pairs, differing=True)
    assert "Patient ID" not in names(differing)
    assert {"Patient's Name", "KVP", "Laterality", "Pixel Data"} <= set(names(differing))
    region = next(pair for pair in differing if pair.either.name == "Anatomic Region Sequence")
    code = region.children[0].children[0]
    assert (code.left.value, code.right.value) == ("T-28000", "T-29000")


def test_a_file_is_the_same_as_itself(full):
    pairs = compare(read_header(full), read_header(full))
    assert search(pairs, differing=True) == ()
    assert names(pairs) == names(alone(read_header(full)))


def test_a_picture_beside_a_dicom_file_has_nothing_in_common(full, tmp_path):
    path = tmp_path / "film.png"
    path.write_bytes(cv2.imencode(".png", np.zeros((40, 60), np.uint8))[1].tobytes())
    states = {pair.state for pair in compare(read_header(full), read_header(path))}
    assert states == {State.LEFT, State.RIGHT}
