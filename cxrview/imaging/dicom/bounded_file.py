"""A file whose sizes and items are not believed: what is read of it is bounded."""

import io
import os
from pathlib import Path

MUCH = 2**20  # bytes: for less nobody looks where the file ends


class BoundedFile(io.BufferedReader):
    """A file that is asked for no more than it holds, because Python fetches memory for all that is asked.

    A length of two gigabytes in a file of a hundred kilobytes is damage, and no lack of memory.
    """

    def __init__(self, path: Path, most_reads: int = 2**62) -> None:
        """Open the file at `path`, of which `most_reads` pieces may be read. Raises OSError."""
        super().__init__(path.open("rb", buffering=0))
        self._left = most_reads

    def read(self, size: int | None = -1, /) -> bytes:
        """Read on. Raises ValueError when all pieces are read: items of sequences may go on for ever."""
        self._left -= 1
        if self._left < 0:
            raise ValueError("the header has no end")
        if size is not None and size > MUCH:
            size = max(0, min(size, os.fstat(self.fileno()).st_size - self.tell()))
        return super().read(size)
