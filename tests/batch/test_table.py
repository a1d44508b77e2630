"""Results files: rows are appended, survive a kill, and go on where they stopped."""

import csv
import errno
import io
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from cxrview.batch import messages, rows
from cxrview.batch.formats import done_as
from cxrview.batch.parts_table import take_apart
from cxrview.batch.table import columns_to_go_on_with, open_table, replace, resume, rows_of
from cxrview.batch.text_table import TextTable
from cxrview.errors import InvalidRequest, UnreadableImage
from cxrview.file_lock import file_lock, is_held
from cxrview.message import Message
from cxrview.messages import CANNOT_BE_READ, IN_USE, KEY_DAMAGED, PLACE_CANNOT_BE_WRITTEN
from cxrview.pseudonym import load_key, pseudonym
from tests.refusals import refused

COLUMNS = rows.columns(["covid19", "normal"])


MODEL = ("net", "1.0")


def row(path: str, frame: int = 1, model: tuple[str, str] = MODEL) -> rows.Row:
    origin = {"model": model[0], "model_version": model[1]}
    return {"path": path, "frame": frame, "status": "ok", "p_covid19": 0.25, "in_domain": True, **origin}


def rows_read(path: Path, columns=COLUMNS) -> list[rows.Row]:
    return list(rows_of(path, columns))


def failed(path: str) -> rows.Row:
    return rows.failure(Path(path), UnreadableImage("is empty."))


def written(path: Path, *lines: rows.Row) -> Path:
    with open_table(path, COLUMNS) as table:
        for line in lines:
            table.write(line)
    return path


def spelled(*names: str) -> set[str]:
    return {str(Path.cwd() / name) for name in names}


both_formats = pytest.mark.parametrize("suffix", [".csv", ".jsonl"])


def test_the_columns_are_those_that_scripts_depend_on():
    assert ", ".join(COLUMNS) == (
        "path, frame, status, error, study_uid, series_uid, instance_uid, patient_id_hash, view, predicted, "
        "p_covid19, p_normal, in_domain, domain_score, model, model_version, engine, device, elapsed_ms, "
        "call, operating_point, lungs_found"
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


ODD_NAMES = ("bad\udcff.png", "two\rlines.png", "-1.png", "=cmd|' /C calc'!A0.png", "'@a.png", '"q", r.png')


@both_formats
def test_a_table_stays_whole_and_valid_whatever_files_are_called(tmp_path, suffix):
    path = tmp_path / f"r{suffix}"
    with open_table(path, COLUMNS) as table:
        for name in (*ODD_NAMES, "last.png"):
            table.write(row(name))
    assert path.read_bytes().decode("utf-8").count("ok") == len(ODD_NAMES) + 1
    done = resume(path, COLUMNS, *MODEL).done
    assert done == {done_as(name) for name in ODD_NAMES}
    assert len(rows_read(path, COLUMNS)) == len(ODD_NAMES)


def test_a_spreadsheet_finds_no_formula_and_numbers_stay_numbers(tmp_path):
    path = tmp_path / "r.csv"
    with open_table(path, COLUMNS) as table:
        table.write(row("=1+1.png") | {"domain_score": -0.25, "error": "@x"})
    with path.open(newline="", encoding="utf-8") as file:
        written = next(csv.DictReader(file))
    assert (written["path"], written["error"], written["domain_score"]) == ("'=1+1.png", "'@x", "-0.25")
    assert rows_read(path, COLUMNS)[0]["path"] == "=1+1.png"


def test_json_lines_are_not_guarded(tmp_path):
    path = tmp_path / "r.jsonl"
    with open_table(path, COLUMNS) as table:
        table.write(row("=1+1.png"))
    assert json.loads(path.read_text("utf-8"))["path"] == "=1+1.png"


def deleted(path):
    path.unlink()


def shortened(path):
    path.write_bytes(path.read_bytes()[:10])


def replaced(path):
    other = path.with_name("other")
    other.write_bytes(path.read_bytes() * 2)
    other.replace(path)


@both_formats
@pytest.mark.parametrize("harm", [deleted, shortened, replaced])
@pytest.mark.skipif(sys.platform == "win32", reason="there an open file stays")
def test_a_table_that_was_taken_away_is_noticed_at_the_next_row_and_at_the_end(tmp_path, suffix, harm):
    path = tmp_path / f"r{suffix}"
    with refused(InvalidRequest, messages.TAKEN_AWAY(place=str(path))), open_table(path, COLUMNS) as table:
        table.write(row("a.png"))
        harm(path)
        table.write(row("b.png"))
    with refused(InvalidRequest, messages.TAKEN_AWAY), open_table(path, COLUMNS, anew=True) as table:
        table.write(row("a.png"))
        harm(path)


@both_formats
def test_resuming_keeps_what_is_certain(tmp_path, suffix):
    path = written(tmp_path / f"r{suffix}", row("a"), row("b"), row("b", 2), row("c"))
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines(keepends=True)[-1][:9])  # killed in the middle of a line
    assert resume(path, COLUMNS, *MODEL).done == spelled("a", "b")
    kept = whole.splitlines(keepends=True)[:-1]
    assert path.read_bytes() == b"".join(kept)


