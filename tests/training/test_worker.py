"""A whole run in this process: to its end, stopped, refused, out of room; and what is left behind."""

import csv
import errno
import json
import logging
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from cxrview.bundle import messages as bundle_messages
from cxrview.datasets import finding_texts
from cxrview.datasets import messages as data_messages
from cxrview.training import messages
from tests.refusals import refused

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview import bundle, paths
from cxrview.__main__ import main
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.progress import Cancelled, Enough
from cxrview.training.config import PhaseConfig
from cxrview.training.run import events, history, worker
from cxrview.training.run.folder import RunFolder
from tests.imaging.samples import sample
from tests.training.runs import CLASSES, Listener, tiny_config, with_model, write_phantoms

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

ONE_PHASE = PhaseConfig("all", 2, 1e-3)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    write_phantoms(folder, 40, 48)
    return folder


@pytest.fixture(scope="module")
def finished(data, tmp_path_factory):
    """A run that went to its end in one go, not registered."""
    out = tmp_path_factory.mktemp("whole") / "run"
    listener = Listener()
    done = worker.run(tiny_config(data), out, listener, register=False)
    return out, listener, done


@pytest.fixture
def no_finish(monkeypatch):
    """Leave out what follows the training, which takes longer than these trainings."""

    def finish(_model, _prepared, _config, trained, folder, *_arguments, **_options):
        return events.Finished(str(folder.bundles), "", trained.best_epoch, {})

    monkeypatch.setattr("cxrview.training.export.finish.finish", finish)


def epochs(out: Path) -> list[int]:
    return [row.epoch for row in history.load(out / "checkpoints" / "history.json").rows]


def figures(out: Path) -> list[float]:
    return [row.metrics["val_loss"] for row in history.load(out / "checkpoints" / "history.json").rows]


def test_a_run_leaves_everything_that_it_promises(finished):
    out, _, done = finished
    for name in ("config.toml", "split.csv", "data_report.json", "events.jsonl", "report/report.html"):
        assert (out / name).stat().st_size > 0, name
    assert Path(done.bundle) == out / "bundle" / "tiny"
    assert bundle.load(Path(done.bundle)).card.class_names == CLASSES
    assert epochs(out) == [1, 2, 3, 4]
    with (out / "split.csv").open() as file:
        sides = [row["split"] for row in csv.DictReader(file)]
    assert {side: sides.count(side) for side in set(sides)}.keys() == {"train", "validation", "test"}
    assert done.metrics["part"] == "test"
    assert done.metrics["images"] == sides.count("test")
    assert done.metrics["accuracy"]["low"] <= done.metrics["accuracy"]["value"]


def test_the_events_tell_the_run_in_order_and_are_kept(finished):
    out, listener, done = finished
    told = [type(event).__name__ for event in listener.events if not isinstance(event, events.Stage)]
    assert told[:2] == ["DataReported", "Started"]
    assert told[-1] == "Finished"
    assert [(event.phase, event.epoch) for event in listener.of(events.Epoch)] == [
        (1, 1),
        (1, 2),
        (2, 3),
        (2, 4),
    ]
    assert [event.depth for event in listener.of(events.PhaseStarted)] == ["head", "all"]
    kept = [events.parse(line).event for line in (out / "events.jsonl").read_text("utf-8").splitlines()]
    assert [type(event) for event in kept] == [type(event) for event in listener.events]
    assert kept[-1] == done
    stages = {event.name for event in listener.of(events.Stage)}
    assert {"reading", "features", "calibrating", "measuring", "reporting", "exporting"} <= stages


def test_a_run_can_be_stopped_after_any_epoch_and_goes_on_as_if_nothing_had_been(
    finished, data, tmp_path, no_finish
):
    out = tmp_path / "run"
    for number in (1, 3):
        stop = Listener(
            lambda event, n=number: isinstance(event, events.Epoch) and event.epoch == n, Cancelled
        )
        with pytest.raises(Cancelled):
            worker.run(tiny_config(data), out, stop, resume=number > 1, register=False)
        assert stop.events[-1] == events.Stopped(number)
        assert epochs(out) == list(range(1, number + 1))
    rest = Listener()
    worker.run(tiny_config(data), out, rest, resume=True, register=False)
    assert rest.of(events.Started)[0].resumed_epochs == 3
    assert [event.epoch for event in rest.of(events.Epoch)] == [4]
    assert epochs(out) == [1, 2, 3, 4]
    np.testing.assert_allclose(figures(out), figures(finished[0]), rtol=1e-4)


