"""Which earlier film of a patient stands beside a film: as a table says, or as the headers tell."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from cxrview.datasets.sources import Item
from cxrview.imaging.header_summary import HeaderSummary, peek
from cxrview.progress import Report, silent


def priors_of(chosen: Sequence[Item], everything: Sequence[Item], report: Report = silent) -> dict[int, Path]:
    """Return the prior of each of `chosen` that has one, by its index.

    That is what its table names; else, of DICOM files, the latest of an earlier day among `everything` of
    the same patient, by `group` or by Patient ID, and of the same view as far as the headers say one.
    """
    headers: dict[Path, HeaderSummary] = {}
    if any(item.prior is None for item in chosen):
        for number, item in enumerate(everything):
            report(number / len(everything), item.path.name)
            header = peek(item.path)
            if header is not None and header.identity.study_date:
                headers[item.path] = header
    of_patient: dict[str, list[Item]] = defaultdict(list)
    for item in everything:
        if item.path in headers and (name := _patient(item, headers)):
            of_patient[name].append(item)
    found = {}
    for index, item in enumerate(chosen):
        prior = item.prior
        if prior is None and item.path in headers:
            prior = _earlier(item, of_patient[_patient(item, headers)], headers)
        if prior is not None:
            found[index] = prior
    return found


def _patient(item: Item, headers: dict[Path, HeaderSummary]) -> str:
    return item.group or headers[item.path].identity.patient_id


def _earlier(item: Item, others: Sequence[Item], headers: dict[Path, HeaderSummary]) -> Path | None:
    own = headers[item.path]
    dates = {
        other.path: headers[other.path].identity.study_date
        for other in others
        if headers[other.path].identity.study_date < own.identity.study_date
        and headers[other.path].pictured.view_position == own.pictured.view_position
    }
    return max(dates, key=lambda path: (dates[path], str(path)), default=None)
