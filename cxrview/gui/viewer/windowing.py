"""From a drag of the mouse or a key to a window."""

from cxrview.imaging import Voi, VoiLut, Window

SPAN = 1.5  # default widths that a drag over one screen height is worth


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
    width = max(least, begin.width + right * unit * SPAN)
    return Window(begin.center + brighter_up * up * unit * SPAN, width, begin.function)
