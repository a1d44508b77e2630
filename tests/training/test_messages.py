"""What a training says is declared once, under a code of its own, and comes out of JSON as it went in."""

import json
import re
from pathlib import Path

import pytest

from cxrview.datasets import finding_texts
from cxrview.datasets import messages as data_messages
from cxrview.evaluation import messages as evaluation_messages
from cxrview.message import NOTHING, declared, verbatim
from cxrview.training import catalogue, messages, names
from cxrview.training.run import events

OURS = (data_messages, evaluation_messages, finding_texts, messages, names)


def kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[._]", "-", name).lower()


@pytest.mark.parametrize("room", OURS, ids=lambda room: room.__name__.rpartition(".")[2])
def test_a_code_is_the_name_of_its_constant(room):
    source, called = Path(room.__file__).read_text("utf-8"), {}
    for name, message in declared(room).items():
        called.setdefault(message.code, []).append(kebab(name))
    for code, constants in called.items():
        assert code in constants or f'"{code}"' not in source  # that of another room


def test_no_two_messages_of_any_room_have_one_code():
    catalogue.rooms()
    assert catalogue._catalogue()  # raises where codes clash


def test_messages_come_out_of_a_line_as_they_went_in():
    problem = messages.RUN_DIFFERS(folder=Path("a/b"), entries=["recipe.seed"])
    told = [
        events.Failed(problem, messages.RESUME_SAME, "", True),
        events.Failed(data_messages.NO_ROOM, messages.MAKE_ROOM_FOR_EPOCH, "runs/one/last.npz"),
        events.Failed(verbatim("odd."), NOTHING, "a/odd.png"),
        events.Warned(messages.NOT_LISTED(reason=problem)),
        events.Stage("reading", 0.5, verbatim("a.png")),
        events.Stage("measuring", 0.5, messages.IMAGE_OF(number=1, total=2)),
        events.Trial(1, "failed", None, {}, None, messages.NO_F1),
    ]
    assert [events.parse(events.dump(event)).event for event in told] == told


def test_a_line_says_in_english_what_it_says_in_codes():
    event = events.Failed(data_messages.NO_ROOM, messages.MAKE_ROOM_FOR_EPOCH, "run/last.npz", True)
    line = json.loads(events.dump(event))
    assert line["problem"] == f"last.npz {data_messages.NO_ROOM}"
    assert line["advice"] == str(messages.MAKE_ROOM_FOR_EPOCH)
    assert (line["code"], line["values"]) == (data_messages.NO_ROOM.code, {})
    assert line["remedy"] == {"code": messages.MAKE_ROOM_FOR_EPOCH.code, "values": {}}
    line = json.loads(events.dump(events.Warned(messages.LEFT_OUT_OF_TRAINING(number=7))))
    assert line["text"] == str(messages.LEFT_OUT_OF_TRAINING(number=7))
    assert line["values"] == {"number": 7}
    line = json.loads(events.dump(events.Stage("reading", 0.5, verbatim("a.png"))))
    assert (line["text"], "code" in line) == ("a.png", False)


@pytest.mark.parametrize(
    ("line", "event"),
    [
        (
            '{"event": "failed", "time": 1.0, "problem": "a.toml holds no phase.", "advice": "Add one.", '
            '"file": "/b/a.toml", "resumable": true}',
            events.Failed(verbatim("holds no phase."), verbatim("Add one."), "/b/a.toml", True),
        ),
        (
            '{"event": "warned", "time": 1.0, "text": "Take {care}."}',
            events.Warned(verbatim("Take {care}.")),
        ),
        (
            '{"event": "stage", "time": 1.0, "name": "reading", "fraction": 0.5, "text": "a.png"}',
            events.Stage("reading", 0.5, verbatim("a.png")),
        ),
        (
            '{"event": "trial", "time": 1.0, "number": 1, "state": "failed", "value": null, '
            '"parameters": {}, "best": null, "problem": "It broke."}',
            events.Trial(1, "failed", None, {}, None, verbatim("It broke.")),
        ),
        (
            '{"event": "warned", "time": 1.0, "text": "Of later.", "code": "of-later", "values": {"a": 1}}',
            events.Warned(verbatim("Of later.")),
        ),
    ],
)
def test_words_of_another_version_are_kept(line, event):
    assert events.parse(line).event == event
