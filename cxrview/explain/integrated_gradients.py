"""Integrated gradients (Sundararajan 2017, arXiv 1703.01365): what each place adds to the score."""

from cxrview.explain.explanation import Explanation, of_maps
from cxrview.explain.gradient_process import gradient_map, in_cells
from cxrview.explain.subject import Subject
from cxrview.progress import Report

WHOLE = (0.0, 0.0, 1.0, 1.0)


def explain(subject: Subject, class_name: str, report: Report) -> Explanation:
    """Return the map of one class, in squares of 4 × 4 pixels of what the model is given.

    They sum up to the score of the film less that of a film of `Subject.grey` alone. Errors are those of
    `gradient_map`.
    """
    pixels = gradient_map(subject, "integrated-gradients", class_name, report, grey=subject.grey)
    maps = in_cells(pixels)[None]
    return of_maps(subject.prediction, "integrated-gradients", maps, (class_name,), WHOLE)
