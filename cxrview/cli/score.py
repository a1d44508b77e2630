"""`cxrview score`: many files to a table."""

import argparse
import itertools
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from cxrview import paths
from cxrview.batch import rows, table
from cxrview.batch.heatmaps import Pictures
from cxrview.batch.score import score
from cxrview.cli import console, messages, spark_options
from cxrview.cli.choices import load_predictor_and_point
from cxrview.cli.inputs import GivenFiles, found_in
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.file_lock import file_lock
from cxrview.inference.predictor import Predictor
from cxrview.messages import CHOOSE_ANOTHER_NAME, CHOOSE_ANOTHER_PLACE, PLACE_CANNOT_BE_WRITTEN
from cxrview.pseudonym import load_key
from cxrview.safe_text import visible


def run(arguments: argparse.Namespace) -> int:
    """Score the files and return 0 if all frames were read, 1 if some were not.

    Raises InvalidRequest if nothing can be done.
    """
    if spark_options.on_spark(arguments, "paths", "out"):
        return score_on_spark(arguments)
    _check_output(arguments)
    with found_in(arguments.paths) as inputs:
        if not inputs.files:
            raise InvalidRequest(messages.NO_IMAGES_THERE)
        predictor, point = load_predictor_and_point(arguments)
        pictures = None
        if arguments.heatmaps is not None:
            pictures = Pictures(arguments.heatmaps, arguments.paths, _complain)
        with file_lock(arguments.out) if arguments.out is not None else nullcontext():
            return _score(arguments, inputs, predictor, point, pictures)


def score_on_spark(arguments: argparse.Namespace) -> int:
    """Score the files on Spark, see there."""
    from cxrview.cli import score_spark  # half a second

    return score_spark.execute(arguments)


def _complain(path: str, error: CxrviewError | str) -> None:
    console.say(f"{visible(path)}: {error}")


def _check_output(arguments: argparse.Namespace) -> None:
    out: Path | None = arguments.out
    if out is None:
        if arguments.resume:
            raise InvalidRequest(messages.RESUME_NEEDS_OUT)
        if sys.stdout is None:
            raise InvalidRequest(messages.NO_STANDARD_OUTPUT, messages.NAME_A_FILE)
        return
    table.check_format(out)
    try:
        out.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        problem = PLACE_CANNOT_BE_WRITTEN(place=str(out), reason=error.strerror)
        raise InvalidRequest(problem, CHOOSE_ANOTHER_PLACE) from error
    if not out.is_file():
        raise InvalidRequest(messages.NO_FILE(place=str(out)), CHOOSE_ANOTHER_NAME)
    if not (arguments.resume or arguments.overwrite):
        raise InvalidRequest(messages.EXISTS_ALREADY(place=str(out)), messages.RESUME_OR_OVERWRITE)


def _score(
    arguments: argparse.Namespace,
    inputs: GivenFiles,
    predictor: Predictor,
    point: str,
    pictures: Pictures | None,
) -> int:
    _check_output(arguments)  # again, now that no other run can be at it
    columns = rows.columns(predictor.card.class_names)
    done: set[str] = set()
    if arguments.resume:
        columns = table.columns_to_go_on_with(arguments.out, columns)
        done = table.resume(arguments.out, columns, predictor.card.name, predictor.card.version)
    files = inputs.files
    left = [path for path in files if table.done_as(inputs.called(path)) not in done]
    progress = console.ProgressLine()
    results = score(
        left,
        predictor,
        progress,
        point=point,
        key=_pseudonym_key(),
        batch_size=arguments.batch_size,
        workers=arguments.workers,
        illustrate=pictures,
        called=inputs.called,
        troubles=inputs.troubles,
    )
    counts = _write(results, arguments, columns, progress)
    before = f", {len(files) - len(left)} files done before" if len(left) < len(files) else ""
    console.say(f"{counts['ok']} frames read, {counts['error']} files failed{before}.")
    if pictures is not None and pictures.withheld:
        console.say(str(messages.HEATMAPS_WITHHELD(count=pictures.withheld)))
    console.say(f"Engine: {predictor.reason}")
    failed = counts["error"] or (pictures is not None and pictures.failed)
    return console.SOME_FAILED if failed else console.OK


def _write(
    results: Iterator[rows.Row],
    arguments: argparse.Namespace,
    columns: list[str],
    progress: console.ProgressLine,
) -> dict[str, int]:
    """Write the rows and return how many there are of each status."""
    counts = {"ok": 0, "error": 0}
    # With a first row in hand the model works: an old table is not given up for nothing.
    first = list(itertools.islice(results, 1))
    with _sink(arguments, columns) as sink:
        for row in itertools.chain(first, results):
            sink.write(row)
            counts[row["status"]] += 1
            if row["status"] == "error":
                progress.clear()
                _complain(row["path"], row["error"])
    progress.clear()
    return counts


def _sink(arguments: argparse.Namespace, columns: list[str]) -> AbstractContextManager[table.ResultsTable]:
    if arguments.out is not None:
        return table.open_table(arguments.out, columns, anew=not arguments.resume)
    return nullcontext(table.ResultsTable(sys.stdout, columns, as_csv=True))


def _pseudonym_key() -> bytes:
    """Return the key for the patient pseudonyms; without one, say so and return b""."""
    try:
        return load_key(paths.pseudonym_key())
    except InvalidRequest as error:
        console.say(f"cxrview: {error} The column patient_id_hash stays empty.")
        return b""
