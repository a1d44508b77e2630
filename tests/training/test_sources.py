"""Which files a run is about: folders, tables, and labels that are no names."""

import os
import sys

import pytest

from cxrview import words
from cxrview.datasets.config import DataConfig
from cxrview.errors import BadRequest
from cxrview.training.sources import find_items
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
    with pytest.raises(BadRequest, match="two folders for validation"):
        found(tmp_path)
    (tmp_path / "valid").rename(tmp_path / "more")
    with pytest.raises(BadRequest, match="“more” beside"):
        found(tmp_path)


def test_images_beside_the_class_folders_are_refused_and_a_flat_folder_has_no_labels(tmp_path):
    class_folders(tmp_path, {"a": 1})
    write(tmp_path / "loose.png", small(3))
    with pytest.raises(BadRequest, match=r"outside the class folders, such as loose\.png"):
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
    ("text", "sentence"),
    [
        ("", "lacks the column file"),
        ("path,label\na,b\n", "lacks the column file"),
        ("file,label\n", "lists no images"),
        ("file,label,label\na.png,x,y\n", "two columns “label”"),
        ("file,label\n,x\n", "no usable file in line 2"),
        ("file,label\na.png,x\na.png,y\n", "lists “a.png” twice"),
        ("file,label,split\na.png,x,train\nb.png,x,\n", "names no split in line 3"),
        ("file,label,split\na.png,x,holdout\n", "knows a split “holdout”"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path, text, sentence):
    with pytest.raises(BadRequest, match=sentence):
        found(table(tmp_path, text))


def test_a_table_that_is_none_is_refused(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00file")
    with pytest.raises(BadRequest, match="cannot be read as a table"):
        found(tmp_path / "x.csv")
    with pytest.raises(BadRequest, match="no images at"):
        found(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadRequest, match="holds no images"):
        found(tmp_path / "empty")


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("../outside", "could be taken for a path"),
        ("/etc/passwd", "could be taken for a path"),
        ("C:evil", "could be taken for a path"),
        ("a\\b", "could be taken for a path"),
        ("..", "could be taken for a path"),
        ("a\x00b", "could be taken for a path"),
        ("x" * 101, "101 characters"),
        ("a\u202eb", "cannot be seen"),
        ("a||b", "is empty"),
    ],
)
def test_a_label_that_is_no_plain_name_is_refused_and_named(tmp_path, label, sentence):
    with pytest.raises(BadRequest, match=sentence):
        found(table(tmp_path, f"file,label\na.png,{label}\n"))


def test_classes_that_differ_in_case_only_are_refused(tmp_path):
    with pytest.raises(BadRequest, match="“Normal” and “normal”"):
        found(table(tmp_path, "file,label\na.png,Normal\nb.png,normal\n"))


def test_files_are_left_out_by_name_and_pattern(tmp_path):
    class_folders(tmp_path, {"a": 3, "b": 1})
    left = found(tmp_path, exclude=("a/p001.png", "b/*"))
    assert [item.file for item in left] == ["a/p000.png", "a/p002.png"]


@pytest.mark.parametrize(("pattern", "sentence"), [("(", "no regular expression"), ("p.*", "has 0 groups")])
def test_a_pattern_that_is_none_is_refused(tmp_path, pattern, sentence):
    class_folders(tmp_path, {"a": 1})
    with pytest.raises(BadRequest, match=sentence):
        found(tmp_path, group_pattern=pattern)


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be made there")
def test_a_folder_whose_name_is_no_plain_name_is_refused(tmp_path):
    class_folders(tmp_path, {"a:b": 1})
    with pytest.raises(BadRequest, match="could be taken for a path"):
        found(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only there may a file name be any bytes")
def test_a_file_name_that_is_no_unicode_is_refused_and_named(tmp_path):
    folder = class_folders(tmp_path, {"a": 2, "b": 2})
    picture = folder / "a" / "p001.png"
    picture.rename(picture.with_name(os.fsdecode(b"p\xff.png")))
    with pytest.raises(BadRequest, match=r"holds “a/p\\udcff\.png”, whose name is not valid UTF-8"):
        find_items(DataConfig(path=str(folder)))


def test_what_is_wrong_with_a_table_is_said_in_german(tmp_path):
    table = tmp_path / "wrong.csv"
    table.write_text("image,diagnosis\na.png,normal\n", "utf-8")
    words.use("de")
    try:
        with pytest.raises(BadRequest) as refused:
            find_items(DataConfig(path=str(table)))
    finally:
        words.use("en")
    assert str(refused.value).startswith("wrong.csv hat keine Spalte file. Die erste Zeile nennt die Spalten")
