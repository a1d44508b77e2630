"""What commands are given: archives, DICOM directories, folders with other things in them, odd names."""

import csv
import shutil
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from cxrview import paths
from cxrview.__main__ import main
from cxrview.imaging import messages
from cxrview.imaging.unpacked import FOLDER
from tests.imaging.samples import sample

DIRECTORY = sample("DICOMDIR-reordered").with_name("DICOMDIR")


@pytest.fixture
def films(tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(3):
        noise = np.random.default_rng(number).integers(0, 256, (96, 96), dtype=np.uint8)
        Image.fromarray(noise).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def archive(films, tmp_path):
    path = tmp_path / "films.zip"
    with zipfile.ZipFile(path, "w") as file:
        for picture in sorted(films.iterdir()):
            file.write(picture, f"a/{picture.name}")
    return path


def score(tiny_bundle, out, *arguments):
    code = main(["score", *map(str, arguments), "--model", str(tiny_bundle), "--out", str(out)])
    with out.open(newline="", encoding="utf-8") as file:
        return code, list(csv.DictReader(file))


def unpacked():
    return sorted((paths.cache() / FOLDER).glob("*/*"))


def test_an_archive_is_scored_and_gone_on_with_and_nothing_stays(archive, tiny_bundle, tmp_path, capsys):
    out, pictures, before = tmp_path / "r.csv", tmp_path / "heat", unpacked()
    code, rows = score(tiny_bundle, out, archive, "--heatmaps", pictures)
    assert code == 0
    assert [row["path"] for row in rows] == [str(archive / "a" / f"{number}.png") for number in range(3)]
    drawn = sorted(path.name for path in pictures.iterdir())
    capsys.readouterr()
    code, rows = score(tiny_bundle, out, archive, "--heatmaps", pictures, "--resume")
    assert (code, len(rows)) == (0, 3)
    assert "2 files done before" in capsys.readouterr().err
    assert sorted(path.name for path in pictures.iterdir()) == drawn
    assert unpacked() == before


def test_what_is_wrong_with_an_archive_is_a_row(archive, films, tiny_bundle, tmp_path):
    archive.write_bytes(archive.read_bytes()[:-30])
    code, rows = score(tiny_bundle, tmp_path / "r.csv", archive, films / "0.png")
    assert code == 1
    assert [(row["path"], row["status"]) for row in rows] == [
        (str(archive), "error"),
        (str(films / "0.png"), "ok"),
    ]
    assert rows[0]["error"] == f"{messages.ARCHIVE_DAMAGED} {messages.COPY_OR_MAKE_AGAIN}"


def test_a_dicom_directory_is_scored_by_the_images_that_it_lists(tiny_bundle, tmp_path):
    shutil.copy(DIRECTORY, tmp_path / "DICOMDIR")
    image = tmp_path / "77654033" / "CR1" / "6154"
    image.parent.mkdir(parents=True)
    shutil.copy(DIRECTORY.parent / "77654033" / "CR1" / "6154", image)
    code, rows = score(tiny_bundle, tmp_path / "r.csv", tmp_path / "DICOMDIR")
    assert code == 1
    assert len(rows) == 31
    assert (rows[0]["path"], rows[0]["status"]) == (str(image), "ok")
    assert str(messages.DOES_NOT_EXIST) in rows[1]["error"]


def test_what_was_passed_over_is_said_once(films, tiny_bundle, tmp_path, capsys):
    (films / "labels.xlsx").write_bytes(b"PK\x03\x04")
    (films / "b").mkdir()
    (films / "b" / "notes.txt").write_text("a")
    (films / "0.png").rename(films / "b" / "0.CR")
    code, rows = score(tiny_bundle, tmp_path / "r.csv", films)
    assert (code, len(rows)) == (0, 3)
    told = str(messages.NO_IMAGES_PASSED_OVER(count=2, kinds=[".xlsx", ".txt"]))
    assert capsys.readouterr().err.count(told) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there no such names are")
def test_names_with_commands_harm_neither_table_nor_terminal(films, tiny_bundle, tmp_path, capsys):
    odd = ["a\rb.png", "\x1b[2J\x9b1m.png", "c\nok.png"]
    for name in odd:
        (films / name).write_bytes(b"\x89PNG\r\n\x1a\n")
    shutil.copy(films / "0.png", films / "-1\r2.png")
    out = tmp_path / "r.csv"
    code, rows = score(tiny_bundle, out, films)
    assert code == 1
    assert [row["path"] for row in rows if row["status"] == "error"] == [
        str(films / name) for name in sorted(odd, key=lambda name: name[0] != "\x1b")
    ]
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "\r" not in said
    assert "\x9b" not in said
    assert len(said.splitlines()) == 3 + 2
    code, again = score(tiny_bundle, out, films, "--resume")
    assert sorted(row["path"] for row in again) == sorted(row["path"] for row in rows)


@pytest.mark.parametrize(("number", "code"), [(1, 0), (3, 0), (4, 2)])
def test_explain_shows_an_image_of_an_archive(archive, tiny_bundle, tmp_path, number, code):
    out = tmp_path / "e.png"
    arguments = [
        "explain",
        str(archive),
        "--out",
        str(out),
        "--frame",
        str(number),
        "--model",
        str(tiny_bundle),
    ]
    assert main(arguments) == code
    assert out.exists() == (code == 0)


def test_explain_shows_an_image_of_a_dicom_directory(tiny_bundle, tmp_path):
    out = tmp_path / "e.png"
    assert main(["explain", str(DIRECTORY), "--out", str(out), "--model", str(tiny_bundle)]) == 0
    assert out.exists()
