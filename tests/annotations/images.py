"""Radiographs with known pixels and spacing, without a file behind them."""

from pathlib import Path

import cv2
import numpy as np

from cxrview.imaging import Identity, Pictured, Radiograph, Spacing, SpacingSource, Window


def image(values: np.ndarray | None = None, **parts) -> Radiograph:
    """Return a radiograph of `values`, by default (40, 60) rising from 0; `parts` are its other fields."""
    values = np.arange(2400, dtype=np.uint16).reshape(40, 60) if values is None else values
    return Radiograph(
        path=Path("phantom.dcm"), frame=0, frame_count=1, values=values, default_voi=Window(0, 1), **parts
    )


def spaced(row: float, column: float, source: SpacingSource = SpacingSource.PIXEL_SPACING) -> Radiograph:
    """Return a radiograph whose pixels are `row` × `column` mm."""
    return image(spacing=Spacing(row, column, source), pixel_aspect=row / column)


def seen_from(view: str) -> Radiograph:
    """Return a radiograph of the view position `view`."""
    return image(pictured=Pictured(view_position=view))


def of_modality(modality: str) -> Radiograph:
    """Return a radiograph of `modality`."""
    return image(identity=Identity(modality=modality))


def write_png(path: Path, pixels: np.ndarray) -> Path:
    """Write `pixels`, (h, w) uint8 or uint16, and return `path`."""
    _, encoded = cv2.imencode(".png", pixels)
    path.write_bytes(encoded.tobytes())
    return path
