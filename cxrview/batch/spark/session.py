"""A Spark session, and what Spark says when it fails, in a sentence. pyspark is an extra, imported late."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from cxrview.batch import messages
from cxrview.errors import InvalidRequest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

COMMAND = 'pip install "cxrview[spark]"'
MOST_OF_REASON = 300  # characters of what Spark says
FILES_IN_HAND = 16  # that a Python worker is given at once: they are in memory
SETTINGS = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(FILES_IN_HAND),
    # A file that cannot be read is a row, and no end of the job.
    "spark.sql.files.ignoreCorruptFiles": "true",
    "spark.sql.files.ignoreMissingFiles": "true",
    "spark.sql.files.maxPartitionBytes": str(64 * 2**20),
    "spark.sql.files.openCostInBytes": str(2**20),
    "spark.sql.session.timeZone": "UTC",
}


@contextmanager
def session(master: str, settings: Mapping[str, str]) -> Iterator["SparkSession"]:
    """Yield a session at `master`, "" for the one of `spark-submit`, with `settings` beside its own.

    Raises InvalidRequest without pyspark, if Spark does not start, and for what it says in the block.
    """
    if find_spec("pyspark") is None:
        raise InvalidRequest(messages.NEEDS_SPARK, messages.INSTALL_SPARK(command=COMMAND))
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    os.environ.setdefault(
        "PYSPARK_PYTHON", sys.executable
    )  # of the workers; a packed environment has its own
    try:
        spark = _started(master, SETTINGS | dict(settings))
    except (PySparkException, Py4JError, OSError) as error:
        problem = messages.SPARK_DOES_NOT_START(reason=_reason(error))
        raise InvalidRequest(problem, messages.CHECK_JAVA) from error
    try:
        yield spark
    except (PySparkException, Py4JError) as error:
        raise InvalidRequest(messages.SPARK_FAILED(reason=_reason(error)), messages.SPARK_GO_ON) from error
    finally:
        spark.stop()


def _started(master: str, settings: Mapping[str, str]) -> "SparkSession":
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("cxrview")
    if master:
        builder = builder.master(master)
    if is_local(master):
        builder = builder.config("spark.ui.enabled", "false")  # a port that nobody asked for
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    if not (sys.stderr is not None and sys.stderr.isatty()):
        builder = builder.config("spark.ui.showConsoleProgress", "false")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def is_local(master: str) -> bool:
    """Return whether all runs in processes of this machine."""
    return master.startswith("local")


def _reason(error: Exception) -> str:
    """Return the line that says most, without the end of a sentence."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("cxrview.", "Caused by:"))]
    return ((told or lines or [type(error).__name__])[-1 if told else 0])[:MOST_OF_REASON].rstrip(".: ")
