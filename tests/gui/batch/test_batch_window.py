"""The batch window, with real widgets and real batches, which run in a thread instead of a process."""

import os
import shutil
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from cxrview.batch.events import BatchFinished, BatchStopped
from cxrview.batch.run import run_batch
from cxrview.batch.run_folder import PAUSE
from cxrview.batch.table import rows_of
from cxrview.errors import CxrviewError
from cxrview.evaluation import messages as said
from cxrview.evaluation.names import AUDIT_READINGS
from cxrview.gui import messages
from cxrview.gui.batch import audit as audit_module
from cxrview.gui.batch import runs as runs_module
from cxrview.gui.batch.batches import BatchDesk
from cxrview.gui.batch.columns import FILE
from cxrview.gui.batch.similar import SimilarDialog
from cxrview.gui.commands.help import Help
from cxrview.gui.commands.teaching import teaching
from cxrview.gui.state import Mark
from cxrview.gui.view_state import PredictionProgress
from cxrview.i18n import say
from cxrview.progress import silent
from tests.gui.conftest import make_phantom, write_png
from tests.gui.test_accessibility import nameless
from tests.gui.test_hidden_model import answers
from tests.gui.test_identity import everything

CLASSES = ("covid19", "normal", "pneumonia")
EACH = 4
FIGURE = {"value": 0.8, "low": 0.7, "high": 0.9}


class Summary:
    """What an audit comes to, written by hand; how many films were seen is not."""

    def __init__(self, films, part) -> None:
        part["seen"] = len(films["all"].films)
        self.metrics = {"all": part}


@pytest.fixture
def films(tmp_path) -> Path:
    """Phantoms in folders that are called as the model's classes, and one file that is none."""
    root = tmp_path / "films"
    for number, name in enumerate(CLASSES):
        (root / name).mkdir(parents=True)
        for film in range(EACH):
            picture = make_phantom(10 * number + film, 120, 100)
            write_png(root / name / f"film {number}{film}.png", picture[:, ::-1] if film % 2 else picture)
    (root / "normal" / "film 19.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    return root


@pytest.fixture(autouse=True)
def in_a_thread(monkeypatch, load_predictor):
    """Let batches run in a thread of this process, with the model of the tests; wait for them at the end."""
    working = []
    monkeypatch.setattr(runs_module, "LISTENED", 20)
    monkeypatch.setattr("cxrview.batch.run.LOOKED_EVERY", 0.01)

    def launch(folder) -> int:
        work = threading.Thread(
            target=run_batch, args=(folder, lambda model, device: load_predictor(model, device, silent))
        )
        working.append((folder, work))
        work.start()
        return os.getpid()

    monkeypatch.setattr(runs_module, "launch", launch)
    yield
    for folder, work in working:
        folder.wish("stop")
        work.join(20)


@pytest.fixture
def shown(window, qtbot):
    """The batch window of a main window."""
    window.menus.actions["batch"].trigger()
    qtbot.waitUntil(lambda: window.batches.window is not None, timeout=30000)
    return window.batches.window


def done(window, qtbot) -> None:
    qtbot.waitUntil(
        lambda: window.batches.runs.state is not None and not window.batches.runs.is_running, timeout=30000
    )


def begun(shown, window, films, qtbot) -> None:
    """Read `films` to the end."""
    shown.setup.only([films])
    shown.setup.start.click()
    done(window, qtbot)


def test_from_the_menu_to_an_evaluation_in_under_ten_clicks(window, films, qtbot, monkeypatch):
    clicks = 2  # on the menu, and on its entry
    window.menus.actions["batch"].trigger()
    qtbot.waitUntil(lambda: window.batches.window is not None, timeout=30000)
    shown = window.batches.window

    def click(widget, place: QPoint | None = None) -> None:
        nonlocal clicks
        clicks += 1
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place or widget.rect().center())

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(films))
    click(shown.setup.add_folder)
    clicks += 2  # on the folder, and on its button
    click(shown.setup.start)
    done(window, qtbot)
    bar = shown.page.tabs.tabBar()
    click(bar, bar.tabRect(1).center())
    qtbot.waitUntil(lambda: shown.page.evaluation.evaluated is not None, timeout=30000)
    evaluated = shown.page.evaluation.evaluated
    assert clicks < 10
    assert evaluated.result.parts["all"].measured["images"] == 3 * EACH
    assert evaluated.without_film == 1
    matrix = shown.page.evaluation.answers.matrix
    cell = next(cell for cell in matrix.cells.values() if cell.isEnabled())
    click(cell)
    shown.page.evaluation.answers.gallery.open.click()
    there = {answer.path for answer in cell.facts.answers}
    qtbot.waitUntil(lambda: there <= set(window.state.entries))
    shown.page.evaluation.make_set.click()  # to be read blind, in one step
    dialog = window.bench.part(teaching).dialog
    qtbot.waitUntil(dialog.make.isEnabled)
    assert dialog.said.text() == f"{3 * EACH} films of 3 classes."
    dialog.reject()


