"""Which files of a folder are taken for images."""

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxrview.errors import InvalidRequest, UnreadableImage
from cxrview.imaging import find_images, messages, read
from cxrview.imaging.find import iter_images, natural_key
from cxrview.messages import CANNOT_BE_READ
from cxrview.progress import Cancelled
from tests.imaging.samples import sample
from tests.refusals import refused


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


def test_a_file_named_in_two_spellings_comes_once(folder, monkeypatch):
    monkeypatch.chdir(folder)
    short, long = Path("series10/b.png"), folder / "series2" / ".." / "series10" / "b.png"
    assert find_images([short, long, folder / "series10"]) == [short]


def test_if_nothing_named_is_there_the_request_is_bad(folder):
    with refused(InvalidRequest, messages.DOES_NOT_EXIST) as refusal:
        find_images([folder / "nowhere", folder / "neither"])
    assert refusal.error.path == folder / "nowhere"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_one_missing_path_among_others_is_kept_for_its_error(folder):
    (folder / "dangling.png").symlink_to(folder / "gone.png")
    asked = [folder / "nowhere.png", folder / "series10" / "b.png", folder / "dangling.png"]
    assert find_images(asked) == asked


def test_paths_that_cannot_be_looked_at_are_kept_for_their_error(folder):
    asked = [folder / ("x" * 300), folder / "series10" / "b.png"]
    assert find_images(asked) == asked
    with refused(UnreadableImage, CANNOT_BE_READ, messages.DOES_NOT_EXIST):
        read(asked[0])


def test_closed_folders_come_as_paths_whose_error_says_so(folder, monkeypatch):
    # Root reads everything, so the system's answer to others is put in its place.
    def scandir(place, plain=os.scandir):
        if os.fspath(place) == str(folder / "series2"):
            raise PermissionError(13, "Permission denied", str(place))
        return plain(place)

    monkeypatch.setattr(os, "scandir", scandir)
    closed = folder / "series2"
    assert find_images([folder]) == [closed, folder / "series10" / "b.png"]
    assert find_images([closed]) == [closed]
    with refused(UnreadableImage, messages.NOT_PERMITTED):
        read(closed)


def test_named_file_in_a_closed_folder_is_kept(folder, monkeypatch):
    def forbidden(self, *, follow_symlinks=True):
        raise PermissionError(13, "Permission denied", str(self))

    asked = [folder / "series10" / "b.png"]
    monkeypatch.setattr(Path, "stat", forbidden)
    assert find_images(asked) == asked


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(20)
def test_pipes_in_folders_are_passed_over_and_not_waited_for(folder):
    for name in ("pipe", "pipe.dcm", "1.2.3"):
        os.mkfifo(folder / "series2" / name)
    assert len(find_images([folder])) == 6


def test_search_can_be_cancelled(folder):
    def impatient(_fraction, _text):
        raise Cancelled

    with pytest.raises(Cancelled):
        find_images([folder], impatient)


def test_the_first_image_comes_before_the_search_has_ended(folder):
    found = iter_images([folder])
    first = next(found)
    (folder / "series10" / "late.png").write_bytes((folder / "series10" / "b.png").read_bytes())
    assert [first, *found] == find_images([folder])
    assert len(find_images([folder])) == 7


def test_a_bad_request_is_said_before_anything_is_found(folder):
    with pytest.raises(InvalidRequest):
        next(iter_images([folder / "nowhere"]))


def test_a_search_that_finds_nothing_can_be_cancelled_too(tmp_path):
    for number in range(40):
        (tmp_path / f"notes{number}.txt").touch()
    asked = []

    def impatient(_fraction, _text):
        asked.append(1)
        if len(asked) == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(iter_images([tmp_path], impatient))


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
