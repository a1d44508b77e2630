"""The options by which a command runs on Spark, and the places of Hadoop's that only Spark reaches."""

import argparse
from pathlib import Path
from typing import Any

from cxrview.cli import messages
from cxrview.errors import InvalidRequest

LOCAL, SPARK = "local", "spark"


def place(text: str) -> Path | str:
    """Return a path, or a text that names a place of Hadoop's, as in s3a://bucket/films."""
    scheme, sign, _ = text.partition("://")
    return text if sign and len(scheme) > 1 and scheme.isascii() else Path(text)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add them to the `parser` of a command."""
    add = parser.add_argument
    add("--executor", choices=(LOCAL, SPARK), default=LOCAL, help="who does the work; see docs/spark.md")
    add("--master", default="", metavar="URL", help="of Spark: local[2], spark://HOST:7077, yarn, k8s://…")
    add(
        "--spark-conf",
        action="append",
        default=[],
        type=_setting,
        metavar="NAME=VALUE",
        help="a setting of Spark's",
    )


def on_spark(arguments: argparse.Namespace, *places: str) -> bool:
    """Return whether the command is to run on Spark.

    `places` are the names of arguments that may be places of Hadoop's, or lists of them: InvalidRequest if
    one is and Spark is not asked for, and for options that Spark alone has.
    """
    if arguments.executor == SPARK:
        return True
    for name in ("master", "spark_conf"):
        if getattr(arguments, name):
            problem = messages.NEEDS_EXECUTOR(what=f"--{name.replace('_', '-')}")
            raise InvalidRequest(problem)
    for name in places:
        value = getattr(arguments, name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                raise InvalidRequest(messages.NEEDS_EXECUTOR(what=one))
    return False


def refuse(arguments: argparse.Namespace, parser_defaults: dict[str, Any]) -> None:
    """Raise InvalidRequest for an option that Spark has not, if it differs from its default."""
    for name, default in parser_defaults.items():
        if getattr(arguments, name, default) != default:
            raise InvalidRequest(messages.NOT_ON_SPARK(option=f"--{name.replace('_', '-')}"))


def _setting(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError("must be NAME=VALUE")
    return name, value
