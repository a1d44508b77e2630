"""Collections as people have them: other things beside the class folders, masks, archives, directories."""

import shutil
import zipfile

import pytest

from cxrview.datasets import checks, messages
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import find_items
from cxrview.errors import InvalidRequest
from cxrview.imaging import messages as imaging_messages
from cxrview.imaging.passed_over import PassedOver
from tests.imaging.samples import sample
from tests.refusals import refused
from tests.training.drawn import class_folders, small, write

BESIDE = (
    "Thumbs.db",
    "desktop.ini",
    "README",
    "LICENSE",
    "t.xlsx",
    "n.json",
    "__MACOSX/._a.png",
    "normal/i.html",
)


def found(path):
    passed = PassedOver()
    return find_items(DataConfig(path=str(path)), passed), passed


def labels(items):
    return {item.file: item.labels for item in items}


@pytest.fixture
def folder(tmp_path):
    return class_folders(tmp_path / "films", {"covid": 2, "normal": 2})


@pytest.mark.parametrize("split", [False, True])
def test_what_is_no_image_beside_the_class_folders_is_passed_over_and_told(folder, tmp_path, split):
    root = folder
    if split:
        root = tmp_path / "split"
        for name in ("train", "test"):
            shutil.copytree(folder, root / name)
        folder = root / "train"
    for name in BESIDE:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"nothing to see here")
    with zipfile.ZipFile(folder / "a.zip", "w") as file:
        file.writestr("a.txt", "a")
    items, passed = found(root)
    assert len(items) == (8 if split else 4)
    assert [message.code for message in passed.messages] == [imaging_messages.NO_IMAGES_PASSED_OVER.code]
    assert passed.messages[0].values["count"] == 6
    info = checks.source_findings(DataConfig(path=str(root)), ("covid", "normal"), passed)
    assert [(finding.kind, finding.severity) for finding in info] == [("passed-over", "info")]


def test_an_image_without_a_suffix_beside_the_class_folders_is_still_one_too_many(folder):
    (folder / "covid" / "p000.png").rename(folder / "scan")
    with refused(InvalidRequest, messages.IMAGES_OUTSIDE_CLASSES(count=1, name="scan")):
        found(folder)


def test_masks_within_a_class_are_left_out(tmp_path):
    for name in ("covid", "normal"):
        write(tmp_path / name / "images" / "a.png", small(1))
        write(tmp_path / name / "masks" / "a.png", small(2))
    items, passed = found(tmp_path)
    assert labels(items) == {"covid/images/a.png": ("covid",), "normal/images/a.png": ("normal",)}
    assert passed.messages == [imaging_messages.MASKS_PASSED_OVER(count=2, name="covid/masks")]


def test_masks_beside_the_classes_are_left_out_and_are_no_empty_class(folder):
    write(folder / "lung masks" / "a.png", small(2))
    items, passed = found(folder)
    assert {item.labels for item in items} == {("covid",), ("normal",)}
    assert passed.messages == [imaging_messages.MASKS_PASSED_OVER(count=1, name="films/lung masks")]
    findings = checks.source_findings(DataConfig(path=str(folder)), ("covid", "normal"), PassedOver())
    assert findings == []


def test_classes_within_images_beside_masks_are_the_classes(tmp_path):
    class_folders(tmp_path / "images", {"covid": 1, "normal": 1})
    class_folders(tmp_path / "masks", {"covid": 1, "normal": 1})
    assert {item.labels for item in found(tmp_path)[0]} == {("covid",), ("normal",)}


def zipped(path, folder, top=""):
    with zipfile.ZipFile(path, "w") as file:
        for picture in sorted(folder.rglob("*.png")):
            file.write(picture, f"{top}{picture.relative_to(folder)}")
        file.writestr("README.md", "#")
    return path


@pytest.mark.parametrize("top", ["", "dataset-1.0/"])
def test_an_archive_of_class_folders_is_such_a_folder(folder, tmp_path, top):
    archive = zipped(tmp_path / "films.zip", folder, top)
    items, _ = found(archive)
    assert labels(items) == labels(found(folder)[0])
    assert items == found(archive)[0]
    assert all(item.path.is_file() for item in items)


def test_a_damaged_archive_is_a_sentence(folder, tmp_path):
    archive = zipped(tmp_path / "films.zip", folder)
    archive.write_bytes(archive.read_bytes()[:-40])
    from cxrview.errors import UnreadableImage

    with refused(UnreadableImage, imaging_messages.ARCHIVE_DAMAGED):
        found(archive)


def test_a_dicom_directory_gives_its_images_without_labels():
    items, _ = found(sample("DICOMDIR-reordered").with_name("DICOMDIR"))
    assert len(items) == 31
    assert items[0].file == "77654033/CR1/6154"
    assert {item.labels for item in items} == {()}


def test_a_spreadsheets_mark_is_taken_off_a_table(tmp_path):
    write(tmp_path / "=a.png", small(1))
    (tmp_path / "t.csv").write_text("file,label,group\n'=a.png,normal,'-7x\n", "utf-8")
    (item,) = found(tmp_path / "t.csv")[0]
    assert (item.file, item.group) == ("=a.png", "-7x")
    assert item.path.is_file()
