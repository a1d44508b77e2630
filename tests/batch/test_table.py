"""Results files: rows are appended, survive a kill, and go on where they stopped."""

import csv
import json

import pytest

from cxrview.batch import rows
from cxrview.batch.pseudonym_key import load_key
from cxrview.batch.table import open_table, resume
from cxrview.errors import BadRequest, UnreadableImage

COLUMNS = rows.columns(["covid19", "normal"])


def row(path: str, frame: int = 1) -> rows.Row:
    return {"path": path, "frame": frame, "status": "ok", "p_covid19": 0.25, "in_domain": True}


def test_the_columns_are_those_that_scripts_depend_on():
    assert ", ".join(COLUMNS) == (
        "path, frame, status, error, study_uid, series_uid, instance_uid, patient_id_hash, view, predicted, "
        "p_covid19, p_normal, in_domain, domain_score, model, model_version, engine, device, elapsed_ms"
    )


def test_csv_has_one_header_however_often_it_is_opened(tmp_path):
    path = tmp_path / "r.csv"
    for name in ("a, with comma.png", 'b "quoted".png'):
        with open_table(path, COLUMNS) as table:
            table.write(row(name))
    with path.open(newline="") as file:
        read = list(csv.DictReader(file))
    assert [line["path"] for line in read] == ["a, with comma.png", 'b "quoted".png']
    assert read[0]["in_domain"] == "true"
    assert read[0]["error"] == ""


def test_json_lines_keep_types_and_say_null(tmp_path):
    path = tmp_path / "r.jsonl"
    with open_table(path, COLUMNS) as table:
        table.write(row("ä.png"))
    line = json.loads(path.read_text("utf-8"))
    assert list(line) == COLUMNS
    assert (line["p_covid19"], line["in_domain"], line["domain_score"]) == (0.25, True, None)


def test_a_row_is_on_disk_as_soon_as_it_is_written(tmp_path):
    path = tmp_path / "r.csv"
    with open_table(path, COLUMNS) as table:
        table.write(row("a.png"))
        assert "a.png" in path.read_text()


def test_a_file_name_that_is_not_unicode_is_written_as_it_is(tmp_path):
    path = tmp_path / "r.csv"
    with open_table(path, COLUMNS) as table:
        table.write(row("bad\udcff.png"))
    assert b"bad\xff.png" in path.read_bytes()


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_resuming_keeps_what_is_certain(tmp_path, suffix):
    path = tmp_path / f"r{suffix}"
    with open_table(path, COLUMNS) as table:
        for name, frame in (("a", 1), ("b", 1), ("b", 2), ("c", 1)):
            table.write(row(name, frame))
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines(keepends=True)[-1][:9])  # killed in the middle of a line
    assert resume(path, COLUMNS) == {"a", "b"}
    kept = whole.splitlines(keepends=True)[:-1]
    assert path.read_bytes() == b"".join(kept)


def test_resuming_nothing_starts_at_the_beginning(tmp_path):
    assert resume(tmp_path / "none.csv", COLUMNS) == set()


def test_resuming_with_another_model_is_refused_and_harms_nothing(tmp_path):
    path = tmp_path / "r.csv"
    with open_table(path, COLUMNS) as table:
        table.write(row("a"))
    before = path.read_bytes()
    with pytest.raises(BadRequest, match="its columns differ"):
        resume(path, rows.columns(["other"]))
    assert path.read_bytes() == before


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(BadRequest, match=r"Choose \.csv or \.jsonl"), open_table(tmp_path / "r.xls", COLUMNS):
        pass


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(BadRequest, match="cannot be written"),
        open_table(tmp_path / "file" / "r.csv", COLUMNS),
    ):
        pass


def test_pseudonyms_link_rows_and_hide_the_patient(tmp_path):
    key = load_key(tmp_path / "own" / "key")
    assert load_key(tmp_path / "own" / "key") == key
    assert rows.pseudonym("12345", key) == rows.pseudonym("12345", key)
    assert rows.pseudonym("12345", key) != rows.pseudonym("12345", load_key(tmp_path / "other"))
    assert rows.pseudonym("", key) == ""


def test_a_damaged_key_is_a_sentence(tmp_path):
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(BadRequest, match="is damaged"):
        load_key(tmp_path / "key")


def test_a_failure_row_carries_the_sentence(tmp_path):
    failed = rows.failure(tmp_path / "x.dcm", UnreadableImage("is empty.", "Copy it again."))
    assert failed == {"path": str(tmp_path / "x.dcm"), "status": "error", "error": "is empty. Copy it again."}
