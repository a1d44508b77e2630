"""The study list: who is who, what is chosen and by whom, and the order in which it is walked."""

import os
from pathlib import Path

import pydicom
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from cxrview.gui import theme as themes
from cxrview.gui.state import Entry, Mark, ViewStage
from cxrview.gui.studies.filters import Filters
from cxrview.gui.studies.study_model import FINDING
from tests.gui.conftest import make_phantom, write_png
from tests.gui.session.test_opening import rows


@pytest.fixture
def films(tmp_path) -> list[Path]:
    """Five small films in two folders of one name."""
    paths = []
    for folder in ("a", "b"):
        (tmp_path / folder / "images").mkdir(parents=True)
        paths += [
            write_png(tmp_path / folder / "images" / f"{folder}{number}.png", make_phantom(number))
            for number in range(2)
        ]
    return paths


def show(window, qtbot, paths) -> None:
    """Open `paths` and wait until the first is read."""
    window.open(paths)
    qtbot.waitUntil(lambda: len(window.state.entries) == len(paths) and not window.runner.jobs)


def copy_of(sample: Path, target: Path, **elements: str) -> Path:
    """Write `sample` with other elements to `target`."""
    dataset = pydicom.dcmread(sample)
    for name, value in elements.items():
        setattr(dataset, name, value)
    dataset.save_as(target)
    return target


def test_two_patients_of_one_name_are_two(window, chest_pa, tmp_path, qtbot):
    paths = [
        copy_of(chest_pa, tmp_path / f"{number}.dcm", PatientName="DOE^JANE", PatientID=number)
        for number in ("111", "222")
    ]
    show(window, qtbot, paths)
    patients = [row for row in rows(window) if row.startswith("DOE")]
    assert patients == ["DOE, JANE  (ID 111)", "DOE, JANE  (ID 222)"]


def test_the_list_names_nobody_while_the_identity_is_hidden(window, chest_pa, qtbot):
    show(window, qtbot, [chest_pa])
    named, picture = rows(window), window.studies.tree.grab().toImage()
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    assert rows(window)[:2] == ["Identity hidden, F, 1 image", "CR, 1 image"]
    model = window.studies.model
    patient = model.index(0, 0)
    for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
        for index in (patient, model.index(0, 0, patient)):
            assert not any(part in index.data(role) for part in ("Compressed", "9RG1", "2004"))
    assert window.studies.tree.grab().toImage() != picture
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    assert rows(window) == named


def test_two_studies_of_one_day_are_two(window, chest_pa, tmp_path, qtbot):
    paths = [
        copy_of(chest_pa, tmp_path / f"{number}.dcm", StudyInstanceUID=f"1.2.3.{number}") for number in (1, 2)
    ]
    show(window, qtbot, paths)
    studies = [row for row in rows(window) if row.startswith("2004-08-26")]
    assert len(set(studies)) == 2


def test_two_folders_of_one_name_are_two(window, films, qtbot):
    show(window, qtbot, films)
    assert rows(window) == ["images  (a)", "a0.png", "a1.png", "images  (b)", "b0.png", "b1.png"]


def test_arrow_keys_follow_the_tree_and_not_the_order_of_opening(window, films, qtbot):
    shuffled = [films[0], films[2], films[1], films[3]]
    show(window, qtbot, shuffled)
    seen = []
    for _ in range(3):
        qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
        qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
        seen.append(window.state.shown.path)
    assert seen == [films[1], films[2], films[3]]


def test_up_and_down_go_to_the_next_study_and_leave_the_image_in_place(window, films, qtbot):
    show(window, qtbot, films)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    before = window.canvas.placement.area
    qtbot.keyClick(window.canvas, Qt.Key.Key_Down)
    assert window.state.shown.path == films[2]
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_Down, Qt.Key.Key_PageUp):
        qtbot.keyClick(window.canvas, key)
    assert window.canvas.placement.area == before
    qtbot.keyClick(window.canvas, Qt.Key.Key_Up)
    assert window.state.shown.path == films[0]


def test_in_the_list_up_and_down_go_from_image_to_image(window, films, qtbot):
    show(window, qtbot, films)
    tree = window.studies.tree
    tree.setFocus()
    for key, path in ((Qt.Key.Key_Down, 1), (Qt.Key.Key_Down, 2), (Qt.Key.Key_Up, 1), (Qt.Key.Key_Up, 0)):
        qtbot.keyClick(tree, key)
        assert window.state.shown.path == films[path]
    qtbot.keyClick(tree, Qt.Key.Key_Left)  # to the folder
    qtbot.keyClick(tree, Qt.Key.Key_Left)  # which is folded now
    assert not tree.currentIndex().parent().isValid()
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    assert window.state.shown.path == films[2]
    qtbot.keyClick(tree, Qt.Key.Key_Up)  # what is hidden is not stepped over
    assert not tree.isExpanded(tree.currentIndex())
    assert window.state.shown.path == films[2]


