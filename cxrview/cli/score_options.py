"""The options of `cxrview score`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from cxrview.cli import spark_options
from cxrview.inference.call import BALANCED, CHOSEN, SENSITIVE

EXAMPLES = """examples:
  cxrview score films/ --out results.csv --report report.html
      a table with one row a frame, and a page with counts, failures and galleries
  find /archive -name "*.dcm" | cxrview score - --out results.parquet --resume --deid
      the files that another program names, as Parquet in which no file is named; goes on if it was stopped
  cxrview score films/ --include "*_PA.*" --model cxr-densenet121 --model mine --threshold covid19=0.2
      two models in one pass, and a threshold of your own

"""


def add_options(
    parser: argparse.ArgumentParser, positive: Callable[[str], int], fraction: Callable[[str], float]
) -> None:
    """Add them to `parser`; those that every command has are told apart by the two readers of numbers."""

    add = parser.add_argument
    add(
        "paths",
        nargs="+",
        type=spark_options.place,
        metavar="PATH",
        help="files or folders; - reads paths from standard input",
    )
    add(
        "--out",
        type=spark_options.place,
        metavar="FILE",
        help=".csv, .jsonl, or .parquet, a folder of parts; without it, CSV to standard output",
    )
    add("--single-file", action="store_true", help="of Parquet, join the parts to one file at the end")
    add("--resume", action="store_true", help="go on where a stopped run ended, and try failed files again")
    add("--overwrite", action="store_true", help="replace an --out that exists")
    add("--include", action="append", default=[], metavar="PATTERN", help='only such files, as in "*_PA.dcm"')
    add(
        "--exclude", action="append", default=[], metavar="PATTERN", help='no such files, as in "*/lateral/*"'
    )
    add("--deid", action="store_true", help="name no file: pseudonyms, with their key in a file of its own")
    add("--duplicates", action="store_true", help="tell which films have the same pixels as one before")
    add("--heatmaps", type=Path, metavar="DIR", help="save a picture with heatmap per frame")
    add("--report", type=Path, metavar="HTML", help="write a page about all that was read")
    add("--report-names", action="store_true", help="let that page name the files")
    add(
        "--labels",
        type=Path,
        metavar="DIR|CSV",
        help="what the films show, for the report: a table, or class folders (default: those among PATH)",
    )
    add("--events", choices=("jsonl",), help="events to standard output; “stop” on standard input ends it")
    add("--batch-size", type=positive, default=16, metavar="N")
    add(
        "--workers",
        type=positive,
        default=0,
        metavar="N",
        help="processes that decode; default: one a core",
    )
    _add_model(parser, fraction)
    spark_options.add_options(parser)


def _add_model(parser: argparse.ArgumentParser, fraction: Callable[[str], float]) -> None:
    """Add which models read, on what, and from where on the first calls a class."""

    def threshold(text: str) -> tuple[str, float]:
        name, sign, value = text.rpartition("=")
        if not sign or not name:
            raise argparse.ArgumentTypeError("must be CLASS=VALUE")
        return name, fraction(value)

    decided = parser.add_mutually_exclusive_group()
    decided.add_argument(
        "--operating-point",
        choices=(BALANCED, SENSITIVE, CHOSEN),
        default="",
        help="from which the class that the model watches is called; default: as set in the app",
    )
    decided.add_argument(
        "--threshold", type=threshold, metavar="CLASS=VALUE", help="call this class from this probability on"
    )
    add = parser.add_argument
    add(
        "--model",
        dest="models",
        action="append",
        default=[],
        metavar="NAME|DIR",
        help="default: as set in the app; of several the first decides, and the others have their columns",
    )
    add(
        "--device",
        default="",
        metavar="DEVICE",
        help="auto, cpu, gpu, npu, an engine, or ENGINE:DEVICE; default: as set in the app",
    )
