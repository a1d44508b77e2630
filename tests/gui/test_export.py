"""Pictures that the user saves and copies: they hold what was wanted, replace nothing unasked, and arrive."""

import dataclasses
import os
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from cxrview.annotations.annotation import Length, Point
from cxrview.errors import CxrviewError
from cxrview.gui.dialogs.export import ExportDialog
from cxrview.gui.messages import COULD_NOT_BE_WRITTEN, LEFT_ALONE, LOADING_STOPPED
from cxrview.gui.state import PredictionProgress, PredictionState
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.viewer.export_choices import ExportChoices, remembered
from cxrview.gui.viewer.export_whole import pixels_of
from cxrview.gui.viewer.view_transform import Orientation
from cxrview.i18n import say
from cxrview.messages import CHOOSE_ANOTHER_FOLDER
from tests.gui.conftest import make_phantom, write_png
from tests.gui.stalls import Stall
from tests.imaging import phantoms


@pytest.fixture
def answer(monkeypatch):
    """What the user types into the file dialog; `answer.proposed` is what it proposed."""

    class Answer:
        name, proposed = "", None

        def __call__(self, _parent, _title, proposed, filters) -> tuple[str, str]:
            self.proposed, self.filters = Path(proposed), filters
            return str(self.name), filters

    given = Answer()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", given)
    return given


def ask(window) -> ExportDialog:
    """Open the export dialog by its key."""
    window.menus.actions["export"].trigger()
    (dialog,) = (dialog for dialog in window.findChildren(ExportDialog) if dialog.isVisible())
    return dialog


def choose(dialog, **switches) -> None:
    """Put the dialog's switches, and nothing else, as wanted."""
    for name, widget in dialog.switches.items():
        widget.setChecked(switches.get(name, False))


@pytest.fixture
def export_as(opened, answer, qtbot):
    """Exports what is shown under the name that the user types."""

    def export(name) -> None:
        answer.name = name
        dialog = ask(opened)
        qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
        dialog.reject()

    return export


@pytest.fixture
def save(answer, qtbot, tmp_path):
    """Saves from an open dialog and returns the picture, (h, w) or RGB (h, w, 3)."""

    def saved(window, dialog, name="out.png") -> np.ndarray:
        answer.name = tmp_path / name
        qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: window.statusBar().message.text() == f"Saved {name}.")
        pixels = cv2.imread(str(answer.name), cv2.IMREAD_UNCHANGED)
        return pixels if pixels.ndim == 2 else pixels[..., ::-1]

    return saved


@pytest.fixture
def full_lane(opened):
    """Keeps the exports waiting until it is set."""
    gate = threading.Event()
    opened.runner.start("before", lambda _report: gate.wait(20), done=str, failed=pytest.fail, lane="export")
    yield gate
    gate.set()


@pytest.fixture
def named(window, tmp_path, qtbot):
    """A window with a DICOM file that says who the patient is, and whose name does too."""
    rows, columns = np.mgrid[:300, :240]
    values = (rows * 5 + columns).astype(np.uint16)
    dataset = phantoms.phantom(
        values,
        PatientName="DOE^JANE",
        PatientID="4711",
        StudyDate="20260103",
        Modality="CR",
        WindowCenter=900,
        WindowWidth=1800,
    )
    window.open([phantoms.save(dataset, tmp_path / "Doe-Jane.dcm")])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    return window


# What is in the picture


