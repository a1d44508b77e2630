"""The commands, through the real entry point: exit codes, output, and sentences instead of tracebacks."""

import csv
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest
from pydicom.data import get_testdata_file

from cxrview import paths
from cxrview.__main__ import main
from cxrview.batch.messages import FORMATS_OF_RESULTS
from cxrview.bundle.messages import CARD_TEMPERATURE, CARD_WRONG_ENTRY, NO_SUCH_MODEL, READS_NO_FILMS
from cxrview.cli import messages
from cxrview.cli.describe import describe
from cxrview.engines.messages import NO_DEVICE
from cxrview.explain.messages import NO_CLASS, NOTHING_ABOVE
from cxrview.imaging import read
from cxrview.imaging.messages import ARCHIVE_LOCKED
from cxrview.inference.call import call_of
from cxrview.inference.predictor import Predictor
from tests.bad_files import write_bad_files
from tests.conftest import make_tiny_bundle, take_for_tried
from tests.imaging.phantoms import phantom, save


@pytest.fixture(autouse=True)
def tiny_is_the_default(own_folders):
    """Let the small model hide the bundled one, so that these tests are quick."""
    make_tiny_bundle(paths.user_models() / "cxr-densenet121")


@pytest.fixture
def pictures(tmp_path):
    """Three good images and three bad files, in two folders."""
    folder = tmp_path / "in"
    (folder / "deeper").mkdir(parents=True)
    random = np.random.default_rng(0)
    for name in ("a.png", "b.jpg", "deeper/c.tif"):
        cv2.imwrite(str(folder / name), random.integers(0, 256, (80, 60), dtype=np.uint8))
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.dcm").write_text("hello")
    (folder / "cut.png").write_bytes((folder / "a.png").read_bytes()[:500])
    return folder


