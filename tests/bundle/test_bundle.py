"""Bundles are read whole or refused with a sentence."""

import json

import pytest

from cxrview import bundle, paths
from cxrview.bundle import messages
from cxrview.bundle.card import SEGMENTER
from cxrview.errors import InvalidRequest, UnusableModel
from cxrview.messages import CANNOT_BE_READ
from tests.conftest import make_tiny_bundle, write_card
from tests.refusals import refused


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
    with refused(UnusableModel, messages.OTHER_HASH) as refusal:
        bundle.load(folder)
    assert refusal.error.path == folder / "model.onnx"


def test_a_truncated_file_is_refused(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    graph = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(graph[:-10])
    with refused(UnusableModel, messages.OTHER_SIZE(found=len(graph) - 10, expected=len(graph))):
        bundle.load(folder)


def test_a_missing_file_is_refused(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    (folder / "selftest.npz").unlink()
    with refused(UnusableModel, CANNOT_BE_READ) as refusal:
        bundle.load(folder)
    assert refusal.error.path == folder / "selftest.npz"


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"name": "../evil"}, [messages.CARD_NAME]),
        ({"classes": []}, [messages.CARD_CLASS_COUNT]),
        ({"classes": [{"name": "a", "label": "A", "meaning": ""}] * 2}, [messages.CARD_CLASS_NAMES]),
        ({"temperature": 0}, [messages.CARD_TEMPERATURE]),
        ({"map_field": [0.5, 0, 0.4, 1]}, [messages.CARD_MAP_FIELD]),
        ({"input_size": 10**9}, [messages.CARD_INPUT_SIZE]),
        ({"kind": "oracle"}, [messages.CARD_KIND]),
        ({"frame": "heart"}, [messages.CARD_KIND]),
        ({"watch_class": "measles"}, [messages.CARD_WATCH_CLASS]),
        ({"map_scale": {"covid19": 1.0}}, [messages.CARD_MAP_SCALE]),
        ({"map_scale": {"covid19": 1.0, "normal": 0.0, "pneumonia": 1.0}}, [messages.CARD_MAP_SCALE]),
        ({"files": {"../x": {"sha256": "0", "bytes": 0}}}, [messages.CARD_FILES, messages.CARD_FILE_NAMES]),
    ],
)
def test_a_senseless_card_is_refused_with_its_entry(tmp_path, changes, reasons):
    folder = make_tiny_bundle(tmp_path / "m", **changes)
    with refused(UnusableModel, messages.CARD_WRONG_ENTRY) as refusal:
        bundle.load(folder)
    assert refusal.error.problem.values["reason"].code in {reason.code for reason in reasons}


def test_a_card_of_another_schema_or_with_words_for_numbers_is_refused(tmp_path):
    with refused(UnusableModel, messages.CARD_OTHER_SCHEMA(schema="99")):
        bundle.load(make_tiny_bundle(tmp_path / "m", schema=99))
    with refused(UnusableModel, messages.CARD_WRONG_ENTRY):
        bundle.load(make_tiny_bundle(tmp_path / "n", map_field="no"))


def test_a_card_without_an_entry_names_it(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    card = json.loads((folder / "card.json").read_text())
    del card["temperature"]
    (folder / "card.json").write_text(json.dumps(card))
    with refused(UnusableModel, messages.CARD_LACKS_ENTRY(entry="'temperature'")):
        bundle.load(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe\x00", b"null"])
def test_a_damaged_card_is_refused(tmp_path, content):
    (tmp_path / "card.json").write_bytes(content)
    with pytest.raises(UnusableModel):
        bundle.load(tmp_path)


def test_an_empty_folder_is_no_bundle(tmp_path):
    with refused(UnusableModel, messages.NO_BUNDLE):
        bundle.load(tmp_path)


def test_bundles_are_found_by_name_and_by_folder(tmp_path):
    mine = make_tiny_bundle(paths.user_models() / "mine")
    assert bundle.folders()["mine"] == mine
    assert bundle.find("mine") == mine
    elsewhere = make_tiny_bundle(tmp_path / "elsewhere")
    assert bundle.find(str(elsewhere)) == elsewhere


def test_an_unknown_model_is_a_sentence_that_names_the_known_ones():
    make_tiny_bundle(paths.user_models() / "mine")
    with refused(InvalidRequest, messages.NO_SUCH_MODEL(model="other")) as refusal:
        bundle.find("other")
    assert "mine" in str(refusal.error.advice)


def test_a_users_bundle_hides_a_bundled_one_of_that_name():
    make_tiny_bundle(paths.user_models() / "cxr-densenet121")
    assert bundle.find() == paths.user_models() / "cxr-densenet121"


def test_a_segmenter_is_no_model_to_read_films_with(tmp_path):
    assert set(bundle.folders(SEGMENTER)) == {"lungs"}
    assert "lungs" not in bundle.folders()
    with refused(InvalidRequest, messages.READS_NO_FILMS(model="lungs")):
        bundle.find("lungs")
    with refused(InvalidRequest, messages.READS_NO_FILMS):
        bundle.find(str(bundle.folders(SEGMENTER)["lungs"]))
    assert bundle.find("lungs", any_kind=True) == paths.bundled_models() / "lungs"
    mine = make_tiny_bundle(paths.user_models() / "lungs")
    assert bundle.find("lungs") == mine
    assert set(bundle.folders(SEGMENTER)) == {"lungs"}


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
    with refused(UnusableModel, messages.FILE_NOT_LISTED):
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
    with refused(UnusableModel, messages.CARD_WRONG_ENTRY):
        bundle.load(folder)


def test_exclusive_must_be_true_or_false(tmp_path):
    with refused(UnusableModel, messages.CARD_WRONG_ENTRY(reason=messages.CARD_NO_BOOLEAN(given="'false'"))):
        bundle.load(make_tiny_bundle(tmp_path / "m", exclusive="false"))
