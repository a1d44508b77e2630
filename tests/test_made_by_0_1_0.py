"""What version 0.1.0 left on a user's disk is taken up by this one: runs, models, drawings, choices, tables.

The files were made by commit 819ba17, with networks of seconds and drawn images; they are never made anew.
"""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cxrview import bundle, settings
from cxrview.__main__ import main
from cxrview.annotations import annotation as kinds
from cxrview.annotations.annotation import Point
from cxrview.annotations.image_key import image_key
from cxrview.annotations.store import Store
from cxrview.imaging import read
from cxrview.inference.predictor import Predictor
from cxrview.progress import silent
from cxrview.training import config as configuration
from cxrview.training.messages import RUN_FINISHED
from cxrview.training.run import events
from cxrview.training.run.folder import RunFolder
from cxrview.training.run.progress import RunProgress
from cxrview.training.run.result import load_result

KEPT = Path(__file__).parent / "data" / "made_by_0_1_0"
TEXTS = {".toml", ".json", ".jsonl", ".csv", ".txt", ".html", ".ini"}
DRAWN = (
    kinds.Length(points=(Point(10, 10), Point(30, 25)), label="a line"),
    kinds.CardiothoracicRatio(points=(Point(15, 30), Point(33, 30), Point(4, 32), Point(44, 32))),
    kinds.CalibrationLine(points=(Point(0, 0), Point(20, 0)), known_mm=50.0),
    kinds.Text(points=(Point(24, 24),), label="größer als früher"),
)
KEYS = {"invert": ["Ctrl+I"], "fit": [], "open": ["Ctrl+O", "F3"]}
RUNS = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def disk(tmp_path) -> Path:
    """A copy of all that was left, in which the files name the folder that they lie in now."""
    folder = tmp_path / "disk"
    shutil.copytree(KEPT, folder)
    for path in folder.rglob("*"):
        if path.suffix in TEXTS and "bundle" not in path.parts:
            path.write_bytes(path.read_bytes().replace(b"@folder@", folder.as_posix().encode()))
    return folder


def said(folder: Path) -> list[events.Event]:
    """Return the events of the run in `folder`; every line is one."""
    lines = RunFolder(folder).events.read_text("utf-8").splitlines()
    found = [events.parse(line) for line in lines]
    assert None not in found
    return [line.event for line in found]


def test_the_bundle_is_whole_and_says_what_it_said(disk):
    folder = disk / "finished" / "bundle" / "old-lungs"
    assert bundle.load(folder).card.class_names == ("clear", "lesion")
    predictor = Predictor.load(str(folder), "openvino:cpu")
    kept = json.loads((disk / "logits.json").read_text("utf-8"))
    assert len(kept) == 2
    for name, logits in kept.items():
        np.testing.assert_allclose(predictor.predict(read(disk / name))[0].logits, logits, rtol=0, atol=1e-5)


def test_a_run_is_what_its_events_say(disk):
    progress = RunProgress()
    for event in said(disk / "finished"):
        progress.take(event)
    assert [epoch.epoch for epoch in progress.epochs] == list(range(1, 9))
    assert (len(progress.phases), progress.phases[0].depth, progress.started.total_epochs) == (1, "all", 8)
    assert progress.report["counts"]["train"] == {"clear": 14, "lesion": 14}
    assert progress.finished == RunFolder(disk / "finished").outcome()
    assert progress.finished.bundle == (disk / "finished" / "bundle" / "old-lungs").as_posix()
    progress = RunProgress()
    for event in said(disk / "interrupted"):
        progress.take(event)
    assert len(progress.epochs) == progress.stopped.epochs_done == 5


def test_a_runs_configuration_is_complete(disk):
    config = RunFolder(disk / "finished").stored_config()
    assert configuration.differences(config, RunFolder(disk / "interrupted").stored_config()) == []
    assert (config.model.name, config.model.architecture, config.model.hidden) == (
        "old-lungs",
        "small-cnn",
        (8,),
    )
    assert config.recipe.phases == (configuration.PhaseConfig("all", 8, 1e-3, "constant", 0.0),)
    assert configuration.as_dict(config)["data"]["path"] == (disk / "images").as_posix()


@pytest.mark.tensorflow
@RUNS
def test_a_finished_run_is_reported_and_not_run_again(disk, capsys):
    before = RunFolder(disk / "finished").finished.read_bytes()
    assert main(["train", "--resume", "--out", str(disk / "finished"), "--no-register"]) == 0
    shown = capsys.readouterr()
    assert str(RUN_FINISHED(folder=disk / "finished")) in shown.err
    assert f"Model:  {disk / 'finished' / 'bundle' / 'old-lungs'}" in shown.out
    assert RunFolder(disk / "finished").finished.read_bytes() == before
    assert sum(isinstance(event, events.Epoch) for event in said(disk / "finished")) == 8


@pytest.mark.tensorflow
@RUNS
def test_an_interrupted_run_goes_on_where_it_was_and_finishes(disk):
    before = len(said(disk / "interrupted"))
    assert main(["train", "--resume", "--out", str(disk / "interrupted"), "--no-register"]) == 0
    new = said(disk / "interrupted")[before:]
    assert [event.epoch for event in new if isinstance(event, events.Epoch)] == [6, 7, 8]
    assert [event.resumed_epochs for event in new if isinstance(event, events.Started)] == [5]
    assert isinstance(new[-1], events.Finished)
    assert bundle.load(Path(new[-1].bundle)).card.name == "old-lungs"


