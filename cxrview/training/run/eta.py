"""How fast the training goes, when it will end, and how often to say so."""

import time

EVERY_S = 0.2


class Eta:
    """Measures the steps of a phase; the first, in which the graph is traced, does not count."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._told = self._last = time.monotonic()
        self._seconds = 0.0
        self._images = 0
        self._counted = -1
        self._besides = 0.0  # seconds an epoch beside the steps: judging and saving

    def step_done(self, images: int) -> None:
        """Take note of a step."""
        now = time.monotonic()
        self._counted += 1
        if self._counted:
            self._seconds += now - self._last
            self._images += images
        self._last = now

    def epoch_done(self, seconds: float) -> None:
        """Take note of an epoch that took `seconds`; what comes before the next step is not that step's."""
        self._besides = max(0.0, seconds - self._steps * self._a_step)
        self._last = time.monotonic()

    def is_time_to_tell(self) -> bool:
        """Return whether a fifth of a second has passed since this last returned True."""
        now = time.monotonic()
        if now - self._told < EVERY_S:
            return False
        self._told = now
        return True

    @property
    def images_per_second(self) -> float:
        """Images learnt from in a second of stepping, 0 as long as that is not known."""
        return self._images / self._seconds if self._seconds else 0.0

    def remaining(self, steps: int, epochs: int) -> float:
        """Return the seconds that `steps` in this epoch and `epochs` after it will take."""
        return steps * self._a_step + epochs * (self._steps * self._a_step + self._besides) + self._besides

    @property
    def _a_step(self) -> float:
        return self._seconds / self._counted if self._counted > 0 else 0.0
