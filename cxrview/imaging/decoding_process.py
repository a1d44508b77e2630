"""The process that decodes: it answers one question after the other, and may die of any of them.

A question names a file (`path`), what is wanted of it (`wanted`), the language of the remarks, and whatever
else must be known. The answer is the value, as `wire` packs it, or why there is none.
"""

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cxrview import i18n
from cxrview.errors import UnreadableImage
from cxrview.imaging import limits, wire
from cxrview.isolation.channel import Channel
from cxrview.isolation.memory import confine, memory_of
from cxrview.isolation.process import EXIT_OUT_OF_MEMORY

KNOWN = ("path", "wanted", "language")
MUCH = 10**8  # bytes: an answer for which it is worth looking at the memory


def serve(channel: Channel) -> None:
    """Answer the questions that come through `channel` until the other side hangs up."""
    import cv2

    from cxrview.imaging.dicomdir import image_records_here
    from cxrview.imaging.read import read_here
    from cxrview.imaging.tags import header_here
    from cxrview.imaging.thumbnail import thumbnail_here

    works: dict[str, Callable[..., object]] = {
        "frames": read_here,
        "thumbnail": thumbnail_here,
        "header": header_here,
        "image records": image_records_here,
    }
    cv2.setNumThreads(1)  # each thread takes addresses, and there are several workers
    confine(limits.WORKING_MEMORY)
    limits.tell_work_to(lambda pixels: _work_for(limits.seconds_for(pixels)))
    channel.send({"ready": os.getpid()})
    while True:
        try:
            question = channel.receive().message
        except (EOFError, OSError):
            return
        _work_for(limits.seconds_for(0))
        if question["language"] != i18n.language():
            i18n.use(question["language"])
        path = Path(question["path"])
        details = {name: value for name, value in question.items() if name not in KNOWN}
        _answer(channel, partial(works[question["wanted"]], path, **details))
        _work_for(0)


def _work_for(seconds: float) -> None:
    """Let the system end this process when it has worked so long: no decoder can stop that. 0: for ever.

    Working is counted, not waiting, so that a busy machine or a slow drive makes no difference.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _answer(channel: Channel, work: Callable[[], object]) -> None:
    try:
        packed = wire.Packed(work())
        if packed.nbytes > MUCH and memory_of(os.getpid()) + packed.nbytes > limits.MOST_MEMORY:
            raise MemoryError
        channel.send({"value": packed.tree}, packed.blocks)
    except UnreadableImage as error:
        channel.send({"refused": wire.refusal(error)})
    except MemoryError:
        os._exit(EXIT_OUT_OF_MEMORY)  # what is left of it is in many small pieces
    except Exception as error:  # noqa: BLE001 - a strange file; the next one may be plain
        channel.send({"fault": f"{type(error).__name__}: {error}"[:500]})