def test_the_evaluation_tells_whether_the_model_needs_the_lungs(
    shown, window, films, qtbot, load_predictor, monkeypatch
):
    begun(shown, window, films, qtbot)
    page = shown.page
    page.tabs.setCurrentWidget(page.evaluation)
    qtbot.waitUntil(lambda: page.evaluation.evaluated is not None, timeout=30000)
    audit = page.evaluation.audit
    page.evaluation.tabs.setCurrentWidget(audit)
    part = {
        "films": 9, "measured": 8, "with_text": 1,
        "heat": dict.fromkeys(audit_module.REGIONS, FIGURE),
        "readings": {
            name: {"auc": FIGURE, "fall": FIGURE | {"low": -0.1}, "taken": 0.5}
            for name in audit_module.READINGS
        },
    }  # fmt: skip
    monkeypatch.setattr(audit_module, "audit_report", lambda films, *_: Summary(films, part))
    monkeypatch.setattr(audit_module.Predictor, "load", load_predictor)
    finder = audit_module.LungFinder.load("cpu")
    monkeypatch.setattr(audit_module.LungFinder, "load", lambda _engine: finder)
    audit.start.click()
    qtbot.waitUntil(lambda: audit.readings.isVisible(), timeout=30000)
    assert part["seen"] == 3 * EACH  # each film was read anew
    auc = said.AUC_BETWEEN(auc=0.8, low=0.7, high=0.9)
    assert say(said.LUNGS_NOT_NEEDED(auc=auc, whole=auc)) in audit.serious.text()
    assert audit.readings.text(2, 0) == say(AUDIT_READINGS["without_lungs"])
    assert audit.readings.text(2, 1) == "0.80 0.70–0.90"
    assert nameless(audit) == []
    window.state.change_settings(hide_model=True)
    assert not audit.isVisible()


def test_a_model_of_the_library_is_evaluated_on_a_folder(window, films, qtbot, monkeypatch):
    window.menus.actions["library"].trigger()
    library = window.training.library
    qtbot.waitUntil(lambda: bool(library.list.entries), timeout=20000)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(films))
    library.list.choose_when_there(library.list.entries[0].name)
    library.library.refresh()
    qtbot.waitUntil(library.commands["library_evaluate"].isEnabled)
    library.commands["library_evaluate"].trigger()
    done(window, qtbot)
    qtbot.waitUntil(lambda: window.batches.window is not None, timeout=30000)
    page = window.batches.window.page
    qtbot.waitUntil(lambda: page.evaluation.evaluated is not None, timeout=30000)
    assert page.tabs.currentWidget() is page.evaluation
    assert page.folder.request().model == library.list.entries[0].name
    assert page.evaluation.evaluated.result.parts["all"].measured["images"] == 3 * EACH
    library.close()


