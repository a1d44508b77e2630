"""Whether what `cxrview score` is asked for makes sense, before any work is done."""

import argparse
import sys
from pathlib import Path

from cxrview.batch import table
from cxrview.batch.parts_table import parts_beside
from cxrview.cli import messages
from cxrview.errors import InvalidRequest
from cxrview.messages import CHOOSE_ANOTHER_NAME, CHOOSE_ANOTHER_PLACE, PLACE_CANNOT_BE_WRITTEN

_PARQUET = ".parquet"


def check_request(arguments: argparse.Namespace) -> None:
    """Raise InvalidRequest if options contradict each other, or the table or page is in the way."""
    out: Path | None = arguments.out
    if out is None:
        for option in ("resume", "deid", "events", "single_file"):
            if getattr(arguments, option):
                raise InvalidRequest(messages.NEEDS_OUT(option=f"--{option.replace('_', '-')}"))
        if sys.stdout is None:
            raise InvalidRequest(messages.NO_STANDARD_OUTPUT, messages.NAME_A_FILE)
    else:
        table.check_format(out)
        _check_place(arguments, out)
    for option in ("labels", "report_names"):
        if getattr(arguments, option) and arguments.report is None:
            raise InvalidRequest(messages.NEEDS_REPORT(option=f"--{option.replace('_', '-')}"))
    report: Path | None = arguments.report
    if report is not None and report.exists() and not (arguments.resume or arguments.overwrite):
        raise InvalidRequest(messages.EXISTS_ALREADY(place=str(report)), messages.RESUME_OR_OVERWRITE)


def _check_place(arguments: argparse.Namespace, out: Path) -> None:
    in_parts = out.suffix.lower() == _PARQUET
    if arguments.single_file and not in_parts:
        raise InvalidRequest(messages.NEEDS_PARQUET(option="--single-file"))
    try:
        out.stat()
    except FileNotFoundError:
        if not (arguments.single_file and parts_beside(out).exists()):
            return
    except OSError as error:
        problem = PLACE_CANNOT_BE_WRITTEN(place=str(out), reason=error.strerror)
        raise InvalidRequest(problem, CHOOSE_ANOTHER_PLACE) from error
    if not (out.is_file() or in_parts):
        raise InvalidRequest(messages.NO_FILE(place=str(out)), CHOOSE_ANOTHER_NAME)
    if not (arguments.resume or arguments.overwrite):
        raise InvalidRequest(messages.EXISTS_ALREADY(place=str(out)), messages.RESUME_OR_OVERWRITE)
    if arguments.resume and in_parts and out.is_file() and not arguments.single_file:
        raise InvalidRequest(messages.IS_ONE_FILE(place=str(out)), messages.ADD_SINGLE_FILE)
