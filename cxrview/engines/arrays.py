"""The `.npz` files of a bundle, which may come from anywhere."""

import math
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from cxrview.bundle.messages import IMPORT_AGAIN
from cxrview.engines import messages
from cxrview.errors import UnusableModel
from cxrview.messages import IS_DAMAGED, UNREADABLE_FILE

MAX_BYTES = 2**29  # of all arrays of a file; the statistics of the largest network take 40 MB


def load_arrays(path: Path, *names: str) -> list[NDArray[np.generic]]:
    """Return the arrays `names` of the file at `path`, all finite, no pickles. Raises UnusableModel."""
    return list(_load(path, names).values())


def load_all(path: Path) -> dict[str, NDArray[np.generic]]:
    """Return every array of the file at `path` by its name, as `load_arrays` does."""
    return _load(path, ())


def _load(path: Path, names: tuple[str, ...]) -> dict[str, NDArray[np.generic]]:
    try:
        with path.open("rb") as file:
            _check_sizes(file, path)
            file.seek(0)
            with np.load(file, allow_pickle=False) as stored:
                arrays = {name: np.asarray(stored[name]) for name in names or stored}
        finite = all(np.isfinite(array).all() for array in arrays.values())
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError) as error:
        raise UnusableModel(UNREADABLE_FILE, IMPORT_AGAIN, path) from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise UnusableModel(IS_DAMAGED, IMPORT_AGAIN, path) from error
    if not finite:
        raise UnusableModel(messages.HOLDS_NO_NUMBERS, messages.EXPORT_MODEL_AGAIN, path)
    return arrays


def _check_sizes(file: BinaryIO, path: Path) -> None:
    """Hold what the archive and the arrays say of their sizes to each other and to a limit.

    NumPy makes room for what an array says of itself, before it looks whether that is there. Raises
    UnusableModel, and what zipfile and NumPy raise.
    """
    total = 0
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            total += info.file_size
            if total > MAX_BYTES:
                problem = messages.ARRAYS_TOO_LARGE(limit=MAX_BYTES >> 20)
                raise UnusableModel(problem, messages.EXPORT_MODEL_AGAIN, path)
            with archive.open(info) as member:
                shape, _, dtype = _header(member)
                said = math.prod(shape) * dtype.itemsize + member.tell()
            if dtype.hasobject or said != info.file_size:
                raise ValueError("the array is not as it says")


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(member)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(member)
    if version == (2, 0):
        return np.lib.format.read_array_header_2_0(member)
    raise ValueError("another version of the format")
