"""Sets: made in fair shares, shuffled, handed on, and telling nothing."""

import zipfile
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest
from pydicom import dcmread

from cxrview.datasets.boxes import upright
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import Item, find_items
from cxrview.errors import InvalidRequest
from cxrview.imaging import read
from cxrview.imaging.burned_in import find_text
from cxrview.teaching import messages
from cxrview.teaching.deidentified import pictures_of, text_masks
from cxrview.teaching.films import SetFilms, stored_place
from cxrview.teaching.introduction import DRAWINGS, write_introduction
from cxrview.teaching.make import Plan, make_set, with_masks
from cxrview.teaching.priors import priors_of
from cxrview.teaching.set_file import load, save
from tests.gui.dicom_files import write_dicom
from tests.refusals import refused
from tests.teaching.sets import films, set_of


def test_a_set_keeps_the_shares_of_classes_and_shows_some_again_later(tmp_path):
    made = set_of(tmp_path, count=15, repeats=0.2, seed=4)
    assert Counter(film.classes[0] for film in made.films) == {"Normal": 10, "Pneumonia": 5}
    again = [place for place in range(len(made)) if made.showing(place)]
    assert (len(made), len(again)) == (18, 3)
    for place in again:
        assert place - made.order.index(made.order[place]) > 5
    assert list(made.order) != sorted(made.order)
    assert made.questions == ("Normal", "Pneumonia")
    assert {film.patient[0] for film in made.films} == {"p"}  # no patient's own name
    same = set_of(tmp_path, count=15, repeats=0.2, seed=4)
    assert (same.films, same.order) == (made.films, made.order)
    assert set_of(tmp_path, count=15, repeats=0.2, seed=5).order != made.order


def test_a_balanced_set_has_as_many_of_each(tmp_path):
    made = set_of(tmp_path, count=12, balanced=True)
    assert Counter(film.classes[0] for film in made.films) == {"Normal": 6, "Pneumonia": 6}


def test_priors_stand_beside_films_and_are_not_asked_about(tmp_path):
    table = films(tmp_path, count=12)
    lines = table.read_text("utf-8").splitlines()
    (tmp_path / "earlier.png").write_bytes((tmp_path / "Normal" / "01.png").read_bytes())
    lines = [f"{line},{'earlier.png' if ',person 1,' in line else ''}" for line in lines]
    table.write_text("\n".join([lines[0] + "prior", *lines[1:]]), "utf-8")
    items = find_items(DataConfig(path=str(table)))
    assert make_set(items, Plan("without"), tmp_path).asked == 12
    made = make_set(items, Plan("with", priors=True), tmp_path)
    assert (made.asked, len(made.films), len(made)) == (12, 13, 12)
    beside = [film for film in made.films if film.prior >= 0]
    assert len(beside) == 2
    assert {made.films[film.prior].file for film in beside} == {"earlier.png"}
    path = tmp_path / "made.cxrset"
    save(made, path)
    assert load(path) == made
    (tmp_path / "earlier.png").unlink()
    assert SetFilms(made, path).missing() == 1


def test_headers_tell_which_film_of_a_patient_was_the_one_before(tmp_path):
    def film(name: str, patient: str, date: str, view: str = "PA") -> Item:
        path = write_dicom(tmp_path / f"{name}.dcm", patient_id=patient, date=date, view=view)
        return Item(path, path.name, ("Normal",))

    newest, older, oldest = (film(name, "7", f"2026010{name}") for name in "963")
    other, lateral = film("1", "8", "20260101"), film("2", "7", "20260108", "LL")
    everything = [newest, older, oldest, other, lateral]
    assert priors_of(everything, everything) == {0: older.path, 1: oldest.path}
    assert priors_of([replace(newest, prior=lateral.path)], everything) == {0: lateral.path}


def test_what_makes_no_set_is_refused(tmp_path):
    items = [item for item in _items(tmp_path) if item.labels == ("Normal",)]
    with refused(InvalidRequest, messages.TOO_FEW_FILMS):
        make_set(items, Plan("one class"), tmp_path)
    with refused(InvalidRequest, messages.NO_SUCH_CLASS_IN_SET):
        make_set(_items(tmp_path), Plan("other", questions=("Effusion",)), tmp_path)


def _items(folder):
    return find_items(DataConfig(path=str(films(folder))))


def test_the_file_gives_back_the_set_and_shows_no_answer(tmp_path):
    made, path = set_of(tmp_path, time_limit=20, examination=True), tmp_path / "made.cxrset"
    save(made, path)
    assert load(path) == made
    with zipfile.ZipFile(path) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
    for word in (b"Pneumonia", b"Normal", b"person", b".png", str(tmp_path).encode()):
        assert word not in whole


@pytest.mark.parametrize("damage", ["empty", "cut", "other", "escape"])
def test_a_file_that_is_none_is_refused(tmp_path, damage):
    made, path = set_of(tmp_path), tmp_path / "made.cxrset"
    if damage == "escape":  # a path to another machine or drive
        made = replace(made, films=(replace(made.films[0], file="//server/share/film.png"), *made.films[1:]))
    save(made, path)
    data = path.read_bytes()
    path.write_bytes({"empty": b"", "cut": data[:-200], "other": b"GIF89a" * 9, "escape": data}[damage])
    with refused(InvalidRequest, messages.NO_READING_SET):
        load(path)


