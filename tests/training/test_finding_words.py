"""The sentences of findings: English where they are kept, in the user's language where they are shown."""

import json
from collections.abc import Iterator

import numpy as np
import pytest

from cxrview import words
from cxrview.training import finding_texts
from cxrview.training.data_report import DataReport, Finding
from cxrview.training.dataset import LabelledImages
from cxrview.training.finding_words import spoken, worded
from cxrview.training.split import TooFew, split_by_group


def as_stored(item: Finding) -> dict:
    """Return a finding as it comes out of the stored report."""
    return json.loads(json.dumps(DataReport(findings=(item,)).as_dict()))["findings"][0]


@pytest.fixture
def german() -> Iterator[None]:
    words.use("de")
    yield
    words.use("en")


def test_one_and_many_have_their_own_words():
    one = worded("blank", "warning", finding_texts.BLANK, {"place": "", "count": 1})
    many = worded("blank", "warning", finding_texts.BLANK, {"place": "", "count": 1200})
    assert one.text == "1 image without contrast left out: nothing is seen."
    assert many.text == "1,200 images without contrast left out: nothing is seen."


def test_of_many_classes_the_first_are_named():
    item = worded("empty-class", "block", finding_texts.EMPTY_CLASS, {"classes": list("abcdefg")})
    assert item.text.startswith("There are no images of “a”, “b”, “c”, “d”, “e” and 2 more,")


def test_what_was_stored_is_spoken_in_german_and_kept_in_english(german):
    where = finding_texts.PLACES["external collection"]
    item = worded("blank", "warning", finding_texts.BLANK, {"place": where, "count": 3})
    assert item.text == "3 images of the external collection without contrast left out: nothing is seen."
    assert spoken(as_stored(item)).startswith("3 Bilder der fremden Sammlung ohne Kontrast")
    few = worded("few-images", "warning", finding_texts.FEW_IMAGES, {"classes": ["Normal"], "least": 20})
    assert spoken(as_stored(few)).startswith("Von „Normal“ gibt es weniger als 20 Bilder")
    values = {"attribute": "image size", "accuracy": 70, "chance": 50}
    told = worded("confounded", "warning", finding_texts.CONFOUNDED, values)
    assert spoken(as_stored(told)).startswith("Allein die Bildgröße verrät bei 70 % der Bilder")


def test_names_of_classes_and_files_are_not_translated(german):
    values = {"count": 1, "one": "hidden", "one_class": "image size", "other": "b", "other_class": "modality"}
    item = worded("label-conflict", "block", finding_texts.TORN, values)
    assert "hidden (image size) und b (modality)" in spoken(as_stored(item))


def test_a_sentence_from_elsewhere_stays_as_it_is(german):
    assert spoken(as_stored(Finding("too-few", "block", "There are too few."))) == "There are too few."


def test_what_stops_the_split_is_spoken_in_german(german):
    groups = np.array([f"g{number}" for number in range(8)])
    targets = np.eye(2, dtype=np.float32)[[0] * 7 + [1]]
    data = LabelledImages(("a", "b"), np.zeros((8, 1, 1), np.uint8), targets, groups, groups, groups)
    with pytest.raises(TooFew) as refused:
        split_by_group(data, seed=1)
    assert "“b” has 1 patient or group of images" in str(refused.value)
    assert "training, validation and test. Add images, or" in str(refused.value)
    told = spoken(as_stored(refused.value.finding))
    assert "„b“ hat 1 Patienten" in told
    assert "Training, Validierung und Test" in told
    assert "Fügen Sie Bilder hinzu" in told
    assert spoken({"text": "Of an earlier version."}) == "Of an earlier version."
