"""SmoothGrad (Smilkov 2017, arXiv 1706.03825): how much the score hangs on the grey levels of each place."""

from cxrview.explain.explanation import Explanation, of_maps
from cxrview.explain.gradient_process import gradient_map, in_cells
from cxrview.explain.subject import Subject
from cxrview.progress import Report

NOISE = 0.15  # of the span of the grey levels: the paper finds 10 to 20 % to look best
WHOLE = (0.0, 0.0, 1.0, 1.0)


def explain(subject: Subject, class_name: str, report: Report) -> Explanation:
    """Return the map of one class, in squares of 4 × 4 pixels of what the model is given.

    Errors are those of `gradient_map`.
    """
    pixels = gradient_map(subject, "smoothgrad", class_name, report, noise=NOISE)
    return of_maps(subject.prediction, "smoothgrad", in_cells(pixels)[None], (class_name,), WHOLE)
