"""The driver: files go out in chunks, and what comes back is appended to a table, so that a run can go on.

Spark shows what a job has written only at its end; so no more than a chunk is lost with a run that is killed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cxrview.batch import messages, rows
from cxrview.batch.prepare import TensorShape, failure
from cxrview.batch.spark.films import SparkFilm, escaped, key_of
from cxrview.batch.spark.worker import PrepareTask, ScoreTask
from cxrview.datasets.prepared import IMAGE, NUMBERS, TEXTS
from cxrview.datasets.sources import Item
from cxrview.errors import CxrviewError, InvalidRequest, UnreadableImage
from cxrview.imaging.limits import MAX_FILE_BYTES
from cxrview.progress import Report
from cxrview.safe_text import legible

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

CHUNK = 4096  # files between two moments at which what is done stands
FILES_A_CORE = 256  # of a chunk, where there are many cores
PART_ROWS = 4096


class Table:
    """A table of Parquet at a `place` of Hadoop's, or of this machine, to which rows are appended."""

    def __init__(self, spark: "SparkSession", place: str, schema: "StructType") -> None:
        self._spark, self._place, self.schema = spark, place, schema

    def exists(self) -> bool:
        """Return whether there is anything. Raises InvalidRequest if nobody can be asked."""
        path = self._hadoop_path()
        return bool(path.getFileSystem(self._configuration()).exists(path))

    def remove(self) -> None:
        """Remove it, with all that is in it."""
        path = self._hadoop_path()
        path.getFileSystem(self._configuration()).delete(path, True)

    def rows(self) -> "DataFrame | None":
        """Return what has been written, None if nothing has.

        Raises InvalidRequest if it has other columns.
        """
        from pyspark.errors import AnalysisException

        if not self.exists():
            return None
        try:
            frame = self._spark.read.parquet(escaped(self._place))
        except AnalysisException:  # a folder without parts: the run ended before the first
            return None
        if [field.dataType.simpleString() for field in frame.schema] != [
            field.dataType.simpleString() for field in self.schema
        ] or frame.columns != self.schema.names:
            raise InvalidRequest(messages.OTHER_COLUMNS, messages.OTHER_OUTPUT)
        return frame

    def append(self, frame: "DataFrame") -> None:
        """Append the rows of `frame`: all of them, or none."""
        frame.write.mode("append").parquet(self._place)

    def append_rows(self, found: Iterable[Mapping[str, Any]]) -> None:
        """Append a few rows; columns that they lack stay empty."""
        names = self.schema.names
        values = [tuple(_legible(row.get(name)) for name in names) for row in found]
        if values:
            self.append(self._spark.createDataFrame(values, self.schema).coalesce(1))

    def _hadoop_path(self) -> Any:
        return self._spark.sparkContext._jvm.org.apache.hadoop.fs.Path(self._place)

    def _configuration(self) -> Any:
        return self._spark.sparkContext._jsc.hadoopConfiguration()


def _legible(value: Any) -> Any:
    return legible(value) if isinstance(value, str) else value


def table_of_results(spark: "SparkSession", place: str, columns: Sequence[str]) -> Table:
    """Return the table for rows of `cxrview score`."""
    from pyspark.sql.types import BooleanType, DataType, DoubleType, IntegerType, StringType, StructType

    types: dict[type, DataType] = {
        int: IntegerType(),
        float: DoubleType(),
        bool: BooleanType(),
        str: StringType(),
    }
    schema = StructType()
    for name in columns:
        schema.add(name, types[rows.kind(name)])
    return Table(spark, place, schema)


def table_of_prepared(spark: "SparkSession", place: str, shape: TensorShape) -> Table:
    """Return the table for rows of `cxrview prepare`."""
    from pyspark.sql.types import ArrayType, DataType, FloatType, IntegerType, StringType, StructType

    schema = StructType()
    for name in TEXTS:
        schema.add(name, StringType())
    for name in NUMBERS:
        schema.add(name, IntegerType())
    image: DataType = FloatType()
    for _ in range(shape.dimensions):
        image = ArrayType(image)
    return Table(spark, place, schema.add(IMAGE, image))


