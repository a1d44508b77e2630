"""The rows of a header without who the patient is and when the study was made."""

from collections.abc import Iterable
from dataclasses import replace

from cxrview.i18n import tr
from cxrview.imaging.tags import Tag, TagPair

NAMING = {"PN", "DA", "DT"}  # persons and days
FREE = {"LT", "ST", "UT", "UN"}  # where anything may be written
GROUPS = ("(0010,", "(0038,")  # the patient and the visit
HARMLESS = {"PatientSex", "PatientAge", "PatientSize", "PatientWeight"}
NUMBERS = {"AccessionNumber", "StudyID", "RequestedProcedureID", "InstitutionName", "InstitutionAddress"}


def without_identity(pairs: Iterable[TagPair], everything: bool = False) -> tuple[TagPair, ...]:
    """Return `pairs` with "hidden" for each value that may say who the patient is, or for `everything`.

    Hidden are persons, days, the groups of the patient and the visit but for sex, age, size and weight, the
    numbers of the study, its place, free text and private elements. Unique identifiers stay.
    """
    return tuple(_pair(pair, everything or _names(pair.either)) for pair in pairs)


def _pair(pair: TagPair, hidden: bool) -> TagPair:
    children = without_identity(pair.children, hidden)
    if not hidden:
        return replace(pair, children=children)
    return replace(pair, left=_hidden(pair.left), right=_hidden(pair.right), children=children)


def _names(tag: Tag) -> bool:
    if tag.keyword in HARMLESS:
        return False
    own = tag.private or tag.tag.startswith(GROUPS)
    return own or tag.vr in NAMING | FREE or tag.keyword in NUMBERS


def _hidden(tag: Tag | None) -> Tag | None:
    if tag is None or not tag.value or tag.children:
        return tag
    return replace(tag, value=tr("hidden"), copied=tr("hidden"))
