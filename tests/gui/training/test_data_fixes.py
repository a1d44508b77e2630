"""What is offered against each kind of finding, and what the page knows before the check."""

from dataclasses import replace
from pathlib import Path

import pytest

from cxrview import i18n
from cxrview.datasets import messages, tables
from cxrview.datasets.config import DataConfig
from cxrview.datasets.finding_texts import FEW_IMAGES, quoted
from cxrview.datasets.report import DataReport, Finding
from cxrview.datasets.sources import find_items
from cxrview.datasets.survey import file_of, find_patients, pattern_of, short_name, survey
from cxrview.errors import InvalidRequest
from cxrview.gui.training.data import fixes as data_fixes
from cxrview.gui.training.data.findings import FindingRow
from cxrview.gui.training.data.fixes import fixes, settled
from cxrview.progress import silent
from cxrview.training.config import RecipeConfig, TrainingConfig
from tests.refusals import refused, says
from tests.training.drawn import class_folders, small, write


def finding(kind: str, files=(), **details) -> dict:
    """Return a finding as the report holds it."""
    return {"kind": kind, "severity": "warning", "text": "", "files": list(files), "details": details}


def test_a_finding_is_said_in_the_language_of_the_user(qtbot):
    item = Finding("few-images", "warning", FEW_IMAGES(classes=quoted(["Normal"]), least=20))
    stored = DataReport(findings=(item,)).as_dict()["findings"][0]
    i18n.use("de")
    try:
        row = FindingRow(stored, TrainingConfig(), {})
        qtbot.addWidget(row)
        assert row.text.text() == i18n.say(item.message)
    finally:
        i18n.use("en")


def test_of_each_set_of_copies_the_first_stays():
    pairs = [["a", "c", 1.0], ["b", "d", 0.9], ["c", "e", 0.9]]
    (fix,) = fixes(finding("near-duplicate", "acbde", pairs=pairs), TrainingConfig(), {})
    assert fix.files == ("c", "d", "e")


def test_of_copies_on_two_sides_the_one_nearer_to_training_goes():
    side_of = {"a": "test", "b": "train", "c": "validation", "d": "test"}
    pairs = [["a", "b", 1.0], ["c", "d", 0.8]]
    anew, leave_out = fixes(finding("leak-duplicate", "abcd", pairs=pairs), TrainingConfig(), side_of)
    assert anew.action == data_fixes.SPLIT_ANEW
    assert leave_out.files == ("b", "c")


def test_a_patient_on_two_sides_leaves_the_training():
    side_of = {"a": "test", "b": "train", "c": "train"}
    _, leave_out = fixes(finding("leak-patient", "abc"), TrainingConfig(), side_of)
    assert leave_out.files == ("b", "c")


def test_imbalance_is_mended_by_the_recipe_or_is_already():
    balanced = TrainingConfig()
    plain = replace(balanced, recipe=RecipeConfig(balance="none"))
    imbalance = finding("imbalance")
    assert fixes(imbalance, balanced, {}) == []
    assert "balances" in settled(imbalance, balanced)
    assert [fix.action for fix in fixes(imbalance, plain, {})] == [data_fixes.BALANCE]
    assert settled(imbalance, plain) == ""


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("unreadable", data_fixes.EXCLUDE),
        ("label-conflict", data_fixes.EXCLUDE),
        ("one-patient", data_fixes.GROUP),
        ("too-few", data_fixes.NO_TEST),
        ("confounded", data_fixes.VARY),
    ],
)
def test_each_kind_has_its_remedy(kind, action):
    (fix,) = fixes(finding(kind, ["a", "b"]), TrainingConfig(), {})
    assert fix.action == action
    assert fix.text


