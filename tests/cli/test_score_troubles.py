"""`cxrview score` when something around it is wrong: the table, the disk, the pipe, the names, the home."""

import csv
import errno
import os
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydicom.uid import JPEGBaseline8Bit

from cxrview import paths
from cxrview.__main__ import main
from cxrview.batch import messages as batch_messages
from cxrview.cli import console, messages
from cxrview.engines.messages import NO_DEVICE
from cxrview.file_lock import file_lock
from cxrview.imaging.messages import DOES_NOT_EXIST, INCOMPLETE, IS_EMPTY, NOT_PERMITTED
from cxrview.inference.predictor import Predictor
from cxrview.messages import IN_USE, PLACE_CANNOT_BE_WRITTEN
from tests.conftest import make_tiny_bundle, take_for_tried
from tests.imaging.coded import jpeg, with_stream
from tests.imaging.phantoms import phantom, save

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX system")


@pytest.fixture(autouse=True)
def model(own_folders):
    """Let a small model hide the bundled one and return its folder."""
    return make_tiny_bundle(paths.user_models() / "cxr-densenet121")


@pytest.fixture
def folder(tmp_path):
    """Return a folder of two good images and one bad file between them."""
    place = tmp_path / "in"
    place.mkdir()
    random = np.random.default_rng(0)
    for name in ("a.png", "c.png"):
        cv2.imwrite(str(place / name), random.integers(0, 256, (128, 128), dtype=np.uint8))
    (place / "b.png").write_bytes(b"")
    return place


def table(path):
    with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        return list(csv.DictReader(file))


def statuses(path):
    return {Path(row["path"]).name: row["status"] for row in table(path)}


