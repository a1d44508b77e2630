"""Lines of equal heat, in the coordinates of the image."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.explain.explanation import Explanation
from cxrview.explain.grid import seen_area
from cxrview.explain.overlay import heat_over

SAMPLES = 192  # between which the lines are straight
SLACK = 0.05  # of a sample, by which a line may leave its points, so that few of them remain


def contours(values: NDArray[np.float32], level: float) -> tuple[NDArray[np.float64], ...]:
    """Return the lines on which `values`, (h, w), are `level`, each (n, 2) of column and row.

    Sample (0, 0) is at 0, 0. Higher values lie on a line's left, as it is seen. A line that closes has its
    first point again at the end; the others end at the edge of the array. Crossings are interpolated
    linearly.
    """
    from contourpy import LineType, contour_generator  # only now: the app starts without it

    if min(values.shape) < 2:
        return ()
    generator = contour_generator(z=values, name="serial", line_type=LineType.Separate)
    # contourpy has what is higher on the right.
    return tuple(np.asarray(line, np.float64)[::-1] for line in generator.lines(level))


def heat_contours(
    explanation: Explanation, class_name: str, level: float, samples: int = SAMPLES, own: bool = True
) -> tuple[NDArray[np.float64], ...]:
    """Return the lines at `level` (0…1) of the heatmap of `class_name`, each (n, 2) of x and y.

    They lie where the model looked and end at the border of that. `samples` are taken along the longer
    side of the image. The scale is that of `shares`, with `own`. Raises InvalidRequest for an unknown class.
    """
    box, area = explanation.letterbox, seen_area(explanation)
    step = max(box.height, box.width) / samples
    rows, columns = max(1, round(box.height / step)), max(1, round(box.width / step))
    heat = heat_over(explanation, class_name, (rows, columns), own)
    x = (np.arange(columns) + 0.5) * box.width / columns
    y = (np.arange(rows) + 0.5) * box.height / rows
    # Beyond the outermost cell centres the heat is constant, so the last samples hold up to the border.
    inside_x, inside_y = (x > area.left) & (x < area.right), (y > area.top) & (y < area.bottom)
    if not inside_x.any() or not inside_y.any():
        return ()
    values = np.pad(heat[inside_y][:, inside_x], 1, mode="edge")
    across = np.concatenate(([area.left], x[inside_x], [area.right]))
    down = np.concatenate(([area.top], y[inside_y], [area.bottom]))
    lines = contours(values, level)
    return tuple(
        np.stack(
            [
                np.interp(line[:, 0], np.arange(len(across)), across),
                np.interp(line[:, 1], np.arange(len(down)), down),
            ],
            axis=1,
        )
        for line in map(_simplified, lines)
    )


def _simplified(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `line` without the points that it does not need (Douglas and Peucker 1973)."""
    closed = len(line) > 3 and bool((line[0] == line[-1]).all())
    points = (line[:-1] if closed else line).astype(np.float32)
    kept = cv2.approxPolyDP(points[:, None], SLACK, closed)[:, 0]
    return np.asarray(np.vstack((kept, kept[:1])) if closed else kept, dtype=np.float64)
