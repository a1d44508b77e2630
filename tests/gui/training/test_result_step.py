"""The page of a finished run: the figures of its report, the images behind them, and the model itself."""

import csv
import json
import zipfile

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QWidget

from cxrview import bundle, paths
from cxrview import messages as shared
from cxrview.bundle import messages as bundle_messages
from cxrview.bundle.messages import NO_SUCH_MODEL
from cxrview.gui import theme as themes
from cxrview.gui.messages import LEFT_ALONE
from cxrview.gui.training.runs import Run
from tests.conftest import make_tiny_bundle
from tests.gui.stalls import Stall
from tests.gui.training.finished_run import TEST, Seat, finished_run


@pytest.fixture
def seat(runs, tmp_path, qtbot):
    """The page with a finished run of three classes and twelve test images."""
    seat = Seat(runs, finished_run(tmp_path), qtbot)
    yield seat
    seat.runner.close()
    assert not seat.crashes


def listed(gallery) -> list[str]:
    return [answer.file for answer in gallery.list.images.answers]


def metrics(step) -> dict:
    return json.loads((step.result.folder / "report" / "metrics.json").read_text("utf-8"))["parts"]


def test_the_figures_are_those_of_the_report_and_few_images_are_warned_of(seat):
    figures = metrics(seat.step)["test"]["figures"]
    accuracy = figures["accuracy"]
    assert accuracy["value"] == 0.75
    assert seat.page.headlines.values["accuracy"].text() == "75 %"
    low, high = (f"{100 * accuracy[end]:.0f}" for end in ("low", "high"))
    assert seat.page.headlines.intervals["accuracy"].text() == f"{low}–{high} %"
    table = seat.turn_to(seat.page.classes).table
    entry = figures["recall.pneumonia"]
    assert table.text(2, 2) == f"0.75 {entry['low']:.2f}–{entry['high']:.2f}"
    assert table.item(0, 1).text() == "4"
    assert "COVID-19 4, Normal 4, Other pneumonia 4" in seat.page.warning.text()
    assert "12 images of 6 patients" in seat.page.about.text()


def test_a_class_with_enough_images_is_not_warned_of(seat, monkeypatch):
    from cxrview.training.run import result

    monkeypatch.setattr(result, "FEW", 4)
    seat.step.show_part("test")
    assert not seat.page.warning.isVisible()


def test_cells_count_as_the_report_does_and_lead_to_the_images_in_the_viewer(seat, qtbot):
    matrix = seat.page.answers.matrix
    found = [[len(matrix.cells[row, column].facts.answers) for column in range(3)] for row in range(3)]
    assert found == metrics(seat.step)["test"]["confusion"] == [[3, 1, 0], [0, 3, 1], [0, 1, 3]]
    assert not matrix.cells[0, 2].isEnabled()
    cell = matrix.cells[2, 1]
    assert cell.accessibleName() == "Labelled Other pneumonia, called Normal: 1 image, 25 %"
    qtbot.mouseClick(cell, Qt.MouseButton.LeftButton)
    gallery = seat.page.answers.gallery
    assert gallery.title.text() == "Labelled Other pneumonia, called Normal"
    assert listed(gallery) == ["pneumonia/test-9.png"]
    qtbot.mouseClick(gallery.open, Qt.MouseButton.LeftButton)
    (paths_opened,) = seat.opened
    assert [path.name for path in paths_opened] == ["test-9.png"]
    assert paths_opened[0].is_file()


def test_all_of_it_by_keyboard(seat, qtbot):
    matrix, gallery = seat.page.answers.matrix, seat.page.answers.gallery
    seat.step.activateWindow()
    matrix.cells[0, 0].setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right):
        qtbot.keyClick(seat.step.focusWidget(), key)
    assert seat.step.focusWidget() is matrix.cells[1, 2]
    qtbot.keyClick(matrix.cells[1, 2], Qt.Key.Key_Space)
    assert listed(gallery) == ["normal/test-6.png"]
    gallery.list.setFocus()
    qtbot.keyClick(gallery.list, Qt.Key.Key_M)
    assert ("test", "normal/test-6.png") in seat.step.marks
    qtbot.keyClick(gallery.list, Qt.Key.Key_Return)
    assert [path.name for path in seat.opened[0]] == ["test-6.png"]