def run(arguments, model, tmp_path, environment=(), **options):
    """Run cxrview in a process of its own."""
    own = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    own |= {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    command = [sys.executable, "-m", "cxrview", *map(str, arguments)]
    if model is not None:
        command += ["--model", str(model)]
        take_for_tried(model, tmp_path / "cache" / "cxrview")
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    environment = os.environ | own | dict(environment)
    return subprocess.run(command, env=environment, check=False, timeout=120, **streams)


# Going on with an old table


def test_resuming_tries_failed_files_again_and_does_not_hide_them(folder, tmp_path, capsys):
    out = tmp_path / "r.csv"
    again = ["score", str(folder), "--out", str(out), "--resume"]
    assert main(again) == 1
    assert main(again) == 1
    assert f"b.png: {IS_EMPTY}" in capsys.readouterr().err
    shutil.copy(folder / "a.png", folder / "b.png")
    assert main(again) == 0
    assert statuses(out) == {"a.png": "ok", "b.png": "ok", "c.png": "ok"}
    assert len(table(out)) == 3


@posix
def test_resuming_knows_a_file_by_any_spelling(folder, tmp_path, monkeypatch, capsys):
    out = tmp_path / "r.csv"
    monkeypatch.chdir(tmp_path)
    main(["score", "in/a.png", "in/c.png", "--out", "r.csv"])
    monkeypatch.chdir(folder)
    (tmp_path / "r.csv").write_text((tmp_path / "r.csv").read_text().replace("in/", str(folder) + "/../in/"))
    assert main(["score", "a.png", "c.png", "--out", str(out), "--resume"]) == 0
    assert "1 frames read, 0 files failed, 1 files done before" in capsys.readouterr().err
    assert len(table(out)) == 2


def test_resuming_with_another_version_of_the_model_is_refused(folder, tmp_path, capsys):
    out = tmp_path / "r.csv"
    main(["score", str(folder), "--out", str(out)])
    before = out.read_bytes()
    make_tiny_bundle(tmp_path / "newer", version="9.9.9")
    again = ["score", str(folder), "--out", str(out), "--resume", "--model", str(tmp_path / "newer")]
    assert main(again) == 2
    assert "9.9.9" in capsys.readouterr().err
    assert out.read_bytes() == before


def test_a_file_named_twice_is_scored_once(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    main(["score", "a.png", "./a.png", str(folder / "a.png"), "--out", str(tmp_path / "r.csv")])
    assert [row["path"] for row in table(tmp_path / "r.csv")] == ["a.png"]


# Replacing an old table


@pytest.mark.parametrize("more", [["--device", "tpu"], ["--model", "absent"], ["--heatmaps", "in/a.png/x"]])
def test_a_refused_run_leaves_the_old_table(folder, tmp_path, monkeypatch, more):
    monkeypatch.chdir(tmp_path)
    Path("r.csv").write_text("precious")
    assert main(["score", "in", "--out", "r.csv", "--overwrite", *more]) == 2
    assert Path("r.csv").read_text() == "precious"


def test_a_model_that_fails_at_once_leaves_the_old_table(folder, tmp_path, monkeypatch):
    def fail(self, inputs):
        raise KeyboardInterrupt

    (tmp_path / "r.csv").write_text("precious")
    monkeypatch.setattr(Predictor, "predict_inputs", fail)
    assert main(["score", str(folder), "--out", str(tmp_path / "r.csv"), "--overwrite"]) == 2
    assert (tmp_path / "r.csv").read_text() == "precious"


@pytest.mark.parametrize("more", [[], ["--overwrite"], ["--resume"]])
def test_a_folder_as_results_file_is_a_sentence(folder, tmp_path, capsys, more):
    (tmp_path / "r.csv").mkdir()
    assert main(["score", str(folder), "--out", str(tmp_path / "r.csv"), *more]) == 2
    assert str(messages.NO_FILE(place=str(tmp_path / "r.csv"))) in capsys.readouterr().err


@pytest.mark.parametrize("more", [[], ["--overwrite"], ["--resume"]])
def test_two_runs_do_not_write_one_table(folder, tmp_path, capsys, more):
    out = tmp_path / "r.csv"
    with file_lock(out):
        assert main(["score", str(folder), "--out", str(out), *more]) == 2
    assert str(IN_USE(place=str(out))) in capsys.readouterr().err
    assert not out.exists()
    main(["score", str(folder), "--out", str(out)])
    assert sorted(tmp_path.glob("*.lock")) == []


def test_a_table_that_another_run_has_just_ended_is_not_overwritten(folder, tmp_path, monkeypatch, capsys):
    out = tmp_path / "r.csv"

    def slow(model, device, plain=Predictor.load, **how):
        out.write_text("precious")
        return plain(model, device, **how)

    monkeypatch.setattr(Predictor, "load", slow)
    assert main(["score", str(folder), "--out", str(out)]) == 2
    assert str(messages.EXISTS_ALREADY(place=str(out))) in capsys.readouterr().err
    assert out.read_text() == "precious"


# What cannot be read


def test_a_missing_file_among_others_is_a_row(folder, tmp_path):
    out = tmp_path / "r.csv"
    named = [folder / "a.png", folder / "gone.png", folder / ("n" * 300)]
    assert main(["score", *map(str, named), "--out", str(out)]) == 1
    assert [row["status"] for row in table(out)] == ["ok", "error", "error"]
    assert table(out)[1]["error"].startswith(str(DOES_NOT_EXIST))


@posix
def test_a_closed_folder_is_a_row_that_says_so(folder, tmp_path, monkeypatch):
    (folder / "closed").mkdir()

    def scandir(place, plain=os.scandir):  # root reads everything, so ask the system by proxy
        if os.fspath(place) == str(folder / "closed"):
            raise PermissionError(errno.EACCES, "Permission denied", str(place))
        return plain(place)

    monkeypatch.setattr(os, "scandir", scandir)
    assert main(["score", str(folder), "--out", str(tmp_path / "r.csv")]) == 1
    rows = {Path(row["path"]).name: row["error"] for row in table(tmp_path / "r.csv")}
    assert rows["closed"].startswith(str(NOT_PERMITTED))


def test_a_home_that_cannot_be_written_costs_one_column_only(folder, tmp_path, monkeypatch, capsys):
    (tmp_path / "home").write_text("not a folder")
    monkeypatch.setattr(paths, "pseudonym_key", lambda: tmp_path / "home" / "cxrview" / "key")
    chest = paths.sample_radiograph()
    assert main(["score", str(chest), "--out", str(tmp_path / "r.csv")]) == 0
    (row,) = table(tmp_path / "r.csv")
    assert (row["status"], row["patient_id_hash"]) == ("ok", "")
    assert capsys.readouterr().err.count("patient_id_hash stays empty") == 1


# Heatmaps


@posix
def test_long_names_and_odd_classes_get_pictures(folder, tmp_path):
    for name in ("é" * 120, "é" * 119 + "x"):
        shutil.copy(folder / "a.png", folder / f"{name}.png")
    (folder / "b.png").unlink()
    classes = [{"name": name, "label": "x", "meaning": "x"} for name in ("../up", "..\\down", "w" * 90)]
    odd = make_tiny_bundle(tmp_path / "odd", classes=classes)
    heat = tmp_path / "heat"
    arguments = ["score", str(folder), "--out", str(tmp_path / "r.csv"), "--heatmaps", str(heat)]
    assert main([*arguments, "--model", str(odd)]) == 0
    saved = [path.name for path in heat.iterdir()]
    assert len(saved) == 4
    assert all("/" not in name and "\\" not in name and len(os.fsencode(name)) < 200 for name in saved)


def test_a_picture_that_cannot_be_saved_is_a_message_and_the_run_goes_on(
    folder, tmp_path, monkeypatch, capsys
):
    (folder / "b.png").unlink()
    arguments = ["score", str(folder), "--heatmaps", str(tmp_path / "h"), "--out"]
    assert main([*arguments, str(tmp_path / "first.csv")]) == 0
    pictures = list((tmp_path / "h").iterdir())
    assert len(pictures) == 2
    for path in pictures:
        path.write_bytes(b"precious")
    capsys.readouterr()

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert main([*arguments, str(tmp_path / "r.csv")]) == 1
    assert statuses(tmp_path / "r.csv") == {"a.png": "ok", "c.png": "ok"}
    said = capsys.readouterr().err
    for path in pictures:
        assert str(PLACE_CANNOT_BE_WRITTEN(place=str(path), reason="No space left on device")) in said
    assert sorted((tmp_path / "h").iterdir()) == sorted(pictures)
    assert {path.read_bytes() for path in pictures} == {b"precious"}


def test_a_film_whose_end_is_missing_is_not_read(folder, tmp_path):
    pixels = cv2.imread(str(folder / "a.png"), cv2.IMREAD_GRAYSCALE)
    stream = jpeg(pixels)
    half = with_stream(phantom(pixels), stream[: len(stream) // 2], JPEGBaseline8Bit)
    path = save(half, folder / "half.dcm")
    assert main(["score", str(folder), "--out", str(tmp_path / "r.csv")]) == 1
    row = next(row for row in table(tmp_path / "r.csv") if row["path"] == str(path))
    assert (row["status"], row["predicted"]) == ("error", "")
    assert str(INCOMPLETE) in row["error"]
    assert main(["explain", str(path), "--out", str(tmp_path / "one.png")]) == 2
    assert not (tmp_path / "one.png").exists()


@pytest.mark.parametrize("inside", [".", "deeper/heat"])
def test_heatmaps_do_not_lie_among_the_inputs(folder, tmp_path, capsys, inside):
    arguments = ["score", str(folder), "--out", str(tmp_path / "r.csv"), "--heatmaps", str(folder / inside)]
    assert main(arguments) == 2
    assert str(batch_messages.AMONG_IMAGES(place=str(folder / inside))) in capsys.readouterr().err
    assert not (folder / "deeper").exists()


# Pipes, disks and encodings, in a process of its own


@posix
def test_a_reader_that_has_gone_ends_the_run_quietly(folder, model, tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    done = run(["score", folder / "a.png"], model, tmp_path, stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (console.USAGE, b"")


@posix
def test_messages_that_nobody_reads_do_not_end_the_run(folder, model, tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    done = run(["score", folder, "--out", tmp_path / "r.csv"], model, tmp_path, stderr=writer)
    os.close(writer)
    assert done.returncode == 1
    assert len(table(tmp_path / "r.csv")) == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("command", [["score", "a.png", "--model"], ["models", "show"]])
def test_a_full_disk_is_one_sentence(folder, model, tmp_path, command):
    with Path("/dev/full").open("wb") as full:
        done = run([*command, model], None, tmp_path, stdout=full, cwd=folder, environment=here())
    assert done.returncode == console.USAGE
    reason = os.strerror(errno.ENOSPC)
    said = PLACE_CANNOT_BE_WRITTEN(place=batch_messages.STANDARD_OUTPUT, reason=reason)
    assert done.stderr.decode().startswith(f"cxrview: {said}")
    assert done.stderr.count(b"\n") == 1


def here() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(__file__).parents[2])}


@posix
def test_without_standard_output_the_run_says_so(folder, model, tmp_path):
    command = f'exec "{sys.executable}" -m cxrview score "{folder}" --model "{model}" >&-'
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False, timeout=120)
    assert done.returncode == 2
    assert str(messages.NAME_A_FILE) in done.stderr.decode()


@posix
def test_without_standard_error_messages_do_not_get_into_the_table(folder, model, tmp_path):
    command = f'exec "{sys.executable}" -m cxrview score "{folder}" --model "{model}" 2>&-'
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False, timeout=120)
    assert done.returncode == 1
    assert len(list(csv.DictReader(done.stdout.decode().splitlines()))) == 3
    assert b"frames read" not in done.stdout


@pytest.mark.parametrize("encoding", ["cp437", "ascii", "ascii:surrogateescape", "utf-8", "latin-1"])
def test_help_is_shown_in_any_encoding(tmp_path, encoding):
    done = run(["explain", "--help"], None, tmp_path, environment={"PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"--opacity" in done.stdout
    assert b"exit codes: 0 all good" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_name_that_is_not_unicode_reaches_the_table(folder, model, tmp_path, encoding):
    odd = os.fsencode(folder) + b"/bad\xff.png"
    shutil.copy(folder / "a.png", odd)
    done = run(["score", os.fsdecode(odd)], model, tmp_path, environment={"PYTHONIOENCODING": encoding})
    assert done.returncode == 0, done.stderr
    assert b"bad\\xff.png" in done.stdout
    done.stdout.decode("utf-8")


@posix
def test_an_interrupted_run_exits_2_and_keeps_its_rows(folder, model, tmp_path):
    (folder / "b.png").unlink()
    for number in range(1500):
        (folder / f"{number:04}.png").hardlink_to(folder / "a.png")
    out = tmp_path / "r.csv"
    command = [sys.executable, "-m", "cxrview", "score", str(folder), "--out", str(out), "--batch-size", "1"]
    command += ["--model", str(model)]
    take_for_tried(model, tmp_path / "cache" / "cxrview")
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background ignores it
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, preexec_fn=heard) as process:
        while process.poll() is None and (not out.exists() or out.stat().st_size < 1000):
            pass
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 2
    assert said == b"cxrview: stopped.\n"
    assert 0 < len(table(out)) < 1500


def test_the_summary_is_two_plain_sentences(folder, tmp_path, capsys):
    main(["score", str(folder), "--out", str(tmp_path / "r.csv")])
    *_, summary, engine = capsys.readouterr().err.splitlines()
    assert summary == "2 frames read, 1 files failed."
    assert engine.startswith("Engine: openvino on CPU")
    assert engine.endswith(".")


# The user's settings


@pytest.fixture
def settings_file():
    path = paths.settings_file()
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("command", ["score", "explain"])
def test_model_and_device_come_from_the_settings(folder, tmp_path, settings_file, capsys, command):
    make_tiny_bundle(tmp_path / "mine", version="7.7.7")
    mine = str(tmp_path / "mine").replace("\\", "/")
    settings_file.write_text(f'model = "{mine}"\ndevice = "onnxruntime:cpu"\ntheme = "pink"\n')
    more = ["--out", str(tmp_path / "o.png")] if command == "explain" else []
    assert main([command, str(folder / "a.png"), *more]) == 0
    printed = capsys.readouterr()
    assert "7.7.7" in printed.out
    assert "onnxruntime" in printed.out
    assert printed.err.count("“theme”") == 1
    more += ["--model", "cxr-densenet121", "--device", "openvino"]
    assert main([command, str(folder / "a.png"), *more]) == 0
    printed = capsys.readouterr()
    assert "7.7.7" not in printed.out
    assert "openvino" in printed.out


def test_a_device_of_the_settings_that_is_not_there_is_refused(folder, settings_file, capsys):
    settings_file.write_text('device = "tpu"\n')
    assert main(["score", str(folder / "a.png")]) == 2
    assert str(NO_DEVICE(device="tpu")) in capsys.readouterr().err
    assert main(["score", str(folder / "a.png"), "--device", "cpu"]) == 0
