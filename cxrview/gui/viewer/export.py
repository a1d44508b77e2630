"""The picture for documents: what is shown, at full resolution, with a caption; made in a worker thread."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from cxrview.errors import CxrviewError
from cxrview.explain.colour import colour_table, colourise
from cxrview.explain.overlay import overlay
from cxrview.gui.viewer.picture import picture, to_image
from cxrview.imaging import Radiograph, Voi
from cxrview.inference.prediction import Prediction
from cxrview.progress import Report

ROWS = 256  # blended at a time, so that memory stays small and other threads get their turn
NOTICE = "For research and teaching, not for diagnosis"
PAPER, INK = QColor("#000000"), QColor("#cfd6de")
LEAST_TEXT = 11  # pixels
LETTERS = 96  # about as many fit into the width of a large picture


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """The heatmap to lay over the picture."""

    prediction: Prediction
    class_name: str
    label: str
    colours: str
    opacity: float
    threshold: float


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """What is on the screen at one moment; `heat` is None where no heatmap is shown."""

    radiograph: Radiograph
    voi: Voi
    inverted: bool
    heat: Heat | None

    def caption(self) -> str:
        """Return the line under the picture: the file, the heatmap and its model, and the notice."""
        name = self.radiograph.path.name
        if self.radiograph.frame_count > 1:
            name += f", frame {self.radiograph.frame + 1}"
        parts = [name]
        if self.heat is not None:
            reading = self.heat.prediction
            parts += [f"Heatmap: {self.heat.label}", f"{reading.model} {reading.model_version}"]
            if not reading.in_domain:
                parts.append("not like the training films")
        return "  ·  ".join([*parts, NOTICE])


def compose(shot: Shot) -> NDArray[np.uint8]:
    """Return the picture over its caption, (H + strip, W, 3) uint8 RGB, with square pixels."""
    pixels = picture(shot.radiograph, shot.voi, shot.inverted).pixels[0]
    if pixels.ndim == 2:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)
    if shot.heat is not None:
        pixels = _with_heat(pixels, shot.heat)
    height = max(1, round(pixels.shape[0] * shot.radiograph.pixel_aspect))
    if height != pixels.shape[0]:
        pixels = cv2.resize(pixels, (pixels.shape[1], height), interpolation=cv2.INTER_CUBIC)
    return np.vstack((pixels, _strip(shot.caption(), pixels.shape[1])))


def save(shot: Shot, path: Path, report: Report) -> None:
    """Write the picture as PNG to `path`. Raises CxrviewError if it cannot be written."""
    report(-1.0, path.name)
    _, encoded = cv2.imencode(".png", compose(shot)[..., ::-1])
    try:
        path.write_bytes(encoded.tobytes())
    except OSError as error:
        raise CxrviewError("could not be written.", "Choose another folder.", path) from error


def image(shot: Shot, report: Report) -> QImage:
    """Return the picture as an image that owns its memory."""
    report(-1.0, shot.radiograph.path.name)
    return to_image(compose(shot)).copy()


def _with_heat(pixels: NDArray[np.uint8], heat: Heat) -> NDArray[np.uint8]:
    strength = overlay(heat.prediction, heat.class_name)
    table = colour_table(heat.colours)
    blended = np.empty_like(pixels)
    for start in range(0, len(pixels), ROWS):
        rows = slice(start, start + ROWS)
        rgba = colourise(strength[rows], table, heat.opacity, heat.threshold)
        alpha = rgba[..., 3:].astype(np.float32) / 255
        blended[rows] = np.rint(pixels[rows] * (1 - alpha) + rgba[..., :3] * alpha)
    return blended


def _strip(caption: str, width: int) -> NDArray[np.uint8]:
    """Return the caption on black, (h, width, 3) uint8 RGB, broken into lines where it must be."""
    font = QFont()
    font.setPixelSize(max(LEAST_TEXT, round(width / LETTERS * 1.6)))
    margin = font.pixelSize()
    flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
    room = QRect(margin, margin // 2, max(1, width - 2 * margin), 100 * margin)
    canvas = QImage(width, 1, QImage.Format.Format_RGB888)
    painter = QPainter(canvas)
    painter.setFont(font)
    needed = painter.boundingRect(room, flags, caption)
    painter.end()
    canvas = QImage(width, needed.height() + margin, QImage.Format.Format_RGB888)
    canvas.fill(PAPER)
    painter = QPainter(canvas)
    painter.setFont(font)
    painter.setPen(INK)
    painter.drawText(room, flags, caption)
    painter.end()
    rows = np.frombuffer(canvas.constBits(), np.uint8).reshape(canvas.height(), canvas.bytesPerLine())
    return rows[:, : width * 3].reshape(canvas.height(), width, 3).copy()