def test_films_are_filtered_sorted_copied_exported(shown, window, films, tmp_path, qtbot):
    begun(shown, window, films, qtbot)
    page, table = shown.page, shown.page.table
    assert isinstance(window.batches.runs.state.ended, BatchFinished)
    assert table.films.rowCount() == 3 * EACH + 1
    page.filter.status.setCurrentIndex(2)
    page.filter.status.activated.emit(2)
    assert [Path(table.films.film(0)["path"]).name] == ["film 19.png"]
    assert "1" in page.count.text()
    page.filter.clear.click()
    page.filter.search.setText("pneumonia")
    qtbot.waitUntil(lambda: table.films.rowCount() == EACH)
    page.filter.show_all()
    place = next(n for n, column in enumerate(table.films.columns) if column.key == "p_covid19")
    table.sortByColumn(place, Qt.SortOrder.DescendingOrder)
    shares = [table.films.film(row)["p_covid19"] for row in range(3 * EACH)]
    assert shares == sorted(shares, reverse=True)
    assert table.films.film(3 * EACH)["p_covid19"] is None
    page.filter.folders.setChecked(True)
    folders = [table.films.film(row)["folder"] for row in range(3 * EACH + 1)]
    assert folders == sorted(folders)
    table.selectRow(0)
    table.selectionModel().select(
        table.films.index(2, 0),
        table.selectionModel().SelectionFlag.Select | table.selectionModel().SelectionFlag.Rows,
    )
    page.copy.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    names = [table.films.written(row, 1) for row in (0, 2)]
    assert [line.split("\t")[0] for line in lines] == ["File", *names]
    page.export_to(tmp_path / "out.csv")
    qtbot.waitUntil(lambda: not any(job.title == "Exporting a table" for job in window.runner.jobs))
    written = (tmp_path / "out.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in written[1:]] == [table.films.film(n)["path"] for n in range(13)]


def test_a_film_opens_with_its_reading_and_the_viewer_follows_the_table(
    shown, window, films, qtbot, monkeypatch
):
    begun(shown, window, films, qtbot)
    qtbot.waitUntil(lambda: window.session.models.predictor is not None)
    asked = []
    monkeypatch.setattr(window.session.models.predictor, "predict", lambda *given: asked.append(given))
    table = shown.page.table
    place = next(n for n, column in enumerate(table.films.columns) if column.key == FILE)
    table.sortByColumn(place, Qt.SortOrder.DescendingOrder)
    order = [Path(table.films.film(row)["place"]) for row in range(table.films.rowCount())]
    table.scrollTo(table.films.index(1, place))
    at = table.visualRect(table.films.index(1, place)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: window.state.reading.progress is PredictionProgress.DONE)
    assert window.state.shown.path == order[1]
    assert window.state.heat_class
    reading = window.state.reading.prediction
    np.testing.assert_array_equal(reading.activation_maps, stored(table, order[1]).activation_maps)
    assert asked == []
    window.session.step(1)
    qtbot.waitUntil(lambda: window.state.shown.path == order[2])
    window.session.step(-1)
    window.session.step(-1)
    qtbot.waitUntil(lambda: window.state.shown.path == order[0])
    assert table.currentIndex().row() == 0
    window.session.step(-1)
    assert window.state.shown.path == order[0]


def stored(table, path: Path):
    """What the store has of a film."""
    films = table.films
    row = next(row for row in range(films.rowCount()) if films.film(row)["place"] == str(path))
    return films.store.prediction(int(films.numbers[row]))


def test_films_that_are_like_one_are_listed_and_open_beside_it(shown, window, films, qtbot):
    shown.setup.only([films])
    shown.setup.labels.show_path(str(films))
    shown.setup.start.click()
    done(window, qtbot)
    table, page = shown.page.table, shown.page
    qtbot.waitUntil(lambda: table.films.rowCount() == 3 * EACH + 1 and not page.state.is_alive)
    asked = next(row for row in range(13) if table.films.film(row)["path"].endswith("film 00.png"))
    table.selectRow(asked)
    place = Path(table.films.film(asked)["place"])
    page.similar.click()
    dialog = window.findChild(SimilarDialog)
    qtbot.waitUntil(lambda: bool(dialog.films), timeout=10000)
    found = [Path(film.row["place"]) for film in dialog.films]
    assert len(found) == 10
    assert place not in found
    assert [film.label for film in dialog.films] == [path.parent.name for path in found]
    likeness = [film.likeness for film in dialog.films]
    assert likeness == sorted(likeness, reverse=True)
    assert nameless(dialog) == []
    qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [view.shown.path for view in window.state.views] == [place, found[0]])
    qtbot.waitUntil(lambda: window.state.reading.progress is PredictionProgress.DONE)
    dialog.close()
    window.menus.actions["similar"].trigger()  # of the film in view: the same, read by the same model
    qtbot.waitUntil(lambda: bool(dialog.films), timeout=10000)
    assert [Path(film.row["place"]) for film in dialog.films][:3] == found[:3]
    texts = "\n".join(dialog.list.item(place).text() for place in range(10))
    assert answers(texts.casefold(), window)
    window.state.change_settings(hide_model=True)
    assert not dialog.isVisible()
    assert (dialog.films, dialog.about.text()) == ([], "")
    assert not page.similar.isVisibleTo(page)
    assert not window.menus.actions["similar"].isEnabled()


def test_a_film_out_of_an_archive_is_unpacked_again_to_be_seen(shown, window, films, tmp_path, qtbot):
    archive = Path(shutil.make_archive(str(tmp_path / "films"), "zip", films))
    with zipfile.ZipFile(archive, "a") as written:  # one of the same name lies higher up
        written.write(films / "normal" / "film 10.png", "film 20.png")
    begun(shown, window, archive, qtbot)
    table = shown.page.table
    rows = [table.films.film(row) for row in range(table.films.rowCount())]
    assert len(rows) == 3 * EACH + 2
    wanted = str(archive / "pneumonia" / "film 20.png")
    number = next(int(table.films.numbers[n]) for n, row in enumerate(rows) if row["path"] == wanted)
    window.batches.walk.open(number)
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None, timeout=20000)
    assert window.state.shown.path.parts[-2:] == ("pneumonia", "film 20.png")
    assert window.state.entries[window.state.shown.path].archive == archive


