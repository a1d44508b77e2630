"""From a folder of classes to a set, its reading, and the comparison of two readers, in the window."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QInputDialog

from cxrview.gui.commands import teaching as teaching_commands
from cxrview.gui.teaching.compared import table_of
from cxrview.gui.teaching.masks import MasksDialog
from cxrview.gui.teaching.new_set import NewSetDialog
from cxrview.gui.teaching.reading import FilmStage
from cxrview.teaching.films import SetFilms
from cxrview.teaching.readers import compare
from cxrview.teaching.sessions import Spot
from cxrview.teaching.set_file import load
from tests.teaching.sets import films, imagined


@pytest.fixture
def saved(window, tmp_path, qtbot):
    """A set of eight films that the dialog has made of a table."""
    table = films(tmp_path / "films", count=12)
    dialog = NewSetDialog(window.runner, window.state.settings, window)
    qtbot.addWidget(dialog)
    dialog.look(table)
    qtbot.waitUntil(dialog.make.isEnabled)
    states = [dialog.questions.item(row).checkState() for row in range(2)]
    assert states == [Qt.CheckState.Unchecked, Qt.CheckState.Checked]  # Normal says what Pneumonia says
    dialog.questions.item(0).setCheckState(Qt.CheckState.Checked)
    dialog.count.setValue(8)
    dialog.balanced.setChecked(True)
    dialog.limit.setValue(600)
    path = tmp_path / "eight.cxrset"
    dialog.save(path)
    qtbot.waitUntil(lambda: dialog.path == path)
    return path


def test_a_set_is_made_and_opened_like_any_file_and_goes_on_where_it_was_left(
    window, saved, monkeypatch, qtbot
):
    made = load(saved)
    assert (len(made), made.time_limit) == (8, 600)
    assert sum("Pneumonia" in film.classes for film in made.films) == 4
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Ana", True))
    teaching = window.bench.part(teaching_commands.teaching)
    window.open([saved])
    qtbot.waitUntil(lambda: teaching.window is not None)
    assert not window.state.entries  # it is no archive of images
    reading = teaching.window.reading
    qtbot.waitUntil(lambda: reading.stage is FilmStage.ASKED)
    qtbot.waitUntil(
        lambda: "600 s" in teaching.window.limit.text() or "599 s" in teaching.window.limit.text()
    )
    teaching.window.close()
    teaching.show_sessions()
    qtbot.waitUntil(lambda: len(teaching.list.sessions) == 1)
    assert [teaching.list.table.item(0, column).text() for column in (0, 1, 3)] == [
        made.title,
        "Ana",
        "0 of 8",
    ]
    assert teaching.list.go_on.isEnabled()
    teaching.list.go_on.click()
    qtbot.waitUntil(lambda: teaching.window is not None and teaching.window.reading.stage is FilmStage.ASKED)
    assert len(teaching.sessions.all()) == 1
    teaching.window.close()
    teaching.list.close()


def test_text_is_confirmed_on_the_screen_and_the_prior_stands_beside_its_film(window, tmp_path, qtbot):
    table = films(tmp_path / "films", count=4)
    text = cv2.putText(np.full((300, 300), 40, np.uint8), "DOE JANE", (10, 40), 0, 0.6, 255, 2)
    for name in ("Normal/01.png", "earlier.png"):
        cv2.imwrite(str(table.parent / name), text)
    lines = table.read_text("utf-8").splitlines()
    lines = [
        lines[0] + ",prior",
        *(f"{line},{'earlier.png' if '/02.' in line else ''}" for line in lines[1:]),
    ]
    table.write_text("\n".join(lines), "utf-8")
    dialog = NewSetDialog(window.runner, window.state.settings, window)
    qtbot.addWidget(dialog)
    dialog.look(table)
    qtbot.waitUntil(dialog.make.isEnabled)
    dialog.priors.setChecked(True)
    path = tmp_path / "four.cxrset"
    dialog.save(path)
    qtbot.waitUntil(lambda: dialog.findChild(MasksDialog) is not None)
    masks = dialog.findChild(MasksDialog)
    assert [masks.list.item(row).text() for row in range(2)] == ["Film 2: 1 box", "Film 5: 1 box"]
    assert not path.exists()
    qtbot.waitUntil(lambda: bool(masks.layer.boxes))
    masks.canvas.fit()
    inside = masks.canvas.placement.to_widget.map(masks.layer.boxes[0].center()).toPoint()
    qtbot.mouseClick(masks.canvas, Qt.MouseButton.LeftButton, pos=inside)  # a click takes the box away
    assert masks.list.item(0).text() == "Film 2: 0 boxes"
    start, end = (
        masks.canvas.placement.to_widget.map(QPointF(*at)).toPoint() for at in ((50, 200), (90, 240))
    )
    qtbot.mousePress(masks.canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(masks.canvas, end)
    qtbot.mouseRelease(masks.canvas, Qt.MouseButton.LeftButton, pos=end)
    masks.accept()
    qtbot.waitUntil(lambda: dialog.path == path)
    made = load(path)
    ((left, top, right, bottom),) = made.films[1].masks
    assert (left, top, right, bottom) == pytest.approx((50, 200, 90, 240), abs=2)
    assert len(made.films[4].masks) == 1
    assert made.films[2].prior == 4
    made = replace(made, order=(2, 0, 1, 3))
    teaching = window.bench.part(teaching_commands.teaching)
    teaching.show(SetFilms(made, path), teaching.sessions.begin(made, path, "Ana"))
    reader = teaching.window
    qtbot.waitUntil(lambda: reader.reading.stage is FilmStage.ASKED)
    assert reader.prior.isVisible()
    assert reader.prior.view.shown.radiograph.shape == (300, 300)
    qtbot.waitUntil(reader.isActiveWindow)
    qtbot.keyClick(reader, Qt.Key.Key_P)
    assert not reader.prior.isVisible()
    qtbot.keyClick(reader, Qt.Key.Key_P)
    qtbot.keyClick(reader, Qt.Key.Key_N)  # a line of one's own: Enter leaves it, and locks nothing
    qtbot.keyClicks(reader.rating.note, "12")
    qtbot.keyClick(reader.rating.note, Qt.Key.Key_Return)
    assert reader.canvas.hasFocus()
    for key in (Qt.Key.Key_M, Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_M, Qt.Key.Key_5):
        qtbot.keyClick(reader, key)
    qtbot.keyClick(reader, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: reader.reading.stage is FilmStage.REVEALED)
    answer = teaching.sessions.readings(teaching.sessions.all()[0]).blind[0]
    assert (answer.note, answer.confidence) == ("12", {"Pneumonia": 5})
    assert answer.spots == (Spot(pytest.approx(32 - 0.96), pytest.approx(32 + 0.96)),)
    qtbot.keyClick(reader, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: (reader.reading.place, reader.reading.stage) == (1, FilmStage.ASKED))
    assert not reader.prior.isVisible()  # this film has none
    qtbot.keyClick(reader, Qt.Key.Key_Escape)
    assert teaching.window is None


def test_an_examination_tells_nothing_until_its_end_and_films_open_again(window, saved, qtbot):
    made = replace(load(saved), examination=True, order=(0, 1, 2, 3), films=load(saved).films[:4])
    teaching = window.bench.part(teaching_commands.teaching)
    teaching.show(SetFilms(made, saved), teaching.sessions.begin(made, saved, "Ben"))
    reader = teaching.window
    for place in range(4):
        asked = (place, FilmStage.ASKED)
        qtbot.waitUntil(lambda asked=asked: (reader.reading.place, reader.reading.stage) == asked)
        assert not reader.revealed.isVisible()
        for key in "35":
            qtbot.keyClick(reader, key)
        qtbot.keyClick(reader, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: reader.stack.count() == 2, timeout=20_000)
    page = reader.stack.widget(1)
    page.films.itemActivated.emit(page.films.item(0))
    qtbot.waitUntil(lambda: reader.reading.stage is FilmStage.REVIEW)
    assert reader.revealed.isVisible()
    assert reader.layer.regions or made.film(reader.reading.place).regions == ()
    qtbot.keyClick(reader, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: reader.stack.currentIndex() == 1)
    reader.close()


def test_readers_stand_beside_each_other_with_what_the_model_changes(saved):
    made = load(saved)
    everyone = [imagined(made, name, 0.4, seed) for seed, name in enumerate(("Ana", "Ben <b>", "Cy"))]
    page = table_of(compare(made, everyone))
    found = compare(made, everyone)[1].found
    assert page.count("<h3>") == 2
    assert "Ben &lt;b&gt;" in page
    assert f"{found.means[1].value:.2f} (" in page
    assert f"p = {found.p:.3f}" in page
    assert table_of(()).startswith("<p>")
