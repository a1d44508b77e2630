"""Read any file that holds a radiograph. The content decides, never the name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages, sniff
from cxrview.imaging.dicom.plain import is_plain
from cxrview.imaging.dicom.reader import read_dicom
from cxrview.imaging.isolated import decoded
from cxrview.imaging.limits import check_file_size
from cxrview.imaging.radiograph import Radiograph
from cxrview.imaging.raster import formats
from cxrview.imaging.raster.reader import read_raster
from cxrview.message import Message
from cxrview.messages import CANNOT_BE_READ
from cxrview.progress import Report, silent

ARCHIVES = (messages.ZIP, messages.GZIP, messages.SEVEN_ZIP, messages.RAR, messages.BZIP2, messages.XZ)
PICTURES = (messages.HEIC, messages.JPEG_XL, messages.AVIF, messages.PHOTOSHOP)
UNEXPECTED = (ArithmeticError, LookupError, ValueError, TypeError, AttributeError, RuntimeError, MemoryError)
ENCRYPTED = (messages.LOCKED_ZIP, messages.CMS)


class FileKind(Enum):
    """What a file that is read turns out to be."""

    DICOM = "DICOM"
    ELEMENTS = "DICOM without preamble and meta header"
    RASTER = "a picture"


def read(path: Path, report: Report = silent) -> list[Radiograph]:
    """Return the frames of the file at `path`, in order, at least one.

    The file is decoded by another process, so that no file can end this one, fill its memory, or keep it
    waiting for more than some seconds; only what needs no decoder is read here. Safe to call in several
    threads at once. `report` is called while it lasts and may raise Cancelled. Raises UnreadableImage, with
    a sentence for the user, if the file is missing, not an image, damaged, encrypted or too large.
    """
    path = Path(path)
    with trouble_reported(path):
        if identify(path) is FileKind.DICOM and is_plain(path):
            report(-1.0, path.name)
            with suppress(*UNEXPECTED):  # it goes wrong once more there, and gets its sentence
                return read_dicom(path)
        return list(decoded(path, "frames", report))


def read_here(path: Path) -> list[Radiograph]:
    """Return what `read` returns, decoded in this process, which the file may end.

    Raises UnreadableImage, and whatever else a damaged file brings about.
    """
    path = Path(path)
    with trouble_reported(path):
        kind = identify(path)
        if kind is FileKind.RASTER:
            return read_raster(path)
        return read_dicom(path, force=kind is FileKind.ELEMENTS)


def identify(path: Path) -> FileKind:
    """Return what the file at `path` is. Raises UnreadableImage if it is nothing that is read; OSError."""
    if path.is_dir():
        os.scandir(path).close()  # a search that could not look into it comes here for the sentence
        raise UnreadableImage(messages.IS_A_FOLDER, messages.GIVE_THE_FILES, path)
    if path.exists() and not path.is_file():  # opening a pipe would wait for ever
        raise UnreadableImage(messages.NO_REGULAR_FILE, _kinds_that_are_read(), path)
    size = check_file_size(path)
    with path.open("rb") as file:
        head = file.read(sniff.HEAD)
    if sniff.is_dicom(head):
        return FileKind.DICOM
    if sniff.raster_kind(head):
        return FileKind.RASTER
    kind = sniff.other_kind(head)
    if not kind and sniff.looks_like_dicom_elements(head, size):
        return FileKind.ELEMENTS
    if kind:
        raise UnreadableImage(messages.OTHER_KIND(kind=kind), _advice(kind), path)
    raise UnreadableImage(messages.NO_IMAGE, _kinds_that_are_read(), path)


@contextmanager
def trouble_reported(path: Path) -> Iterator[None]:
    """Turn what the system says about a file that cannot be read into UnreadableImage."""
    try:
        yield
    except FileNotFoundError as error:
        raise UnreadableImage(messages.DOES_NOT_EXIST, messages.CHECK_THE_PATH, path) from error
    except PermissionError as error:
        raise UnreadableImage(messages.NOT_PERMITTED, messages.ASK_FOR_ACCESS, path) from error
    except OSError as error:
        reason = error.strerror or (os.strerror(error.errno) if error.errno else str(error))
        raise UnreadableImage(CANNOT_BE_READ(reason=reason), messages.COPY_AGAIN, path) from error


def _kinds_that_are_read() -> Message:
    """Return the sentence that names every format."""
    *others, last = formats.NAMES
    return messages.KINDS_THAT_ARE_READ(formats=others, last=last)


def _advice(kind: Message) -> Message:
    if kind in ENCRYPTED:
        return messages.DECRYPT_FIRST
    if kind in PICTURES:
        return messages.EXPORT_AS_JPEG
    return messages.UNPACK_FIRST if kind in ARCHIVES else _kinds_that_are_read()
