"""The switch of the model page between the film and the lungs: what it follows, says, and does."""

import json
import shlex
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from cxrview.cli import main
from cxrview.cli.training_options import configure
from cxrview.datasets.lung_sample import LungSample
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.training.data.lungs import LungLook
from cxrview.gui.training.draft import CUSTOM, Draft
from cxrview.gui.training.model.lungs import usual
from cxrview.gui.training.model.step import ModelStep
from cxrview.gui.training.runs import TrainingRuns
from cxrview.training import config as configuration
from cxrview.training.config import ModelConfig
from cxrview.training.export.phantom import chest_phantom
from cxrview.training.network.starting_point import resolve
from cxrview.training.preflight import to_measure

CHESTS, HANDS = LungSample(24, 23), LungSample(24, 3)


def model(path: Path, layer: str) -> str:
    """Write a .keras file of a DenseNet121 without weights whose first layer is `layer`; return where."""
    first = {
        "class_name": layer,
        "registered_name": f"cxrview>{layer}",
        "config": {"size": 160, "resolution": 96, "normalisation": "bands"},
        "build_config": {"input_shape": [None, 160, 160, 2]},
    }
    whole = {"class_name": "Functional", "config": {"name": "densenet121", "layers": [first]}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(whole))
        for part in ("metadata.json", "model.weights.h5"):
            archive.writestr(part, "")
    return str(path)


@pytest.fixture
def of_lungs(tmp_path) -> str:
    """A model that reads lungs, to start from."""
    return model(tmp_path / "lungs.keras", "LungFraming")


@pytest.fixture
def of_films(tmp_path) -> str:
    """A model that reads whole films."""
    return model(tmp_path / "films.keras", "SourceSuppression")


@pytest.fixture
def page(qtbot, tmp_path):
    """A model page whose draft starts from ImageNet weights, and `settled` waits for what follows."""
    draft, runner = Draft(tmp_path / "run"), TaskRunner()
    draft.change("model", start="imagenet")
    page = ModelStep(draft, TrainingRuns(root=tmp_path / "runs"), runner, tmp_path / "speed.json")
    qtbot.addWidget(page)
    page.resize(1100, 800)
    page.show()
    qtbot.waitExposed(page)

    def settled() -> ModelConfig:
        found = lambda: page.examined is not None and page.examined.config == draft.config  # noqa: E731
        qtbot.waitUntil(lambda: found() and not page._settle.isActive())
        return draft.config.model

    page.settled = settled
    settled()
    yield page
    page.let_go()
    runner.close(wait=True)


def state(page) -> tuple[bool, str]:
    """Return whether the switch is on, and the tone of what stands below it."""
    return page.lungs.switch.isChecked(), page.lungs.why.tone


def test_without_a_start_of_its_own_the_images_decide(page):
    draft, lungs = page._draft, page.lungs
    assert state(page) == (False, "")
    assert not lungs.why.isVisible()
    assert draft.frame_read == "film"
    draft.set_lungs(CHESTS)
    assert page.settled().frame == "lungs"
    assert state(page) == (True, "")
    assert draft.frame_read == "lungs"
    assert lungs.why.text() == "Lungs were found on 23 of 24 images that were looked at."
    assert resolve(draft.config.model).head.pooling == "lungs"
    assert page.start.follows.text() == "Input of 224 × 224 pixels, cropped to the lungs."
    draft.set_lungs(HANDS)  # other images were chosen
    assert page.settled().frame == "film"
    assert state(page) == (False, "")
    assert lungs.why.text() == (
        "The lungs of a frontal chest film were found on 3 of 24 images only. So the whole image is read."
    )
    draft.set_lungs(None)
    assert page.settled().frame == "auto"
    assert state(page) == (False, "")


def test_it_follows_the_model_that_the_training_starts_from(page, of_lungs, of_films):
    draft, lungs = page._draft, page.lungs
    draft.set_lungs(CHESTS)
    draft.change("model", start=of_films)
    assert page.settled().frame == "auto"
    assert state(page) == (False, "")
    assert lungs.why.text() == "The model that the training starts from reads the whole film, too."
    draft.change("model", start=of_lungs)
    assert page.settled().frame == "auto"
    assert state(page) == (True, "")
    assert draft.frame_read == "lungs"
    assert lungs.why.text().startswith("The model that the training starts from reads the lungs, too. Lungs")
    draft.change("model", start=of_films)
    page.settled()
    assert state(page) == (False, "")


def test_images_that_are_no_chest_films_are_not_cropped_unasked(page, of_lungs, qtbot):
    draft = page._draft
    draft.change("model", start=of_lungs)
    page.settled()
    assert state(page) == (True, "")
    draft.set_lungs(HANDS)
    assert page.settled().frame == "film"
    assert resolve(draft.config.model).input.frame == "film"
    assert state(page) == (False, "")
    qtbot.mouseClick(page.lungs.switch, Qt.MouseButton.LeftButton)
    assert page.settled().frame == "lungs"
    assert state(page) == (True, "warning")


