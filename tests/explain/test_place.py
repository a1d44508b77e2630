"""In which zone of the lungs the heat is strongest, by maps with planted heat."""

import dataclasses

import numpy as np
import pytest

from cxrview.anatomy import Anatomy, Film
from cxrview.errors import InvalidRequest
from cxrview.explain import messages, place
from cxrview.imaging import Letterbox
from cxrview.inference.prediction import Prediction
from cxrview.message import NOTHING
from tests.anatomy.chests import lungs
from tests.explain.predictions import prediction
from tests.refusals import refused

HIGH, WIDE, CELLS = 900, 800, 12
ROWS = {"upper": 1, "middle": 5, "lower": 10}  # of the crop's 12, in the middle of each third
COLUMNS = {"right": 2, "left": 9}  # the patient's right is at the left of the film


def read(spots: dict[tuple[str, str], float], **changes: object) -> Prediction:
    """Return the reading of a drawn chest, cropped to its lungs, with a hot cell of each strength."""
    film = Film(np.zeros((HIGH, WIDE), np.uint8), HIGH, WIDE)
    box = film.letterbox(112)
    mask = box.apply(np.where(lungs(HIGH, WIDE), 255, 0).astype(np.uint8))
    anatomy = Anatomy.of(film, mask, box)
    assert anatomy.found
    maps = np.zeros((2, CELLS, CELLS))
    for (side, height), strength in spots.items():
        maps[0, ROWS[height], COLUMNS[side]] = strength
    maps[1] = 0.05
    made = prediction(maps, Letterbox.fit(HIGH, WIDE, 192, crop=anatomy.crop))
    return dataclasses.replace(made, anatomy=anatomy, **{"map_scale": {"a": 1.0, "b": 1.0}} | changes)


@pytest.mark.parametrize("side", COLUMNS)
@pytest.mark.parametrize("height", ROWS)
def test_the_zone_of_the_hottest_cell_is_named(side, height):
    film = read({(side, height): 0.9})
    assert place.zone(film, "a") == (side, height)
    assert place.words(film, "a").code == f"in-{side}-{height}"


def test_both_sides_are_named_where_each_holds_a_quarter():
    assert place.zone(read({("right", "lower"): 0.9, ("left", "lower"): 0.5}), "a") == ("both", "lower")
    assert place.zone(read({("right", "lower"): 0.9, ("left", "lower"): 0.15}), "a") == ("right", "lower")
    assert place.zone(read({("right", "lower"): 0.9, ("left", "upper"): 0.8}), "a") == ("right", "lower")


def test_heat_beyond_the_scale_still_has_its_share():
    """On its own scale both cells are cut off at 1; one of them is four times as strong."""
    assert place.zone(read({("right", "lower"): 8.0, ("left", "lower"): 2.0}), "a") == ("right", "lower")


def test_what_the_file_says_of_the_sides_holds():
    film = read({("right", "upper"): 0.9})
    assert place.zone(film, "a", ("L", "F")) == ("right", "upper")
    assert place.zone(film, "a", ("R", "FL")) == ("left", "upper")  # mirrored
    for patient in (("L", "H"), ("F", "L"), ("P", "F")):  # on its head, on its side, a lateral film
        assert place.words(film, "a", patient) is NOTHING
    assert place.zone(read({("right", "upper"): 0.9, ("left", "upper"): 0.9}), "a", ("R", "F")) == (
        "both",
        "upper",
    )


def test_nothing_is_said_of_faint_heat():
    film = read({("right", "upper"): 0.19})
    assert place.words(film, "a") is NOTHING
    assert place.words(film, "a", own=False) == messages.IN_RIGHT_UPPER  # the strongest of this film
    assert place.words(film, "b") is NOTHING


def test_nothing_is_said_where_lungs_are_not_known_or_the_film_is_unlike():
    film = read({("right", "upper"): 0.9})
    assert place.words(dataclasses.replace(film, anatomy=None), "a") is NOTHING
    assert place.words(dataclasses.replace(film, in_domain=False), "a") is NOTHING
    empty = dataclasses.replace(film.anatomy, found=False)
    assert place.words(dataclasses.replace(film, anatomy=empty), "a") is NOTHING


def test_heat_beside_the_lungs_is_given_no_place():
    film = read({})
    maps = np.zeros((2, CELLS, CELLS), np.float32)
    maps[0, 0, 0] = 0.9  # the corner of the crop, above the shoulder
    assert place.words(dataclasses.replace(film, activation_maps=maps), "a") is NOTHING


def test_an_unknown_class_is_refused():
    with refused(InvalidRequest, messages.NO_CLASS):
        place.words(read({("right", "upper"): 0.9}), "nobody")
