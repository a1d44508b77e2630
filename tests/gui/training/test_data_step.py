"""The page of the images: choosing, checking, mending, splitting, as the user sees it."""

import csv
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractSlider, QLineEdit, QPushButton

from cxrview.datasets import messages
from cxrview.datasets.lung_sample import MOST, LungSample
from cxrview.gui import theme as themes
from cxrview.gui.gc_in_gui_thread import Collector
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.training import child_process
from cxrview.gui.training import messages as gui_messages
from cxrview.gui.training.data import check
from cxrview.gui.training.data.step import DataStep
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.runs import Run, TrainingRuns
from cxrview.gui.training.step import WizardStep
from cxrview.gui.training.window import TrainingWindow
from cxrview.training import config as configuration
from cxrview.training.run import events
from tests.gui.stalls import Stall
from tests.training.drawn import class_folders, small, write

COPY, FIRST = "opaque/copy.png", "clear/p000.png"
TIMEOUT = 20_000


@pytest.fixture
def light(monkeypatch):
    """Checks begin after a short pause."""
    monkeypatch.setattr(check.DataCheck.want, "__defaults__", (50,))


@pytest.fixture
def make_step(qtbot, qapp, fusion, tmp_path):
    """Makes pages in a real training window; processes and threads have ended when the test is over."""
    collector = Collector(qapp)
    made = []

    def make(theme=themes.DARK, draft: Draft | None = None) -> DataStep:
        themes.apply(qapp, theme)
        runs = TrainingRuns(root=tmp_path / "runs")
        runner = TaskRunner()
        step = DataStep(draft or Draft(runs.new_folder()), runs, runner)
        window = TrainingWindow([step, WizardStep()])
        window.resize(1120, 760)  # as on any screen of today; the one here has 800 pixels
        made.append((window, runs, runner, step))
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        return step

    yield make
    for _window, runs, runner, step in made:
        step.check.drop()
        runs.close()
        runner.close(wait=True)
    collector.close()
    collector.deleteLater()


@pytest.fixture
def step(make_step, light) -> DataStep:
    """An empty page."""
    return make_step()


@pytest.fixture
def planted(tmp_path) -> Path:
    """Two classes of 24 pictures; one picture is in both."""
    root = class_folders(tmp_path / "images", {"clear": 24, "opaque": 24})
    write(root / COPY, small(0))
    return root


def choose(step, path) -> None:
    """Type a path into the field, and press Enter."""
    line = step.page.source.line
    line.setText(str(path))
    line.editingFinished.emit()


def wait_checked(qtbot, step) -> None:
    """Wait for the check, and the look for lungs, to end."""

    def ended() -> bool:
        busy = step._job is not None or step.lungs.is_busy
        return step.check.state in ("done", "refused") and not busy

    qtbot.waitUntil(ended, timeout=TIMEOUT)


def row(step, kind: str):
    """Return the only row of a kind of finding."""
    (found,) = [each for each in step.page.findings.rows if each.kind == kind]
    return found


def kinds(step) -> set[str]:
    """Return the kinds of findings that are shown."""
    return {each.kind for each in step.page.findings.rows}


def drop(step, *paths: Path) -> None:
    """Drag files over the page and let them go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, data, buttons, keys)
    step.dragEnterEvent(entering)
    assert entering.isAccepted()
    step.dropEvent(QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, buttons, keys))


def next_is_open(step) -> bool:
    """Whether the window lets the user go on."""
    return step.window().next.isEnabled()


def table(path: Path, rows: list[tuple[str, ...]], *columns: str) -> Path:
    """Write a table of images."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def test_an_empty_page_asks_for_images_and_does_not_go_on(step):
    assert step.page.drop_area.isVisible()
    assert step.window().obstacle.text() == step.obstacle() == "Choose the images first."
    assert not next_is_open(step)


def test_classes_are_counted_before_the_check_is_done(step, planted, qtbot):
    choose(step, planted)
    qtbot.waitUntil(lambda: bool(step.page.classes.counts))
    assert {name: label.text() for name, label in step.page.classes.counts.items()} == {
        "clear": "24",
        "opaque": "25",
    }
    assert step.page.classes.total.text() == "49 images in 2 classes"
    assert step.page.split.table.cells["clear", "train"].text() == "≈ 17"
    assert step.check.is_busy
    assert step.obstacle() == "The images are being checked."


