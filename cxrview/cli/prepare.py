"""`cxrview prepare`: films as numbers 0…1 with what is said of them, for `cxrview train` and others."""

import argparse
from pathlib import Path

from cxrview.batch.prepare import TensorShape, done_in, prepare, write_parts
from cxrview.cli import console, messages, spark_options
from cxrview.cli.prepare_options import FLAT, RGB
from cxrview.cli.secret_key import secret_key
from cxrview.datasets.config import DataConfig
from cxrview.datasets.prepared import SUFFIX, parts_of, require_pyarrow
from cxrview.datasets.sources import Item, find_items
from cxrview.errors import InvalidRequest
from cxrview.file_lock import file_lock
from cxrview.imaging.passed_over import PassedOver
from cxrview.safe_text import visible


def run(arguments: argparse.Namespace) -> int:
    """Write the table and return 0 if all files were read, 1 if some were not. Raises CxrviewError."""
    if spark_options.on_spark(arguments, "data", "out"):
        from cxrview.cli import prepare_spark  # half a second

        return prepare_spark.execute(arguments)
    require_pyarrow()
    with file_lock(arguments.out):
        done = _ready(arguments)
        items = items_in(arguments.data, arguments.exclude)
        left = [item for item in items if item.file not in done]
        rows = prepare(
            left,
            shape_of(arguments),
            progress := console.ProgressLine(),
            secret=secret_key("group"),
            workers=arguments.workers,
        )
        failed = 0
        for row in write_parts(rows, arguments.out, shape_of(arguments)):
            if row["status"] == "error":
                failed += 1
                progress.clear()
                console.say(f"{visible(row['file'])}: {row['error']}")
        progress.clear()
    before = f", {len(items) - len(left)} done before" if len(left) < len(items) else ""
    console.say(f"{len(left) - failed} files prepared, {failed} failed{before}.")
    return console.SOME_FAILED if failed else console.OK


def shape_of(arguments: argparse.Namespace) -> TensorShape:
    """Return what the options ask for."""
    return TensorShape(arguments.size, 3 if arguments.colour == RGB else 1, arguments.layout == FLAT)


def items_in(data: Path, exclude: list[str]) -> list[Item]:
    """Return the files in `data`, and say what was passed over. Raises InvalidRequest, UnreadableImage."""
    passed = PassedOver()
    items = find_items(DataConfig(str(data), exclude=tuple(exclude)), passed)
    if passed.message:
        console.say(f"cxrview: {passed.message}")
    return items


def _ready(arguments: argparse.Namespace) -> set[str]:
    """Return the files that are done in --out. Raises InvalidRequest if it is in the way."""
    out: Path = arguments.out
    if out.suffix.lower() != SUFFIX:
        raise InvalidRequest(messages.WRITES_PARQUET)
    if not out.exists():
        return set()
    if not (arguments.resume or arguments.overwrite):
        raise InvalidRequest(messages.EXISTS_ALREADY(place=str(out)), messages.RESUME_OR_OVERWRITE)
    if out.is_file():
        raise InvalidRequest(messages.NO_FOLDER(place=str(out)), messages.NAME_ANOTHER_OUT)
    if arguments.resume:
        return done_in(out, shape_of(arguments))
    for part in reversed(parts_of(out)):
        part.unlink()
    return set()