@pytest.mark.parametrize("change", ["new", "gone", "renamed"])
def test_a_run_does_not_go_on_with_other_images(change, tmp_path, no_finish):
    folder, out = tmp_path / "images", tmp_path / "run"
    write_phantoms(folder, 40, 48)
    stop = Listener(lambda event: isinstance(event, events.Epoch), Cancelled)
    with pytest.raises(Cancelled):
        worker.run(tiny_config(folder, ONE_PHASE), out, stop, register=False)
    split = (out / "split.csv").read_text()
    picture = folder / CLASSES[0] / "p000.png"
    if change == "new":
        other = cv2.imread(str(picture)) // 2
        assert cv2.imwrite(str(folder / CLASSES[0] / "q.png"), other)
    elif change == "gone":
        picture.unlink()
    else:
        picture.rename(picture.with_name("z.png"))
    for _ in range(2):  # the second time as well
        told = Listener()
        with refused(InvalidRequest, messages.IMAGES_CHANGED):
            worker.run(tiny_config(folder, ONE_PHASE), out, told, resume=True, register=False)
        assert isinstance(told.events[-1], events.Failed)
        assert (out / "split.csv").read_text() == split
    assert epochs(out) == [1]


def test_a_run_whose_folder_was_moved_goes_on(data, tmp_path, no_finish):
    stop = Listener(lambda event: isinstance(event, events.Epoch), Cancelled)
    with pytest.raises(Cancelled):
        worker.run(tiny_config(data, ONE_PHASE), tmp_path / "run", stop, register=False)
    moved = tmp_path / "deeper" / "down"
    moved.parent.mkdir()
    (tmp_path / "run").rename(moved)
    worker.run(tiny_config(data, ONE_PHASE), moved, Listener(), resume=True, register=False)
    assert epochs(moved) == [1, 2]


def test_enough_makes_a_model_of_the_best_epoch_so_far(data, tmp_path):
    third = Listener(lambda event: isinstance(event, events.Epoch) and event.epoch == 3, Enough)
    done = worker.run(tiny_config(data), tmp_path / "run", third, register=False)
    assert [event.epoch for event in third.of(events.Epoch)] == [1, 2, 3]
    assert third.events[-1] == done
    assert done.stopped_early
    training = bundle.load(Path(done.bundle)).card.raw["training"]
    assert (training["epochs_trained"], training["epoch_chosen"]) == (3, done.best_epoch)


def test_a_stopped_run_can_be_finished_without_another_epoch(data, tmp_path, no_finish):
    stop = Listener(lambda event: isinstance(event, events.Epoch) and event.epoch == 2, Cancelled)
    with pytest.raises(Cancelled):
        worker.run(tiny_config(data), tmp_path / "run", stop, register=False)
    rest = Listener()
    done = worker.run(
        tiny_config(data), tmp_path / "run", rest, resume=True, register=False, learn_more=False
    )
    assert not rest.of(events.Epoch)
    assert done.best_epoch in (1, 2)
    assert epochs(tmp_path / "run") == [1, 2]


def test_where_no_epoch_is_done_there_is_nothing_to_finish(data, tmp_path, capsys):
    stop = Listener(lambda event: isinstance(event, events.PhaseStarted), Cancelled)
    with pytest.raises(Cancelled):
        worker.run(tiny_config(data), tmp_path / "run", stop, register=False)
    with refused(InvalidRequest, messages.NOTHING_TO_FINISH):
        worker.run(
            tiny_config(data), tmp_path / "run", Listener(), resume=True, register=False, learn_more=False
        )
    assert main(["train", "--out", str(tmp_path / "new"), "--finish"]) == 2
    assert "--resume" in capsys.readouterr().err


def test_a_run_can_be_stopped_while_it_is_exported(data, tmp_path):
    """Nothing half is left, and the export is made up for without another epoch."""
    stop = Listener(lambda event: isinstance(event, events.Stage) and event.name == "exporting", Cancelled)
    config = tiny_config(data, ONE_PHASE)
    with pytest.raises(Cancelled):
        worker.run(config, tmp_path / "run", stop, register=False)
    assert stop.events[-1] == events.Stopped(2)
    assert not list((tmp_path / "run").glob("bundle/*"))
    rest = Listener()
    done = worker.run(config, tmp_path / "run", rest, resume=True, register=False)
    assert bundle.load(Path(done.bundle)).card.name == "tiny"
    assert not rest.of(events.Epoch)
    assert epochs(tmp_path / "run") == [1, 2]