def test_nothing_tells_whose_films_these_are_while_that_is_hidden(shown, window, films, tmp_path, qtbot):
    begun(shown, window, films, qtbot)
    window.state.change_settings(hide_identity=True)
    table = shown.page.table
    seen = [
        table.films.written(row, n)
        for row in range(13)
        for n in range(len(table.films.columns))
        if not table.isColumnHidden(n)
    ]
    seen += [
        shown.page.title.text(),
        shown.list.item(0).text(),
        *(table.films.index(0, n).data(Qt.ItemDataRole.ToolTipRole) for n in range(3)),
    ]
    assert not any("film 0" in words or "films" in words or str(tmp_path) in words for words in seen)
    shown.page.export_to(tmp_path / "out.csv")
    qtbot.waitUntil(lambda: not any(job.title == "Exporting a table" for job in window.runner.jobs))
    assert "films" not in (tmp_path / "out.csv").read_text()


def test_leaving_asks_and_a_batch_that_goes_on_is_found_again(shown, window, films, qtbot, monkeypatch):
    shown.setup.only([films])
    plain = runs_module.launch
    monkeypatch.setattr(runs_module, "launch", paused(plain))
    shown.setup.start.click()
    runs = window.batches.runs
    qtbot.waitUntil(lambda: runs.state is not None and runs.state.paused, timeout=20000)
    assert shown.page.pause.text() == "Go on"
    assert window.batches.indicator.isVisible()
    with pytest.raises(CxrviewError):
        runs.begin(replace(runs.state.folder.request()))
    asked = []

    def answer(role):
        def choose(box) -> int:
            asked.append(box.informativeText())
            button = next(button for button in box.buttons() if box.buttonRole(button) is role)
            button.click()
            return 0

        return choose

    monkeypatch.setattr(QMessageBox, "exec", answer(QMessageBox.ButtonRole.RejectRole))
    window.close()
    assert window.isVisible()
    monkeypatch.setattr(QMessageBox, "exec", answer(QMessageBox.ButtonRole.AcceptRole))
    window.close()
    assert not window.isVisible()
    assert len(asked) == 2
    assert runs.state.folder.is_running  # without the window
    later = runs_module.BatchRuns(None, runs.root)
    assert later.find_running().folder == runs.state.folder
    later.stop()
    qtbot.waitUntil(lambda: not later.is_running, timeout=20000)
    assert isinstance(later.state.ended, BatchStopped)
    monkeypatch.setattr(runs_module, "launch", plain)
    later.go_on(later.state.folder)
    qtbot.waitUntil(lambda: not later.is_running, timeout=20000)
    assert isinstance(later.state.ended, BatchFinished)


def paused(launch):
    """Let a batch begin with a pause."""

    def start(folder) -> int:
        number = launch(folder)
        folder.wish(PAUSE)
        return number

    return start


def test_a_batch_that_cannot_begin_or_dies_says_so(shown, window, films, qtbot, monkeypatch):
    assert not shown.setup.start.isEnabled()
    monkeypatch.setattr(runs_module, "launch", lambda _folder: 2**22 - 3)  # no process has this number
    shown.setup.only([films])
    shown.setup.start.click()
    done(window, qtbot)
    assert say(messages.BATCH_ENDED_WITHOUT_WORD) in shown.page.line.text()
    assert shown.page.go_on.isVisible()


def test_the_list_tells_how_much_of_it_the_model_has_read(window, films, qtbot):
    window.open([films])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None and len(window.state.entries) == 13)
    strip = window.studies.unread_strip
    assert not strip.isVisible()
    window.studies.bar.set_filters(replace(window.studies.bar.filters, classes=frozenset({0})))
    assert strip.isVisible()
    assert "13" in strip.words.text()
    strip.read.click()
    done(window, qtbot)
    qtbot.waitUntil(lambda: not strip.isVisible())
    entries = window.state.entries.values()
    assert sum(bool(entry.findings) for entry in entries) == 12
    assert [entry.path.name for entry in entries if entry.mark is Mark.FAILED] == ["film 19.png"]


