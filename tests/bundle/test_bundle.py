"""Bundles are read whole or refused with a sentence."""

import json

import pytest

from cxrview import bundle, paths
from cxrview.errors import BadRequest, UnusableModel
from tests.conftest import make_tiny_bundle, write_card


def test_a_whole_bundle_loads(tiny_bundle):
    card = bundle.load(tiny_bundle).card
    assert card.class_names == ("covid19", "normal", "pneumonia")
    assert card.label("covid19") == "COVID-19"
    assert card.label("absent") == "absent"


def test_a_changed_file_is_refused_by_its_hash(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    graph = bytearray((folder / "model.onnx").read_bytes())
    graph[100] ^= 1
    (folder / "model.onnx").write_bytes(graph)
    with pytest.raises(UnusableModel, match=r"model\.onnx is not the file that the card was written for"):
        bundle.load(folder)


def test_a_truncated_file_is_refused(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    graph = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(graph[:-10])
    with pytest.raises(UnusableModel, match=r"has .* bytes and the card says"):
        bundle.load(folder)


def test_a_missing_file_is_refused(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    (folder / "selftest.npz").unlink()
    with pytest.raises(UnusableModel, match=r"selftest\.npz cannot be read"):
        bundle.load(folder)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"schema": 99}, "has schema 99"),
        ({"name": "../evil"}, "plain folder name"),
        ({"classes": []}, "2 to 1000 classes"),
        ({"classes": [{"name": "a", "label": "A", "meaning": ""}] * 2}, "class names must differ"),
        ({"temperature": 0}, "temperature must be above 0"),
        ({"map_field": [0.5, 0, 0.4, 1]}, "map_field"),
        ({"map_field": "no"}, "wrong entry"),
        ({"input_size": 10**9}, "input_size"),
        ({"files": {"../x": {"sha256": "0", "bytes": 0}}}, "files must list|plain names"),
    ],
)
def test_a_senseless_card_is_refused_with_its_entry(tmp_path, changes, sentence):
    folder = make_tiny_bundle(tmp_path / "m", **changes)
    with pytest.raises(UnusableModel, match=sentence):
        bundle.load(folder)


def test_a_card_without_an_entry_names_it(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    card = json.loads((folder / "card.json").read_text())
    del card["temperature"]
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(UnusableModel, match="lacks the entry 'temperature'"):
        bundle.load(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe\x00", b"null"])
def test_a_damaged_card_is_refused(tmp_path, content):
    (tmp_path / "card.json").write_bytes(content)
    with pytest.raises(UnusableModel):
        bundle.load(tmp_path)


def test_an_empty_folder_is_no_bundle(tmp_path):
    with pytest.raises(UnusableModel, match="is not a model bundle"):
        bundle.load(tmp_path)


def test_bundles_are_found_by_name_and_by_folder(tmp_path):
    mine = make_tiny_bundle(paths.user_models() / "mine")
    assert bundle.folders()["mine"] == mine
    assert bundle.find("mine") == mine
    elsewhere = make_tiny_bundle(tmp_path / "elsewhere")
    assert bundle.find(str(elsewhere)) == elsewhere


def test_an_unknown_model_is_a_sentence_that_names_the_known_ones():
    make_tiny_bundle(paths.user_models() / "mine")
    with pytest.raises(BadRequest, match=r"no model “other”.*mine"):
        bundle.find("other")


def test_a_users_bundle_hides_a_bundled_one_of_that_name():
    make_tiny_bundle(paths.user_models() / "cxr-densenet121")
    assert bundle.find() == paths.user_models() / "cxr-densenet121"


def test_rewriting_the_card_after_a_change_makes_the_bundle_whole(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    (folder / "notes.txt").write_text("hello")
    write_card(folder)
    assert "notes.txt" in bundle.load(folder).card.files


@pytest.mark.parametrize("place", ["extra.bin", "deeper/weights.bin", "deeper/model.onnx"])
def test_a_file_that_the_card_does_not_list_is_refused(tmp_path, place):
    folder = make_tiny_bundle(tmp_path / "m")
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_bytes(b"?")
    with pytest.raises(UnusableModel, match="which its card does not list"):
        bundle.load(folder)


def test_the_report_and_the_systems_own_files_are_no_matter(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    (folder / "report").mkdir()
    (folder / "report" / "report.html").write_text("<p>fine</p>")
    (folder / ".DS_Store").write_bytes(b"?")
    assert bundle.load(folder).card.name == "m"


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, json.dumps({"schema": 1}), '{"schema": 1, "input_size": 1e999}'],
    ids=["deep", "bare", "infinite"],
)
def test_a_hostile_card_is_refused_with_a_sentence(tmp_path, text):
    (tmp_path / "card.json").write_text(text)
    with pytest.raises(UnusableModel):
        bundle.load(tmp_path)


def test_an_input_size_beyond_all_numbers_is_refused(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    text = (folder / "card.json").read_text()
    (folder / "card.json").write_text(text.replace('"input_size": 64', '"input_size": 1e999'))
    with pytest.raises(UnusableModel, match="wrong entry"):
        bundle.load(folder)


def test_exclusive_must_be_true_or_false(tmp_path):
    with pytest.raises(UnusableModel, match="neither true nor false"):
        bundle.load(make_tiny_bundle(tmp_path / "m", exclusive="false"))
