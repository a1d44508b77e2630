"""A reader in front of real widgets: blind answers, reveal, a kill half way, and the results of all of it."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from sklearn.metrics import roc_auc_score

from cxrview.gui.commands import teaching as teaching_commands
from cxrview.gui.teaching.figures import with_interval
from cxrview.gui.teaching.reading import FilmStage
from cxrview.i18n import fixed
from cxrview.teaching.films import SetFilms
from cxrview.teaching.set_file import save
from tests.teaching.sets import CLASSES, set_of


@pytest.fixture
def made(tmp_path):
    """A set of thirty small films, three of them shown again, in its file."""
    found = set_of(tmp_path / "films", repeats=0.1)
    save(found, tmp_path / "thirty.cxrset")
    return found


@pytest.fixture
def begin(window, made, tmp_path, qtbot):
    """Opens the reading, from its beginning or where it was left, and waits for a film."""
    teaching = window.bench.part(teaching_commands.teaching)

    def start():
        path = tmp_path / "thirty.cxrset"
        sessions = teaching.sessions.all()
        session = sessions[0] if sessions else teaching.sessions.begin(made, path, "Ana")
        teaching.show(SetFilms(made, path), session)
        qtbot.waitUntil(lambda: teaching.window.reading.stage in (FilmStage.ASKED, FilmStage.REVEALED))
        qtbot.waitUntil(teaching.window.isActiveWindow)
        return teaching.window

    yield start
    if teaching.window is not None:
        teaching.window.close()


def rated(window, place: int, random) -> dict[str, int]:
    there = "Pneumonia" in window.reading.made.film(place).classes
    level = int(np.clip(round(3 + (1.2 if there else -1.2) * random.normal(0.8, 1)), 1, 5))
    return {"Normal": 6 - level, "Pneumonia": level}


def read_one(window, qtbot, random, reveal=True) -> dict[str, int]:
    """Answer the film by keys alone, lock, and go on."""
    reading = window.reading
    place = reading.place
    said = rated(window, place, random)
    assert not window.next.isEnabled()
    for name in CLASSES:
        qtbot.keyClick(window, str(said[name]))
    assert window.rating.confidence == said
    qtbot.keyClick(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: reading.stage is FilmStage.REVEALED)
    if reveal:
        qtbot.waitUntil(lambda: reading.prediction is not None)
        assert window.revealed.truth.text() == reading.made.film(place).classes[0]
        qtbot.keyClick(window, Qt.Key.Key_Return)
        qtbot.waitUntil(
            lambda: reading.place == place + 1 and reading.stage in (FilmStage.ASKED, FilmStage.DONE),
            timeout=10_000,
        )
    return said


def test_thirty_films_are_read_by_key_killed_half_way_and_come_to_what_scikit_learn_says(
    window, begin, made, qtbot
):
    random, said = np.random.default_rng(5), {}
    reader = begin()
    assert reader.windowTitle().startswith("Film 1 of 33")
    for place in range(4):
        said[place] = read_one(reader, qtbot, random)
    said[4] = read_one(reader, qtbot, random, reveal=False)  # locked, and the program dies
    reader.close()
    reader = begin()
    assert (reader.reading.place, reader.reading.stage) == (4, FilmStage.REVEALED)
    assert reader.rating.confidence == said[4]
    qtbot.waitUntil(lambda: reader.reading.prediction is not None)
    qtbot.keyClick(reader, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: reader.reading.place == 5 and reader.reading.stage is FilmStage.ASKED)
    for place in range(5, len(made)):
        said[place] = read_one(reader, qtbot, random)
    qtbot.waitUntil(lambda: reader.stack.count() == 2, timeout=20_000)
    page = reader.stack.currentWidget()
    first = [place for place in said if made.showing(place) == 0]
    truth = [made.film(place).classes == ("Pneumonia",) for place in first]
    area = roc_auc_score(truth, [said[place]["Pneumonia"] for place in first])
    result = next(one for one in page.found.classes if one.name == "Pneumonia")
    assert result.own.area == pytest.approx(area)
    assert page.table.item(1, 2).text() == with_interval(area, result.own.interval)
    assert page.table.item(1, 2).text().startswith(fixed(area, 2))
    assert page.summary.text().startswith("30 of 30 films answered.")
    assert result.kappa.pairs == 3
    assert page.films.count() >= 1


def test_nothing_is_told_before_the_answer_is_locked(window, begin, made, qtbot):
    models, model = window.session.models, window.state.model
    predictor, models.predictor = models.predictor, None
    reader = begin()
    models.predictor = predictor  # it was loaded when the film was there already
    window.state.set_model(type(model)())
    window.state.set_model(model)
    qtbot.waitUntil(lambda: reader.reading.prediction is not None)
    film = made.film(0)
    words = " ".join(
        [
            reader.windowTitle(),
            *(w.text() for w in reader.findChildren(type(reader.heading)) if w.isVisible()),
        ]
    )
    assert film.file not in words
    assert film.explanation not in words
    assert reader.view.reading.prediction is None
    assert not reader.revealed.isVisible()
    assert reader.canvas.corners.words().count("film") <= 1
    qtbot.keyClick(reader, Qt.Key.Key_Return)  # nothing was answered yet
    assert reader.reading.stage is FilmStage.ASKED
    # A click marks a place, a drag an ellipse; the last mark can be taken back.
    middle = reader.canvas.rect().center()
    qtbot.mouseClick(reader.canvas, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mousePress(reader.canvas, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(reader.canvas, middle + QPoint(60, 50))
    qtbot.mouseRelease(reader.canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 50))
    assert [spot.isEmpty() for spot in reader.layer.spots] == [True, False]
    qtbot.keyClick(reader, Qt.Key.Key_Backspace)
    assert len(reader.layer.spots) == 1
    qtbot.keyClick(reader, Qt.Key.Key_0)
    assert reader.next.isEnabled()
    qtbot.keyClick(reader, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: reader.reading.stage is FilmStage.REVEALED)
    assert reader.revealed.isVisible()
    assert film.explanation in reader.revealed.explanation.text()
    assert reader.view.reading.prediction is not None
    sessions = window.bench.part(teaching_commands.teaching).sessions
    answer = sessions.readings(sessions.all()[0]).blind[0]
    assert not answer.judged
    (spot,) = answer.spots
    assert (spot.x, spot.y) == (pytest.approx(32, abs=1), pytest.approx(32, abs=1))
