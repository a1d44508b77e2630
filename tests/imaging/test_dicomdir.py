"""DICOM directories: the images that they list, in their order, and nothing from elsewhere."""

import shutil
import sys
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.uid import generate_uid

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages, read
from cxrview.imaging.dicomdir import is_dicomdir, listed_images
from tests.imaging.samples import sample
from tests.refusals import refused

MEDIUM = sample("DICOMDIR-reordered").parent
VARIANTS = ["DICOMDIR", "DICOMDIR-bigEnd", "DICOMDIR-implicit", "DICOMDIR-reordered"]


def names(paths, folder=MEDIUM):
    return ["/".join(path.relative_to(folder).parts) for path in paths]


@pytest.fixture
def medium(tmp_path):
    """A copy of the directory with no files beside it, and a function that changes its image records."""
    path = tmp_path / "DICOMDIR"

    def change(alter) -> Path:
        dataset = dcmread(MEDIUM / "DICOMDIR")
        for number, record in enumerate(dataset.DirectoryRecordSequence):
            if record.DirectoryRecordType == "IMAGE":
                alter(number, record)
        dataset.save_as(path)
        return path

    return change


@pytest.mark.parametrize("name", VARIANTS)
def test_images_come_in_the_order_of_the_directory_however_it_is_written(name):
    found = listed_images(MEDIUM / name)
    assert len(found) == 31
    assert names(found)[:4] == [
        "77654033/CR1/6154",
        "77654033/CR2/6247",
        "77654033/CR3/6278",
        "77654033/CT2/17106",
    ]
    assert found == listed_images(MEDIUM / "DICOMDIR")
    assert len(read(found[0])) == 1


@pytest.mark.parametrize("name", ["DICOMDIR-nooffset", "DICOMDIR-nopatient"])
def test_records_that_no_link_leads_to_are_not_lost(name):
    assert sorted(listed_images(MEDIUM / name)) == sorted(listed_images(MEDIUM / "DICOMDIR"))


def test_a_link_that_goes_in_a_circle_ends(medium):
    first = dcmread(MEDIUM / "DICOMDIR").DirectoryRecordSequence[0].seq_item_tell

    def circle(_number, record):
        record.OffsetOfTheNextDirectoryRecord = first

    assert len(listed_images(medium(circle))) == 31


def test_missing_files_are_kept_for_their_error(medium):
    found = listed_images(medium(lambda _number, _record: None))
    assert len(found) == 31
    with refused(UnreadableImage, messages.DOES_NOT_EXIST):
        read(found[0])


def test_records_out_of_use_and_of_other_kinds_are_passed_over(medium):
    def retire(number, record):
        if number == 3:
            record.RecordInUseFlag = 0
        if number == 5:
            record.DirectoryRecordType = "PRESENTATION"

    assert len(listed_images(medium(retire))) == 29


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these systems find the file by themselves")
def test_names_are_found_in_another_case_and_with_a_version(medium):
    path = medium(lambda _number, _record: None)
    folder = path.parent / "77654033" / "cr1"
    folder.mkdir(parents=True)
    shutil.copy(MEDIUM / "77654033" / "CR1" / "6154", folder / "6154;1")
    assert listed_images(path)[0] == folder / "6154;1"
    assert len(read(listed_images(path)[0])) == 1


@pytest.mark.parametrize(
    "file_id",
    [
        ["..", "..", "etc", "passwd"],
        ["/etc", "passwd"],
        ["A", "..\\B"],
        ["C:", "X"],
        [".", "A"],
        ["A", "", "B"],
    ],
    ids="/".join,
)
def test_no_record_leads_out_of_the_folder(medium, file_id):
    def lead_out(number, record):
        if number == 3:
            record["ReferencedFileID"].VR = "LO"
            record.ReferencedFileID = "\\".join(file_id).split("\\")

    with refused(UnreadableImage, messages.NAMES_FILE_OUTSIDE):
        listed_images(medium(lead_out))


def test_an_empty_directory_says_so():
    with refused(UnreadableImage, messages.LISTS_NO_IMAGES):
        listed_images(MEDIUM / "DICOMDIR-empty.dcm")


def test_a_damaged_directory_says_so(tmp_path):
    whole = (MEDIUM / "DICOMDIR").read_bytes()
    path = tmp_path / "DICOMDIR"
    for content in (b"", whole[:100], whole[:500], b"no directory at all" * 20):
        path.write_bytes(content)
        assert is_dicomdir(path)
        said = (messages.IS_EMPTY, messages.DIRECTORY_DAMAGED, messages.LISTS_NO_IMAGES)
        with refused(UnreadableImage, *said):
            listed_images(path)


def test_a_directory_is_known_by_its_content_or_by_its_name(tmp_path):
    shutil.copy(MEDIUM / "DICOMDIR", tmp_path / generate_uid())
    assert [is_dicomdir(path) for path in tmp_path.iterdir()] == [True]
    assert not is_dicomdir(sample("CT_small.dcm"))
    assert not is_dicomdir(tmp_path)
    assert not is_dicomdir(tmp_path / "DICOMDIR")