@both_formats
def test_files_that_failed_are_told_and_their_rows_stay_where_they_are_until_there_are_better_ones(
    tmp_path, suffix
):
    path = written(tmp_path / f"r{suffix}", failed("a"), row("b"), failed("c"), row("d"), failed("e"))
    heard = []
    resumed = resume(path, COLUMNS, *MODEL, heard.append)
    assert resumed.done == spelled("a", "b", "c", "d")  # the last file is done again in any case
    assert resumed.failed == dict.fromkeys(spelled("a", "c"), f"{UnreadableImage('is empty.')}")
    assert [line["path"] for line in heard] == ["b", "d"]
    replace(path, COLUMNS, {done_as("c"): [row("c", 1), row("c", 2)]})
    mended = written(tmp_path / f"m{suffix}", failed("a"), row("b"), row("c", 1), row("c", 2), row("d"))
    assert path.read_bytes() == mended.read_bytes()


def test_the_last_file_goes_in_all_its_spellings(tmp_path):
    path = written(tmp_path / "r.csv", row("a"), row("./b"), row("x/../b", 2))
    assert resume(path, COLUMNS, *MODEL).done == spelled("a")


def test_resuming_nothing_starts_at_the_beginning(tmp_path):
    assert resume(tmp_path / "none.csv", COLUMNS, *MODEL).done == set()
    (tmp_path / "empty.csv").touch()
    assert resume(tmp_path / "empty.csv", COLUMNS, *MODEL).done == set()


@both_formats
def test_a_table_begun_without_the_call_is_gone_on_with_without_it(tmp_path, suffix):
    path, former = tmp_path / f"r{suffix}", COLUMNS[:-3]
    called = row("b") | {"call": "normal", "operating_point": "balanced"}
    with open_table(path, former) as table:
        for line in (row("a"), row("b")):
            table.write(line)
    assert columns_to_go_on_with(path, COLUMNS) == former
    assert resume(path, former, *MODEL).done == spelled("a")
    with open_table(path, former) as table:
        table.write(called)
    assert resume(path, former, *MODEL).done == spelled("a")  # every row is whole, and the last is done again
    assert "balanced" not in path.read_text("utf-8")


@both_formats
def test_a_table_begun_with_the_call_is_gone_on_with_so(tmp_path, suffix):
    path = written(tmp_path / f"r{suffix}", row("a"), row("b"))
    assert columns_to_go_on_with(path, COLUMNS) == COLUMNS


@pytest.mark.parametrize("content", ["", "[]\n", "{not json\n", "path,frame\n", "{}\n"])
@both_formats
def test_what_is_no_such_table_is_left_to_be_refused_by_all_columns(tmp_path, suffix, content):
    path = tmp_path / f"r{suffix}"
    assert columns_to_go_on_with(path, COLUMNS) == COLUMNS  # nothing is there
    path.write_text(content, "utf-8")
    assert columns_to_go_on_with(path, COLUMNS) == COLUMNS


def not_resumed(path: Path, message: Message, columns=COLUMNS) -> None:
    before = path.read_bytes()
    with refused(InvalidRequest, message):
        resume(path, columns, *MODEL)
    assert path.read_bytes() == before


def test_resuming_with_other_classes_is_refused_and_harms_nothing(tmp_path):
    path = written(tmp_path / "r.csv", row("a"))
    not_resumed(path, messages.OTHER_COLUMNS, rows.columns(["other"]))


