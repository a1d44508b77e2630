"""Ask the process that works out gradients: started for one film, ended when nobody waits for it."""

import json
import os
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview import message, messages, paths
from cxrview.bundle import messages as bundle_messages
from cxrview.engines import messages as engine_messages
from cxrview.engines.keras_engine import KerasEngine
from cxrview.engines.keras_gradients import pack, unpack
from cxrview.errors import EngineUnavailable, UnusableModel
from cxrview.explain import messages as own_messages
from cxrview.explain.methods import METHODS
from cxrview.explain.subject import Subject
from cxrview.message import Catalogue
from cxrview.progress import Report

ASKED = 0.1  # seconds between two looks at whether anybody still waits
CELL = 4  # pixels of the model's square along the side of a cell: single ones are nothing but noise


def gradient_map(
    subject: Subject, method: str, class_name: str, report: Report, **numbers: Any
) -> NDArray[np.float32]:
    """Return the map of `method` for a class at the pixels of the model's square, (S, S) float32.

    `numbers` are those of `keras_gradients.answer`. `report` may raise Cancelled, which ends the process.
    Raises EngineUnavailable without TensorFlow, UnusableModel where there is no trainable model, or what it
    raises in the process.
    """
    title, name = METHODS[method].title, subject.prediction.model
    if not (subject.predictor.folder / "model.keras").is_file():
        raise UnusableModel(own_messages.NOT_TRAINABLE(method=title, name=name), own_messages.USE_GRADCAM)
    if (missing := KerasEngine.missing()) is not None:
        raise EngineUnavailable(own_messages.NEEDS_TENSORFLOW(method=title), missing)
    request = {
        "work": method,
        "folder": str(subject.predictor.folder.absolute()),
        "image": pack(subject.given.image),
        "index": subject.prediction.class_names.index(class_name),
        "count": METHODS[method].reads,
        **numbers,
    }
    said = _ask(request, title, report)
    return np.array(unpack(said["map"], np.float32))


def in_cells(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the sums of `pixels`, (S, S), in squares of about CELL pixels a side, (h, h)."""
    side = max(1, round(len(pixels) / CELL))
    share = (len(pixels) / side) ** 2
    return np.asarray(cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA) * share, np.float32)


def _ask(request: Mapping[str, Any], title: str, report: Report) -> Mapping[str, Any]:
    """Return what the process says in the end."""
    report(0.0, own_messages.STARTING_KERAS(method=title))
    with _process(request) as process:
        assert process.stdout is not None  # it is a pipe
        lines = _lines(process.stdout)
        fraction, doing = 0.0, own_messages.STARTING_KERAS(method=title)
        for line in lines:
            said = _heard(line)
            if "failed" in said:
                rooms = (message, messages, bundle_messages, engine_messages)
                raise UnusableModel(Catalogue(rooms).read(said["failed"]))
            if "map" in said:
                return said
            if "fraction" in said:
                fraction = float(said["fraction"])
                done = round(fraction * request["count"])
                doing = own_messages.READING_AGAIN(method=title, done=done, count=request["count"])
            report(fraction, doing)
        raise UnusableModel(own_messages.GRADIENTS_ENDED(code=process.wait()), own_messages.USE_GRADCAM)


@contextmanager
def _process(request: Mapping[str, Any]) -> Iterator["subprocess.Popen[bytes]"]:
    program, before = paths.program()
    try:
        process = subprocess.Popen(
            [program, *before, "helper", "gradients"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        problem = own_messages.GRADIENTS_NOT_STARTED(reason=error.strerror or str(error))
        raise EngineUnavailable(problem) from error
    try:
        assert process.stdin is not None  # it is a pipe
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.close()
        except OSError:  # it has ended already, and its code is what there is to say
            pass
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of `stream` as they come, and b"" whenever none has come for a while, until it ends."""
    waiting: queue.Queue[bytes | None] = queue.Queue()

    def read() -> None:
        try:
            for line in stream:
                waiting.put(line)
        except (OSError, ValueError):  # it was closed: nobody waits any more
            pass
        waiting.put(None)

    threading.Thread(target=read, daemon=True, name="cxrview-gradients").start()
    while True:
        try:
            line = waiting.get(timeout=ASKED)
        except queue.Empty:
            yield b""
            continue
        if line is None:
            return
        yield line


def _heard(line: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(line or b"{}")
    except ValueError:
        return {}  # a library has spoken
    return said if isinstance(said, dict) else {}
