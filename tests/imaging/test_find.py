"""Which files of a folder are taken for images."""

import shutil
import sys

import numpy as np
import pytest
from PIL import Image

from cxrview.errors import BadRequest
from cxrview.imaging import find_images
from cxrview.imaging.find import natural_key
from cxrview.progress import Cancelled
from tests.imaging.samples import sample


@pytest.fixture
def folder(tmp_path):
    """Return a folder as a clinic's disc may look."""
    root = tmp_path / "disc"
    (root / "series10").mkdir(parents=True)
    (root / "series2").mkdir()
    (root / ".thumbnails").mkdir()
    picture = Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8))
    for name in (
        "series10/b.png",
        "series2/image10.PNG",
        "series2/image2.png",
        ".thumbnails/x.png",
        ".y.png",
    ):
        picture.save(root / name, format="PNG")
    shutil.copy(sample("CT_small.dcm"), root / "series2" / "IM000001")
    shutil.copy(sample("CT_small.dcm"), root / "series2" / "1.2.840.10008.77")
    picture.save(root / "series2" / "scan", format="TIFF")
    for name in (
        "readme.txt",
        "notes",
        "Thumbs.db",
        "DICOMDIR",
        ".DS_Store",
        "report.pdf",
        "series2/script.py",
    ):
        (root / name).write_text("nothing to see here")
    shutil.copy(sample("DICOMDIR"), root / "DICOMDIR")
    return root


def names(paths, root):
    return [str(path.relative_to(root)) for path in paths]


def test_folders_are_searched_in_natural_order(folder):
    assert names(find_images([folder]), folder) == [
        "series2/1.2.840.10008.77",
        "series2/IM000001",
        "series2/image2.png",
        "series2/image10.PNG",
        "series2/scan",
        "series10/b.png",
    ]


def test_named_files_are_always_kept(folder):
    asked = [folder / "readme.txt", folder / "DICOMDIR"]
    assert find_images(asked) == asked


def test_each_file_comes_once(folder):
    picture = folder / "series10" / "b.png"
    assert find_images([picture, folder / "series10", picture]) == [picture]


def test_missing_path_is_a_bad_request(folder):
    with pytest.raises(BadRequest, match=r"^nowhere does not exist\."):
        find_images([folder / "nowhere"])


def test_search_can_be_cancelled(folder):
    def impatient(_fraction, _text):
        raise Cancelled

    with pytest.raises(Cancelled):
        find_images([folder], impatient)


def test_search_tells_how_many_it_has_found(folder):
    told = []
    find_images([folder], lambda _fraction, text: told.append(text))
    assert told[-1] == "6 images found"


def test_empty_folder_holds_nothing(tmp_path):
    assert find_images([tmp_path]) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_in_a_circle_do_not_go_round(folder):
    (folder / "series2" / "again").symlink_to(folder)
    assert len(find_images([folder])) == 6


def test_numbers_sort_by_value():
    assert sorted(["im10", "IM2", "im1", "10", "9", "a"], key=natural_key) == [
        "9",
        "10",
        "a",
        "im1",
        "IM2",
        "im10",
    ]
