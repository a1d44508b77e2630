"""The tag window on real files: what is read, found, compared and copied."""

import threading
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QColor, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

from cxrview.gui import theme as themes
from cxrview.gui.dialogs.tags import TagDialog
from cxrview.gui.dialogs.tags_model import LEFT, NAME, RIGHT, TAG, VR
from cxrview.gui.dialogs.tags_reader import sieve
from cxrview.gui.state import ViewStage
from cxrview.i18n import say
from cxrview.imaging.messages import NO_IMAGE
from tests.gui.conftest import write_png
from tests.gui.stalls import own_seconds
from tests.imaging.phantoms import RAMP, phantom, save


def write_dicom(path: Path, **attributes) -> Path:
    dataset = phantom(RAMP, PatientID="7", WindowCenter="2048", WindowWidth="4096", **attributes)
    dataset.private_block(0x0029, "CXRVIEW TEST", create=True).add_new(0x01, "LO", "secret")
    return save(dataset, path)


@pytest.fixture
def jane(tmp_path: Path) -> Path:
    return write_dicom(tmp_path / "jane.dcm", PatientName="DOE^JANE", KVP="120")


@pytest.fixture
def john(tmp_path: Path) -> Path:
    return write_dicom(tmp_path / "john.dcm", PatientName="DOE^JOHN", Laterality="L")


@pytest.fixture
def dialog(window, jane, john, qtbot) -> TagDialog:
    """The tag window on the first of two files of the list."""
    window.open([jane, john])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN and len(window.state.entries) == 2)
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.tags.dialog is not None and shown_in(window.tags.dialog, "jane.dcm"))
    return window.tags.dialog


def shown_in(dialog: TagDialog, name: str) -> bool:
    return name in dialog.heading.text()


def rows(dialog: TagDialog) -> dict[str, tuple[str, str]]:
    """Return name → both values of the top rows."""
    model = dialog.model
    found = [
        [model.index(row, column).data() for column in (NAME, LEFT, RIGHT)] for row in range(model.rowCount())
    ]
    return {name: (left, right) for name, left, right in found}


def search(dialog: TagDialog, text: str, qtbot) -> None:
    """Type `text` and wait for what it leaves."""
    with qtbot.waitSignal(dialog.model.modelReset):
        dialog.search.setFocus()
        dialog.search.selectAll()
        qtbot.keyClicks(dialog.search, text[:-1])
        with qtbot.waitSignal(dialog.search.textChanged):
            qtbot.keyClicks(dialog.search, text[-1])
    qtbot.waitUntil(lambda: not waiting(dialog))


def waiting(dialog: TagDialog) -> bool:
    runner = dialog.parent().runner
    return any(job.title.startswith(("Searching", "Reading the tags", "Copying")) for job in runner._jobs)


def compare(dialog: TagDialog, name: str, qtbot) -> None:
    """Choose a file from the menu, as a mouse would."""
    menu = dialog.compare.menu()
    menu.aboutToShow.emit()
    action = next(action for action in menu.actions() if action.text().startswith(name))
    action.trigger()
    qtbot.waitUntil(lambda: shown_in(dialog, f"↔  {name}") and not waiting(dialog))


def test_the_window_shows_the_elements_of_the_image(dialog):
    found = rows(dialog)
    assert found["Patient's Name"][0] == "DOE^JANE"
    assert found["Rows"][0] == "64"
    assert found["Transfer Syntax UID"][0].endswith("(Explicit VR Little Endian)")
    assert found["Private Element · CXRVIEW TEST"][0] == "secret"
    assert "Explicit VR Little Endian" in dialog.heading.text()
    assert dialog.count.text() == f"{dialog.model.rowCount()} elements"
    assert dialog.windowTitle() == "Tags of jane.dcm"
    assert dialog.tree.isColumnHidden(RIGHT)
    assert not dialog.differing.isVisible()
    assert not dialog.isModal()
    assert dialog.search.hasFocus()