def test_an_archive_is_trained_from_as_its_folder_is(finished, data, tmp_path, no_finish):
    archive = Path(shutil.make_archive(str(tmp_path / "films"), "zip", data))
    done = worker.run(tiny_config(archive), tmp_path / "run", Listener(), register=False)
    assert done.best_epoch == finished[2].best_epoch
    np.testing.assert_allclose(figures(tmp_path / "run"), figures(finished[0]), rtol=1e-5)


def test_a_dicom_directory_has_no_labels_to_learn(tmp_path, capsys):
    directory = sample("DICOMDIR-reordered").with_name("DICOMDIR")
    assert main(["train", "--data", str(directory), "--out", str(tmp_path / "run")]) == 2
    assert str(data_messages.NAMES_NO_CLASSES) in capsys.readouterr().err


def test_the_model_is_listed_and_scores_at_once(data, tmp_path, capsys):
    config = with_model(tiny_config(data, ONE_PHASE), name="")
    done = worker.run(config, tmp_path / "run", Listener())
    name = done.registered
    assert name == f"{data.name}-small-cnn"
    assert bundle.find(name) == paths.user_models() / name
    table = tmp_path / "r.csv"
    assert main(["score", str(data / "lesion"), "--model", name, "--out", str(table)]) == 0
    with table.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    assert all(row["model"] == name and float(row["p_lesion"]) >= 0 for row in rows)
    # The same name again is refused before any work.
    told = Listener()
    with refused(InvalidRequest, bundle_messages.NAME_TAKEN):
        worker.run(with_model(config, name=name), tmp_path / "third", told)
    assert [type(event) for event in told.events] == [events.Failed]


def test_a_finished_run_is_not_done_again(finished, data):
    out, _, done = finished
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.onnx")}
    listener = Listener()
    assert worker.run(tiny_config(data), out, listener, resume=True, register=False) == done
    assert listener.of(events.Warned)[0].message.code == messages.RUN_FINISHED.code
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.onnx")} == before
    with refused(InvalidRequest, messages.RUN_HERE):
        worker.run(tiny_config(data), out, Listener(), register=False)
    with refused(InvalidRequest, messages.RUN_DIFFERS(entries=["recipe.seed"])):
        worker.run(tiny_config(data, seed=2), out, Listener(), resume=True, register=False)


def test_blocking_findings_are_told_and_stop_the_run_until_they_are_overridden(tmp_path, no_finish):
    folder = tmp_path / "mixed"
    write_phantoms(folder, 40, 48)
    (folder / "lesion" / "twin.png").write_bytes((folder / "clear" / "p000.png").read_bytes())
    config = tiny_config(folder, PhaseConfig("all", 1, 1e-3))
    listener = Listener()
    with refused(InvalidRequest, finding_texts.TORN):
        worker.run(config, tmp_path / "run", listener, register=False)
    assert [type(event) for event in listener.events][-2:] == [events.DataReported, events.Failed]
    assert "label-conflict" in listener.of(events.DataReported)[0].report["blocking"]
    # The same folder takes the run with the override: no training had begun.
    allowed = replace(config, data=replace(config.data, allow=("label-conflict",)))
    worker.run(allowed, tmp_path / "run", Listener(), register=False)
    assert epochs(tmp_path / "run") == [1]


def test_checking_only_reports_and_leaves_no_model(data, tmp_path):
    listener = Listener()
    worker.check(tiny_config(data), tmp_path / "run", listener)
    assert listener.of(events.DataReported)
    assert not listener.of(events.Started)
    assert not (tmp_path / "run" / "checkpoints").exists()


@pytest.mark.parametrize("call", [7, 12], ids=["start.txt", "last.npz"])
def test_a_full_disk_is_a_sentence_and_what_was_done_stays(data, tmp_path, monkeypatch, no_finish, call):
    """Let the disk refuse the n-th file that must be on it before the run goes on."""
    calls, fsync = [], os.fsync

    def full(handle):
        calls.append(handle)
        if len(calls) == call:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(handle)

    config, out = tiny_config(data), tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        listener = Listener()
        with refused(CxrviewError, messages.DISK_FULL, data_messages.NO_ROOM) as refusal:
            worker.run(config, out, listener, register=False)
    assert "--resume" in str(refusal.error)
    assert isinstance(listener.events[-1], events.Failed)
    worker.run(config, out, Listener(), resume=True, register=False)
    assert epochs(out) == [1, 2, 3, 4]


