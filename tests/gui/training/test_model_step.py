"""The page of the model: real widgets, a real draft, and real processes where Keras has to answer."""

import dataclasses
import shlex
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QSlider, QWidget

from cxrview import bundle, i18n
from cxrview.bundle import messages as bundle_messages
from cxrview.cli import main as command_line
from cxrview.cli.training_options import configure
from cxrview.datasets import messages as data_messages
from cxrview.engines import messages as engine_messages
from cxrview.gui import theme
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.helper_process import HelperProcess
from cxrview.gui.training.model.step import ModelStep
from cxrview.gui.training.runs import TrainingRuns
from cxrview.gui.widgets.option_controls import as_typed, from_typed
from cxrview.imaging import model_input, read
from cxrview.messages import PLACE_CANNOT_BE_WRITTEN
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import (
    AUGMENTATIONS,
    PRESETS,
    AugmentationConfig,
    ModelConfig,
    PhaseConfig,
    RecipeConfig,
    TrainingConfig,
)
from cxrview.training.run import benchmark_records
from tests.gui.training.programs import pretend
from tests.training.test_estimate import MEASURED

REPORT = {"findings": [], "facts": {"images": {"train": 100, "validation": 20, "test": 30}}}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where measurements are kept."""
    return tmp_path / "speed.json"


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Two folders of drawn films."""
    random = np.random.default_rng(0)
    for label in ("clear", "lesion"):
        for number in range(3):
            path = tmp_path / "films" / label / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            ramp = np.linspace(20, 200, 96)[None, :] + random.normal(0, 12, (96, 96))
            assert cv2.imwrite(str(path), np.clip(ramp, 0, 255).astype(np.uint8))
    return tmp_path / "films"


@pytest.fixture
def page(qtbot, tmp_path: Path, store: Path):
    """A page that has come to the front, its choices examined."""
    draft = Draft(tmp_path / "run")
    runner = TaskRunner()
    crashes: list[str] = []
    runner.crashed.connect(crashes.append)
    page = ModelStep(draft, TrainingRuns(root=tmp_path / "runs"), runner, store)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    qtbot.waitExposed(page)
    page.entered()
    qtbot.waitUntil(lambda: page.examined is not None and page.start.start.count() >= 3)
    yield page
    page.let_go()
    runner.close(wait=True)
    assert not crashes


def settled(qtbot, page: ModelStep) -> None:
    """Wait until what is shown follows from what is chosen."""
    qtbot.waitUntil(lambda: page.examined.config == page._draft.config)


def click(qtbot, widget: QWidget) -> None:
    QApplication.processEvents()  # so that it lies where it is seen
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))


def pick(box: QComboBox, value: str) -> None:
    """Choose as a user does, with the keyboard."""
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def type_into(qtbot, line: QLineEdit, text: str) -> None:
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


# Basics.


def test_a_preset_is_a_click_and_a_change_makes_it_custom(qtbot, page):
    for name, (_words, preset) in PRESETS.items():
        click(qtbot, page.presets.cards[name])
        config = page._draft.config
        assert (config.recipe, config.augmentation) == (preset.recipe, preset.augmentation)
        assert config.model.architecture == preset.model.architecture
        assert page.presets.cards[name].isChecked()
    assert not page.presets.cards["custom"].isEnabled()
    page.expert.edits["recipe.batch_size"].control.setValue(7)
    assert page.presets.cards["custom"].isChecked()
    assert page._draft.config.recipe.batch_size == 7


def test_another_network_takes_a_start_that_has_weights_for_it_and_says_so(qtbot, page):
    assert page.obstacle() == ""
    size = bundle.load(bundle.find()).card.input_size
    assert page.start.follows.text().startswith(f"Input of {size} × {size} pixels")
    assert page.start.switched.isHidden()
    click(qtbot, page.networks.cards["resnet50"])
    settled(qtbot, page)
    assert page._draft.config.model.start == "imagenet"
    assert page.start.switched.text() == "Starting point for ResNet50: Weights of photographs (ImageNet)."
    assert page.start.switched.isVisible()
    assert page.obstacle() == ""
    click(qtbot, page.networks.cards["small-cnn"])  # which has no weights of photographs
    settled(qtbot, page)
    assert page._draft.config.model.start == "none"
    assert page.start.switched.text().endswith("Nothing: random weights.")
    assert page.obstacle() == ""
    click(qtbot, page.networks.cards["densenet121"])  # back to where it came from
    settled(qtbot, page)
    assert page._draft.config.model.start == "bundled"
    assert page.start.switched.text().endswith("The model that comes with cxrview.")
    click(qtbot, page.networks.cards["resnet50"])
    pick(page.start.start, "none")
    settled(qtbot, page)
    assert page.start.switched.isHidden()
    assert page.start.follows.text().startswith("Input of 224 × 224 pixels. Preprocessing: As the authors")
    pick(page.start.start, "bundled")  # and its network comes with it
    settled(qtbot, page)
    assert page.networks.cards["densenet121"].isChecked()
    assert page.obstacle() == ""


