"""Which files a run is about: folders, tables, and labels that are no names."""

import csv
import os
import sys

import numpy as np
import pytest

from cxrview import i18n
from cxrview.datasets import messages
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import find_items
from cxrview.errors import InvalidRequest
from cxrview.i18n import say
from cxrview.imaging import messages as imaging_messages
from tests.imaging.phantoms import phantom, save
from tests.refusals import refused
from tests.training.drawn import class_folders, small, write


def found(path, **choices):
    return find_items(DataConfig(path=str(path), **choices))


def table(folder, text, name="list.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_class_folders_are_searched_to_their_depth(tmp_path):
    class_folders(tmp_path, {"normal": 2, "sick": 1})
    write(tmp_path / "sick" / "deep" / "er" / "x.png", small(1))
    (tmp_path / "sick" / "notes.txt").write_text("no image")
    (tmp_path / ".hidden").mkdir()
    items = found(tmp_path)
    assert {item.file for item in items} == {
        "normal/p000.png",
        "normal/p001.png",
        "sick/deep/er/x.png",
        "sick/p000.png",
    }
    assert {item.labels for item in items if item.file.startswith("sick")} == {("sick",)}
    assert not any(item.split for item in items)


@pytest.mark.parametrize("name", ["val", "valid", "Validation"])
def test_folders_of_a_split_are_known(tmp_path, name):
    for part in ("train", name, "test"):
        class_folders(tmp_path / part, {"a": 1, "b": 1})
    items = found(tmp_path)
    assert sorted((item.split, *item.labels) for item in items) == [
        (side, label) for side in ("test", "train", "validation") for label in ("a", "b")
    ]
    assert items[0].file.count("/") == 2


def test_two_folders_for_one_side_and_strange_folders_are_refused(tmp_path):
    for part in ("train", "val", "valid"):
        class_folders(tmp_path / part, {"a": 1})
    with refused(InvalidRequest, messages.TWO_FOLDERS(side="validation")):
        found(tmp_path)
    (tmp_path / "valid").rename(tmp_path / "more")
    with refused(InvalidRequest, messages.FOLDER_BESIDE_SPLIT(name="more")):
        found(tmp_path)


def test_images_beside_the_class_folders_are_refused_and_a_flat_folder_has_no_labels(tmp_path):
    class_folders(tmp_path, {"a": 1})
    write(tmp_path / "loose.png", small(3))
    with refused(InvalidRequest, messages.IMAGES_OUTSIDE_CLASSES(name="loose.png")):
        found(tmp_path)
    write(tmp_path / "flat" / "one.png", small(4))
    assert [item.labels for item in found(tmp_path / "flat")] == [()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_of_every_shape_are_read(tmp_path, encoding, delimiter):
    lines = ["Label,split,FILE,source,width", "grün,val,a.png,here,3", "b|c,train,sub/b.png,,"]
    text = "\n".join(lines).replace(",", delimiter)
    one, two = found(table(tmp_path, text, encoding=encoding))
    assert (one.file, one.labels, one.split, one.source) == ("a.png", ("grün",), "validation", "here")
    assert (two.labels, two.split, two.source) == (("b", "c"), "train", "")
    assert two.path == tmp_path / "sub" / "b.png"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", messages.NO_FILE_COLUMN),
        ("image,label\na,b\n", messages.NO_FILE_COLUMN),
        ("file,label\n", imaging_messages.LISTS_NO_IMAGES),
        ("file,label,label\na.png,x,y\n", messages.TWO_COLUMNS(name="label")),
        ("file,label\n,x\n", messages.NO_USABLE_FILE(number=2)),
        ("file,label\na.png,x\na.png,y\n", messages.LISTED_TWICE(name="a.png")),
        ("file,label,split\na.png,x,train\nb.png,x,\n", messages.SPLIT_MISSING(number=3)),
        ("file,label,split\na.png,x,holdout\n", messages.UNKNOWN_SPLIT(name="holdout")),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path, text, message):
    with refused(InvalidRequest, message):
        found(table(tmp_path, text))


@pytest.mark.parametrize("column", ["boxes", "Opacity_Boxes"])
def test_boxes_are_read_and_not_told_is_not_none(tmp_path, column):
    cells = ['"[[10, 20.5, 30, 40], [1,2,3,4]]"', "[]", ""]
    rows = "".join(f"{name}.png,x,{cell}\n" for name, cell in zip("abc", cells, strict=True))
    drawn, none, untold = found(table(tmp_path, f"file,label,{column}\n{rows}"))
    assert drawn.boxes == ((10.0, 20.5, 30.0, 40.0), (1.0, 2.0, 3.0, 4.0))
    assert none.boxes == ()
    assert untold.boxes is None
    assert found(table(tmp_path, "file,label\na.png,x\n"))[0].boxes is None


@pytest.mark.parametrize(
    "cell",
    [
        "left",
        "7",
        '{"left": 1}',
        "[1, 2, 3, 4]",
        "[[1, 2, 3]]",
        '[[1, 2, 3, "4"]]',
        "[[1, 2, 3, true]]",
        "[[1, 2, 3, NaN]]",
        f"[[1, 2, 3, 1{'0' * 400}]]",
        "[[30, 2, 10, 4]]",
        "[[1, 2, 3, 2]]",
        "[" * 100_000,
    ],
)
def test_broken_boxes_are_refused_with_their_line(tmp_path, cell):
    rows = [["file", "boxes"], ["a.png", "[]"], ["b.png", cell]]
    with (tmp_path / "list.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    with refused(InvalidRequest, messages.UNREADABLE_BOXES(column="boxes", number=3)) as refusal:
        found(tmp_path / "list.csv")
    assert refusal.error.path == tmp_path / "list.csv"


def test_a_table_that_is_none_is_refused(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00file")
    with refused(InvalidRequest, messages.NO_CSV):
        found(tmp_path / "x.csv")
    with refused(InvalidRequest, messages.NO_IMAGES_AT):
        found(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with refused(InvalidRequest, messages.HOLDS_NO_IMAGES):
        found(tmp_path / "empty")


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("../outside", messages.LIKE_A_PATH),
        ("/etc/passwd", messages.LIKE_A_PATH),
        ("C:evil", messages.LIKE_A_PATH),
        ("a\\b", messages.LIKE_A_PATH),
        ("..", messages.LIKE_A_PATH),
        ("a\x00b", messages.LIKE_A_PATH),
        ("x" * 101, messages.TOO_LONG(count=101)),
        ("a\u202eb", messages.INVISIBLE),
        ("a||b", messages.EMPTY_LABEL),
    ],
)
def test_a_label_that_is_no_plain_name_is_refused_and_named(tmp_path, label, message):
    with refused(InvalidRequest, message):
        found(table(tmp_path, f"file,label\na.png,{label}\n"))


def test_classes_that_differ_in_case_only_are_refused(tmp_path):
    with refused(InvalidRequest, messages.CLASSES_ALIKE(one="Normal", other="normal")):
        found(table(tmp_path, "file,label\na.png,Normal\nb.png,normal\n"))


def test_files_are_left_out_by_name_and_pattern(tmp_path):
    class_folders(tmp_path, {"a": 3, "b": 1})
    left = found(tmp_path, exclude=("a/p001.png", "b/*"))
    assert [item.file for item in left] == ["a/p000.png", "a/p002.png"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [("(", messages.NO_REGULAR_EXPRESSION), ("p.*", messages.NOT_ONE_GROUP(count=0))],
)
def test_a_pattern_that_is_none_is_refused(tmp_path, pattern, message):
    class_folders(tmp_path, {"a": 1})
    with refused(InvalidRequest, message):
        found(tmp_path, group_pattern=pattern)


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be made there")
def test_a_folder_whose_name_is_no_plain_name_is_refused(tmp_path):
    class_folders(tmp_path, {"a:b": 1})
    with refused(InvalidRequest, messages.LIKE_A_PATH):
        found(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only there may a file name be any bytes")
def test_a_file_name_that_is_no_unicode_is_refused_and_named(tmp_path):
    folder = class_folders(tmp_path, {"a": 2, "b": 2})
    picture = folder / "a" / "p001.png"
    picture.rename(picture.with_name(os.fsdecode(b"p\xff.png")))
    with refused(InvalidRequest, messages.NAME_NOT_UTF8(name="a/p\\udcff.png")):
        find_items(DataConfig(path=str(folder)))


def test_what_is_wrong_with_a_table_is_said_in_german(tmp_path):
    table = tmp_path / "wrong.csv"
    table.write_text("image,diagnosis\na.png,normal\n", "utf-8")
    with refused(InvalidRequest, messages.NO_FILE_COLUMN) as refusal:
        find_items(DataConfig(path=str(table)))
    i18n.use("de")
    try:
        told = say(refusal.error.whole)
        wanted = f"wrong.csv {say(messages.NO_FILE_COLUMN)} {say(messages.NAME_COLUMNS)}"
    finally:
        i18n.use("en")
    assert told == wanted
    assert str(messages.NO_FILE_COLUMN) not in told


def test_results_with_a_column_truth_are_labelled_images(tmp_path, monkeypatch):
    lines = ["path,frame,status,truth", "films/a.dcm,1,ok,x", "films/a.dcm,2,ok,x", "films/b.dcm,,error,y"]
    (tmp_path / "run" / "films").mkdir(parents=True)
    (tmp_path / "run" / "films" / "a.dcm").touch()
    monkeypatch.chdir(tmp_path / "run")  # where the paths of results begin
    (tmp_path / "results").mkdir()
    one, two = found(table(tmp_path / "results", "\n".join(lines)))
    assert (one.path, one.labels) == (tmp_path / "run" / "films" / "a.dcm", ("x",))
    assert two.labels == ("y",)


def test_films_are_known_by_their_uid(tmp_path):
    (tmp_path / "deep").mkdir()
    for number in (1, 2):
        film = phantom(np.zeros((8, 8), np.uint16), SOPInstanceUID=f"1.2.{number}")
        save(film, tmp_path / "deep" / f"film{number}.dcm")
    one, two, lost = found(table(tmp_path, "instance_uid,label\n1.2.2,x\n1.2.1,y\n1.2.3,x\n"))
    assert [item.path.name for item in (one, two)] == ["film2.dcm", "film1.dcm"]
    assert lost.path == tmp_path / "1.2.3"  # which nobody can read, as the run will say