def table(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_gives_a_row_per_frame_and_failures_are_rows(pictures, tmp_path, capsys):
    out = tmp_path / "r.csv"
    assert main(["score", str(pictures), "--out", str(out), "--batch-size", "2"]) == 1
    found = {row["path"].removeprefix(f"{pictures}{os.sep}"): row for row in table(out)}
    assert {name for name, row in found.items() if row["status"] == "ok"} == {
        "a.png",
        "b.jpg",
        f"deeper{os.sep}c.tif",
    }
    for name in ("empty.png", "text.dcm", "cut.png"):
        row = found[name]
        assert row["status"] == "error"
        assert row["error"].endswith(".")
        assert "Traceback" not in row["error"]
        assert row["predicted"] == ""
    assert sum(
        float(found["a.png"][f"p_{name}"]) for name in ("covid19", "normal", "pneumonia")
    ) == pytest.approx(1, abs=1e-5)
    assert "3 frames read, 3 files failed" in capsys.readouterr().err


def test_a_bad_file_of_any_kind_is_a_row_with_one_sentence_and_the_rest_is_read(pictures, tmp_path):
    good = pictures / "a.png"
    bad = write_bad_files(tmp_path, good.read_bytes())
    arguments = ["score", *map(str, bad), str(good), "--out", str(tmp_path / "r.csv")]
    assert main(arguments) == 1
    *failed, read = table(tmp_path / "r.csv")
    assert read["status"] == "ok"
    assert [row["path"] for row in failed] == [str(path) for path in bad]
    said = {path.name: message for path, message in bad.items()} | {"locked.zip": ARCHIVE_LOCKED}
    for row, message in zip(failed, said.values(), strict=True):
        assert row["status"] == "error"
        assert str(message) in row["error"]
        assert "\n" not in row["error"]


def test_rows_keep_the_order_of_the_files(pictures, tmp_path):
    files = [pictures / name for name in ("b.jpg", "empty.png", "a.png")]
    main(["score", *map(str, files), "--out", str(tmp_path / "r.csv")])
    assert [row["path"] for row in table(tmp_path / "r.csv")] == [str(file) for file in files]


def test_without_failures_the_exit_code_is_0(pictures, tmp_path):
    assert main(["score", str(pictures / "a.png"), "--out", str(tmp_path / "r.csv")]) == 0


def test_results_go_to_standard_output_without_out(pictures, capsys):
    main(["score", str(pictures / "a.png")])
    lines = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [line["status"] for line in lines] == ["ok"]


def test_json_lines_hold_the_same_numbers_as_csv(pictures, tmp_path):
    for suffix in ("csv", "jsonl"):
        main(["score", str(pictures / "a.png"), "--out", str(tmp_path / f"r.{suffix}")])
    line = json.loads((tmp_path / "r.jsonl").read_text())
    assert line["p_normal"] == float(table(tmp_path / "r.csv")[0]["p_normal"])


def test_every_frame_of_a_dicom_has_its_row_and_identity(tmp_path):
    path = get_testdata_file("rtdose.dcm", download=False)
    main(["score", path, "--out", str(tmp_path / "r.csv")])
    found = table(tmp_path / "r.csv")
    assert [row["frame"] for row in found] == [str(number) for number in range(1, 16)]
    assert all(row["instance_uid"] for row in found)
    assert all(len(row["patient_id_hash"]) in (0, 16) for row in found)


def test_an_existing_table_is_not_overwritten_by_accident(pictures, tmp_path, capsys):
    out = tmp_path / "r.csv"
    out.write_text("precious")
    assert main(["score", str(pictures / "a.png"), "--out", str(out)]) == 2
    assert out.read_text() == "precious"
    assert str(messages.EXISTS_ALREADY(place=str(out))) in capsys.readouterr().err
    assert main(["score", str(pictures / "a.png"), "--out", str(out), "--overwrite"]) == 0
    assert len(table(out)) == 1


def test_resuming_scores_only_what_is_left(pictures, tmp_path, capsys):
    out = tmp_path / "r.csv"
    main(["score", str(pictures), "--out", str(out)])
    whole = {row["path"]: row["status"] for row in table(out)}
    lines = out.read_text().splitlines(keepends=True)
    out.write_text("".join(lines[:4]))
    capsys.readouterr()
    main(["score", str(pictures), "--out", str(out), "--resume"])
    assert {row["path"]: row["status"] for row in table(out)} == whole
    assert len(table(out)) == len(whole)
    assert "2 files done before" in capsys.readouterr().err


def test_a_killed_run_keeps_its_rows(pictures, tmp_path):
    """Kill a real process after its first row is on disk; the rows are whole, and --resume finishes."""
    if sys.platform == "win32":
        pytest.skip("needs POSIX signals")
    many, count = tmp_path / "many", 2000
    many.mkdir()
    for number in range(count):
        (many / f"{number:04}.png").hardlink_to(pictures / "a.png")
    out = tmp_path / "r.csv"
    arguments = ["score", str(many), "--out", str(out), "--batch-size", "1"]
    arguments += ["--model", str(paths.user_models() / "cxr-densenet121")]
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    take_for_tried(paths.user_models() / "cxr-densenet121", tmp_path / "cxrview")
    command = [sys.executable, "-m", "cxrview", *arguments]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and (not out.exists() or out.stat().st_size < 1000):
            pass
        process.send_signal(signal.SIGKILL)
    before = table(out)
    assert 0 < len(before) < count
    assert main([*arguments, "--resume"]) == 0
    assert len({row["path"] for row in table(out)}) == len(table(out)) == count


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_twenty_killed_runs_lose_nothing(pictures, tmp_path):
    """Kill a run twenty times, wherever it is; a bad file among twenty stays a row, too."""
    many, count, random = tmp_path / "many", 1500, np.random.default_rng(12)
    many.mkdir()
    for number in range(count):
        (many / f"{number:04}.png").hardlink_to(pictures / ("a.png" if number % 20 else "cut.png"))
    out = tmp_path / "r.csv"
    model = paths.user_models() / "cxr-densenet121"
    arguments = [
        "score",
        str(many),
        "--out",
        str(out),
        "--batch-size",
        "3",
        "--resume",
        "--model",
        str(model),
    ]
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    take_for_tried(model, tmp_path / "cxrview")
    killed = 0
    for _ in range(20):
        size = out.stat().st_size if out.exists() else 0
        command = [sys.executable, "-m", "cxrview", *arguments]
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None and (not out.exists() or out.stat().st_size <= max(size, 500)):
                time.sleep(0.001)
            time.sleep(random.uniform(0, 0.03))
            process.kill()
        killed += process.returncode == -signal.SIGKILL
    assert killed == 20
    assert 0 < len(table(out)) < count
    assert main(arguments) == 1
    rows = table(out)
    assert [row["path"] for row in rows] == [str(path) for path in sorted(many.iterdir())]
    assert [row["status"] for row in rows] == ["ok" if number % 20 else "error" for number in range(count)]


def test_heatmaps_are_saved_one_a_frame_but_for_frames_unlike_the_training_films(pictures, tmp_path, capsys):
    """The three good images are too small for films."""
    film = np.random.default_rng(1).integers(0, 256, (128, 128), dtype=np.uint8)
    for name in ("d.png", "e.png"):
        cv2.imwrite(str(pictures / name), film)
    out, folder = tmp_path / "r.csv", tmp_path / "heat"
    main(["score", str(pictures), "--out", str(out), "--heatmaps", str(folder)])
    like = [row["path"] for row in table(out) if row.get("in_domain", "").lower() == "true"]
    saved = sorted(folder.iterdir())
    assert [path.name[0] for path in saved] == ["d", "e"]
    assert len(like) == 2
    assert cv2.imread(str(saved[0])).shape == (128, 128, 3)
    assert str(messages.HEATMAPS_WITHHELD(count=3)) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["score", "nowhere"], "nowhere"),
        (["score", ".", "--out", "r.xlsx"], str(FORMATS_OF_RESULTS(names=[".csv", ".jsonl", ".parquet"]))),
        (["score", ".", "--resume"], str(messages.NEEDS_OUT(option="--resume"))),
        (["models", "show", "absent"], str(NO_SUCH_MODEL(model="absent"))),
        (["models", "verify", "absent"], str(NO_SUCH_MODEL(model="absent"))),
        (["models", "export", "lungs", "--out", "x.zip"], str(READS_NO_FILMS(model="lungs"))),
        (["explain", "x.png", "--out", "y.jpg"], str(messages.CHOOSE_PNG)),
    ],
)
def test_a_request_that_cannot_be_met_exits_2_with_a_sentence(
    arguments, sentence, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert sentence in capsys.readouterr().err


def test_the_lung_network_reads_no_films(pictures, capsys):
    assert main(["score", str(pictures / "a.png"), "--model", "lungs"]) == 2
    assert str(READS_NO_FILMS(model="lungs")) in capsys.readouterr().err


def test_an_unknown_device_exits_2(pictures, capsys):
    assert main(["score", str(pictures / "a.png"), "--device", "tpu"]) == 2
    assert str(NO_DEVICE(device="tpu")) in capsys.readouterr().err


def test_explain_saves_the_picture_under_its_heatmap(chest_pa, tmp_path, capsys):
    plain, hot = tmp_path / "plain.png", tmp_path / "hot.png"
    assert main(["explain", str(chest_pa), "--out", str(plain), "--opacity", "0"]) == 0
    assert main(["explain", str(chest_pa), "--out", str(hot), "--opacity", "1"]) == 0
    picture = cv2.imread(str(plain))
    assert picture.shape == (1955, 1841, 3)
    assert (picture[..., 0] == picture[..., 2]).all()
    assert (cv2.imread(str(hot)) != picture).any()
    words = capsys.readouterr().out
    assert "COVID-19" in words
    assert "not for diagnosis" in words


def test_pictures_of_high_pixels_are_written_with_square_ones(tmp_path):
    film = np.random.default_rng(0).integers(0, 256, (128, 256), dtype=np.uint8)
    path = save(phantom(film, PixelAspectRatio=[2, 1]), tmp_path / "film.dcm")
    assert main(["explain", str(path), "--out", str(tmp_path / "one.png")]) == 0
    out, heat = tmp_path / "r.csv", tmp_path / "heat"
    assert main(["score", str(path), "--out", str(out), "--heatmaps", str(heat)]) == 0
    (scored,) = heat.iterdir()
    for picture in (tmp_path / "one.png", scored):
        assert cv2.imread(str(picture)).shape == (256, 256, 3)


def test_explain_says_that_a_class_is_too_weak_and_leaves_the_picture_grey(pictures, tmp_path, capsys):
    folder = make_tiny_bundle(
        tmp_path / "scaled", map_scale=dict.fromkeys(("covid19", "normal", "pneumonia"), 1e6)
    )
    out = tmp_path / "o.png"
    arguments = ["explain", str(pictures / "a.png"), "--out", str(out), "--class", "normal"]
    assert main([*arguments, "--model", str(folder)]) == 0
    assert str(NOTHING_ABOVE(name="normal", percent=20)) in capsys.readouterr().err
    picture = cv2.imread(str(out))
    assert (picture[..., 0] == picture[..., 2]).all()


def test_explain_refuses_an_unknown_class(pictures, tmp_path, capsys):
    arguments = ["explain", str(pictures / "a.png"), "--out", str(tmp_path / "o.png"), "--class", "flu"]
    assert main(arguments) == 2
    assert str(NO_CLASS(name="flu", names="covid19, normal, pneumonia")) in capsys.readouterr().err


def test_models_are_listed_shown_and_verified(capsys):
    assert main(["models"]) == 0
    assert "cxr-densenet121 1.2.3" in capsys.readouterr().out
    assert main(["models", "show"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Tiny test model"
    assert main(["models", "verify", "cxr-densenet121"]) == 0
    assert "Self-test passed" in capsys.readouterr().out
    assert main(["models", "show", "lungs"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "segmenter"


def test_without_a_name_all_models_and_the_lung_network_are_verified(capsys):
    assert main(["models", "verify"]) == 0
    told = capsys.readouterr().out
    assert "cxr-densenet121 1.2.3: 3 files" in told
    assert "lungs " in told
    assert told.count("Self-test passed") == 2
    broken = make_tiny_bundle(paths.user_models() / "broken")
    (broken / "model.onnx").write_bytes(b"?")
    assert main(["models", "verify"]) == 1
    printed = capsys.readouterr()
    assert printed.out == told
    assert "broken: model.onnx" in printed.err


def test_a_broken_model_is_named_and_the_others_listed(capsys):
    make_tiny_bundle(paths.user_models() / "broken", temperature=-1)
    assert main(["models", "list"]) == 1
    printed = capsys.readouterr()
    assert "cxr-densenet121" in printed.out
    assert f"broken: card.json {CARD_WRONG_ENTRY(reason=CARD_TEMPERATURE)}" in printed.err


def test_doctor_reports_decoders_engines_and_models(capsys):
    assert main(["doctor"]) == 0
    report = capsys.readouterr().out
    assert "openvino" in report
    assert "works on CPU" in report
    (lungs,) = (line for line in report.splitlines() if line.startswith("  lungs"))
    assert "works on CPU" in lungs
    assert "JPEG 2000" in report


def test_view_without_a_path_is_the_app(monkeypatch):
    asked = []
    monkeypatch.setattr("cxrview.gui.app.run", lambda paths, **_options: asked.append(list(paths)) or 0)
    assert main(["view"]) == 0
    assert asked == [[]]


def test_a_probability_is_said_as_in_the_window_never_quite_all(tiny_bundle, chest_pa):
    predictor = Predictor.load(str(tiny_bundle), "cpu")
    found = predictor.predict([read(chest_pa)[0]])[0]
    shares = np.array([0.999, 0.001, 0.3], np.float32)
    found = dataclasses.replace(found, probabilities=shares)
    lines = describe(found, predictor.card, call_of(found, predictor.card)).splitlines()
    figures = [line.rsplit("  ", 1)[-1].strip() for line in lines if line.endswith("%")]
    assert figures == ["> 99 %", "< 1 %", "30 %"]
