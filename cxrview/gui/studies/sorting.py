"""In which order the rows of the study list stand."""

import math
import re
from collections.abc import Callable
from enum import Enum

from cxrview.gui.studies.nodes import NodeKind, SortKey, StudyNode
from cxrview.i18n import mark


class SortOrder(Enum):
    """What patients and images are sorted by; the value is stored, the words are in LABELS."""

    NAME = "name"
    PATIENT_ID = "patient_id"
    DATE = "date"
    FILE = "file"
    ADDED = "added"


LABELS = {
    SortOrder.NAME: mark("Patient name"),
    SortOrder.PATIENT_ID: mark("Patient ID"),
    SortOrder.DATE: mark("Study date, newest first"),
    SortOrder.FILE: mark("File name"),
    SortOrder.ADDED: mark("Order of opening"),
}
MOST_ZEROS = 99  # in front of a number that are told apart
TOP = (NodeKind.PATIENT, NodeKind.FOLDER, NodeKind.ARCHIVE)


def sort_key(node: StudyNode, order: SortOrder) -> SortKey:
    """Return what `node` is sorted by among its siblings; the serial number at the end decides a draw.

    Studies stand newest first, images by series, instance number and natural file name, unless files or
    the order of opening are asked for. Folders stand below patients.
    """
    if order is SortOrder.ADDED:
        return (node.number,)
    return _KEYS[node.kind](node, order)


def natural(text: str) -> str:
    """Return a key that puts "image2" before "image10", whatever the case.

    >>> sorted(["b10", "B2", "a"], key=natural)
    ['a', 'B2', 'b10']
    """
    # A number sorts by its length first; one string is kept where a list of parts would be many objects.
    return re.sub(r"\d+", _sortable, text.casefold())


def _sortable(number: re.Match[str]) -> str:
    digits = number.group().lstrip("0")
    zeros = min(len(number.group()) - len(digits), MOST_ZEROS)
    rank = MOST_ZEROS - zeros if digits else zeros  # "01" comes before "1", but "0" before "00"
    return f"\x01{chr(len(digits) + 1)}{digits}{chr(1 + rank)}"


def _top_key(node: StudyNode, order: SortOrder) -> SortKey:
    group = node.group
    assert group is not None
    folder = node.kind is not NodeKind.PATIENT
    first: object = 0
    if order is SortOrder.PATIENT_ID and not folder:
        first = natural(group.key[1].partition("\\")[0])
    elif order is SortOrder.DATE:
        first = -node.newest
    return (folder, first if not folder else 0, natural(group.name), node.number)


def _study_key(node: StudyNode, _order: SortOrder) -> SortKey:
    return (-node.newest, "" if node.group is None else node.group.name, node.number)


def _series_key(node: StudyNode, _order: SortOrder) -> SortKey:
    group = node.group
    assert group is not None
    return (_number(group.number), group.key[-1], -1.0, "", node.number)


def _image_key(node: StudyNode, order: SortOrder) -> SortKey:
    entry = node.entry
    assert entry is not None
    name = natural(entry.path.name)
    if order is SortOrder.FILE or entry.identity is None:
        return (math.inf, "", math.inf, name, node.number)
    identity = entry.identity
    # Where series have no numbers, their UIDs would put films in an order that nobody knows.
    series = identity.series_uid if identity.series_number else ""
    return (_number(identity.series_number), series, _number(identity.instance_number), name, node.number)


def _frame_key(node: StudyNode, _order: SortOrder) -> SortKey:
    return node.key


_KEYS: dict[NodeKind, Callable[[StudyNode, SortOrder], SortKey]] = {
    NodeKind.PATIENT: _top_key,
    NodeKind.FOLDER: _top_key,
    NodeKind.ARCHIVE: _top_key,
    NodeKind.STUDY: _study_key,
    NodeKind.SERIES: _series_key,
    NodeKind.IMAGE: _image_key,
    NodeKind.FRAME: _frame_key,
}


def _number(text: str) -> float:
    """Return a DICOM integer string as a number; what is none stands behind all others."""
    try:
        return float(int(text))
    except ValueError:
        return math.inf