def test_earlier_batches_are_listed_and_opened_again(shown, window, films, qtbot):
    begun(shown, window, films, qtbot)
    assert nameless(shown) == []
    again = BatchDesk(window.bench)
    again.show()
    qtbot.waitUntil(lambda: again.window is not None, timeout=30000)
    assert again.window.list.count() == 1
    again.window.list.setCurrentRow(0)
    assert again.window.page.table.films.rowCount() == 13
    again.leave()


def test_nothing_of_a_hidden_model_shows_or_leaves(shown, window, films, tmp_path, qtbot):
    plain = tmp_path / "plain"  # whose names are none of classes
    plain.mkdir()
    for number, film in enumerate(sorted(films.glob("pneumonia/*"))):
        shutil.copy(film, plain / f"{number}.png")
    window.open([plain])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    begun(shown, window, plain, qtbot)
    page, films_shown = shown.page, shown.page.table.films
    place = next(n for n, column in enumerate(films_shown.columns) if column.key == "p_covid19")
    page.table.sortByColumn(place, Qt.SortOrder.DescendingOrder)
    page.filter.domain.setCurrentIndex(1)
    page.filter.domain.activated.emit(1)
    assert len(answers(everything(window), window)) > 10
    qtbot.waitUntil(lambda: all(entry.findings for entry in window.state.entries.values()))

    window.menus.actions["hide_model"].trigger()
    assert told_of_the_model(window) == []
    assert (films_shown.wanted.order, films_shown.wanted.is_filtered) == ("number", False)
    assert not page.tabs.isTabVisible(1)
    page.table.selectAll()
    page.copy.click()
    assert answers(QGuiApplication.clipboard().text().casefold(), window) == []
    page.export_to(tmp_path / "hidden.csv")
    qtbot.waitUntil(lambda: not any(job.title == "Exporting a table" for job in window.runner.jobs))
    assert not {"predicted", "call", "in_domain", "p_normal"} & set(header(tmp_path / "hidden.csv"))
    shown.show_setup()
    begun(shown, window, plain, qtbot)  # what is read now waits in the same way
    qtbot.waitUntil(lambda: not window.runner.jobs)
    assert told_of_the_model(window) == []
    window.menus.actions["hide_model"].trigger()
    qtbot.waitUntil(lambda: all(entry.findings for entry in window.state.entries.values()))
    assert films_shown.written(0, place).endswith("%")


def told_of_the_model(window) -> list[str]:
    fields = {"≥ 50 %", "0.1 %"}  # for figures that the user wants, in parts that are not shown
    return [line for line in answers(everything(window), window) if line not in fields]


def header(path: Path) -> list[str]:
    return path.read_text().splitlines()[0].split(",")


def test_tables_are_written_as_one_file_of_any_format(shown, window, films, tmp_path, qtbot, monkeypatch):
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda _parent, _title, _start, kinds: (str(tmp_path / "r"), kinds)
    )
    shown.setup.keep.setChecked(True)
    shown.setup.browse.click()
    assert shown.setup.out.text() == str(tmp_path / "r.csv")
    shown.setup.out.setText(str(tmp_path / "r.xlsx"))
    shown.setup.only([films])
    shown.setup.start.click()
    assert "r.xlsx" in shown.setup.problem.text()
    shown.setup.out.setText(str(tmp_path / "at_end.parquet"))
    shown.setup.start.click()
    done(window, qtbot)
    for name in ("r.csv", "r.jsonl", "r.parquet"):
        shown.page.export_to(tmp_path / name)
        qtbot.waitUntil(lambda: not any(job.title == "Exporting a table" for job in window.runner.jobs))
    columns = list(shown.page.table.films.store.columns)
    tables = [list(rows_of(tmp_path / name, columns)) for name in ("r.csv", "r.jsonl")]
    tables.append(parquet.read_table(tmp_path / "r.parquet").to_pylist())
    tables.append(parquet.read_table(tmp_path / "at_end.parquet").to_pylist())
    assert [row["path"] for row in tables[0]] == [row["path"] for row in tables[3]]
    assert len(tables[0]) == 3 * EACH + 1
    for name in ("path", "status", "p_normal", "lungs_found", "in_domain"):
        assert len({str([row[name] or None for row in table]) for table in tables}) == 1, name


def test_its_keys_close_it_and_open_its_page_of_the_manual(shown, window, qtbot):
    qtbot.waitUntil(shown.isVisible)
    qtbot.keyClick(shown, Qt.Key.Key_F1)
    qtbot.waitUntil(lambda: window.bench.part(Help).window is not None)
    shown.activateWindow()
    qtbot.keyClick(shown.list, Qt.Key.Key_Escape)
    assert not shown.isVisible()
    shown.show()
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow)
    qtbot.keyClick(shown, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not shown.isVisible())
