"""Whether a JPEG stream is whole: its end marker, and what libjpeg says when it decodes it."""

import re
from collections.abc import Iterable
from enum import Enum

import cv2
import numpy as np

from cxrview.imaging.dicom.heard import heard

END = b"\xff\xd9"  # of a JPEG, JPEG-LS and JPEG 2000 stream alike; no coded data holds it
START_OF_SCAN = b"\xff\xda"
MAX_EXTRA = 8  # bytes before a marker that some encoders leave; more are what a damaged scan left unread
ENDS_EARLY = ("premature end of data segment", "premature end of jpeg file")
EXTRA = re.compile(r"(\d+) extraneous bytes before marker")


class Damage(Enum):
    """What is wrong with a stream."""

    NONE = "nothing"
    TAIL = "its end is missing, and the decoder fills it up"
    INSIDE = "it is damaged, and nobody knows where"


def closed(stream: bytes) -> tuple[bytes, bool]:
    """Return `stream` with an end marker, and whether it had one of its own behind the last scan."""
    scan = stream.rfind(START_OF_SCAN)
    place = stream.rfind(END)
    if place > scan:
        return stream[: place + len(END)], True
    return stream.rstrip(b"\0") + END, False


def judged(lines: Iterable[str]) -> Damage:
    """Return what the lines that libjpeg has written say of the stream."""
    worst = Damage.NONE
    for line in (line.casefold() for line in lines):
        if any(words in line for words in ENDS_EARLY):
            worst = Damage.TAIL
        elif "corrupt jpeg data" in line:
            extra = EXTRA.search(line)
            if extra is None or int(extra[1]) > MAX_EXTRA:
                return Damage.INSIDE
    return worst


def damage(stream: bytes) -> Damage:
    """Return what libjpeg finds wrong with a JPEG `stream` of eight bits that has an end marker.

    It is decoded at an eighth of its size, which takes a few milliseconds. One that cannot be decoded at all
    gives NONE: whoever decodes it in full will say so.
    """
    with heard() as lines:
        try:
            cv2.imdecode(np.frombuffer(stream, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
        except cv2.error:
            return Damage.NONE
    return judged(lines)