def test_the_whole_image_is_saved_pixel_for_pixel(opened, save, phantom):
    opened.canvas.set_zoom(7.0)  # what is seen of it does not matter
    dialog = ask(opened)
    choose(dialog)
    expected = cv2.imread(str(phantom), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(save(opened, dialog), expected)


def test_window_inversion_and_turns_are_those_of_the_screen(named, save):
    named.canvas.view.set_inverted(True)
    named.canvas.view.set_orientation(Orientation(1, True))
    dialog = ask(named)
    choose(dialog)
    saved = save(named, dialog).astype(int)
    rows, columns = np.mgrid[:300, :240]
    grey = np.clip(((rows * 5 + columns) - 899.5) / 1799 + 0.5, 0, 1) * 255
    expected = np.rot90((255 - np.rint(grey))[:, ::-1], -1)
    assert saved.shape == (240, 300)
    assert np.abs(saved - expected).max() <= 1


def test_the_heatmap_is_where_it_is_on_the_screen(opened, save):
    opened.state.change_settings(heatmap_opacity=1.0, heatmap_threshold=0.5)
    dialog = ask(opened)
    choose(dialog, heatmap=True)
    saved = save(opened, dialog)
    coloured = np.ptp(saved.astype(int), axis=2) > 40
    rows, columns = np.nonzero(coloured)
    assert saved.shape == (300, 240, 3)
    assert columns.mean() == pytest.approx(240 * 0.3, abs=15)  # the bright disc
    assert rows.mean() == pytest.approx(150, abs=15)


def test_the_view_is_saved_as_it_is_on_the_screen(opened, save):
    opened.canvas.set_zoom(3.0)
    opened.canvas.view.set_orientation(Orientation(3))
    dialog = ask(opened)
    dialog.view.setChecked(True)
    choose(dialog, heatmap=True, corners=True, identity=True)
    np.testing.assert_array_equal(save(opened, dialog), pixels_of(opened.canvas.grab().toImage()))


def test_what_the_reader_drew_is_in_the_picture_if_wanted(opened, save):
    annotations = opened.annotations
    key = annotations.key(opened.canvas.view)
    annotations.add(key, Length(points=(Point(40, 250), Point(200, 250))), "length")
    opened.canvas.view.set_orientation(Orientation(1))  # the line now runs down, 50 pixels from the left
    pictures = []
    for wanted in (True, False):
        dialog = ask(opened)
        choose(dialog, annotations=wanted)
        saved = save(opened, dialog, f"out{wanted}.png").astype(int)
        pictures.append(saved if saved.ndim == 3 else np.dstack([saved] * 3))
    changed = (pictures[0] != pictures[1]).any(2)
    assert changed[60:180, 48:53].any(1).all()
    assert not changed[:, :30].any()
    annotations.set_shown(False)
    dialog = ask(opened)
    assert not dialog.switches["annotations"].isEnabled()
    dialog.reject()


def test_overlays_of_the_file_are_in_the_picture_if_they_are_on_the_screen(window, save, tmp_path, qtbot):
    mask = np.zeros((128, 128), np.uint8)
    mask[40, 20:100] = 1
    dataset = phantoms.phantom(np.full((128, 128), 100, np.uint8), WindowCenter=128, WindowWidth=256)
    for element, vr, value in (
        (0x0010, "US", 128),
        (0x0011, "US", 128),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x3000, "OW", np.packbits(mask, bitorder="little").tobytes()),
    ):
        dataset.add_new((0x6000, element), vr, value)
    window.open([phantoms.save(dataset, tmp_path / "a.dcm")])
    qtbot.waitUntil(window.canvas.has_image)
    dialog = ask(window)
    choose(dialog)
    assert dialog.remark.text().endswith("Overlays of the file are in the picture.")
    drawn = save(window, dialog, "with.png")
    assert (drawn[40, 20:100] == 255).all()
    assert (drawn == 255).sum() == 80
    window.state.change_settings(show_overlays=False)
    dialog = ask(window)
    choose(dialog)
    assert (save(window, dialog, "without.png") == 100).all()


def test_the_caption_names_file_window_heatmap_and_notice(opened):
    from cxrview.gui.viewer.export_choices import ExportChoices
    from cxrview.gui.viewer.export_view import caption

    words = caption(opened.canvas, opened.state, ExportChoices())
    assert words.startswith("phantom.png  ·  W 256  L 128  ·  Heatmap: ")
    assert "phantom-reader 0.1" in words
    assert words.endswith("For research and teaching, not for diagnosis")
    opened.canvas.view.set_filters(frozenset({"clahe"}))
    plain = caption(opened.canvas, opened.state, ExportChoices(heatmap=False, identity=False))
    assert plain == "W 256  L 128  CLAHE  ·  For research and teaching, not for diagnosis"