@pytest.mark.tensorflow
@RUNS
def test_a_training_starts_from_the_bundle(disk):
    import keras

    from cxrview.progress import silent
    from cxrview.training.network import initial_weights, zoo
    from cxrview.training.network.starting_point import resolve

    folder = disk / "finished" / "bundle" / "old-lungs"
    picture = np.load(folder / "selftest.npz")
    for begin in (folder, folder / "model.keras"):
        config = replace(RunFolder(disk / "finished").stored_config().model, start=str(begin))
        keras.utils.set_random_seed(5)
        resolved = resolve(config)
        model = zoo.build(resolved, 2)
        assert (
            initial_weights.start_from(model, resolved, silent)
            == "The model old-lungs 1.0.0, its head included."
        )
        answer = keras.ops.convert_to_numpy(model(picture["image"], training=False))
        np.testing.assert_allclose(answer, picture["logits"], rtol=0, atol=1e-3)


@pytest.mark.parametrize("end", ["csv", "jsonl"])
def test_a_table_goes_on_and_keeps_its_rows(disk, end):
    out, images = disk / "score" / f"results.{end}", disk / "images" / "lesion"
    before = out.read_bytes().splitlines(keepends=True)
    if end == "jsonl":
        assert not before.pop().endswith(b"\n")  # it was killed while it wrote a line
    before.pop()  # the run may have died among the frames of its last file, so that is read again
    model = str(disk / "finished" / "bundle" / "old-lungs")
    options = ["--model", model, "--device", "openvino:cpu", "--out", str(out), "--resume"]
    assert main(["score", str(images), *options]) == 0
    after = out.read_bytes().splitlines(keepends=True)
    assert after[: len(before)] == before
    rows = after[1:] if end == "csv" else after
    assert len(rows) == len(list(images.iterdir())) == 20
    assert all(row.endswith(b"\n") and b"old-lungs" in row for row in rows)


def test_drawings_are_there_again(disk):
    (radiograph,) = read(disk / "images" / "clear" / "p000.png")
    found = Store(disk / "home" / "reading.sqlite").annotations(image_key(radiograph))
    assert found.unreadable == 0
    assert [(type(item), item.points, item.label) for item in found.annotations] == [
        (type(item), item.points, item.label) for item in DRAWN
    ]
    assert found.annotations[2].known_mm == 50


def test_the_result_of_a_run_is_shown_with_its_films(disk):
    found = load_result(disk / "finished", silent)
    assert found.best_epoch == 8
    assert set(found.parts) == {"test", "validation"}
    rows = (disk / "finished" / "report" / "predictions.csv").read_text("utf-8").splitlines()[1:]
    for name, part in found.parts.items():
        stored = [row.split(",") for row in rows if row.startswith(f"{name},")]
        assert [answer.file for answer in part.answers] == [row[1] for row in stored]
        right = sum(row[3] == row[4] for row in stored) / len(stored)
        assert part.measured["figures"]["accuracy"]["value"] == pytest.approx(right)
        assert sum(answer.is_right for answer in part.answers) == round(right * len(stored))


def test_settings_and_keys_are_taken_over(disk):
    found, complaints = settings.load(disk / "home" / "settings.toml")
    assert complaints == []
    assert (found.language, found.theme, found.heatmap_mode, found.heatmap_colours) == (
        *("de", "light"),
        *("contour", "viridis"),
    )
    assert (found.prefetch, found.memory_budget_mb, found.heatmap_opacity) == (0, 512, 0.6)
    assert found.shortcuts == {"invert": ("Ctrl+I",), "fit": (), "open": ("Ctrl+O", "F3")}
    before = (disk / "home" / "settings.toml").read_bytes()
    assert settings.save(found, disk / "home" / "settings.toml")
    assert settings.load(disk / "home" / "settings.toml") == (found, [])
    assert (disk / "home" / "settings.toml.v0.bak").read_bytes() == before


def test_the_window_comes_back_as_it_was_left(disk, qtbot):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from cxrview.gui import theme as themes
    from cxrview.gui.main_window import MainWindow

    window = MainWindow(disk / "home")
    qtbot.addWidget(window)
    try:
        window.show()
        film = disk / "images" / "clear" / "p000.png"
        qtbot.waitUntil(lambda: window.state.reading.prediction is not None, timeout=20_000)
        qtbot.waitUntil(lambda: window.measuring.items() != ())
        assert window.state.shown.path == film
        assert len(window.state.entries) == 3
        assert len(window.state.views) == 2
        assert window.state.reading.prediction.model == "old-lungs"
        assert [type(item) for item in window.measuring.items()] == [type(item) for item in DRAWN]
        assert window.studies.isHidden()
        assert not window.reading.isHidden()
        assert window.menus.actions["histogram"].isChecked()
        assert themes.current().name == "light"
        keys = {name: [key.toString() for key in window.menus.actions[name].shortcuts()] for name in KEYS}
        assert keys == KEYS
        assert window.height() == 700  # it was wider than the screen that is none, which cuts it
        assert [len(item.paths) for item in window.browsing.recents.items] == [3]
    finally:
        window.close()
        window.training.close()
        window.runner.close(wait=True)
