"""Results for the logbook, and progress over sessions: what stands there is what was worked out."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from cxrview.gui.teaching.figures import with_interval
from cxrview.gui.teaching.logbook import write
from cxrview.gui.teaching.progress_window import ProgressWindow
from cxrview.teaching.over_time import OverTime, SessionFigures
from cxrview.teaching.results import results
from cxrview.teaching.sessions import SessionInfo
from tests.pdf_words import words_of
from tests.teaching.sets import imagined, set_of


@pytest.mark.parametrize("classes", [2, 30])
def test_the_page_for_the_logbook_is_one_and_has_the_figures(classes, tmp_path, qapp):
    made = set_of(tmp_path, repeats=0.2)
    readings = imagined(made, "Dr <Ana>", 0.6, seed=2)
    found = results(made, readings)
    many = tuple(
        replace(found.classes[number % 2], name=f"Class {number} with a long name of its own")
        for number in range(classes)
    )
    found = replace(found, classes=found.classes if classes == 2 else many)
    write(made, readings, found, tmp_path / "page.pdf")
    text = words_of(tmp_path / "page.pdf")
    assert len(PdfReader(tmp_path / "page.pdf").pages) == 1
    one = found.classes[1]
    for words in (
        "Dr <Ana>",
        "Thirty films",
        "30 films, 6 of them shown again",
        with_interval(one.own.area, one.own.interval),
        with_interval(one.model.area, one.model.interval),
        with_interval(one.sensitivity, one.sensitivity_interval, percent=True),
        ", ".join(str(place + 1) for place in found.missed),
        "For research and teaching, not for diagnosis",
    ):
        assert words in text
    assert ("and 18 more" in text) is (classes == 30)


def test_progress_shows_each_session_and_tells_sets_apart(qtbot):
    def step(number: int, name: str, area: float) -> SessionFigures:
        info = SessionInfo(str(number), name, name, "", "Ana", datetime(2026, 1, number, tzinfo=UTC), 30)
        return SessionFigures(info, 30, area, (area - 0.1, 0.95), 6.0, None)

    found = OverTime((step(1, "A", 0.7), step(2, "B", float("nan")), step(3, "A", 0.8)), gone=1)
    window = ProgressWindow("Ana", found, None)
    qtbot.addWidget(window)
    assert [(dot.number, dot.value, dot.colour) for dot in window.areas.dots] == [(1, 0.7, 0), (3, 0.8, 0)]
    assert [dot.colour for dot in window.times.dots] == [0, 1, 0]
    assert window.table.item(2, 3).text() == with_interval(0.8, (0.7, 0.95))
    assert window.table.item(1, 3).text() == "–"
    assert "1 session" in window.said.text()
