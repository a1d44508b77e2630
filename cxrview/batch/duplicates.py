"""Films that are there twice: told by their pixels while they are read."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrview.batch.rows import Row
from cxrview.datasets.decoded import digest
from cxrview.imaging import Radiograph


def look(_radiograph: Radiograph, picture: NDArray[np.uint8]) -> Row:
    """Return the hash of the `picture`, (H, W) as it is shown: 32 hex digits.

    A DICOM image and its lossless export have the same.
    """
    return {"pixels": digest(picture)}


class Duplicates:
    """Says of each frame which file had the same pixels before."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self.count = 0

    def hear(self, row: Row) -> None:
        """Remember a frame of an older run."""
        if row.get("pixels"):
            self._first.setdefault(row["pixels"], row["path"])

    def tell(self, row: Row) -> Row:
        """Return `row` with `duplicate_of`: the first file of the same pixels, "" for that itself."""
        if not row.get("pixels"):
            return row
        first = self._first.setdefault(row["pixels"], row["path"])
        same = first if Path(first) != Path(row["path"]) else ""
        self.count += bool(same)
        return row | {"duplicate_of": same}