def test_search_leaves_what_holds_the_words(dialog, qtbot):
    before = dialog.model.rowCount()
    for text, name in (("0028,0010", "Rows"), ("doe^", "Patient's Name"), ("windowcenter", "Window Center")):
        search(dialog, text, qtbot)
        assert list(rows(dialog)) == [name]
        assert dialog.count.text() == "1 element"
    qtbot.keyClick(dialog.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: dialog.model.rowCount() == before)
    assert dialog.isVisible()  # Esc has only emptied the field
    qtbot.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_ctrl_f_and_down_go_between_search_and_tree(dialog, qtbot):
    search(dialog, "pixel", qtbot)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Down)
    assert dialog.tree.hasFocus()
    assert dialog.tree.currentIndex().isValid()
    qtbot.keyClick(dialog.tree, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert dialog.search.hasFocus()
    assert dialog.search.selectedText() == "pixel"


def test_private_elements_can_be_left_out(dialog, qtbot):
    assert "Private Creator" in rows(dialog)
    dialog.private.click()
    qtbot.waitUntil(lambda: "Private Creator" not in rows(dialog))
    assert "Rows" in rows(dialog)


def test_values_and_rows_are_copied(dialog, qtbot):
    search(dialog, "patient", qtbot)
    dialog.tree.setFocus()
    dialog.tree.selectAll()
    qtbot.keyClick(dialog.tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text() == "(0010,0010)\tPatient's Name\tPN\tDOE^JANE\n(0010,0020)\tPatient ID\tLO\t7"
    place = dialog.tree.visualRect(dialog.model.index(0, NAME)).center()
    qtbot.mouseClick(dialog.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(dialog.tree, Qt.Key.Key_C, both)
    assert clipboard.text() == "DOE^JANE"
    dialog.copy_all.trigger()
    qtbot.waitUntil(lambda: clipboard.text().startswith("(0010,0010)"))
    assert len(clipboard.text().splitlines()) == 2


def test_a_search_that_ends_after_everything_was_closed_shows_nothing(window, dialog, qtbot):
    gate = threading.Event()
    window.runner.start("before", lambda _report: gate.wait(20), done=str, failed=pytest.fail, lane="tags")
    dialog.search.setText("patient")
    window.session.close_all()
    ended = window.runner.start("after", lambda _report: None, done=str, failed=pytest.fail, lane="tags")
    gate.set()
    qtbot.waitUntil(lambda: not window.runner.is_running(ended))
    assert dialog.model.rowCount() == 0


def test_the_window_follows_the_image(window, dialog, john, qtbot):
    dialog.tree.setCurrentIndex(dialog.model.index(12, 0))
    tag = dialog.model.index(12, TAG).data()
    window.session.select(john)
    qtbot.waitUntil(lambda: shown_in(dialog, "john.dcm"))
    assert rows(dialog)["Patient's Name"][0] == "DOE^JOHN"
    assert dialog.tree.currentIndex().siblingAtColumn(TAG).data() == tag
    window.session.close_all()
    assert dialog.model.rowCount() == 0
    assert "Open an image" in dialog.heading.text()


def test_two_files_are_compared(window, dialog, qtbot):
    compare(dialog, "john.dcm", qtbot)
    model, found = dialog.model, rows(dialog)
    assert found["Patient's Name"] == ("DOE^JANE", "DOE^JOHN")
    assert found["KVP"] == ("120", "–")
    assert found["Laterality"] == ("–", "L")
    assert found["Patient ID"] == ("7", "7")
    assert [model.headerData(column, Qt.Orientation.Horizontal) for column in (LEFT, RIGHT)] == [
        "jane.dcm",
        "john.dcm",
    ]
    places = {model.index(row, NAME).data(): row for row in range(model.rowCount())}
    name, same = model.index(places["Patient's Name"], LEFT), model.index(places["Patient ID"], LEFT)
    assert name.data(Qt.ItemDataRole.ForegroundRole) == QColor(themes.current().accent)
    assert same.data(Qt.ItemDataRole.ForegroundRole) is None
    assert name.data(Qt.ItemDataRole.AccessibleTextRole) == "DOE^JANE, different"
    missing = model.index(places["KVP"], RIGHT)
    assert missing.data(Qt.ItemDataRole.AccessibleTextRole) == "not in this file"


def test_only_differences_are_left_and_the_comparison_ends(dialog, qtbot):
    compare(dialog, "john.dcm", qtbot)
    dialog.differing.click()
    qtbot.waitUntil(lambda: "Patient ID" not in rows(dialog))
    assert {"Patient's Name", "KVP", "Laterality"} <= set(rows(dialog))
    differing = len(rows(dialog))
    assert dialog.count.text() == f"{differing} elements · {differing} differences"
    qtbot.mouseClick(dialog.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.model.comparing)
    assert "Patient ID" in rows(dialog)
    assert not dialog.differing.isVisible()


def test_a_dropped_file_is_compared(dialog, john, qtbot):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(john))])
    place, button = QPointF(QPoint(60, 200)), Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    dialog.dropEvent(QDropEvent(place, Qt.DropAction.CopyAction, data, button, none))
    qtbot.waitUntil(lambda: shown_in(dialog, "↔  john.dcm"))
    assert rows(dialog)["Laterality"] == ("–", "L")


