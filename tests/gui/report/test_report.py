"""The report from a window: saved, without the patient if that is wanted, and printed with a preview."""

import dataclasses
import hashlib

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton

from cxrview.anatomy import Anatomy, reduced
from cxrview.annotations.annotation import Arrow, CardiothoracicRatio, Length, Point, Text
from cxrview.explain.messages import IN_LEFT_UPPER
from cxrview.gui import messages
from cxrview.gui.dialogs.export import ExportDialog
from cxrview.gui.report import printing
from cxrview.gui.report.contents import measured
from cxrview.gui.report.printing import PrintPreview
from cxrview.gui.view_state import PredictionProgress, PredictionState
from cxrview.i18n import say
from tests.anatomy.chests import lungs
from tests.imaging import phantoms
from tests.pdf_words import words_of


@pytest.fixture
def film(window, tmp_path, qtbot):
    """A window with a film of a named patient, read by the model; and the film."""
    rows, columns = np.mgrid[:300, :240]
    dataset = phantoms.phantom(
        (rows * 5 + columns).astype(np.uint16),
        PatientName="DOE^JANE",
        PatientID="4711",
        PatientSex="F",
        PatientAge="054Y",
        StudyDate="20260103",
        StudyDescription="Thorax of Jane",
        Modality="CR",
        BodyPartExamined="CHEST",
        ViewPosition="PA",
        ImagerPixelSpacing=[0.2, 0.2],
        WindowCenter=900,
        WindowWidth=1800,
    )
    path = phantoms.save(dataset, tmp_path / "Doe.dcm")
    window.open([path])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    return path


@pytest.fixture
def report(window, film, tmp_path, monkeypatch, qtbot):
    """Saves the report with a command of the menu and returns its words; `proposed` is the name proposed."""

    def save(action: str) -> str:
        path = tmp_path / f"{action}.pdf"

        def answer(_parent, _title, proposed, filters):
            save.proposed = proposed
            return str(path), filters

        monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
        window.statusBar().message.setText("")  # of the report before
        window.menus.actions[action].trigger()
        qtbot.waitUntil(lambda: window.statusBar().message.text() == f"Saved {path.name}.")
        return words_of(path)

    return save


def test_the_report_says_who_what_how_and_with_which_model(window, film, report):
    text = report("report")
    for words in (
        "DOE, JANE",
        "4711",
        "F 54",
        "2026-01-03",
        "Thorax of Jane",
        "CHEST PA",
        "240 × 300",
        "0.2 mm at detector",
        "W 1800 L 900",
        "phantom-reader 0.1",
        "brightness CPU",
        "It reads brightness and nothing else.",
        hashlib.sha256(film.read_bytes()).hexdigest(),
    ):
        assert words in text
    prediction = window.state.reading.prediction
    for name, probability in zip(prediction.class_names, prediction.probabilities, strict=True):
        assert f"{window.state.model.label(name)} {probability * 100:.0f} %" in text


def test_the_anonymous_report_says_nothing_of_the_patient(report):
    text = report("report_anonymous")
    data = report.proposed.lower()
    assert data.endswith("radiograph.pdf")
    assert [word for word in ("DOE", "JANE", "Jane", "4711", "2026-01-03", "Doe.dcm") if word in text] == []
    assert "Patient withheld" in text
    assert "The file does not say whether text is burned into the pixels." in text
    assert "CHEST PA" in text


def test_where_the_window_hides_the_patient_so_does_the_report(window, report):
    window.state.change_settings(hide_identity=True)
    assert "DOE" not in report("report")


def test_the_report_says_which_scale_and_what_has_no_heat(window, report):
    def reread(**changes) -> None:
        prediction = dataclasses.replace(window.state.reading.prediction, **changes)
        window.state.active.set_reading(PredictionState(PredictionProgress.DONE, prediction))

    assert "scale: all classes" in report("report")
    reread(map_scale=dict.fromkeys(("covid19", "normal", "pneumonia"), 100.0))
    words = report("report")
    assert "scale: this class" in words
    assert "nothing above 20 %" in words
    reread(in_domain=False)
    words = report("report")
    assert "no heatmap, since it is not like the training films" in words
    assert "scale:" not in words
    window.state.ask_for_heat()
    assert "scale: this class" in report("report")