def test_what_the_user_has_decided_stays(page, of_lungs, of_films, qtbot):
    draft = page._draft
    draft.set_lungs(CHESTS)
    page.settled()
    qtbot.mouseClick(page.lungs.switch, Qt.MouseButton.LeftButton)
    assert page.settled().frame == "film"
    for found, start in ((HANDS, of_films), (CHESTS, of_lungs), (CHESTS, "none")):
        draft.set_lungs(found)
        draft.change("model", start=start)
        assert page.settled().frame == "film"
    draft.change("model", start=of_lungs)
    page.settled()
    assert state(page) == (False, "warning")


def test_a_preset_stays_one_with_lungs_and_without(page, qtbot):
    draft = page._draft
    draft.set_lungs(CHESTS)
    for name in ("two-phase", "scratch", "quick"):
        draft.use_preset(name)
        draft.change("model", start="none")
        assert (page.settled().frame, draft.preset) == ("lungs", name)
        assert resolve(draft.config.model).head.pooling == "lungs"
    draft.use_preset("scratch")
    qtbot.mouseClick(page.lungs.switch, Qt.MouseButton.LeftButton)
    assert draft.preset == "scratch"
    assert (draft.config.model.frame, draft.config.model.pooling) == ("film", "flatten")
    draft.change("model", dropout=0.4)
    assert draft.preset == CUSTOM


def test_all_settings_and_the_switch_are_one(page):
    control = page.expert.edits["model.frame"].control
    control.setCurrentIndex(control.findData("lungs"))
    control.activated.emit(control.currentIndex())
    assert page.settled().frame == "lungs"
    assert page.lungs.switch.isChecked()
    page._draft.set_lungs(HANDS)
    assert page.settled().frame == "lungs"


@pytest.mark.parametrize("preset", ["quick", "scratch"])
@pytest.mark.parametrize("frame", ["film", "lungs"])
def test_the_command_line_reads_the_same(page, preset, frame, tmp_path):
    draft = page._draft
    draft.change("data", path=str(tmp_path / "films"))
    draft.use_preset(preset)
    draft.set_frame(frame)
    page.foot.copy_command()
    text = QGuiApplication.clipboard().text()
    assert f"--preset {preset}" in text
    assert f"--frame {frame}" in text
    assert configure(main.parse(shlex.split(text)[1:])) == draft.config


def test_a_configuration_that_is_loaded_stays_as_it_is(page, tmp_path, of_lungs):
    """One of before there were frames names none."""
    draft, file = page._draft, tmp_path / "old.toml"
    draft.set_lungs(CHESTS)
    page.settled()
    file.write_text('[model]\nstart = "none"\n', "utf-8")
    page.foot.load_from(file)
    assert page.settled() == ModelConfig(start="none")
    assert state(page) == (False, "")
    draft.set_frame("lungs")
    page.foot.save_to(file)
    assert configuration.load(file).model == draft.config.model


def test_boxes_teach_where_to_look(page):
    draft, boxes = page._draft, page.lungs.boxes
    assert not boxes.isVisible()
    draft.set_lungs(LungSample(24, 23, boxed=120))
    page.settled()
    told = "The table tells for 120 images where the disease is"
    assert boxes.isVisible()
    assert boxes.text() == f"{told}: their boxes teach where to look."
    draft.set_frame("film")
    assert boxes.text() == f"{told}. If the lungs are read, their boxes teach where to look."


def test_another_network_can_be_measured_with_lungs(page, tmp_path):
    page._draft.set_frame("lungs")
    file = tmp_path / "measure.toml"
    configuration.save(to_measure(page._draft.config, "resnet50"), file)
    assert resolve(configuration.load(file).model).input.frame == "lungs"


def test_the_images_are_looked_at_in_a_worker(qtbot, tmp_path):
    from cxrview.datasets.sources import Item

    draft, runner, settled = Draft(tmp_path / "run"), TaskRunner(), []
    look = LungLook(draft, runner, lambda: settled.append(draft.lungs))
    for name, picture in {"one": chest_phantom(300), "two": np.full((200, 200), 80, np.uint8)}.items():
        assert cv2.imwrite(str(tmp_path / f"{name}.png"), picture)
    items = [Item(tmp_path / f"{name}.png", f"{name}.png", ("a",)) for name in ("one", "two")]
    look.want(items)
    assert (look.is_busy, draft.lungs) == (True, None)
    qtbot.waitUntil(lambda: bool(settled))
    assert (look.is_busy, draft.lungs) == (False, LungSample(2, 1))
    look.want(())
    assert (look.is_busy, draft.lungs) == (False, None)
    runner.close(wait=True)


@pytest.mark.parametrize(
    ("start", "found", "frame"),
    [
        ("", None, "auto"),
        ("", LungSample(0, 0), "auto"),  # nothing could be read
        ("", CHESTS, "lungs"),
        ("", HANDS, "film"),
        ("film", CHESTS, "auto"),
        ("lungs", CHESTS, "auto"),
        ("lungs", None, "auto"),
        ("lungs", HANDS, "film"),
        ("", LungSample(24, 12), "film"),
    ],
)
def test_what_is_usual(start, found, frame):
    assert usual(start, found) == frame