def test_the_caption_says_which_scale_and_when_there_is_no_heat(opened):
    from cxrview.gui.viewer.export_choices import ExportChoices
    from cxrview.gui.viewer.export_view import caption, has_heat

    def words_of(**changes) -> str:
        prediction = dataclasses.replace(opened.state.reading.prediction, **changes)
        opened.state.active.set_reading(PredictionState(PredictionProgress.DONE, prediction))
        return caption(opened.canvas, opened.state, ExportChoices())

    assert "Heatmap: COVID-19, scale: all classes  ·" in words_of()
    scales = dict.fromkeys(("covid19", "normal", "pneumonia"), 1.0)
    assert "Heatmap: COVID-19, scale: this class  ·" in words_of(map_scale=scales)
    weak = dict.fromkeys(scales, 100.0)
    assert "Heatmap: COVID-19, scale: this class, nothing above 20 %  ·" in words_of(map_scale=weak)
    assert "no heatmap, since it is not like the training films" in words_of(in_domain=False)
    assert not has_heat(opened.canvas, opened.state)
    opened.state.ask_for_heat()
    assert has_heat(opened.canvas, opened.state)
    assert words_of().count("not like the training films") == 1


def test_the_caption_stands_under_the_picture_and_costs_no_pixel_of_it(opened, save, phantom):
    dialog = ask(opened)
    choose(dialog, caption=True, identity=True)
    saved = save(opened, dialog)
    grey = saved if saved.ndim == 2 else saved[..., 0]
    np.testing.assert_array_equal(grey[:300], cv2.imread(str(phantom), cv2.IMREAD_UNCHANGED))
    assert len(saved) > 320
    assert grey[300:].max() > 150


def test_other_formats_hold_the_same_picture(opened, save, phantom):
    expected = cv2.imread(str(phantom), cv2.IMREAD_UNCHANGED).astype(int)
    for kind, suffix, mean in (("jpeg", ".jpg", 4), ("tiff", ".tif", 0)):
        dialog = ask(opened)
        choose(dialog)
        dialog.format.setCurrentIndex(dialog.format.findData(kind))
        assert np.abs(save(opened, dialog, f"out{suffix}") - expected).mean() <= mean


def test_quality_is_asked_for_jpeg_only_and_makes_it_larger(opened, save, tmp_path):
    sizes = []
    for quality in (60, 95):
        dialog = ask(opened)
        dialog.format.setCurrentIndex(dialog.format.findData("png"))
        assert not dialog.quality.isEnabled()
        dialog.format.setCurrentIndex(dialog.format.findData("jpeg"))
        assert dialog.quality.isEnabled()
        dialog.quality.setValue(quality)
        save(opened, dialog, f"out{quality}.jpg")
        sizes.append((tmp_path / f"out{quality}.jpg").stat().st_size)
    assert sizes[1] > 1.5 * sizes[0]


# Who the patient is


def test_without_identity_no_byte_of_the_file_names_the_patient(named, save, answer):
    for number, (suffix, kind) in enumerate(((".png", "png"), (".jpg", "jpeg"), (".tif", "tiff"))):
        dialog = ask(named)
        dialog.format.setCurrentIndex(dialog.format.findData(kind))
        (dialog.view if number % 2 else dialog.whole).setChecked(True)
        choose(dialog, corners=True, caption=True)
        save(named, dialog, f"out{suffix}")
        data = answer.name.read_bytes().lower()
        assert [word for word in (b"doe", b"jane", b"4711", b"20260103", b"exif") if word in data] == []
        assert answer.proposed.name == f"radiograph{suffix}"


def test_the_corners_say_who_it_is_only_if_that_is_wanted(named, save):
    pictures = []
    for identity in (True, False):
        dialog = ask(named)
        choose(dialog, corners=True, identity=identity)
        pictures.append(save(named, dialog, f"out{identity}.png"))
    top, bottom = slice(0, 100), slice(200, 300)
    assert (pictures[0][top] != pictures[1][top]).any()
    np.testing.assert_array_equal(pictures[0][bottom], pictures[1][bottom])


def test_the_dialog_warns_of_what_the_picture_gives_away(named):
    dialog = ask(named)
    choose(dialog, corners=True, identity=True)
    assert dialog.remark.text() == "The picture says who the patient is."
    choose(dialog, caption=True, identity=True)
    assert dialog.remark.text() == "The name of the file, under the picture, says who the patient is."
    choose(dialog, identity=True)
    assert dialog.remark.isHidden()
    choose(dialog)
    assert dialog.remark.text().startswith("The file does not say whether text is burned into the pixels.")
    dialog.reject()


