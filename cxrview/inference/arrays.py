"""The `.npz` files of a bundle, which may come from anywhere."""

import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrview.errors import UnusableModel
from cxrview.words import tr


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
        raise UnusableModel(tr("cannot be read."), tr("Import the model again."), path) from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise UnusableModel(tr("is damaged."), tr("Import the model again."), path) from error
    if not finite:
        raise UnusableModel(tr("holds values that are not numbers."), tr("Export the model again."), path)
    return arrays
