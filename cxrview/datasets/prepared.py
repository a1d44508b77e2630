"""Images as a table of numbers, `prepared.parquet`: what `cxrview prepare` writes, and how it is read again.

One row a file: what is said of it, and its first frame as numbers 0…1, flattened or as nested lists. The
table is one file, or a folder of parts as Spark writes them. pyarrow is an extra.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.datasets import messages as said
from cxrview.datasets.archived import place_for
from cxrview.errors import InvalidRequest
from cxrview.messages import CANNOT_BE_UNPACKED, MAKE_ROOM

if TYPE_CHECKING:
    import pyarrow

SUFFIX = ".parquet"
TEXTS = ("file", "status", "error", "label", "group", "source", "split")
NUMBERS = ("height", "width", "size", "channels")  # of the film in pixels, and of the tensor
IMAGE = "image"
COLUMNS = (*TEXTS, *NUMBERS, IMAGE)
ROWS_AT_A_TIME = 64
COMMAND = 'pip install "cxrview[parquet]"'
MOST_OF_NAME = 60  # characters of a file's name that the name of its picture ends with


class PreparedRow(NamedTuple):
    """One row: `image` is the film as it was given to be shown, (S, S) uint8."""

    file: str
    label: str
    group: str
    source: str
    split: str
    image: NDArray[np.uint8]


class PreparedFile(NamedTuple):
    """A row whose image lies at `path` as PNG, as long as this process lasts."""

    path: Path
    file: str
    label: str
    group: str
    source: str
    split: str


def require_pyarrow() -> None:
    """Raise InvalidRequest if pyarrow is not there."""
    if find_spec("pyarrow") is None:
        raise InvalidRequest(said.PREPARED_NEEDS_PYARROW, said.INSTALL_WITH(command=COMMAND))


def is_prepared(path: Path) -> bool:
    """Return whether a table of prepared images may lie at `path`: a file or a folder of that suffix."""
    return path.suffix.lower() == SUFFIX and path.exists()


def parts_of(path: Path) -> list[Path]:
    """Return the files of the table at `path` by name; not those that Spark has not finished."""
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob(f"*{SUFFIX}") if not _is_hidden(file.relative_to(path)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(("_", ".")) for part in path.parts)


def read_prepared(path: Path) -> Iterator[PreparedRow]:
    """Yield the rows that have an image. Raises InvalidRequest if it is no such table, or without pyarrow."""
    require_pyarrow()
    import pyarrow
    from pyarrow import parquet

    for part in parts_of(path):
        try:
            file = parquet.ParquetFile(part)
            if missing := [name for name in COLUMNS if name not in file.schema_arrow.names]:
                raise InvalidRequest(said.NOT_PREPARED(column=missing[0]), said.PREPARE_FIRST, path)
            for batch in file.iter_batches(ROWS_AT_A_TIME, columns=list(COLUMNS)):
                yield from _rows(batch, path)
        except (OSError, pyarrow.ArrowException) as error:
            raise InvalidRequest(said.PREPARED_DAMAGED(part=part.name), said.PREPARE_AGAIN, path) from error


def _rows(batch: "pyarrow.RecordBatch", path: Path) -> Iterator[PreparedRow]:
    texts = {name: batch.column(name).to_pylist() for name in ("file", "label", "group", "source", "split")}
    sizes, channels = (batch.column(name).to_pylist() for name in ("size", "channels"))
    images = batch.column(IMAGE)
    for index in range(len(batch)):
        if not images[index].is_valid:
            continue
        image = _grey(images.slice(index, 1), sizes[index], channels[index])
        if image is None or not texts["file"][index]:
            raise InvalidRequest(said.PREPARED_DAMAGED(part=path.name), said.PREPARE_AGAIN, path)
        yield PreparedRow(**{name: values[index] or "" for name, values in texts.items()}, image=image)


def _grey(column: "pyarrow.Array", size: int | None, channels: int | None) -> NDArray[np.uint8] | None:
    """Return the one image in `column` as (S, S) uint8; None if it has not the numbers that it should."""
    import pyarrow

    values = column
    while pyarrow.types.is_nested(values.type):
        values = values.flatten()
    numbers = np.asarray(values.to_numpy(zero_copy_only=False), np.float32)
    if not size or not channels or numbers.size != size * size * channels or not np.isfinite(numbers).all():
        return None
    grey = numbers.reshape(size, size, channels)[..., 0]
    return np.asarray(np.rint(np.clip(grey, 0, 1) * 255), np.uint8)


def unpacked_rows(path: Path) -> Sequence[PreparedFile]:
    """Return the rows of the table at `path` with an image, each as a PNG of its own: once for this process.

    Where all are said to be of one patient it is nobody, as where all files of a folder have one PatientID.
    Raises InvalidRequest.
    """
    stamps = tuple((part, part.stat().st_mtime_ns, part.stat().st_size) for part in parts_of(path))
    return _unpacked(path, stamps)


@cache
def _unpacked(path: Path, _stamps: tuple[tuple[Path, int, int], ...]) -> Sequence[PreparedFile]:
    folder = place_for(path)
    found: list[PreparedFile] = []
    for number, row in enumerate(read_prepared(path)):
        name = re.sub(r"[^a-zA-Z0-9.-]+", "_", row.file)[-MOST_OF_NAME:]
        picture = folder / f"{number:07}-{name}.png"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            picture.write_bytes(cv2.imencode(".png", row.image)[1].tobytes())
        except OSError as error:
            problem = CANNOT_BE_UNPACKED(reason=error.strerror or str(error))
            raise InvalidRequest(problem, MAKE_ROOM, path) from error
        found.append(PreparedFile(picture, *row[:-1]))
    groups = {row.group for row in found}
    if len(groups) == 1 and len(found) > 1:
        found = [row._replace(group="") for row in found]
    return tuple(found)


def image_column(images: Sequence[NDArray[np.float32] | None], dimensions: int) -> "pyarrow.Array":
    """Return `images`, all of one shape with so many dimensions, as nested lists; None is null."""
    import pyarrow

    there = [image for image in images if image is not None]
    if not there:
        return pyarrow.nulls(len(images), _nested(dimensions))
    values: Any = pyarrow.array(np.concatenate([image.ravel() for image in there]))
    for side in reversed(there[0].shape[1:]):
        inner = np.arange(len(values) // side + 1, dtype=np.int32) * side
        values = pyarrow.ListArray.from_arrays(inner, values)
    offsets: list[int | None] = []
    taken = 0
    for image in images:
        offsets.append(None if image is None else taken)
        taken += 0 if image is None else len(image)
    return pyarrow.ListArray.from_arrays(pyarrow.array([*offsets, taken], pyarrow.int32()), values)


def schema_of(dimensions: int) -> "pyarrow.Schema":
    """Return names and types; an image has one dimension where it is flattened, else two or three."""
    import pyarrow

    texts = [(name, pyarrow.string()) for name in TEXTS]
    numbers = [(name, pyarrow.int32()) for name in NUMBERS]
    return pyarrow.schema([*texts, *numbers, (IMAGE, _nested(dimensions))])


def _nested(dimensions: int) -> "pyarrow.DataType":
    import pyarrow

    kind = pyarrow.float32()
    for _ in range(dimensions):
        kind = pyarrow.list_(kind)
    return kind
