"""The page on which a model is trained, fed with events; the last test lets ten thousand of them rain."""

import dataclasses

import pytest
from PySide6.QtCore import QCoreApplication, QRect, Qt
from PySide6.QtGui import QGuiApplication

from cxrview import i18n
from cxrview.datasets import messages as data_messages
from cxrview.gui import theme as themes
from cxrview.gui.training import messages as gui_messages
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.indicator import TrainingIndicator
from cxrview.gui.training.run.curves import course_of
from cxrview.gui.training.run.interrupted import InterruptedRuns
from cxrview.gui.training.run.step import TrainingStep
from cxrview.gui.training.runs import Run
from cxrview.gui.training.texts import stage_detail
from cxrview.gui.training.training_process import ProcessOutcome
from cxrview.message import verbatim
from cxrview.training import messages, names
from cxrview.training.run import events
from tests.gui.stalls import Stall
from tests.gui.training.programs import CONFIG, epoch, lay_down, pretend

REPORT = {
    "counts": {"train": {"a": 30, "b": 12}, "validation": {"a": 5, "b": 4}, "test": {"a": 0, "b": 0}},
    "findings": [],
    "facts": {},
}
RAIN = """
tell(events.Started("x", 200, 0, "cpu:0", "tensorflow"))
for number in range(1, 201):
    for step in range(49):
        tell(events.Step(1, number, step + 1, 49, 0.5, 8.0, 60.0))
    metrics = {"loss": 0.5, "val_loss": 0.6, "val_macro_f1": 0.7}
    tell(events.Epoch(1, number, 200, 1e-3, metrics, number == 1, 1.0))
"""
LISTENING = """
tell(events.Started("x", 30, 0, "cpu:0", "tensorflow"))
tell(events.PhaseStarted(1, 2, "head", 10, 1e-3, 3075))
metrics = {"loss": 0.5, "val_loss": 0.6, "val_macro_f1": 0.7, "val_accuracy": 0.8, "val_macro_auc": 0.9}
tell(events.Epoch(1, 1, 30, 1e-3, metrics, True, 1.0))
tell(events.Step(1, 2, 1, 4, 0.5, 8.5, 412.0))
for line in sys.stdin:
    if line.strip() == "stop":
        tell(events.Stopped(1))
        sys.exit(2)
    tell(events.Stage("calibrating", 0.0))
    tell(events.Finished("b", "r", 1, {}, "clinic", True))
    sys.exit(0)
"""


@pytest.fixture
def draft(runs) -> Draft:
    draft = Draft(runs.root / "new")
    draft.set_config(CONFIG)
    draft.set_report(REPORT)
    return draft


@pytest.fixture
def step(draft, runs, qtbot) -> TrainingStep:
    page = TrainingStep(draft, runs)
    page.resize(1000, 700)
    qtbot.addWidget(page)
    page.show()
    return page


@pytest.fixture
def live(step, runs, qtbot, monkeypatch) -> TrainingStep:
    """The page with a run that has one epoch behind it and listens."""
    pretend(monkeypatch, LISTENING)
    qtbot.mouseClick(step.summary.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: step.view.facts.labels["speed"].text() == "8.5")
    return step


def feed(step: TrainingStep, runs, *said: events.Event) -> Run:
    """Show a run that has said something, without a process."""
    run = Run(runs.root / "fed", "train", runs)
    run.config = CONFIG
    step.view.show_run(run)
    step._turn_to(step.view)
    for event in said:
        run._take(event)
    step.view.refresh()
    return run


