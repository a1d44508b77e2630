"""A day is written in one way, whatever the language."""

from datetime import datetime
from pathlib import Path

import pytest

from cxrview.gui import days, language
from cxrview.gui.training import run_interrupted, search_earlier

MOMENT = datetime(2026, 3, 9, 7, 5, 59).timestamp()


@pytest.fixture(params=["en", "de"])
def spoken(request, qapp):
    language.speak(qapp, request.param)
    yield request.param
    language.speak(qapp, "en")


def test_days_and_times_sort(spoken):
    assert days.day(MOMENT) == "2026-03-09"
    assert days.minute(MOMENT) == "2026-03-09 07:05"


def test_runs_and_searches_say_when_they_were(spoken):
    run = run_interrupted.Interrupted(Path("run"), "clinic", 3, 30, MOMENT)
    search = search_earlier.Earlier(Path("search"), 4, 0.8, True, MOMENT)
    assert "2026-03-09 07:05" in run_interrupted.sentence(run)
    assert "2026-03-09 07:05" in search_earlier.sentence(search)
