"""What `cxrview score` can be asked for beside a table: patterns, models, thresholds, events, names."""

import errno
import io
import json
import os
import shutil
import sys

import cv2
import numpy as np
import pytest
from pyarrow import parquet

from cxrview.__main__ import main
from cxrview.batch import messages as batch_messages
from cxrview.batch import parts_table
from cxrview.batch.events import BatchProgress, parse
from cxrview.cli import messages
from cxrview.explain.messages import NO_CLASS
from cxrview.imaging.messages import IS_EMPTY
from tests.batch.many_films import table
from tests.conftest import make_tiny_bundle
from tests.imaging.phantoms import phantom, save


@pytest.fixture
def films(tmp_path):
    """Two films, one of them twice, one of a patient, and a file that is empty, in two folders."""
    folder = tmp_path / "in"
    (folder / "lateral").mkdir(parents=True)
    random = np.random.default_rng(0)
    for name in ("a.png", "lateral/b.png"):
        cv2.imwrite(str(folder / name), random.integers(0, 256, (128, 128), dtype=np.uint8))
    shutil.copy(folder / "a.png", folder / "c.png")
    patient = {"PatientID": "4711", "SOPInstanceUID": "1.2.826.5.7", "StudyInstanceUID": "1.2.826.5"}
    save(phantom(np.full((128, 128), 9, np.uint16), **patient), folder / "patient.dcm")
    (folder / "d.png").write_bytes(b"")
    return folder


@pytest.fixture
def score(films, tiny_bundle, tmp_path):
    """Return the function that scores the films to a table, and returns the exit code and its rows."""

    def run(name, *options, paths=(films,), model=tiny_bundle):
        out = tmp_path / name
        code = main(
            ["score", *map(str, paths), "--out", str(out), "--model", str(model), "--device", "cpu", *options]
        )
        return code, table(out) if out.exists() else []

    return run


def shown(rows):
    return [row["path"].rpartition("/")[2] for row in rows]


def test_patterns_choose_among_the_files(score, films, tmp_path, capsys):
    assert shown(score("a.csv", "--include", "*.png", "--exclude", "*/lateral/*")[1]) == [
        "a.png",
        "c.png",
        "d.png",
    ]
    assert json.loads((tmp_path / "a.manifest.json").read_text())["left_out_by_pattern"] == 2
    assert score("b.csv", "--include", "*.jpg") == (2, [])
    assert str(messages.NO_PATTERN_FITS) in capsys.readouterr().err


@pytest.mark.parametrize("end", [b"\n", b"\0"])
def test_paths_come_from_standard_input(score, films, monkeypatch, end):
    names = end.join(os.fsencode(films / name) for name in ("c.png", "a.png")) + end
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(names)))
    assert shown(score("r.csv", paths=("-",))[1]) == ["c.png", "a.png"]


def test_several_models_read_in_one_pass_and_the_first_decides(score, films, tmp_path, capsys):
    classes = [{"name": n, "label": n, "meaning": "."} for n in ("normal", "covid19", "pneumonia")]
    other = make_tiny_bundle(tmp_path / "other", classes=classes)  # its outputs have other names
    alone = score("alone.csv")[1]
    code, rows = score("both.csv", "--model", str(other))
    assert code == 1
    first = rows[0]
    assert {name: first[name] for name in alone[0]} == alone[0]
    assert list(first)[len(alone[0]) :] == [
        *("predicted@other", "p_normal@other", "p_covid19@other", "p_pneumonia@other"),
        *("p_covid19@mean", "p_normal@mean", "p_pneumonia@mean"),
    ]
    assert first["p_normal@other"] == first["p_covid19"]  # the same number under another name
    mean = (float(first["p_covid19"]) + float(first["p_covid19@other"])) / 2
    assert float(first["p_covid19@mean"]) == pytest.approx(mean, abs=1e-6)
    assert score("c.csv", "--model", str(other), "--model", str(other))[0] == 2
    assert str(messages.MODEL_TWICE(name="other")) in capsys.readouterr().err


