"""The options of `cxrview prepare`."""

import argparse
from collections.abc import Callable

from cxrview.cli import spark_options

RGB, GREY = "rgb", "grey"
TENSOR, FLAT = "tensor", "flat"


def add_options(parser: argparse.ArgumentParser, positive: Callable[[str], int]) -> None:
    """Add them to `parser`."""
    add = parser.add_argument
    add(
        "--data",
        required=True,
        type=spark_options.place,
        metavar="DIR|CSV",
        help="class folders, a folder with train/val/test, a table, or on Spark a place with class folders",
    )
    add("--out", required=True, type=spark_options.place, metavar="FILE", help=".parquet, a folder of parts")
    add("--size", type=positive, default=224, metavar="N", help="pixels a side (default: 224)")
    add("--colour", choices=(RGB, GREY), default=RGB, help="three equal channels, or one (default: rgb)")
    add(
        "--layout",
        choices=(TENSOR, FLAT),
        default=TENSOR,
        help="rows of pixels as nested lists, or all numbers in one list (default: tensor)",
    )
    add("--exclude", action="append", default=[], metavar="PATTERN", help="files to leave out")
    add(
        "--workers",
        type=positive,
        default=0,
        metavar="N",
        help="processes that decode; default: one a core",
    )
    add("--resume", action="store_true", help="go on where a stopped run ended")
    add("--overwrite", action="store_true", help="replace an --out that exists")
    spark_options.add_options(parser)
