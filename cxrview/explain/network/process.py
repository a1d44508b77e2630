"""What the process says that looks into a network: asked by lines of JSON, answered by lines of JSON.

A request has a `number`, a `work` and what that needs; the answer has the same number. What is asked while
films of a folder are watched is answered between two batches, so nobody waits for the folder.
"""

import dataclasses
import json
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview import bundle
from cxrview.bundle import Card
from cxrview.engines.keras_gradients import pack, unpack
from cxrview.engines.keras_network import LayeredNetwork
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.explain import messages
from cxrview.explain.network.figures import Activity, NumberSpread, near_zero, spread_of, strengths
from cxrview.explain.network.films import batches
from cxrview.explain.network.stack import heard_at, is_spatial
from cxrview.explain.network.summary import FIGURES, summary_rows

Said = dict[str, Any]
Tell = Callable[[Said], None]


class NetworkAnswers:
    """One network at a time, and what was found out about it. `answer` raises CxrviewError."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._network: LayeredNetwork  # both of what was opened last, before anything else is asked
        self._card: Card
        self._watched: dict[str, Activity] = {}  # by layer; of the last folder that was watched to its end

    def answer(self, request: Mapping[str, Any]) -> Said:
        """Return the answer to a request other than "watch" and "stop"."""
        works: dict[str, Callable[[Mapping[str, Any]], Said]] = {
            "open": self._open,
            "look": self._look,
            "weights": self._weights,
            "filters": self._filters,
            "summary": self._summary,
        }
        return works[request["work"]](request)

    def watch(self, folder: Path) -> Iterator[Said]:
        """Read the films in `folder` and yield how far that is; at last which filters never were active."""
        heard = heard_at(self._network.layers)
        names = self._activities()
        watcher, found = self._network.watcher(names), {name: Activity() for name in names}
        failed = 0
        for batch in batches(self._card, folder):
            failed = batch.failed
            if len(batch.films):
                for name, reached in watcher(batch.films).items():
                    found[name].add(reached)
            yield {"fraction": batch.done / batch.total, "done": batch.done, "count": batch.total}
        films_read = next(iter(found.values())).films if found else 0
        if not films_read:
            raise InvalidRequest(messages.NONE_OF_THEM_READ)
        self._watched = found
        silent = {name: found[at].never_active() for name, at in heard.items()}
        yield {"films": films_read, "unread": failed, "never_active": silent}

    def _open(self, request: Mapping[str, Any]) -> Said:
        """The layers, and the filters of each whose weights are near zero."""
        folder = Path(request["folder"])
        if folder != self._folder:
            self._card = bundle.load(folder).card  # a file that is not as the card says is not opened
            self._network, self._folder, self._watched = LayeredNetwork(folder), folder, {}
        return {
            "layers": [layer.as_dict() for layer in self._network.layers],
            "near_zero": self._near_zero(),
        }

    def _look(self, request: Mapping[str, Any]) -> Said:
        """What a layer gives for a film: its maps as pictures, each from its lowest to its highest number."""
        name = request["layer"]
        given = self._network.output(name, _image(request))
        said = {"layer": name, "spread": dataclasses.asdict(spread_of(given))}
        layer = next(layer for layer in self._network.layers if layer.name == name)
        if not is_spatial(layer):
            return {**said, "values": [float(value) for value in given.ravel()]}
        low, high = given.min(axis=(0, 1)), given.max(axis=(0, 1))
        reach = np.where(high > low, high - low, 1)
        pictures = np.rint((given - low) / reach * 255).astype(np.uint8).transpose(2, 0, 1)
        return {
            **said,
            "maps": pack(pictures),
            "low": low.tolist(),
            "high": high.tolist(),
            "strengths": strengths(given).tolist(),
        }

    def _weights(self, request: Mapping[str, Any]) -> Said:
        """How the weights of a layer are spread; nothing for one without filters."""
        filters = self._network.filters(request["layer"])
        spread = dataclasses.asdict(spread_of(filters)) if filters.size else None
        return {"layer": request["layer"], "spread": spread}

    def _filters(self, _request: Mapping[str, Any]) -> Said:
        """The filters of the first convolution, as numbers."""
        name, filters = self._network.first_filters()
        return {"layer": name, "filters": pack(filters)}

    def _summary(self, request: Mapping[str, Any]) -> Said:
        """The rows of the table; over the film in the request, if there is one and no folder was watched."""
        layers, names = self._network.layers, self._activities()
        weights = {}
        for layer in layers:
            if layer.filters:
                weights[layer.name] = _figures(spread_of(self._network.filters(layer.name)))
        watched = self._watched
        never: dict[str, tuple[int, ...]] = {}
        if watched:
            never = {name: watched[at].never_active() for name, at in heard_at(layers).items()}
        elif "image" in request:
            watched = {name: Activity() for name in names}
            for name, reached in self._network.watcher(names)(_image(request)[None]).items():
                watched[name].add(reached)
        films = next(iter(watched.values())).films if watched else 0
        given = {name: activity.figures() for name, activity in watched.items()}
        return {"rows": summary_rows(layers, weights, self._near_zero(), films, given, never)}

    def _near_zero(self) -> dict[str, tuple[int, ...]]:
        layers = self._network.layers
        return {layer.name: near_zero(self._network.filters(layer.name)) for layer in layers if layer.filters}

    def _activities(self) -> list[str]:
        """Return the layers whose outputs are watched: those with filters, and where these are heard."""
        heard = heard_at(self._network.layers)
        wanted = {*heard, *heard.values()}
        return [layer.name for layer in self._network.layers if layer.name in wanted]


def serve(lines: Iterable[str], say: Tell) -> None:
    """Answer `lines` until they end, or "stop" what runs; `say` is given what is to be said, as a value."""
    say({"ready": True})
    _Service(_requests(lines), say).run()


class _Service:
    """Answers what is asked, and watches a folder as long as nothing is asked."""

    def __init__(self, requests: "queue.Queue[dict[str, Any] | None]", say: Tell) -> None:
        self._requests, self._say = requests, say
        self._answers = NetworkAnswers()
        self._watch: tuple[int, Iterator[Said]] | None = None  # its number, and what it says

    def run(self) -> None:
        """Return when nothing will be asked any more."""
        while True:
            try:
                request = self._requests.get(block=self._watch is None)
            except queue.Empty:
                self._watch_on()
                continue
            if request is None:
                return
            self._take(request)

    def _take(self, request: dict[str, Any]) -> None:
        number, work = request["number"], request["work"]
        if work == "watch":
            self._watch = number, self._answers.watch(Path(request["films"]))
        elif work == "stop":
            self._watch = None
        else:
            if work == "open":
                self._watch = None
            found = _tried(lambda: self._answers.answer(request))
            self._say({"number": number, "work": work, **(found or {})})

    def _watch_on(self) -> None:
        assert self._watch is not None  # else it waits for a request
        number, said = self._watch
        told = _tried(lambda: next(said, None))
        if told is None or "problem" in told:
            self._watch = None
        if told is not None:
            self._say({"number": number, "work": "watch", **told})


def _requests(lines: Iterable[str]) -> "queue.Queue[dict[str, Any] | None]":
    """Return where the requests in `lines` arrive as they come, and None at their end."""
    waiting: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def listen() -> None:
        for line in lines:
            waiting.put(json.loads(line))
        waiting.put(None)

    threading.Thread(target=listen, daemon=True, name="cxrview-requests").start()
    return waiting


def _tried(work: Callable[[], Said | None]) -> Said | None:
    try:
        return work()
    except CxrviewError as error:
        return {"problem": error.whole.as_dict()}


def _image(request: Mapping[str, Any]) -> NDArray[np.uint8]:
    return unpack(request["image"], np.uint8)


def _figures(spread: NumberSpread) -> dict[str, float]:
    return {name: getattr(spread, name) for name in FIGURES}
