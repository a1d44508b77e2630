"""A few images tell whether all of them are chest films."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from cxrview.datasets.lung_sample import MOST, LungSample, sample
from cxrview.datasets.sources import Item
from cxrview.progress import Cancelled, silent
from cxrview.training.export.phantom import chest_phantom


def items(folder: Path, pictures: list[np.ndarray], **about: object) -> list[Item]:
    """Write `pictures` and return them as items of a training."""
    found = []
    for number, picture in enumerate(pictures):
        path = folder / f"{number}.png"
        assert cv2.imwrite(str(path), picture)
        found.append(Item(path, path.name, ("a",), **about))
    return found


def test_chest_films_are_told_from_other_pictures(tmp_path):
    blank = np.full((300, 300), 90, np.uint8)
    chests = items(tmp_path, [chest_phantom(300 + 4 * number) for number in range(3)])
    found = sample(chests, silent)
    assert (found.looked, found.found, found.are_chests) == (3, 3, True)
    (tmp_path / "others").mkdir()
    others = items(tmp_path / "others", [blank, blank.T, cv2.flip(chest_phantom(300), 0)])
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
        sample(items(tmp_path, [chest_phantom(300)]), cancel)