@pytest.mark.parametrize(
    ("said", "remark"),
    [("YES", "The file says that text is burned into the pixels. It is not removed."), ("NO", "")],
)
def test_burned_in_text_is_spoken_of_as_far_as_the_file_does(window, tmp_path, qtbot, said, remark):
    values = np.arange(128 * 128, dtype=np.uint16).reshape(128, 128)
    dataset = phantoms.phantom(values, BurnedInAnnotation=said)
    window.open([phantoms.save(dataset, tmp_path / "a.dcm")])
    qtbot.waitUntil(lambda: window.canvas.has_image())
    dialog = ask(window)
    choose(dialog)
    assert dialog.remark.text() == remark
    dialog.reject()


def test_where_the_window_hides_the_patient_so_does_the_picture(named, answer):
    named.state.change_settings(hide_identity=True)
    dialog = ask(named)
    assert not dialog.switches["identity"].isChecked()
    dialog.reject()
    named.state.change_settings(hide_identity=False)  # that was not the user's choice in the dialog
    dialog = ask(named)
    assert dialog.switches["identity"].isChecked()
    dialog.reject()


# The dialog


def test_what_was_chosen_is_chosen_again(opened):
    dialog = ask(opened)
    dialog.view.setChecked(True)
    dialog.switches["caption"].setChecked(False)
    dialog.format.setCurrentIndex(dialog.format.findData("jpeg"))
    dialog.quality.setValue(77)
    dialog.reject()
    again = ask(opened)
    assert again.view.isChecked()
    assert not again.switches["caption"].isChecked()
    assert (again.format.currentData(), again.quality.value()) == ("jpeg", 77)
    again.reject()


def test_the_preview_follows_the_choices(opened):
    opened.state.change_settings(heatmap_opacity=1.0)
    dialog = ask(opened)
    choose(dialog, heatmap=True)
    seen = [_colour(dialog)]
    choose(dialog)
    seen.append(_colour(dialog))
    assert seen[0] > 1000
    assert seen[1] == 0
    dialog.reject()


def _colour(dialog) -> int:
    """Return how many pixels of the preview are coloured."""
    pixels = pixels_of(dialog.picture.grab().toImage())
    return int((np.ptp(pixels.astype(int), axis=2) > 20).sum())


def test_the_size_is_estimated(opened, save, answer, qtbot):
    dialog = ask(opened)
    qtbot.waitUntil(lambda: dialog.size_line.text() == "about 0.1 MB")
    assert dialog.pixels.text() == "240 × 300 pixels"
    dialog.view.setChecked(True)
    assert dialog.size_line.text().strip() == ""  # the old figure is about another picture
    dialog.reject()


def test_estimates_of_large_pictures_are_close():
    from cxrview.gui.viewer.export_file import encode, estimate

    rows, columns = np.mgrid[:1500, :1200]
    noise = np.random.default_rng(0).normal(0, 3, rows.shape)
    pixels = np.clip(128 + 100 * np.sin(rows / 300) * np.cos(columns / 200) + noise, 0, 255).astype(np.uint8)
    for kind in ("png", "jpeg", "tiff"):
        assert estimate(pixels, kind, 90) == pytest.approx(len(encode(pixels, kind, 90)), rel=0.1)


def test_what_is_not_there_cannot_be_switched_on(opened):
    opened.state.change_settings(heatmap_visible=False)
    dialog = ask(opened)
    assert not dialog.switches["heatmap"].isEnabled()
    assert not dialog.switches["annotations"].isEnabled()
    assert dialog.switches["corners"].isEnabled()
    dialog.reject()
    opened.state.change_settings(heatmap_visible=True)
    dialog = ask(opened)  # it is still wanted where there is one
    assert dialog.switches["heatmap"].isChecked()
    dialog.reject()


def test_the_dialog_is_used_by_keyboard_and_has_names(opened, qtbot):
    dialog = ask(opened)
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, Qt.Key.Key_T, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(dialog.switches["corners"].isChecked)
    assert dialog.format.accessibleName() == "File format"
    assert dialog.quality.accessibleName() == "Quality of JPEG"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isHidden()