@pytest.mark.parametrize("name", ["a.png", "a[1].png", "what?.png", "all*.png", "[x]*[y].png"])
def test_a_file_is_left_out_by_its_name_and_no_other_is(name, tmp_path):
    others = {"a.png", "a1.png", "whatx.png", "allx.png", "x_y.png"} - {name}
    for number, each in enumerate([*others, name]):
        write(tmp_path / "clear" / each, small(number))
    file = f"clear/{name}"
    exclude = tables.with_excluded((), [file])
    assert file_of(exclude[0]) == file
    left = {item.path.name for item in find_items(DataConfig(str(tmp_path), exclude=exclude))}
    assert left == others
    assert tables.without_excluded(exclude, [file]) == ()


def test_a_table_of_folders_names_the_collection_of_folders_of_one_name(tmp_path):
    for place in ("here", "there"):
        class_folders(tmp_path / place, {"clear": 2, "opaque": 3})
    folders = [tmp_path / place / name for place in ("here", "there") for name in ("clear", "opaque")]
    table = tables.of_folders(folders, tmp_path / "out" / "table.csv", silent)
    items = find_items(DataConfig(str(table)))
    assert len(items) == 10
    assert {item.source for item in items} == {"here", "there"}
    assert {item.labels for item in items} == {("clear",), ("opaque",)}


def test_a_folder_without_images_is_no_class(tmp_path):
    class_folders(tmp_path, {"clear": 2})
    (tmp_path / "empty").mkdir()
    with refused(InvalidRequest, messages.HOLDS_NO_IMAGES):
        tables.of_folders([tmp_path / "clear", tmp_path / "empty"], tmp_path / "t.csv", silent)
    assert not (tmp_path / "t.csv").exists()


def test_without_its_split_a_table_keeps_what_is_left_out(tmp_path):
    for part in ("train", "test"):
        class_folders(tmp_path / "images" / part, {"clear": 3, "opaque": 3})
    config = DataConfig(str(tmp_path / "images"), exclude=("train/clear/p001.png",))
    data = tables.without_split(config, tmp_path / "table.csv", silent)
    found = survey(data, silent)
    assert len(found.items) == 11
    assert not found.sides
    left_out = (tmp_path / "images" / "train" / "clear" / "p001.png").as_posix()
    assert [file_of(entry) for entry in data.exclude] == [left_out]
    assert len(survey(replace(data, exclude=()), silent).items) == 12


def test_without_its_split_a_table_keeps_boxes_devices_and_masks(tmp_path):
    for name in "abc":
        write(tmp_path / f"{name}.png", small(ord(name)))
    lines = [
        "file,label,split,boxes,device,mask",
        'a.png,x,train,"[[1, 2, 30, 4.5]]",A,masks/a.png',
        "b.png,y,train,[],B,",
        "c.png,x,test,,,",
    ]
    (tmp_path / "list.csv").write_text("\n".join(lines))
    data = tables.without_split(DataConfig(str(tmp_path / "list.csv")), tmp_path / "table.csv", silent)
    items = find_items(data)
    assert [item.boxes for item in items] == [((1.0, 2.0, 30.0, 4.5),), (), None]
    assert [item.device for item in items] == ["A", "B", ""]
    assert [item.lung_mask for item in items] == [tmp_path / "masks" / "a.png", None, None]


def test_what_a_pattern_finds_is_counted():
    found = find_patients(r"^p(\d+)_", ("p1_a.png", "p1_b.png", "p22_a.png", "x.png"), silent)
    assert (found.tried, found.matched, found.groups, found.largest) == (4, 3, 2, 2)
    assert found.examples[-1] == ("x.png", "")
    assert says(find_patients("p(", ("p1",), silent).problem, messages.NO_REGULAR_EXPRESSION)
    assert says(find_patients("p", ("p1",), silent).problem, messages.NOT_ONE_GROUP)


def test_short_names_keep_the_last_folder():
    assert short_name("clear/a.png") == "clear/a.png"
    assert short_name("/home/somebody/films/clear/a.png") == "…/clear/a.png"
    assert short_name(f"{'x' * 90}/{'y' * 90}.png") == f"{'x' * 18}…{'x' * 18}/{'y' * 18}…{'y' * 14}.png"
    assert pattern_of(Path("clear/a.png").as_posix()) == "clear/a.png"
