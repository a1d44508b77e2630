"""The study browser in a real window: thumbnails, filters, what stays where it is, priors, removal, menus."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from cxrview.gui.state import Mark, ViewStage
from cxrview.gui.studies.filters import Filters, View
from cxrview.gui.studies.row_painter import SIDE
from cxrview.gui.studies.sorting import LABELS, SortOrder
from cxrview.gui.studies.study_model import KEY
from cxrview.gui.studies.thumbnails import Thumbnails
from cxrview.gui.viewer.drag import unpacked
from tests.gui.conftest import make_phantom, write_png
from tests.gui.stalls import Stall
from tests.gui.studies.browsing import dicom_entry, raster_entry, texts
from tests.gui.studies.test_study_list import copy_of, show


@pytest.fixture
def films(tmp_path: Path) -> list[Path]:
    """Sixty small films in one folder, brighter from one to the next."""
    folder = tmp_path / "films"
    folder.mkdir()
    return [
        write_png(folder / f"film{number}.png", np.full((48, 40), 60 + 3 * number, np.uint8))
        for number in range(60)
    ]


@pytest.fixture
def visits(chest_pa: Path, tmp_path: Path) -> dict[str, Path]:
    """A patient's three studies, the last of them with two views, and somebody else's study, by name."""
    wanted = {
        "2023 PA": ("1", "20230105", "PA"),
        "2024 PA": ("1", "20240210", "PA"),
        "2025 LL": ("1", "20250315", "LL"),
        "2025 PA": ("1", "20250315", "PA"),
        "other": ("2", "20220101", "PA"),
    }
    folder = tmp_path / "visits"
    folder.mkdir()
    return {
        name: copy_of(
            chest_pa,
            folder / f"{name}.dcm",
            PatientName=f"ROE^{patient}",
            PatientID=patient,
            StudyDate=day,
            StudyInstanceUID=f"1.2.{patient}.{day}",
            ViewPosition=view,
        )
        for name, (patient, day, view) in wanted.items()
    }


def pictured(window) -> set[str]:
    """Return the files in sight whose rows have a picture already."""
    thumbnails, tree = window.studies.thumbnails, window.studies.tree
    side = round(SIDE * tree.devicePixelRatioF())
    return {path.name for path, frame in tree.rows_in_sight() if thumbnails.get(path, frame, side)}


def in_sight(window) -> set[str]:
    return {path.name for path, _frame in window.studies.tree.rows_in_sight()}


# Thumbnails


def test_only_rows_that_can_be_seen_get_a_picture(window, films, qtbot):
    show(window, qtbot, films)
    qtbot.waitUntil(lambda: pictured(window) == in_sight(window) != set())
    made = window.studies.thumbnails.bytes // (44 * 40)  # a byte a pixel, rows of whole words
    assert made <= len(in_sight(window)) + 1 < 30
    tree = window.studies.tree
    row = tree.visualRect(window.studies.model.index_of(films[2]))
    grabbed = tree.viewport().grab(row).toImage()
    shades = {grabbed.pixelColor(x, grabbed.height() // 2).lightness() for x in range(60)}
    assert any(abs(shade - 66) <= 3 for shade in shades)  # 60 + 3 · 2, as it is in the file


def test_what_was_scrolled_away_is_not_made(window, films, qtbot):
    gate = threading.Event()
    window.runner.start("before", lambda _r: gate.wait(10), done=str, failed=pytest.fail, lane="thumbnails")
    window.open(films)
    qtbot.waitUntil(lambda: window.studies.model.total == len(films))
    bar = window.studies.tree.verticalScrollBar()
    first = in_sight(window)
    for place in range(0, bar.maximum(), 100):
        bar.setValue(place)
        window.studies.tree.viewport().repaint()
    gate.set()
    qtbot.waitUntil(lambda: pictured(window) == in_sight(window) != set())
    assert not first & in_sight(window)
    bar.setValue(0)
    assert len(pictured(window)) <= 1  # the one that was under way when the list was scrolled


def test_pictures_stay_within_their_budget_and_the_last_ones_are_kept(qtbot, window, films):
    keys = [(path, 0) for path in films[:8]]
    thumbnails = Thumbnails(window.runner, lambda: set(keys), lambda: False, 3 * 40 * 48, parent=window)
    for path, frame in keys:
        thumbnails.get(path, frame, 48)
    with qtbot.waitSignals([thumbnails.made] * len(keys)):
        pass
    assert thumbnails.bytes == 3 * 40 * 48
    kept = [path for path, frame in keys if thumbnails.get(path, frame, 48) is not None]
    assert kept == films[:3]  # the last asked for were made first


def test_a_file_without_a_picture_is_not_tried_over_and_over(qtbot, window, tmp_path):
    junk = tmp_path / "junk.png"
    junk.write_bytes(b"junk")
    thumbnails = Thumbnails(window.runner, lambda: {(junk, 0)}, lambda: False, parent=window)
    with qtbot.waitSignal(thumbnails.made):
        assert thumbnails.get(junk, 0, 44) is None
    assert thumbnails.get(junk, 0, 44).isNull()
    with qtbot.assertNotEmitted(thumbnails.made, wait=100):
        assert thumbnails.get(junk, 0, 44).isNull()


def test_a_picture_follows_the_file_when_it_has_changed(window, films, qtbot):
    show(window, qtbot, films[:2])
    qtbot.waitUntil(lambda: len(pictured(window)) == 2)

    def shade() -> int:
        pixmap = window.studies.thumbnails.get(films[0], 0, SIDE)
        return pixmap.toImage().pixelColor(5, 5).lightness()

    assert abs(shade() - 60) <= 2
    window.session.select(films[1])
    write_png(films[0], np.full((60, 40), 200, np.uint8))
    window.session.select(films[0])
    qtbot.waitUntil(lambda: abs(shade() - 200) <= 2)


# What stays where it is


def place_on_screen(window) -> int:
    tree = window.studies.tree
    return tree.visualRect(tree.currentIndex()).top()


@pytest.mark.parametrize("which", ["current", "first on the screen"])
def test_rows_added_above_move_nothing_on_the_screen(window, films, which, qtbot):
    show(window, qtbot, films)
    tree, folder = window.studies.tree, str(films[0].parent)
    window.session.select(films[30])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    index = tree.currentIndex()
    if which != "current":
        tree.verticalScrollBar().setValue(0)
        tree.verticalScrollBar().setValue(200)
        index = tree.indexAt(QPoint(1, 1))
    key, before = index.data(KEY), tree.visualRect(index).top()
    added = [raster_entry(f"a{number}.png", folder) for number in range(40)]
    window.state.add_entries([*added, dicom_entry(1), dicom_entry(2, patient="0")])
    QApplication.processEvents()
    assert tree.currentIndex().data(KEY) == (films[30], 0)
    assert tree.visualRect(window.studies.model.index_of(*key)).top() == before
    window.studies.remove(added)
    QApplication.processEvents()
    assert tree.visualRect(window.studies.model.index_of(*key)).top() == before


def test_another_order_keeps_the_current_row_in_sight(window, films, qtbot):
    show(window, qtbot, films)
    window.session.select(films[50])
    for order in (SortOrder.ADDED, SortOrder.FILE):
        trigger(window.studies.bar.sort.menu(), LABELS[order])
        assert window.studies.model.order is order
        assert window.studies.tree.currentIndex().data(KEY) == (films[50], 0)
        assert films[50].name in in_sight(window)


@pytest.mark.timed
def test_ten_thousand_entries_come_in_without_holding_up_the_window(window, films, qtbot):
    show(window, qtbot, films)
    entries = [dicom_entry(n, patient=str(n // 3), day=f"20{n % 20:02d}0101") for n in range(10_000)]
    with Stall() as stall:
        for start in range(0, len(entries), 64):
            window.state.add_entries(entries[start : start + 64])
            stall.wait_for_ticks(1)
        qtbot.waitUntil(lambda: window.studies.model.total == 10_060)
    assert stall.milliseconds < 200  # measured: 40 to 75, and 4700 with a signal a row
    assert window.studies.tree.currentIndex().data(KEY) == (films[0], 0)


# Searching and filtering


def test_a_search_unfolds_what_it_finds_and_leaves_the_rest_folded_afterwards(window, visits, qtbot):
    show(window, qtbot, list(visits.values()))
    tree, model = window.studies.tree, window.studies.model
    other = model.index(1, 0)
    assert other.data() == "ROE, 2"
    tree.collapse(other)
    qtbot.keyClicks(window.studies.search, "2022")
    assert in_sight(window) == {"other.dcm"}
    window.studies.search.clear()
    assert not tree.isExpanded(model.index(1, 0))
    assert tree.isExpanded(model.index(0, 0))


def trigger(menu: QMenu, words: str) -> None:
    next(action for action in menu.actions() if words in action.text().replace("&", "")).trigger()


def test_the_filter_menu_filters_counts_and_is_cleared_by_one_click(window, visits, qtbot):
    show(window, qtbot, list(visits.values()))
    bar = window.studies.bar
    assert bar.count.text() == "5 images"
    assert not bar.clear.isVisible()
    trigger(bar.filter.menu(), "Lateral")
    assert bar.count.text() == "1 of 5 images"
    assert bar.filter.accessibleDescription() == "1 filter is set"
    assert in_sight(window) == {"2025 LL.dcm"}
    assert window.state.shown.path == visits["2023 PA"]  # the image stays, though its row has gone
    assert not window.studies.tree.currentIndex().isValid()
    trigger(bar.filter.menu(), "PA")
    assert bar.count.text() == "5 of 5 images"
    qtbot.mouseClick(bar.clear, Qt.MouseButton.LeftButton)
    assert bar.count.text() == "5 images"
    assert bar.filters == Filters()
    assert window.studies.tree.currentIndex().data(KEY) == (visits["2023 PA"], 0)


def test_the_classes_of_the_model_can_be_filtered_by(window, films, qtbot):
    for number in (0, 1):
        write_png(films[number], make_phantom(number))
    show(window, qtbot, films[:3])
    bar = window.studies.bar
    label = window.state.entries[films[0]].findings[0].label
    trigger(bar.filter.menu(), f"Model: {label}")
    assert in_sight(window) == {films[0].name}
    window.session.select(films[1])  # which looks the same
    qtbot.waitUntil(lambda: in_sight(window) == {films[0].name, films[1].name})


# Off screen no window can grab the keyboard, and says so.
popups = pytest.mark.qt_log_ignore("This plugin does not support")


@popups
def test_checking_an_entry_leaves_the_filter_menu_open(window, visits, qtbot):
    show(window, qtbot, list(visits.values()))
    menu = window.studies.bar.filter.menu()
    menu.popup(window.mapToGlobal(QPoint(50, 150)))
    lateral, pa = menu.actions()[2], menu.actions()[0]
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(lateral).center())
    assert menu.isVisible()
    menu.setActiveAction(pa)
    qtbot.keyClick(menu, Qt.Key.Key_Space)
    assert menu.isVisible()
    assert window.studies.bar.filters.views == {View.PA, View.LATERAL}
    menu.close()


def test_what_was_looked_at_is_marked_and_can_be_marked_anew(window, films, qtbot):
    show(window, qtbot, films[:2])
    entries = window.state.entries
    window.studies.mark_seen([entries[films[0]]], seen=True)
    assert (entries[films[0]].seen, entries[films[1]].seen) == (True, False)
    index = window.studies.model.index_of(films[1])
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).endswith("unread")
    window.studies.mark_seen(list(entries.values()), seen=True)
    assert "unread" not in index.data(Qt.ItemDataRole.AccessibleTextRole)


# Removing


def test_delete_takes_images_out_of_the_list_and_undo_brings_them_back(window, films, qtbot):
    show(window, qtbot, films[:4])
    tree = window.studies.tree
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert window.state.shown.path == films[0]  # extending the selection shows nothing else
    qtbot.keyClick(tree, Qt.Key.Key_Delete)
    assert [row.strip() for row in texts(window.studies.model)] == ["films", "film2.png", "film3.png"]
    qtbot.waitUntil(lambda: window.state.shown.path == films[2])
    assert all(path.is_file() for path in films)
    strip = window.studies.undo_strip
    assert strip.isVisible()
    assert "2" in strip.words.text()
    strip.undo.setFocus()
    qtbot.keyClick(strip.undo, Qt.Key.Key_Space)
    assert [row.strip() for row in texts(window.studies.model)][1:] == [path.name for path in films[:4]]
    assert window.state.shown.path == films[2]
    assert not strip.isVisible()


def test_the_undo_key_in_the_list_brings_back_what_was_removed(window, films, qtbot):
    show(window, qtbot, films[:3])
    qtbot.waitUntil(lambda: bool(window.measuring.key))
    window.viewports.use_tool("length")
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return)
    window.studies.tree.setFocus()
    qtbot.keyClick(window.studies.tree, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not window.measuring.items()  # nothing was removed: it is about the image
    qtbot.keyClick(window.studies.tree, Qt.Key.Key_Delete)
    assert films[0] not in window.state.entries
    qtbot.keyClick(window.studies.tree, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert films[0] in window.state.entries
    assert not window.studies.undo_strip.isVisible()


def test_what_was_being_read_when_it_went_comes_back_unread(window, films, qtbot):
    gate = threading.Event()
    window.runner.start("before", lambda _report: gate.wait(20), done=str, failed=pytest.fail)
    window.open(films[:2])
    qtbot.waitUntil(lambda: len(window.state.entries) == 2 and window.state.shown.stage is ViewStage.LOADING)
    removed = list(window.state.entries.values())
    assert Mark.LOADING in [entry.mark for entry in removed]
    window.studies.remove(removed)
    window.studies.undo_strip.undone.emit(removed[::-1])
    assert window.state.entries[films[0]].mark is Mark.UNREAD
    gate.set()


def test_removing_the_last_image_leaves_the_empty_page(window, films, qtbot):
    show(window, qtbot, films[:2])
    window.studies.remove(window.studies.model.entries(window.studies.model.index(0, 0)))
    assert window.state.shown.stage is ViewStage.EMPTY
    assert texts(window.studies.model) == []
    assert window.studies.hint.isVisible()


# The menu of a row


def menu_of_row(window) -> QMenu:
    """Press the menu key in the list, and return the menu that has come."""
    tree = window.studies.tree
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(tree.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


@popups
def test_the_menu_of_a_row_marks_copies_removes_and_shows_elsewhere(window, films, qtbot):
    show(window, qtbot, films[:3])
    before = window.state.entries[films[0]].seen
    menu = menu_of_row(window)
    trigger(menu, "looked at")
    assert window.state.entries[films[0]].seen is not before
    trigger(menu, "Copy path")
    assert QGuiApplication.clipboard().text() == str(films[0])
    trigger(menu, "another viewport")
    assert len(window.viewports.viewports) == 2
    qtbot.waitUntil(lambda: all(view.shown.path == films[0] for view in window.state.views))
    assert not next(a for a in menu.actions() if "prior" in a.text()).isEnabled()
    menu.close()
    menu = menu_of_row(window)
    trigger(menu, "Remove")
    menu.close()
    assert films[0] not in window.state.entries


def test_an_image_can_be_dragged_out_of_the_list(window, films, qtbot):
    show(window, qtbot, films[:2])
    model = window.studies.model
    index = model.index_of(films[1])
    assert index.flags() & Qt.ItemFlag.ItemIsDragEnabled
    assert unpacked(model.mimeData([index])) == (films[1], 0)


def test_a_study_or_folder_is_dragged_as_its_first_image(window, films, qtbot):
    show(window, qtbot, films[:2])
    model = window.studies.model
    group = model.index_of(films[0]).parent()
    assert group.flags() & Qt.ItemFlag.ItemIsDragEnabled
    assert unpacked(model.mimeData([group])) == (films[0], 0)
    assert unpacked(model.mimeData([group, model.index_of(films[1])])) == (films[1], 0)  # chosen itself


# Priors


def test_the_prior_of_the_same_view_is_offered_and_compared_by_a_key(window, visits, qtbot):
    show(window, qtbot, list(visits.values()))
    strip = window.studies.prior_strip
    assert window.state.shown.path == visits["2023 PA"]
    assert not strip.isVisible()  # nothing came before
    window.session.select(visits["2025 PA"])
    assert strip.isVisible()
    assert strip.words.text() == "2024-02-10 PA"
    assert [action.text() for action in strip.compare.menu().actions()] == ["2024-02-10 PA", "2023-01-05 PA"]
    qtbot.waitUntil(window.menus.actions["compare_prior"].isEnabled)
    window.menus.actions["compare_prior"].trigger()
    views = [port.view for port in window.viewports.viewports]
    qtbot.waitUntil(lambda: all(view.shown.stage is ViewStage.SHOWN for view in views))
    assert [view.shown.path for view in views] == [visits["2025 PA"], visits["2024 PA"]]
    trigger(strip.compare.menu(), "2023")
    qtbot.waitUntil(lambda: views[1].shown.path == visits["2023 PA"])
    window.session.select(visits["other"])
    assert not strip.isVisible()


def test_a_picture_of_nobody_has_no_prior_and_the_command_says_so(window, films, qtbot):
    show(window, qtbot, films[:2])
    with qtbot.waitSignal(window.session.said) as said:
        window.browsing.compare_with_prior()
    assert said.args[0] == "There is no earlier image of this patient in the list."
    nameless = [dicom_entry(n, patient="", day=f"2024010{n}") for n in (1, 2)]
    nameless = [replace(entry, identity=replace(entry.identity, patient_name="")) for entry in nameless]
    window.state.add_entries(nameless)
    assert window.studies.priors(nameless[1].path) == []


def test_a_failed_file_says_so_in_its_row_and_can_be_filtered_for(window, films, qtbot):
    films[1].write_bytes(b"junk")
    show(window, qtbot, films[:1])
    window.open([films[1]])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.FAILED)
    assert window.state.entries[films[1]].mark is Mark.FAILED
    trigger(window.studies.bar.filter.menu(), "Cannot be read")
    assert in_sight(window) == {films[1].name}


def test_the_day_of_a_prior_is_hidden_with_the_identity(window, visits, qtbot):
    show(window, qtbot, list(visits.values()))
    window.session.select(visits["2025 PA"])
    words = window.studies.prior_strip.words
    qtbot.waitUntil(lambda: words.text() == "2024-02-10 PA")
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    assert words.text() == "earlier PA"
    assert "2024" not in words.toolTip()


def test_every_control_of_the_browser_has_a_name_and_is_reached_by_tab(window, visits, qtbot):
    show(window, qtbot, list(visits.values()))
    window.session.select(visits["2025 PA"])
    window.studies.search.setText("2")
    parts = window.studies
    for control in (parts.search, parts.tree, parts.bar.clear, parts.bar.filter, parts.bar.sort):
        assert control.accessibleName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert parts.prior_strip.compare.accessibleName() == "Compare with prior 2024-02-10 PA"
    assert parts.prior_strip.compare.focusPolicy() & Qt.FocusPolicy.TabFocus
