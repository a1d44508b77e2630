"""The search page: ranges in, trials as they finish, stop, resume, time limit, model and recipe out."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel

from cxrview.gui import theme as themes
from cxrview.gui.training import messages as gui_messages
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.search.clock import SearchClock
from cxrview.gui.training.search.step import SearchStep
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import AUGMENTATIONS, PhaseConfig, SearchConfig
from cxrview.training.run import events
from cxrview.training.search.folder import SearchFolder
from tests.gui.test_accessibility import nameless
from tests.gui.training.programs import epoch, pretend
from tests.training.runs import tiny_config, write_phantoms

CHOICES = (
    {"learning_rate": 0.001, "optimizer": "adam", "augmentation": "light"},
    {"learning_rate": 0.01, "optimizer": "sgd", "augmentation": "none"},
    {"learning_rate": 0.0001, "optimizer": "adam", "augmentation": "strong"},
    {"learning_rate": 0.002, "optimizer": "adam", "augmentation": "light"},
)
OVER = (
    events.Trial(1, "complete", 0.61, CHOICES[0], 1),
    events.Trial(2, "pruned", 0.30, CHOICES[1], 1),
    events.Trial(3, "failed", None, CHOICES[2], 1, messages.OUT_OF_MEMORY),
    events.Trial(4, "complete", 0.74, CHOICES[3], 4),
)
TRIALS_OF_A_PROGRAM = """
choice = {"learning_rate": 0.001, "optimizer": "adam"}
folder = sys.argv[sys.argv.index("--out") + 1]
tell(events.Started(folder, 3, 0, "cpu:0", "tensorflow"))
"""
SLOW = (
    TRIALS_OF_A_PROGRAM
    + """
import threading
asked = threading.Event()
threading.Thread(target=lambda: ("stop" in sys.stdin.readline()) and asked.set(), daemon=True).start()
for number in range(1, 30):
    tell(events.TrialStarted(number, 30, choice))
    for _ in range(20):
        if asked.is_set():
            tell(events.Stopped(number))
            sys.exit(0)
        time.sleep(0.02)
    tell(events.Trial(number, "complete", 0.5 + number / 100, choice, number))
