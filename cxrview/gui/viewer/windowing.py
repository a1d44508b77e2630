"""From a drag of the mouse or a key to a window."""

import numpy as np

from cxrview.imaging import Radiograph, Voi, VoiLut, Window
from cxrview.imaging.presets import spanning
from cxrview.imaging.render import apply_lut, percentile_range

SPAN = 1.5  # default widths that a drag over one screen height is worth
STEPS = 4096  # values at which a LUT is looked at


def as_window(voi: Voi, radiograph: Radiograph) -> Window:
    """Return `voi` if it is a window, or the one that stands for a LUT on the values of `radiograph`.

    It is the straight line through the LUT where that has come to a tenth and to nine tenths of what it does
    to the values that occur. The table's own ends say nothing of the picture: it is often far longer. Of a
    LUT that does not rise it spans the values.
    """
    if not isinstance(voi, VoiLut):
        return voi
    exact = radiograph.values.dtype.kind == "f"
    low, high = percentile_range(radiograph.values, radiograph.padding)
    values = np.linspace(low, high, STEPS)
    levels = apply_lut(values, voi).astype(np.float64)
    begin, rise = levels[0], levels[-1] - levels[0]
    if rise <= 0:
        return spanning(low, high, exact)
    tenth, nine_tenths = (int(np.argmax(levels >= begin + share * rise)) for share in (0.1, 0.9))
    slope = 0.8 * rise / max(values[nine_tenths] - values[tenth], values[1] - values[0])
    black = values[tenth] - (begin + 0.1 * rise) / slope
    return spanning(float(black), float(black + 1 / slope), exact)


def adjust(radiograph: Radiograph, start: Voi, right: float, up: float, brighter_up: int) -> Window:
    """Return the window after a drag that began at `start`, in units of the default window of `radiograph`.

    `right` and `up` are the mouse's way in fractions of a screen height: to the right widens the
    window, upwards brightens the picture. `brighter_up` is -1 where a lower centre is brighter, else 1.
    """
    unit = as_window(radiograph.default_voi, radiograph).width
    begin = as_window(start, radiograph)
    least = 1.0 if unit > 16 else unit / 256
    width = max(least, begin.width + right * unit * SPAN)
    return Window(begin.center + brighter_up * up * unit * SPAN, width, begin.function)
