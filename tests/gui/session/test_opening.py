"""Opening files and folders, and what is shown when that does not work."""

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton

from cxrview import paths
from cxrview.gui import messages
from cxrview.gui.session import opening
from cxrview.gui.state import Entry, Mark, ViewStage
from cxrview.i18n import say
from cxrview.imaging.messages import ARCHIVE_DAMAGED, ARCHIVE_LEADS_OUTSIDE, ARCHIVE_LOCKED, DOES_NOT_EXIST
from tests.bad_files import write_bad_files
from tests.gui.conftest import make_phantom, write_png
from tests.gui.stalls import Stall
from tests.imaging.samples import sample


def drop(window, paths: list[Path]) -> None:
    """Send the events that a file manager's drop makes."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, no_key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), copy, data, left, no_key)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), copy, data, left, no_key))


def rows(window) -> list[str]:
    """Return the texts of the study list, depth first."""
    model = window.studies.model

    def walk(parent):
        for row in range(model.rowCount(parent)):
            index = model.index(row, 0, parent)
            yield index.data()
            yield from walk(index)

    return list(walk(QModelIndex()))


def test_a_file_is_opened_read_and_predicted(opened, phantom):
    assert opened.state.shown.stage is ViewStage.SHOWN
    assert opened.state.shown.radiograph.path == phantom
    assert opened.canvas.isVisible()
    assert opened.windowTitle() == "phantom.png – cxrview"
    assert opened.reading.bars.bars[0].label == "COVID-19"


def test_the_open_dialog_opens_the_files_it_returns(window, phantom, second, monkeypatch, qtbot):
    chosen = ([str(second), str(phantom)], "")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args: chosen)
    window.menus.actions["open"].trigger()
    qtbot.waitUntil(lambda: window.state.shown.path == second)
    qtbot.waitUntil(lambda: list(window.state.entries) == [second, phantom])


def test_cancelling_the_open_dialog_changes_nothing(window, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args: ([], ""))
    window.menus.actions["open"].trigger()
    assert window.state.shown.stage is ViewStage.EMPTY
    assert not window.runner.jobs


def test_a_folder_is_searched_and_its_files_listed_in_natural_order(window, tmp_path, monkeypatch, qtbot):
    folder = tmp_path / "films" / "deep"
    folder.mkdir(parents=True)
    for number in (10, 2, 1):
        write_png(folder / f"film{number}.png", make_phantom(number, 60, 50))
    (folder / "notes.txt").write_text("no image")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(folder.parent))
    window.menus.actions["open_folder"].trigger()
    qtbot.waitUntil(lambda: len(window.state.entries) == 3)
    assert [path.name for path in window.state.entries] == ["film1.png", "film2.png", "film10.png"]
    assert rows(window) == ["deep", "film1.png", "film2.png", "film10.png"]
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    assert window.state.shown.path.name == "film1.png"


def test_dropped_files_are_opened(window, phantom, qtbot):
    drop(window, [phantom])
    qtbot.waitUntil(lambda: window.state.shown.path == phantom)


def test_a_dicom_file_is_listed_under_patient_and_study(window, chest_pa, qtbot):
    window.open([chest_pa])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    assert rows(window) == ["CompressedSamples, RG1", "2004-08-26  THORAX", "PA  RG1_UNCR.dcm"]


def test_only_what_is_looked_at_is_read(window, tmp_path, qtbot):
    paths = [write_png(tmp_path / f"{n}.png", make_phantom(n, 60, 50)) for n in range(5)]
    window.open(paths)
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    marks = [window.state.entries[path].mark for path in paths]
    assert marks[1:] == [Mark.UNREAD] * 4


@pytest.mark.timed
def test_thousands_of_files_are_listed_without_holding_up_the_window(window, tmp_path, qtbot):
    folder = tmp_path / "many"
    folder.mkdir()
    data = write_png(folder / "0.png", make_phantom(0, 20, 20)).read_bytes()
    for number in range(1, 3000):
        (folder / f"{number}.png").write_bytes(data)
    with Stall() as stall:
        window.open([folder])
        qtbot.waitUntil(lambda: len(window.state.entries) == 3000, timeout=20000)
    assert stall.milliseconds < 200  # listing them in the GUI thread would take a second


def test_an_unreadable_file_shows_its_sentence_and_the_app_goes_on(window, tmp_path, phantom, qtbot):
    broken = tmp_path / "broken.png"
    broken.write_bytes(phantom.read_bytes()[:200])
    window.open([broken, phantom])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.FAILED)
    page = window.stage.error_page
    assert window.stage.currentWidget() is page
    assert page.title.text() == "broken.png"
    assert page.text.text().startswith("This file ")
    assert page.detail.text() == str(broken)
    qtbot.waitUntil(lambda: len(window.state.entries) == 2)
    failed_row = rows(window)[1]
    assert failed_row.startswith("broken.png\n")
    assert len(failed_row) > len("broken.png\n")
    window.session.step(1)
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    assert window.state.shown.path == phantom
    assert window.canvas.isVisible()


def test_a_bad_file_of_any_kind_is_said_and_the_app_goes_on(window, tmp_path, phantom, qtbot):
    folder = tmp_path / "bad"
    folder.mkdir()
    bad = write_bad_files(folder, phantom.read_bytes())
    for path, message in bad.items():
        window.open([path])
        qtbot.waitUntil(lambda path=path: window.state.shown.path == path)
        qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.FAILED)
        if path.suffix == ".zip":  # it is opened, and not only read
            message = ARCHIVE_LOCKED
        assert say(message) in window.stage.error_page.text.text()
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)


def test_a_path_that_is_not_there_is_said(window, tmp_path, qtbot):
    window.open([tmp_path / "gone.dcm"])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.FAILED)
    assert say(DOES_NOT_EXIST) in window.stage.error_page.text.text()


def test_a_folder_without_images_is_said(window, tmp_path, qtbot):
    (tmp_path / "empty").mkdir()
    window.open([tmp_path / "empty"])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.FAILED)
    assert say(messages.HOLDS_NO_RADIOGRAPHS) in window.stage.error_page.text.text()


def test_the_empty_page_opens_the_sample(window, qtbot):
    buttons = {button.text(): button for button in window.stage.empty_page.findChildren(QPushButton)}
    qtbot.mouseClick(buttons["Open sample radiograph"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    assert window.state.shown.path.name == "RG1_UNCR.dcm"


def test_arrow_keys_go_through_the_list(opened, phantom, second, qtbot):
    opened.open([second])
    qtbot.waitUntil(lambda: opened.state.shown.path == second)
    qtbot.keyClick(opened, Qt.Key.Key_Left)
    assert opened.state.shown.path == phantom  # still in memory, so it is there at once
    qtbot.keyClick(opened, Qt.Key.Key_Right)
    assert opened.state.shown.path == second
    qtbot.keyClick(opened, Qt.Key.Key_Right)
    assert opened.state.shown.path == second


def test_a_click_in_the_list_shows_that_image(opened, second, qtbot):
    opened.open([second])
    qtbot.waitUntil(lambda: opened.state.shown.path == second)
    tree = opened.studies.tree
    index = tree.model().index(0, 0, tree.model().index(0, 0))
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(index).center())
    assert opened.state.shown.path.name == "phantom.png"


def test_the_search_field_keeps_only_what_matches(opened, second, qtbot):
    opened.open([second])
    qtbot.waitUntil(lambda: len(opened.state.entries) == 2)
    qtbot.keyClicks(opened.studies.search, "seco")
    tree = opened.studies.tree
    folder = tree.model().index(0, 0)
    assert [tree.model().index(row, 0, folder).data() for row in range(tree.model().rowCount(folder))] == [
        "second.png"
    ]


def test_closing_all_files_leaves_the_empty_page(opened):
    opened.menus.actions["close_all"].trigger()
    assert rows(opened) == []
    assert opened.stage.currentWidget() is opened.stage.empty_page
    assert opened.state.reading.prediction is None
    assert not opened.menus.actions["invert"].isEnabled()


def test_frames_of_one_file_are_rows_and_steps(window, tmp_path, qtbot):
    from PIL import Image

    path = tmp_path / "frames.tif"
    frames = [Image.fromarray(make_phantom(seed, 60, 50)) for seed in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    window.open([path])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    assert rows(window)[1:] == ["frames.tif", "Frame 1", "Frame 2", "Frame 3"]
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert window.state.shown.frame == 1
    assert np.array_equal(window.state.shown.radiograph.values, make_phantom(1, 60, 50))


@pytest.mark.parametrize("name", ["PatientName", "StudyDescription"])
def test_markup_in_a_file_is_shown_as_text(window, chest_pa, tmp_path, name, qtbot):
    import pydicom

    dataset = pydicom.dcmread(chest_pa)
    setattr(dataset, name, "<b>bold</b>")
    path = tmp_path / "markup.dcm"
    dataset.save_as(path)
    window.open([path])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    assert any("<b>bold</b>" in row for row in rows(window))


def test_opening_the_shown_file_again_with_others_stays_with_it(opened, phantom, tmp_path, qtbot):
    others = [write_png(tmp_path / f"{n}.png", make_phantom(n, 60, 50)) for n in range(4)]
    opened.open([phantom, *others])
    qtbot.waitUntil(lambda: len(opened.state.entries) == 5 and not opened.runner.jobs)
    assert opened.state.shown.path == phantom


def test_a_folded_group_stays_folded_when_files_are_added(opened, tmp_path, qtbot):
    tree = opened.studies.tree
    group = tree.model().index(0, 0)
    tree.collapse(group)
    opened.state.add_entries([Entry(tmp_path / "later.png")])
    qtbot.waitUntil(lambda: tree.model().rowCount(tree.model().index(0, 0)) == 2)
    assert not tree.isExpanded(tree.model().index(0, 0))


def test_the_study_date_can_be_searched_for(window, chest_pa, phantom, qtbot):
    window.open([chest_pa, phantom])
    qtbot.waitUntil(lambda: len(window.state.entries) == 2)
    qtbot.keyClicks(window.studies.search, "2004-08")
    model = window.studies.tree.model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["CompressedSamples, RG1"]


@pytest.fixture
def archive(tmp_path) -> Path:
    """A ZIP archive of five films in two folders, and a letter."""
    path = tmp_path / "From the clinic.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(5):
            film = write_png(tmp_path / "film.png", make_phantom(number, 60, 50))
            file.write(film, f"{'first' if number < 2 else 'second'}/film{number}.png")
        file.writestr("letter.txt", "Dear colleague")
    return path


def unpacked_files() -> list[Path]:
    """Return all files of archives that lie on the disk."""
    return [path for path in (paths.cache() / "unpacked").rglob("*") if path.is_file()]


def test_an_archive_is_opened_like_a_folder(window, archive, qtbot):
    drop(window, [archive])
    qtbot.waitUntil(lambda: len(window.state.entries) == 5 and not window.runner.jobs)
    assert [path.name for path in window.state.entries] == [f"film{number}.png" for number in range(5)]
    assert {entry.archive for entry in window.state.entries.values()} == {archive}
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    assert window.state.shown.path.name == "film0.png"
    assert np.array_equal(window.state.shown.radiograph.values, make_phantom(0, 60, 50))


def test_opening_an_archive_again_adds_nothing(window, archive, qtbot):
    for _ in range(2):
        window.open([archive])
        qtbot.waitUntil(lambda: len(window.state.entries) == 5 and not window.runner.jobs)


def test_what_was_unpacked_goes_with_the_window(window, archive, qtbot):
    window.open([archive])
    qtbot.waitUntil(lambda: len(window.state.entries) == 5)
    assert len(unpacked_files()) == 6  # and the lock
    window.close()
    window.runner.close(wait=True)
    assert unpacked_files() == []


def test_closing_the_window_in_the_middle_of_an_archive_leaves_nothing(window, tmp_path, qtbot):
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for number in range(200):
            file.writestr(f"{number}.dcm", bytes(10**6))
    window.open([path])
    qtbot.waitUntil(lambda: len(window.state.entries) > 2)
    window.close()
    window.runner.close(wait=True)
    assert len(window.state.entries) < 200
    assert unpacked_files() == []


def test_what_an_earlier_session_left_behind_goes_soon_after_the_start(make_window, qtbot, monkeypatch):
    monkeypatch.setattr(opening, "TIDY_DELAY", 1)
    left = paths.cache() / "unpacked" / "0123abcd" / "1" / "films"
    left.mkdir(parents=True)
    (left / "a.png").write_bytes(b"a patient")
    make_window()
    qtbot.waitUntil(lambda: not left.exists() and unpacked_files() == [])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"a.txt": b"no image"}, messages.HOLDS_NO_RADIOGRAPHS),
        ({"../a.png": b"no image"}, ARCHIVE_LEADS_OUTSIDE(name="../a.png")),
    ],
)
def test_an_archive_that_gives_nothing_says_why(window, tmp_path, content, message, qtbot):
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, data in content.items():
            file.writestr(name, data)
    window.open([path])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.FAILED)
    assert window.stage.error_page.title.text() == "bad.zip"
    assert say(message) in window.stage.error_page.text.text()
    assert window.state.entries == {}


def test_a_bad_file_out_of_an_archive_is_told_by_the_archive(window, tmp_path, qtbot):
    path = tmp_path / "films.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("bad.dcm", bytes(128) + b"DICM and nothing more")
    window.open([path])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.FAILED)
    assert window.stage.error_page.title.text() == "bad.dcm"
    assert window.stage.error_page.detail.text() == str(path)


def test_one_bad_archive_among_good_files_is_said_in_passing(window, tmp_path, phantom, qtbot):
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"PK\3\4 and nothing more")
    said = []
    window.session.said.connect(lambda text, _details: said.append(text))
    window.open([bad, phantom])
    qtbot.waitUntil(lambda: bool(said))
    assert said[0].startswith(f"bad.zip {say(ARCHIVE_DAMAGED)}")
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    assert window.state.shown.path == phantom


def test_a_dicom_directory_opens_the_images_that_it_lists(window, qtbot):
    directory = sample("DICOMDIR-reordered").with_name("DICOMDIR")
    window.open([directory])
    qtbot.waitUntil(lambda: len(window.state.entries) == 31 and not window.runner.jobs, timeout=10000)
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    assert window.state.shown.path == directory.parent / "77654033" / "CR1" / "6154"


def test_an_image_that_a_directory_lists_and_the_disc_lacks_says_so(window, tmp_path, qtbot):
    shutil.copy(sample("DICOMDIR-reordered").with_name("DICOMDIR"), tmp_path / "DICOMDIR")
    window.open([tmp_path / "DICOMDIR"])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.FAILED)
    assert window.stage.error_page.title.text() == "6154"
    assert say(DOES_NOT_EXIST) in window.stage.error_page.text.text()
    qtbot.waitUntil(lambda: len(window.state.entries) == 31)


def test_a_search_through_thousands_of_files_stops_at_once(window, tmp_path, qtbot):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(4000):
        (folder / f"{number}.dcm").write_bytes(b"no image")
    window.open([folder])
    qtbot.waitUntil(lambda: len(window.state.entries) > 0)
    ended = []
    window.menus.actions["close_all"].trigger()
    window.runner.start("after", lambda _report: None, done=ended.append, failed=pytest.fail, lane="folders")
    qtbot.waitUntil(lambda: bool(ended), timeout=500)
    assert window.state.entries == {}