"""
)


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """A draft whose images are chosen."""
    draft = Draft(tmp_path / "run")
    draft.set_config(replace(draft.config, data=replace(draft.config.data, path=str(tmp_path / "images"))))
    return draft


@pytest.fixture
def step(draft, runs, qtbot, qapp) -> SearchStep:
    """The page, open."""
    qapp.setStyle("Fusion")
    step = SearchStep(draft, runs)
    step.resize(1000, 760)
    qtbot.addWidget(step)
    step.show()
    step.entered()
    return step


def lay_down(root: Path, *said, config=None, name="20261120-101500-search") -> Path:
    """Write what a search leaves, each event ten seconds after the one before, and return its folder."""
    folder = root / name
    folder.mkdir(parents=True)
    configuration.save(config or configuration.TrainingConfig(), folder / "config.toml")
    (folder / "search.db").write_bytes(b"")
    lines = []
    for number, event in enumerate((events.Started(str(folder), 30, 0, "cpu:0", "tensorflow"), *said)):
        lines.append(json.dumps(json.loads(events.dump(event)) | {"time": 1_795_000_000 + 10 * number}))
    (folder / "events.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def whole_story() -> list[events.Event]:
    return [
        event for trial in OVER for event in (events.TrialStarted(trial.number, 20, trial.parameters), trial)
    ]


def table(step: SearchStep) -> list[list[str]]:
    model = step.view.table.sorted
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_what_is_chosen_goes_into_the_draft_and_is_summed_up(step, draft, qtbot):
    setup = step.setup
    assert "learning rate 0.0001 to 0.01; optimiser (AdamW, Adam, SGD); augmentation" in setup.summary.text()
    assert "the usual is searched" in setup.left_empty.text()
    rates = setup.fields["learning_rate"].control
    qtbot.keyClicks(rates, "1e-4, 3e-3")
    qtbot.keyClick(rates, Qt.Key.Key_Return)
    for name, value in (("batch_size", 8), ("batch_size", 32), ("architecture", "small-cnn")):
        qtbot.mouseClick(setup.chips[name].buttons[value], Qt.MouseButton.LeftButton)
    assert draft.config.search.learning_rate == (1e-4, 3e-3)
    assert setup.left_empty.text().startswith("What is left empty stays as on the page “Model”")
    assert draft.config.search.batch_size == (8, 32)
    assert draft.config.search.architecture == ("small-cnn",)
    assert setup.summary.text() == (
        "Searched: learning rate 0.0001 to 0.003; batch size (8, 32); "
        "network (Small CNN (two convolutions)). 20 trials."
    )
    qtbot.keyClick(setup.chips["batch_size"].buttons[8], Qt.Key.Key_Space)
    assert draft.config.search.batch_size == (32,)
    box = setup.fields["method"].control
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert draft.config.search.method == "grid"
    assert setup.summary.text().endswith("2 of 2 recipes.")
    assert "Each of these is tried" in setup.rates_help.text()


def test_what_makes_no_sense_is_said_and_nothing_starts(step, draft, qtbot):
    setup = step.setup
    rates = setup.fields["learning_rate"].control
    for typed, sentence in (("fast", "“fast” is no such value."), ("99", "recipe.phases")):
        rates.clear()
        qtbot.keyClicks(rates, typed)
        qtbot.keyClick(rates, Qt.Key.Key_Return)
        assert sentence in setup.problem.text()
        assert not setup.start.isEnabled()
    rates.clear()
    qtbot.keyClicks(rates, "0.001")
    qtbot.keyClick(rates, Qt.Key.Key_Return)
    assert setup.start.isEnabled()
    draft.change("data", path="")
    assert "Choose images" in setup.problem.text()
    assert not setup.start.isEnabled()


def test_values_of_a_file_that_nobody_offers_get_a_button(step, draft):
    draft.change("search", batch_size=(24,), start=("/models/lungs.keras",))
    assert step.setup.chips["batch_size"].buttons[24].isChecked()
    assert step.setup.chips["start"].buttons["/models/lungs.keras"].text() == "lungs.keras"


def test_trials_are_listed_sorted_and_drawn(step, runs, qtbot):
    step.show_folder(lay_down(runs.root, *whole_story()))
    assert table(step) == [
        ["1", "Complete", "0.610", "0.001", "Adam", "Mild"],
        ["2", "Cut short", "0.300", "0.01", "SGD", "None"],
        ["3", "Failed", "–", "0.0001", "Adam", "Strong"],
        ["4", "Complete", "0.740", "0.002", "Adam", "Mild"],
    ]
    view = step.view
    assert view.facts.labels["best"].text() == "0.740 in trial 4"
    assert view.facts.labels["over"].text() == "2 complete · 1 cut short · 1 failed"
    assert view.facts.labels["trial"].text() == "less than a minute"
    header = view.table.header()
    place = QPoint(header.sectionViewportPosition(2) + 20, 8)
    for order in (["3", "2", "1", "4"], ["4", "1", "2", "3"]):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert [row[0] for row in table(step)] == order
    by_number, by_rate = view.plots
    assert by_number.drawn == {1: (1.0, 0.61), 2: (2.0, 0.30), 4: (4.0, 0.74)}
    assert by_rate.drawn[1] == pytest.approx((-3.0, 0.61))
    by_rate.by.setCurrentIndex(by_rate.by.findData("optimizer"))
    by_rate.by.activated.emit(by_rate.by.currentIndex())
    assert by_rate.drawn == {1: (0.0, 0.61), 2: (1.0, 0.30), 4: (0.0, 0.74)}


def test_a_click_on_a_point_chooses_the_trial_and_its_failure_is_told(step, runs, qtbot):
    step.show_folder(lay_down(runs.root, *whole_story()))
    plot = step.view.plots[0]
    qtbot.waitUntil(lambda: plot.place_of(2).x() > 0)
    qtbot.mouseClick(plot.view, Qt.MouseButton.LeftButton, pos=plot.place_of(2).toPoint())
    assert step.view.table.chosen.number == 2
    assert "learning rate 0.01 · SGD" in step.view.chosen.text()
    step.view.table.choose(3)
    assert step.view.chosen.text().endswith(str(messages.OUT_OF_MEMORY))


def test_the_recipe_of_a_trial_becomes_the_draft(step, draft, runs, qtbot):
    draft.change("search", optimizer=("adam", "sgd"))
    before = draft.config
    step.show_folder(lay_down(runs.root, *whole_story()))
    step.view.table.choose(2)
    with qtbot.waitSignal(step.recipe_taken) as taken:
        qtbot.keyClick(step.view.table, Qt.Key.Key_Return)
    config = draft.config
    assert config.recipe.phases[-1].learning_rate == 0.01
    assert config.recipe.optimizer == "sgd"
    assert config.augmentation == AUGMENTATIONS["none"]
    assert (config.search, config.data) == (before.search, before.data)
    assert taken.args == ["learning rate 0.01 · SGD · augmentation None"]
    assert "learning rate 0.01" in step.said.text()


def test_a_running_trial_is_shown_with_its_best_epoch_so_far(step, runs, qtbot, monkeypatch):
    pretend(monkeypatch, TRIALS_OF_A_PROGRAM + "sys.stdin.readline()")
    step.start()
    run = runs.current
    qtbot.waitUntil(lambda: run.progress.started is not None)
    for event in (*whole_story(), events.TrialStarted(5, 20, CHOICES[0]), epoch(1, f1=0.4), epoch(2, f1=0.3)):
        run._take(event)
    qtbot.waitUntil(lambda: step.view.head.doing.text() == "Trial 5 of 20")
    qtbot.waitUntil(lambda: len(table(step)) == 5)
    assert table(step)[4][:3] == ["5", "Running, epoch 3 of 3", "0.400"]
    assert step.view.head.detail.text() == "learning rate 0.001 · Adam · augmentation Mild"
    assert step.view.facts.labels["left"].text() != "–"
    assert nameless(step) == []


def test_cancel_leaves_a_search_that_can_be_gone_on_with(step, runs, qtbot, monkeypatch):
    pretend(monkeypatch, SLOW)
    qtbot.mouseClick(step.setup.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(runs.current.progress.trials) == 1, timeout=10_000)
    run = runs.current
    with qtbot.waitSignal(runs.ended, timeout=10_000):
        qtbot.mouseClick(step.view.head.stop, Qt.MouseButton.LeftButton)
    assert runs.current is run
    assert step.view.ending.what.text() == "The search was stopped after 1 trial."
    visible = {name: getattr(step.view.ending, name).isVisible() for name in ("resume", "bundle", "result")}
    assert visible == {"resume": True, "bundle": True, "result": False}
    configuration.save(step._draft.config, make(run.folder.path) / "config.toml")  # as the process does
    qtbot.mouseClick(step.view.ending.resume, Qt.MouseButton.LeftButton)
    assert runs.current.folder == run.folder
    assert {"--resume", "--bundle"} <= set(runs.current.process._process.arguments())
    qtbot.waitUntil(
        lambda: step.view.head.stop.isVisible() and step.view.head.doing.text() == "Trial 1 of 30"
    )


@pytest.mark.parametrize("way", ["button", "time"])
def test_stop_and_keep_the_best_asks_for_a_model_and_no_more_trials(step, runs, qtbot, monkeypatch, way):
    finish = (
        TRIALS_OF_A_PROGRAM
        + """
