"""What is lung in a mask, and what is measured of it, on masks whose answers are known."""

import numpy as np
import pytest

from cxrview.anatomy import Anatomy, Film, framed
from cxrview.anatomy.regions import ZONES

SIDE = 100


def mask(*boxes: tuple[int, int, int, int], value: int = 255) -> np.ndarray:
    """Return a mask with rectangles (left, top, right, bottom) of lung."""
    made = np.zeros((SIDE, SIDE), np.uint8)
    for left, top, right, bottom in boxes:
        made[top:bottom, left:right] = value
    return made


RIGHT, LEFT = (20, 30, 40, 75), (60, 36, 82, 81)
LUNGS = mask(RIGHT, LEFT)


def anatomy(lungs: np.ndarray, height: int = 1000, width: int = 1000, aspect: float = 1.0) -> Anatomy:
    film = Film(np.zeros((height, width), np.uint8), height, width, aspect)
    return Anatomy.of(film, lungs, film.letterbox(SIDE))


def test_the_crop_is_the_box_of_the_lungs_with_a_margin():
    assert anatomy(LUNGS).crop == (200 - 62, 300 - 41, 820 + 62, 810 + 41)


def test_the_crop_ends_where_the_film_ends():
    wide = anatomy(mask((1, 10, 45, 90), (55, 10, 99, 90)))
    assert wide.crop == (0, 36, 1000, 964)


def test_the_crop_of_a_film_with_tall_pixels_is_in_its_own_pixels():
    tall = anatomy(LUNGS, height=500, aspect=2.0)
    assert tall.crop == (138, 129, 882, 426)


def test_where_the_lungs_are_too_small_there_are_none():
    for small in (mask(), mask((40, 40, 52, 90)), mask((20, 50, 80, 60)), mask((45, 45, 60, 60))):
        none = anatomy(small)
        assert not none.found
        assert none.crop == (0, 0, 1000, 1000)
        assert none.thoracic_width() is None


def test_without_lungs_the_whole_film_is_given_under_a_full_mask():
    film = Film(np.full((60, 90), 77, np.uint8), 60, 90)
    image, letterbox = framed(film, Anatomy.of(film, mask(), film.letterbox(SIDE)), 30)
    assert letterbox.crop == (0, 0, 90, 60)
    assert (image[5:25] == (77, 255)).all()
    assert (image[:5] == 0).all()
    assert (image[25:] == 0).all()


def test_a_third_piece_and_crumbs_are_no_lungs():
    stomach, crumb = (50, 85, 65, 95), (2, 2, 6, 6)
    cleaned = anatomy(mask(RIGHT, LEFT, stomach, crumb))
    np.testing.assert_array_equal(cleaned.lungs > 127, LUNGS > 127)
    one = anatomy(mask(RIGHT, (60, 36, 70, 40)))
    assert (one.lungs[36:40, 60:70] == 0).all()


def test_what_fades_around_a_lung_stays_and_what_lies_beside_the_film_goes():
    soft = mask((19, 30, 20, 75), value=100) | LUNGS
    assert (anatomy(soft).lungs[30:75, 19] == 100).all()
    narrow = anatomy(mask((0, 30, 40, 75), LEFT), width=700)  # its film begins at column 15
    assert (narrow.lungs[:, :15] == 0).all()
    assert (narrow.lungs[30:75, 15:40] == 255).all()


def test_the_right_lung_is_at_the_left_of_the_film():
    right, left = anatomy(LUNGS).sides()
    np.testing.assert_array_equal(right > 127, mask(RIGHT) > 127)
    np.testing.assert_array_equal(left > 127, mask(LEFT) > 127)


def test_lungs_that_touch_are_cut_where_they_touch():
    right, left = anatomy(mask(RIGHT, LEFT, (40, 50, 60, 55))).sides()
    assert (right[30:75, 20:40] == 255).all()
    assert (left[36:81, 60:82] == 255).all()
    assert not (right & left).any()
    assert ((right | left)[50:55, 40:60] == 255).all()


def test_a_lung_without_the_other_is_that_of_its_side():
    for box, index in ((RIGHT, 0), (LEFT, 1)):
        single = anatomy(mask(box))
        assert single.found
        assert single.sides()[index].any()
        assert not single.sides()[1 - index].any()
        assert single.thoracic_width() is None


def test_zones_are_the_thirds_of_each_lungs_height():
    zones = anatomy(LUNGS).zones()
    assert set(zones) == {(side, name) for side in ("right", "left") for name in ZONES}
    np.testing.assert_array_equal(zones["right", "upper"], mask((20, 30, 40, 45)) > 0)
    np.testing.assert_array_equal(zones["left", "lower"], mask((60, 66, 82, 81)) > 0)
    np.testing.assert_array_equal(sum(zone.astype(int) for zone in zones.values()), LUNGS > 0)


def test_zones_are_parted_by_lines_across_each_lung():
    found = anatomy(LUNGS)
    upper, middle = found.zone_lines()[:2]
    assert upper == (pytest.approx((200, 450)), pytest.approx((400, 450)))
    assert middle[0][1] == pytest.approx(600)
    assert len(found.zone_lines()) == 4
    assert len(anatomy(mask(RIGHT)).zone_lines()) == 2


def test_the_thoracic_width_is_taken_where_the_lungs_reach_farthest_out():
    start, end = anatomy(mask(RIGHT, LEFT, (14, 60, 21, 61), (80, 60, 90, 61))).thoracic_width()
    assert start == pytest.approx((140, 605))
    assert end == pytest.approx((900, 605))


def test_a_border_between_pixels_is_interpolated():
    soft = mask((19, 30, 20, 75), value=102) | LUNGS  # the half lies (127.5 - 102) / 153 further in
    start, _end = anatomy(soft).thoracic_width()
    assert start[0] == pytest.approx(10 * (19.5 + (127.5 - 102) / 153))


def test_the_hull_holds_both_lungs_tightly():
    corners = {tuple(point) for point in anatomy(LUNGS).hull()}
    assert corners == {(200, 300), (400, 300), (820, 360), (820, 810), (600, 810), (200, 750)}
    assert anatomy(mask()).hull().shape == (0, 2)


def test_the_outline_runs_around_each_lung():
    lines = sorted(anatomy(LUNGS).outline(), key=lambda line: line[:, 0].min())
    assert len(lines) == 2
    for line, (left, top, right, bottom) in zip(lines, (RIGHT, LEFT), strict=True):
        np.testing.assert_array_equal(line[0], line[-1])
        expected = (left * 10, top * 10, right * 10, bottom * 10)
        assert (*line.min(axis=0), *line.max(axis=0)) == pytest.approx(expected, abs=0.1)
    assert anatomy(mask()).outline() == ()


def test_the_arrays_cannot_be_changed():
    found = anatomy(LUNGS.copy())
    with pytest.raises(ValueError, match="read-only"):
        found.lungs[0, 0] = 1
