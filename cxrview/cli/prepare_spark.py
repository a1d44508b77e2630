"""`cxrview prepare --executor spark`: the same rows, made on a cluster."""

import argparse

from cxrview.batch import prepare
from cxrview.batch.spark import films, run, session
from cxrview.batch.spark.films import SparkFilm
from cxrview.cli import console, spark_options
from cxrview.cli.prepare import items_in, shape_of
from cxrview.cli.score_spark import locked, out_on_spark, ready, summed_up
from cxrview.cli.secret_key import secret_key
from cxrview.errors import UnreadableImage


def execute(arguments: argparse.Namespace) -> int:
    """Write the table and return 0 if all files were read, 1 if some were not. Raises CxrviewError."""
    spark_options.refuse(arguments, {"workers": 0})
    out, shape, secret = out_on_spark(arguments.out), shape_of(arguments), secret_key("group")
    here = None if isinstance(arguments.data, str) else items_in(arguments.data, arguments.exclude)
    settings = dict(arguments.spark_conf)
    with locked(arguments.out), session.session(arguments.master, settings) as spark:
        table = run.table_of_prepared(spark, out, shape)
        ready(table, arguments)
        run.check_shape(table, shape)
        if here is None:
            spark_options.refuse(arguments, {"exclude": []})
            items = films.labelled(films.listed(spark, [arguments.data]), arguments.data)
        else:
            items = {str(item.path): item for item in here}
        done = run.done_in(table, "file")
        left = {name: item for name, item in items.items() if item.file not in done}
        there, troubles = [SparkFilm(name, name) for name in left], dict[str, UnreadableImage]()
        if here is not None:
            there, troubles = films.of_this_machine([item.path for item in left.values()], str)
        table.append_rows(prepare.failure(left[name], error, shape) for name, error in troubles.items())
        progress = console.ProgressLine()
        run.prepare(spark, there, left, table, shape, secret, progress)
        progress.clear()
        failed = run.failures_in(table, "file", [item.file for item in left.values()])
        return summed_up(failed, len(left), len(items))
