"""From pixel values to grey levels on the screen, and to the model's input: pure functions of arrays.

The order is the standard's: modality LUT (already applied in a Radiograph) → VOI → presentation, so a
MONOCHROME1 image is inverted last (PS3.3 C.7.6.3.1.2, C.11.2, PS3.4 N.2).
"""

import numpy as np
from numpy.typing import NDArray

from cxrview.imaging.letterbox import Letterbox
from cxrview.imaging.radiograph import Radiograph, Voi, VoiFunction, VoiLut, Window


def apply_window(values: NDArray[np.generic], window: Window) -> NDArray[np.float32]:
    """Return `values` through `window`, float32 in 0…1, same shape (PS3.3 C.11.2.1.2, C.11.2.1.3)."""
    x = values.astype(np.float32)
    if window.function is VoiFunction.SIGMOID:
        exponent = np.clip(-4 * (x - window.center) / window.width, -80, 80)
        return np.asarray(1 / (1 + np.exp(exponent)), dtype=np.float32)
    if window.function is VoiFunction.LINEAR_EXACT:
        return np.asarray(np.clip((x - window.center) / window.width + 0.5, 0, 1), dtype=np.float32)
    if window.width <= 1:
        return np.where(x <= window.center - 0.5, 0.0, 1.0).astype(np.float32)
    ramp = (x - (window.center - 0.5)) / (window.width - 1) + 0.5
    return np.asarray(np.clip(ramp, 0, 1), dtype=np.float32)


def apply_lut(values: NDArray[np.generic], lut: VoiLut) -> NDArray[np.float32]:
    """Return `values` through `lut`, float32 in 0…1, same shape (PS3.3 C.11.2.1.1)."""
    index = np.clip(np.rint(values).astype(np.int64) - lut.first, 0, len(lut.table) - 1)
    return np.asarray(np.clip(lut.table[index] / np.float32(2**lut.bits - 1), 0, 1), dtype=np.float32)


def apply_voi(values: NDArray[np.generic], voi: Voi) -> NDArray[np.float32]:
    """Return `values` through a window or a LUT, float32 in 0…1, same shape."""
    return apply_lut(values, voi) if isinstance(voi, VoiLut) else apply_window(values, voi)


def render(radiograph: Radiograph, voi: Voi) -> NDArray[np.uint8]:
    """Return the picture to show, (H, W) uint8, 0 black and 255 white; padding is black.

    MONOCHROME1 comes out with air dark and bone bright, as on every viewer.
    """
    picture = _grey_levels(radiograph.values, voi, radiograph.inverted)
    if radiograph.padding is not None:
        picture[radiograph.padding] = 0
    return picture


def _grey_levels(values: NDArray[np.generic], voi: Voi, inverted: bool) -> NDArray[np.uint8]:
    integers = np.issubdtype(values.dtype, np.integer)
    low, high = (int(values.min()), int(values.max())) if integers else (0, 0)
    if not integers or high - low > 2**16:
        return _to_bytes(apply_voi(values, voi), inverted)
    # Sixteen bits hold few different values: work them out once and look them up.
    table = _to_bytes(apply_voi(np.arange(low, high + 1), voi), inverted)
    return np.asarray(np.take(table, values - np.asarray(low, values.dtype)), dtype=np.uint8)


def _to_bytes(levels: NDArray[np.float32], inverted: bool) -> NDArray[np.uint8]:
    levels = 1 - levels if inverted else levels
    return np.asarray(np.rint(levels * 255), dtype=np.uint8)


def percentile_window(values: NDArray[np.generic], padding: NDArray[np.bool_] | None = None) -> Window:
    """Return a window that spans the 0.5th to 99.5th percentile of what is not padding."""
    sample = values[~padding] if padding is not None and not padding.all() else values.ravel()
    sample = sample[:: max(1, sample.size // 500_000)]
    low, high = (float(value) for value in np.percentile(sample, (0.5, 99.5)))
    return Window((low + high) / 2 + 0.5, max(high - low, 1.0) + 1, explanation="automatic")


def model_input(radiograph: Radiograph, size: int) -> tuple[NDArray[np.uint8], Letterbox]:
    """Return what the model sees, (size, size) uint8, and the way back to image pixels.

    It is the picture in the file's default window, whatever the user has set on the screen, so that an
    exported PNG and its DICOM original get the same answer. Scaling and normalisation are in the graph.
    """
    letterbox = Letterbox.fit(*radiograph.shape, size, radiograph.pixel_aspect)
    return letterbox.apply(render(radiograph, radiograph.default_voi)), letterbox
