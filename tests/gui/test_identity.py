"""“Hide identity” is a list of what may be shown: nothing else that files bring along is in the window."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QEvent, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu, QWidget

from cxrview.gui.session.discovery import Entry
from cxrview.gui.state import ViewStage
from cxrview.gui.theme import plain_tip, wrapped
from tests.gui.conftest import make_phantom, write_png
from tests.gui.dicom_files import write_dicom

SECRET = "zzsecret"
FREE_TEXTS = """
StudyDescription SeriesDescription AccessionNumber InstitutionName StationName ProtocolName ImageComments
StudyID OperatorsName DeviceSerialNumber OtherPatientIDs
"""
PROPERTIES = (
    "text",
    "windowTitle",
    "toolTip",
    "statusTip",
    "whatsThis",
    "accessibleName",
    "title",
    "placeholderText",
)
ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.StatusTipRole,
)


def said(root: QWidget) -> Iterator[str]:
    """Yield all words that widgets, actions and rows below `root` show, tell or speak."""
    for thing in (root, *root.findChildren(QWidget), *root.findChildren(QAction)):
        for name in PROPERTIES:
            of_cells = name == "text" and isinstance(thing, QAbstractItemView)
            value = None if of_cells else getattr(thing, name, None)
            if (callable(value) and not isinstance(thing, QMenu)) or name in ("toolTip", "title"):
                found = value() if callable(value) else ""
                yield from [found] if isinstance(found, str) else []
        if isinstance(thing, QAbstractItemView) and thing.model() is not None:
            yield from of_rows(thing.model(), QModelIndex())


def of_rows(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[str]:
    for row in range(model.rowCount(parent)):
        # A list has one column, of which it lets nobody ask.
        for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)):
            index = model.index(row, column, parent)
            yield from (str(index.data(role)) for role in ROLES if index.data(role) is not None)
        yield from of_rows(model, model.index(row, 0, parent))


def everything(window) -> str:
    for menu in window.findChildren(QMenu):
        menu.aboutToShow.emit()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    corners = [
        line
        for canvas in window.viewports.canvases
        for block in canvas.corners.blocks().values()
        for line in block
    ]
    tops = [top for top in QApplication.topLevelWidgets() if top.isVisible()]
    return "\n".join((*corners, *(words for top in tops for words in said(top)))).casefold()


@pytest.fixture
def folder(tmp_path):
    """A folder in whose names and headers the patient stands wherever there is room."""
    place = tmp_path / SECRET
    place.mkdir()
    texts = dict.fromkeys(FREE_TEXTS.split(), SECRET)
    for number in range(2):
        write_dicom(
            place / f"{SECRET}{number}.dcm",
            name=f"{SECRET}^jane",
            patient_id=SECRET,
            date=f"2026010{number + 3}",
            SeriesNumber=str(number),
            **texts,
        )
    write_png(place / f"{SECRET}.png", make_phantom(0, 60, 50))
    (place / f"{SECRET}_bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return place


def test_nothing_that_is_not_on_the_list_shows_while_the_identity_is_hidden(window, folder, qtbot):
    window.open([folder])
    qtbot.waitUntil(lambda: len(window.state.entries) == 4 and not window.runner.jobs)
    first, bad = (
        next(path for path in window.state.entries if part in path.name) for part in ("0.dcm", "_bad")
    )
    window.session.select(bad)
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.FAILED)
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    window.session.select(first)
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN and not window.runner.jobs)
    qtbot.waitUntil(lambda: SECRET in window.tags.dialog.windowTitle())
    window.menus.actions["gallery"].trigger()
    window.studies.remove([window.state.entries[bad]])
    assert SECRET in everything(window)
    window.state.change_settings(hide_identity=True)
    qtbot.waitUntil(lambda: window.tags.dialog.windowTitle() == "Tags of Image 1" and not window.runner.jobs)
    found = everything(window)
    assert sorted({line for line in found.splitlines() if SECRET in line}) == []
    assert "20260103" not in found
    assert "2026-01-03" not in found
    assert window.windowTitle() == "Image 1 – cxrview"
    assert "pa" in found
    window.state.change_settings(hide_identity=False)
    qtbot.waitUntil(lambda: SECRET in window.tags.dialog.windowTitle() and not window.runner.jobs)
    assert window.windowTitle() == f"{first.name} – cxrview"
    assert SECRET in everything(window)


def test_a_file_that_fails_while_the_identity_is_hidden_is_not_named(window, folder, qtbot):
    window.state.change_settings(hide_identity=True)
    window.open([folder / f"{SECRET}_bad.png"])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.FAILED and not window.runner.jobs)
    assert SECRET not in everything(window)
    assert window.stage.error_page.title.text() == "Image 1"
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(window.tags.dialog.note.text()) and not window.runner.jobs)
    assert SECRET not in everything(window)
    window.open([folder / f"{SECRET}_gone.png"])
    qtbot.waitUntil(lambda: not window.runner.jobs)
    assert SECRET not in everything(window)


def test_numbers_stay_with_their_images(window, folder):
    paths = sorted(folder.iterdir())
    window.state.add_entries([Entry(path) for path in paths[:3]])
    window.state.remove_entries(paths[:1])
    window.state.add_entries([Entry(paths[3])])
    window.state.change_settings(hide_identity=True)
    assert [window.state.called(path) for path in paths[1:]] == ["Image 2", "Image 3", "Image 4"]


@pytest.mark.parametrize("text", ["<b>bold</b>", "a <img src='x'> b", "<!DOCTYPE html>"])
def test_tool_tips_show_foreign_text_as_it_is(text):
    for tip in (plain_tip(text), wrapped(text)):
        assert "&lt;" in tip
        assert not any(tag in tip for tag in ("<b>", "<img", "<!", "<i>"))


def test_plain_text_stays_plain():
    assert plain_tip("a < b\nc") == "a < b\nc"


def test_a_file_named_like_markup_has_a_plain_tool_tip(window, tmp_path, qtbot):
    path = write_png(tmp_path / "<b>film<b>.png", make_phantom(0, 60, 50))
    window.open([path])
    qtbot.waitUntil(lambda: len(window.state.entries) == 1 and not window.runner.jobs)
    tips = [words for words in of_rows(window.studies.model, QModelIndex()) if "film" in words]
    assert any("&lt;b&gt;" in words for words in tips)
