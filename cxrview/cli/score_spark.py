"""`cxrview score --executor spark`: the same rows, made on a cluster, in a folder of Parquet."""

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxrview import paths
from cxrview.batch import rows
from cxrview.batch.spark import films, run, session
from cxrview.batch.spark.films import SparkFilm
from cxrview.batch.spark.worker import ScoreTask
from cxrview.bundle.transfer import export_bundle
from cxrview.cli import console, messages, spark_options
from cxrview.cli.choices import check_point, chosen_model
from cxrview.cli.inputs import found_in
from cxrview.cli.score import STANDARD_INPUT
from cxrview.cli.secret_key import secret_key
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.file_lock import file_lock
from cxrview.inference.predictor import Predictor
from cxrview.safe_text import legible, visible

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_PARQUET = ".parquet"
_NOT_HERE: dict[str, Any] = {  # options of `cxrview score` of which there is nothing on Spark
    "heatmaps": None,
    "report": None,
    "report_names": False,
    "labels": None,
    "events": None,
    "deid": False,
    "duplicates": False,
    "include": [],
    "exclude": [],
    "single_file": False,
    "threshold": None,
    "workers": 0,
}


def execute(arguments: argparse.Namespace) -> int:
    """Score the files and return 0 if all frames were read, 1 if some were not. Raises CxrviewError."""
    _check_request(arguments)
    out = out_on_spark(arguments.out)
    arguments.model = next(iter(arguments.models), "")
    folder, device, point = chosen_model(arguments)
    predictor = Predictor.load(str(folder), device)  # a model that does not work is told at once
    check_point(predictor.card, arguments.operating_point)
    secret = secret_key("patient_id_hash")
    with (
        locked(arguments.out),
        found_for_spark(arguments.paths, arguments.master) as given,
        session.session(arguments.master, dict(arguments.spark_conf)) as spark,
    ):
        columns = rows.columns(predictor.card.class_names)
        table = run.table_of_results(spark, out, columns)
        ready(table, arguments)
        run.check_model(table, predictor.card.name, predictor.card.version)
        there = given.on(spark)
        done = run.done_in(table, "path")
        left = [film for film in there if legible(film.called) not in done]
        new = {name: error for name, error in given.troubles.items() if legible(name) not in done}
        table.append_rows(rows.failure(name, error) for name, error in new.items())
        with _shipped(spark, folder, predictor.card.name) as (model, shipped):

            def task(called: Mapping[str, str]) -> ScoreTask:
                size = arguments.batch_size
                return ScoreTask(model, shipped, device, point, secret, size, columns, called)

            progress = console.ProgressLine()
            run.score(spark, left, table, task, progress)
            progress.clear()
        failed = run.failures_in(table, "path", [*(film.called for film in left), *new])
        console.say(str(messages.NO_MANIFEST_ON_SPARK))
        return summed_up(failed, len(left) + len(new), len(there) + len(given.troubles))


def _check_request(arguments: argparse.Namespace) -> None:
    """Raise InvalidRequest for what goes on this machine alone."""
    spark_options.refuse(arguments, _NOT_HERE)
    if STANDARD_INPUT in arguments.paths:
        raise InvalidRequest(messages.NOT_ON_SPARK(option=str(STANDARD_INPUT)))
    if len(arguments.models) > 1:
        raise InvalidRequest(messages.ONE_MODEL_ON_SPARK)


def summed_up(failed: list[tuple[str, str]], tried: int, all_files: int) -> int:
    """Say which files failed, and how many were read and done before; return the exit code."""
    for name, error in failed:
        console.say(f"{visible(name)}: {error}")
    before = f", {all_files - tried} files done before" if tried < all_files else ""
    console.say(f"{tried - len(failed)} files read, {len(failed)} files failed{before}.")
    return console.SOME_FAILED if failed else console.OK


def out_on_spark(out: Path | str | None) -> str:
    """Return where Spark writes, as Hadoop names it. Raises InvalidRequest if it cannot."""
    if out is None or not str(out).lower().endswith(_PARQUET):
        raise InvalidRequest(messages.SPARK_WRITES_PARQUET)
    return out if isinstance(out, str) else f"file:{out.absolute()}"


@contextmanager
def locked(out: Path | str) -> Iterator[None]:
    """Hold a place on this machine for this run alone. Raises InvalidRequest."""
    with nullcontext() if isinstance(out, str) else file_lock(out):
        yield


def ready(table: run.Table, arguments: argparse.Namespace) -> None:
    """Make room for the table, or see that it may be gone on with. Raises InvalidRequest."""
    if not table.exists():
        return
    if not (arguments.resume or arguments.overwrite):
        problem = messages.EXISTS_ALREADY(place=str(arguments.out))
        raise InvalidRequest(problem, messages.RESUME_OR_OVERWRITE)
    if not arguments.resume:
        table.remove()


class GivenToSpark:
    """The files of this machine, and the places of which Spark lists the files."""

    def __init__(
        self, here: list[SparkFilm], troubles: Mapping[str, CxrviewError], places: list[str]
    ) -> None:
        self._here, self.troubles, self._places = here, troubles, places

    def on(self, spark: "SparkSession") -> list[SparkFilm]:
        """Return all of them. Raises InvalidRequest if there are none."""
        found = self._here + (films.listed(spark, self._places) if self._places else [])
        if not found and not self.troubles:
            raise InvalidRequest(messages.NO_IMAGES_THERE)
        return found


@contextmanager
def found_for_spark(places: list[Path | str], master: str) -> Iterator[GivenToSpark]:
    """Find the files in `places`, as far as they are on this machine. Raises InvalidRequest.

    What is unpacked from archives lies on this machine alone, so a cluster is given none.
    """
    elsewhere = [place for place in places if isinstance(place, str)]
    given = [place for place in places if isinstance(place, Path)]
    if not given:
        yield GivenToSpark([], {}, elsewhere)
        return
    with found_in(given) as inputs:
        if inputs.names and not session.is_local(master):
            archive = next(iter(inputs.names.values())).parent
            raise InvalidRequest(messages.NO_ARCHIVES_ON_CLUSTER(place=str(archive)))
        sound = [path for path in inputs.files if path not in inputs.troubles]
        here, others = films.of_this_machine(sound, inputs.called)
        troubles: dict[str, CxrviewError] = {inputs.called(p): error for p, error in inputs.troubles.items()}
        yield GivenToSpark(here, troubles | others, elsewhere)


@contextmanager
def _shipped(spark: "SparkSession", folder: Path, name: str) -> Iterator[tuple[str, str]]:
    """Yield by what workers find the model in `folder`, and under which name Spark has brought it to them.

    Those that come with cxrview are there already, and so is all that is on this machine.
    """
    if folder.parent == paths.bundled_models():
        yield name, ""
    elif session.is_local(spark.sparkContext.master):
        yield str(folder.absolute()), ""
    else:
        with tempfile.TemporaryDirectory(prefix="cxrview-") as place:
            archive = Path(place) / f"{name}.zip"
            export_bundle(folder, archive)
            spark.sparkContext.addArchive(f"{archive}#model-{name}")
            yield name, f"model-{name}"
