"""The model library: what is listed, and every command by mouse and keyboard on real bundles."""

import dataclasses
import re
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit

from cxrview import bundle, i18n, paths
from cxrview.bundle import messages
from cxrview.bundle.load import read_card
from cxrview.bundle.rewrite import rewrite_card
from cxrview.evaluation.messages import NO_READABLE_FIGURES
from cxrview.gui import theme as themes
from cxrview.gui.library import facts
from cxrview.gui.library.card_dialog import ModelCardDialog
from cxrview.gui.library.window import LibraryWindow
from cxrview.gui.session.model_choice import ModelAndDevice, ModelChoice
from cxrview.gui.session.workers import load_predictor
from cxrview.gui.state import AppState
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.widgets.text import TextDialog
from cxrview.i18n import say
from cxrview.settings import Settings
from tests.conftest import make_tiny_bundle, write_card
from tests.gui.test_accessibility import nameless

BUNDLED = "cxr-densenet121"
PLACES = ("Elsewhere: machines it had not seen", "Elsewhere: other places", "At home")
NO_ZIP = "File is not a zip file"  # as Python says it


def words_of(dialog) -> list[str]:
    """Return what its labels say, in their order on the page."""
    return [label.text() for label in dialog.findChildren(QLabel)]


def figures(value: float) -> dict:
    """Return what a card says of its test images."""
    figure = {"value": value, "low": value - 0.1, "high": value + 0.05}
    return {
        "split": {"train": {"covid19": 351, "normal": 323, "pneumonia": 333}},
        "test": {"images": 40, "figures": {"macro_f1": figure, "macro_auc": {"value": 0.9}}},
    }


@pytest.fixture
def mine() -> Path:
    """Two models of the user's, "alpha" and "beta"; returns the folder of the first."""
    make_tiny_bundle(
        paths.user_models() / "beta",
        name="beta",
        title="beta: one convolution",
        metrics=figures(0.8),
        training={"recipe": {"batch_size": 32, "optimizer": "adam"}},
    )
    return make_tiny_bundle(
        paths.user_models() / "alpha",
        name="alpha",
        title="alpha: one convolution",
        metrics=figures(0.5),
        training={"recipe": {"batch_size": 16, "optimizer": "adam"}},
    )


