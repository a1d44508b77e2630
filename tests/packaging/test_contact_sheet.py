"""Which films the contact sheet shows, and that boxes stand on it where they are asked for, and only then."""

import csv
from collections import Counter

import cv2
import numpy as np
import pytest
from contact_sheet import choose, pages

from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import find_items
from cxrview.inference.predictor import Predictor
from tests.conftest import TINY_SIZE

BOXED = "[[8, 10, 40, 50]]"


@pytest.fixture
def table(tmp_path):
    """Return a table of 30 drawn films of 15 patients: 12 of pneumonia, 10 normal, 8 of COVID-19."""
    random = np.random.default_rng(0)
    rows = [["file", "label", "group", "source", "boxes"]]
    labels = ["pneumonia"] * 12 + ["normal"] * 10 + ["covid19"] * 8
    for number, label in enumerate(labels):
        picture = random.integers(0, 120, (TINY_SIZE, TINY_SIZE + 16), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture)
        rows.append(
            [f"{number}.png", label, f"patient {number // 2}", "here", BOXED if label != "normal" else "[]"]
        )
    with (tmp_path / "films.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return tmp_path / "films.csv"


def test_as_many_are_shown_of_each_class_and_one_of_a_patient(table):
    items = find_items(DataConfig(path=str(table)))
    chosen = choose(items, 9, seed=0)
    assert Counter(item.labels[0] for item in chosen) == {"covid19": 3, "normal": 3, "pneumonia": 3}
    assert len({item.group for item in choose(items, 100, seed=0)}) == len(choose(items, 100, seed=0)) == 15
    assert choose(items, 9, seed=0) == chosen
    assert choose(items, 9, seed=1) != chosen


def test_boxes_are_drawn_where_they_are_asked_for(table, tiny_bundle, qapp):
    predictor = Predictor.load(str(tiny_bundle))

    def shares(*, with_boxes):
        drawn = list(pages(predictor, [table], seed=0, with_boxes=with_boxes, films=6))
        return [_cyan(page) for page in drawn]

    boxed, plain = shares(with_boxes=True), shares(with_boxes=False)
    assert len(boxed) == len(plain) == 2  # four films on the first page
    assert min(boxed) > 0.001
    assert max(plain) == 0


def _cyan(page):
    """Return the share of the pixels that are of the colour of boxes, more or less."""
    pixels = np.frombuffer(page.constBits(), np.uint8).reshape(page.height(), page.width(), 4).astype(int)
    blue, green, red = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return float(((np.minimum(blue, green) - red) > 60).mean())
