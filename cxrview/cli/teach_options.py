"""The options of `cxrview teach`."""

import argparse
from collections.abc import Callable
from pathlib import Path

EXAMPLES = """examples:
  cxrview teach make ChestX-ray14 --out effusion.cxrset --ask Effusion --ask "No Finding" --count 60
  cxrview teach make my-films.csv --out mine.cxrset --repeats 0.1 --pictures

"""


def add_options(
    teach: argparse.ArgumentParser, positive: Callable[[str], int], share: Callable[[str], float]
) -> None:
    """Add what can be asked for to `teach`."""
    actions = teach.add_subparsers(dest="action", metavar="ACTION", required=True)
    make = actions.add_parser(
        "make",
        help="make a reading set of labelled films",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    make.add_argument(
        "data",
        type=Path,
        metavar="DIR|CSV",
        help="class folders, a table, or a public collection as it was unpacked: NIH ChestX-ray14, RSNA "
        "Pneumonia Detection Challenge, VinDr-CXR, Montgomery County, Shenzhen",
    )
    make.add_argument("--out", type=Path, required=True, metavar="CXRSET", help="the set's file")
    make.add_argument("--title", default="", help="default: the name of the file")
    make.add_argument(
        "--ask",
        action="append",
        default=[],
        metavar="CLASS",
        help="a class that is asked for (default: all but “normal” and the like); with several, films of "
        "none of them are left out",
    )
    make.add_argument("--count", type=positive, default=0, metavar="N", help="films; default: all")
    make.add_argument("--balanced", action="store_true", help="as many of each class, as far as there are")
    make.add_argument("--repeats", type=share, default=0.0, metavar="F", help="0…0.5: share shown again")
    make.add_argument("--seed", type=positive, default=1, metavar="N", help="of choice and order")
    make.add_argument("--limit", type=positive, default=0, metavar="S", help="seconds a film")
    make.add_argument("--examination", action="store_true", help="the truth comes after the last film")
    make.add_argument(
        "--priors", action="store_true", help="an earlier film of the patient beside each that has one"
    )
    make.add_argument(
        "--pictures", action="store_true", help="put the films into the file, without their headers"
    )
    make.add_argument(
        "--no-masks",
        dest="masks",
        action="store_false",
        help="leave text in the films; else what is found is blacked out",
    )
    make.add_argument("--overwrite", action="store_true", help="replace a file that is at --out")