@both_formats
@pytest.mark.parametrize("other", [("web", "1.0"), ("net", "1.1")])
def test_resuming_with_another_model_of_the_same_classes_is_refused(tmp_path, suffix, other):
    path = written(tmp_path / f"r{suffix}", row("a", model=other), row("b"))
    not_resumed(path, messages.OTHER_MODEL(written=" ".join(other), current="net 1.0"))


@pytest.mark.parametrize("line", ["{}", "[]", "7", '{"path": ', '{"path": NaN}', "[" * 100_000])
def test_a_damaged_line_of_json_is_passed_over_at_the_end_and_refused_elsewhere(tmp_path, line):
    path = written(tmp_path / "r.jsonl", row("a"), row("b"))
    good = path.read_text()
    path.write_text(good + line)
    assert resume(path, COLUMNS, *MODEL).done == spelled("a")
    path.write_text(line + "\n" + good)
    not_resumed(path, messages.ROWS_DAMAGED(row=0))


@pytest.mark.parametrize("key", ["path", "status", "model"])
def test_json_of_other_columns_is_refused(tmp_path, key):
    path = written(tmp_path / "r.jsonl", row("a"), row("b"))
    path.write_text(path.read_text().replace(f'"{key}"', '"else"', 1))
    not_resumed(path, messages.OTHER_COLUMNS)


def test_json_with_a_path_that_is_none_is_not_whole(tmp_path):
    path = written(tmp_path / "r.jsonl", row("a"), row("b"), row("c"))
    path.write_text(path.read_text().replace('"c"', "null"))
    assert resume(path, COLUMNS, *MODEL).done == spelled("a")


@pytest.mark.parametrize("more", [2, 3000])  # 3000 lines are longer than the csv module lets a field be
def test_a_quotation_mark_that_is_not_closed_is_refused(tmp_path, more):
    path = written(tmp_path / "r.csv", row("a"), *(row(f"file {number}") for number in range(more)))
    path.write_text(path.read_text().replace("file 0", '"file 0'))
    not_resumed(path, messages.ROWS_DAMAGED(row=1))


def test_a_short_line_of_csv_in_the_middle_is_refused(tmp_path):
    path = written(tmp_path / "r.csv", row("a"), row("b"))
    head, first, last = path.read_text().splitlines(keepends=True)
    path.write_text(head + first[:9] + "\n" + last)
    not_resumed(path, messages.ROWS_DAMAGED(row=0))


def test_a_table_that_cannot_be_read_is_a_sentence(tmp_path):
    (tmp_path / "r.csv").mkdir()
    with refused(InvalidRequest, CANNOT_BE_READ):
        resume(tmp_path / "r.csv", COLUMNS, *MODEL)


class Full(io.StringIO):
    """A file on a full disk."""

    def flush(self):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("as_csv", [True, False])
def test_a_full_disk_is_a_sentence(as_csv):
    place = str(messages.STANDARD_OUTPUT)
    with refused(InvalidRequest, PLACE_CANNOT_BE_WRITTEN(place=place, reason="No space left on device")):
        TextTable(Full(), COLUMNS, as_csv).write(row("a"))


def test_another_suffix_is_refused(tmp_path):
    message = messages.NO_FORMAT_OF_RESULTS(name="r.xls")
    with refused(InvalidRequest, message) as refusal, open_table(tmp_path / "r.xls", COLUMNS):
        pass
    assert refusal.error.advice == messages.FORMATS_OF_RESULTS(names=[".csv", ".jsonl", ".parquet"])


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        refused(InvalidRequest, PLACE_CANNOT_BE_WRITTEN),
        open_table(tmp_path / "file" / "r.csv", COLUMNS),
    ):
        pass


def test_pseudonyms_link_rows_and_hide_the_patient(tmp_path):
    key = load_key(tmp_path / "own" / "key")
    assert load_key(tmp_path / "own" / "key") == key
    assert pseudonym("12345", key) == pseudonym("12345", key)
    assert pseudonym("12345", key) != pseudonym("12345", load_key(tmp_path / "other"))
    assert pseudonym("", key) == ""


def test_without_a_key_there_is_no_pseudonym():
    assert pseudonym("12345", b"") == ""  # and not a hash that trying all numbers would undo