def test_a_threshold_of_ones_own_decides_what_is_called(score, films, capsys):
    paths = (films / "a.png",)
    (always,) = score("a.csv", "--threshold", "normal=0", paths=paths)[1]
    (never,) = score("b.csv", "--threshold", "normal=1", paths=paths)[1]
    assert (always["call"], always["operating_point"]) == ("normal", "chosen")
    assert never["call"] != "normal"
    assert score("c.csv", "--threshold", "flu=0.5", paths=paths)[0] == 2
    assert str(NO_CLASS(name="flu", names="covid19, normal, pneumonia")) in capsys.readouterr().err
    with pytest.raises(SystemExit):
        score("d.csv", "--threshold", "normal=2", paths=paths)


def test_duplicates_are_told_also_of_films_that_an_earlier_run_read(score, films, capsys):
    paths = [films / "a.png", films / "lateral" / "b.png"]
    score("r.csv", "--duplicates", paths=paths)
    rows = score("r.csv", "--duplicates", "--resume", paths=[*paths, films / "c.png"])[1]
    assert [row["duplicate_of"] for row in rows] == ["", "", str(films / "a.png")]
    assert rows[0]["pixels"] == rows[2]["pixels"] != rows[1]["pixels"]
    assert str(messages.SAME_PIXELS(count=1)) in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="rights are another thing there")
def test_without_names_nothing_leads_to_file_or_patient_but_the_key(score, films, tmp_path, capsys):
    code, rows = score("r.jsonl", "--deid")
    assert code == 1
    told = (tmp_path / "r.jsonl").read_text() + (tmp_path / "r.manifest.json").read_text()
    for secret in (str(films), "patient.dcm", "d.png", "lateral", "4711", "1.2.826"):
        assert secret not in told
    key = dict(line.split(",") for line in (tmp_path / "r.key.csv").read_text().splitlines())
    assert [key[row["path"]] for row in rows] == [str(path) for path in _in_order(films)]
    assert (tmp_path / "r.key.csv").stat().st_mode & 0o777 == 0o600
    assert len(score("r.jsonl", "--deid", "--resume")[1]) == len(rows)
    assert score("r.jsonl", "--resume")[0] == 2  # which would name the files that are left
    assert str(messages.ADD_DEID) in capsys.readouterr().err
    score("named.csv")
    assert score("named.csv", "--deid", "--resume")[0] == 2
    assert str(messages.LEAVE_OUT_DEID) in capsys.readouterr().err


def _in_order(films):
    return [films / name for name in ("a.png", "c.png", "d.png", "patient.dcm", "lateral/b.png")]


