"""Many films, some of them broken: one row each in all formats, and a run that is killed leaves no trace."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from cxrview.__main__ import main
from cxrview.batch import parts_table, rows
from cxrview.batch.formats import done_as
from cxrview.batch.score import score as readings
from cxrview.batch.table import open_table, resume
from cxrview.inference.predictor import Predictor
from tests.batch.endless_table import COLUMNS, frames
from tests.batch.many_films import BREAKING, SUFFIXES, make, names, table
from tests.conftest import take_for_tried


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    return make(tmp_path_factory.mktemp("many") / "films", 300, len(BREAKING))


def score(films, out, model, *options):
    return main(["score", str(films), "--out", str(out), "--model", str(model), "--device", "cpu", *options])


def test_every_film_has_one_row_and_the_same_in_all_formats(films, tiny_bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(parts_table, "PART_ROWS", 64)
    predictor = Predictor.load(str(tiny_bundle), "cpu")
    columns = rows.columns(predictor.card.class_names)
    paths = sorted(films.iterdir())
    with ExitStack() as opened:
        tables = [opened.enter_context(open_table(tmp_path / f"r{suffix}", columns)) for suffix in SUFFIXES]
        for row in readings(paths, predictor):
            for sink in tables:
                sink.write(row)
    csv, jsonl, parquet = (table(tmp_path / f"r{suffix}") for suffix in SUFFIXES)
    assert names(csv) == [done_as(path) for path in paths]
    failed = [row for row in csv if row["status"] == "error"]
    assert len(failed) == len(BREAKING)
    assert all(row["error"].endswith(".") and "fault in cxrview" not in row["error"] for row in failed)
    assert jsonl == csv
    assert parquet == csv
    assert [path.name for path in sorted((tmp_path / "r.parquet").iterdir())] == [
        f"part-0000{number}.parquet" for number in range(5)
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_whose_writer_was_killed_is_gone_on_with_as_if_nothing_had_been(
    tmp_path, suffix, monkeypatch
):
    monkeypatch.setattr(parts_table, "PART_ROWS", 16)
    out = tmp_path / f"r{suffix}"
    command = [sys.executable, "-m", "tests.batch.endless_table", str(out)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as process:
        while process.poll() is None and (not out.exists() or (len(stamp(out)) < 5 and size(out) < 20_000)):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    for _ in range(2):  # the second time nothing is amiss
        done = resume(out, COLUMNS, "net", "1").done
        assert len(done) > 10
        assert done == {f"/films/{number:06}.dcm" for number in range(len(done))}
    with open_table(out, COLUMNS) as sink:
        for row in frames(len(done), len(done) + 50):
            sink.write(row)
    whole = tmp_path / f"whole{suffix}"
    with open_table(whole, COLUMNS) as sink:
        for row in frames(0, len(done) + 50):
            sink.write(row)
    assert table(out) == table(whole)
    assert len(stamp(out)) == len(stamp(whole))  # nothing is left lying about


def size(out):
    return out.stat().st_size if out.is_file() else 0


def killed(films, out, model, cache, after: float, resume: bool) -> bool:
    """Score in a process of its own and kill it `after` seconds of writing; whether it had to be killed."""
    command = [sys.executable, "-m", "cxrview", "score", str(films), "--out", str(out), "--device", "cpu"]
    command += ["--model", str(model), "--batch-size", "1", *(["--resume"] if resume else [])]
    take_for_tried(model, cache / "cxrview", "cpu")
    environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
    before = stamp(out)
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and stamp(out) == before:
            time.sleep(0.005)
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
    return process.returncode == -signal.SIGKILL


def stamp(out):
    """Return what changes when rows are written."""
    files = [out, *(out.iterdir() if out.is_dir() else ())]
    return {path: path.stat().st_mtime_ns for path in files if path.exists()}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_twenty_thousand_films_and_ten_kills(tiny_bundle, tmp_path, suffix):
    films = make(tmp_path / "films", 20_000, 400)
    out, whole = tmp_path / f"r{suffix}", tmp_path / f"whole{suffix}"
    assert score(films, whole, tiny_bundle) == 1
    rows_of_it = table(whole)
    assert names(rows_of_it) == [done_as(path) for path in sorted(films.iterdir())]
    assert sum(row["status"] == "error" for row in rows_of_it) == 400
    moments = random.Random(13)
    for number in range(10):
        killed(films, out, tiny_bundle, tmp_path / "cache", moments.uniform(0, 10), resume=number > 0)
    assert score(films, out, tiny_bundle, "--resume") == 1
    assert table(out) == rows_of_it
