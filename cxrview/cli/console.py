"""What the command line prints: messages, and one line of progress on a terminal."""

import contextlib
import io
import os
import sys
import time

from cxrview.batch.messages import STANDARD_OUTPUT
from cxrview.cli import interrupts
from cxrview.errors import InvalidRequest
from cxrview.message import Message
from cxrview.messages import PLACE_CANNOT_BE_WRITTEN
from cxrview.safe_text import visible

OK, SOME_FAILED, USAGE = 0, 1, 2  # exit codes

_WIDTH = 24
LINES = "\n\t"  # all that may command a terminal in what is printed


def soften() -> None:
    """Let what a stream cannot show be written in another way, where it would raise UnicodeEncodeError.

    The bytes of a file name that is not valid UTF-8 come out unharmed; in other encodings a character
    that is not there is written as its number.
    """
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if stream.encoding.lower().replace("-", "") == "utf8":
            if stream.errors == "strict":
                stream.reconfigure(errors="surrogateescape")
        elif stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print a message for the user to standard error, if there is one and somebody reads it.

    Control characters in it, which may come from names of files, are written as their numbers.
    """
    if sys.stderr is not None:
        with contextlib.suppress(OSError):  # a message that nobody hears must not end the work
            print(visible(text, LINES), file=sys.stderr)  # noqa: T201 - this is the place that prints


def put(text: str) -> None:
    """Print a result to standard output, with control characters written as their numbers.

    Raises InvalidRequest, or BrokenPipeError if its reader has gone.
    """
    try:
        print(visible(text, LINES))  # noqa: T201 - this is the place that prints
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InvalidRequest(_broken(error)) from error


def _broken(error: OSError) -> Message:
    return PLACE_CANNOT_BE_WRITTEN(place=STANDARD_OUTPUT, reason=error.strerror)


def finish(code: int) -> int:
    """Hand over all that was printed; returns `code`, or USAGE if the results did not arrive."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError as error:
            # The rest goes nowhere, or the interpreter would try again at its end and complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            if stream is sys.stdout:
                if code != USAGE and not isinstance(error, BrokenPipeError):
                    say(f"cxrview: {_broken(error)}")
                code = USAGE
    return code


class ProgressLine:
    """A `Report` that draws one line on standard error, a few times a second, if that is a terminal.

    It raises KeyboardInterrupt if Ctrl+C was pressed and Python has lost it.
    """

    def __init__(self) -> None:
        self._drawn = 0.0
        self._terminal = sys.stderr is not None and sys.stderr.isatty()
        self._began = time.monotonic()

    def __call__(self, fraction: float, doing: Message | str) -> None:
        interrupts.check()
        now = time.monotonic()
        if not self._terminal or now - self._drawn < 0.1:
            return
        self._drawn = now
        filled = "█" * round(fraction * _WIDTH)
        left = (now - self._began) * (1 - fraction) / fraction if fraction > 0.01 else 0.0
        remaining = f"{left:4.0f} s left" if left else ""
        self._draw(f"\r\x1b[K{filled:░<{_WIDTH}} {fraction:4.0%} {remaining} {visible(str(doing))[:40]}")

    def clear(self) -> None:
        """Remove the line."""
        if self._terminal and self._drawn:
            self._draw("\r\x1b[K")

    def _draw(self, text: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may have been closed
            sys.stderr.write(text)
            sys.stderr.flush()
