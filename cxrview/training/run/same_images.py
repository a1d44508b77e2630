"""A run that goes on must do so with the images, and the split, that it began with.

With others, images that it has learnt from would come to judge it.
"""

import csv
import io
from collections import Counter

from cxrview.atomic_file import write_atomically
from cxrview.errors import InvalidRequest
from cxrview.safe_text import unguarded
from cxrview.training import messages
from cxrview.training.run.folder import RunFolder


def remembered(folder: RunFolder) -> str | None:
    """Return the split that the training in `folder` has begun with, None if it has not begun."""
    try:
        return folder.split.read_text("utf-8") if folder.checkpoints.is_dir() else None
    except (OSError, ValueError):
        return None


def check(folder: RunFolder, before: str | None) -> None:
    """Compare the split in `folder` with `before`, which takes its place again if they differ.

    Raises InvalidRequest if they do, and OSError.
    """
    if before is None:
        return
    old, new = _sides(before), _sides(folder.split.read_text("utf-8"))
    if old == new:
        return
    write_atomically(folder.split, before)
    changed = max((Counter(old) - Counter(new)).total(), (Counter(new) - Counter(old)).total())
    change = messages.IMAGES_CHANGED(count=changed) if changed else messages.ORDER_CHANGED
    problem = messages.IMAGES_DIFFER(folder=folder.path, change=change)
    raise InvalidRequest(problem, messages.PUT_IMAGES_BACK)


def _sides(text: str) -> list[tuple[str, ...]]:
    """Return name, label and side of each image; not its folder, for data and run may have been moved."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    plain = ([unguarded(str(row.get(name))) for name in ("file", "label", "split")] for row in rows)
    return [(file.rpartition("/")[2], label, split) for file, label, split in plain]
