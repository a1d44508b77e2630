"""What runs in worker threads. The heavy libraries are imported here, when the first work is done."""

from pathlib import Path
from typing import TYPE_CHECKING

from cxrview.gui.session import crash_guard
from cxrview.gui.session.cache import FileRead, Stamp
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.inference.predictor import Predictor


def load_predictor(model: str, device: str, report: Report) -> "Predictor":
    """Return the predictor for `model` on `device`. Raises CxrviewError; `report` may raise Cancelled."""
    from cxrview.inference.predictor import Predictor

    return Predictor.load(model, device, report)


def read_file(path: Path, frame: int, report: Report) -> FileRead:
    """Return what `path` holds, with frame `frame` ready to be drawn. Raises UnreadableImage."""
    report(-1.0, "")
    from cxrview.imaging import read

    stamp = Stamp.of(path) or Stamp(path, 0, 0)  # before reading, so that a later change shows
    with crash_guard.reading(path):
        found = FileRead(stamp, tuple(read(path, report)))
        report(-1.0, path.name)
        found.levels_of(min(frame, len(found.radiographs) - 1))
    return found