def test_the_mistakes_come_surest_first_with_their_pictures(seat, qtbot):
    gallery = seat.page.answers.gallery
    assert gallery.title.text() == "3 mistakes, the surest first"
    assert listed(gallery) == ["normal/test-6.png", "covid19/test-2.png", "pneumonia/test-9.png"]
    first = gallery.list.images.index(0)
    spoken = first.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "normal/test-6.png, Labelled Normal, called Other pneumonia, 95 %, a hospital"
    thumbnails = gallery.list._thumbnails
    shown = [answer.path for answer in gallery.list.images.answers]
    qtbot.waitUntil(lambda: all(thumbnails.get(path, 0, 58) is not None for path in shown))
    assert not any(thumbnails.get(path, 0, 58).isNull() for path in shown)


def test_an_image_that_has_gone_is_said(seat, qtbot):
    gallery = seat.page.answers.gallery
    gallery.list.images.answers[0].path.unlink()
    qtbot.mouseClick(gallery.open, Qt.MouseButton.LeftButton)
    assert "test-6.png is no longer where it was" in seat.page.note.text()
    assert [path.name for path in seat.opened[0]] == ["test-2.png", "test-9.png"]


def test_doubtful_labels_are_kept_listed_and_left_out_next_time(seat, qtbot, tmp_path, runs):
    gallery, doubts = seat.page.answers.gallery, seat.page.answers.doubts
    assert not doubts.isVisible()
    gallery.list.setCurrentIndex(gallery.list.images.index(0))
    qtbot.mouseClick(gallery.mark, Qt.MouseButton.LeftButton)
    assert doubts.text.text() == "1 label looks wrong."
    doubts.save_to(tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    expected = {"file": "normal/test-6.png", "label": "normal", "called": "pneumonia"}
    assert row == expected | {"probability": "0.9500", "part": "test"}
    doubts.save_to(tmp_path / "list.txt")
    assert (tmp_path / "list.txt").read_text() == "normal/test-6.png\n"
    doubts.save_to(tmp_path / "missing" / "list.csv")
    assert shared.CANNOT_BE_WRITTEN.text.partition("{")[0] in doubts.note.text()
    qtbot.mouseClick(doubts.leave_out, Qt.MouseButton.LeftButton)
    assert seat.draft.config.data.exclude == ("normal/test-6.png",)
    assert "leaves these images out" in doubts.text.text()
    qtbot.mouseClick(doubts.leave_out, Qt.MouseButton.LeftButton)
    assert seat.draft.config.data.exclude == ()
    again = Seat(runs, seat.step.result.folder, qtbot)
    assert again.step.marks.keys == (("test", "normal/test-6.png"),)
    again.runner.close()


def test_the_slider_and_the_mouse_move_the_point_and_the_figures_follow(seat, qtbot):
    page = seat.turn_to(seat.page.point)
    scores = [(shares[0], label == "covid19") for label, *shares in TEST]
    assert page.class_name == "covid19"
    assert page.threshold == 0.5  # the card's balanced point
    for value in range(page.slider.minimum(), page.slider.maximum() + 1):
        page.slider.setValue(value)
        called = [there for score, there in scores if score >= page.threshold]
        assert (page.point.found, page.point.false) == (sum(called), len(called) - sum(called))
        assert page.point.missed == 4 - sum(called)
        assert page.facts["sensitivity"].text().startswith(f"{100 * sum(called) / 4:.0f}")
    plot = page.roc
    x, y = plot.track
    wanted = next(place for place in range(len(x)) if y[place] == 1.0)
    start = plot.pixel(float(x[page.slider.value()]), float(y[page.slider.value()])).toPoint()
    end = plot.pixel(float(x[wanted]), float(y[wanted])).toPoint() + QPoint(2, 2)
    qtbot.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(plot.viewport(), end)
    qtbot.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=end)
    assert page.slider.value() == wanted
    assert page.facts["sensitivity"].text() == "100 %"
    assert (plot.pixel(x[wanted], y[wanted]) - QPointF(end)).manhattanLength() < 6


def test_points_of_the_curve_and_counts_open_their_images(seat, qtbot):
    page = seat.turn_to(seat.page.point)
    page.use(0.5)
    scores = {f"test-{number}.png": (shares[0], label) for number, (label, *shares) in enumerate(TEST)}
    missed = {name for name, (score, label) in scores.items() if label == "covid19" and score < 0.5}
    assert page.counts["missed"].text() == str(len(missed)) != "0"
    qtbot.mouseClick(page.counts["missed"], Qt.MouseButton.LeftButton)
    assert {path.name for path in seat.opened[-1]} == missed
    plot = page.roc
    place = plot.pixel(float(plot.track[0][1]), float(plot.track[1][1])).toPoint()
    qtbot.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [path.name for path in seat.opened[-1]] == [max(scores, key=scores.get)]