def test_two_files_are_compared_by_name(window, jane, john, qtbot):
    window.tags.compare(john, jane)
    qtbot.waitUntil(lambda: shown_in(window.tags.dialog, "john.dcm  ↔  jane.dcm"))
    assert rows(window.tags.dialog)["Patient's Name"] == ("DOE^JOHN", "DOE^JANE")


def test_a_picture_says_that_it_has_no_tags(window, tmp_path, qtbot):
    window.open([write_png(tmp_path / "film.png", np.zeros((40, 60), np.uint8))])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    window.tags.show()
    qtbot.waitUntil(lambda: shown_in(window.tags.dialog, "film.png"))
    dialog = window.tags.dialog
    assert "no DICOM tags" in dialog.note.text()
    assert dialog.note.isVisible()
    assert rows(dialog)["Width"][0] == "60 pixels"
    assert dialog.tree.isColumnHidden(TAG)
    assert dialog.tree.isColumnHidden(VR)


def test_a_file_that_cannot_be_read_says_why(window, tmp_path, qtbot):
    letter = tmp_path / "letter.dcm"
    letter.write_text("Dear colleague", "utf-8")
    window.open([letter])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.FAILED)
    window.tags.show()
    qtbot.waitUntil(lambda: say(NO_IMAGE) in window.tags.dialog.note.text())
    assert window.tags.dialog.note.property("tone") == "error"
    assert window.tags.dialog.model.rowCount() == 0


def test_unfolded_sequences_stay_unfolded(window, tmp_path, qtbot):
    item = Dataset()
    item.CodeValue = "T-28000"
    for name in ("one", "two"):
        write_dicom(tmp_path / f"{name}.dcm", AnatomicRegionSequence=[item])
    window.open([tmp_path / "one.dcm", tmp_path / "two.dcm"])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    window.tags.show()
    dialog = window.tags.dialog
    qtbot.waitUntil(lambda: shown_in(dialog, "one.dcm"))

    def sequence():
        names = [dialog.model.index(row, NAME).data() for row in range(dialog.model.rowCount())]
        return dialog.model.index(names.index("Anatomic Region Sequence"), 0)

    assert not dialog.tree.isExpanded(sequence())
    dialog.tree.expand(sequence())
    window.session.select(tmp_path / "two.dcm")
    qtbot.waitUntil(lambda: shown_in(dialog, "two.dcm"))
    assert dialog.tree.isExpanded(sequence())
    qtbot.mouseClick(dialog.fold, Qt.MouseButton.LeftButton)
    assert not dialog.tree.isExpanded(sequence())
    search(dialog, "t-28000", qtbot)
    assert dialog.tree.isExpanded(sequence())  # what was found is seen
    item_row = dialog.model.index(0, 0, sequence())
    assert dialog.model.index(0, LEFT, item_row).data() == "T-28000"