def test_a_real_full_disk_is_a_sentence_and_the_run_goes_on_when_there_is_room(data, tmp_path):
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("needs root, to mount a small file system")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=900k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("may not mount a file system here")
    try:
        out, config = disk / "run", tiny_config(data, ONE_PHASE)
        listener = Listener()
        with refused(CxrviewError, messages.DISK_FULL, data_messages.NO_ROOM):
            worker.run(config, out, listener, register=False)
        assert isinstance(listener.events[-1], events.Failed)
        subprocess.run(["mount", "-o", "remount,size=40m", str(disk)], check=True)
        rest = Listener()
        done = worker.run(config, out, rest, resume=True, register=False)
        trained = [event.epoch for heard in (listener, rest) for event in heard.of(events.Epoch)]
        assert trained == epochs(out) == [1, 2]
        assert bundle.load(Path(done.bundle))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="it is about TensorFlow")
def test_tensorflow_says_nothing_about_its_own_graphs():
    worker.find_device.cache_clear()
    assert worker.find_device()[1] == "tensorflow"
    assert not logging.getLogger("tensorflow").isEnabledFor(logging.WARNING)


def test_a_want_of_memory_names_a_smaller_batch(data, tmp_path, monkeypatch):
    def no_memory(*_arguments, **_options):
        raise MemoryError

    monkeypatch.setattr("cxrview.training.export.finish.finish", no_memory)
    listener = Listener()
    with refused(InvalidRequest, messages.NO_MEMORY_FOR_BATCH(size=8)):
        worker.run(tiny_config(data, ONE_PHASE), tmp_path / "run", listener, register=False)
    assert listener.events[-1].advice == messages.SET_BATCH_SIZE(size=4)
    assert listener.events[-1].resumable


def test_a_listener_that_has_gone_stops_the_run(data, tmp_path):
    gone = Listener(lambda event: isinstance(event, events.Epoch), BrokenPipeError)
    config = tiny_config(data, ONE_PHASE)
    with pytest.raises(BrokenPipeError):
        worker.run(config, tmp_path / "run", gone, register=False)
    last = (tmp_path / "run" / "events.jsonl").read_text().splitlines()[-1]
    assert events.parse(last).event == events.Stopped(1)
    assert epochs(tmp_path / "run") == [1]


def image(path: Path, value: int = 0, shape: tuple[int, int] = (48, 48)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(value).integers(0, 255, shape, dtype=np.uint8)
    assert cv2.imwrite(str(path), pixels)


def one_class(folder):
    for number in range(12):
        image(folder / "only" / f"{number}.png", number)


def two_images(folder):
    image(folder / "a" / "1.png", 1)
    image(folder / "b" / "2.png", 2)


def no_numbers(folder):
    """Float images that hold nothing but NaN."""
    for number in range(12):
        path = folder / "ab"[number % 2] / f"{number}.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), np.full((48, 48), np.nan, np.float32))


def many_classes(folder):
    folder.mkdir(parents=True, exist_ok=True)
    image(folder / "one.png")
    lines = ["file,label", *(f"one.png,class{number}" for number in range(10_000))]
    (folder / "data.csv").write_text("\n".join(lines))
    return folder / "data.csv"


def labels_as_paths(folder):
    image(folder / "one.png", 1)
    image(folder / "two.png", 2)
    (folder / "data.csv").write_text("file,label\none.png,../../etc/passwd\ntwo.png,/root\n")
    return folder / "data.csv"


def nothing(folder):
    folder.mkdir(parents=True, exist_ok=True)


@pytest.mark.parametrize(
    "make",
    [one_class, two_images, no_numbers, many_classes, labels_as_paths, nothing],
    ids=lambda f: f.__name__,
)
def test_hostile_data_is_one_sentence_and_code_2(make, tmp_path, capsys):
    folder = tmp_path / "data"
    data = make(folder) or folder
    out = tmp_path / "run"
    arguments = ["--arch", "small-cnn", "--start", "none", "--events", "jsonl", "--no-register"]
    assert main(["train", "--data", str(data), "--out", str(out), *arguments]) == 2
    printed = capsys.readouterr()
    said = [line for line in printed.err.splitlines() if line.startswith("cxrview: ")]
    assert len(said) == 1
    assert "Traceback" not in printed.err
    last = json.loads(printed.out.splitlines()[-1])
    assert last["event"] == "failed"
    assert last["problem"][:20] in said[0]
    assert not RunFolder(out).checkpoints.exists()
