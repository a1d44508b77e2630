"""A day is written in one way, whatever the language."""

from datetime import datetime
from pathlib import Path

import pytest

from cxrview.gui import language
from cxrview.gui.training.run import interrupted
from cxrview.gui.training.search import earlier
from cxrview.gui.widgets import dates

MOMENT = datetime(2026, 3, 9, 7, 5, 59).timestamp()


@pytest.fixture(params=["en", "de"])
def spoken(request, qapp):
    language.speak(qapp, request.param)
    yield request.param
    language.speak(qapp, "en")


def test_days_and_times_sort(spoken):
    assert dates.day(MOMENT) == "2026-03-09"
    assert dates.minute(MOMENT) == "2026-03-09 07:05"


def test_runs_and_searches_say_when_they_were(spoken):
    run = interrupted.Interrupted(Path("run"), "clinic", 3, 30, MOMENT)
    search = earlier.Earlier(Path("search"), 4, 0.8, True, MOMENT)
    assert "2026-03-09 07:05" in interrupted.sentence(run)
    assert "2026-03-09 07:05" in earlier.sentence(search)