@pytest.mark.timed
def test_a_large_header_does_not_hold_up_the_window(window, tmp_path, qtbot):
    items = []
    for number in range(1500):
        item = Dataset()
        item.CodeValue, item.CodeMeaning, item.CodingSchemeDesignator = f"{number}", "thing", "99X"
        items.append(item)
    path = write_dicom(tmp_path / "large.dcm", AnatomicRegionSequence=items)
    window.tags.compare(path, path)
    dialog = window.tags.dialog
    qtbot.waitUntil(lambda: shown_in(dialog, "large.dcm"))
    found = sieve(window.tags._loaded.pairs, "thing", True, False)
    assert found.total == 1501
    start = own_seconds()
    dialog.show_rows(found.pairs, None, unfold=True)
    QApplication.processEvents()
    assert own_seconds() - start < 0.1
    sequence = dialog.model.index(0, 0)
    assert dialog.tree.isExpanded(dialog.model.index(1499, 0, sequence))


def test_while_the_identity_is_hidden_the_tags_name_nobody(window, dialog, john, qtbot):
    def settled() -> bool:
        return not waiting(dialog)

    window.state.change_settings(hide_identity=True)
    qtbot.waitUntil(lambda: settled() and rows(dialog)["Patient's Name"][0] == "hidden")
    assert rows(dialog)["Patient ID"][0] == rows(dialog)["Private Element · CXRVIEW TEST"][0] == "hidden"
    assert rows(dialog)["KVP"][0] == "120"
    assert dialog.note.text().startswith("Hidden with the identity")
    dialog.compare.menu().aboutToShow.emit()
    assert not any("DOE" in action.text() for action in dialog.compare.menu().actions())
    compare(dialog, "Image 2", qtbot)
    assert rows(dialog)["Patient's Name"] == ("hidden", "hidden")
    dialog.tree.selectAll()
    dialog.copy_rows.trigger()
    assert "DOE" not in QGuiApplication.clipboard().text()
    search(dialog, "doe", qtbot)
    assert dialog.model.rowCount() == 0
    dialog.search.clear()
    window.state.change_settings(hide_identity=False)
    qtbot.waitUntil(lambda: settled() and rows(dialog).get("Patient's Name") == ("DOE^JANE", "DOE^JOHN"))
    assert not dialog.note.isVisible()


def test_the_window_keeps_its_size_and_takes_the_theme(window, dialog, jane, qtbot):
    dialog.resize(700, 500)
    before = dialog.unfold.grab().toImage()
    window.state.change_settings(theme="light")
    assert dialog.unfold.grab().toImage() != before
    dialog.close()
    assert window.tags.dialog is None
    window.tags.show()
    assert (window.tags.dialog.width(), window.tags.dialog.height()) == (700, 500)


def test_everything_has_a_name_for_a_screen_reader(dialog):
    for widget in (dialog.search, dialog.tree):
        assert widget.accessibleName()
    for button in (dialog.unfold, dialog.fold, dialog.stop):
        assert button.accessibleName()
        assert button.focusPolicy() == Qt.FocusPolicy.StrongFocus
    texts = [action.text() for action in dialog.copy_menu.actions()]
    assert len(texts) == 3
    assert all(isinstance(action, QAction) for action in dialog.tree.actions())
    assert QApplication.activeModalWidget() is None


def test_the_keys_of_the_settings_hold_in_here_too(window, dialog, qtbot):
    window.state.change_settings(shortcuts={"tags_search": ("Ctrl+J",)})
    dialog.tree.setFocus()
    qtbot.keyClick(dialog.tree, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert dialog.search.hasFocus()
