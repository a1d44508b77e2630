"""What a reading comes to, by a truth table that was worked out by hand."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest

from cxrview.bundle.card import Elsewhere, parse
from cxrview.inference import call as calls
from cxrview.inference import messages
from cxrview.inference.call import Call, call, call_of
from cxrview.message import NOTHING, joined

CARD = {
    "schema": 1,
    "name": "reader",
    "version": "1",
    "title": "",
    "status": "user",
    "architecture": "none",
    "classes": [
        {"name": name, "label": label, "meaning": ""}
        for name, label in (("covid19", "COVID-19"), ("normal", "Normal"), ("pneumonia", "Other pneumonia"))
    ],
    "exclusive": True,
    "input_size": 64,
    "map_field": [0, 0, 1, 1],
    "temperature": 1,
    "limits": [],
    "files": {name: {"sha256": "", "bytes": 0} for name in ("model.onnx", "selftest.npz")},
}
POINTS = {"balanced": {"covid19": 0.4}, "sensitive": {"covid19": 0.2}}
NOISE = 0.2  # ln 1.22: 0.4 is too close to 0.36 (log odds 0.17 lower) and not to 0.34 (0.26 lower)


def card_of(tmp_path, **changes):
    return parse(
        json.dumps(CARD | {"watch_class": "covid19", "operating_points": POINTS} | changes), tmp_path
    )


# covid19, normal, pneumonia; the point; what it comes to; the rivals
TABLE = [
    ((0.60, 0.30, 0.10), "auto", "covid19", ()),
    ((0.40, 0.55, 0.05), "auto", "covid19", ("covid19", "normal")),  # at the threshold it is called
    ((0.46, 0.50, 0.04), "auto", "covid19", ()),  # 0.25 above, and less probable than another
    ((0.44, 0.50, 0.06), "auto", "covid19", ("covid19", "normal")),  # 0.16 above
    ((0.36, 0.40, 0.24), "auto", "normal", ("normal", "covid19")),
    ((0.36, 0.24, 0.40), "auto", "pneumonia", ("pneumonia", "covid19")),
    ((0.34, 0.22, 0.44), "auto", "pneumonia", ()),
    ((0.39, 0.30, 0.31), "auto", "pneumonia", ("pneumonia", "covid19")),  # not covid19, the most probable
    ((0.10, 0.48, 0.42), "auto", "normal", ("normal", "pneumonia")),  # ln 0.48/0.42 is 0.13
    ((0.10, 0.50, 0.40), "auto", "normal", ()),  # ln 0.50/0.40 is 0.22
    ((0.10, 0.45, 0.45), "auto", "normal", ("normal", "pneumonia")),  # the first of the card
    ((0.30, 0.60, 0.10), "balanced", "normal", ()),
    ((0.30, 0.60, 0.10), "sensitive", "covid19", ()),
    ((0.18, 0.80, 0.02), "sensitive", "normal", ("normal", "covid19")),
    ((1.00, 0.00, 0.00), "auto", "covid19", ()),
    ((0.00, 1.00, 0.00), "auto", "normal", ()),
]


@pytest.mark.parametrize(("shares", "wanted", "name", "rivals"), TABLE)
def test_a_reading_comes_to_what_the_table_says(tmp_path, shares, wanted, name, rivals):
    card = card_of(tmp_path, reading_noise={"log_odds": NOISE})
    decided = call(shares, card, wanted)
    assert (decided.name, decided.rivals) == (name, rivals)
    assert decided.too_close == bool(rivals)
    point = wanted if wanted != "auto" else "balanced"
    assert (decided.point, decided.threshold) == (point, POINTS[point]["covid19"])


@pytest.mark.parametrize(("shares", "wanted", "name", "rivals"), TABLE)
def test_without_its_noise_a_model_is_never_too_close(tmp_path, shares, wanted, name, rivals):
    decided = call(shares, card_of(tmp_path), wanted)
    assert (decided.name, decided.rivals) == (name, ())


def test_without_a_watched_class_the_most_probable_is_called(tmp_path):
    card = card_of(tmp_path, watch_class="")
    assert call((0.41, 0.35, 0.24), card, "sensitive") == Call("covid19")
    assert call((0.45, 0.45, 0.10), card) == Call("covid19")  # as argmax has it
    steady = card_of(tmp_path, watch_class="", reading_noise={"log_odds": NOISE})
    assert call((0.41, 0.35, 0.24), steady).rivals == ("covid19", "normal")
    assert call((0.42, 0.34, 0.24), steady).rivals == ()


def test_classes_that_do_not_exclude_each_other_are_called_as_before(tmp_path):
    card = card_of(tmp_path, exclusive=False, reading_noise={"log_odds": 9.0})
    assert call((0.5, 0.7, 0.6), card) == Call("normal")
    assert not calls.decides(card)


def test_of_two_classes_only_the_threshold_counts(tmp_path):
    two = CARD["classes"][:2]
    card = card_of(tmp_path, classes=two, reading_noise={"log_odds": NOISE})
    assert call((0.30, 0.70), card) == Call("normal", "balanced", 0.4)
    assert call((0.41, 0.59), card).rivals == ("covid19", "normal")


def test_a_point_of_the_users_own_is_taken_where_none_is_asked_for(tmp_path):
    card = card_of(tmp_path, operating_points=POINTS | {"chosen": {"covid19": 0.7}})
    shares = (0.6, 0.3, 0.1)
    assert call(shares, card) == Call("normal", "chosen", 0.7)
    assert call(shares, card, "balanced") == Call("covid19", "balanced", 0.4)
    of_another_class = card_of(tmp_path, operating_points=POINTS | {"chosen": {"normal": 0.7}})
    assert call(shares, of_another_class, "chosen") == Call("covid19", "balanced", 0.4)


def test_a_model_without_the_point_asked_for_decides_by_one_that_it_has(tmp_path):
    card = card_of(tmp_path, operating_points={"sensitive": {"covid19": 0.2}})
    assert call((0.3, 0.6, 0.1), card, "balanced") == Call("covid19", "sensitive", 0.2)
    assert call((0.3, 0.6, 0.1), card_of(tmp_path, operating_points={})) == Call("normal")


def test_a_film_out_of_domain_is_called_nothing(tmp_path):
    card = card_of(tmp_path)
    sure = np.array([0.99, 0.005, 0.005], np.float32)
    withheld = call_of(SimpleNamespace(probabilities=sure, in_domain=False), card)
    assert withheld == Call("", "balanced", 0.4)
    assert call_of(SimpleNamespace(probabilities=sure, in_domain=True), card).name == "covid19"
    assert calls.headline(withheld, card.label) == messages.NOT_READ
    assert calls.remarks(withheld, card, card.label) == NOTHING


def test_the_words_name_the_class_the_point_and_how_often_it_is_right_elsewhere(tmp_path):
    told = {"right": 7, "of": 10, "low": 0.6, "high": 0.8}
    elsewhere = {"balanced": {"covid19": told, "normal": told | {"right": 8}}}
    card = card_of(tmp_path, elsewhere=elsewhere, reading_noise={"log_odds": NOISE})
    assert card.elsewhere["balanced"]["normal"] == Elsewhere(8, 10, 0.6, 0.8)
    found, passed = call((0.6, 0.3, 0.1), card), call((0.2, 0.7, 0.1), card)
    assert str(calls.headline(found, card.label)) == "COVID-19"
    assert calls.right_elsewhere(found, card) == messages.ELSEWHERE_HAD_IT(right=7, of=10)
    assert calls.right_elsewhere(passed, card) == messages.ELSEWHERE_TRUE(right=8, of=10)
    parts = (
        messages.CALLED_FROM(label="COVID-19", percent=40.0),
        messages.OPERATING_POINT(point=messages.POINTS["balanced"]),
        messages.ELSEWHERE_HAD_IT(right=7, of=10),
    )
    assert calls.remarks(found, card, card.label) == joined(parts)
    assert "40.0 %" in str(parts[0])
    assert calls.right_elsewhere(call((0.6, 0.3, 0.1), card, "sensitive"), card) == NOTHING
    close = call((0.42, 0.5, 0.08), card)
    assert calls.headline(close, card.label) == messages.TOO_CLOSE(one="COVID-19", other="Normal")
    assert calls.right_elsewhere(close, card) == NOTHING
    assert (
        calls.remarks(call((0.6, 0.3, 0.1), card_of(tmp_path, watch_class="")), card, card.label) == NOTHING
    )


def test_the_noise_is_one_standard_deviation_of_the_log_odds(tmp_path):
    card = card_of(tmp_path, reading_noise={"log_odds": 0.5})
    for shift, close in ((0.49, True), (0.51, False), (-0.49, True), (-0.51, False)):
        odds = 0.4 / 0.6 * math.exp(shift)
        share = odds / (1 + odds)
        assert call((share, (1 - share) * 0.9, (1 - share) * 0.1), card).too_close is close
