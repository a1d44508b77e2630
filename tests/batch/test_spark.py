"""Spark gives the rows of the local engine: within one process, and on a cluster of this machine.

It needs Java and the extra `spark`. Spark talks over sockets, so it runs in processes of their own.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from cxrview.batch.messages import NAME_SPARK_PASSES_OVER
from cxrview.batch.spark.films import SparkFilm, escaped, key_of, labelled, of_this_machine
from cxrview.cli.main import parse
from cxrview.cli.messages import NEEDS_EXECUTOR, NOT_ON_SPARK, SPARK_WRITES_PARQUET
from cxrview.cli.prepare import run as prepare
from cxrview.cli.score import run
from cxrview.errors import InvalidRequest
from cxrview.imaging.messages import DOES_NOT_EXIST
from tests.gui.dicom_files import write_dicom
from tests.refusals import refused
from tests.training.drawn import chest, write

pytest.importorskip("pyspark", reason="the extra spark is not installed")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java", allow_module_level=True)

on_spark = [pytest.mark.slow, pytest.mark.timeout(900)]
TIMES = ("elapsed_ms",)
GIVEN = ("films", "missing.png")


@pytest.fixture(scope="module")
def place(tmp_path_factory, tiny_bundle):
    """A folder with films and a model, in which commands run as if nobody had ever used cxrview here."""
    folder = tmp_path_factory.mktemp("spark")
    for number in range(5):
        label = ("normal", "sick")[number % 2]
        write(folder / "films" / label / f"film {number} [a] 100%20 ü.png", chest(number, 200))
    write_dicom(folder / "films" / "sick" / "frames.dcm", frames=3)
    (folder / "films" / "sick" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    (folder / "films" / "sick" / "notes.txt").write_text("no film")
    write(folder / "films" / "masks" / "film.png", chest(1, 80))  # no film either
    shutil.copytree(tiny_bundle, folder / "tiny")
    return folder


def cxrview(place: Path, *arguments: str) -> int:
    environment = dict(os.environ, SPARK_LOCAL_IP="127.0.0.1")
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        environment[name] = str(place / name)
    done = subprocess.run(
        [sys.executable, "-m", "cxrview", *arguments],
        cwd=place,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        timeout=800,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode


@pytest.fixture(scope="module")
def local_rows(place):
    """Return what the local engine says of the films, without times."""
    assert cxrview(place, "score", *GIVEN, "--model", "tiny", "--out", "local.jsonl") == 1
    rows = [json.loads(line) for line in (place / "local.jsonl").read_text("utf-8").splitlines()]
    return in_order(rows)


def in_order(rows: list[dict]) -> list[dict]:
    plain = [{name: row[name] for name in row if name not in TIMES} for row in rows]
    filled = [{name: None if value == "" else value for name, value in row.items()} for row in plain]
    return sorted(filled, key=lambda row: (row["path"], row["frame"] or 0))


def scored_on(place: Path, master: str, out: str, *options: str, paths: tuple[str, ...] = GIVEN) -> int:
    where = ("--executor", "spark", "--master", master, "--out", out)
    return cxrview(place, "score", *paths, "--model", "tiny", *where, *options)


@pytest.mark.parametrize("master", [pytest.param("local[2]", marks=on_spark)])
def test_a_run_that_is_gone_on_with_has_the_rows_of_the_local_engine(place, local_rows, master):
    assert scored_on(place, master, "results.parquet", paths=("films/normal",)) == 0
    first = set((place / "results.parquet").glob("*.parquet"))
    assert scored_on(place, master, "results.parquet", "--resume") == 1
    parts = set((place / "results.parquet").glob("*.parquet"))
    assert first < parts
    table = parquet.read_table(place / "results.parquet")
    assert table.column_names == list(parquet.read_schema(first.pop()).names)
    assert in_order(table.to_pylist()) == local_rows


@pytest.mark.parametrize("master", [pytest.param("local[2]", marks=on_spark)])
def test_films_that_only_hadoop_lists_are_prepared_as_here(place, master):
    options = ("--size", "32", "--colour", "grey")
    assert cxrview(place, "prepare", "--data", "films", "--out", "local.parquet", *options) == 1
    given = ("--data", f"file://{place}/films", "--out", f"file://{place}/prepared.parquet")
    assert cxrview(place, "prepare", *given, *options, "--executor", "spark", "--master", master) == 1
    one, other = (
        sorted(parquet.read_table(place / name).to_pylist(), key=lambda row: row["file"])
        for name in ("local.parquet", "prepared.parquet")
    )
    assert [row["file"] for row in one if row["status"] == "error"] == ["sick/broken.png"]
    assert len(one) == 7
    assert other == one
    assert np.shape(one[-1]["image"]) == (32, 32)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_cluster_with_two_workers_has_the_rows_of_the_local_engine(place, local_rows):
    with cluster(place) as master:
        host = ("--spark-conf", "spark.driver.host=127.0.0.1", "--spark-conf", "spark.ui.enabled=false")
        host += ("--spark-conf", "spark.executor.memory=640m")
        assert scored_on(place, master, "cluster.parquet", *host) == 1
    assert in_order(parquet.read_table(place / "cluster.parquet").to_pylist()) == local_rows


@contextmanager
def cluster(place: Path) -> Iterator[str]:
    """Start a master and two workers with one core each, and yield the address of the master."""
    logs = [place / name for name in ("master.log", "worker-1.log", "worker-2.log")]
    home = subprocess.run(
        [sys.executable, "-c", "import pyspark; print(pyspark.__path__[0])"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    deploy = [f"{home}/bin/spark-class", "org.apache.spark.deploy"]
    environment = dict(os.environ, SPARK_LOCAL_IP="127.0.0.1", PYSPARK_PYTHON=sys.executable)
    started: list[subprocess.Popen] = []

    def start(log: Path, kind: str, *options: str) -> None:
        command = [deploy[0], f"{deploy[1]}.{kind}", "--host", "127.0.0.1", "--webui-port", "0", *options]
        with log.open("w") as out:
            started.append(subprocess.Popen(command, cwd=place, env=environment, stdout=out, stderr=out))

    try:
        start(logs[0], "master.Master", "--port", "0")
        address = said(logs[0], r"Starting Spark master at (spark://\S+)")
        for log in logs[1:]:
            start(log, "worker.Worker", "--cores", "1", "--memory", "700m", address)
        for log in logs[1:]:
            said(log, r"(Successfully registered) with master")
        yield address
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(60)


def said(log: Path, pattern: str) -> str:
    """Wait until the log says something, and return it."""
    until = time.monotonic() + 240
    while (found := re.search(pattern, log.read_text())) is None:
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.2)
    return found[1]


def test_places_of_hadoop_and_options_of_spark_need_spark():
    for arguments in (["s3a://bucket/films"], ["films", "--master", "yarn"]):
        with refused(InvalidRequest, NEEDS_EXECUTOR):
            run(parse(["score", *arguments, "--out", "results.csv"]))
    for command, arguments in ((run, ["score", "films"]), (prepare, ["prepare", "--data", "films"])):
        asked = parse([*arguments, "--out", "r.parquet", "--executor", "spark", "--workers", "2"])
        with refused(InvalidRequest, NOT_ON_SPARK):
            command(asked)
    with refused(InvalidRequest, SPARK_WRITES_PARQUET):
        run(parse(["score", "films", "--executor", "spark", "--out", "results.csv"]))


def test_what_spark_would_pass_over_in_silence_has_a_reason(tmp_path):
    names = ["a.png", "_b.png", ".c.png", os.fsdecode(b"caf\xe9.png"), "missing.png"]
    paths = [tmp_path / name for name in names]
    for path in paths[:-1]:
        path.write_bytes(b"any")
    films, others = of_this_machine(paths, lambda path: path.name)
    assert films == [SparkFilm(f"file:{paths[0]}", "a.png")]
    reasons = [NAME_SPARK_PASSES_OVER] * 3 + [DOES_NOT_EXIST]
    assert [(name, error.problem) for name, error in others.items()] == list(
        zip(names[1:], reasons, strict=True)
    )


def test_folders_of_a_bucket_are_labels_and_splits():
    place = "s3a://bucket/films/"
    uris = [f"{place}{name}" for name in ("train/sick/a.dcm", "sick/deep/b.dcm", "c.dcm")]
    items = labelled([SparkFilm(uri, uri) for uri in uris], place)
    told = [(item.file, item.labels, item.split) for item in items.values()]
    assert told == [
        ("train/sick/a.dcm", ("sick",), "train"),
        ("sick/deep/b.dcm", ("sick",), ""),
        ("c.dcm", (), ""),
    ]
    assert key_of("file:///a/b") == key_of("file:/a/b")
    assert escaped("s3a://bucket/[1] {x}*.png") == r"s3a://bucket/\[1\] \{x\}\*.png"
