"""The `.npz` files of a bundle, which may come from anywhere."""

import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrview.bundle.messages import IMPORT_AGAIN
from cxrview.engines import messages
from cxrview.errors import UnusableModel
from cxrview.messages import IS_DAMAGED, UNREADABLE_FILE


def load_arrays(path: Path, *names: str) -> list[NDArray[np.generic]]:
    """Return the arrays `names` of the file at `path`, all finite, no pickles. Raises UnusableModel."""
    return list(_load(path, names).values())


def load_all(path: Path) -> dict[str, NDArray[np.generic]]:
    """Return every array of the file at `path` by its name, as `load_arrays` does."""
    return _load(path, ())


def _load(path: Path, names: tuple[str, ...]) -> dict[str, NDArray[np.generic]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: np.asarray(stored[name]) for name in names or stored}
        finite = all(np.isfinite(array).all() for array in arrays.values())
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError) as error:
        raise UnusableModel(UNREADABLE_FILE, IMPORT_AGAIN, path) from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise UnusableModel(IS_DAMAGED, IMPORT_AGAIN, path) from error
    if not finite:
        raise UnusableModel(messages.HOLDS_NO_NUMBERS, messages.EXPORT_MODEL_AGAIN, path)
    return arrays
