"""`cxrview score` over every file that pydicom and pydicom-data bring along, in one run."""

import csv
from pathlib import Path

import platformdirs
import pytest
from pydicom import dcmread

from cxrview.__main__ import main
from cxrview.errors import UnreadableImage
from cxrview.imaging.dicomdir import is_dicomdir, listed_images
from tests.imaging.samples import samples


@pytest.fixture(scope="module")
def scored(tiny_bundle, tmp_path_factory):
    """Return (exit code, rows) of one run over all samples, each named on its own."""
    folder = tmp_path_factory.mktemp("scored")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platformdirs, "user_data_path", lambda *_, **__: folder)
        code = main(
            ["score", *map(str, samples()), "--model", str(tiny_bundle), "--out", str(folder / "r.csv")]
        )
    with (folder / "r.csv").open(newline="") as file:
        return code, list(csv.DictReader(file))


def test_every_file_has_its_rows_in_order(scored):
    code, rows = scored
    assert code == 1
    found = list(dict.fromkeys(row["path"] for row in rows))
    listed = [str(path) for path in map(Path, found) if path not in samples() or _is_listed(path)]
    whole = [path for path in samples() if not (_lists_images(path) or _is_listed(path))]
    assert [path for path in found if path not in listed] == [str(path) for path in whole]
    assert len(listed) >= 31


def _is_listed(path: Path) -> bool:
    """Return whether a DICOM directory among the samples lists `path`."""
    return any(folder.name == "dicomdirtests" for folder in path.parents) and not is_dicomdir(path)


def _lists_images(path: Path) -> bool:
    """Return whether the images that `path` lists stand in its place."""
    try:
        return is_dicomdir(path) and bool(listed_images(path))
    except UnreadableImage:
        return False


def test_a_row_is_a_reading_or_one_clear_sentence(scored):
    for row in scored[1]:
        if row["status"] == "ok":
            assert row["predicted"]
            assert not row["error"]
        else:
            assert row["status"] == "error"
            assert row["error"].endswith(".")
            assert "Traceback" not in row["error"]
            assert "fault in cxrview" not in row["error"], row
            assert not row["frame"]


def test_frames_are_as_many_as_the_header_says(scored):
    counts: dict[str, int] = {}
    for row in scored[1]:
        if row["status"] == "ok":
            counts[row["path"]] = counts.get(row["path"], 0) + 1
    several = {path: count for path, count in counts.items() if count > 1}
    assert len(several) > 20
    for path, count in several.items():
        assert count == int(dcmread(path, stop_before_pixels=True, force=True).NumberOfFrames)
