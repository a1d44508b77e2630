"""A batch is read, kept, paused, stopped, killed and gone on with; its store gives back what was put in."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from cxrview.batch import messages
from cxrview.batch.events import (
    BatchFailed,
    BatchFinished,
    BatchPreparing,
    BatchProgress,
    BatchStarted,
    BatchStopped,
    BatchWarned,
    dump,
    parse,
)
from cxrview.batch.run import run_batch
from cxrview.batch.run_folder import PAUSE, STOP, BatchFolder, BatchRequest, batches
from cxrview.batch.store import BatchStore, BatchUnusable
from cxrview.batch.store_filter import NOT_CALLED, Wanted
from cxrview.errors import InvalidRequest
from cxrview.file_lock import file_lock
from cxrview.imaging import read
from cxrview.inference.predictor import Predictor
from cxrview.messages import IN_USE
from tests.refusals import refused

FILMS = 24


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> Path:
    """Drawn films in two folders, of which two cannot be read."""
    root = tmp_path_factory.mktemp("films")
    random = np.random.default_rng(3)
    for number in range(FILMS):
        folder = root / ("morning" if number < FILMS // 2 else "evening_1")
        folder.mkdir(exist_ok=True)
        picture = random.integers(0, 40 + 8 * number, (80, 70), dtype=np.uint8)
        cv2.imwrite(str(folder / f"film {number:02d}.png"), picture)
    for name in ("morning/film 03.png", "evening_1/film 20.png"):
        (root / name).write_bytes((root / name).read_bytes()[:300])
    return root


@pytest.fixture(scope="module")
def loaded(tiny_bundle) -> Predictor:
    return Predictor.load(str(tiny_bundle), "cpu")


def asked(folder: Path, films: Path, **changes) -> BatchFolder:
    batch = BatchFolder(folder)
    batch.ask(BatchRequest((str(films),), **changes))
    return batch


@pytest.fixture(scope="module")
def done(tmp_path_factory, films, loaded) -> BatchFolder:
    """A batch that has come to its end, with a results table beside it."""
    root = tmp_path_factory.mktemp("batches")
    batch = asked(root / "first", films, out=str(root / "results.csv"))
    assert isinstance(run_batch(batch, lambda _model, _device: loaded), BatchFinished)
    return batch


def table(batch: BatchFolder) -> list[tuple]:
    """What stands in the store, without what no two runs share."""
    with BatchStore.open(batch.store) as store:
        rows = list(store.every_row(store.numbers()))
    return [tuple(value for name, value in row.items() if name != "elapsed_ms") for row in rows]


def test_one_row_per_film_and_what_was_said_of_each(done, films, loaded):
    with BatchStore.open(done.store) as store:
        rows = list(store.every_row(store.numbers()))
        good = [number for number in store.numbers() if store.prediction(number) is not None]
        kept, embedding = store.prediction(good[0]), store.embedding(good[0])
    assert sorted(row["path"] for row in rows) == sorted(map(str, films.rglob("*.png")))
    assert {Path(row["path"]).name for row in rows if row["status"] == "error"} == {
        "film 03.png",
        "film 20.png",
    }
    assert len(good) == FILMS - 2
    said = loaded.predict(read(Path(rows[good[0] - 1]["place"])))[0]
    np.testing.assert_allclose(kept.activation_maps, said.activation_maps, rtol=2e-3, atol=1e-6)
    np.testing.assert_allclose(kept.probabilities, said.probabilities, atol=1e-5)
    np.testing.assert_allclose(embedding, said.embedding, rtol=2e-3, atol=1e-6)
    assert (kept.letterbox, kept.in_domain, kept.field) == (said.letterbox, said.in_domain, said.field)


def test_a_reading_with_its_lungs_comes_back_whole_and_an_older_batch_has_none(
    tmp_path, chest_pa, tiny_lungs_bundle
):
    predictor = Predictor.load(str(tiny_lungs_bundle), "cpu")
    batch = asked(tmp_path / "batch", chest_pa)
    assert isinstance(run_batch(batch, lambda _model, _device: predictor), BatchFinished)
    said = predictor.predict(read(chest_pa))[0]
    status = chest_pa.stat()
    with BatchStore.open(batch.store) as store:
        known = store.reading(1)
        assert store.is_by(predictor.card)
        assert not store.is_by(replace(predictor.card, raw={**predictor.card.raw, "temperature": 2.0}))
    assert known[1:] == (status.st_mtime_ns, status.st_size)
    kept = known.prediction
    for name in ("letterbox", "objections", "in_domain", "map_scale"):
        assert getattr(kept, name) == getattr(said, name)
    assert kept.anatomy.found
    for name in ("lungs", "measures", "letterbox", "found", "crop", "likely"):
        np.testing.assert_array_equal(getattr(kept.anatomy, name), getattr(said.anatomy, name))

    with sqlite3.connect(batch.store) as database:  # as it was before
        database.execute("ALTER TABLE arrays DROP COLUMN lungs")
        database.execute("PRAGMA user_version = 1")
    with BatchStore.open(batch.store) as store:
        assert store.reading(1) is None
        assert store.prediction(1).anatomy is None
    shutil.copy(chest_pa, tmp_path / "another.dcm")
    batch.ask(BatchRequest((str(chest_pa), str(tmp_path / "another.dcm"))))
    assert isinstance(run_batch(batch, lambda _model, _device: predictor), BatchFinished)
    with BatchStore.open(batch.store) as store:
        assert store.reading(store.last()).prediction.anatomy.found


def test_its_events_say_how_it_went_in_codes(done, tmp_path, loaded):
    said = done.said()
    doing = [event.doing.code for event in said if isinstance(event, BatchPreparing)]
    assert list(dict.fromkeys(doing)) == ["finding-films", "loading-model"]
    assert next(event for event in said if isinstance(event, BatchStarted)).files == FILMS
    assert said[-1] == done.ending()
    assert (said[-1].read, said[-1].failed) == (FILMS - 2, 2)
    assert [parse(dump(event)) for event in said] == said
    empty = tmp_path / "empty"
    empty.mkdir()
    ended = run_batch(asked(tmp_path / "none", empty), lambda _model, _device: loaded)
    assert isinstance(ended, BatchFailed)
    assert ended.message.code in (messages.NO_FILMS_THERE.code, "no-images-there", "holds-no-images")


def test_the_table_beside_it_has_the_columns_of_the_command_line(done):
    lines = (done.path.parent / "results.csv").read_text().splitlines()
    with BatchStore.open(done.store) as store:
        assert lines[0] == ",".join(store.columns)
    assert len(lines) == FILMS + 1


def test_films_are_filtered_and_sorted(done):
    with BatchStore.open(done.store) as store:
        every = store.numbers()
        assert store.count() == (FILMS, 2)
        assert len(store.numbers(Wanted(status="error"))) == 2
        name = store.class_names[0]
        shares = [row[f"p_{name}"] for row in store.every_row(store.numbers(Wanted(order=f"p_{name}")))]
        assert shares[-2:] == [None, None]
        assert shares[:-2] == sorted(shares[:-2])
        down = [
            row[f"p_{name}"]
            for row in store.every_row(store.numbers(Wanted(order=f"p_{name}", descending=True)))
        ]
        assert down[:-2] == shares[-3::-1]
        least = sorted(shares[:-2])[5]
        assert len(store.numbers(Wanted(probable=name, least=least))) == FILMS - 2 - 5
        outside = store.numbers(Wanted(in_domain=False))
        assert set(outside) == set(store.numbers(Wanted(calls=frozenset({NOT_CALLED})))) & set(outside)
        inside = store.numbers(Wanted(in_domain=True))
        assert len(inside) + len(outside) == FILMS - 2
        assert len(store.numbers(Wanted(text="MORNING film"))) == FILMS // 2
        assert len(store.numbers(Wanted(text="g_1"))) == FILMS // 2
        assert len(store.numbers(Wanted(text="n_f"))) == 0  # an underscore stands for itself
        folders = [
            row["folder"] for row in store.every_row(store.numbers(Wanted(by_folder=True, descending=True)))
        ]
        assert folders == sorted(folders)
        assert len(every) == FILMS


def test_a_killed_batch_goes_on_to_the_same_table(done, films, tiny_bundle, tmp_path):
    batch = asked(tmp_path / "killed", films, model=str(tiny_bundle), device="cpu", workers=1)
    for kills in range(2):
        process = subprocess.Popen(
            [sys.executable, "-m", "cxrview", "helper", "batch", "--folder", str(batch.path)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        seen = rows_of(batch)
        while process.poll() is None and (kills >= 1 or rows_of(batch) == seen):
            time.sleep(0.002)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert batch.ending() is None
        assert not batch.is_running
    assert process.returncode == 0
    assert isinstance(batch.ending(), BatchFinished)
    assert table(batch) == table(done)


def rows_of(batch: BatchFolder) -> int:
    if not batch.store.exists():
        return 0
    try:
        with BatchStore.open(batch.store) as store:
            return store.last()
    except BatchUnusable:  # it is just being made
        return 0


def test_it_pauses_goes_on_and_stops(films, loaded, tmp_path, monkeypatch):
    monkeypatch.setattr("cxrview.batch.run.LOOKED_EVERY", 0.0)
    monkeypatch.setattr("cxrview.batch.run.TOLD_EVERY", 0.0)
    batch = asked(tmp_path / "paused", films)

    def load(_model: str, _device: str) -> Predictor:
        batch.wish(PAUSE)
        return loaded

    working = threading.Thread(target=run_batch, args=(batch, load))
    working.start()
    paused = until(
        lambda: [event for event in batch.said() if isinstance(event, BatchProgress) and event.paused]
    )
    assert batch.is_running
    assert paused[0].done < FILMS
    batch.wish(STOP)
    working.join(20)
    ended = batch.ending()
    assert isinstance(ended, BatchStopped)
    assert not batch.is_running
    batch.wish("")
    assert isinstance(run_batch(batch, lambda _model, _device: loaded), BatchFinished)


def until(found, seconds: float = 20.0):
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end
        time.sleep(0.01)
    return value


def test_what_cannot_be_gone_on_with(done, films, loaded, tmp_path):
    with file_lock(done.path, done.lock), refused(InvalidRequest, IN_USE):
        run_batch(done, lambda _model, _device: loaded)
    batch = asked(tmp_path / "other", films)
    with BatchStore.make(batch.store, loaded.card):
        pass
    with sqlite3.connect(batch.store) as database:
        database.execute("UPDATE about SET value = '\"another\"' WHERE key = 'model'")
    database.close()
    ended = run_batch(batch, lambda _model, _device: loaded)
    assert isinstance(ended, BatchFailed)
    assert ended.message.code == messages.OTHER_MODEL.code
    batch.store.write_bytes(b"no database at all, but long enough to look at")
    with refused(BatchUnusable, messages.BATCH_DAMAGED):
        BatchStore.open(batch.store)


def test_batches_are_listed_newest_first_and_a_table_that_fails_is_told(films, loaded, tmp_path):
    (tmp_path / "20260102-no-batch").mkdir()
    first = asked(tmp_path / "20260101-a", films / "morning", out=str(tmp_path))
    second = asked(tmp_path / "20260103-b", films)
    assert batches(tmp_path) == [second, first]
    assert isinstance(run_batch(first, lambda _model, _device: loaded), BatchFinished)
    assert any(isinstance(event, BatchWarned) for event in first.said())
    assert os.name != "posix" or first.store.stat().st_mode & 0o077 == 0
