"""Hold `model.onnx` to what it is said to be: one ONNX model, whose numbers are in the file itself.

An engine that is given a file looks what it is, and would also run other formats. Read without any library:
the fields of a protocol buffer message, as far as they hold other messages (onnx.proto3 of ONNX 1.19).
"""

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cxrview.engines import messages
from cxrview.errors import UnusableModel

# Message: field → message in it
PARTS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
IR_VERSION, OPSETS, GRAPH = 1, 8, 7  # of a model: what it cannot be without
EXTERNAL_DATA, DATA_LOCATION = 13, 14  # of a tensor
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
DEEPEST = 32  # messages in messages
MOST = 1_000_000  # messages


def check(path: Path) -> None:
    """Raise UnusableModel unless the file at `path` is an ONNX model that reaches for no other file."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            fields = {number for number, _, _ in _fields(content, 0, len(content))}
            if not fields >= {IR_VERSION, OPSETS, GRAPH}:
                raise UnusableModel(messages.NO_ONNX, messages.EXPORT_MODEL_AGAIN, path)
            _walk(content, path)
    except (_Malformed, ValueError) as error:
        raise UnusableModel(messages.NO_ONNX, messages.EXPORT_MODEL_AGAIN, path) from error
    except OSError as error:
        raise UnusableModel(messages.NO_ONNX, messages.EXPORT_MODEL_AGAIN, path) from error


class _Malformed(Exception):
    """The bytes are no such message."""


def _walk(content: Any, path: Path) -> None:
    waiting = [("model", 0, len(content), 0)]
    for count, (kind, start, end, depth) in enumerate(_taken(waiting)):
        if count > MOST or depth > DEEPEST:
            raise _Malformed
        for number, begin, stop in _fields(content, start, end):
            if kind == "tensor" and (number == EXTERNAL_DATA or (number == DATA_LOCATION and begin)):
                raise UnusableModel(messages.NUMBERS_ELSEWHERE, messages.EXPORT_MODEL_AGAIN, path)
            if number in PARTS[kind]:
                waiting.append((PARTS[kind][number], begin, stop, depth + 1))


def _taken(waiting: list[tuple[str, int, int, int]]) -> Iterator[tuple[str, int, int, int]]:
    while waiting:
        yield waiting.pop()


def _fields(content: Any, position: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield number, begin and end of each field; of a number its value and 0. Raises _Malformed."""
    while position < end:
        key, position = _varint(content, position, end)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            value, position = _varint(content, position, end)
            yield number, value, 0
            continue
        if wire == BYTES:
            length, position = _varint(content, position, end)
        elif wire in (FIXED64, FIXED32):
            length = 8 if wire == FIXED64 else 4
        else:
            raise _Malformed
        if number == 0 or position + length > end:
            raise _Malformed
        yield number, position, position + length
        position += length


def _varint(content: Any, position: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= end:
            break
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise _Malformed
