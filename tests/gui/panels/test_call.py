"""What the reading comes to in panel, list and report, and the operating point that decides it at once."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog

from cxrview.bundle import Bundle
from cxrview.bundle.card import Elsewhere, parse
from cxrview.gui.studies import row_texts
from cxrview.gui.studies.filters import Filters
from cxrview.gui.studies.study_model import NODE
from cxrview.i18n import say
from cxrview.inference import messages
from cxrview.inference.predictor import Predictor
from tests.gui.conftest import BrightnessEngine, write_png
from tests.pdf_words import words_of

NEVER, ALWAYS = 1.0, 0.0
HAD_IT = Elsewhere(7, 10, 0.61, 0.79)


class CountingEngine(BrightnessEngine):
    def __init__(self):
        self.calls = 0

    def predict(self, batch):
        self.calls += 1
        return super().predict(batch)


@pytest.fixture
def open_with(make_window, bundle_folder, phantom, qtbot):
    """Opens the phantom with a model that calls covid19 never at its balanced point, always at the other."""
    path = bundle_folder / "card.json"
    plain = parse(path.read_text("utf-8"), path)

    def opened(**changes):
        engine = CountingEngine()
        points = {"balanced": {"covid19": NEVER}, "sensitive": {"covid19": ALWAYS}}
        entries = {"watch_class": "covid19", "operating_points": points} | changes
        card = dataclasses.replace(plain, **entries)
        window = make_window(
            load_predictor=lambda _model, _device, _report: Predictor(Bundle(bundle_folder, card), engine)
        )
        window.engine = engine
        window.open([phantom])
        qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
        return window

    return opened


def choose(window, point):
    box = window.reading.call.point
    box.setCurrentIndex(box.findData(point))
    box.activated.emit(box.currentIndex())


def node(window, path):
    return window.studies.model.index_of(path, 0).data(NODE)


def test_the_choice_in_the_panel_decides_at_once_and_nothing_is_read_anew(open_with, phantom):
    window = open_with()
    box, prediction = window.reading.call, window.state.reading.prediction
    shares = dict(zip(prediction.class_names, prediction.probabilities.tolist(), strict=True))
    other = max(("normal", "pneumonia"), key=shares.get)
    label = window.state.model.label(other)
    assert box.headline.text() == label
    assert window.state.heat_class == other
    assert row_texts.finding(node(window, phantom)).label == label
    before = window.engine.calls
    choose(window, "sensitive")
    assert box.headline.text() == "COVID-19"
    assert box.limit.text() == say(messages.CALLED_FROM(label="COVID-19", percent=0.0))
    assert window.state.heat_class == "covid19"
    assert row_texts.spoken(node(window, phantom)).count("COVID-19") == 1
    assert window.state.reading.prediction is prediction
    assert window.engine.calls == before
    assert window.state.settings.operating_point == "sensitive"
    choose(window, "balanced")  # which is the usual one of this model
    assert window.state.settings.operating_point == "auto"
    assert box.headline.text() == label
    window.state.change_settings(operating_point="sensitive")  # as the preferences do
    assert (box.headline.text(), box.point.currentData()) == ("COVID-19", "sensitive")


def test_the_filter_by_class_follows_the_operating_point(open_with):
    window = open_with()
    window.studies.bar.set_filters(Filters(classes=frozenset({0})))
    assert window.studies.model.in_sight == 0
    choose(window, "sensitive")
    assert window.studies.model.in_sight == 1
    choose(window, "balanced")
    assert window.studies.model.in_sight == 0


def test_a_point_of_the_users_own_is_taken_by_itself(open_with):
    points = {"balanced": {"covid19": NEVER}, "chosen": {"covid19": ALWAYS}}
    window = open_with(operating_points=points)
    box = window.reading.call
    assert (box.headline.text(), box.point.currentData()) == ("COVID-19", "chosen")
    choose(window, "balanced")
    assert window.state.settings.operating_point == "balanced"
    choose(window, "chosen")
    assert window.state.settings.operating_point == "auto"


def test_what_is_asked_for_at_the_start_holds_until_another_point_is_chosen(open_with):
    window = open_with()
    window.state.ask_for_point("sensitive")
    assert window.reading.call.headline.text() == "COVID-19"
    assert window.state.settings.operating_point == "auto"
    choose(window, "balanced")
    assert window.reading.call.headline.text() != "COVID-19"


def test_how_often_it_is_right_elsewhere_stands_below_the_reading(open_with):
    window = open_with(elsewhere={"sensitive": {"covid19": HAD_IT}})
    box = window.reading.call
    assert box.elsewhere.isHidden()  # nobody has measured the balanced point
    choose(window, "sensitive")
    assert box.elsewhere.text() == say(messages.ELSEWHERE_HAD_IT(right=7, of=10))
    assert box.elsewhere.isVisible()
    assert "61" in box.elsewhere.toolTip()


def test_what_is_too_close_names_both_in_panel_list_and_report(
    open_with, phantom, tmp_path, monkeypatch, qtbot
):
    window = open_with(reading_noise=9.0, operating_points={"balanced": {"covid19": 0.5}})
    words = window.reading.call.headline.text()
    assert not window.reading.call.point.isVisible()  # there is no choice
    call, label = window.state.reading.call, window.state.model.label
    one, other = (label(name) for name in call.rivals)
    assert words == say(messages.TOO_CLOSE(one=one, other=other))
    assert words in row_texts.tool_tip(node(window, phantom))
    path = tmp_path / "report.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.menus.actions["report"].trigger()
    qtbot.waitUntil(lambda: window.statusBar().message.text() == f"Saved {path.name}.")
    text = words_of(path)
    assert words in text
    assert say(messages.CALLED_FROM(label="COVID-19", percent=50.0)) in text
    assert say(messages.OPERATING_POINT(point=messages.POINTS["balanced"])) in text


def test_a_film_out_of_domain_gets_no_name(open_with, tmp_path, qtbot):
    window = open_with(elsewhere={"balanced": {"normal": HAD_IT}})
    white = write_png(tmp_path / "white.png", np.full((300, 300), 255, np.uint8))
    window.open([white])
    qtbot.waitUntil(lambda: window.state.shown.path == white and window.state.reading.prediction is not None)
    box = window.reading.call
    assert box.headline.text() == say(messages.NOT_READ)
    assert box.elsewhere.isHidden()
    assert box.limit.isHidden()
    assert not row_texts.finding(node(window, white)).in_domain
    choose(window, "sensitive")
    assert box.headline.text() == say(messages.NOT_READ)


@pytest.mark.parametrize("changes", [{"watch_class": ""}, {"exclusive": False}])
def test_a_model_that_watches_no_class_is_read_as_before(open_with, phantom, changes):
    window = open_with(**changes)
    prediction = window.state.reading.prediction
    assert window.reading.call.isHidden()
    assert window.state.heat_class == prediction.predicted
    assert row_texts.finding(node(window, phantom)).label == window.state.model.label(prediction.predicted)