def test_one_row_is_marked_even_while_a_key_is_held(window, films, qtbot):
    show(window, qtbot, films)
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyPress(window.canvas, Qt.Key.Key_Control, control)  # as when Ctrl+F11 opens a window
    window.session.step(1)
    qtbot.keyRelease(window.canvas, Qt.Key.Key_Control)
    assert [entry.path for entry in window.studies.selected()] == [films[1]]


def test_the_row_that_the_keys_went_to_is_in_sight(window, tmp_path, qtbot):
    show(window, qtbot, in_folders(tmp_path, range(30)))
    tree = window.studies.tree
    tree.setFocus()
    for key in (*[Qt.Key.Key_Down] * 25, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_End):
        qtbot.keyClick(tree, key)
        assert tree.viewport().rect().contains(tree.visualRect(tree.currentIndex()).center())


def in_folders(tmp_path, numbers) -> list[Path]:
    paths = []
    for number in numbers:
        (tmp_path / f"{number:02}").mkdir()
        paths.append(write_png(tmp_path / f"{number:02}" / "film.png", make_phantom(number, 20, 20)))
    return paths


@pytest.mark.parametrize("resized", [False, True])
@pytest.mark.parametrize("batch", [3, 40])
def test_rows_that_come_above_do_not_move_the_current_one(window, tmp_path, resized, batch, qtbot):
    show(window, qtbot, in_folders(tmp_path, range(50, 65)))
    tree = window.studies.tree
    for _ in range(12):
        window.session.step(1)
    place = tree.visualRect(tree.currentIndex()).top()
    assert 0 < place < tree.viewport().height()
    more = [Entry(path) for path in in_folders(tmp_path, range(40))]
    for start in range(0, len(more), batch):
        window.state.add_entries(more[start : start + batch])
        if resized:  # while the list has not been laid out yet
            tree.resize(tree.width(), tree.height() - 1)
        else:
            QApplication.processEvents()
    qtbot.waitUntil(lambda: window.studies.model.in_sight == 55)
    assert tree.visualRect(tree.currentIndex()).top() == place
    QApplication.processEvents()
    assert tree.visualRect(tree.currentIndex()).top() == place


def test_typing_in_the_search_field_shows_no_other_image(window, films, qtbot):
    show(window, qtbot, films)
    qtbot.keyClicks(window.studies.search, "b1")
    QApplication.processEvents()
    assert window.state.shown.path == films[0]
    assert not window.studies.tree.selectionModel().hasSelection()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    assert window.state.shown.path == films[3]  # the only one in sight
    qtbot.keyClick(window.canvas, Qt.Key.Key_Left)
    assert window.state.shown.path == films[3]


def test_escape_empties_the_search_and_then_leaves_it(window, films, qtbot):
    show(window, qtbot, films)
    window.activateWindow()
    window.menus.actions["search"].trigger()
    search = window.studies.search
    qtbot.waitUntil(search.hasFocus)
    qtbot.keyClicks(search, "b1")
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    assert search.hasFocus()
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert window.canvas.hasFocus()


def test_closing_all_files_ends_search_and_filters(window, films, qtbot):
    show(window, qtbot, films)
    qtbot.keyClicks(window.studies.search, "b1")
    window.studies.bar.set_filters(Filters(failed=True))
    window.menus.actions["close_all"].trigger()
    assert window.studies.search.text() == ""
    show(window, qtbot, films[:1])
    assert window.studies.model.in_sight == 1


def test_down_leads_from_the_search_into_the_list(window, films, qtbot):
    show(window, qtbot, films)
    window.activateWindow()
    search = window.studies.search
    search.setFocus()
    qtbot.keyClick(search, Qt.Key.Key_Up)
    assert search.hasFocus()
    assert window.state.shown.path == films[0]
    qtbot.keyClick(search, Qt.Key.Key_Down)
    assert window.studies.tree.hasFocus()
    assert window.state.shown.path == films[0]
    search.setFocus()
    qtbot.keyClicks(search, "b1")
    qtbot.keyClick(search, Qt.Key.Key_Down)
    assert window.studies.tree.hasFocus()
    qtbot.waitUntil(lambda: window.state.shown.path == films[3])


def test_a_patient_id_can_be_searched_for(window, chest_pa, tmp_path, films, qtbot):
    named = copy_of(chest_pa, tmp_path / "x.dcm", PatientName="DOE^JANE", PatientID="QX-77")
    show(window, qtbot, [named, *films])
    qtbot.keyClicks(window.studies.search, "qx-77")
    assert window.studies.tree.model().rowCount() == 1


def test_left_and_right_fold_the_tree_and_move_sliders(window, films, qtbot):
    show(window, qtbot, films)
    for widget in (window.studies.tree, window.reading.heatmap.opacity, window.reading.heatmap.colours):
        widget.setFocus()
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            qtbot.keyClick(widget, key)
            assert window.state.shown.path == films[0]
    value = window.reading.heatmap.opacity.value()
    qtbot.keyClick(window.reading.heatmap.opacity, Qt.Key.Key_Right)
    assert window.reading.heatmap.opacity.value() == value + 1