def test_a_start_that_does_not_fit_the_network_is_said_at_once(qtbot, page):
    page._draft.change("model", architecture="resnet50")  # as from a file
    qtbot.waitUntil(lambda: page.start.follows.tone == "error")
    refusal = messages.OTHER_ARCHITECTURE(found="DenseNet121", wanted="ResNet50")
    assert str(refusal) in page.start.follows.text()
    assert page.obstacle() == page.start.follows.text()


def test_imagenet_tells_of_the_download_and_the_small_network_has_no_such_weights(qtbot, page):
    pick(page.start.start, "imagenet")
    settled(qtbot, page)
    assert "28 MB" in page.start.note.text()
    assert page.start.note.isVisible()
    assert page.obstacle() == ""
    page._draft.change("model", architecture="small-cnn")  # as from a file
    settled(qtbot, page)
    refusal = messages.NO_IMAGENET_WEIGHTS(title="Small CNN (two convolutions)")
    assert page.obstacle().startswith(str(refusal))


def test_a_file_to_start_from_is_looked_at(qtbot, page, tmp_path, monkeypatch):
    path = tmp_path / "weights.keras"
    path.write_bytes(b"no archive")
    answer = staticmethod(lambda *_args, **_options: (str(path), ""))
    monkeypatch.setattr("cxrview.gui.training.model.start.QFileDialog.getOpenFileName", answer)
    click(qtbot, page.start.choose)
    settled(qtbot, page)
    assert page.start.start.currentText() == "The file weights.keras"
    assert page.obstacle().startswith(f"weights.keras {engine_messages.NO_KERAS_MODEL}")


def test_a_name_that_is_taken_or_none_is_refused(qtbot, page):
    type_into(qtbot, page.start.name, "cxr-densenet121")
    settled(qtbot, page)
    taken = bundle_messages.NAME_TAKEN(name="cxr-densenet121")
    assert str(taken) in page.start.name_problem.text()
    assert page.obstacle() == page.start.name_problem.text()
    type_into(qtbot, page.start.name, "of-our-ward")
    settled(qtbot, page)
    assert page.obstacle() == ""
    assert not page.start.name_problem.isVisible()


# All settings.


def other(item: dataclasses.Field, value: object) -> object:
    """Return another value that the entry `item` may have."""
    if item.metadata["choices"]:
        return next(one for one in item.metadata["choices"] if one != value and one != "lbfgs")
    if isinstance(value, bool):
        return not value
    if isinstance(value, tuple):
        return (48, 24) if get_args(item.type)[0] is int else ("our ward", "theirs")
    if isinstance(value, str):
        return "clear"
    low, high = item.metadata["low"], item.metadata["high"]
    if isinstance(value, int):
        return value + 1 if value + 1 <= high else low
    return round(low + (high - low) * 0.37, 2) if high < 20 else 7.0


def set_value(qtbot, edit: QWidget, value: object) -> None:
    """Set `value` through the control of `edit`."""
    control = edit.control
    if isinstance(control, QComboBox):
        pick(control, value)
    elif isinstance(control, QAbstractButton):
        qtbot.keyClick(control, Qt.Key.Key_Space)
    elif isinstance(control, QLineEdit):
        type_into(qtbot, control, as_typed(value))
    else:
        control.setValue(value)


