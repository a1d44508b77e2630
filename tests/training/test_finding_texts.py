"""The sentences of findings: English where they are kept, in the user's language where they are shown."""

import json
from collections.abc import Iterator

import numpy as np
import pytest

from cxrview import i18n
from cxrview.datasets import finding_texts
from cxrview.datasets.finding_texts import quoted
from cxrview.datasets.labelled import LabelledImages
from cxrview.datasets.messages import NAMES_AND_MORE
from cxrview.datasets.report import DataReport, Finding, message_of
from cxrview.datasets.split import TooFew, split_by_group
from cxrview.message import Message
from tests.refusals import refused


def as_stored(message: Message) -> dict:
    """Return a finding as it comes out of the stored report."""
    report = DataReport(findings=(Finding("a-kind", "warning", message),))
    return json.loads(json.dumps(report.as_dict()))["findings"][0]


def spoken(message: Message) -> str:
    """Return what the window shows of a stored finding."""
    return i18n.say(message_of(as_stored(message)))


@pytest.fixture
def german() -> Iterator[None]:
    i18n.use("de")
    yield
    i18n.use("en")


def test_one_and_many_have_their_own_words():
    one, many = (finding_texts.BLANK(place="", count=count) for count in (1, 1200))
    assert str(one) == finding_texts.BLANK.text.format(place="", count=1)
    assert str(many) == finding_texts.BLANK.many.format(place="", count=1200)
    assert "1,200" in str(many)


def test_of_many_classes_the_first_are_named():
    text = str(finding_texts.EMPTY_CLASS(classes=quoted(list("abcdefg"))))
    shown = NAMES_AND_MORE(names=quoted(list("abcde")), count=2)
    assert text == str(finding_texts.EMPTY_CLASS(classes=shown))


def test_what_was_stored_is_spoken_in_german_and_kept_in_english(german):
    item = finding_texts.BLANK(place=finding_texts.OF_EXTERNAL, count=3)
    assert as_stored(item)["text"] == str(item)
    assert spoken(item) == i18n.say(item) != str(item)
    few = finding_texts.FEW_IMAGES(classes=quoted(["Normal"]), least=20)
    assert spoken(few) == i18n.say(few)
    assert "„Normal“" in spoken(few)
    told = finding_texts.CONFOUNDED(attribute=finding_texts.ATTRIBUTES["size"], accuracy=70, chance=50)
    assert spoken(told) == i18n.say(told)
    assert i18n.say(finding_texts.ATTRIBUTES["size"]) in spoken(told)


def test_names_of_classes_and_files_are_not_translated(german):
    item = finding_texts.TORN(
        count=1, one="hidden", one_class="image size", other="b", other_class="modality"
    )
    assert "hidden (image size) und b (modality)" in spoken(item)


def test_a_sentence_from_elsewhere_stays_as_it_is(german):
    assert i18n.say(message_of({"text": "Of a later version.", "code": "later", "values": {}})) == (
        "Of a later version."
    )
    assert i18n.say(message_of({"text": "Of an earlier version."})) == "Of an earlier version."


def test_a_finding_of_0_1_0_is_spoken_in_german(german):
    blank, empty = finding_texts.BLANK, finding_texts.EMPTY_CLASS
    place = finding_texts.OF_OUT_OF_DISTRIBUTION
    old = {
        "kind": "blank",
        "severity": "warning",
        "text": "As 0.1.0 said it in English.",
        "words": [text.replace("{count:,}", "{count}") for text in (blank.text, blank.many)],
        "values": {"place": " of the strangers", "count": 1200},
    }
    assert i18n.say(message_of(old)) == i18n.say(blank(place=place, count=1200))
    assert str(message_of(old)) == str(blank(place=place, count=1200))
    named = {"text": "As 0.1.0 said it.", "words": [empty.text], "values": {"classes": ["a", "b"]}}
    assert i18n.say(message_of(named)) == i18n.say(empty(classes=quoted(["a", "b"])))
    assert str(message_of(named)) == str(empty(classes=quoted(["a", "b"])))


def test_what_stops_the_split_is_spoken_in_german(german):
    groups = np.array([f"g{number}" for number in range(8)])
    targets = np.eye(2, dtype=np.float32)[[0] * 7 + [1]]
    data = LabelledImages(("a", "b"), np.zeros((8, 1, 1), np.uint8), targets, groups, groups, groups)
    with refused(TooFew, finding_texts.TOO_FEW(name="b", count=1)) as refusal:
        split_by_group(data, seed=1)
    told = spoken(refusal.error.finding.message)
    assert told == i18n.say(refusal.error.finding.message) != str(refusal.error.finding.message)
    assert "„b“" in told
    assert i18n.say(finding_texts.ALL_SIDES) in told