def test_predictive_values_are_those_of_the_prevalence_that_is_set(seat):
    page = seat.turn_to(seat.page.point)
    page.slider.setValue(page.slider.maximum() - 2)
    point = page.point
    page.prevalence.setValue(2.0)
    found, false = point.sensitivity * 0.02, (1 - point.specificity) * 0.98
    assert point.false > 0
    assert page.facts["ppv"].text() == f"{100 * found / (found + false):.1f} %"


def test_a_point_is_written_into_the_card_and_the_bundle_stays_whole(seat, qtbot, runs):
    page = seat.turn_to(seat.page.point)
    page.classes.setCurrentIndex(page.classes.findData("normal"))
    page.slider.setValue(6)
    threshold = page.threshold
    before = bundle.load(seat.step.result.model).card
    qtbot.mouseClick(page.store, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "stands in the card" in seat.page.note.text())
    card = bundle.load(seat.step.result.model).card  # checks every file against the card
    assert card.operating_points["chosen"] == {"normal": threshold}
    assert card.operating_points["balanced"] == before.operating_points["balanced"]
    assert card.files == before.files
    assert "set by hand, looking at test images" in card.limits[-1]
    qtbot.waitUntil(page.isEnabled)
    page.classes.setCurrentIndex(0)
    page.use(0.4)
    seat.page.note.clear()
    qtbot.mouseClick(page.store, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "stands in the card" in seat.page.note.text())
    card = bundle.load(seat.step.result.model).card
    assert card.operating_points["chosen"] == {"normal": threshold, "covid19": 0.4}
    assert len([limit for limit in card.limits if "set by hand" in limit]) == 1


def test_a_damaged_bundle_is_not_written_to(seat, qtbot):
    model = seat.step.result.model
    (model / "model.onnx").write_bytes(b"x")
    before = (model / "card.json").read_bytes()
    seat.turn_to(seat.page.point)
    qtbot.mouseClick(seat.page.point.store, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: seat.page.note.text().startswith("model.onnx "))
    assert (model / "card.json").read_bytes() == before
    assert seat.page.point.store.isEnabled()


def test_a_model_is_saved_under_a_name_with_notes_renamed_exported_and_used(seat, qtbot, tmp_path):
    page, model = seat.page, seat.page.model
    assert not seat.step.result.installed
    page.tabs.setCurrentWidget(model)
    model.name.setText("my lungs")
    qtbot.mouseClick(model.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: str(bundle_messages.NO_MODEL_NAME(name="my lungs")) in page.note.text())
    model.name.setText("our-lungs")
    model.notes.setPlainText("For the ward.")
    with qtbot.waitSignal(seat.step.library_changed):
        qtbot.mouseClick(model.save, Qt.MouseButton.LeftButton)
    assert bundle.load(paths.user_models() / "our-lungs").card.raw["notes"] == "For the ward."
    assert seat.step.result.installed
    assert not model.save.isEnabled()
    seat.current = ("our-lungs", "cpu")
    model.name.setText("lungs-2")
    with qtbot.waitSignal(seat.step.renamed) as caught:  # else the next start would not find it
        qtbot.keyClick(model.name, Qt.Key.Key_Return)
    assert caught.args == ["our-lungs", "lungs-2"]
    assert bundle.load(paths.user_models() / "lungs-2").card.name == "lungs-2"
    assert not (paths.user_models() / "our-lungs").exists()
    (tmp_path / "out.zip").write_bytes(b"an older one")
    seat.step.export_to(tmp_path / "out.zip")
    qtbot.waitUntil(lambda: page.note.text() == "Exported as out.zip.")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert "lungs-2/model.onnx" in archive.namelist()
    assert page.make_default.isHidden()
    with qtbot.waitSignal(seat.step.use_asked) as caught:
        qtbot.mouseClick(page.use, Qt.MouseButton.LeftButton)
    assert caught.args == ["lungs-2"]
    assert page.note.text() == "The viewer uses this model until cxrview is closed."
    with qtbot.waitSignal(seat.step.default_asked) as caught:
        qtbot.mouseClick(page.make_default, Qt.MouseButton.LeftButton)
    assert caught.args == ["lungs-2"]
    assert page.make_default.isHidden()


