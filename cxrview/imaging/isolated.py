"""Have a file decoded by another process, so that nothing in it can bring this one down."""

import os
from pathlib import Path
from typing import Any

from cxrview import i18n
from cxrview.errors import UnreadableImage
from cxrview.imaging import limits, messages, wire
from cxrview.isolation.decoders import decoders
from cxrview.isolation.pool import NotTriedAgain, NoWorker
from cxrview.isolation.process import OUT_OF_MEMORY, OUT_OF_TIME, WorkerDied
from cxrview.message import Message
from cxrview.progress import Report


def decoded(path: Path, wanted: str, report: Report, **details: Any) -> Any:
    """Return what is `wanted` of the file at `path`, as `decoding_process` says.

    `report` is called between whiles and may raise: then the file is given up. Raises UnreadableImage if the
    file cannot be decoded, if it brings the process that tries down, or takes too long or too much; OSError.
    """
    status = path.stat()
    thing = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)
    patience = limits.PATIENCE + status.st_size / limits.BYTES_A_SECOND
    question = {
        "path": os.path.abspath(path),  # noqa: PTH100 - as the file is called, wherever links lead
        "wanted": wanted,
        "language": i18n.language(),
        **details,
    }
    report(-1.0, path.name)
    try:
        answer, memory = decoders().ask(
            thing, question, patience, lambda: report(-1.0, path.name), has_time=wanted == "thumbnail"
        )
    except WorkerDied as death:
        raise UnreadableImage(_of(death.of), messages.PROBABLY_DAMAGED, path) from death
    except NotTriedAgain as error:
        problem = messages.NOT_TRIED_AGAIN(how=_of(error.of))
        raise UnreadableImage(problem, messages.PROBABLY_DAMAGED, path) from error
    except NoWorker as error:
        raise UnreadableImage(
            messages.NO_DECODER_STARTS(reason=str(error)), messages.RUN_DOCTOR, path
        ) from error
    if "refused" in answer:
        raise wire.refused(answer["refused"], path)
    if "fault" in answer:
        raise UnreadableImage(messages.OUR_FAULT(error=answer["fault"]), messages.PLEASE_REPORT, path)
    return wire.unpacked(answer["value"], memory, path)


def _of(death: str) -> Message:
    """Return the sentence about a file of which a worker died."""
    if death == OUT_OF_TIME:
        return messages.TAKES_TOO_LONG
    return messages.NO_MEMORY if death == OUT_OF_MEMORY else messages.ENDS_THE_DECODER(how=death)
