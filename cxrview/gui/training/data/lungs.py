"""Having a few of the images looked at for lungs, in a worker, as soon as they are chosen."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cxrview.datasets.lung_sample import LungSample, sample
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.training.draft import Draft

if TYPE_CHECKING:
    from cxrview.datasets.sources import Item

LANE = "lungs"


class LungLook:
    """Tells the draft what was found, and calls `settled` then; where it cannot be known, that it is not."""

    def __init__(self, draft: Draft, runner: TaskRunner, settled: Callable[[], None]) -> None:
        self._draft, self._runner, self._settled = draft, runner, settled
        self._job: Job | None = None

    @property
    def is_busy(self) -> bool:
        """Whether an answer is to be expected."""
        return self._job is not None

    def want(self, items: Sequence["Item"]) -> None:
        """Look at some of `items`; none of them: there is nothing to look at."""
        self._runner.cancel(self._job)
        self._job = None
        self._draft.set_lungs(None)
        if items:
            chosen = tuple(items)
            self._job = self._runner.start(
                "",
                lambda report: sample(chosen, report),
                done=self._take,
                failed=lambda _error: self._take(None),  # the model page then follows the start alone
                lane=LANE,
                quiet=True,
            )

    def _take(self, found: LungSample | None) -> None:
        self._job = None
        self._draft.set_lungs(found)
        self._settled()
