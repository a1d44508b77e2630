"""What the process answers, and that nobody waits for a folder."""

import json
import queue
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from cxrview.engines.keras_gradients import pack, unpack
from cxrview.explain import messages
from cxrview.explain.network import process
from tests.conftest import TINY_SIZE
from tests.explain.network.by_hand import FACTORS, LAYERS, NetworkByHand


@pytest.fixture(autouse=True)
def by_hand(monkeypatch):
    monkeypatch.setattr(process, "LayeredNetwork", NetworkByHand)


@pytest.fixture
def film() -> np.ndarray:
    return np.random.default_rng(5).integers(1, 256, (TINY_SIZE, TINY_SIZE), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path, film):
    """Six films, and a file that is none."""
    place = tmp_path / "films"
    place.mkdir()
    for number in range(6):
        cv2.imwrite(str(place / f"{number}.png"), film // (number + 1))
    (place / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return place


class Talk:
    """Lines to the process, each sent when the one before has been answered as wanted."""

    def __init__(self, *requests: dict) -> None:
        self.said: list[dict] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        for request in requests:
            self.send(request)

    def send(self, request: dict) -> None:
        self._lines.put(json.dumps(request))

    def end(self) -> None:
        self._lines.put(None)

    def hear(self, message: dict) -> None:
        self.said.append(json.loads(json.dumps(message)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines.get, None)


def answered(*requests: dict) -> list[dict]:
    talk = Talk(*requests)
    talk.end()
    process.serve(talk, talk.hear)
    return talk.said[1:]


def test_layers_maps_weights_and_filters_are_told(tiny_bundle, film):
    given = {"folder": str(tiny_bundle), "image": pack(film)}
    opened, look, head, weights, none, filters = answered(
        {"number": 1, "work": "open", **given},
        {"number": 2, "work": "look", "layer": "conv1_conv", **given},
        {"number": 3, "work": "look", "layer": "head_0", **given},
        {"number": 4, "work": "weights", "layer": "conv1_conv"},
        {"number": 5, "work": "weights", "layer": "conv1_relu"},
        {"number": 6, "work": "filters"},
    )
    assert [layer["name"] for layer in opened["layers"]] == [layer.name for layer in LAYERS]
    assert opened["near_zero"] == {"conv1_conv": [2], "head_0": []}
    wanted = NetworkByHand(tiny_bundle).output("conv1_conv", film)
    low, high = np.array(look["low"]), np.array(look["high"])
    maps = unpack(look["maps"], np.uint8).transpose(1, 2, 0) / 255 * (high - low) + low
    np.testing.assert_allclose(maps, wanted, atol=0.005 * np.ptp(wanted))
    np.testing.assert_allclose(look["strengths"], np.abs(wanted).mean((0, 1)), rtol=1e-6)
    assert len(head["values"]) == 3
    assert "maps" not in head
    assert weights["spread"]["mean"] == pytest.approx(FACTORS.mean())
    assert none["spread"] is None
    assert unpack(filters["filters"], np.float32).shape == (4, 8, 8)


def test_a_folder_is_watched_while_other_things_are_answered(tiny_bundle, folder):
    talk = Talk({"number": 1, "work": "open", "folder": str(tiny_bundle)})

    def hear(message: dict) -> None:
        talk.hear(message)
        if message.get("work") == "open":
            talk.send({"number": 2, "work": "watch", "films": str(folder)})
        elif "done" in message and message["done"] < message["count"]:
            talk.send({"number": 3, "work": "weights", "layer": "head_0"})
        elif "films" in message:
            talk.send({"number": 4, "work": "summary"})
        elif message.get("work") == "summary":
            talk.end()

    process.serve(talk, hear)
    works = [message.get("work") for message in talk.said]
    assert works.index("weights") < len(works) - 1 - works[::-1].index(
        "watch"
    )  # before the last word on films
    (told,) = [message for message in talk.said if "films" in message]
    assert (told["films"], told["unread"]) == (6, 1)
    assert told["never_active"] == {"conv1_conv": [1, 2], "head_0": []}
    row = talk.said[-1]["rows"][0]
    assert (row["films"], row["never_active"], row["near_zero"]) == (6, "2 3", "3")


def test_what_is_watched_can_be_stopped_and_a_folder_without_films_says_so(tiny_bundle, folder, tmp_path):
    talk = Talk({"number": 1, "work": "open", "folder": str(tiny_bundle)})
    talk.send({"number": 2, "work": "watch", "films": str(folder)})
    talk.send({"number": 3, "work": "stop"})
    (tmp_path / "empty").mkdir()
    talk.send({"number": 4, "work": "watch", "films": str(tmp_path / "empty")})

    def hear(message: dict) -> None:
        talk.hear(message)
        if "problem" in message:
            talk.end()

    process.serve(talk, hear)
    assert not any("films" in message for message in talk.said)
    assert talk.said[-1]["problem"]["code"] == messages.NO_FILMS_IN_FOLDER.code
    assert talk.said[-1]["number"] == 4
