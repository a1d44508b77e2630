"""The light table shows what the list shows, rates and flags it by key, and shares its small pictures."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from cxrview.annotations.labels import FILE, FilmLabel, LabelStore
from cxrview.gui.commands.gallery import gallery
from cxrview.gui.gallery.films import GalleryFilms
from cxrview.gui.gallery.grid import SIDES
from cxrview.gui.studies.filters import Filters, View
from cxrview.gui.studies.sorting import SortOrder
from cxrview.gui.studies.study_model import StudyModel
from cxrview.gui.studies.thumbnails import Thumbnails
from tests.gui.conftest import make_phantom, write_png
from tests.gui.dicom_files import write_dicom
from tests.gui.studies.browsing import dicom_entry
from tests.gui.test_accessibility import nameless


@pytest.fixture
def films(tmp_path):
    """Two studies of a patient, the newer one with two views, and a picture of nobody."""
    return {
        "old": write_dicom(tmp_path / "old.dcm", study="1.2.1", date="20250101"),
        "pa": write_dicom(tmp_path / "pa.dcm", study="1.2.2", date="20260101"),
        "lateral": write_dicom(tmp_path / "lateral.dcm", study="1.2.2", date="20260101", view="LL"),
        "picture": write_png(tmp_path / "picture.png", make_phantom(3, 90, 80)),
    }


@pytest.fixture
def table(window, films, qtbot):
    """The gallery of those four, open beside the window."""
    window.open(list(films.values()))
    qtbot.waitUntil(lambda: len(window.state.entries) == 4 and not window.runner.jobs)
    window.menus.actions["gallery"].trigger()
    opened = window.bench.part(gallery)
    qtbot.waitUntil(opened.isActiveWindow)
    return opened


def shown(table) -> list[str]:
    """Return the names of the films on the light table, in their order."""
    table.films.refresh()
    films = [table.films.film(table.films.index(row)) for row in range(table.films.rowCount())]
    return [film.path.stem for film in films]


def listed(window) -> list[str]:
    return [film.path.stem for film in window.studies.model.films()]


def test_it_shows_what_the_list_shows_and_filters_in_both(table, window, qtbot):
    assert sorted(shown(table)) == ["lateral", "old", "pa", "picture"]
    assert shown(table) == listed(window)
    table.bar.set_filters(Filters(views=frozenset({View.PA})))
    assert shown(table) == listed(window) == ["pa", "old"]
    assert table.bar.count.text() == "2 of 4 images"
    window.studies.show_all()
    assert len(shown(table)) == 4
    qtbot.keyClicks(table.search, "lateral")
    assert shown(table) == listed(window) == ["lateral"]
    table.search.clear()
    table.bar.set_order(SortOrder.ADDED)
    assert window.studies.model.order is SortOrder.ADDED
    assert shown(table) == listed(window)
    assert nameless(table) == []


def test_stars_and_flags_by_key_are_kept_and_filter_list_and_gallery(table, window, films, qtbot):
    table.grid.select([films["pa"], films["old"]], films["pa"])
    qtbot.keyClick(table.grid, Qt.Key.Key_4)
    qtbot.keyClick(table.grid, Qt.Key.Key_J)
    table.grid.select([films["old"]], films["old"])
    qtbot.keyClick(table.grid, Qt.Key.Key_J)  # takes it back
    store = LabelStore(window.bench.places.annotations_store.with_name(FILE))
    kept = {films["pa"]: FilmLabel(flagged=True, stars=4), films["old"]: FilmLabel(stars=4)}
    qtbot.waitUntil(lambda: store.labels(list(films.values())) == kept)
    spoken = table.films.index_of(films["pa"]).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.endswith("flagged, 4 stars")
    assert "DOE, JANE" in spoken
    table.bar.set_filters(Filters(flagged=True))
    assert shown(table) == listed(window) == ["pa"]
    table.bar.set_filters(Filters(stars=frozenset({3})))
    assert sorted(shown(table)) == ["old", "pa"]
    window.state.change_settings(hide_identity=True)
    hidden = table.films.index_of(films["pa"]).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "doe" not in hidden.casefold()
    assert hidden.endswith("flagged, 4 stars")


def test_keys_walk_and_open_and_the_slider_sizes(table, window, films, qtbot):
    table.resize(700, 600)
    columns = table.grid.viewport().width() // table.grid.gridSize().width()
    assert columns >= 2
    first = table.films.film(table.films.index(0)).path
    table.grid.select([first], first)
    qtbot.keyClick(table.grid, Qt.Key.Key_Right)
    second = table.grid.current()
    assert table.grid.selected() == [second] != [first]
    qtbot.keyClick(table.grid, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.state.shown.path == second and window.state.shown.radiograph is not None)
    table.activateWindow()
    table.grid.setFocus()
    qtbot.waitUntil(table.isActiveWindow)
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Plus, Qt.Key.Key_Plus):
        qtbot.keyClick(table.grid, key)
    assert (table.slider.value(), table.grid.painter.side) == (len(SIDES) - 1, SIDES[-1])
    qtbot.waitUntil(lambda: window.studies.thumbnails.get(second, 0, SIDES[-1]) is not None)
    assert [action.text() for action in table.menu().actions()][:2] == ["&Flag", "No stars"]
    qtbot.keyClick(table.grid, Qt.Key.Key_Escape)
    assert not table.isVisible()
    assert table.grid.in_sight() == set()


def test_films_follow_the_list_while_they_are_live(qtbot):
    source = StudyModel()
    films = GalleryFilms(source)
    source.add(dicom_entry(number, patient=str(number % 3)) for number in range(30))
    assert films.rowCount() == 0
    films.set_live(True)
    assert films.rowCount() == 30
    entry = dicom_entry(5, patient="2")
    with qtbot.waitSignal(films.dataChanged) as told:
        source.change(entry)
    assert films.film(told.args[0]).path == entry.path
    with qtbot.waitSignal(films.modelReset):
        source.remove([entry.path])
    assert films.rowCount() == 29
    assert not films.index_of(entry.path).isValid()


def test_one_file_gives_small_pictures_of_both_sizes(window, tmp_path, qtbot):
    path = write_png(tmp_path / "film.png", np.tile(np.arange(200, dtype=np.uint8), (250, 1)))
    thumbnails = Thumbnails(window.runner, set, lambda: False, parent=window)
    thumbnails.also_seen.append(lambda: {(path, 0)})

    def made(side: int):
        with qtbot.waitSignal(thumbnails.made):
            thumbnails.get(path, 0, side)
        return thumbnails.get(path, 0, side)

    large = made(160)
    assert (large.width(), large.height()) == (128, 160)
    path.unlink()  # the smaller one is made from what is here
    small = made(44)
    assert (small.width(), small.height()) == (35, 44)
    assert thumbnails.get(path, 0, 160).height() == 160
    assert thumbnails.bytes == 128 * 160 + 36 * 44  # a byte a pixel, rows of whole words
    with qtbot.assertNotEmitted(thumbnails.made, wait=60):
        thumbnails.get(path, 0, 44)
