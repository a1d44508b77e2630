"""The reading: probabilities, the verdict on the film, the model, and the states in between."""

import dataclasses

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget

from cxrview import bundle
from cxrview.bundle import messages
from cxrview.errors import InvalidRequest
from cxrview.explain.class_colours import CLASS_COLOURS
from cxrview.gui.dialogs import pages
from cxrview.gui.panels.bars import Bar, tool_tip
from cxrview.gui.panels.prediction import domain_tool_tip, verdict
from cxrview.gui.panels.status import NOTICE
from cxrview.gui.state import Mark, PredictionProgress, ViewStage
from cxrview.i18n import percent, say
from cxrview.inference import sample
from cxrview.inference.messages import SAMPLE_HAS_NODULES
from tests.conftest import make_tiny_bundle
from tests.gui.conftest import write_png


def tip(window, path):
    """Return the tool tip of the row of `path` in the study list, in one line."""
    index = window.studies.model.index_of(path, 0)
    return index.data(Qt.ItemDataRole.ToolTipRole).replace("\n", " ")


def test_bars_show_the_predicted_probabilities_in_the_order_of_the_card(opened):
    prediction = opened.state.reading.prediction
    bars = opened.reading.bars.bars
    assert [bar.name for bar in bars] == ["covid19", "normal", "pneumonia"]
    assert [bar.probability for bar in bars] == pytest.approx(prediction.probabilities.tolist())
    assert sum(bar.probability for bar in bars) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.714, "71 %"), (0.001, "< 1 %"), (0.999, "> 99 %"), (0.5, "50 %"), (0.0, "< 1 %")],
)
def test_probabilities_are_whole_percent_and_never_certain(probability, text):
    assert percent(probability) == text


def test_the_tool_tip_gives_the_calibrated_value_and_the_meaning():
    assert tool_tip(Bar("c", "COVID-19", 0.7136, "What it is.")) == (
        "COVID-19: calibrated probability 0.714\nWhat it is."
    )


def test_a_usual_film_is_called_so_with_its_percentile(opened):
    prediction = opened.state.reading.prediction
    assert prediction.in_domain
    assert opened.reading.verdict.text() == "Within the range of the training films"
    assert opened.reading.verdict.tone == ""
    nearer = f"{prediction.domain_percentile:.0f} % of the validation films lie nearer."
    assert domain_tool_tip(prediction).endswith(nearer)
    assert opened.reading.verdict.toolTip().replace("\n", " ").endswith(nearer)


def test_what_the_file_says_against_it_is_the_verdict(window, chest_pa, tmp_path, qtbot):
    import pydicom

    dataset = pydicom.dcmread(chest_pa)
    dataset.Modality = "MR"
    path = tmp_path / "mr.dcm"
    dataset.save_as(path)
    window.open([path])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    prediction = window.state.reading.prediction
    assert prediction.objections
    words = f"{' '.join(prediction.objections)} Do not rely on this reading."
    assert window.reading.verdict.text() == words
    assert window.reading.verdict.tone == "warning"
    window.menus.actions["reading"].trigger()
    assert words in window.canvas.accessibleDescription()  # which is what stands in the corners


def test_a_foreign_film_is_refused_in_words_colour_and_list(window, tmp_path, qtbot):
    white = write_png(tmp_path / "white.png", np.full((200, 200), 250, np.uint8))
    window.open([white])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    words = "Not like the films this model was trained on. Do not rely on this reading."
    assert window.reading.verdict.text() == words
    assert "do not rely on the reading" in tip(window, white)
    assert window.reading.verdict.tone == "warning"
    assert window.state.entries[white].mark is Mark.REFUSED
    grabbed = window.reading.bars.grab().toImage()
    seen = {grabbed.pixelColor(x, y).name() for x in range(grabbed.width()) for y in range(grabbed.height())}
    assert not seen & set(CLASS_COLOURS["dark"])


def test_usual_films_have_the_class_colours(opened):
    grabbed = opened.reading.bars.grab().toImage()
    seen = {grabbed.pixelColor(x, y).name() for x in range(grabbed.width()) for y in range(grabbed.height())}
    assert set(CLASS_COLOURS["dark"][:3]) <= seen


def test_a_model_that_cannot_tell_says_so(opened):
    prediction = dataclasses.replace(
        opened.state.reading.prediction, domain_score=float("nan"), domain_percentile=float("nan")
    )
    assert verdict(prediction) == ("This model cannot tell a usual film from an unusual one.", "")


def test_model_engine_device_and_time_are_shown_with_the_reason(opened):
    milliseconds = f"{opened.state.reading.prediction.elapsed_ms:.0f} ms"
    assert opened.statusBar().model.text() == f"phantom-reader 0.1 · brightness CPU · {milliseconds}"
    assert opened.statusBar().model.toolTip() == "the only engine of the tests."


def test_the_notice_is_always_there(window):
    assert NOTICE == "For research and teaching, not for diagnosis"
    assert window.statusBar().notice.text() == NOTICE
    window.statusBar().say("Saved x.png.")
    assert window.statusBar().notice.isVisible()


def test_without_a_model_images_are_shown_and_the_reason_is_said(make_window, phantom, qtbot):
    def no_model(_model, _device, _report):
        raise InvalidRequest(messages.NONE_INSTALLED, messages.INSTALL_AGAIN)

    window = make_window(load_predictor=no_model)
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN and bool(window.state.model.problem))
    qtbot.waitUntil(lambda: window.state.reading.progress is PredictionProgress.FAILED)
    assert window.reading.verdict.text() == f"{messages.NONE_INSTALLED} {messages.INSTALL_AGAIN}"
    assert window.reading.verdict.tone == "error"
    assert window.statusBar().model.text() == "no model"
    assert not window.menus.actions["card"].isEnabled()
    assert not window.reading.heatmap.isEnabled()


