"""What the command line prints: messages, and one line of progress on a terminal."""

import sys
import time

OK, SOME_FAILED, USAGE = 0, 1, 2  # exit codes

_WIDTH = 24


def say(text: str) -> None:
    """Print a message for the user to standard error."""
    print(text, file=sys.stderr)  # noqa: T201 - this is the place that prints


def put(text: str) -> None:
    """Print a result to standard output."""
    print(text)  # noqa: T201 - this is the place that prints


class Progress:
    """A `Report` that draws one line on standard error, a few times a second, if that is a terminal."""

    def __init__(self) -> None:
        self._drawn = 0.0
        self._terminal = sys.stderr is not None and sys.stderr.isatty()
        self._began = time.monotonic()

    def __call__(self, fraction: float, text: str) -> None:
        now = time.monotonic()
        if not self._terminal or now - self._drawn < 0.1:
            return
        self._drawn = now
        filled = "█" * round(fraction * _WIDTH)
        left = (now - self._began) * (1 - fraction) / fraction if fraction > 0.01 else 0.0
        remaining = f"{left:4.0f} s left" if left else ""
        sys.stderr.write(f"\r\x1b[K{filled:░<{_WIDTH}} {fraction:4.0%} {remaining} {text[:40]}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Remove the line."""
        if self._terminal and self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