tell(events.Warned(messages.SEARCH_FINISHED(folder=folder)))
tell(events.Warned(verbatim("Something else.")))
tell(events.Searched(1, 0.51, choice, folder + "/best.toml", 1, 0, 0))
tell(events.Finished(folder + "/best/001/bundle/found", "report.html", 2, {}, "found"))
"""
    )
    code = f"if '--resume' in sys.argv:\n{indented(finish)}\nelse:\n{indented(SLOW)}"
    pretend(monkeypatch, code)
    started = []
    runs.started.connect(started.append)
    step.setup.minutes.setValue(1 if way == "time" else 0)
    step.start()
    first = runs.current
    configuration.save(step._draft.config, make(first.folder.path) / "config.toml")  # as the process does
    if way == "time":
        assert 0 < step._end_by - time.time() <= 60
        step._end_by = time.time() + 0.1  # less than a trial takes
    qtbot.waitUntil(lambda: len(first.progress.trials) == 1, timeout=10_000)
    if way == "button":
        qtbot.waitUntil(step.view.head.keep.isEnabled)
        qtbot.mouseClick(step.view.head.keep, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: runs.current is not first and not runs.current.is_running, timeout=10_000)
    assert len(started) == 2
    request = configuration.load(first.folder.path.parent / f"{first.folder.path.name}.toml")
    assert request.search.trials == 1
    qtbot.waitUntil(step.view.ending.result.isVisible)
    assert "It is the model “found” now." in step.view.ending.what.text()
    assert step.view.warnings.text() == "Something else."
    runs.current._take(OVER[0])
    with qtbot.waitSignal(step.result_asked) as asked:
        qtbot.mouseClick(step.view.ending.result, Qt.MouseButton.LeftButton)
    assert asked.args == [SearchFolder(first.folder.path).best_run(1).path]


def indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.splitlines())


def make(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_a_search_that_finds_nothing_says_why(step, runs, qtbot, monkeypatch):
    pretend(
        monkeypatch,
        "last = messages.NO_TRIAL_COMPLETE(number=3, last=messages.NO_F1)\n"
        "tell(events.Failed(last, messages.SEARCH_ANEW))\nsys.exit(3)",
    )
    with qtbot.waitSignal(runs.ended, timeout=10_000):
        step.start()
    qtbot.waitUntil(step.view.ending.isVisible)
    assert step.view.ending.what.text() == str(messages.NO_TRIAL_COMPLETE(number=3, last=messages.NO_F1))
    assert step.view.ending.advice.text() == str(messages.SEARCH_ANEW)
    assert not step.view.ending.bundle.isVisible()
    qtbot.mouseClick(step.view.ending.again, Qt.MouseButton.LeftButton)
    assert step.setup.isVisible()


def test_another_training_is_not_disturbed(step, runs, qtbot, monkeypatch):
    pretend(monkeypatch, SLOW)
    runs.train(step._draft.config, runs.new_folder())
    step.start()
    assert str(gui_messages.TRAINING_RUNS) in step.setup.problem.text()
    assert step.run is None


def test_earlier_searches_are_offered_and_a_deletion_can_be_taken_back(draft, runs, qtbot):
    found = events.Searched(4, 0.74, CHOICES[3], "best.toml", 2, 1, 1)
    broken = lay_down(runs.root, *whole_story()[:3])
    ended = lay_down(runs.root, *whole_story(), found, name="20261121-080000-search")
    step = SearchStep(draft, runs)
    qtbot.addWidget(step)
    step.show()
    newest, oldest = step.earlier.lines
    assert "4 trials, the best with a macro F1 of 0.740" in newest.text.text()
    assert "interrupted after 1 trial" in oldest.text.text()
    assert (newest.resume.isVisible(), oldest.resume.isVisible()) == (False, True)
    qtbot.mouseClick(oldest.delete, Qt.MouseButton.LeftButton)
    assert oldest.text.text() == "The search is deleted."
    qtbot.mouseClick(oldest.delete, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(newest.delete, Qt.MouseButton.LeftButton)
    step.entered()  # coming back, one sees what is left
    assert [line.about.path for line in step.earlier.lines] == [broken]
    assert not ended.exists()
    qtbot.mouseClick(step.earlier.lines[0].show_it, Qt.MouseButton.LeftButton)
    assert step.run.folder.path == broken
    assert step.offers()
    assert step.shows(step.run)
    assert step.view.ending.resume.isVisible()


def test_the_clock_takes_the_time_of_an_interruption_for_none():
    clock = SearchClock()
    clock.take(events.TrialStarted(1, 5, {}), 100.0)
    assert (clock.trial_seconds, clock.left(0, 5, 110.0)) == (0.0, 0.0)
    clock.take(OVER[0], 160.0)
    clock.take(events.TrialStarted(2, 5, {}), 160.0)
    clock.take(events.TrialStarted(2, 5, {}), 9_000.0)  # gone on with in the evening
    assert clock.left(1, 5, 9_020.0) == 4 * 60 - 20
    clock.take(OVER[1], 9_040.0)
    assert clock.trial_seconds == 40.0  # the first, which prepared the images, is no example


def test_both_themes_and_every_control_has_a_name(step, runs, qapp):
    assert nameless(step) == []
    step.show_folder(lay_down(runs.root, *whole_story()))
    themes.apply(qapp, themes.LIGHT)
    assert nameless(step) == []
    assert step.view.plots[0].findChildren(QLabel)


@pytest.mark.slow
@pytest.mark.tensorflow
def test_a_real_search_ends_in_a_model_that_is_installed(step, draft, runs, tmp_path, qtbot):
    write_phantoms(tmp_path / "images", 24, 48)
    config = tiny_config(tmp_path / "images", PhaseConfig("all", 1, 1e-3), cache_features=False)
    search = SearchConfig(method="grid", trials=2, prune=False, learning_rate=(1e-3, 1e-2))
    draft.set_config(replace(config, model=replace(config.model, name="found", input_size=48), search=search))
    qtbot.mouseClick(step.setup.start, Qt.MouseButton.LeftButton)
    run = runs.current
    qtbot.waitUntil(lambda: not run.is_running, timeout=120_000)
    assert run.outcome.kind == "finished", (run.outcome, run.log)
    qtbot.waitUntil(step.view.ending.result.isVisible)
    assert [row[1] for row in table(step)] == ["Complete", "Complete"]
    assert {row[3] for row in table(step)} == {"0.001", "0.01"}
    assert "It is the model “found” now." in step.view.ending.what.text()
    installed = tmp_path / "xdg" / "data" / "cxrview" / "models" / "found" / "card.json"
    assert json.loads(installed.read_text("utf-8"))["training"]["search"]["trials"] == 2
    shown = SearchStep(draft, runs)
    qtbot.addWidget(shown)
    shown.show()
    shown.show_folder(run.folder.path)
    assert shown.view.ending.result.isVisible()
    assert table(shown) == table(step)


def test_what_the_plots_go_by_is_not_cut_off_below(step, runs):
    step.show_folder(lay_down(runs.root, *whole_story()))
    for plot in step.view.plots:
        label = plot._view.item.getAxis("bottom").label
        below = label.document().documentMargin() + 1  # empty, and the last row of pixels
        assert label.sceneBoundingRect().bottom() - below < plot._view.height()