def test_the_dialog_closes_when_another_image_comes(opened, second, qtbot):
    dialog = ask(opened)
    with qtbot.waitSignal(dialog.finished):
        opened.open([second])


# The clipboard


def test_copying_takes_the_view_as_it_is(opened):
    screen = opened.canvas.grab().toImage()
    opened.menus.actions["copy"].trigger()
    copied = QGuiApplication.clipboard().image()
    assert copied.size() == screen.size()
    middle = screen.rect().center()
    assert copied.pixelColor(middle) == screen.pixelColor(middle)
    assert opened.statusBar().message.text() == "Copied the picture."


def test_copying_without_identity_leaves_out_who_it_is_and_nothing_else(named):
    copied = []
    for action in ("copy", "copy_anonymous"):
        named.menus.actions[action].trigger()
        copied.append(QGuiApplication.clipboard().image())
    width, height = copied[0].width(), copied[0].height()
    upper, lower = (0, 0, width, height // 2), (0, height // 2, width, height // 2)
    assert copied[0].copy(*upper) != copied[1].copy(*upper)
    assert copied[0].copy(*lower) == copied[1].copy(*lower)


# The file on its way


def test_a_name_typed_without_its_suffix_replaces_no_file(opened, export_as, tmp_path):
    other = tmp_path / "mine.png"
    other.write_bytes(b"precious")
    export_as(tmp_path / "mine")
    assert opened.statusBar().message.text().startswith(say(LEFT_ALONE(name="mine.png")))
    assert opened.runner.jobs == ()
    assert other.read_bytes() == b"precious"


def test_a_name_about_which_the_dialog_has_asked_is_replaced(opened, export_as, tmp_path, qtbot):
    other = tmp_path / "mine.PNG"
    other.write_bytes(b"old")
    export_as(other)
    qtbot.waitUntil(lambda: opened.statusBar().message.text() == "Saved mine.PNG.")
    assert not QImage(str(other)).isNull()


@pytest.mark.parametrize(("typed", "kind"), [("out.jpg", "JPEG"), ("out.TIFF", "TIFF"), ("out.b", "PNG")])
def test_the_ending_that_is_typed_decides_the_format(opened, export_as, tmp_path, qtbot, typed, kind):
    export_as(tmp_path / typed)
    name = typed if kind != "PNG" else f"{typed}.png"
    qtbot.waitUntil(lambda: opened.statusBar().message.text() == f"Saved {name}.")
    with Image.open(tmp_path / name) as picture:
        assert picture.format == kind


@pytest.mark.parametrize("typed", ["phantom.png", "phantom"])
def test_the_radiograph_itself_is_never_replaced(opened, export_as, phantom, typed):
    before = phantom.read_bytes()
    export_as(phantom.with_name(typed))
    assert "was left alone" in opened.statusBar().message.text()
    assert opened.runner.jobs == ()
    assert phantom.read_bytes() == before


def test_no_other_file_of_the_list_is_replaced(opened, export_as, second, qtbot):
    before = second.read_bytes()
    opened.open([second])
    qtbot.waitUntil(lambda: opened.state.shown.path == second and opened.state.shown.radiograph is not None)
    opened.session.select(next(path for path in opened.state.entries if path != second))
    qtbot.waitUntil(lambda: opened.state.shown.path != second and opened.canvas.has_image())
    export_as(second)
    assert "was left alone" in opened.statusBar().message.text()
    assert second.read_bytes() == before


def test_the_next_name_is_proposed_where_the_last_file_went(opened, export_as, answer, tmp_path, qtbot):
    folder = tmp_path / "figures"
    folder.mkdir()
    export_as(folder / "phantom-cxrview.png")
    qtbot.waitUntil(lambda: opened.statusBar().message.text() == "Saved phantom-cxrview.png.")
    export_as("")
    assert answer.proposed == folder / "phantom-cxrview-2.png"


def test_a_folder_that_is_gone_is_a_sentence(opened, export_as, tmp_path, qtbot):
    export_as(tmp_path / "missing" / "out.png")
    said = f"out.png {say(COULD_NOT_BE_WRITTEN)} {say(CHOOSE_ANOTHER_FOLDER)}"
    qtbot.waitUntil(lambda: opened.statusBar().message.text() == said)


def test_a_picture_that_finds_no_room_leaves_the_one_before(opened, export_as, tmp_path, monkeypatch, qtbot):
    other = tmp_path / "mine.png"
    other.write_bytes(b"precious")
    monkeypatch.setattr(os, "fsync", full_disk)
    export_as(other)
    said = f"mine.png {say(COULD_NOT_BE_WRITTEN)} {say(CHOOSE_ANOTHER_FOLDER)}"
    qtbot.waitUntil(lambda: opened.statusBar().message.text() == said)
    assert other.read_bytes() == b"precious"


def full_disk(_handle):
    raise OSError(28, "No space left on device")


def test_a_picture_on_its_way_survives_stop(opened, export_as, full_lane, tmp_path, qtbot):
    export_as(tmp_path / "kept.png")
    reads = opened.runner.start("reads", lambda _report: full_lane.wait(20), done=str, failed=pytest.fail)
    opened.session.cancel_all()
    assert not opened.runner.is_running(reads)
    assert [job.title for job in opened.runner.jobs] == ["before", "Writing kept.png"]
    full_lane.set()
    qtbot.waitUntil(lambda: opened.statusBar().message.text() == "Saved kept.png.")
    assert not QImage(str(tmp_path / "kept.png")).isNull()


def test_a_picture_on_its_way_is_what_was_on_the_screen(
    opened, export_as, full_lane, phantom, tmp_path, qtbot
):
    dialog = ask(opened)
    choose(dialog)
    dialog.reject()
    export_as(tmp_path / "before.png")
    opened.canvas.view.set_inverted(True)
    full_lane.set()
    qtbot.waitUntil(lambda: opened.statusBar().message.text() == "Saved before.png.")
    saved = cv2.imread(str(tmp_path / "before.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(saved, cv2.imread(str(phantom), cv2.IMREAD_UNCHANGED))


def test_a_picture_on_its_way_is_written_when_the_window_closes(opened, export_as, full_lane, tmp_path):
    export_as(tmp_path / "kept.png")
    opened.close()
    full_lane.set()
    opened.runner.close(wait=True)
    assert not QImage(str(tmp_path / "kept.png")).isNull()


@pytest.mark.timed
def test_the_window_goes_on_while_a_large_picture_is_written(window, answer, tmp_path, qtbot):
    path = write_png(tmp_path / "large.png", np.tile(make_phantom(0, 300, 300), (10, 10)))
    window.open([path])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    dialog = ask(window)
    choose(dialog, heatmap=True, corners=True, caption=True)
    qtbot.waitUntil(lambda: dialog.size_line.text().strip() != "")
    answer.name = tmp_path / "out.png"
    with Stall() as stall:
        qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: window.statusBar().message.text() == "Saved out.png.")
        stall.wait_for_ticks(5)
    assert cv2.imread(str(answer.name)).shape[:2] > (3000, 3000)
    assert stall.milliseconds < 300  # mostly 20 to 31; a worker paints and compresses


def test_closing_cancels_what_nobody_asked_to_keep(qapp):
    runner, gate, done = TaskRunner(qapp), threading.Event(), []

    def work(name):
        return lambda _report: done.append(name)

    for lane in ("export", "files"):
        runner.start("first", lambda _report: gate.wait(20), done=str, failed=pytest.fail, lane=lane)
        runner.start(lane, work(lane), done=pytest.fail, failed=pytest.fail, lane=lane)
    runner.close(wait=False)
    gate.set()
    runner.close(wait=True)
    assert done == ["export"]


def test_stopping_the_first_model_is_what_the_reading_says(make_window, phantom, qtbot):
    gate = threading.Event()

    def load(_model, _device, _report):
        gate.wait(20)
        raise CxrviewError("never asked for")

    window = make_window(load_predictor=load)
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.reading.progress is PredictionProgress.WAITING)
    window.session.cancel_all()
    gate.set()
    assert window.state.reading.progress is PredictionProgress.FAILED
    assert window.state.reading.problem.startswith(say(LOADING_STOPPED))


def test_a_format_that_nobody_knows_becomes_the_usual_one(tmp_path):
    store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    store.setValue("export/format", "webp")
    assert remembered(store, hide_identity=False) == ExportChoices(format="png")
