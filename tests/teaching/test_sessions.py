"""Readings survive a kill, are never changed, and come to what scikit-learn says."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, recall_score, roc_auc_score

from cxrview.teaching import messages
from cxrview.teaching.export import answers_table, imrmc
from cxrview.teaching.readers import compare
from cxrview.teaching.results import results
from cxrview.teaching.sessions import AnswerLocked, ReaderAnswer, Sessions, SessionsUnusable, Spot
from tests.refusals import refused
from tests.teaching.sets import imagined, set_of


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A set of thirty films, six of which come again."""
    return set_of(tmp_path_factory.mktemp("films"), repeats=0.2)


def test_an_answer_is_locked_and_the_place_is_kept(tmp_path, made):
    sessions = Sessions(tmp_path / "teaching.sqlite")
    info = sessions.begin(made, tmp_path / "set.cxrset", "Ana")
    said = ReaderAnswer({"Pneumonia": 4, "Normal": 2}, (Spot(3, 4, 5, 6),), "perhaps", 7.5)
    sessions.lock(info, 0, said)
    with refused(AnswerLocked, messages.ANSWER_LOCKED):
        sessions.lock(info, 0, ReaderAnswer({"Pneumonia": 1}))
    again = Sessions(sessions.path).readings(sessions.all()[0])
    assert (again.blind, again.place) == ({0: said}, 0)
    sessions.pass_on(info, 0)
    assert (sessions.readings(info).place, sessions.all()[0].passed) == (1, 1)


def test_a_kill_loses_nothing_that_was_locked(tmp_path, made):
    script = """
import os, sys
from cxrview.teaching.sessions import ReaderAnswer, SessionInfo, Sessions
sessions = Sessions(__import__("pathlib").Path(sys.argv[1]))
info = sessions.all()[0]
for place in range(5):
    sessions.lock(info, place, ReaderAnswer({"Normal": 1 + place % 5}))
    sessions.pass_on(info, place)
os.kill(os.getpid(), 9)
"""
    sessions = Sessions(tmp_path / "teaching.sqlite")
    info = sessions.begin(made, tmp_path / "set.cxrset", "Ana")
    ended = subprocess.run([sys.executable, "-c", script, str(sessions.path)], check=False)
    assert ended.returncode != 0
    assert sessions.readings(info).place == 5


def test_the_same_set_within_four_weeks_is_noticed(tmp_path, made):
    sessions, now = Sessions(tmp_path / "teaching.sqlite"), datetime(2026, 12, 1, tzinfo=UTC)
    assert sessions.read_lately(made.identifier, "Ana", now) is None
    sessions.begin(made, tmp_path, "Ana", now - timedelta(days=27))
    assert sessions.read_lately(made.identifier, "Ana", now) == now - timedelta(days=27)
    assert sessions.read_lately(made.identifier, "Ben", now) is None
    assert sessions.read_lately(made.identifier, "Ana", now + timedelta(days=2)) is None


def test_a_damaged_file_says_so(tmp_path, made):
    path = tmp_path / "teaching.sqlite"
    path.write_bytes(b"no database" * 99)
    with refused(SessionsUnusable, messages.SESSIONS_DAMAGED):
        Sessions(path).begin(made, tmp_path, "Ana")


