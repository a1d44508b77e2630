"""A process that writes a table of results for ever: `python -m tests.batch.endless_table FILE`."""

import itertools
import sys
from pathlib import Path

from cxrview.batch import parts_table, rows
from cxrview.batch.table import open_table
from cxrview.errors import UnreadableImage

COLUMNS = rows.columns(["a", "b"])


def frames(first, end=None):
    """Yield the rows of such files, two frames each, every tenth of which failed."""
    for number in itertools.count(first) if end is None else range(first, end):
        path = f"/films/{number:06}.dcm"
        if number % 10 == 3:
            yield rows.failure(path, UnreadableImage("is empty."))
            continue
        for frame in (1, 2):
            said = {"status": "ok", "error": "", "model": "net", "model_version": "1", "p_a": number / 1e6}
            yield {"path": path, "frame": frame, **said}


if __name__ == "__main__":
    parts_table.PART_ROWS = 16
    with open_table(Path(sys.argv[1]), COLUMNS) as table:
        for row in frames(0):
            table.write(row)