def test_before_the_start_it_tells_what_will_happen(step, draft):
    rows = {name: label.text() for name, label in step.summary.rows.items()}
    assert rows["images"] == "Training 42 · Validation 9"
    assert rows["network"] == f"DenseNet121, {names.STARTS_FROM['bundled']}"
    assert rows["phases"].splitlines()[0] == "Head: 10 epochs, learning rate 0.0002"
    assert rows["folder"] == str(draft.folder)
    assert rows["reads"] == "What its starting point reads"
    draft.set_frame_read("lungs")
    assert step.summary.rows["reads"].text() == "The lungs only"
    draft.set_frame_read("film")
    assert step.summary.rows["reads"].text() == "The whole image"
    draft.change("model", architecture="small-cnn", start="none")
    assert step.summary.rows["network"].text().endswith("from nothing")
    assert step.obstacle() == "Start the training first."


def test_without_images_or_with_a_finding_in_the_way_it_does_not_start(step, draft):
    assert step.summary.start.isEnabled()
    draft.change("data", path="")
    assert not step.summary.start.isEnabled()
    assert step.summary.problem.text() == "Choose images in the first step."
    draft.change("data", path="elsewhere")
    leak = {"kind": "leak", "severity": "block", "text": "One picture is on two sides."}
    draft.set_report({**REPORT, "findings": [leak]})
    assert not step.summary.start.isEnabled()
    draft.change("data", allow=("leak",))
    assert step.summary.start.isEnabled()
    assert not step.summary.problem.isVisible()


def test_a_run_says_what_is_read_as_soon_as_it_is_known(live, step):
    labels = step.view.facts.labels
    assert labels["reads"].text() == "–"  # its configuration leaves it to the start
    step.view.run._take(events.DataReported({**REPORT, "facts": {"frame": "lungs"}}))
    step.view.refresh()
    assert labels["reads"].text() == "The lungs only"


def test_the_figures_of_a_live_run_are_shown(live):
    view = live.view
    assert view.head.doing.text() == "Epoch 2 of 30 · phase 1 of 2"
    assert view.facts.labels["best"].text() == "1 · Macro F1 0.700"
    assert view.facts.labels["left"].text() == "about 7 minutes"
    assert view.facts.labels["device"].text() == "Processor"
    assert view.head.bar.value() == round(1000 * 1.25 / 30)
    assert not view.ending.isVisible()
    assert live.obstacle() == "The training is running."


def test_cancel_leaves_a_run_that_can_be_gone_on_with(live, runs, qtbot):
    with qtbot.waitSignal(runs.ended):
        qtbot.mouseClick(live.view.head.stop, Qt.MouseButton.LeftButton)
        assert live.view.head.detail.text() == "Stopping after this batch…"
        assert not live.view.head.stop.isEnabled()
    ending = live.view.ending
    assert ending.what.text() == "Stopped after 1 epoch."
    assert ending.resume.isVisible()
    assert ending.finish.isVisible()
    assert not ending.result.isVisible()
    with qtbot.waitSignal(runs.started) as again:
        qtbot.mouseClick(ending.resume, Qt.MouseButton.LeftButton) if _begun(live) else None
    assert again.args[0].folder.path == live._draft.folder


def _begun(step) -> bool:
    """Lay down what a real process would have left by now."""
    lay_down(step._draft.folder, 1)
    return True


def test_stop_and_keep_the_best_ends_with_a_model(live, runs, qtbot):
    with qtbot.waitSignal(runs.ended):
        qtbot.mouseClick(live.view.head.keep, Qt.MouseButton.LeftButton)
        assert live.view.head.detail.text() == "Finishing after this batch…"
    assert live.view.ending.what.text() == "The model is finished."
    assert live.obstacle() == ""
    with qtbot.waitSignal(live.result_asked):
        qtbot.mouseClick(live.view.ending.result, Qt.MouseButton.LeftButton)


def test_what_is_being_done_never_makes_the_window_wider(step, runs, qtbot, monkeypatch):
    pretend(
        monkeypatch,
        """
tell(events.Stage("reading", 0.1, verbatim("a.png")))
sys.stdin.readline()
tell(events.Stage("a stage of another version " * 9, 0.1, verbatim("a" * 300 + ".png")))
sys.stdin.readline()
""",
    )
    step.start()
    qtbot.waitUntil(lambda: step.view.head.detail.text() == "a.png")
    QCoreApplication.sendPostedEvents()
    before = step.minimumSizeHint().width()
    runs.current.finish()
    qtbot.waitUntil(lambda: len(step.view.head.detail.text()) > 300)
    QCoreApplication.sendPostedEvents()
    assert step.minimumSizeHint().width() == before


