"""Films as numbers for other programs, and for `cxrview train`: one row a file, in a table of parts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cxrview.atomic_file import atomic_file
from cxrview.batch import messages
from cxrview.datasets.decoded import NO_PATIENT
from cxrview.datasets.prepared import IMAGE, SUFFIX, image_column, parts_of, schema_of
from cxrview.datasets.sources import Item
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.imaging import model_input, read
from cxrview.imaging.read_ahead import read_ahead
from cxrview.messages import CHOOSE_ANOTHER_PLACE, PLACE_CANNOT_BE_WRITTEN
from cxrview.progress import Report, silent
from cxrview.pseudonym import pseudonym

if TYPE_CHECKING:
    import pyarrow

PART_ROWS = 256  # 150 MB of numbers at 224² in three channels
ROWS_AT_A_TIME = 64
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TensorShape:
    """Squares of `size` pixels in `channels`, 1 or 3 equal ones; `flat`: as one list each."""

    size: int = 224
    channels: int = 3
    flat: bool = False

    @property
    def dimensions(self) -> int:
        """How many an image has: 1, or 2 where it is grey, or 3."""
        return 1 if self.flat else 2 if self.channels == 1 else 3

    def of(self, square: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return `square`, (S, S), as numbers 0…1: (S, S, 3), (S, S), or either in one row, channels last."""
        values = square.astype(np.float32) / np.float32(255)
        if self.channels > 1:
            values = np.repeat(values[..., None], self.channels, axis=-1)
        return values.ravel() if self.flat else values


def prepare(
    items: Sequence[Item],
    shape: TensorShape,
    report: Report = silent,
    *,
    secret: bytes = b"",
    workers: int = 0,
) -> Iterator[Row]:
    """Yield one row of `datasets.prepared` per item, in order; of one that cannot be read it says why.

    The picture is the one that a model is given: windowed and the right way round as on the screen, fitted
    into the square with its aspect kept. `secret` is the key of the patient pseudonyms, which are the groups
    of DICOM files where nothing else is said. `report` may raise Cancelled.
    """
    by_path = {item.path: item for item in items}

    def work(path: Path) -> Row:
        return _row(path, by_path[path], shape, secret)

    paths = [item.path for item in items]
    with closing(read_ahead(work, paths, workers)) as results:
        for done, (item, result) in enumerate(zip(items, results, strict=True)):
            report(done / len(items), item.file)
            yield result if isinstance(result, dict) else failure(item, result, shape)
    report(1.0, "")


def _row(path: Path, item: Item, shape: TensorShape, secret: bytes) -> Row:
    radiograph = read(path)[0]
    radiograph.require_whole()
    patient = radiograph.identity.patient_id.strip()
    known = "" if patient.casefold() in NO_PATIENT else patient
    height, width = radiograph.shape
    said = _said(item, shape) | {"group": item.group or pseudonym(known, secret)}
    image = shape.of(model_input(radiograph, shape.size)[0])
    return said | {"status": "ok", "error": "", "height": height, "width": width, IMAGE: image}


def failure(item: Item, error: CxrviewError, shape: TensorShape) -> Row:
    """Return the row of a file that could not be read."""
    return _said(item, shape) | {"status": "error", "error": f"{error.problem} {error.advice}".strip()}


def _said(item: Item, shape: TensorShape) -> Row:
    said = {"file": item.file, "label": "|".join(item.labels)}
    said |= {"group": item.group, "source": item.source, "split": item.split}
    return said | {"size": shape.size, "channels": shape.channels}


def as_batch(rows: Sequence[Mapping[str, Any]], shape: TensorShape) -> "pyarrow.RecordBatch":
    """Return `rows` as a record batch of `datasets.prepared`."""
    import pyarrow

    schema = schema_of(shape.dimensions)
    columns = [
        pyarrow.array([row.get(name) for row in rows], schema.field(name).type)
        for name in schema.names
        if name != IMAGE
    ]
    columns.append(image_column([row.get(IMAGE) for row in rows], shape.dimensions))
    return pyarrow.RecordBatch.from_arrays(columns, schema=schema)


def done_in(folder: Path, shape: TensorShape) -> set[str]:
    """Return the files that the table in `folder` has rows of.

    Raises InvalidRequest if it is none, or if its images have another `shape`.
    """
    import pyarrow
    from pyarrow import parquet

    done: set[str] = set()
    for part in parts_of(folder):
        try:
            same = parquet.read_schema(part).equals(schema_of(shape.dimensions))
            table = parquet.ParquetFile(part).read(["file", "size", "channels"]).to_pydict()
            shapes = set(zip(table["size"], table["channels"], strict=True))
            if not same or shapes != {(shape.size, shape.channels)}:
                raise InvalidRequest(messages.OTHER_SHAPE, messages.SAME_SHAPE)
            done.update(table["file"])
        except (OSError, pyarrow.ArrowException) as error:
            raise InvalidRequest(messages.PART_UNREADABLE(part=part.name), path=folder) from error
    return done


def write_parts(rows: Iterator[Row], folder: Path, shape: TensorShape) -> Iterator[Row]:
    """Write `rows` to new parts in `folder`, of PART_ROWS each and each whole or not at all; yield them too.

    What is in no part yet when it ends is written, also when it ends early. Raises InvalidRequest.
    """
    number = 1 + max((int(part.stem[-5:]) for part in folder.glob(f"part-{5 * '[0-9]'}{SUFFIX}")), default=-1)
    waiting: list[Row] = []
    try:
        for row in rows:
            waiting.append(row)
            if len(waiting) >= PART_ROWS:
                _write_part(folder, number, waiting, shape)
                waiting, number = [], number + 1
            yield row
    finally:
        if waiting:
            _write_part(folder, number, waiting, shape)


def _write_part(folder: Path, number: int, rows: Sequence[Row], shape: TensorShape) -> None:
    from pyarrow import parquet

    path = folder / f"part-{number:05}{SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            atomic_file(path, part=folder / f".{path.name}.part") as file,
            parquet.ParquetWriter(file, schema_of(shape.dimensions), compression="zstd") as writer,
        ):
            for start in range(0, len(rows), ROWS_AT_A_TIME):
                writer.write_batch(as_batch(rows[start : start + ROWS_AT_A_TIME], shape))
    except OSError as error:
        problem = PLACE_CANNOT_BE_WRITTEN(place=str(folder), reason=error.strerror or str(error))
        raise InvalidRequest(problem, CHOOSE_ANOTHER_PLACE) from error
