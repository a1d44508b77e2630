"""The rows of a header without who the patient is and when the study was made: a list of what may be seen.

What is not on it is hidden, so that no element of tomorrow's standard, or of a maker's own, names somebody.
"""

from collections.abc import Iterable
from dataclasses import replace

from cxrview.i18n import mark, tr
from cxrview.imaging.dicom.tag_tree import Tag
from cxrview.imaging.tags import TagPair

# Numbers and codes of these groups: the file, the modality and the device, the acquisition, the places of
# series and image, the pixels, the presentation, the pixel data.
GROUPS = ("(0002,", "(0008,", "(0018,", "(0020,", "(0028,", "(2050,", "(7FE0,")
PLAIN = {"AT", "CS", "DS", "FD", "FL", "IS", "OB", "OF", "OL", "OV", "OW", "SL", "SS", "SV", "UL", "US", "UV"}
KEYWORDS = {
    *("PatientSex", "PatientAge", "PatientSize", "PatientWeight"),
    *("MediaStorageSOPClassUID", "TransferSyntaxUID", "SOPClassUID", "ImplementationVersionName"),
    *("Manufacturer", "ManufacturerModelName", "SoftwareVersions", "FilterType"),
}
PEOPLE = ("(0010,", "(0038,")  # the patient and the visit
FACTS = (mark("Format"), mark("File size"), mark("Width"), mark("Height"), mark("Samples"), mark("Pages"))


def without_identity(pairs: Iterable[TagPair], everything: bool = False) -> tuple[TagPair, ...]:
    """Return `pairs` with "hidden" for each value that is not on the list, or for `everything`.

    On it are sex, age, size and weight, numbers and codes of picture, device and acquisition, the classes and
    the transfer syntax, and what made the picture; of a picture that is no DICOM its kind and size. All below
    a private element, or an element of patient or visit, is hidden.
    """
    facts = {tr(name) for name in FACTS}
    return tuple(_pair(pair, everything, facts) for pair in pairs)


def _pair(pair: TagPair, everything: bool, facts: set[str]) -> TagPair:
    tag = pair.either
    if pair.children:
        closed = everything or tag.private or tag.tag.startswith(PEOPLE)
        return replace(pair, children=tuple(_pair(child, closed, facts) for child in pair.children))
    if _seen(tag, facts) and not everything:
        return pair
    return replace(pair, left=_hidden(pair.left), right=_hidden(pair.right))


def _seen(tag: Tag, facts: set[str]) -> bool:
    if not tag.tag:
        return tag.name in facts
    if tag.private:
        return False
    return tag.keyword in KEYWORDS or (tag.vr in PLAIN and tag.tag.upper().startswith(GROUPS))


def _hidden(tag: Tag | None) -> Tag | None:
    if tag is None or not tag.value:
        return tag
    return replace(tag, value=tr("hidden"), copied=tr("hidden"))
