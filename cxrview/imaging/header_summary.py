"""What a file's header says about patient, view and size, without its pixels, for lists of many files."""

import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset, read_partial
from pydicom.tag import BaseTag, Tag
from pydicom.uid import DeflatedExplicitVRLittleEndian

from cxrview.errors import UnreadableImage
from cxrview.imaging import decoder_warnings, sniff
from cxrview.imaging.dicom.bounded_file import BoundedFile
from cxrview.imaging.dicom.decoding import damage_reported
from cxrview.imaging.dicom.element_limits import first_inflated, inflated_from
from cxrview.imaging.dicom.elements import Elements, Readable
from cxrview.imaging.dicom.fast_header import NotPlain, PlainHeader
from cxrview.imaging.dicom.metadata import read_identity, read_pictured
from cxrview.imaging.limits import MAX_FRAMES
from cxrview.imaging.radiograph import Identity, Pictured
from cxrview.messages import IS_DAMAGED

BEGINNING = 2**16  # bytes that hold the header of nearly every radiograph
PIXELS = 0x7FE00000
UNDEFINED = 0xFFFFFFFF
KEYWORDS = (
    "PatientName",
    "PatientID",
    "PatientSex",
    "PatientAge",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "StudyDescription",
    "AccessionNumber",
    "SeriesInstanceUID",
    "SeriesNumber",
    "SeriesDescription",
    "SOPInstanceUID",
    "InstanceNumber",
    "Modality",
    "BodyPartExamined",
    "AnatomicRegionSequence",
    "ViewPosition",
    "ViewCodeSequence",
    "ImageLaterality",
    "Laterality",
    "PatientOrientation",
    "NumberOfFrames",
    "Rows",
    "Columns",
)
MAX_READS = 20_000  # of a header that does not end in BEGINNING; an element takes one or two
T = TypeVar("T")
DEFLATED = DeflatedExplicitVRLittleEndian.encode()


@dataclass(frozen=True, slots=True)
class HeaderSummary:
    """Who and what is in a DICOM file, and how large it says it is: `rows` and `columns` may be 0."""

    identity: Identity
    pictured: Pictured
    frames: int = 1
    rows: int = 0
    columns: int = 0


def peek(path: Path) -> HeaderSummary | None:
    """Return what the header of a DICOM file says, or None for any other file and for a damaged one.

    Takes a fraction of a millisecond, whatever the size of the image, and never more than one second: of a
    longer header the beginning is believed. Nothing is decoded. Raises nothing: `read` will say what is wrong
    with a file when somebody wants to see it.
    """
    return summed_up(path, KEYWORDS, _header)


def summed_up(path: Path, keywords: Sequence[str], made: Callable[[Readable], T]) -> T | None:
    """Return what is `made` of `keywords` in a DICOM file, within the bounds of `peek`; else None."""
    try:
        if not path.is_file():  # opening a pipe would wait for ever
            return None
        with path.open("rb", buffering=0) as file:
            beginning = file.read(BEGINNING)
        if not sniff.is_dicom(beginning):
            return None
        with suppress(NotPlain):
            return made(PlainHeader(beginning, len(beginning) < BEGINNING, keywords))
        with decoder_warnings.collected(), damage_reported(path, IS_DAMAGED):
            tags = [int(Tag(keyword)) for keyword in keywords]  # as numbers, which compare ten times as fast
            return made(Elements(_first_elements(beginning, path, tags), []))
    except (OSError, UnreadableImage):
        return None


def _first_elements(beginning: bytes, path: Path, tags: list[int]) -> Dataset:
    """Return the elements `tags`, with the file opened only where `beginning` does not hold them."""
    if DEFLATED in beginning:
        with BoundedFile(path) as file:
            if inflated_from(file):
                inflated = io.BytesIO(first_inflated(file, BEGINNING))
                dataset = read_dataset(inflated, False, True, stop_when=_behind(tags), specific_tags=tags)
                if not len(dataset):
                    raise UnreadableImage(IS_DAMAGED, path=path)
                return dataset
    dataset = _from_beginning(beginning, path, tags)
    return _from_file(path, tags) if dataset is None else dataset


def _from_beginning(beginning: bytes, path: Path, tags: list[int]) -> Dataset | None:
    """Return the elements wanted, or None if the header does not end within `beginning`."""
    whole = len(beginning) < BEGINNING

    def at_end(tag: BaseTag, _vr: str | None, _length: int) -> bool:
        nonlocal whole
        if int(tag) < PIXELS:
            return False
        whole = True
        return True

    try:
        with damage_reported(path, IS_DAMAGED):
            dataset = read_partial(io.BytesIO(beginning), at_end, specific_tags=tags)
    except UnreadableImage:
        if whole:
            raise
        return None
    return dataset if whole else None


def _from_file(path: Path, tags: list[int]) -> Dataset:
    with BoundedFile(path, MAX_READS) as file:
        return read_partial(file, _behind(tags), specific_tags=tags)


def _behind(tags: list[int]) -> Callable[[BaseTag, str | None, int], bool]:
    """Return what tells pydicom where to stop: behind the last of `tags`, at a value too long for one."""
    last = max(tags)
    return lambda tag, _vr, length: int(tag) > last or (int(tag) in tags and BEGINNING < length < UNDEFINED)


def _header(elements: Readable) -> HeaderSummary:
    frames = elements.whole("NumberOfFrames") or 1
    return HeaderSummary(
        read_identity(elements),
        read_pictured(elements),
        frames if 1 <= frames <= MAX_FRAMES else 1,
        max(0, elements.whole("Rows") or 0),
        max(0, elements.whole("Columns") or 0),
    )