def test_a_few_images_are_looked_at_for_lungs(step, planted, qtbot):
    choose(step, planted)
    qtbot.waitUntil(lambda: step._draft.lungs is not None)
    found = step._draft.lungs
    assert found == LungSample(MOST, 0)
    step._draft.change("data", exclude=("clear/*",))
    qtbot.waitUntil(lambda: list(step.survey.classes) == ["opaque"])
    assert step._draft.lungs is found
    choose(step, planted / "nowhere")
    qtbot.waitUntil(lambda: bool(step.problem))
    assert step._draft.lungs is None


def test_thumbnails_of_the_classes_appear(step, planted, qtbot):
    choose(step, planted)
    qtbot.waitUntil(lambda: "clear" in step.page.classes.strips)
    strip = step.page.classes.strips["clear"]

    def shades() -> int:
        picture = strip.grab().toImage()
        return len({picture.pixel(x, 20) for x in range(picture.width())})

    qtbot.waitUntil(lambda: shades() > 50)


def test_a_picture_in_two_classes_blocks_until_it_is_left_out_and_can_be_taken_back(step, planted, qtbot):
    choose(step, planted)
    wait_checked(qtbot, step)
    assert step.obstacle() == "1 finding stops the training."
    assert not next_is_open(step)
    qtbot.mouseClick(row(step, "label-conflict").buttons["exclude"], Qt.MouseButton.LeftButton)
    assert not step.page.findings.isEnabled()  # what it says is about other images now
    wait_checked(qtbot, step)
    assert step.obstacle() == ""
    assert next_is_open(step)
    assert "label-conflict" not in kinds(step)
    assert step.page.classes.total.text() == "47 images in 2 classes"
    assert step.page.excluded_fold.button.text() == "Left out (2)"
    qtbot.mouseClick(step.page.status.undo, Qt.MouseButton.LeftButton)
    assert step._draft.config.data.exclude == ()
    assert step.page.excluded_fold.isHidden()
    wait_checked(qtbot, step)
    assert step.obstacle() == "1 finding stops the training."


def test_a_finding_can_be_overridden_knowingly_and_the_configuration_says_so(step, planted, qtbot, tmp_path):
    choose(step, planted)
    wait_checked(qtbot, step)
    box = row(step, "label-conflict").override
    assert "card" in box.text()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert next_is_open(step)
    assert row(step, "label-conflict").tone == "allowed"
    assert "1 finding is overridden" in step.page.status.text.text()
    configuration.save(step._draft.config, tmp_path / "request.toml")
    assert configuration.load(tmp_path / "request.toml").data.allow == ("label-conflict",)
    assert step.check.state == "done"  # nothing about the images has changed
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert not next_is_open(step)


def test_what_makes_every_model_impossible_cannot_be_overridden(step, tmp_path, qtbot):
    choose(step, class_folders(tmp_path / "images", {"clear": 5}))
    wait_checked(qtbot, step)
    assert row(step, "one-class").override is None
    assert not next_is_open(step)


def test_two_dropped_folders_are_two_classes_and_a_third_comes_to_them(step, tmp_path, qtbot):
    class_folders(tmp_path / "here", {"clear": 6})
    class_folders(tmp_path / "there", {"opaque": 7, "other": 8})
    drop(step, tmp_path / "here" / "clear", tmp_path / "there" / "opaque")
    qtbot.waitUntil(lambda: len(step.survey.classes) == 2)
    assert step.page.note.text().startswith("2 folders, 2 classes: clear, opaque.")
    listed = Path(step._draft.config.data.path)
    assert listed.parent == step._draft.folder.parent
    assert str(listed) in step.page.note.text()
    drop(step, tmp_path / "there" / "other")
    qtbot.waitUntil(lambda: len(step.survey.classes) == 3)
    assert {name: len(paths) for name, paths in step.survey.classes.items()} == {
        "clear": 6,
        "opaque": 7,
        "other": 8,
    }
    assert not list((tmp_path / "here").rglob("*.csv"))  # nothing is written among the user's images