@pytest.mark.parametrize("detail", [messages.IMAGE_OF(number=33, total=42), messages.WRITTEN])
def test_a_detail_is_told_in_the_language_of_the_window(detail):
    stage = events.parse(events.dump(events.Stage("domain", 0.5, detail))).event
    assert stage_detail(stage) == str(detail)
    i18n.use("de")
    try:
        assert stage_detail(stage) == i18n.say(detail) != str(detail)
    finally:
        i18n.use("en")


def test_the_name_of_a_file_is_told_as_it_is():
    stage = events.parse(events.dump(events.Stage("domain", 0.5, verbatim("train-2/image 3 of 4.png")))).event
    i18n.use("de")
    try:
        assert stage_detail(stage) == "train-2/image 3 of 4.png"
    finally:
        i18n.use("en")


def test_how_far_the_features_are_is_told_with_the_name_of_the_side():
    side = messages.CHANGED_SIDE(side=names.SIDES["train"], number="2")
    detail = messages.FEATURES_DONE(name="train-2", side=side, done=32, total=42)
    stage = events.parse(events.dump(events.Stage("features", 0.5, detail))).event
    assert stage_detail(stage) == i18n.say(detail)
    assert str(stage.detail) == str(detail)
    assert i18n.say(side) in i18n.say(detail)
    assert i18n.say(names.SIDES["train"]) in i18n.say(side)


def test_there_is_nothing_to_keep_before_the_first_epoch(step, runs, qtbot, monkeypatch):
    pretend(monkeypatch, 'tell(events.Stage("reading", 0.5, verbatim("a/b.png")))\nsys.stdin.readline()')
    step.start()
    qtbot.waitUntil(lambda: step.view.head.detail.text() == "a/b.png")
    assert step.view.head.doing.text() == str(names.STAGES["reading"])
    assert step.view.head.bar.value() == 500
    assert not step.view.head.keep.isEnabled()
    assert "nothing to keep" in step.view.head.keep.toolTip()


def test_curves_have_a_point_an_epoch_and_the_phases_behind_them(step, runs, qtbot):
    said = [events.PhaseStarted(1, 2, "head", 10, 1e-3, 3), *(epoch(n) for n in range(1, 6))]
    said += [
        events.PhaseStarted(2, 2, "all", 20, 1e-4, 9),
        *(epoch(n, 25, phase=2, best=n == 7) for n in range(6, 9)),
    ]
    run = feed(step, runs, *said)
    curves = step.view.curves
    qtbot.waitUntil(lambda: curves.is_drawn)
    assert curves.loss.drawn == {"Training": 8, "Validation": 8}
    assert curves.quality.drawn == {"Macro F1": 8, "Macro AUC": 8}
    assert curves.accuracy.drawn == {"Training": 0, "Validation": 8}  # a run of an earlier version
    course = curves.loss.course
    assert [(band.name, band.first, band.last) for band in course.bands] == [
        ("Head", 1, 5),  # it ended early
        ("All layers", 6, 25),
    ]
    assert (course.best, course.total, course.stopped) == (7, 25, 0)
    run._take(events.Finished("b", "r", 7, {}, stopped_early=True))
    done = course_of(run.progress)
    assert (done.stopped, done.total, done.bands[-1].last) == (8, 25, 8)
    assert course_of(run.progress, 30).total == 30