def test_events_have_codes_and_values_and_nothing_else_is_on_standard_output(score, films, capsys):
    score("r.csv", "--events", "jsonl")
    lines = capsys.readouterr().out.splitlines()
    events = [json.loads(line) for line in lines]
    kinds = [event["event"] for event in events]
    assert kinds[0] == "started"
    assert "progress" in kinds
    assert None not in map(parse, lines)
    assert next(parse(line) for line in lines if "file_failed" in line).message.code == IS_EMPTY.code
    last = [event for line in lines if isinstance(event := parse(line), BatchProgress)][-1]
    assert (last.done, last.files, last.read, last.failed) == (5, 5, 4, 1)
    (failed,) = (event for event in events if event["event"] == "file_failed")
    assert (failed["code"], failed["file"]) == (IS_EMPTY.code, str(films / "d.png"))
    (done,) = (event for event in events if event["event"] == "finished")
    assert (done["read"], done["failed"]) == (4, 1)
    assert score("r.csv", "--events", "jsonl")[0] == 2
    (refused,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert refused["event"] == "failed"
    assert refused["code"] == messages.EXISTS_ALREADY.code


def test_the_manifest_says_how_the_table_came_about(score, films, tiny_bundle, tmp_path):
    (films / "notes.txt").write_text("x")
    score("r.csv")
    manifest = json.loads((tmp_path / "r.manifest.json").read_text())
    assert manifest["state"] == "complete"
    assert manifest["command"][:3] == ["cxrview", "score", str(films)]
    counts = manifest["counts"]
    assert (counts["files"], counts["frames_read"], counts["files_failed"]) == (5, 4, 1)
    assert manifest["passed_over"][0]["values"] == {"count": 1, "kinds": [".txt"]}
    (model,) = manifest["models"]
    card = json.loads((tiny_bundle / "card.json").read_text())
    assert model["sha256"] == {name: entry["sha256"] for name, entry in card["files"].items()}


def test_parts_are_joined_to_one_file_that_can_be_gone_on_with(score, films, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(parts_table, "PART_ROWS", 2)
    paths = _in_order(films)
    whole = score("whole.parquet", paths=paths)[1]
    score("r.parquet", "--single-file", paths=paths[:4])
    assert (tmp_path / "r.parquet").is_file()
    assert score("r.parquet", "--resume", paths=paths)[0] == 2
    assert str(messages.ADD_SINGLE_FILE) in capsys.readouterr().err
    shutil.copy(films / "a.png", films / "d.png")  # what failed is tried again
    rows = score("r.parquet", "--single-file", "--resume", paths=paths)[1]
    assert [row["path"] for row in rows] == [row["path"] for row in whole]
    assert [row["status"] for row in whole] == ["ok", "ok", "error", "ok", "ok"]
    assert {row["status"] for row in rows} == {"ok"}
    assert not parts_table.parts_beside(tmp_path / "r.parquet").exists()
    kinds = {field.name: str(field.type) for field in parquet.read_schema(tmp_path / "r.parquet")}
    assert (kinds["frame"], kinds["p_normal"], kinds["in_domain"]) == ("int32", "double", "bool")


def test_a_full_disk_keeps_the_parts_that_were_written(score, films, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(parts_table, "PART_ROWS", 2)
    write, written = parts_table.write_part, []

    def full(file, rows, columns):
        if written:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(file)
        write(file, rows, columns)

    with monkeypatch.context() as patch:
        patch.setattr(parts_table, "write_part", full)
        assert score("r.parquet")[0] == 2
    assert "No space left on device" in capsys.readouterr().err
    assert len(table(tmp_path / "r.parquet")) == 2
    assert json.loads((tmp_path / "r.manifest.json").read_text())["state"] == "failed"
    assert len(score("r.parquet", "--resume")[1]) == 5


def test_parquet_without_its_library_is_a_sentence(score, monkeypatch, capsys):
    monkeypatch.setattr(parts_table, "find_spec", lambda _: None)
    assert score("r.parquet")[0] == 2
    assert str(batch_messages.NEEDS_PYARROW) in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--deid", "--resume", "--single-file"])
def test_what_needs_a_table_says_so(films, tiny_bundle, capsys, option):
    assert main(["score", str(films), "--model", str(tiny_bundle), option]) == 2
    assert str(messages.NEEDS_OUT(option=option)) in capsys.readouterr().err


def test_the_help_shows_three_examples(capsys):
    with pytest.raises(SystemExit):
        main(["score", "--help"])
    told = capsys.readouterr().out
    assert told.count("cxrview score ") >= 3 + 1  # and the usage
    assert "exit codes:" in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--report", "page.html"), messages.NOT_ON_SPARK(option="--report")),
        (("--single-file",), messages.NOT_ON_SPARK(option="--single-file")),
        (("--model", "another"), messages.ONE_MODEL_ON_SPARK()),
    ],
)
def test_what_spark_has_not_is_refused(score, options, said, capsys):
    assert score("r.parquet", "--executor", "spark", *options)[0] == 2
    assert str(said) in capsys.readouterr().err


def test_spark_is_given_no_paths_from_standard_input(score, capsys):
    assert score("r.parquet", "--executor", "spark", paths=("-",))[0] == 2
    assert str(messages.NOT_ON_SPARK(option="-")) in capsys.readouterr().err