@pytest.fixture
def bin_folder(monkeypatch, tmp_path) -> Path:
    """A bin of the test's own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    (tmp_path / "xdg").mkdir()
    return tmp_path / "xdg" / "Trash"


@pytest.fixture
def models(qtbot):
    """The choice of models of a program that runs on real bundles, with nothing loaded yet."""
    runner = TaskRunner()
    state = AppState(Settings())
    choice = ModelChoice(state, runner, load_predictor, ModelAndDevice("", "cpu"))
    choice.state, choice.runner = state, runner
    yield choice
    runner.close(wait=True)


@pytest.fixture
def library(qtbot, qapp, models):
    """The open window, with its list filled."""
    qapp.setStyle("Fusion")
    window = LibraryWindow(models.state, models, models.runner)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: bool(window.list.entries))
    yield window
    window.close()


def names(window: LibraryWindow) -> list[str]:
    shown = window.list.searched
    return [shown.index(row, 0).data() for row in range(shown.rowCount())]


def cell(window: LibraryWindow, name: str, column: int) -> str:
    return window.list.searched.index(names(window).index(name), column).data()


def click(qtbot, window: LibraryWindow, name: str, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    row = window.list.searched.index(names(window).index(name), 0)
    place = window.list.visualRect(row).center()
    qtbot.mouseClick(window.list.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def button(window: LibraryWindow, text: str):
    return next(each for each in (*window.detail.buttons, *window.detail.links) if each.text() == text)


def press(qtbot, window: LibraryWindow, text: str) -> None:
    assert button(window, text).isEnabled()
    qtbot.mouseClick(button(window, text), Qt.MouseButton.LeftButton)


def test_all_models_are_listed_with_status_figures_and_size(mine, library):
    assert names(library) == [BUNDLED, "alpha", "beta"]
    assert [cell(library, name, 1) for name in names(library)] == ["Default", "Yours", "Yours"]
    assert cell(library, "beta", 4) == "0.80 (0.70–0.85)"
    assert cell(library, "beta", 5) == "0.90"
    assert cell(library, "alpha", 8) == "40 at home"
    assert library.list.header().visualIndex(8) < library.list.header().visualIndex(4)  # n before the figures
    assert cell(library, "alpha", 6) == "0.0 MB"
    assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", cell(library, "alpha", 7))
    assert library.list.sizeHintForColumn(7) <= library.list.columnWidth(7)
    assert [entry.name for entry in library.chosen] == [BUNDLED]
    assert library.detail.title.text() == bundle.load(bundle.find("")).card.title
    assert not button(library, "Use as default").isEnabled()
    assert not button(library, "Delete").isEnabled()
    assert not library.detail.notes.isVisible()


def test_the_search_finds_words_anywhere_and_sorting_takes_numbers_as_numbers(mine, library, qtbot):
    qtbot.keyClicks(library.search, "convolution beta")
    assert names(library) == ["beta"]
    assert [entry.name for entry in library.chosen] == ["beta"]
    library.search.clear()
    header = library.list.header()
    place = QPoint(header.sectionViewportPosition(4) + 20, 8)
    for order in (["alpha", BUNDLED, "beta"], ["beta", BUNDLED, "alpha"]):  # by macro F1
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert names(library) == order
    library.list.sortByColumn(6, Qt.SortOrder.AscendingOrder)
    assert names(library)[-1] == BUNDLED


def test_few_test_images_are_said_to_be_few(mine, library, qtbot):
    click(qtbot, library, "alpha")
    assert "On 40 test images" in library.detail.rest.text()
    assert "few" in library.detail.rest.text()

    def shown() -> list[str]:
        return [label.text() for label in library.detail.figures.findChildren(QLabel) if label.isVisible()]

    qtbot.waitUntil(lambda: shown() == ["Macro F1", "0.50 (0.40–0.55)", "Macro AUC", "0.90"])
    assert "COVID-19: 351 training images" in library.detail.classes.text()


def test_figures_of_machines_not_seen_go_before_those_of_the_test_images(mine, request):
    left_out = {"images": 1140, "figures": {"macro_f1": {"value": 0.5, "low": 0.4, "high": 0.6}}}
    rewrite_card(mine, {"metrics": {"left_out": left_out, **figures(0.8)}})
    library = request.getfixturevalue("library")
    assert cell(library, "alpha", 4) == "0.50 (0.40–0.60)"
    assert cell(library, "alpha", 8) == "1140 elsewhere"
    assert "On 1140 images of machines" in facts.figures_note(bundle.load(mine).card)


def test_enter_makes_a_model_the_default_and_the_list_says_so(mine, library, models, qtbot):
    click(qtbot, library, "alpha")
    qtbot.keyClick(library.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: library.said.text() == "“alpha” reads the images now.", timeout=20_000)
    assert models.choice.model == "alpha"
    assert models.predictor.card.name == "alpha"
    qtbot.waitUntil(lambda: cell(library, "alpha", 1) == "Default")
    assert cell(library, BUNDLED, 1) == "Bundled"
    assert not button(library, "Use as default").isEnabled()
    assert library.detail.used.text() == "In use: alpha 1.2.3 (interim) · OpenVINO CPU"
    click(qtbot, library, BUNDLED)
    assert not library.detail.used.isVisible()


def test_a_model_used_for_now_is_not_the_default_until_it_is_made_that(mine, library, models, qtbot):
    models.use_for_now("alpha")
    qtbot.waitUntil(lambda: models.predictor is not None, timeout=20_000)
    assert models.predictor.card.name == "alpha"
    assert (models.state.settings.model, models.default) == ("", "")
    models.use_device("auto")  # is remembered; the model is not, all the same
    qtbot.waitUntil(lambda: models.state.settings.device == "auto", timeout=20_000)
    assert models.state.settings.model == ""
    qtbot.waitUntil(lambda: not models.runner.jobs)
    assert cell(library, BUNDLED, 1) == "Default"
    click(qtbot, library, BUNDLED)
    assert not library.detail.used.isVisible()
    click(qtbot, library, "alpha")
    assert library.detail.used.text().startswith("In use until cxrview is closed: alpha 1.2.3")
    library.list.rename_wanted.emit("alpha", "gamma")
    qtbot.waitUntil(lambda: models.choice.model == "gamma", timeout=20_000)
    assert models.state.settings.model == ""
    click(qtbot, library, "gamma")
    press(qtbot, library, "Use as default")
    qtbot.waitUntil(lambda: models.state.settings.model == "gamma", timeout=20_000)
    assert not models.is_for_now


def test_a_model_that_does_not_work_does_not_become_the_default(mine, library, models, qtbot):
    graph = bytearray((mine / "model.onnx").read_bytes())
    graph[100] ^= 1  # of the same size, so that only its hash tells
    (mine / "model.onnx").write_bytes(graph)
    click(qtbot, library, "alpha")
    press(qtbot, library, "Use as default")
    qtbot.waitUntil(lambda: library.said.property("tone") == "error", timeout=20_000)
    assert "“alpha” cannot be used" in library.said.text()
    assert say(messages.OTHER_HASH) in library.said.text()
    assert models.choice.model == ""


def test_f2_renames_and_a_name_that_is_taken_is_refused(mine, library, models, qtbot):
    wanted = []
    library.list.use_wanted.connect(lambda: wanted.append(library.chosen))
    click(qtbot, library, "alpha")
    qtbot.waitUntil(lambda: not library.library._runner.jobs)  # a list that comes anew takes the editor away
    qtbot.keyClick(library.list, Qt.Key.Key_F2)
    editor = library.list.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "ward-7")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "ward-7" in names(library))
    assert "“alpha” is called “ward-7” now." in library.said.text()
    assert wanted == []  # Return ended the name; it did not choose the model
    assert models.choice.model == ""
    assert bundle.load(paths.user_models() / "ward-7").card.title == "ward-7: one convolution"
    assert [entry.name for entry in library.chosen] == ["ward-7"]
    qtbot.waitUntil(
        lambda: not library.library._runner.jobs
    )  # what is said of the first comes last otherwise
    library.list.rename_wanted.emit("ward-7", "beta")
    qtbot.waitUntil(lambda: say(messages.NAME_TAKEN(name="beta")) in library.said.text())
    assert sorted(names(library)) == ["beta", BUNDLED, "ward-7"]


def test_the_default_stays_the_default_under_its_new_name(mine, library, models, qtbot):
    library.library.use("alpha")
    qtbot.waitUntil(lambda: models.choice.model == "alpha", timeout=20_000)
    library.list.rename_wanted.emit("alpha", "gamma")
    qtbot.waitUntil(lambda: models.choice.model == "gamma", timeout=20_000)
    qtbot.waitUntil(lambda: "gamma" in names(library) and cell(library, "gamma", 1) == "Default")


def test_notes_are_kept_when_they_are_left(mine, library, qtbot):
    click(qtbot, library, "alpha")
    qtbot.keyClicks(library.detail.notes, "Trained on Tuesday.")
    click(qtbot, library, "beta")
    qtbot.waitUntil(lambda: "notes on “alpha” are kept" in library.said.text())
    assert library.detail.notes.toPlainText() == ""
    qtbot.waitUntil(lambda: any(entry.notes == "Trained on Tuesday." for entry in library.list.entries))
    click(qtbot, library, "alpha")
    assert library.detail.notes.toPlainText() == "Trained on Tuesday."
    qtbot.keyClicks(library.search, "tuesday")
    assert names(library) == ["alpha"]


def test_two_models_are_compared_side_by_side(mine, library, qtbot):
    click(qtbot, library, "alpha")
    click(qtbot, library, "beta", Qt.KeyboardModifier.ControlModifier)
    table = library.comparison.table
    assert library.side.currentWidget() is library.comparison

    def rows() -> dict[str, tuple[str, str]]:
        items = [table.topLevelItem(number) for number in range(table.topLevelItemCount())]
        return {item.text(0): (item.text(1), item.text(2)) for item in items if not item.isHidden()}

    assert [table.headerItem().text(column) for column in (1, 2)] == ["alpha", "beta"]
    assert rows()["Macro F1"] == ("0.50 (0.40–0.55)", "0.80 (0.70–0.85)")
    assert rows()["Batch size"] == ("16", "32")
    assert rows()["Optimiser"] == ("adam", "adam")
    assert "own test images" in library.comparison.note.text()
    library.comparison.only.click()
    assert "Optimiser" not in rows()
    assert rows()["Batch size"] == ("16", "32")
    assert "Images" not in rows()
    library.comparison.only.click()
    click(qtbot, library, "alpha")
    qtbot.keyClick(library, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert {entry.name for entry in library.chosen} == {"alpha", BUNDLED}
    assert library.side.currentWidget() is library.comparison


def test_verifying_says_what_was_looked_at_and_finds_a_changed_file(mine, library, qtbot):
    click(qtbot, library, "alpha")
    press(qtbot, library, "Verify")
    qtbot.waitUntil(lambda: "“alpha” is whole: 3 files" in library.said.text(), timeout=20_000)
    (mine / "domain.npz").write_bytes((mine / "domain.npz").read_bytes()[:-1] + b"?")
    press(qtbot, library, "Verify")
    qtbot.waitUntil(lambda: library.said.property("tone") == "error", timeout=20_000)
    assert f"domain.npz {say(messages.OTHER_HASH)}" in library.said.text()
    qtbot.waitUntil(lambda: cell(library, "alpha", 1) == "Damaged")
    assert say(messages.OTHER_HASH) in library.detail.verdict.words.text()
    assert library.detail.verdict.isVisible()
    assert not button(library, "Use as default").isEnabled()


def test_a_damaged_model_is_shown_with_what_is_wrong_and_can_be_deleted(mine, bin_folder, library, qtbot):
    (mine / "card.json").unlink()
    library.library.refresh()
    qtbot.waitUntil(lambda: cell(library, "alpha", 1) == "Damaged")
    click(qtbot, library, "alpha")
    assert say(messages.NO_BUNDLE) in library.detail.verdict.words.text()
    assert [each.isEnabled() for each in library.detail.buttons] == [False, True, False, True]
    press(qtbot, library, "Delete")
    qtbot.waitUntil(lambda: "alpha" not in names(library))


def test_what_is_dropped_is_imported_and_what_is_no_model_is_refused(library, tmp_path, qtbot):
    folder = make_tiny_bundle(tmp_path / "gift", name="gift")
    bundle.export_bundle(make_tiny_bundle(tmp_path / "packed", name="packed"), tmp_path / "packed.zip")
    (tmp_path / "song.zip").write_bytes(b"no archive")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in (folder, tmp_path / "packed.zip")])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    library.dropEvent(QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, buttons, keys))
    qtbot.waitUntil(lambda: {"gift", "packed"} <= set(names(library)))
    qtbot.waitUntil(lambda: [entry.name for entry in library.chosen] == ["packed"])
    library.import_paths([tmp_path / "song.zip"])
    qtbot.waitUntil(lambda: library.said.property("tone") == "error")
    assert f"song.zip {say(messages.ARCHIVE_BROKEN(error=NO_ZIP))}" in library.said.text()
    assert set(names(library)) == {BUNDLED, "gift", "packed"}


def test_import_and_export_ask_for_files(mine, library, tmp_path, qtbot, monkeypatch):
    target = tmp_path / "out" / "alpha.zip"
    target.parent.mkdir()
    target.write_bytes(b"old")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    click(qtbot, library, "alpha")
    qtbot.keyClick(library, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: library.said.text() == "Saved alpha.zip.")
    assert [path.name for path in target.parent.iterdir()] == ["alpha.zip"]
    shutil.rmtree(mine)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(target)], ""))
    qtbot.mouseClick(library.import_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: library.said.text() == "“alpha” is installed.")
    assert bundle.load(mine).card.name == "alpha"


def test_a_deleted_model_lies_in_the_bin_and_comes_back(mine, bin_folder, library, models, qtbot):
    library.library.use("alpha")
    qtbot.waitUntil(lambda: models.choice.model == "alpha", timeout=20_000)
    click(qtbot, library, "alpha")
    before = {path.name: path.read_bytes() for path in mine.iterdir()}
    qtbot.keyClick(library.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: names(library) == [BUNDLED, "beta"])
    assert (bin_folder / "files" / "alpha" / "card.json").is_file()
    qtbot.waitUntil(lambda: models.choice.model == "", timeout=20_000)
    qtbot.waitUntil(library.undo_button.isVisible)
    qtbot.mouseClick(library.undo_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "alpha" in names(library))
    assert {path.name: path.read_bytes() for path in mine.iterdir()} == before
    assert list((bin_folder / "info").iterdir()) == []
    assert not library.undo_button.isVisible()
    qtbot.waitUntil(lambda: models.choice.model == "alpha", timeout=20_000)


def test_where_there_is_no_bin_it_is_kept_until_the_window_closes(
    mine, library, qtbot, monkeypatch, tmp_path
):
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))  # in which no bin can be made
    for name in ("alpha", "beta"):
        click(qtbot, library, name)
        press(qtbot, library, "Delete")
        qtbot.waitUntil(lambda name=name: name not in names(library))
    assert library.said.text() == "There is no bin here: “beta” is deleted for good when this window closes."
    qtbot.mouseClick(library.undo_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "beta" in names(library))
    assert bundle.load(paths.user_models() / "beta").card.name == "beta"
    library.close()
    qtbot.waitUntil(lambda: [path.name for path in paths.user_models().iterdir()] == ["beta"])


def test_a_model_that_cannot_be_deleted_stays_the_default(
    mine, library, models, qtbot, monkeypatch, tmp_path
):
    library.library.use("alpha")
    qtbot.waitUntil(lambda: models.choice.model == "alpha", timeout=20_000)
    click(qtbot, library, "alpha")
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))  # no bin, and then:

    def refuse(_path, _target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    press(qtbot, library, "Delete")
    said = say(messages.CANNOT_BE_DELETED(reason="Permission denied"))
    qtbot.waitUntil(lambda: f"alpha {said}" in library.said.text())
    qtbot.waitUntil(lambda: models.choice.model == "alpha" and models._job is None, timeout=20_000)
    qtbot.waitUntil(lambda: cell(library, "alpha", 1) == "Default")
    assert not library.undo_button.isVisible()


def test_card_report_and_folder_are_shown(mine, library, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile())))
    click(qtbot, library, "alpha")
    assert not button(library, "Report").isEnabled()
    press(qtbot, library, "Folder")
    press(qtbot, library, "Model card")
    page = library.findChild(ModelCardDialog)
    assert any(line.startswith("Nobody has measured it") for line in words_of(page))
    assert page.card.limits[0] in words_of(page)
    page.whole.click()
    assert "alpha: one convolution" in page.findChild(TextDialog).browser.toPlainText()
    click(qtbot, library, BUNDLED)
    press(qtbot, library, "Report")
    assert opened == [mine, paths.bundled_models() / BUNDLED / "report.html"]


def test_the_card_shows_figures_from_elsewhere_before_those_from_home(library, qtbot):
    click(qtbot, library, BUNDLED)
    press(qtbot, library, "Model card")
    words = words_of(library.findChild(ModelCardDialog))
    heads = [next(i for i, line in enumerate(words) if line.startswith(start)) for start in PLACES]
    assert heads == sorted(heads)
    auc = words.index("AUC, COVID-19")
    shown = words[auc + 1 : auc + 4]
    assert all(re.match(r"0\.\d\d \(0\.\d\d–0\.\d\d\)$", line) for line in shown)
    metrics = library.detail.entry.card.raw["metrics"]
    values = [metrics[part]["figures"]["auc.covid19"]["value"] for part in ("left_out", "external", "test")]
    assert [line[:4] for line in shown] == [f"{value:.2f}" for value in values]
    believed = "\n".join(words)
    sane = library.detail.entry.card.raw["map_sanity"]
    most = max(step["spearman"]["value"] for step in sane["replaced"])
    assert f"with what they were: {most:.2f} at most, on {sane['films']} films" in believed
    heat = metrics["localization"]["test"]
    inside = heat["own"]["in_lungs"]
    share, low, high = (round(100 * inside[end]) for end in ("value", "low", "high"))
    assert f"on {heat['films']} films like those it learnt from, {share} % ({low}–{high} %)" in believed


def test_a_card_of_strange_entries_has_a_page(qtbot, tiny_bundle):
    card = read_card(tiny_bundle)
    strange = {
        "test": {"images": "many", "figures": {"macro_auc": [1]}},
        "external": {"images": 7, "figures": {}},
    }
    raw = card.raw | {"metrics": strange, "data": ["all", {"images": {"a": "x"}}], "libraries": 3}
    raw |= {
        "task": [],
        "license": "<b>bold</b>",
        "map_sanity": {"films": 2, "replaced": [3, {"spearman": []}]},
    }
    dialog = ModelCardDialog(None, dataclasses.replace(card, raw=raw))
    qtbot.addWidget(dialog)
    assert "<b>bold</b>" in "\n".join(words_of(dialog))  # as text, not as bold


def test_the_report_that_a_foreign_model_brings_is_never_opened(mine, library, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile())))
    (mine / "report.html").write_text("<script>alert(1)</script>", "utf-8")
    (mine / "metrics.json").write_text("{}", "utf-8")
    write_card(mine, title="<script>alpha</script>")
    library.library.refresh()
    click(qtbot, library, "alpha")
    qtbot.waitUntil(button(library, "Report").isEnabled)
    press(qtbot, library, "Report")
    qtbot.waitUntil(lambda: bool(opened))
    assert opened[0].parent == paths.cache() / "pages"
    page = opened[0].read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alpha" in page
    assert str(NO_READABLE_FIGURES) in page


def test_everything_has_a_name_and_the_themes_change(mine, library, qapp, qtbot):
    click(qtbot, library, "alpha")
    assert nameless(library) == []
    themes.apply(qapp, themes.LIGHT)
    click(qtbot, library, "beta", Qt.KeyboardModifier.ControlModifier)
    assert nameless(library) == []


@pytest.fixture
def german():
    i18n.use("de")
    yield
    i18n.use("en")


def test_nothing_beside_the_list_is_cut_off_in_german(german, library, qtbot):
    detail = library.detail
    qtbot.waitUntil(lambda: detail.buttons[0].isVisible())
    assert detail.buttons[0].text() == "Als Standard"
    assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", cell(library, BUNDLED, 7))
    assert detail.figures.isVisible()  # of the model that comes with cxrview: five, with long names
    qtbot.waitUntil(lambda: detail.widget().width() == detail.viewport().width())
    assert detail.widget().minimumSizeHint().width() <= detail.viewport().width()