def test_every_entry_can_be_set_and_comes_back_from_the_file(qtbot, page, tmp_path):
    wanted = {}
    for table, kind in (
        ("model", ModelConfig),
        ("recipe", RecipeConfig),
        ("augmentation", AugmentationConfig),
    ):
        for item in dataclasses.fields(kind):
            entry, before = f"{table}.{item.name}", getattr(getattr(page._draft.config, table), item.name)
            if entry in ("model.name", "model.architecture", "model.start", "recipe.phases"):
                continue
            edit = page.augmentation.rows[item.name] if table == "augmentation" else page.expert.edits[entry]
            tab = page.augmentation if table == "augmentation" else page.expert
            page.tabs.setCurrentWidget(tab)
            wanted[entry] = other(item, before)
            set_value(qtbot, edit, wanted[entry])
            now = getattr(getattr(page._draft.config, table), item.name)
            assert now == wanted[entry] != before, entry
    for item in dataclasses.fields(PhaseConfig):
        edit = page.expert.phases.rows[0][item.name]
        value = other(item, getattr(page._draft.config.recipe.phases[0], item.name))
        page.tabs.setCurrentWidget(page.expert)
        set_value(qtbot, edit, value)
        assert getattr(page._draft.config.recipe.phases[0], item.name) == value, item.name
    assert page.expert.problems == {}
    page.foot.save_to(tmp_path / "all.toml")
    config = page._draft.config
    assert configuration.load(tmp_path / "all.toml") == config
    page._draft.use_preset("quick")
    page.foot.load_from(tmp_path / "all.toml")
    assert page._draft.config == config
    assert page.expert.edits["model.hidden"].control.text() == "48, 24"
    assert page.presets.cards["custom"].isChecked()


def test_what_makes_no_sense_stays_beside_its_field_and_out_of_the_draft(qtbot, page):
    page.tabs.setCurrentWidget(page.expert)
    edit, reason = page.expert.edits["model.hidden"], page.expert.reasons["model.hidden"]
    type_into(qtbot, edit.control, "64, 0")
    fault = data_messages.OUT_OF_RANGE(entry="model.hidden", found=0, low=1, high=65536)
    assert str(fault) in reason.text()
    assert reason.isVisible()
    assert page.obstacle().startswith("Widths of dense layers before the classes: ")
    assert page._draft.config.model.hidden == ()
    page.expert.edits["recipe.batch_size"].control.setValue(5)  # other changes leave what was typed
    assert edit.control.text() == "64, 0"
    type_into(qtbot, edit.control, "64; 32")
    assert page._draft.config.model.hidden == (64, 32)
    assert not reason.isVisible()
    assert page.obstacle() == ""


def test_a_rate_that_is_no_number_is_refused_and_a_preset_clears_it(qtbot, page):
    page.tabs.setCurrentWidget(page.expert)
    line = page.expert.phases.rows[0]["learning_rate"].control
    type_into(qtbot, line, "fast")
    assert page.obstacle() == "Phases: “fast” is no such value."
    click(qtbot, page.presets.cards["two-phase"])
    assert page.obstacle() == ""
    assert page.expert.phases.rows[1]["learning_rate"].control.text() == "1e-05"


def test_the_solver_says_beside_itself_what_it_needs(qtbot, page):
    page.tabs.setCurrentWidget(page.expert)
    pick(page.expert.edits["recipe.optimizer"].control, "lbfgs")
    reason = page.expert.reasons["recipe.optimizer"]
    qtbot.waitUntil(reason.isVisible)
    assert "solves a head of one layer" in reason.text()
    assert page.obstacle() == reason.text()
    page.expert.phases.rows[0]["epochs"].control.setValue(1)
    qtbot.waitUntil(lambda: page.obstacle() == "")
    assert not reason.isVisible()


def test_phases_come_go_and_change_places(qtbot, page):
    page.tabs.setCurrentWidget(page.expert)
    table, phases = page.expert.phases, lambda: [p.depth for p in page._draft.config.recipe.phases]
    assert not table.buttons[0]["remove"].isEnabled()  # the only one stays
    click(qtbot, table.add)
    pick(table.rows[1]["depth"].control, "all")
    assert phases() == ["head", "all"]
    click(qtbot, table.buttons[1]["up"])
    assert phases() == ["all", "head"]
    click(qtbot, table.buttons[0]["down"])
    assert phases() == ["head", "all"]
    click(qtbot, table.buttons[0]["remove"])
    assert phases() == ["all"]
    assert [row["depth"].control.currentText() for row in table.rows] == ["Every layer"]


