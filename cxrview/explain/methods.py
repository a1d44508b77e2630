"""The ways to ask a model where it looked, by name, in a table that is light to import: each is a function in
a file of its own, which is imported when it is called."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from cxrview.explain import messages
from cxrview.message import Message
from cxrview.progress import Report, silent

if TYPE_CHECKING:
    from cxrview.explain.explanation import Explanation
    from cxrview.explain.subject import Subject

Explain: TypeAlias = "Callable[[Subject, str, Report], Explanation]"
"""Returns the maps of all classes, or of the one that is asked for where each costs as much again. The report
may raise Cancelled. Raises InvalidRequest for an unknown class, UnusableModel where the model has not what it
takes, and EngineUnavailable."""


@dataclass(frozen=True, slots=True)
class Method:
    """One way: its `title` in the literature, what its numbers mean, and the module of its `explain`.

    `reads` is about how often a film is read for it, 0 for once; `signed` says whether there are numbers
    below 0, and `by_class` whether each class is worked out by itself.
    """

    title: str
    meaning: Message
    module: str
    reads: int = 0
    signed: bool = False
    by_class: bool = False

    @property
    def slow(self) -> bool:
        """Whether it takes seconds, and is begun only when somebody asks."""
        return self.reads > 0


DEFAULT = "gradcam"
METHODS: dict[str, Method] = {
    "gradcam": Method("Grad-CAM", messages.GRADCAM, "cxrview.explain.gradcam"),
    "gradcam++": Method("Grad-CAM++", messages.GRADCAM_PLUS_PLUS, "cxrview.explain.gradcam_plus_plus"),
    "hirescam": Method("HiResCAM", messages.HIRESCAM, "cxrview.explain.hirescam"),
    "eigencam": Method("Eigen-CAM", messages.EIGENCAM, "cxrview.explain.eigencam"),
    "scorecam": Method("Score-CAM", messages.SCORECAM, "cxrview.explain.scorecam", reads=128),
    "occlusion": Method("Occlusion", messages.OCCLUSION, "cxrview.explain.occlusion", reads=256, signed=True),
    "integrated-gradients": Method(
        "Integrated gradients",
        messages.INTEGRATED_GRADIENTS,
        "cxrview.explain.integrated_gradients",
        reads=64,
        signed=True,
        by_class=True,
    ),
    "smoothgrad": Method(
        "SmoothGrad",
        messages.SMOOTHGRAD,
        "cxrview.explain.smoothgrad",
        reads=32,
        by_class=True,
    ),
}


def explain(subject: "Subject", method: str, class_name: str, report: Report = silent) -> "Explanation":
    """Return what `method` says of the film of `subject`, for `class_name` at least; errors: `Explain`."""
    function: Explain = importlib.import_module(METHODS[method].module).explain
    subject.check(class_name)
    return function(subject, class_name, report)