def test_both_models_answer_the_same_images_and_what_changed_is_listed(seat, qtbot, tmp_path):
    from cxrview.inference.predictor import Predictor

    other = make_tiny_bundle(tmp_path / "older")
    seat.current = (str(other), "cpu")
    page = seat.turn_to(seat.page.compare)
    qtbot.mouseClick(page.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.compared is not None, timeout=30_000)
    found = page.compared
    assert (found.images, found.left_out) == (12, 0)
    predictor = Predictor.load(str(other), "cpu")
    from cxrview.imaging import read

    answers = seat.step.result.parts["test"].answers
    said = predictor.predict([read(answer.path)[0] for answer in answers])
    called = [prediction.class_names[prediction.probabilities.argmax()] for prediction in said]
    right = [name in answer.labels for name, answer in zip(called, answers, strict=True)]
    row = next(row for row in found.rows if row.figure == "accuracy")
    assert row.old == pytest.approx(sum(right) / 12)
    assert row.new == pytest.approx(9 / 12)
    assert row.interval[0] <= row.difference <= row.interval[1]
    worse = [a.file for a, before in zip(answers, right, strict=True) if before and not a.is_right]
    better = [a.file for a, before in zip(answers, right, strict=True) if a.is_right and not before]
    assert [new.file for _, new in found.worse] == worse
    assert [new.file for _, new in found.better] == better
    assert better
    qtbot.mouseClick(page.kinds["better"], Qt.MouseButton.LeftButton)
    assert listed(page.gallery) == better
    assert page.table.item(0, 2).text() == "75 %"


def test_models_without_a_common_class_are_not_compared(seat, qtbot, tmp_path):
    classes = [{"name": f"c{n}", "label": f"C{n}", "meaning": "."} for n in range(3)]
    other = make_tiny_bundle(tmp_path / "other", classes=classes, operating_points={})
    seat.current = (str(other), "cpu")
    page = seat.turn_to(seat.page.compare)
    qtbot.mouseClick(page.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.compared is not None, timeout=30_000)
    assert "knows none of the classes" in page.note.text()
    assert not page.table.isVisible()


def test_a_model_that_cannot_be_loaded_is_said(seat, qtbot):
    seat.current = ("nowhere", "cpu")
    page = seat.turn_to(seat.page.compare)
    qtbot.mouseClick(page.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: str(NO_SUCH_MODEL(model="nowhere")) in page.note.text())
    assert page.start.text() == "Compare with the model in use"


def test_the_other_parts_have_figures_of_their_own(seat):
    seat.page.parts.setCurrentIndex(seat.page.parts.findData("validation"))
    seat.page.parts.activated.emit(seat.page.parts.currentIndex())
    assert seat.page.headlines.values["accuracy"].text() == "100 %"
    assert seat.page.answers.gallery.title.text() == "No mistakes"
    assert seat.turn_to(seat.page.point).slider.maximum() == 2


def test_classes_that_come_together_have_calls_for_a_matrix(runs, tmp_path, qtbot):
    seat = Seat(runs, finished_run(tmp_path, exclusive=False), qtbot)
    cells = seat.page.answers.matrix.cells
    tables = metrics(seat.step)["test"]["tables"]
    for row, counts in enumerate(tables.values()):
        assert [len(cells[row, column].facts.answers) for column in range(4)] == [
            counts[kind] for kind in ("called_right", "missed", "called_wrongly", "passed_over_right")
        ]
    assert seat.page.headlines.values["accuracy"].text() == "75 %"
    seat.runner.close()
    assert not seat.crashes


@pytest.mark.parametrize("spoil", ["metrics.json", "predictions.csv"])
def test_a_damaged_report_is_a_sentence(runs, tmp_path, qtbot, spoil):
    folder = finished_run(tmp_path)
    (folder / "report" / spoil).write_text("part,file\ntest,x\n", "utf-8")
    seat = Seat(runs, folder, qtbot)
    assert f"{spoil} {shared.UNREADABLE_FILE}" in seat.page.nothing.text()
    seat.runner.close()
    assert not seat.crashes


def test_without_a_finished_run_there_is_no_result(runs, tmp_path, qtbot):
    seat = Seat(runs, tmp_path / "none", qtbot)
    assert seat.page.nothing.text() == "There is no result yet. Train a model first."
    assert seat.page.nothing.isVisible()
    seat.runner.close()


