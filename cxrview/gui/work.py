"""What runs in worker threads. The heavy libraries are imported here, when the first work is done."""

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cxrview.gui.cache import Stamp
from cxrview.gui.state import Entry
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.gui.viewer.picture import Picture
    from cxrview.imaging import Radiograph
    from cxrview.inference.predictor import Predictor

BATCH = 64  # files a message to the study list


class FileRead(NamedTuple):
    """What a file held, one of its frames rendered, and when that was."""

    radiographs: "list[Radiograph]"
    picture: "Picture"
    stamp: Stamp


def load_predictor(model: str, device: str) -> "Predictor":
    """Return the predictor for `model` on `device`. Raises CxrviewError."""
    from cxrview.inference.predictor import Predictor

    return Predictor.load(model, device)


def discover(paths: Sequence[Path], report: Report) -> Iterator[list[Entry]]:
    """Yield the files found, in order, a few at first so that there is something to see."""
    report(-1.0, "looking for images")
    imaging = importlib.import_module("cxrview.imaging")
    found = imaging.find_images(paths, report)
    size, start = 1, 0
    while start < len(found):
        report(start / len(found), f"{start} of {len(found)} files")
        batch = found[start : start + size]
        yield [_entry(path) for path in batch]
        start, size = start + len(batch), BATCH


def _entry(path: Path) -> Entry:
    """Return the entry of `path` with what its header says, as far as that is quick to find out."""
    known = importlib.import_module("cxrview.imaging.peek").peek(path)
    return Entry(path) if known is None else Entry(path, known.identity, known.anatomy, frames=known.frames)


def read_and_render(path: Path, frame: int, report: Report) -> FileRead:
    """Return the radiographs of `path` and the rendering of frame `frame`. Raises UnreadableImage."""
    report(-1.0, path.name)
    from cxrview.gui.viewer.picture import picture
    from cxrview.imaging import read

    stamp = Stamp.of(path) or Stamp(path, 0, 0)  # before reading, so that a later change shows
    radiographs = read(path)
    report(-1.0, path.name)
    radiograph = radiographs[min(frame, len(radiographs) - 1)]
    return FileRead(radiographs, picture(radiograph, radiograph.default_voi), stamp)