def test_folders_dropped_one_after_the_other_become_classes(step, tmp_path, qtbot):
    root = class_folders(tmp_path / "images", {"clear": 6, "opaque": 7})
    drop(step, root / "clear")
    qtbot.waitUntil(lambda: "no classes" in step.page.status.text.text())
    assert not next_is_open(step)
    assert not step.check.is_busy
    drop(step, root / "opaque")
    qtbot.waitUntil(lambda: list(step.survey.classes) == ["clear", "opaque"])
    assert step.check.is_busy


def test_the_parts_of_a_split_dropped_together_are_no_classes(step, tmp_path, qtbot):
    for part in ("train", "val"):
        class_folders(tmp_path / "images" / part, {"clear": 3, "opaque": 3})
    drop(step, tmp_path / "images" / "train", tmp_path / "images" / "val")
    qtbot.waitUntil(lambda: list(step.survey.classes) == ["clear", "opaque"])
    assert step._draft.config.data.path == str(tmp_path / "images")
    assert step.page.split.given.text() == "The split is given by the folders."
    assert step.page.split.validation.isHidden()


def test_a_table_whose_split_leaks_can_be_split_anew(step, tmp_path, qtbot):
    class_folders(tmp_path, {"clear": 24, "opaque": 24})
    sides = ["train"] * 14 + ["val"] * 5 + ["test"] * 5
    rows = [
        (f"{name}/p{index:03d}.png", name, f"{name}-{index % 20}", side)
        for name in ("clear", "opaque")
        for index, side in enumerate(sides)
    ]
    choose(step, table(tmp_path / "images.csv", rows, "file", "label", "group", "split"))
    wait_checked(qtbot, step)
    assert step.page.split.given.text() == "The split is given by the table."
    assert "names the patient of every image" in step.page.patients.known.text()
    assert not next_is_open(step)
    finding = row(step, "leak-patient")
    assert finding.buttons["exclude"].text() == "Leave out on one side (8 files)"
    qtbot.mouseClick(finding.buttons["split-anew"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(step.survey.items) and not step.survey.sides)
    wait_checked(qtbot, step)
    assert next_is_open(step)
    assert step.page.split.given.isHidden()
    assert step.survey.grouped == 48
    qtbot.keyClick(step, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert step._draft.config.data.path == str(tmp_path / "images.csv")


def test_a_file_that_cannot_be_read_is_named_left_out_and_taken_back(step, planted, qtbot):
    (planted / COPY).unlink()
    (planted / "clear" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnot much")
    choose(step, planted)
    wait_checked(qtbot, step)
    assert next_is_open(step)
    finding = row(step, "unreadable")
    qtbot.mouseClick(finding.buttons["list"], Qt.MouseButton.LeftButton)
    item = finding.files.list.topLevelItem(0)
    assert item.text(0) == "clear/broken.png"
    assert "damaged" in item.text(1)
    finding.files.list.selectAll()
    qtbot.mouseClick(finding.files.action, Qt.MouseButton.LeftButton)
    assert step._draft.config.data.exclude == ("clear/broken.png",)
    step.page.excluded_fold.set_open(True)
    step.page.excluded.list.selectAll()
    qtbot.mouseClick(step.page.excluded.action, Qt.MouseButton.LeftButton)
    assert step._draft.config.data.exclude == ()


def test_a_check_can_be_cancelled_and_begun_again(step, planted, qtbot):
    choose(step, planted)
    qtbot.waitUntil(lambda: step.check.state == "running")
    qtbot.mouseClick(step.page.status.cancel, Qt.MouseButton.LeftButton)
    assert step.obstacle() == "The images have not been checked."
    assert "cancelled" in step.page.status.text.text()
    qtbot.mouseClick(step.page.status.check_again, Qt.MouseButton.LeftButton)
    wait_checked(qtbot, step)  # waits for the end of the first, which holds the folder
    assert step.check.state == "done"
    assert step.obstacle() == "1 finding stops the training."


def test_the_search_for_images_can_be_cancelled(step, planted, qtbot):
    choose(step, planted)
    assert step.obstacle() == "The images are being looked for."
    qtbot.mouseClick(step.page.status.cancel, Qt.MouseButton.LeftButton)
    assert step.page.status.text.text() == str(gui_messages.SEARCH_CANCELLED)
    assert not next_is_open(step)
    qtbot.mouseClick(step.page.status.check_again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(step.survey.items) == 49)


def test_only_the_check_of_the_last_settings_counts(step, planted, qtbot):
    choose(step, planted)
    qtbot.waitUntil(lambda: step.check.state == "running")
    step.page.split.test.slider.setValue(30)
    assert step.page.split.table.cells["clear", "test"].text() == "≈ 7"
    assert step.check.state == "waiting"
    wait_checked(qtbot, step)
    assert step._draft.report["facts"]["images"]["test"] > 11
    assert step.page.split.table.cells["clear", "test"].text() == str(
        step._draft.report["counts"]["test"]["clear"]
    )


def test_images_are_checked_anew_when_other_parts_of_them_are_to_be_read(step, planted, qtbot):
    """Noise shows no lungs: that is told as long as lungs are to be read, and no longer."""
    draft = step._draft
    draft.set_frame("film")
    choose(step, planted)
    wait_checked(qtbot, step)
    assert "no-lungs" not in kinds(step)
    draft.set_frame_read("film")  # the start was looked at meanwhile: what was checked still holds
    assert step.check.state == "done"
    draft.set_frame("lungs")
    draft.set_frame_read("lungs")
    assert step.check.state == "waiting"
    assert draft.report is None
    wait_checked(qtbot, step)
    assert draft.report["facts"]["frame"] == "lungs"
    assert "no-lungs" in kinds(step)
    draft.set_frame("film")
    draft.set_frame_read("film")
    wait_checked(qtbot, step)
    assert "no-lungs" not in kinds(step)


def test_a_process_that_dies_is_told_of(step, planted, qtbot, monkeypatch):
    monkeypatch.setattr(child_process, "program", lambda: (sys.executable, ["-c", "import os; os._exit(7)"]))
    choose(step, planted)
    wait_checked(qtbot, step)
    assert step.obstacle() == "The images could not be checked."
    assert "(code 7)" in step.page.status.text.text()
    assert step.page.status.check_again.isVisible()


def test_a_folder_that_is_not_there_is_told_of(step, tmp_path, qtbot):
    choose(step, tmp_path / "nowhere")
    qtbot.waitUntil(
        lambda: str(messages.NO_IMAGES_AT(path=tmp_path / "nowhere")) in step.page.status.text.text()
    )
    assert "nowhere" in step.page.status.text.text()
    assert step.obstacle() == "These images cannot be learnt from as they are."
    assert step.page.drop_area.isVisible()
    class_folders(tmp_path / "nowhere", {"clear": 3, "opaque": 3})
    qtbot.mouseClick(step.page.status.check_again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: list(step.survey.classes) == ["clear", "opaque"])


def test_a_pattern_groups_images_and_shows_what_it_finds(step, planted, qtbot):
    choose(step, planted)
    qtbot.waitUntil(lambda: bool(step.survey.items))
    line = step.page.patients.line
    qtbot.keyClicks(line, "p(")
    qtbot.waitUntil(lambda: "no regular expression" in step.page.patients.preview.text())
    assert step.obstacle() == "The pattern for patients cannot be used."
    assert step._draft.config.data.group_pattern == ""
    line.clear()
    qtbot.keyClicks(line, r"p(\d\d)")
    qtbot.waitUntil(lambda: step._draft.config.data.group_pattern == r"p(\d\d)")
    shown = step.page.patients.preview.text()
    assert shown.startswith("3 patients in 48 of 49 file names; the largest has 20 images.")
    assert "p000.png  →  00" in shown
    assert "copy.png  →  a patient of its own" in shown


def test_images_behind_a_finding_and_of_a_class_are_shown(step, planted, qtbot):
    choose(step, planted)
    wait_checked(qtbot, step)
    qtbot.mouseClick(row(step, "label-conflict").buttons["show"], Qt.MouseButton.LeftButton)
    beside = step.beside
    assert step.window().isVisible()
    assert not beside.isModal()
    assert [file.path for file in beside.page.files] == [planted / FIRST, planted / COPY]
    assert [pane.remark.text() for pane in beside.panes] == ["clear", "opaque"]
    left, right = (pane.picture for pane in beside.panes)
    assert left.x() == right.x() == 0
    assert beside.panes[0].x() < beside.panes[1].x()
    qtbot.waitUntil(lambda: left.grab().toImage().pixelColor(left.rect().center()).value() > 0)
    with qtbot.waitSignal(step.show_images) as shown:
        beside.viewer.click()
    assert shown.args == [[planted / FIRST, planted / COPY]]
    beside.close()
    strip = step.page.classes.strips["clear"]
    with qtbot.waitSignal(step.show_images) as shown:
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(50, 10))
    assert shown.args == [[planted / "clear" / "p004.png"]]
    with qtbot.waitSignal(step.show_images) as shown:
        qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert len(shown.args[0]) == 6


def test_pages_of_a_finding_are_turned_and_an_image_is_left_out_there(step, planted, qtbot):
    choose(step, planted)
    wait_checked(qtbot, step)
    step.page.findings.show_files.emit([FIRST, COPY, "clear/p003.png"])  # as a list of files does
    beside = step.beside
    assert beside.said.text().startswith("1 of 2")
    assert not beside.back.isEnabled()
    qtbot.keyClick(beside, Qt.Key.Key_PageDown)
    assert [file.file for file in beside.page.files] == ["clear/p003.png"]
    assert not beside.panes[1].isVisible()
    assert not beside.next.isEnabled()
    beside.panes[0].leave_out.click()
    assert not beside.panes[0].leave_out.isEnabled()
    assert [entry.partition("#")[0] for entry in step._draft.config.data.exclude] == ["clear/p003.png"]
    beside.close()


def test_images_with_several_labels_need_a_word_of_the_user(step, tmp_path, qtbot):
    class_folders(tmp_path, {"clear": 2, "opaque": 2})
    rows = [("clear/p000.png", "clear"), ("clear/p001.png", "clear|opaque"), ("opaque/p000.png", "opaque")]
    choose(step, table(tmp_path / "images.csv", rows, "file", "label"))
    qtbot.waitUntil(lambda: "1 image has several labels" in step.page.status.text.text())
    box = step.page.several
    assert box.isVisible()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert not step._draft.config.model.exclusive
    assert step.obstacle() == "The images are being checked."


def test_what_was_said_of_images_holds_when_they_are_chosen_again(step, planted, tmp_path, qtbot):
    choose(step, planted)
    qtbot.waitUntil(lambda: bool(step.survey.items))
    step.edits.exclude(["clear/p001.png"])
    choose(step, class_folders(tmp_path / "others", {"a": 3, "b": 3}))
    assert step._draft.config.data.exclude == ()
    qtbot.waitUntil(lambda: "a" in step.survey.classes)
    choose(step, planted)
    assert step._draft.config.data.exclude == ("clear/p001.png",)
    qtbot.waitUntil(lambda: len(step.survey.items) == 48)


def test_everything_can_be_reached_by_keyboard_and_has_a_name(step, planted, qtbot):
    choose(step, planted)
    wait_checked(qtbot, step)
    kinds = (QAbstractButton, QAbstractSlider, QLineEdit, QAbstractItemView)
    for kind in kinds:
        for widget in step.findChildren(kind):
            if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget

    def are_in_order() -> bool:
        conflict, strips = row(step, "label-conflict"), step.page.classes.strips
        wanted = [strips["clear"], strips["opaque"], *conflict.buttons.values(), conflict.override]
        step.page.status.check_again.setFocus()
        reached = []
        for _ in wanted:
            qtbot.keyClick(step.window().focusWidget(), Qt.Key.Key_Tab)
            reached.append(step.window().focusWidget())
        return reached == wanted

    qtbot.waitUntil(are_in_order)  # once the page has done with what was found
    row(step, "label-conflict").buttons["exclude"].setFocus()
    qtbot.keyClick(row(step, "label-conflict").buttons["exclude"], Qt.Key.Key_Space)
    assert len(step._draft.config.data.exclude) == 2


@pytest.mark.timed
def test_many_findings_with_long_names_do_not_stop_the_window(step, planted, qtbot):
    choose(step, planted)
    wait_checked(qtbot, step)
    name = f"{'a_folder_with_a_long_name_' * 8}/{'an_image_of_it_' * 8}"
    files = [f"{name}{number}.dcm" for number in range(400)]
    text = f"200 pictures are in two classes: {files[0]} (clear), {files[1]} (opaque)."
    finding = {"kind": "small", "severity": "warning", "text": text, "files": files, "details": {}}
    report = step._draft.report | {"findings": [finding] * 40}
    with Stall() as stall:
        step._draft.set_report(report)
        qtbot.waitUntil(lambda: len(step.page.findings.rows) == 40)
        stall.wait_for_ticks(10)
    assert stall.milliseconds < 100
    assert len(step.page.findings.rows[0].text.text()) < 600
    body = step.page.scroll.widget()
    assert body.minimumSizeHint().width() <= step.page.scroll.viewport().width()


def test_a_report_that_is_there_already_is_shown(make_step, light, planted, qapp, qtbot):
    first = make_step()
    choose(first, planted)
    wait_checked(qtbot, first)
    second = make_step(themes.LIGHT, first._draft)
    qtbot.waitUntil(lambda: bool(second.survey.items))
    wait_checked(qtbot, second)
    assert kinds(second) == kinds(first)
    icon = row(second, "label-conflict").icon
    qtbot.waitUntil(icon.isVisible)
    light_icon = icon.pixmap().toImage()
    themes.apply(qapp, themes.DARK)
    assert icon.pixmap().toImage() != light_icon


@pytest.mark.tensorflow
def test_the_real_command_line_checks_the_images(make_step, planted, qtbot):
    step = make_step()
    choose(step, planted)
    qtbot.waitUntil(lambda: step.check.state in ("done", "refused"), timeout=60_000)
    assert step.check.state == "done"
    assert step.obstacle() == "1 finding stops the training."
    said = TrainingRuns.said_before(step._draft.folder)
    assert any(isinstance(event, events.DataReported) for event in said)


class Asks(WizardStep):
    """A page with a button, from which the way goes no further."""

    def __init__(self) -> None:
        super().__init__()
        self.button = QPushButton("Start", self)

    def obstacle(self) -> str:
        """Return that it has to be started."""
        return "Start first."


def test_the_keyboard_stays_on_the_way(qtbot):
    """Where Next ends, the page it has led to takes the keyboard, and no page that was left."""
    last = Asks()
    window = TrainingWindow([WizardStep(), WizardStep(), last])
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    window.next.setFocus()
    qtbot.keyClick(window.next, Qt.Key.Key_Space)
    assert window.focusWidget() is window.next
    qtbot.keyClick(window.next, Qt.Key.Key_Space)
    assert window.pages.currentWidget() is last
    assert window.focusWidget() is last.button


def test_where_nothing_can_be_written_that_is_said(step, planted, qtbot):
    step.check._runs.root.write_text("a file where the folder should be")
    choose(step, planted)
    qtbot.waitUntil(lambda: step.check.state == "refused", timeout=TIMEOUT)
    assert str(messages.MAKE_ROOM_OR_MOVE) in step.check.problem


def test_the_window_is_no_larger_than_the_screen(qtbot):
    window = TrainingWindow([WizardStep()])
    qtbot.addWidget(window)
    room = window.screen().availableSize()
    assert window.height() < room.height()
    assert window.width() < room.width()


def test_a_training_that_has_just_begun_keeps_its_folder(step, planted, qtbot):
    choose(step, planted)
    wait_checked(qtbot, step)
    begun, runs = step._draft.folder, step.check._runs
    runs.current = Run(begun, "train", runs)
    step.check.want(0)
    qtbot.waitUntil(lambda: step.check.state == "running")
    assert runs.checking.folder.path == step._draft.folder != begun
