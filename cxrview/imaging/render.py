"""From pixel values to grey levels on the screen, and to the model's input: pure functions of arrays.

The order is the standard's: modality LUT (already applied in a Radiograph) → VOI → presentation, so a
MONOCHROME1 image is inverted last (PS3.3 C.7.6.3.1.2, C.11.2, PS3.4 N.2).
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.i18n import mark, tr
from cxrview.imaging.letterbox import Letterbox
from cxrview.imaging.radiograph import Radiograph, Voi, VoiFunction, VoiLut, Window

TABLE_RANGE = 2**16  # integers that span more are computed pixel by pixel
SAMPLE = 500_000  # pixels that are looked at to choose a window
LARGE = 1e30
PERCENTILES = (0.5, 99.5)
MIN_SPREAD = 0.25  # of the grey scale, between the percentiles
FEW = 1024  # pixels, of which the percentiles say little of what the window was made for
MIN_SPREAD_OF_FEW = 0.04
MIN_UNCLIPPED = 0.02  # share of the pixels that must lie inside a window


def apply_window(values: NDArray[Any], window: Window) -> NDArray[np.float32]:
    """Return `values` through `window`, float32 in 0…1, same shape (PS3.3 C.11.2.1.2, C.11.2.1.3)."""
    # Large integers meet a small window only after the centre is taken off in double precision, and the
    # largest floating-point numbers leave single precision when it is taken off.
    long = values.dtype.kind in "iu" and values.dtype.itemsize > 2
    wide = long or max(abs(window.center), window.width) > LARGE
    x: NDArray[Any] = values.astype(np.float64 if wide else np.float32)  # a copy, changed in place below
    linear = window.function is VoiFunction.LINEAR
    if linear and window.width <= 1:
        return np.where(x <= window.center - 0.5, 0.0, 1.0).astype(np.float32)
    with np.errstate(over="ignore"):  # infinity is as white as it gets
        x -= window.center - 0.5 if linear else window.center
        x /= window.width - 1 if linear else window.width
    if window.function is VoiFunction.SIGMOID:
        np.clip(x, -20, 20, out=x)  # beyond, it is 0 or 1 in single precision, and exp would overflow
        return np.asarray(1 / (1 + np.exp(-4 * x)), dtype=np.float32)
    x += 0.5
    return np.asarray(np.clip(x, 0, 1, out=x), dtype=np.float32)


def apply_lut(values: NDArray[Any], lut: VoiLut) -> NDArray[np.float32]:
    """Return `values` through `lut`, float32 in 0…1, same shape (PS3.3 C.11.2.1.1).

    Values that are not whole are rounded first.
    """
    whole = values.astype(np.int64) if values.dtype.kind in "iu" else np.rint(values).astype(np.int64)
    index = np.clip(whole - lut.first, 0, len(lut.table) - 1)
    return np.asarray(np.clip(lut.table[index] / np.float32(2**lut.bits - 1), 0, 1), dtype=np.float32)


def apply_voi(values: NDArray[Any], voi: Voi) -> NDArray[np.float32]:
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


def _grey_levels(values: NDArray[Any], voi: Voi, inverted: bool) -> NDArray[np.uint8]:
    integers = values.dtype.kind in "iu"
    low, high = (int(values.min()), int(values.max())) if integers else (0, 0)
    if not integers or high - low >= TABLE_RANGE:
        return to_bytes(apply_voi(values, voi), inverted)
    # Sixteen bits hold few different values: work them out once and look them up.
    start = 0 if values.dtype.kind == "u" and high < TABLE_RANGE else low
    table = to_bytes(apply_voi(np.arange(start, high + 1), voi), inverted)
    # Where the type is too narrow for the difference it wraps around, and unsigned it is right again.
    unsigned = values.dtype.str.replace("i", "u")
    index = values if start == 0 else (values - np.asarray(low, values.dtype)).view(unsigned)
    return np.asarray(np.take(table, index, mode="clip"))


def to_bytes(levels: NDArray[np.float32], inverted: bool) -> NDArray[np.uint8]:
    """Return 0…1 as 0…255, the other way round if `inverted`: the presentation, which comes after VOI."""
    grey = levels * np.float32(-255 if inverted else 255)
    if inverted:
        grey += 255
    return np.asarray(np.rint(grey, out=grey), dtype=np.uint8)


def choose_voi(
    values: NDArray[Any],
    vois: tuple[Voi, ...],
    padding: NDArray[np.bool_] | None = None,
    identity: Window | None = None,
) -> tuple[Voi, tuple[str, ...]]:
    """Return the VOI to begin with, and a sentence for each thing about it that the user should know.

    It is the first of `vois` that shows the picture: at least MIN_UNCLIPPED of the pixels inside, and
    MIN_SPREAD of the grey scale between the 0.5th and 99.5th percentile (MIN_SPREAD_OF_FEW of a picture of
    FEW pixels, which may be a dark part of what the window is for). If none does, it is `identity`
    where the values are meant to be shown as they are, and a percentile window otherwise. `padding` is
    not looked at.
    """
    sample = thin_out(values, padding)
    sentences: list[str] = []
    for voi in vois:
        complaint = _complaint(sample, voi)
        if complaint is None:
            return voi, tuple(sentences)
        sentences.append(
            tr("{window} {complaint} and was passed over.").format(window=_describe(voi), complaint=complaint)
        )
    if identity is not None:
        return identity, tuple(sentences)
    sentences.append(tr("The file has no window that shows the picture; an automatic one is used."))
    return percentile_window(values, padding), tuple(sentences)


def _complaint(sample: NDArray[Any], voi: Voi) -> str | None:
    low, high = sample.min(), sample.max()
    if low == high:
        return None  # of a picture of one value no window shows more
    levels = apply_voi(sample, voi)
    dark, bright = (float(level) for level in np.percentile(levels, PERCENTILES))
    if bright - dark < (MIN_SPREAD if sample.size > FEW else MIN_SPREAD_OF_FEW):
        return tr("shows the picture in less than a quarter of the grey scale")
    inside = float(np.count_nonzero((levels > 0) & (levels < 1))) / levels.size
    binary = bool(np.all((sample == low) | (sample == high)))
    if inside < MIN_UNCLIPPED and not binary:
        return tr("makes nearly all pixels black or white")
    return None


def _describe(voi: Voi) -> str:
    if isinstance(voi, VoiLut):
        return (
            tr("The VOI LUT “{explanation}”").format(explanation=voi.explanation)
            if voi.explanation
            else tr("The VOI LUT")
        )
    return tr("The window {center:g} / {width:g}").format(center=voi.center, width=voi.width)


def full_range_window(bits: int) -> Window:
    """Return the window that takes 0…2^`bits`-1 to 0…1 linearly, so that eight bits come out unchanged."""
    return Window(2 ** (bits - 1), 2**bits, explanation=mark("full range"))


def percentile_range(values: NDArray[Any], padding: NDArray[np.bool_] | None = None) -> tuple[float, float]:
    """Return the 0.5th and 99.5th percentile of what is not padding; minimum and maximum if they agree."""
    sample = thin_out(values, padding)
    low, high = (float(value) for value in np.percentile(sample, PERCENTILES))
    return (low, high) if low < high else (float(sample.min()), float(sample.max()))


def percentile_window(values: NDArray[Any], padding: NDArray[np.bool_] | None = None) -> Window:
    """Return a window from the 0.5th (black) to the 99.5th percentile (white) of what is not padding."""
    low, high = percentile_range(values, padding)
    if low == high:
        return Window(low + 0.5, 2.0, explanation=mark("automatic"))
    if values.dtype.kind == "f":
        exact = VoiFunction.LINEAR_EXACT
        return Window((low + high) / 2, high - low, exact, mark("automatic"))
    return Window((low + high) / 2 + 0.5, high - low + 1, explanation=mark("automatic"))


def thin_out(values: NDArray[Any], padding: NDArray[np.bool_] | None) -> NDArray[Any]:
    """Return up to about SAMPLE of the values that are not padding, spread over the picture."""
    step = max(1, round((values.size / SAMPLE) ** 0.5))
    rows, columns = slice(None, None, step), slice(None, None, step)
    thinned = values[rows, columns]
    if padding is None:
        return thinned.ravel()
    image = thinned[~padding[rows, columns]]
    return image if image.size else thinned.ravel()


def luminance(rgb: NDArray[Any]) -> NDArray[Any]:
    """Return the luminance (ITU-R BT.601) of (H, W, 3) uint8 or uint16 colour: (H, W), same type."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))


def square_pixels(picture: NDArray[np.uint8], pixel_aspect: float) -> NDArray[np.uint8]:
    """Return `picture`, (H, W) or (H, W, 3) uint8, as a screen with square pixels shows it.

    Its pixels are `pixel_aspect` times as high as they are wide; the side that is too short is stretched.
    """
    height, width = picture.shape[:2]
    size = (
        (width, max(1, round(height * pixel_aspect)))
        if pixel_aspect > 1
        else (max(1, round(width / pixel_aspect)), height)
    )
    if size == (width, height):
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR))


def model_input(radiograph: Radiograph, size: int) -> tuple[NDArray[np.uint8], Letterbox]:
    """Return what the model sees, (size, size) uint8, and the way back to image pixels.

    It is the picture in the file's default window, whatever the user has set on the screen, so that an
    exported PNG and its DICOM original get the same answer. Scaling and normalisation are in the graph.
    """
    letterbox = Letterbox.fit(*radiograph.shape, size, radiograph.pixel_aspect)
    return letterbox.apply(render(radiograph, radiograph.default_voi)), letterbox
