"""Radiographs and refusals on their way between processes: JSON, and the pixels beside it."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview import message, messages
from cxrview.errors import UnreadableImage
from cxrview.imaging import messages as imaging_messages
from cxrview.imaging.dicom.tag_tree import Tag, TagListing
from cxrview.imaging.radiograph import (
    Identity,
    Overlay,
    Pictured,
    Radiograph,
    Spacing,
    SpacingSource,
    VoiFunction,
    VoiLut,
    Window,
)
from cxrview.isolation.channel import padded
from cxrview.message import Catalogue, Message

VALUES: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (Radiograph, Window, VoiLut, Overlay, Spacing, Identity, Pictured, Tag, TagListing)
}
CHOICES: dict[str, type[Enum]] = {kind.__name__: kind for kind in (VoiFunction, SpacingSource)}
MAX_CAUSE = 1000  # characters
NUMBERS = "biuf"  # kinds of array that may come in


class RaisedThere(Exception):
    """What was raised in another process, in its words."""


class Packed:
    """A value as JSON knows it, in `tree`, and its arrays one behind the other, in `blocks`.

    What is there twice goes once, and is one thing again on the other side. Of paths there is only one, whose
    name the other side knows.
    """

    def __init__(self, value: object) -> None:
        """Pack a tree of lists, radiographs, headers and what these hold. Raises TypeError for all else."""
        self.blocks: list[memoryview] = []
        self._arrays: dict[int, tuple[NDArray[Any], dict[str, Any]]] = {}
        self._values: dict[int, tuple[object, int]] = {}
        self._place = 0
        self.tree = self._pack(value)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return self._place

    def _pack(self, value: object) -> Any:
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, int | float):
            return value
        if isinstance(value, list | tuple):
            return [self._pack(part) for part in value]
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, bytes):
            return {"bytes": value.hex()}
        if isinstance(value, Path):
            return {"path": True}
        if isinstance(value, Message):
            return {"message": value.as_dict()}
        name = type(value).__name__
        if CHOICES.get(name) is type(value):
            return {"choice": name, "name": value.name}
        if VALUES.get(name) is not type(value):
            raise TypeError(f"a {name} cannot be sent")
        if id(value) in self._values:
            return {"again": self._values[id(value)][1]}
        held = {field.name: self._pack(getattr(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]
        self._values[id(value)] = value, len(self._values)  # kept, lest another gets its number
        return {"value": name, "with": held}

    def _array(self, array: NDArray[Any]) -> dict[str, Any]:
        if id(array) not in self._arrays:
            whole = np.ascontiguousarray(array)
            said = {"array": whole.dtype.str, "shape": list(array.shape), "place": self._place}
            self._arrays[id(array)] = array, said  # kept, lest another gets its number
            block = whole.reshape(-1).view(np.uint8).data if whole.size else memoryview(b"")
            self.blocks.append(block)
            self._place += padded(block)
        return self._arrays[id(array)][1]


def unpacked(tree: Any, memory: Any, path: Path) -> Any:
    """Return what was packed, with tuples for lists; the arrays look into `memory` and are read-only.

    `path` stands in the place of every path. Raises ValueError, TypeError or LookupError if it is not whole.
    """
    return _unpacked(tree, memory, path, [])


def _unpacked(tree: Any, memory: Any, path: Path, values: list[Any]) -> Any:
    if isinstance(tree, list):
        return tuple(_unpacked(part, memory, path, values) for part in tree)
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        return _array(tree, memory)
    if "bytes" in tree:
        return bytes.fromhex(tree["bytes"])
    if "path" in tree:
        return path
    if "message" in tree:
        return _catalogue().read(tree["message"])
    if "choice" in tree:
        return CHOICES[tree["choice"]][tree["name"]]
    if "again" in tree:
        return values[tree["again"]]
    held = {name: _unpacked(part, memory, path, values) for name, part in tree["with"].items()}
    values.append(VALUES[tree["value"]](**held))
    return values[-1]


def _array(said: Mapping[str, Any], memory: Any) -> NDArray[Any]:
    dtype = np.dtype(said["array"])
    shape: Sequence[int] = said["shape"]
    if dtype.kind not in NUMBERS or min(shape, default=0) < 0:
        raise ValueError(f"an array of {dtype}, {shape}")
    count = int(np.prod(shape, dtype=np.int64))
    if not count:
        array = np.empty(shape, dtype)
    else:
        array = np.frombuffer(memory, dtype, count, said["place"]).reshape(shape)
    array.setflags(write=False)
    return array


def refusal(error: UnreadableImage) -> dict[str, Any]:
    """Return an error as JSON knows it."""
    cause = "" if error.__cause__ is None else str(error.__cause__)[:MAX_CAUSE]
    return {"problem": error.problem.as_dict(), "advice": error.advice.as_dict(), "cause": cause}


def refused(said: Mapping[str, Any], path: Path) -> UnreadableImage:
    """Return the error about `path` that `refusal` made, with what caused it there."""
    error = UnreadableImage(_catalogue().read(said["problem"]), _catalogue().read(said["advice"]), path)
    error.__cause__ = RaisedThere(said["cause"]) if said["cause"] else None
    return error


@functools.cache
def _catalogue() -> Catalogue:
    return Catalogue((message, messages, imaging_messages))