def test_results_are_those_of_scikit_learn(made):
    readings = imagined(made, "Ana", 0.6, seed=2)
    found = results(made, readings)
    first = [place for place in range(len(made)) if made.showing(place) == 0]
    truth = np.array(["Pneumonia" in made.film(place).classes for place in first])
    own = np.array([readings.blind[place].confidence["Pneumonia"] for place in first])
    model = np.array([readings.model[place].probabilities["Pneumonia"] for place in first])
    again = np.array([readings.assisted[place].confidence["Pneumonia"] for place in first])
    result = next(item for item in found.classes if item.name == "Pneumonia")
    for curve, scores in ((result.own, own), (result.model, model), (result.assisted, again)):
        assert curve.area == pytest.approx(roc_auc_score(truth, scores))
        low, high = curve.interval
        assert low < curve.area <= high
    assert result.against_model.value == pytest.approx(
        roc_auc_score(truth, own) - roc_auc_score(truth, model)
    )
    assert result.gain.value == pytest.approx(roc_auc_score(truth, again) - roc_auc_score(truth, own))
    assert result.sensitivity == pytest.approx(recall_score(truth, own >= 4))
    assert result.specificity == pytest.approx(recall_score(~truth, own < 4))
    pairs = [
        (readings.blind[made.order.index(made.order[p])].confidence["Pneumonia"], a.confidence["Pneumonia"])
        for p, a in readings.blind.items()
        if made.showing(p)
    ]
    assert len(pairs) == 6
    assert result.kappa.value == pytest.approx(
        cohen_kappa_score(*zip(*pairs, strict=True), weights="quadratic")
    )
    assert sum(level.films for level in result.calibration) == 30
    assert sum(level.present for level in result.calibration) == truth.sum() == result.cases
    marked = sum(bool(readings.blind[place].spots) for place in first)
    assert (found.regions.regions, found.regions.hit, found.regions.astray) == (10, marked, 0)
    assert found.seconds[1] == pytest.approx(np.median([readings.blind[place].seconds for place in first]))


def test_films_are_named_that_were_missed_over_called_helped_and_misled(tmp_path, made):
    sessions = Sessions(tmp_path / "teaching.sqlite")
    info = sessions.begin(made, tmp_path, "Ana")
    ill = [p for p in range(len(made)) if made.film(p).classes == ("Pneumonia",) and made.showing(p) == 0][:3]
    well = [p for p in range(len(made)) if made.film(p).classes == ("Normal",) and made.showing(p) == 0][:2]
    yes, no, doubt = ({"Pneumonia": a, "Normal": b} for a, b in ((5, 1), (1, 5), (3, 3)))
    for place, first, second in (
        (ill[0], no, yes),  # helped
        (ill[1], doubt, doubt),
        (ill[2], yes, no),  # misled
        (well[0], no, no),
        (well[1], yes, yes),
    ):
        sessions.lock(info, place, ReaderAnswer(first))
        sessions.lock(info, place, ReaderAnswer(second), 1)
    unjudged = next(p for p in range(len(made)) if p not in (*ill, *well) and made.showing(p) == 0)
    sessions.lock(info, unjudged, ReaderAnswer({}))
    found = results(made, sessions.readings(info))
    assert found.missed[0] == ill[0]
    assert set(found.missed) == {ill[0], ill[1], well[1]}  # Normal was missed on the last
    assert found.over_called[0] in (ill[0], well[1])
    assert (found.helped, found.misled) == ((ill[0],), (ill[2],))
    assert (found.answered, found.not_judged) == (6, 1)


def test_several_readers_are_compared_and_exported_for_imrmc(made):
    all_read = [
        imagined(made, name, skill, seed=number)
        for number, (name, skill) in enumerate((("Ana", 0.5), ("Ben", 0.2), ("Cy, Dr", 0.8)))
    ]
    compared = compare(made, all_read)
    assert [item.name for item in compared] == ["Normal", "Pneumonia"]
    found = compared[1].found
    assert found.areas.shape == (2, 3)
    own = [next(c for c in results(made, one).classes if c.name == "Pneumonia") for one in all_read]
    assert found.areas[1] == pytest.approx([item.own.area for item in own])
    assert found.areas[0] == pytest.approx([item.assisted.area for item in own])
    assert 0 <= found.p <= 1
    assert compare(made, all_read[:1]) == ()
    head, data = imrmc(made, all_read, "Pneumonia").split("BEGIN DATA:\n")
    assert head.splitlines()[1:] == ["N0: 20", "N1: 10", "NR: 3", "NM: 2"]
    rows = [line.split(",") for line in data.splitlines()]
    assert {len(row) for row in rows} == {4}
    assert sum(int(row[3]) for row in rows if row[0] == "-1") == 10
    assert {row[0] for row in rows} == {"-1", "Ana", "Ben", "Cy Dr"}
    assert len(rows) == 30 + 3 * 2 * 30
    table = answers_table(made, all_read[0]).splitlines()
    assert len(table) == 1 + 2 * len(made)