def test_films_are_found_beside_the_set_and_must_be_those_of_the_set(tmp_path):
    home, away = tmp_path / "home", tmp_path / "away"
    made = set_of(home)
    home.rename(away)
    path = tmp_path / "made.cxrset"
    assert SetFilms(made, path).missing() == 30
    with refused(InvalidRequest, messages.FILM_NOT_THERE):
        SetFilms(made, path).read(0)
    found = SetFilms(made, path, away)
    assert found.missing() == 0
    film = found.read(3)
    assert film.path.name == "film"
    assert film.identity == type(film.identity)(modality=film.identity.modality)
    (away / made.films[3].file).write_bytes((away / made.films[4].file).read_bytes())
    with refused(InvalidRequest, messages.FILM_IS_ANOTHER):
        found.read(3)


def _with_text(path, words="DOE JANE 1970"):
    picture = np.full((600, 500), 40, np.uint8)
    cv2.circle(picture, (250, 300), 180, 120, -1)
    cv2.putText(picture, words, (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2)
    cv2.imwrite(str(path), picture)
    return picture


def test_text_is_found_masked_and_only_then_handed_on(tmp_path, chest_pa):
    made = set_of(tmp_path)
    path = tmp_path / made.films[0].file
    _with_text(path)
    made = replace(made, films=(replace(made.films[0], digest=""), *made.films[1:]))
    (box,), shown = text_masks(path)
    left, top, right, bottom = (int(number) for number in box)
    assert (shown[top:bottom, left:right] > 200).sum() == (shown > 200).sum()  # all of the text is inside
    with SetFilms(made, tmp_path / "set.cxrset") as plain, refused(InvalidRequest, messages.TEXT_IN_FILM):
        pictures_of(plain)
    masked = with_masks(made, {0: (box,)})
    with SetFilms(masked, tmp_path / "set.cxrset") as source:
        assert source.read(0).values[top:bottom, left:right].max() == 40
        held, pictures = pictures_of(source)
    target = tmp_path / "elsewhere" / "held.cxrset"
    target.parent.mkdir()
    save(held, target, pictures)
    with SetFilms(load(target), target) as films_of:
        assert films_of.missing() == 0
        assert films_of.read(0).values[top:bottom, left:right].max() == 0
    # A chest without text has no line of letters, but for its marker of the side.
    assert find_text(text_masks(chest_pa)[1]) == ()


def test_a_film_whose_header_says_that_it_has_text_is_not_handed_on(tmp_path, chest_pa):
    dataset = dcmread(chest_pa)
    dataset.BurnedInAnnotation = "YES"
    made = set_of(tmp_path)
    dataset.save_as(tmp_path / made.films[0].file)
    made = replace(made, films=(replace(made.films[0], digest=""), *made.films[1:]))
    with (
        SetFilms(made, tmp_path / "set.cxrset") as source,
        refused(InvalidRequest, messages.HEADER_SAYS_TEXT),
    ):
        pictures_of(source)


def test_a_film_handed_on_keeps_its_picture_and_nothing_else(tmp_path, chest_pa):
    made = set_of(tmp_path)
    (tmp_path / made.films[0].file).write_bytes(chest_pa.read_bytes())
    made = replace(made, films=(replace(made.films[0], digest=""), *made.films[1:]))
    with SetFilms(made, tmp_path / "set.cxrset") as source:
        pictures = pictures_of(source)[1]
    data = pictures["films/00000.png"]
    chunks = {data[start + 4 : start + 8] for start in _chunks(data)}
    assert chunks <= {b"IHDR", b"IDAT", b"IEND"}
    (tmp_path / "handed.png").write_bytes(data)
    kept, stored = read(tmp_path / "handed.png")[0], read(chest_pa)[0]
    assert stored.inverted
    assert not kept.inverted
    assert np.corrcoef(kept.values.ravel(), -stored.values.ravel().astype(float))[0, 1] > 0.99999


def _chunks(data):
    start = 8
    while start < len(data):
        yield start
        start += 12 + int.from_bytes(data[start : start + 4], "big")


def test_the_introduction_is_drawn_and_ends_with_the_real_film(tmp_path):
    path = tmp_path / "introduction.cxrset"
    made = write_introduction(path)
    assert load(path) == made
    assert len(made) == len(DRAWINGS) + 1
    lesions = sum(len(film.regions or ()) for film in made.films)
    assert lesions == sum(len(drawing.lesions) for drawing in DRAWINGS)
    assert all(film.explanation for film in made.films)
    with SetFilms(made, path) as source:
        film = source.read(1)
        (left, top, right, bottom) = (int(number) for number in made.films[1].regions[0])
        inside = film.values[top:bottom, left:right].mean()
        mirrored = film.values[top:bottom, film.shape[1] - right : film.shape[1] - left].mean()
        assert inside > mirrored + 8  # the nodule is brighter than the other side
        assert source.read(len(made) - 1).shape == (1955, 1841)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_mark_on_the_upright_film_is_found_on_the_stored_one(orientation, chest_pa):
    radiograph = replace(read(chest_pa)[0], values=np.zeros((30, 20)), orientation=orientation)
    stored = (2.0, 3.0, 7.0, 9.0)
    (upright_one,) = upright((stored,), radiograph)
    assert stored_place(upright_one, radiograph) == stored
