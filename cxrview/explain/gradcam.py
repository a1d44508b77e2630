"""Grad-CAM (Selvaraju 2017, arXiv 1610.02391): features weighed by the mean gradient of the score."""

from cxrview.explain import explanation
from cxrview.explain.explanation import Explanation
from cxrview.explain.subject import Subject
from cxrview.progress import Report


def explain(subject: Subject, _class_name: str, _report: Report) -> Explanation:
    """Return the maps of all classes, which every reading has: eq. 1–2, worked out in the graph."""
    return explanation.gradcam(subject.prediction)
