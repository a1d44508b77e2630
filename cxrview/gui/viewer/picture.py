"""From a radiograph to something Qt can paint: pure functions, safe in any thread."""

import dataclasses
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from cxrview.explain.colour import colour_table, colourise
from cxrview.explain.overlay import overlay
from cxrview.imaging import Radiograph, Voi, VoiLut, Window, render
from cxrview.imaging.render import apply_voi
from cxrview.inference.prediction import Prediction

FLUID_PIXELS = 5_000_000  # more than this is windowed on a reduced copy while the mouse moves
HEAT_SIDE = 768  # longest side of the heatmap layer; at 512 the edges of the threshold look jagged
SMALLEST_LEVEL = 256


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A rendering and its halvings, finest first. Pixels are (h, w) uint8, or (h, w, 3) in colour.

    Each level covers the whole image; `images` share the memory of `pixels`, so keep them together.
    """

    pixels: tuple[NDArray[np.uint8], ...]
    images: tuple[QImage, ...]


def picture(radiograph: Radiograph, voi: Voi, inverted: bool = False) -> Picture:
    """Return `radiograph` in `voi`, black and white swapped if `inverted`."""
    pixels = _pixels(radiograph, voi)
    if inverted:
        pixels = np.invert(pixels)
        if radiograph.padding is not None:
            pixels[radiograph.padding] = 0  # what is no image stays dark
    levels = [np.ascontiguousarray(pixels)]
    while max(levels[-1].shape[:2]) > SMALLEST_LEVEL * 2:
        height, width = levels[-1].shape[:2]
        half = ((width + 1) // 2, (height + 1) // 2)
        levels.append(cv2.resize(levels[-1], half, interpolation=cv2.INTER_AREA))
    return Picture(tuple(levels), tuple(to_image(level) for level in levels))


def _pixels(radiograph: Radiograph, voi: Voi) -> NDArray[np.uint8]:
    if radiograph.rgb is None:
        return render(radiograph, voi)
    levels = np.rint(apply_voi(np.arange(256), voi) * 255).astype(np.uint8)
    return levels[radiograph.rgb]


def reduce(radiograph: Radiograph) -> Radiograph:
    """Return `radiograph` with every nth row and column only, at most about FLUID_PIXELS in all."""
    height, width = radiograph.shape
    step = int(np.ceil(np.sqrt(height * width / FLUID_PIXELS)))
    if step <= 1:
        return radiograph
    every = (slice(None, None, step), slice(None, None, step))
    return dataclasses.replace(
        radiograph,
        values=np.ascontiguousarray(radiograph.values[every]),
        rgb=None if radiograph.rgb is None else np.ascontiguousarray(radiograph.rgb[every]),
        padding=None if radiograph.padding is None else np.ascontiguousarray(radiograph.padding[every]),
    )


def to_image(pixels: NDArray[np.uint8]) -> QImage:
    """Return a QImage over the memory of contiguous `pixels`: (h, w), RGB (h, w, 3) or RGBA (h, w, 4)."""
    height, width = pixels.shape[:2]
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    formats = {
        1: QImage.Format.Format_Grayscale8,
        3: QImage.Format.Format_RGB888,
        4: QImage.Format.Format_RGBA8888,
    }
    return QImage(pixels.data, width, height, width * channels, formats[channels])


def heat_of(prediction: Prediction, class_name: str) -> NDArray[np.float32]:
    """Return the heatmap of a class over the whole image, 0…1, HEAT_SIDE samples along its longer side."""
    height, width = prediction.letterbox.height, prediction.letterbox.width
    scale = HEAT_SIDE / max(height, width)
    return overlay(prediction, class_name, (max(1, round(height * scale)), max(1, round(width * scale))))


def heat_image(heat: NDArray[np.float32], colours: str, threshold: float) -> QImage:
    """Return `heat` as an opaque layer, transparent below `threshold`; it owns its memory."""
    return to_image(colourise(heat, colour_table(colours), 1.0, threshold)).copy()


def as_window(voi: Voi) -> Window:
    """Return `voi` if it is a window, or the window that spans the input of a LUT."""
    if not isinstance(voi, VoiLut):
        return voi
    span = max(2, len(voi.table))
    return Window(voi.first + span / 2, span)


def adjust(voi: Voi, start: Voi, right: float, up: float, brighter_up: int) -> Window:
    """Return the window after a drag that began at `start`, in units of the file's default window `voi`.

    `right` and `up` are the mouse's way in fractions of a screen height: to the right widens the
    window, upwards brightens the picture. `brighter_up` is -1 where a lower centre is brighter, else 1.
    """
    unit = as_window(voi).width
    begin = as_window(start)
    least = 1.0 if unit > 16 else unit / 256
    width = max(least, begin.width + right * unit * 1.5)
    return Window(begin.center + brighter_up * up * unit * 1.5, width, begin.function)
