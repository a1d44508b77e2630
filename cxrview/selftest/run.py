"""The self-test: its checks in order, and what each of them came to."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from cxrview import display
from cxrview.engines import registry
from cxrview.errors import CxrviewError
from cxrview.imaging.dicom.codecs import codecs
from cxrview.selftest import connections, decoding, messages, readings, training, window

PASSED, FAILED, ABSENT = "passed", "failed", "absent"


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check came to: PASSED, FAILED, or ABSENT where this edition lacks what it tries."""

    name: str
    state: str
    detail: str
    seconds: float


def run() -> Iterator[Checked]:
    """Yield the outcome of each check as it comes. Nothing is written but temporary files.

    From here on this process refuses connections.
    """
    attempts = connections.watch()
    titles = {codec.uid: codec.name for codec in codecs()}
    yield _outcome("display", _display)
    try:
        syntaxes = decoding.syntaxes()
    except CxrviewError as error:
        yield Checked("decoding", FAILED, str(error), 0.0)
        syntaxes = ()
    for syntax in syntaxes:
        yield _outcome(f"decodes {titles.get(syntax, syntax)}", partial(decoding.check, syntax))
    for engine in registry.ENGINES:
        yield _outcome(f"reads with {engine}", partial(readings.check, engine))
    yield _outcome("trains one step", training.check)
    yield _outcome("window", partial(window.check, attempts))
    yield _outcome("connections", partial(_connections, attempts))


def _outcome(name: str, check: Callable[[], str | None]) -> Checked:
    begin = time.perf_counter()
    try:
        detail = check()
        state = ABSENT if detail is None else PASSED
    except CxrviewError as error:
        detail, state = str(error), FAILED
    except Exception as error:  # noqa: BLE001 - whatever is broken here is what is looked for
        detail, state = f"{type(error).__name__}: {error}", FAILED
    return Checked(name, state, detail or "not in this edition", round(time.perf_counter() - begin, 2))


def _display() -> str:
    if problem := display.problem():
        raise CxrviewError(problem)
    return display.kind()


def _connections(attempts: list[str]) -> str:
    if attempts:
        raise CxrviewError(messages.CONNECTED(where=", ".join(sorted(set(attempts)))))
    return "none attempted"