def score(
    spark: "SparkSession",
    films: Sequence[SparkFilm],
    table: Table,
    task: Callable[[Mapping[str, str]], ScoreTask],
    report: Report,
) -> None:
    """Append the rows of `films` to `table`; `task` is told what they are called, by `key_of`.

    A film that Spark does not hand out gets a row that says so. Raises what Spark raises; `report` may raise
    Cancelled.
    """
    for chunk in _chunks(spark, films, report):
        work = task({key_of(film.uri): film.called for film in chunk})
        told = _binary(spark, [film.uri for film in chunk]).mapInPandas(work, table.schema)
        parts = -(-len(chunk) // PART_ROWS)
        settled = told.repartition(parts, "path").sortWithinPartitions("path", "frame")
        table.append(settled)
    missing = _without_rows(table, "path", [film.called for film in films])
    table.append_rows(rows.failure(name, _not_delivered()) for name in missing)


def prepare(
    spark: "SparkSession",
    films: Sequence[SparkFilm],
    items: Mapping[str, Item],
    table: Table,
    shape: TensorShape,
    secret: bytes,
    report: Report,
) -> None:
    """Append the rows of `films`, of which `items` knows more by what they are called, to `table`.

    Each task writes the part of its own films: numbers are too large to be moved. Otherwise as `score`.
    """
    for chunk in _chunks(spark, films, report):
        work = PrepareTask(shape, secret, {key_of(film.uri): items[film.called] for film in chunk})
        table.append(_binary(spark, [film.uri for film in chunk]).mapInArrow(work, table.schema))
    by_file = {items[film.called].file: items[film.called] for film in films}
    missing = _without_rows(table, "file", list(by_file))
    table.append_rows(failure(by_file[name], _not_delivered(), shape) for name in missing)


def _chunks(
    spark: "SparkSession", films: Sequence[SparkFilm], report: Report
) -> Iterator[Sequence[SparkFilm]]:
    size = max(CHUNK, FILES_A_CORE * spark.sparkContext.defaultParallelism)
    for start in range(0, len(films), size):
        report(start / len(films), messages.ON_SPARK(count=len(films)))
        yield films[start : start + size]


def _binary(spark: "SparkSession", uris: Sequence[str]) -> "DataFrame":
    reader = spark.read.format("binaryFile").options(recursiveFileLookup=True)
    frame = reader.load([escaped(uri) for uri in uris])
    return frame.where(f"length <= {MAX_FILE_BYTES}").select("path", "content")  # a larger one ends the job


def _without_rows(table: Table, column: str, wanted: Sequence[str]) -> list[str]:
    there = done_in(table, column)
    return [name for name in wanted if legible(name) not in there]


def _not_delivered() -> CxrviewError:
    return UnreadableImage(messages.NOT_DELIVERED, messages.SEE_SPARK_LOG)


def done_in(table: Table, column: str) -> set[str]:
    """Return what `table` has rows of, by its `column`. Raises InvalidRequest."""
    frame = table.rows()
    return {row[0] for row in frame.select(column).collect()} if frame is not None else set()


def check_model(table: Table, name: str, version: str) -> None:
    """Raise InvalidRequest if a row of `table` is another model's."""
    frame = table.rows()
    if frame is None:
        return
    for row in frame.where("status = 'ok'").select("model", "model_version").distinct().collect():
        if tuple(row) != (name, version):
            problem = messages.OTHER_MODEL(written=f"{row[0]} {row[1]}", current=f"{name} {version}")
            raise InvalidRequest(problem, messages.OTHER_OUTPUT)


def check_shape(table: Table, shape: TensorShape) -> None:
    """Raise InvalidRequest if the images of `table` have another one."""
    frame = table.rows()
    if frame is None:
        return
    for row in frame.select("size", "channels").distinct().collect():
        if tuple(row) != (shape.size, shape.channels):
            raise InvalidRequest(messages.OTHER_SHAPE, messages.SAME_SHAPE)


def failures_in(table: Table, column: str, among: Iterable[str]) -> list[tuple[str, str]]:
    """Return those of `among` of which `table` says that they failed, and what it says."""
    frame = table.rows()
    wanted = set(map(legible, among))
    if frame is None:
        return []
    found = frame.where("status = 'error'").select(column, "error").collect()
    return [(row[0], row[1]) for row in found if row[0] in wanted]