def test_a_file_that_was_stopped_is_tried_again_by_a_click(window, films, qtbot):
    import threading

    gate = threading.Event()
    window.runner.start("before", lambda _report: gate.wait(10), done=str, failed=pytest.fail)
    window.open(films[:1])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.LOADING)
    window.session.cancel_all()
    gate.set()
    assert window.state.shown.stage is ViewStage.FAILED
    assert window.state.entries[films[0]].mark is Mark.UNREAD
    tree = window.studies.tree
    place = tree.visualRect(tree.currentIndex()).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)


def test_a_file_that_was_mended_is_read_again_and_loses_its_error(window, films, qtbot):
    broken = films[0]
    good = broken.read_bytes()
    broken.write_bytes(b"junk")
    window.open([broken])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.FAILED)
    assert "\n" in rows(window)[1]
    broken.write_bytes(good)
    window.menus.actions["again"].trigger()
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    assert rows(window)[1] == broken.name
    assert window.state.entries[broken].note == ""


def test_a_file_that_changed_on_the_disk_is_read_again(window, films, qtbot):
    show(window, qtbot, films[:2])
    window.session.select(films[1])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    write_png(films[0], make_phantom(5, 80, 90))
    window.session.select(films[0])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    assert window.state.shown.radiograph.shape == (80, 90)
    assert window.state.reading.prediction.letterbox.width == 90


def test_rows_say_what_the_model_said_frame_by_frame(window, tmp_path, qtbot):
    import numpy as np

    path = tmp_path / "frames.tif"
    frames = [Image.fromarray(make_phantom(0, 240, 240)), Image.fromarray(np.full((240, 240), 250, np.uint8))]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    show(window, qtbot, [path])
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: window.state.shown.frame == 1 and not window.runner.jobs)
    model, tip = window.studies.model, Qt.ItemDataRole.ToolTipRole
    file = model.index_of(path, 0)
    frames = [model.index(frame, 0, file) for frame in (0, 1)]
    assert window.state.entries[path].mark is Mark.SHOWN
    assert "2 of 2 frames read" in file.data(tip)
    assert [frame.data(FINDING).in_domain for frame in frames] == [True, False]
    assert frames[0].data(tip).startswith("COVID-19 ")
    assert "do not rely on the reading" in frames[1].data(tip)


def test_the_percentage_stands_beside_the_class_colour(window, films, qtbot):
    show(window, qtbot, films[:1])
    tree, theme = window.studies.tree, themes.current()
    finding = window.studies.model.index_of(films[0], 0).data(FINDING)
    grabbed = tree.viewport().grab(tree.visualRect(tree.currentIndex())).toImage()
    seen = {grabbed.pixelColor(x, y).name() for x in range(grabbed.width()) for y in range(grabbed.height())}
    assert theme.class_colour(finding.colour) in seen


def test_the_wheel_over_a_control_without_focus_changes_nothing(opened):
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    none, still = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    slider, combo = opened.reading.heatmap.opacity, opened.reading.heatmap.colours
    before = (slider.value(), combo.currentIndex())
    opened.canvas.setFocus()
    for control in (slider, combo):
        place = QPointF(control.rect().center())
        turn = QPoint(0, -240)
        event = QWheelEvent(
            place, control.mapToGlobal(place), QPoint(), turn, Qt.MouseButton.NoButton, none, still, False
        )
        QApplication.sendEvent(control, event)
    assert (slider.value(), combo.currentIndex()) == before


@pytest.mark.parametrize("stop", ["Esc", "another"])
def test_stopping_a_second_reading_forgets_nothing_of_the_first(window, films, stop, qtbot):
    import threading

    show(window, qtbot, films)
    window.session.select(films[1])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    gate = threading.Event()
    window.runner.start("before", lambda _report: gate.wait(10), done=str, failed=pytest.fail)
    os.utime(films[0], ns=(1, 1))  # it looks changed, so it is read once more
    window.session.select(films[0])
    assert window.state.entries[films[0]].mark is Mark.LOADING
    if stop == "Esc":
        window.session.cancel_all()
    else:
        window.session.select(films[1])
    assert window.state.entries[films[0]].mark is Mark.SHOWN
    assert window.state.entries[films[0]].findings
    gate.set()


@pytest.mark.parametrize("frames", [5, 2, 1])
def test_a_file_that_now_has_more_or_fewer_frames_gets_rows_for_them(window, films, tmp_path, frames, qtbot):
    path = tmp_path / "frames.tif"

    def write(count: int) -> None:
        pictures = [Image.fromarray(make_phantom(seed, 60, 50)) for seed in range(count)]
        pictures[0].save(path, save_all=True, append_images=pictures[1:])

    write(3)
    show(window, qtbot, [path, *films])
    model = window.studies.model
    assert model.rowCount(model.index_of(path)) == 3
    window.session.select(films[0])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    write(frames)
    window.session.select(path)
    qtbot.waitUntil(lambda: window.state.shown.path == path and window.state.reading.prediction is not None)
    assert model.rowCount(model.index_of(path)) == (frames if frames > 1 else 0)
