"""Windows to choose from beside the file's own.

A CT holds Hounsfield units, for which windows are agreed. A radiograph has no such scale: its values depend
on exposure and maker, so its presets are percentiles of the picture itself, padding left out, counted from
what is shown darkest (air) to what is shown brightest (metal, bone). They say which part of the picture gets
the contrast, and nothing about tissue:

auto         0.5 … 99.5  nearly everything, as the program chooses where a file has no window
lung         1 … 70      the dark part: lungs and the air around the patient; the mediastinum goes white
soft tissue  10 … 98     the middle
bone         30 … 99.9   the bright part: spine, ribs, what lies behind the heart; the lungs go black
full range   smallest … largest value
"""

import cv2
import numpy as np

from cxrview.i18n import mark
from cxrview.imaging.radiograph import Radiograph, VoiFunction, VoiLut, Window
from cxrview.imaging.render import percentile_window, thin_out

AUTO, FULL = mark("Auto"), mark("Full range")
LUNG, SOFT, BONE = mark("Lung"), mark("Soft tissue"), mark("Bone")
PERCENTILES = {LUNG: (1.0, 70.0), SOFT: (10.0, 98.0), BONE: (30.0, 99.9)}
HOUNSFIELD = {LUNG: (-600.0, 1500.0), SOFT: (40.0, 400.0), BONE: (400.0, 1800.0)}  # centre, width
AIR = -300  # a CT with Hounsfield units has values below it

Named = tuple[str, Window]


def presets(radiograph: Radiograph) -> tuple[Named, ...]:
    """Return (name, window) for Auto, Lung, Soft tissue, Bone and Full range; names are marked for `tr`.

    The windows' explanations are the names.
    """
    values = thin_out(radiograph.values, radiograph.padding)
    exact = values.dtype.kind == "f"
    auto = percentile_window(values[np.newaxis])
    found: list[Named] = [(AUTO, Window(auto.center, auto.width, auto.function, AUTO))]
    if radiograph.identity.modality == "CT" and values.min() < AIR:
        found += [(name, Window(*pair, explanation=name)) for name, pair in HOUNSFIELD.items()]
    else:
        wanted = [share for pair in PERCENTILES.values() for share in pair]
        if radiograph.inverted:
            wanted = [100 - share for share in wanted]
        reached = np.percentile(values, wanted).reshape(-1, 2)
        for name, pair in zip(PERCENTILES, reached.tolist(), strict=True):
            found.append((name, spanning(min(pair), max(pair), exact, name)))
    found.append((FULL, spanning(*_range(radiograph), exact, FULL)))
    return tuple(found)


def _range(radiograph: Radiograph) -> tuple[float, float]:
    """Return the smallest and the largest value that is not padding."""
    values, padding = radiograph.values, radiograph.padding
    if padding is None or padding.all():
        return float(values.min()), float(values.max())
    if values.dtype in (np.uint8, np.uint16, np.int16, np.int32, np.float32):  # ten times as fast
        low, high, _where, _there = cv2.minMaxLoc(values, np.invert(padding).view(np.uint8))
        return float(low), float(high)
    image = values[~padding]
    return float(image.min()), float(image.max())


def spanning(low: float, high: float, exact: bool, explanation: str = "") -> Window:
    """Return the window that is black at `low` and white at `high`; `exact` for values that are not whole."""
    if low >= high:
        return Window(low + 0.5, 2.0, explanation=explanation)
    if exact:
        return Window((low + high) / 2, high - low, VoiFunction.LINEAR_EXACT, explanation)
    return Window((low + high) / 2 + 0.5, high - low + 1, explanation=explanation)


def ends(window: Window) -> tuple[float, float]:
    """Return the values where `window` begins and ends: the inverse of `spanning`.

    Of a SIGMOID they are centre ± half the width, where it has come to 12 and 88 %.
    """
    if window.function is VoiFunction.LINEAR:
        half = max(0.0, window.width - 1) / 2
        return window.center - 0.5 - half, window.center - 0.5 + half
    return window.center - window.width / 2, window.center + window.width / 2


def with_ends(window: Window, low: float, high: float) -> Window:
    """Return a window through the function of `window` from `low` to `high`; it has no name any more."""
    if window.function is VoiFunction.LINEAR:
        return Window((low + high) / 2 + 0.5, high - low + 1)
    return Window((low + high) / 2, high - low, window.function)


def sigmoid(window: Window) -> Window:
    """Return `window` with the same centre and width through the S-shaped function (PS3.3 C.11.2.1.3.1)."""
    return Window(window.center, window.width, VoiFunction.SIGMOID, window.explanation)


def linear(window: Window, radiograph: Radiograph) -> Window:
    """Return `window` with the same centre and width through the straight function that suits the values."""
    own = radiograph.default_voi
    if isinstance(own, VoiLut) or own.function is VoiFunction.SIGMOID:
        exact = radiograph.values.dtype.kind == "f"
    else:
        exact = own.function is VoiFunction.LINEAR_EXACT
    function = VoiFunction.LINEAR_EXACT if exact or window.width < 1 else VoiFunction.LINEAR
    return Window(window.center, window.width, function, window.explanation)
