"""The card of a bundle is changed as a whole or not at all, and vouches for the same files afterwards."""

import json
from pathlib import Path

import pytest

from cxrview import bundle
from cxrview.bundle import messages
from cxrview.bundle.rewrite import choose_point, rewrite_card
from cxrview.errors import InvalidRequest, UnusableModel
from cxrview.messages import CANNOT_BE_WRITTEN
from tests.conftest import make_tiny_bundle
from tests.refusals import refused


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tiny_bundle(tmp_path / "m")


def test_entries_are_replaced_and_the_hashes_stay(folder):
    before = bundle.load(folder).card
    card = rewrite_card(folder, {"title": "Café α", "files": {}})
    assert card.title == "Café α"
    assert bundle.load(folder).card == card
    assert card.files == before.files
    assert {**card.raw, "title": before.title} == before.raw
    assert sorted(path.name for path in folder.iterdir()) == sorted((*before.files, "card.json"))


@pytest.mark.parametrize("entries", [{"temperature": 0.0}, {"name": "../m"}, {"classes": []}])
def test_a_card_that_could_not_be_read_again_is_not_written(folder, entries):
    before = (folder / "card.json").read_bytes()
    with pytest.raises(UnusableModel):
        rewrite_card(folder, entries)
    assert (folder / "card.json").read_bytes() == before


def test_a_bundle_that_is_not_whole_is_not_vouched_for_anew(folder):
    (folder / "domain.npz").write_bytes(b"other")
    with refused(UnusableModel, messages.OTHER_SIZE) as refusal:
        choose_point(folder, "normal", 0.5, "test images")
    assert refusal.error.path == folder / "domain.npz"
    assert "chosen" not in json.loads((folder / "card.json").read_text("utf-8"))["operating_points"]


def test_where_the_disk_is_full_the_old_card_stays(folder, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    before = (folder / "card.json").read_bytes()
    monkeypatch.setattr("os.fsync", full)
    with refused(InvalidRequest, CANNOT_BE_WRITTEN(reason="No space left on device")):
        choose_point(folder, "normal", 0.5, "test images")
    assert (folder / "card.json").read_bytes() == before
    bundle.load(folder)


@pytest.mark.parametrize(("name", "threshold"), [("flu", 0.5), ("normal", 1.5), ("normal", float("nan"))])
def test_a_point_that_makes_no_sense_is_refused(folder, name, threshold):
    with pytest.raises(InvalidRequest):
        choose_point(folder, name, threshold, "test images")
