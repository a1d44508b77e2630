"""What pydicom and Pillow remark about odd files, collected for the user instead of printed.

Files are read in worker threads, where `warnings.catch_warnings` must not be used before Python 3.14: it
swaps state that all threads share. pydicom sends the same words to its logger, so a handler that looks up
the reading thread's own list collects them, and one permanent filter keeps the warnings themselves quiet.
"""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pydicom.config
from PIL import Image

MAX_NOTES = 5  # a damaged file may bring a remark for each element

QUIET = (
    (UserWarning, r"pydicom\."),
    (UserWarning, r"PIL\."),
    (Image.DecompressionBombWarning, r"PIL\."),
)

_lock = threading.Lock()
_reading = threading.local()


class _Collector(logging.Handler):
    """Keeps the warnings that pydicom logs in a thread that is inside `collected`."""

    def emit(self, record: logging.LogRecord) -> None:
        notes: list[str] | None = getattr(_reading, "notes", None)
        # Failed decoders log their traceback; the error raised at the end says the same.
        if notes is not None and record.levelno == logging.WARNING:
            notes.append(record.getMessage())


@contextmanager
def collected() -> Iterator[list[str]]:
    """Collect what pydicom warns about in this thread in the list that is yielded."""
    _make_quiet()
    outer = getattr(_reading, "notes", None)
    notes: list[str] = []
    _reading.notes = notes
    try:
        yield notes
    finally:
        _reading.notes = outer


def sentences(notes: list[str]) -> list[str]:
    """Return `notes` as at most MAX_NOTES whole sentences, each once."""
    found: dict[str, None] = {}
    for note in notes:
        text = " ".join(note.split())
        if text:
            found[text if text.endswith((".", "!", "?")) else text + "."] = None
    return list(found)[:MAX_NOTES]


def _make_quiet() -> None:
    """Make sure that the filters and the handler are there, whoever has reset them meanwhile."""
    with _lock:
        for category, module in QUIET:
            wanted = ("ignore", None, category, module)
            if not any(_same(entry, wanted) for entry in warnings.filters):
                warnings.filterwarnings("ignore", category=category, module=module)
        # What a value should look like does not matter to someone who only looks at the picture.
        pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
        logger = logging.getLogger("pydicom")
        if not any(isinstance(handler, _Collector) for handler in logger.handlers):
            logger.addHandler(_Collector())


def _same(entry: tuple[object, ...], wanted: tuple[object, ...]) -> bool:
    action, message, category, module = entry[:4]
    return (action, message, category, getattr(module, "pattern", module)) == wanted
