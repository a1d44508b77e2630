"""The images that a DICOM directory (DICOMDIR, PS3.10 8 and PS3.3 F) lists, as paths on its medium."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from cxrview.errors import UnreadableImage
from cxrview.imaging import decoder_warnings, messages, sniff
from cxrview.imaging.dicom.decoding import damage_reported
from cxrview.imaging.dicom.elements import Elements
from cxrview.imaging.dicom.reader import read_dataset
from cxrview.imaging.isolated import decoded
from cxrview.imaging.limits import check_file_size, grant
from cxrview.imaging.read import trouble_reported
from cxrview.progress import silent

NAME = "dicomdir"
STORAGE = b"1.2.840.10008.1.3.10"  # Media Storage Directory Storage
IN_USE = 0xFFFF
FORBIDDEN = frozenset('/\\:\0*?"<>|')  # in a part of a file ID; PS3.10 8.2 allows A–Z, 0–9 and _ alone


def is_dicomdir(path: Path) -> bool:
    """Return whether `path` is a DICOM directory, by its content or else by its name. Raises nothing."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(sniff.HEAD)
    except OSError:
        return False
    return path.name.casefold() == NAME or (sniff.is_dicom(head) and STORAGE in head)


def listed_images(path: Path) -> list[Path]:
    """Return the files of the image records in the DICOM directory at `path`, each once, in its order.

    The order is that of the links between the records; records that no link leads to come last. Files
    that are missing are returned too; records out of use are not. Names are found whatever their case.
    The records are read by another process, as films are. Raises UnreadableImage if it is damaged, lists no
    image, or leads out of its own folder.
    """
    with trouble_reported(path):
        check_file_size(path)
        file_ids: Sequence[tuple[str, ...]] = decoded(path, "image records", silent)
        medium = _Medium(path)
        images = [medium.file(file_id) for file_id in file_ids]
    if not images:
        raise UnreadableImage(messages.LISTS_NO_IMAGES, messages.OPEN_THE_FOLDER, path)
    return list(dict.fromkeys(images))


def image_records_here(path: Path) -> list[tuple[str, ...]]:
    """Return the file IDs of the image records in a DICOM directory, in its order, read in this process.

    Raises UnreadableImage if it is damaged; OSError.
    """
    grant(path.stat().st_size)
    with decoder_warnings.collected(), damage_reported(path, messages.DIRECTORY_DAMAGED):
        elements = Elements(read_dataset(path, problem=messages.DIRECTORY_DAMAGED), [])
        records = [_Record(record) for record in elements.items("DirectoryRecordSequence")]
        first = elements.whole("OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity") or 0
        return [record.file_id for record in _in_order(records, first) if record.is_image]


class _Record:
    """What is needed of a directory record; offsets count bytes from the beginning of the file."""

    def __init__(self, elements: Elements) -> None:
        self.offset = int(getattr(elements.dataset, "seq_item_tell", None) or 0)
        self.next = elements.whole("OffsetOfTheNextDirectoryRecord") or 0
        self.lower = elements.whole("OffsetOfReferencedLowerLevelDirectoryEntity") or 0
        self.in_use = elements.whole("RecordInUseFlag") in (IN_USE, None)
        self.file_id = elements.texts("ReferencedFileID")
        self.is_image = elements.code("DirectoryRecordType") == "IMAGE" and bool(self.file_id) and self.in_use


def _in_order(records: list[_Record], first: int) -> Iterator[_Record]:
    """Yield each of `records` once, depth first along the links from `first`, then all that are left."""
    left = {record.offset: record for record in records}
    if len(left) < len(records):  # pydicom does not know where they lie
        yield from records
        return
    waiting = [first]
    while waiting:
        record = left.pop(waiting.pop(), None)  # a link that leads back finds nothing
        if record is not None:
            yield record
            waiting += (record.next, record.lower)
    yield from left.values()


class _Medium:
    """The folder of a DICOM directory. It remembers what lies in its folders."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._names: dict[Path, dict[str, str]] = {}

    def file(self, file_id: tuple[str, ...]) -> Path:
        """Return the path of a file ID. Raises UnreadableImage if it leads out of the folder."""
        place = self._directory.parent
        for part in file_id:
            if not part.strip(". ") or FORBIDDEN.intersection(part):
                problem = messages.NAMES_FILE_OUTSIDE(name="/".join(file_id))
                raise UnreadableImage(problem, messages.OPEN_THE_FOLDER, self._directory)
            place /= self._name(place, part)
        return place

    def _name(self, folder: Path, part: str) -> str:
        """Return what `part` is called on the disk: systems change the case of CDs, or add “;1” or “.”."""
        if folder not in self._names:
            try:
                names = [entry.name for entry in folder.iterdir()]
            except OSError:
                names = []
            self._names[folder] = {_plain(name): name for name in names} | {name: name for name in names}
        names_here = self._names[folder]
        return names_here.get(part) or names_here.get(_plain(part)) or part


def _plain(name: str) -> str:
    return name.casefold().removesuffix(";1").rstrip(".")
