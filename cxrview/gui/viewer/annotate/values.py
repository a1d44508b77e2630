"""The numbers of annotations, worked out at once where that is quick and in a worker where it is not."""

import math
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from cxrview.annotations.annotation import REGIONS, Annotation
from cxrview.annotations.results import MeasurementResult, result_of
from cxrview.annotations.units import Scale
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph

QUICK = 200_000  # pixels whose statistics are worked out at once: about 3 ms
LANE = "measure"


@dataclass(frozen=True, slots=True)
class Known:
    """A result and what it is of. The pixels are not held: they may be many."""

    points: tuple[Any, ...]
    label: str
    scale: Scale
    pixels: "weakref.ref[Any]"
    result: MeasurementResult


class Values(QObject):
    """Results by annotation. While one is being worked out it is "…".

    Signals:
        arrived: a result came from the worker.
    """

    arrived = Signal()

    def __init__(self, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self.arrivals = 0  # results that came late: what was shown before them is stale
        self._known: dict[str, Known] = {}
        self._jobs: dict[str, tuple[tuple[Any, ...], Job]] = {}

    def of(self, annotation: Annotation, radiograph: "Radiograph", scale: Scale) -> MeasurementResult:
        """Return what `annotation` says, or "…" if `arrived` will tell."""
        known = self._known.get(annotation.id)
        if (
            known is not None
            and (known.points, known.label, known.scale) == (annotation.points, annotation.label, scale)
            and known.pixels() is radiograph.values
        ):
            return known.result
        if isinstance(annotation, REGIONS) and _pixels_around(annotation) > QUICK:
            self._start(annotation, radiograph, scale)
            return MeasurementResult(lines=("…",), summary="…")
        result = result_of(annotation, radiograph, scale)
        self._keep(annotation, radiograph, scale, result)
        return result

    def _start(self, annotation: Annotation, radiograph: "Radiograph", scale: Scale) -> None:
        wanted = (annotation.points, scale, id(radiograph))
        running = self._jobs.get(annotation.id)
        if running is not None and running[0] == wanted:
            return
        if running is not None:
            self._runner.cancel(running[1])

        def done(result: MeasurementResult) -> None:
            self._jobs.pop(annotation.id, None)
            self._keep(annotation, radiograph, scale, result)
            self.arrivals += 1
            self.arrived.emit()

        def failed(_error: Exception) -> None:
            self._jobs.pop(annotation.id, None)

        job = self._runner.start(
            tr("Measuring"),
            lambda _report: result_of(annotation, radiograph, scale),
            done=done,
            failed=failed,
            lane=LANE,
            quiet=True,
        )
        self._jobs[annotation.id] = (wanted, job)

    def _keep(
        self, annotation: Annotation, radiograph: "Radiograph", scale: Scale, result: MeasurementResult
    ) -> None:
        pixels = weakref.ref(radiograph.values)
        self._known[annotation.id] = Known(annotation.points, annotation.label, scale, pixels, result)


def _pixels_around(annotation: Annotation) -> float:
    xs, ys = [point.x for point in annotation.points], [point.y for point in annotation.points]
    return math.ceil(max(xs) - min(xs)) * math.ceil(max(ys) - min(ys))