def test_processes_that_start_together_agree_on_the_key(tmp_path):
    for number in range(5):
        with multiprocessing.get_context("spawn").Pool(4) as pool:
            keys = pool.map(load_key, [tmp_path / f"key{number}"] * 4, chunksize=1)
        assert len(set(keys)) == 1
    assert len(list(tmp_path.iterdir())) == 5  # nothing else is left lying about


def test_a_key_made_meanwhile_by_another_process_is_taken(tmp_path, monkeypatch):
    path = tmp_path / "key"
    link = Path.hardlink_to

    def late(self, target):
        self.write_bytes(b"o" * 32)
        link(self, target)

    monkeypatch.setattr(Path, "hardlink_to", late)
    assert load_key(path) == b"o" * 32


@pytest.mark.skipif(sys.platform == "win32", reason="rights are another thing there")
def test_only_the_owner_may_read_the_key(tmp_path):
    load_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_damaged_key_is_a_sentence(tmp_path):
    (tmp_path / "key").write_bytes(b"short")
    with refused(InvalidRequest, KEY_DAMAGED):
        load_key(tmp_path / "key")


def test_a_failure_row_carries_the_sentence(tmp_path):
    failed = rows.failure(tmp_path / "x.dcm", UnreadableImage("is empty.", "Copy it again."))
    assert str(failed.pop(rows.WHY)) == "is empty."
    assert failed == {"path": str(tmp_path / "x.dcm"), "status": "error", "error": "is empty. Copy it again."}


def test_a_results_file_is_held_by_one_run_at_a_time(tmp_path):
    path = tmp_path / "deeper" / "r.csv"
    with file_lock(path):
        with refused(InvalidRequest, IN_USE(place=str(path))), file_lock(path):
            pass
        with file_lock(tmp_path / "other.csv"):
            pass
    assert list(path.parent.iterdir()) == []
    with file_lock(path):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_killed_run_holds_nothing(tmp_path):
    code = "import sys, time; from pathlib import Path; from cxrview.file_lock import file_lock\n"
    code += "with file_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    path = tmp_path / "r.csv"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        with refused(InvalidRequest, IN_USE), file_lock(path):
            pass
        os.kill(process.pid, signal.SIGKILL)
    assert (tmp_path / "r.csv.lock").exists()
    with file_lock(path):
        pass
    assert not (tmp_path / "r.csv.lock").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs flock")
def test_a_drive_that_knows_no_locks_is_written_all_the_same(tmp_path, monkeypatch):
    def unknown(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", unknown)
    with file_lock(tmp_path / "r.csv"):
        assert not is_held(tmp_path / "r.csv.lock")
    assert list(tmp_path.iterdir()) == []


def test_a_lock_may_be_given_back_by_another_thread(tmp_path):
    held = ExitStack()
    held.enter_context(file_lock(tmp_path / "r.csv"))
    assert is_held(tmp_path / "r.csv.lock")
    other = threading.Thread(target=held.close)
    other.start()
    other.join()
    assert not is_held(tmp_path / "r.csv.lock")
    with file_lock(tmp_path / "r.csv"):
        pass


def test_a_lock_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with refused(InvalidRequest, PLACE_CANNOT_BE_WRITTEN), file_lock(tmp_path / "file" / "r.csv"):
        pass


def test_a_folder_with_parts_of_spark_is_not_gone_on_with_but_replaced_whole(tmp_path):
    path = written(tmp_path / "r.parquet", row("a.png"), row("b.png"))
    foreign = path / "part-00000-4f7d-c000.snappy.parquet"
    shutil.copy(path / "part-00000.parquet", foreign)
    for name in ("_SUCCESS", "._SUCCESS.crc", f".{foreign.name}.crc"):
        (path / name).touch()
    before = sorted(path.iterdir())
    refusal = messages.FOREIGN_PARTS(part=foreign.name)
    with refused(InvalidRequest, refusal):
        resume(path, COLUMNS, *MODEL)
    with refused(InvalidRequest, refusal):
        take_apart(path, COLUMNS)
    assert sorted(path.iterdir()) == before
    with open_table(path, COLUMNS, anew=True) as table:
        table.write(row("c.png"))
    assert [file.name for file in path.iterdir()] == ["part-00000.parquet"]
    assert [line["path"] for line in rows_read(path)] == ["c.png"]
