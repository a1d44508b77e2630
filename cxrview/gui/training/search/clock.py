"""How long the trials of a search take, and with that when it will end."""

import time
from pathlib import Path

from cxrview.training.run import events
from cxrview.training.run.events import Event, Trial, TrialStarted
from cxrview.training.run.folder import RunFolder

_TOLD = ('{"event": "trial"', '{"event": "trial_started"')


class SearchClock:
    """Takes note of the beginnings and ends of trials; times are seconds since 1970."""

    def __init__(self) -> None:
        self._begun: dict[int, float] = {}
        self.seconds: dict[int, float] = {}  # of the trials that are over

    @classmethod
    def of(cls, folder: Path) -> "SearchClock":
        """Return the clock of the search in `folder`, as far as its events tell."""
        clock = cls()
        try:
            lines = RunFolder(folder).events.read_text("utf-8").splitlines()
        except OSError:
            return clock
        for text in lines:
            if text.startswith(_TOLD) and (line := events.parse(text)) is not None:
                clock.take(line.event, line.time)
        return clock

    def take(self, event: Event | str, when: float) -> None:
        """Take note of `event`. A trial that goes on after an interruption counts from there."""
        if isinstance(event, TrialStarted):
            self._begun[event.number] = when
        elif isinstance(event, Trial) and event.number in self._begun:
            self.seconds[event.number] = when - self._begun.pop(event.number)

    @property
    def trial_seconds(self) -> float:
        """Seconds that a trial takes on the average, 0 before the first is over.

        The first reads the images and computes their features for all, so it counts only while it is alone.
        """
        usual = [seconds for number, seconds in self.seconds.items() if number != 1]
        known = usual or list(self.seconds.values())
        return sum(known) / len(known) if known else 0.0

    def left(self, over: int, total: int, now: float | None = None) -> float:
        """Return the seconds until `total` trials are over, of which `over` are; 0 while nothing is known."""
        if not self.seconds:
            return 0.0
        moment = time.time() if now is None else now
        running = max((moment - begun for begun in self._begun.values()), default=0.0)
        return max(0.0, (total - over) * self.trial_seconds - min(running, self.trial_seconds))