def test_a_phase_is_seen_behind_the_curves_as_soon_as_it_begins(step, runs, qtbot):
    def background() -> str:
        picture = step.view.curves.loss.grab().toImage()
        return picture.pixelColor(picture.width() - 20, picture.height() // 2).name()

    run = feed(step, runs, events.Started("x", 30, 0, "cpu:0", "tensorflow"))
    qtbot.waitUntil(lambda: step.view.curves.is_drawn)
    assert background() == themes.DARK.panel
    run._take(events.PhaseStarted(1, 2, "head", 30, 1e-3, 3))
    qtbot.waitUntil(lambda: background() != themes.DARK.panel)


def test_the_curves_keep_their_place_when_the_run_ends_and_goes_on(step, runs, qtbot, monkeypatch):
    def place() -> QRect:
        for _ in range(10):  # Qt lays out one level in each round
            QCoreApplication.processEvents()
        return step.view.curves.geometry()

    run = feed(step, runs, epoch(1))
    under_a_line = place()
    run.outcome = ProcessOutcome(
        "crashed", verbatim("It was ended. " * 30), verbatim("Go on with it."), resumable=True
    )
    step.view.refresh()
    assert place().top() > under_a_line.top()
    with monkeypatch.context() as changed:
        changed.setattr(Run, "is_running", property(lambda _run: True))
        step.view.refresh()
        assert place() == under_a_line


def test_a_figure_that_does_not_exist_leaves_a_gap(step, runs, qtbot):
    said = [epoch(n) for n in range(1, 4)]
    said[1].metrics["val_macro_auc"] = None
    feed(step, runs, *said)
    qtbot.waitUntil(lambda: step.view.curves.is_drawn)
    assert step.view.curves.quality.drawn == {"Macro F1": 3, "Macro AUC": 2}


def test_the_keys_go_through_the_epochs_of_both_plots(step, runs, qtbot):
    feed(step, runs, *(epoch(n, f1=n / 10) for n in range(1, 5)))
    loss, quality = step.view.curves.loss, step.view.curves.quality
    qtbot.waitUntil(lambda: step.view.curves.is_drawn)
    qtbot.keyClick(loss, Qt.Key.Key_Left)
    assert (loss.epoch, quality.epoch) == (4, 4)
    qtbot.keyClick(loss, Qt.Key.Key_Left)
    assert (loss.epoch, quality.epoch) == (3, 3)
    assert quality.legend.spoken.startswith("Macro F1 0.300")


def test_the_log_unfolds_and_can_be_copied(live, qtbot):
    log = live.view.log
    assert not log.lines.isVisible()
    log.fold.setFocus()
    qtbot.keyClick(log.fold, Qt.Key.Key_Space)
    assert "Epoch 1: Training loss 0.500" in log.lines.toPlainText()
    live.view.run.process._take_error("a remark of a library")
    qtbot.waitUntil(lambda: "a remark of a library" in log.lines.toPlainText())
    assert log.lines.toPlainText().count("Epoch 1:") == 1
    qtbot.mouseClick(log.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == log.lines.toPlainText()


def test_a_failure_tells_what_to_do_without_options_of_the_command_line(step, runs):
    run = feed(step, runs, epoch(1))
    run._end(
        ProcessOutcome("failed", data_messages.NO_ROOM, messages.MAKE_ROOM_FOR_EPOCH, True, "run/last.npz")
    )
    ending = step.view.ending
    assert ending.what.text() == str(gui_messages.DISK_IS_FULL)
    assert ending.advice.text() == i18n.say(messages.MAKE_ROOM_AND_GO_ON)
    assert ending.resume.isVisible()


@pytest.mark.parametrize("resumable", [True, False])
def test_an_advice_for_the_command_line_is_another_one_here(step, runs, resumable):
    run = feed(step, runs, epoch(1))
    problem = messages.PLACE_UNUSABLE(place="x", reason="it is gone")
    run._end(ProcessOutcome("failed", problem, messages.START_AGAIN, resumable))
    assert step.view.ending.what.text() == str(problem)
    assert step.view.ending.advice.text() == (i18n.say(messages.START_AGAIN) if resumable else "")
    assert "--resume" in str(messages.START_AGAIN)
    memory = messages.TRAIN_WITH_SMALLER_BATCH(size=8)
    run._end(ProcessOutcome("failed", messages.OUT_OF_MEMORY, memory, resumable))
    assert step.view.ending.advice.text() == i18n.say(memory)
    assert "--" not in step.view.ending.advice.text()


def test_a_file_that_a_problem_is_about_is_named(step, runs):
    run = feed(step, runs, epoch(1))
    run._end(ProcessOutcome("failed", messages.NO_CHECKPOINT, messages.START_ANEW, True, "run/last.npz"))
    assert step.view.ending.what.text() == f"last.npz {messages.NO_CHECKPOINT}"


def test_a_refusal_to_start_stands_on_the_page(live, runs, draft, qtbot):
    other = TrainingStep(draft, runs)
    qtbot.addWidget(other)
    other.show()
    other.prepare()
    other.start()
    assert str(gui_messages.TRAINING_RUNS) in other.summary.problem.text()
    assert other.summary.problem.isVisible()


def test_training_again_takes_another_folder(live, runs, draft, qtbot):
    first = draft.folder
    with qtbot.waitSignal(runs.ended):
        live.view.head.stop.click()
    lay_down(first, 1)
    qtbot.mouseClick(live.view.ending.again, Qt.MouseButton.LeftButton)
    assert live.summary.isVisible()
    assert draft.folder != first
    assert (first / "checkpoints").is_dir()


def test_an_interrupted_run_is_offered_shown_and_gone_on_with(draft, runs, qapp, qtbot, monkeypatch):
    changed = dataclasses.replace(CONFIG, model=dataclasses.replace(CONFIG.model, name="clinic"))
    folder = lay_down(runs.root / "a", 3, changed)
    themes.apply(qapp, themes.LIGHT)
    page = TrainingStep(draft, runs)
    qtbot.addWidget(page)
    page.show()
    (line,) = page.interrupted.lines
    assert line.text.text().startswith("The training of “clinic” was interrupted after 3 of 30 epochs (")
    qtbot.mouseClick(line.show_it, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.view.curves.is_drawn)
    assert page.view.curves.loss.drawn["Validation"] == 3
    assert page.view.ending.what.text() == "Stopped after 3 epochs."
    assert draft.config == changed
    pretend(monkeypatch, "tell(events.Warned(verbatim(' '.join(sys.argv))))")
    with qtbot.waitSignal(runs.ended):
        qtbot.mouseClick(page.view.ending.finish, Qt.MouseButton.LeftButton)
    said = str(runs.current.progress.warnings[0])
    assert f"--out {folder} --resume" in said
    assert "--finish" in said


def test_what_was_interrupted_is_offered_above_the_viewer_and_on_the_first_page(
    make_window, home, qtbot, monkeypatch
):
    changed = dataclasses.replace(CONFIG, model=dataclasses.replace(CONFIG.model, name="clinic"))
    lay_down(home / "training" / "20260101-a", 2, changed)
    window = make_window()
    strip = window.strips.lines["training"]
    assert strip.isVisible()
    assert strip.words.text().startswith("The training of “clinic” was interrupted after 2 of 30 epochs (")
    show = next(button for button in strip.buttons if button.text() == "Show")
    qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.training.window is not None)
    opened = window.training.window
    first = opened.pages.currentWidget()
    assert first is opened.steps[0]
    (line,) = first.interrupted.lines
    assert line.isVisible()
    qtbot.mouseClick(line.show_it, Qt.MouseButton.LeftButton)
    assert isinstance(opened.pages.currentWidget(), TrainingStep)
    window.close()

    again = make_window()
    pretend(monkeypatch, "tell(events.Warned(verbatim(' '.join(sys.argv))))")
    resume = next(b for b in again.strips.lines["training"].buttons if b.text() == "Resume")
    with qtbot.waitSignal(again.training.runs.ended):
        qtbot.mouseClick(resume, Qt.MouseButton.LeftButton)
    assert "--resume" in str(again.training.runs.current.progress.warnings[0])
    assert "training" not in again.strips.lines
    again.close()

    third = make_window()
    qtbot.mouseClick(third.strips.lines["training"].cross, Qt.MouseButton.LeftButton)
    third.close()
    assert make_window().strips.isHidden()  # it has been said, and nobody wanted it


def test_deleting_an_interrupted_run_can_be_taken_back(runs, qtbot):
    folder = lay_down(runs.root / "a", 3)
    offer = InterruptedRuns(runs)
    qtbot.addWidget(offer)
    offer.show()
    (line,) = offer.lines
    qtbot.mouseClick(line.delete, Qt.MouseButton.LeftButton)
    assert line.delete.text() == "Undo"
    assert not line.resume.isVisible()
    qtbot.mouseClick(line.delete, Qt.MouseButton.LeftButton)
    offer.execute()
    assert folder.is_dir()
    qtbot.mouseClick(line.delete, Qt.MouseButton.LeftButton)
    offer.execute()
    assert not folder.exists()
    assert not offer.isVisible()


def test_the_run_goes_on_behind_a_closed_page_and_the_status_bar_tells_of_it(live, runs, qtbot, monkeypatch):
    alerts = []
    monkeypatch.setattr("cxrview.gui.training.indicator.QApplication.alert", alerts.append)
    indicator = TrainingIndicator(runs)
    qtbot.addWidget(indicator)
    indicator.show()
    live.hide()
    run = runs.current
    assert run.is_running
    assert indicator.button.text() == "Training 1 of 30 epochs, about 7 minutes"
    assert indicator.ring.fraction == pytest.approx(1.25 / 30)
    with qtbot.waitSignal(indicator.asked) as asked:
        qtbot.mouseClick(indicator.button, Qt.MouseButton.LeftButton)
    assert asked.args == [run]
    with qtbot.waitSignal(runs.ended):
        run.finish()
    assert indicator.button.text() == "“clinic” is trained: show it"
    assert alerts == [indicator.window()]
    indicator.put_away(run.folder.path.parent / "another")
    assert indicator.isVisible()
    indicator.put_away(run.folder.path)
    assert not indicator.isVisible()
    indicator.show()
    qtbot.mouseClick(indicator.dismiss, Qt.MouseButton.LeftButton)
    assert not indicator.isVisible()
    live.show()  # what happened meanwhile is drawn now
    assert live.view.ending.what.text() == "The model is finished."


@pytest.mark.timed
def test_ten_thousand_events_do_not_stop_the_window(step, runs, qtbot, monkeypatch):
    pretend(monkeypatch, RAIN)
    drawn = []
    refresh = step.view.curves.show_progress
    monkeypatch.setattr(step.view.curves, "show_progress", lambda *given: (drawn.append(1), refresh(*given)))
    with Stall() as stall:
        with qtbot.waitSignal(runs.ended, timeout=20_000):
            step.start()
        qtbot.waitUntil(lambda: step.view.curves.is_drawn)
    run = runs.current
    assert run.count == 10_001
    assert step.view.curves.loss.drawn["Validation"] == 200
    assert len(drawn) < 60
    assert stall.milliseconds < 100


def test_a_page_that_is_gone_does_not_hear_of_runs_any_more(draft, runs, qtbot, monkeypatch):
    page = TrainingStep(draft, runs)
    page.deleteLater()
    qtbot.waitSignal(page.destroyed).wait()
    pretend(monkeypatch, 'tell(events.Warned(verbatim("x")))')
    with qtbot.waitSignal(runs.ended):
        runs.train(CONFIG, runs.root / "a")
    draft.change("model", dropout=0.5)
    draft.set_report(None)