@pytest.mark.timed
def test_the_report_opens_and_the_page_does_not_stop_the_window(seat, qapp, qtbot, monkeypatch):
    urls = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: urls.append(url.toLocalFile()) or True)
    qtbot.mouseClick(seat.page.report, Qt.MouseButton.LeftButton)
    assert urls == [str(seat.step.result.folder / "report" / "report.html")]
    with Stall() as stall:
        seat.step.show_folder(seat.step.result.folder)
        qtbot.waitUntil(lambda: seat.step.result is not None)
        for number in range(seat.page.tabs.count()):
            seat.page.tabs.setCurrentIndex(number)
            qtbot.wait(1)
        monkeypatch.setattr(themes, "_current", themes.LIGHT)
        qapp.setPalette(themes.palette(themes.LIGHT))  # without the style sheet, which takes Qt so long
    qapp.setPalette(themes.palette(themes.DARK))
    assert stall.milliseconds < 100


def test_a_name_typed_without_its_ending_replaces_nothing(seat, qtbot, tmp_path, monkeypatch):
    kept = tmp_path / "kept.zip"
    kept.write_bytes(b"kept")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "kept"), ""))
    qtbot.mouseClick(seat.page.export, Qt.MouseButton.LeftButton)
    assert seat.page.note.text() == f"{LEFT_ALONE(name='kept.zip')} {shared.CHOOSE_ANOTHER_NAME}"
    assert kept.read_bytes() == b"kept"
    kept.unlink()
    qtbot.mouseClick(seat.page.export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: seat.page.note.text() == "Exported as kept.zip.")
    bundle.import_bundle(kept, tmp_path / "models")


def test_a_run_that_ends_is_read_when_the_page_is_entered(runs, tmp_path, qtbot):
    seat = Seat(runs, tmp_path / "none", qtbot)
    seat.draft.folder = finished_run(tmp_path)
    seat.step.entered()
    qtbot.waitUntil(lambda: seat.step.result is not None)
    assert seat.page.title.text() == "lungs"
    assert seat.step.obstacle() == ""
    first = seat.step.result
    seat.step.entered()
    assert seat.step.result is first
    seat.runner.close()
    assert not seat.crashes


def test_the_end_of_another_run_leaves_the_chosen_cell(seat, runs, qtbot):
    runs.current = Run(seat.draft.folder, "train", runs)
    checked = Run(seat.draft.folder.parent / "checked", "check", runs)
    first = seat.step.result
    qtbot.mouseClick(seat.page.answers.matrix.cells[2, 1], Qt.MouseButton.LeftButton)
    runs.ended.emit(checked)
    assert seat.step.result is first
    assert listed(seat.page.answers.gallery) == ["pneumonia/test-9.png"]
    with qtbot.waitSignal(seat.step.shown) as shown:
        runs.ended.emit(runs.current)
    assert shown.args == [seat.draft.folder]
    assert seat.step.result is not first


def test_it_is_said_in_the_viewer_by_which_model_the_answers_are(seat, qtbot):
    gallery = seat.page.answers.gallery
    with qtbot.waitSignal(seat.step.told) as told:
        qtbot.mouseClick(gallery.open, Qt.MouseButton.LeftButton)
    assert told.args == ["What you see here is by the model in use, not by “lungs”."]
    seat.current = ("lungs", "cpu")
    with qtbot.assertNotEmitted(seat.step.told):
        qtbot.mouseClick(gallery.open, Qt.MouseButton.LeftButton)


def test_tab_comes_to_the_matrix_once_and_goes_on_to_its_images(seat, qtbot):
    seat.step.activateWindow()
    seat.page.tabs.tabBar().setFocus()
    names = []
    for _ in range(4):
        qtbot.keyClick(seat.step.focusWidget(), Qt.Key.Key_Tab)
        widget = seat.step.focusWidget()
        names.append(widget.accessibleName() or widget.text())
    assert names[0] == "Labelled COVID-19, called COVID-19: 3 images, 75 %"
    assert names[1] == "Images"
    for number in range(seat.page.tabs.count()):
        seat.page.tabs.setCurrentIndex(number)
        for widget in seat.step.findChildren(QWidget):
            inner = widget.objectName() == "qt_spinbox_lineedit"  # the box has the name
            if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not inner:
                text = getattr(widget, "text", str)
                assert widget.accessibleName() or (isinstance(widget, QAbstractButton) and text())
