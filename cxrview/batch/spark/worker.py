"""What a Python worker of Spark does with the files that it is given; its engine stays for the next ones."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxrview.batch.prepare import TensorShape, as_batch, prepare
from cxrview.batch.score import score
from cxrview.batch.spark.films import key_of
from cxrview.datasets.sources import Item
from cxrview.inference.predictor import Predictor
from cxrview.safe_text import legible

if TYPE_CHECKING:
    import pandas
    import pyarrow


@dataclass(frozen=True, slots=True)
class ScoreTask:
    """How to read films. `called` has what rows call them, by `key_of`.

    `model` is a name, or a folder; it lies in what Spark has brought along as `shipped`, if that is not "".
    """

    model: str
    shipped: str
    device: str
    point: str
    secret: bytes = field(repr=False)
    batch_size: int
    columns: Sequence[str]
    called: Mapping[str, str]

    def __call__(self, batches: "Iterator[pandas.DataFrame]") -> "Iterator[pandas.DataFrame]":
        """Return the rows of the files, as `batch.score` makes them anywhere."""
        import pandas

        predictor = _predictor(self.model, self.shipped, self.device)
        for batch in batches:
            with on_disk(batch["path"], batch["content"]) as files:
                called = {path: self.called[key_of(uri)] for path, uri in files.items()}
                rows = score(
                    list(files),
                    predictor,
                    point=self.point,
                    key=self.secret,
                    batch_size=self.batch_size,
                    workers=1,
                    called=called.__getitem__,
                )
                told = [[_plain(row.get(name)) for name in self.columns] for row in rows]
            yield pandas.DataFrame(told, columns=list(self.columns), dtype=object)


@dataclass(frozen=True, slots=True)
class PrepareTask:
    """How to make numbers of films; `items` says what is known of them, by `key_of`."""

    shape: TensorShape
    secret: bytes = field(repr=False)
    items: Mapping[str, Item]

    def __call__(self, batches: "Iterator[pyarrow.RecordBatch]") -> "Iterator[pyarrow.RecordBatch]":
        """Return the rows of the files, as `batch.prepare` makes them anywhere."""
        for batch in batches:
            given = batch.to_pydict()
            with on_disk(given["path"], given["content"]) as files:
                items = [replace(self.items[key_of(uri)], path=path) for path, uri in files.items()]
                yield as_batch(list(prepare(items, self.shape, secret=self.secret, workers=1)), self.shape)


@cache
def _predictor(model: str, shipped: str, device: str) -> Predictor:
    if shipped:
        from pyspark import SparkFiles

        model = str(Path(SparkFiles.get(shipped)) / model)
    return Predictor.load(model, device)


@contextmanager
def on_disk(uris: Sequence[str], contents: Sequence[bytes]) -> Iterator[dict[Path, str]]:
    """Lay files where they can be decoded by another process; what they are called plays no part."""
    with tempfile.TemporaryDirectory(prefix="cxrview-") as folder:
        files: dict[Path, str] = {}
        for number, (uri, content) in enumerate(zip(uris, contents, strict=True)):
            path = Path(folder) / str(number)
            path.write_bytes(content)
            files[path] = uri
        yield files


def _plain(value: Any) -> Any:
    """Return `value` as Arrow takes it."""
    return legible(value) if isinstance(value, str) else value
