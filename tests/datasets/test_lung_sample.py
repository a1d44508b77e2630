"""A few images tell whether all of them are chest films."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from cxrview.anatomy import Anatomy
from cxrview.datasets.lung_sample import MOST, LungSample, sample, shows_lungs
from cxrview.datasets.sources import Item
from cxrview.imaging import Letterbox
from cxrview.progress import Cancelled, silent
from tests.anatomy.chests import chest, lungs


def items(folder: Path, pictures: list[np.ndarray], **about: object) -> list[Item]:
    """Write `pictures` and return them as items of a training."""
    found = []
    for number, picture in enumerate(pictures):
        path = folder / f"{number}.png"
        assert cv2.imwrite(str(path), picture)
        found.append(Item(path, path.name, ("a",), **about))
    return found


def seen(mask: np.ndarray, sure: float = 1.0) -> Anatomy:
    """Return an anatomy with `mask`, (S, S) bool, of which the network is so `sure`."""
    side = len(mask)
    values = np.where(mask, round(255 * sure), 0).astype(np.uint8)
    return Anatomy(values, Letterbox.fit(side, side, side), True, (0, 0, side, side))


def test_chest_films_are_told_from_other_pictures(tmp_path):
    blank = np.full((300, 300), 90, np.uint8)
    chests = items(tmp_path, [chest(320 + 4 * number, 300) for number in range(3)])
    found = sample(chests, silent)
    assert (found.looked, found.found, found.are_chests) == (3, 3, True)
    (tmp_path / "others").mkdir()
    others = items(tmp_path / "others", [blank, blank.T, cv2.flip(chest(300, 300), 0)[:90]])
    found = sample([*others, *chests[:1]], silent)
    assert (found.looked, found.found, found.are_chests) == (4, 1, False)


def test_no_more_than_a_few_are_looked_at(tmp_path):
    picture = items(tmp_path, [np.full((120, 120), 90, np.uint8)])[0]
    asked: list[float] = []
    many = [picture] * (3 * MOST)
    assert sample(many, lambda share, _text: asked.append(share)).looked == MOST == len(asked)


def test_what_cannot_be_read_does_not_count(tmp_path):
    broken = Item(tmp_path / "none.png", "none.png", ("a",))
    found = sample([broken], silent)
    assert found == LungSample(0, 0)
    assert not found.are_chests


def test_boxes_are_counted_over_all_images(tmp_path):
    blank = np.full((120, 120), 90, np.uint8)
    told = items(tmp_path, [blank], boxes=((1.0, 2.0, 30.0, 40.0),)) + items(tmp_path, [blank], boxes=())
    assert sample([*told, *items(tmp_path, [blank])], silent).boxed == 2


def test_it_can_be_cancelled(tmp_path):
    def cancel(_share: float, _text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        sample(items(tmp_path, [chest(300, 300)]), cancel)


def test_two_lungs_side_by_side_are_those_of_a_chest_film():
    mask = lungs(112, 112)
    assert shows_lungs(seen(mask))
    assert not shows_lungs(seen(mask, sure=0.9))
    one = mask.copy()
    one[:, 56:] = False
    assert not shows_lungs(seen(one))
    short = mask.copy()
    short[55:, 56:] = False
    assert not shows_lungs(seen(short))
    assert not shows_lungs(seen(np.rot90(mask)))
    flat = cv2.resize(mask.astype(np.uint8), (112, 40), interpolation=cv2.INTER_NEAREST) > 0
    assert not shows_lungs(seen(np.pad(flat, ((36, 36), (0, 0)))))  # as on a slice of CT