def test_a_mistake_while_predicting_is_shown_to_be_copied(opened, second, monkeypatch, qtbot):
    def broken(_batch):
        raise ZeroDivisionError("broken on purpose")

    shown = []
    monkeypatch.setattr(opened.session.models.predictor.engine, "predict", broken)
    opened.runner.crashed.connect(shown.append)
    opened.open([second])
    qtbot.waitUntil(lambda: opened.state.reading.progress is PredictionProgress.FAILED)
    assert "broken on purpose" in shown[0]
    assert "broken on purpose" in opened.reading.verdict.text()
    from cxrview.gui.widgets.text import CrashDialog

    (dialog,) = opened.findChildren(CrashDialog)
    assert "ZeroDivisionError: broken on purpose" in dialog.details.toPlainText()
    dialog.close()


def test_the_card_says_what_matters(opened):
    card = pages.model_card(opened.state.model.card)
    for words in (
        "A reader of phantoms",
        "It reads brightness and nothing else.",
        "Other pneumonia",
        "0.4 … 0.6",
    ):
        assert words in card


def test_the_card_says_whether_the_model_reads_the_lungs_only(opened):
    card, words = opened.state.model.card, "reads the film cropped to the lungs"
    assert words not in pages.model_card(dataclasses.replace(card, frame="film"))
    assert words in pages.model_card(dataclasses.replace(card, frame="lungs"))


def test_notes_of_the_file_are_shown(window, chest_pa, qtbot):
    window.open([chest_pa])
    qtbot.waitUntil(lambda: window.state.shown.radiograph is not None)
    assert window.reading.notes.text().splitlines() == list(window.state.shown.radiograph.warnings)
    assert window.reading.notes.isVisible()


def test_large_files_and_small_ones_get_the_same_reading(opened, tmp_path, qtbot):
    first = opened.state.reading.prediction.probabilities
    doubled = cv2.resize(
        opened.state.shown.radiograph.values, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST
    )
    path = write_png(tmp_path / "doubled.png", doubled)
    opened.open([path])
    qtbot.waitUntil(lambda: opened.state.shown.path == path and opened.state.reading.prediction is not None)
    assert np.allclose(opened.state.reading.prediction.probabilities, first, atol=0.005)


def test_another_model_reads_again_and_the_old_words_go(opened, phantom, qtbot):
    assert opened.state.entries[phantom].findings
    old = opened.state.reading.prediction
    forgotten = []
    opened.state.entry_changed.connect(lambda entry: forgotten.append(not entry.findings))
    opened.session.models.use_device("cpu")
    assert opened.state.reading.prediction is old  # until the other one works
    qtbot.waitUntil(lambda: opened.state.reading.prediction not in (None, old))
    assert forgotten[0]


class Squeezed(QObject):
    """Notes which parts of `panel` have less room than they need while it is painted."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self.panel, self.paints, self.found = panel, 0, []
        panel.installEventFilter(self)

    def eventFilter(self, _panel: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self.paints += 1
            parts = self.panel.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
            for part in (part for part in parts if part.isVisible()):
                wrapped = part.hasHeightForWidth()
                least = part.heightForWidth(part.width()) if wrapped else part.minimumSizeHint().height()
                if part.height() < least:
                    self.found.append((type(part).__name__, part.height(), least))
        return False


def test_the_panel_is_never_painted_with_rows_over_each_other(window, phantom, second, qtbot):
    window.resize(1100, 620)
    squeezed = Squeezed(window.reading.widget())
    white = write_png(phantom.parent / "white.png", np.full((300, 240), 250, np.uint8))
    for path in (phantom, white, second):  # the second with a warning where the others have a line
        window.open([path])
        qtbot.waitUntil(lambda path=path: window.state.shown.path == path)
        qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
        painted = squeezed.paints
        qtbot.waitUntil(lambda: window.reading.heatmap.multiples.isVisible())
        window.reading.widget().update()
        qtbot.waitUntil(lambda painted=painted: squeezed.paints > painted)
    assert squeezed.found == []


def test_beside_the_sample_it_says_that_the_reading_is_wrong_and_why(window, chest_pa, phantom, qtbot):
    note = window.reading.sample
    window.open([chest_pa])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    assert note.isVisible()
    assert note.words.text() == say(SAMPLE_HAS_NODULES)
    qtbot.mouseClick(note.why, Qt.MouseButton.LeftButton)
    assert "many nodules in both lungs" in window.help.window.browser.toPlainText()
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.shown.path == phantom)
    assert not note.isVisible()


def test_a_model_that_has_a_name_for_it_may_be_right(chest_pa, tmp_path):
    def card(*names):
        classes = [{"name": name, "label": name, "meaning": name} for name in names]
        return bundle.load(make_tiny_bundle(tmp_path / names[0], classes=classes)).card

    assert sample.remark(chest_pa, card("covid19", "normal", "pneumonia")) == SAMPLE_HAS_NODULES
    assert not sample.remark(chest_pa, card("nodules", "normal", "pneumonia"))
    assert not sample.remark(chest_pa, None)
    assert not sample.remark(tmp_path / chest_pa.name, card("normal", "pneumonia", "covid19"))