def test_the_report_says_in_which_zone_the_heat_is_strongest(window, report):
    small = reduced(window.state.shown.radiograph)
    mask = np.where(lungs(small.height, small.width), 255, 0).astype(np.uint8)
    anatomy = Anatomy.of(small, small.letterbox(112).apply(mask), small.letterbox(112))
    maps = np.zeros((3, 12, 12), np.float32)
    maps[:, 1, 9] = 0.9
    changes = {"anatomy": anatomy, "letterbox": small.letterbox(160, anatomy.crop), "activation_maps": maps}
    prediction = dataclasses.replace(window.state.reading.prediction, in_domain=True, **changes)
    window.state.active.set_reading(PredictionState(PredictionProgress.DONE, prediction))
    said = report("report")
    assert f"It does not show where disease is. {IN_LEFT_UPPER}" in said


def test_an_image_that_was_not_read_has_a_report_all_the_same(window, report):
    window.state.active.set_reading(type(window.state.reading)())
    text = report("report")
    assert "Nothing: it was not read." in text
    assert "Where the model looked" not in text


def test_a_file_that_is_gone_is_a_sentence(window, film, tmp_path, monkeypatch, qtbot):
    film.unlink()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "r.pdf"), ""))
    window.menus.actions["report"].trigger()
    said = f"Doe.dcm {say(messages.GONE_BEFORE_REPORT)} {say(messages.OPEN_AGAIN)}"
    qtbot.waitUntil(lambda: window.statusBar().message.text() == said)
    assert not (tmp_path / "r.pdf").exists()


def test_measurements_have_honest_units_and_their_doubts(tmp_path):
    image = phantoms.read_phantom(tmp_path / "a.dcm", np.zeros((300, 240), np.uint16), ViewPosition="AP")
    length = Length(points=(Point(0, 0), Point(100, 0)))
    heart = CardiothoracicRatio(points=(Point(60, 150), Point(160, 150), Point(20, 180), Point(220, 180)))
    note = Text(points=(Point(5, 5),), label="a nodule?")
    drawn = (length, heart, Arrow(points=(Point(0, 0), Point(9, 9))), note)
    lines = measured(drawn, image)
    assert [line.label for line in lines] == ["Length", "Cardiothoracic ratio", "Text"]
    assert lines[2].value == "a nodule?"
    assert lines[0].value == "100.0 px"
    assert "0.50" in lines[1].value
    assert lines[1].value.endswith(
        "AP view: the heart is magnified, so the ratio is larger than on a PA film."
    )


def test_printing_shows_the_page_first(window, film, monkeypatch, qtbot):
    monkeypatch.setattr(printing, "printers", lambda: ["Paper"])
    window.menus.actions["print"].trigger()
    qtbot.waitUntil(lambda: window.findChildren(PrintPreview) != [])
    (preview,) = window.findChildren(PrintPreview)
    qtbot.waitUntil(preview.isVisible)
    page = preview.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(page.constBits(), np.uint8).reshape(page.height(), page.bytesPerLine())
    assert (rows[150:750, 200:620] == 255).mean() > 0.3  # paper
    assert (rows[150:750, 200:620] < 60).sum() > 200  # ink
    preview.reject()


@pytest.fixture
def offer(window, film, monkeypatch, qtbot):
    """Gives a command where there is no printer; returns the offer that comes instead, and its button."""
    monkeypatch.setattr(printing, "printers", list)

    def give(command: str) -> tuple[QMessageBox, QPushButton]:
        window.menus.actions[command].trigger()
        qtbot.waitUntil(lambda: any(box.isVisible() for box in window.findChildren(QMessageBox)))
        (box,) = window.findChildren(QMessageBox)
        assert box.text() == "No printer is set up on this computer."
        (save,) = (button for button in box.findChildren(QPushButton) if "Save" in button.text())
        return box, save

    return give


def test_without_a_printer_the_report_is_offered_as_pdf(window, offer, tmp_path, monkeypatch, qtbot):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "r.pdf"), ""))
    box, save = offer("print")
    assert box.informativeText() == "The report can be saved as PDF and printed elsewhere."
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.statusBar().message.text() == "Saved r.pdf.")
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


def test_without_a_printer_the_picture_itself_is_offered_to_be_saved(window, offer, qtbot):
    box, save = offer("print_picture")
    assert box.informativeText() == "The picture can be saved and printed elsewhere."
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any(dialog.isVisible() for dialog in window.findChildren(ExportDialog)))
    (dialog,) = window.findChildren(ExportDialog)
    dialog.reject()
