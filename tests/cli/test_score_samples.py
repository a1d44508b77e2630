"""`cxrview score` over every file that pydicom and pydicom-data bring along, in one run."""

import csv

import platformdirs
import pytest
from pydicom import dcmread

from cxrview.__main__ import main
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
    assert list(dict.fromkeys(row["path"] for row in rows)) == [str(path) for path in samples()]


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
