"""Bundles are listed, renamed, annotated and taken away, and stay bundles."""

import json
import os
import time

import pytest

from cxrview import bundle, paths
from cxrview.bundle import library, messages
from cxrview.errors import InvalidRequest, UnusableModel
from cxrview.message import NOTHING
from tests.conftest import make_tiny_bundle
from tests.refusals import refused


@pytest.fixture
def mine():
    """A bundle of the user's."""
    return make_tiny_bundle(paths.user_models() / "mine", name="mine", title="mine: one convolution")


def found(name: str) -> library.InstalledModel:
    return next(entry for entry in library.installed() if entry.name == name)


def test_what_is_installed_is_described(mine):
    entry = found("mine")
    assert entry.card.title == "mine: one convolution"
    assert (entry.bundled, entry.problem, entry.notes, entry.measured) == (False, NOTHING, "", False)
    assert entry.bytes == sum(path.stat().st_size for path in mine.iterdir())
    assert entry.time == (mine / "model.onnx").stat().st_mtime
    assert found("cxr-densenet121").bundled
    assert library.installed()[0].bundled


def test_a_segmenter_is_not_listed(mine):
    make_tiny_bundle(paths.user_models() / "bones", kind="segmenter")
    assert {entry.name for entry in library.installed()} == {"cxr-densenet121", "mine"}


def test_figures_are_found_in_the_bundle(mine):
    (mine / "metrics.json").write_text("{}", "utf-8")
    assert found("mine").measured


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (lambda folder: (folder / "selftest.npz").unlink(), messages.FILE_MISSING),
        (
            lambda folder: (folder / "model.onnx").write_bytes(b"?"),
            messages.FILE_NOT_AS_LISTED(name="model.onnx"),
        ),
        (lambda folder: (folder / "card.json").write_text("{", "utf-8"), messages.CARD_NO_JSON),
        (lambda folder: (folder / "card.json").unlink(), messages.NO_BUNDLE),
    ],
)
def test_a_damaged_bundle_is_listed_with_what_is_wrong(mine, harm, problem):
    harm(mine)
    said = found("mine").problem.as_dict()
    assert problem.code in str(said)


def test_a_bundle_is_renamed_in_its_folder_and_its_card_and_is_whole(mine):
    folder = library.rename("mine", "lungs-2")
    assert folder == paths.user_models() / "lungs-2" == bundle.find("lungs-2")
    card = bundle.load(folder).card
    assert (card.name, card.title) == ("lungs-2", "lungs-2: one convolution")
    assert not mine.exists()


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("../evil", messages.NO_MODEL_NAME),
        ("with space", messages.NO_MODEL_NAME(name="with space")),
        ("", messages.NO_MODEL_NAME),
        ("con", messages.NO_MODEL_NAME),
        ("cxr-densenet121", messages.NAME_TAKEN(name="cxr-densenet121")),
        ("OTHER", messages.NAME_TAKEN(name="OTHER")),
    ],
)
def test_a_name_that_cannot_be_had_changes_nothing(mine, new, message):
    make_tiny_bundle(paths.user_models() / "other")
    before = (mine / "card.json").read_bytes()
    with refused(InvalidRequest, message):
        library.rename("mine", new)
    assert (mine / "card.json").read_bytes() == before


def test_a_rename_that_the_system_refuses_leaves_the_card_as_it_was(mine, monkeypatch):
    def refuse(_path, _target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(mine), "rename", refuse)
    with refused(InvalidRequest, messages.CANNOT_BE_RENAMED(reason="Permission denied")):
        library.rename("mine", "lungs")
    assert bundle.load(mine).card.name == "mine"


def test_a_bundle_that_the_system_holds_on_to_is_not_put_aside(mine, monkeypatch):
    def refuse(_path, _target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(mine), "rename", refuse)
    with refused(InvalidRequest, messages.CANNOT_BE_DELETED(reason="Permission denied")):
        library.put_aside("mine")
    assert [path.name for path in paths.user_models().iterdir()] == ["mine"]


def test_what_comes_with_the_program_is_not_changed():
    for change in (
        lambda: library.rename("cxr-densenet121", "other"),
        lambda: library.set_notes("cxr-densenet121", "words"),
        lambda: library.put_aside("cxr-densenet121"),
        lambda: library.put_aside("../models/cxr-densenet121"),
    ):
        with refused(InvalidRequest, messages.NOT_YOUR_OWN):
            change()


def test_notes_are_kept_in_the_card_and_go_with_the_bundle(mine, tmp_path):
    library.set_notes("mine", "Trained on Tuesday.\nÄrger mit Fall 7.")
    assert found("mine").notes == "Trained on Tuesday.\nÄrger mit Fall 7."
    bundle.export_bundle(mine, tmp_path / "mine.zip")
    imported = bundle.import_bundle(tmp_path / "mine.zip", tmp_path / "elsewhere")
    assert library.describe(imported).notes == "Trained on Tuesday.\nÄrger mit Fall 7."
    library.set_notes("mine", " ")
    assert found("mine").notes == ""
    assert "notes" not in json.loads((mine / "card.json").read_text("utf-8"))
    with refused(InvalidRequest, messages.NOTES_TOO_LONG(limit=20_000)):
        library.set_notes("mine", "x" * 20_001)


def test_a_card_that_cannot_be_read_gets_no_notes(mine):
    (mine / "card.json").write_text("{", "utf-8")
    with pytest.raises(UnusableModel):
        library.set_notes("mine", "words")
    assert (mine / "card.json").read_text("utf-8") == "{"


def test_what_is_put_aside_is_not_installed_and_comes_back_byte_for_byte(mine):
    before = {path.name: path.read_bytes() for path in mine.iterdir()}
    aside = library.put_aside("mine")
    assert "mine" not in bundle.folders()
    assert "mine" not in {entry.name for entry in library.installed()}
    assert library.bring_back(aside, "mine") == mine
    assert {path.name: path.read_bytes() for path in mine.iterdir()} == before
    assert [path.name for path in paths.user_models().iterdir()] == ["mine"]


def test_what_is_put_aside_does_not_come_back_over_another(mine):
    aside = library.put_aside("mine")
    make_tiny_bundle(mine)
    with refused(InvalidRequest, messages.NAME_TAKEN(name="mine")):
        library.bring_back(aside, "mine")
    assert aside.is_dir()
    library.remove(aside)
    assert [path.name for path in paths.user_models().iterdir()] == ["mine"]
    with refused(InvalidRequest, messages.CANNOT_COME_BACK):
        library.bring_back(aside, "gone")


def test_only_what_was_put_aside_long_ago_is_removed(mine):
    aside = library.put_aside("mine")
    library.remove_left_over()
    assert aside.is_dir()
    old = time.time() - 2 * 86_400
    os.utime(aside.parent.parent, (old, old))
    library.remove_left_over()
    assert not aside.exists()