@pytest.mark.parametrize(
    ("text", "wanted", "value"),
    [
        ("1e-4", float, 1e-4),
        ("0,25", float, 0.25),
        ("", tuple[int, ...], ()),
        ("8;4", tuple[int, ...], (8, 4)),
    ],
)
def test_numbers_are_read_as_they_are_typed(text, wanted, value):
    assert from_typed(text, wanted) == value


@pytest.mark.parametrize("value", [1e-5, 0.1, 0.123456789, 2e-4, (64, 32), ()])
def test_a_number_is_shown_so_that_it_means_itself(value):
    wanted = tuple[int, ...] if isinstance(value, tuple) else float
    assert from_typed(as_typed(value), wanted) == value


def test_the_wheel_scrolls_the_page_and_changes_nothing_in_passing(qtbot, page):
    page.tabs.setCurrentWidget(page.expert)
    box = page.expert.edits["recipe.batch_size"].control
    page.expert.edits["recipe.seed"].control.setFocus()

    def turn() -> None:
        place, turned = QPointF(5, 5), QPoint(0, -120)
        none = Qt.KeyboardModifier.NoModifier
        wheel = QWheelEvent(
            place, box.mapToGlobal(place), QPoint(), turned, Qt.MouseButton.NoButton, none,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(box, wheel)

    turn()
    assert box.value() == page._draft.config.recipe.batch_size == 32
    box.setFocus()
    turn()
    assert box.value() == page._draft.config.recipe.batch_size == 31


# Random changes.


def test_presets_of_the_changes_and_the_warnings_of_the_flips(qtbot, page):
    panel = page.augmentation
    page.tabs.setCurrentWidget(panel)
    for name, config in AUGMENTATIONS.items():
        click(qtbot, panel.presets[name])
        assert page._draft.config.augmentation == config
        assert [key for key, button in panel.presets.items() if button.isChecked()] == [name]
    slider = panel.rows["rotation"].slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert page._draft.config.augmentation.rotation == 16.0
    assert panel.rows["rotation"].control.value() == 16.0
    assert not any(button.isChecked() for button in panel.presets.values())
    flip = panel.rows["horizontal_flip"].control
    assert not panel.warnings["horizontal_flip"].isVisible()
    qtbot.keyClick(flip, Qt.Key.Key_Space)
    assert panel.warnings["horizontal_flip"].isVisible()
    assert "heart" in panel.warnings["horizontal_flip"].text()


def test_an_amount_from_a_file_is_kept_to_the_last_place(page):
    page._draft.change("augmentation", zoom=0.1234)
    row = page.augmentation.rows["zoom"]
    assert row.control.value() == 0.1234
    assert page._draft.config.augmentation.zoom == 0.1234  # what shows it does not round it


def test_without_images_the_preview_says_where_they_come_from(qtbot, page):
    page.tabs.setCurrentWidget(page.augmentation)
    qtbot.waitUntil(lambda: "first step" in page.augmentation.grid._line)
    assert not page.augmentation.helper.is_running
    assert not page.augmentation.another.isEnabled()


def as_array(picture) -> np.ndarray:
    return np.array([[picture.pixelColor(x, y).value() for x in range(64)] for y in range(64)])


@pytest.mark.tensorflow
def test_the_preview_shows_the_users_own_images_changed(qtbot, page, images):
    page._draft.set_config(dataclasses.replace(PRESETS["scratch"][1], augmentation=AUGMENTATIONS["none"]))
    page._draft.change("model", input_size=64)
    page._draft.change("data", path=str(images))
    panel = page.augmentation
    page.tabs.setCurrentWidget(panel)
    qtbot.waitUntil(lambda: len(panel.grid.pictures) == 12, timeout=120_000)
    file = panel.caption.text().partition(" (")[0]
    plain = as_array(panel.grid.pictures[0])
    np.testing.assert_array_equal(plain, model_input(read(images / file)[0], 64)[0])
    assert all((as_array(picture) == plain).all() for picture in panel.grid.pictures)  # nothing changes it
    panel.rows["contrast"].control.setValue(0.5)
    before = panel.grid.pictures
    qtbot.waitUntil(lambda: panel.grid.pictures is not before, timeout=30_000)
    assert (as_array(panel.grid.pictures[0]) == plain).all()
    assert all((as_array(picture) != plain).any() for picture in panel.grid.pictures[1:])
    click(qtbot, panel.another)
    qtbot.waitUntil(lambda: not panel.caption.text().startswith(file), timeout=30_000)
    page._draft.change("data", path=str(images / "gone"))
    qtbot.waitUntil(
        lambda: str(data_messages.NO_IMAGES_AT(path=images / "gone")) in panel.grid._line, timeout=30_000
    )
    page.hide()
    assert not panel.helper.is_running  # it takes memory that a training needs


def test_the_preview_gets_ready_before_it_is_looked_at(qtbot, page, images, monkeypatch):
    code = "import json; print(json.dumps({'ready': True}), flush=True)\nfor line in sys.stdin: pass"
    pretend(monkeypatch, code)
    page._draft.change("data", path=str(images))
    page.entered()
    panel = page.augmentation
    qtbot.waitUntil(lambda: panel._ready)
    assert not panel.isVisible()
    page.tabs.setCurrentWidget(panel)
    qtbot.waitUntil(lambda: panel._number == 1)  # asked at once
    page.tabs.setCurrentIndex(0)
    assert panel.helper.is_running  # one may come back
    page.hide()
    assert not panel.helper.is_running


# What it takes.


def test_what_was_measured_stands_on_the_card_and_below(qtbot, page, store):
    assert "not measured yet" in page.networks.cards["densenet121"].speed.text()
    page._draft.set_report(REPORT)
    qtbot.waitUntil(lambda: "has not been measured here" in page.foot.basis.text())
    assert page.foot.measure.isVisible()
    assert not page.foot.taken.isVisible()
    size = page.examined.model.input.size
    benchmark_records.add(store, dataclasses.replace(MEASURED, batch_size=32, input_size=size))
    page._draft.change("recipe", patience=3)
    qtbot.waitUntil(page.foot.taken.isVisible)
    # 120 plain at 10/s, 4 × 100 changed at 5/s, 40 epochs of 100 at 1000/s, 170 at 10/s: 113 s
    assert page.foot.taken.text().startswith("About 2 minutes, less if it stops early · 1.0 GB of memory · ")
    card = page.networks.cards["densenet121"]
    assert card.speed.text() == "Here: learns 2.0, looks at 10 images/s\n2.0 GB of memory"
    assert "batches of 32" in card.toolTip().replace("\n", " ")
    assert not page.foot.measure.isVisible()
    page._draft.use_preset("three-phase")  # the last block was not measured
    qtbot.waitUntil(lambda: "one of the phases was not measured" in page.foot.basis.text())
    assert page.foot.measure.isVisible()


@pytest.mark.tensorflow
def test_measuring_runs_apart_and_is_kept(qtbot, page, store):
    click(qtbot, page.presets.cards["scratch"])
    page._draft.set_report(REPORT)
    page._draft.change("model", input_size=32)
    page._draft.change("recipe", batch_size=4)
    settled(qtbot, page)
    click(qtbot, page.foot.measure)
    card = page.networks.cards["small-cnn"]
    assert card.measure.text() == "Stop measuring"
    assert not page.networks.cards["vgg16"].measure.isEnabled()
    qtbot.waitUntil(lambda: "% done" in card.speed.text(), timeout=120_000)
    qtbot.waitUntil(lambda: card.measure.text() == "Measure again", timeout=120_000)
    entry, *rest = benchmark_records.load(store)
    assert rest == []
    assert (entry.architecture, entry.input_size, entry.batch_size) == ("small-cnn", 32, 4)
    assert entry.learning["all"] > 0
    assert entry.plain > 0
    assert card.speed.text().startswith("Here: learns ")
    assert page.foot.taken.isVisible()


def test_measuring_can_be_stopped(qtbot, page, store):
    card = page.networks.cards["vgg16"]
    click(qtbot, card.measure)
    qtbot.waitUntil(lambda: page.helper.is_running)
    click(qtbot, card.measure)
    qtbot.waitUntil(lambda: card.measure.text() == "Measure")
    assert "not measured yet" in card.speed.text()
    assert not page.foot.said.isVisible()  # stopping is no failure
    assert not store.exists()


def test_nothing_is_measured_beside_a_training(qtbot, page, monkeypatch):
    class Training:
        is_running = True

    monkeypatch.setattr(page._runs, "current", Training())
    click(qtbot, page.networks.cards["vgg16"].measure)
    assert "A training is running" in page.foot.said.text()
    assert not page.helper.is_running


def test_a_helper_that_fails_says_why_in_the_language_of_the_window(qtbot, tmp_path):
    (tmp_path / "wrong.toml").write_text("[model]\ndropout = 7\n")
    helper = HelperProcess()
    i18n.use("de")
    try:
        with qtbot.waitSignal(helper.ended, timeout=20_000) as ended:
            helper.start("measure", ["--config", str(tmp_path / "wrong.toml")])
        fault = data_messages.OUT_OF_RANGE(entry="model.dropout", found=7.0, low=0.0, high=0.9)
        wanted = i18n.say(messages.WRONG_ENTRY(fault=fault))
    finally:
        i18n.use("en")
    assert ended.args[0].startswith(f"wrong.toml {wanted}")
    assert str(fault) not in ended.args[0]


# Files and the command line.


def configured(text: str) -> TrainingConfig:
    """Return what the command line makes of `text`."""
    return configure(command_line.parse(shlex.split(text)[1:]))


def test_the_command_line_trains_the_same(qtbot, page, tmp_path, images):
    draft, clipboard = page._draft, QGuiApplication.clipboard()
    draft.change("data", path=str(images), group_pattern=r"^(\d+)_", allow=("few-images", "imbalance"))
    draft.change("model", name="of our-ward")
    click(qtbot, page.foot.copy)
    assert clipboard.text().startswith("cxrview train --preset quick ")
    assert configured(clipboard.text()) == draft.config
    draft.change("recipe", label_smoothing=0.11)
    click(qtbot, page.foot.copy)
    assert "Save the configuration first" in page.foot.said.text()
    page.foot.save_to(tmp_path / "our run.toml")
    click(qtbot, page.foot.copy)
    assert clipboard.text().startswith("cxrview train --config ")
    assert configured(clipboard.text()) == draft.config
    draft.change("recipe", label_smoothing=0.12)  # the file is no longer it
    click(qtbot, page.foot.copy)
    assert "Save the configuration first" in page.foot.said.text()


def test_a_file_that_is_no_configuration_changes_nothing(page, tmp_path):
    before = page._draft.config
    for text, sentence in (("[model", messages.NO_TOML), ("[model]\ndropout = 3", messages.WRONG_ENTRY)):
        (tmp_path / "wrong.toml").write_text(text)
        page.foot.load_from(tmp_path / "wrong.toml")
        assert sentence.text.partition("{")[0] in page.foot.said.text()
    page.foot.save_to(tmp_path / "no" / "such" / "folder.toml")
    assert (
        PLACE_CANNOT_BE_WRITTEN.text.partition("{reason}")[0].format(place="folder.toml")
        in page.foot.said.text()
    )
    assert page._draft.config == before


# For everybody.


def test_all_that_takes_the_focus_has_a_name(page):
    kinds = (QAbstractButton, QComboBox, QLineEdit, QSlider)
    inner = ("qt_spinbox_lineedit",)
    for tab in range(page.tabs.count()):
        page.tabs.setCurrentIndex(tab)
        for kind in kinds:
            for widget in page.findChildren(kind):
                if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.objectName() not in inner:
                    assert widget.accessibleName() or getattr(widget, "text", str)(), widget


def test_cards_are_chosen_with_the_arrow_keys(qtbot, page):
    page.presets.cards["quick"].setFocus()
    qtbot.keyClick(page.presets.cards["quick"], Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: page._draft.preset == "two-phase")
    assert page.presets.cards["two-phase"].isChecked()


def test_the_page_can_be_drawn_in_both_themes(page, qapp):
    theme.apply(qapp, theme.LIGHT)
    light = page.presets.cards["two-phase"].grab().toImage().pixelColor(40, 6)
    theme.apply(qapp, theme.DARK)
    dark = page.presets.cards["two-phase"].grab().toImage().pixelColor(40, 6)
    assert light.lightness() > 200 > 80 > dark.lightness()
