"""Films are labelled by keys in the viewer, and the labels are written, learnt from and read as a set."""

import csv
import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from cxrview.annotations.labels import FILE, FilmLabel, LabelStore
from cxrview.errors import InvalidRequest
from cxrview.gui.commands import labels as commands
from cxrview.gui.commands.teaching import teaching
from cxrview.messages import CANNOT_BE_READ
from tests.gui.conftest import make_phantom, write_png


@pytest.fixture
def films(tmp_path):
    """Three small films."""
    return [write_png(tmp_path / f"film {number}.png", make_phantom(number, 90, 80)) for number in range(3)]


@pytest.fixture
def labelled(window, films, qtbot):
    """A window in which the first film is called the first class, and the third the second, flagged."""
    window.open(films)
    qtbot.waitUntil(lambda: len(window.state.entries) == 3 and window.state.shown.radiograph is not None)
    shown = lambda film: lambda: window.state.shown.path == film and window.state.shown.radiograph  # noqa: E731
    for number, keys in ((0, (Qt.Key.Key_F3,)), (2, (Qt.Key.Key_F3, Qt.Key.Key_F4, Qt.Key.Key_J))):
        window.session.select(films[number])
        qtbot.waitUntil(lambda film=films[number]: bool(shown(film)()))
        for key in keys:
            qtbot.keyClick(window.canvas, key)
    return window


def test_keys_label_and_the_labels_are_kept(labelled, films, qtbot):
    window = labelled
    names = window.state.model.card.class_names
    store = LabelStore(window.bench.places.annotations_store.with_name(FILE))
    kept = {films[0]: FilmLabel(names[0]), films[2]: FilmLabel(names[1], flagged=True)}
    qtbot.waitUntil(lambda: store.labels(films) == kept)
    panel = window.bench.part(commands.panel)
    assert [button.isChecked() for button in panel.buttons[:3]] == [False, True, False]
    assert panel.flagged.isChecked()
    assert panel.buttons[1].text().startswith(names[1])
    panel.note.setText("seen twice")
    panel.note.editingFinished.emit()
    kept[films[2]] = dataclasses.replace(kept[films[2]], note="seen twice")
    qtbot.waitUntil(lambda: store.labels(films) == kept)
    qtbot.keyClick(window.canvas, Qt.Key.Key_F4)  # the same again takes it back
    qtbot.waitUntil(lambda: store.labels(films)[films[2]].name == "")
    window.bench.part(commands.labels).use_names(["edema"])
    assert panel.buttons[0].text().startswith("edema")
    assert not panel.buttons[1].isVisibleTo(panel)


def test_what_was_said_before_and_is_not_known_yet_is_not_written_over(window, films, qtbot, monkeypatch):
    store = LabelStore(window.bench.places.annotations_store.with_name(FILE))
    store.write(films[0], FilmLabel("edema", note="seen twice"))
    look_up = LabelStore.labels

    def locked(*_):
        raise InvalidRequest(CANNOT_BE_READ(reason="locked"), path=store.path)

    monkeypatch.setattr(LabelStore, "labels", locked)
    known = window.bench.part(commands.labels)
    with qtbot.waitSignal(known.said):
        window.open(films[:1])
    monkeypatch.setattr(LabelStore, "labels", look_up)
    known.flag_films(films[:1])
    qtbot.waitUntil(lambda: store.labels(films) == {films[0]: FilmLabel("edema", True, "seen twice")})
    known._take(store.labels(films))  # as when the answer comes late
    assert known.listed() == store.labels(films)


def test_labels_become_a_table_a_training_and_a_reading_set(labelled, films, tmp_path, qtbot, monkeypatch):
    window, out = labelled, tmp_path / "out.csv"
    names = window.state.model.card.class_names
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    window.menus.actions["labels_table"].trigger()
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert [(row["path"], row["label"], row["flagged"]) for row in rows] == [
        (str(films[0]), names[0], ""),
        (str(films[2]), names[1], "yes"),
    ]
    window.menus.actions["labels_set"].trigger()
    dialog = window.bench.part(teaching).dialog
    qtbot.waitUntil(lambda: dialog.questions.count() == 2)
    assert dialog.make.isEnabled()
    dialog.reject()
    window.menus.actions["labels_train"].trigger()
    qtbot.waitUntil(lambda: window.training.window is not None, timeout=30000)
    data = window.training.window.steps[0]
    qtbot.waitUntil(lambda: len(data.survey.items) == 2, timeout=20000)
    assert {item.path for item in data.survey.items} == {films[0], films[2]}
    window.training.window.close()
