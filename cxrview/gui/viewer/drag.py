"""An image of the list on its way to a viewport: what is carried while the mouse drags it."""

import json
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData

MIME_TYPE = "application/x-cxrview-image"  # of our own, since dropped files are opened


def packed(path: Path, frame: int) -> QMimeData:
    """Return frame `frame` of `path` as data to drag."""
    data = QMimeData()
    data.setData(MIME_TYPE, QByteArray(json.dumps([str(path), frame]).encode()))
    return data


def unpacked(data: QMimeData) -> tuple[Path, int] | None:
    """Return the path and the frame that `data` carries, or None for anything else."""
    if not data.hasFormat(MIME_TYPE):
        return None
    path, frame = json.loads(bytes(data.data(MIME_TYPE).data()))
    return Path(path), int(frame)
