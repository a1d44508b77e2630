"""What running out of memory looks like in each backend, and what to tell the user."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cxrview.errors import InvalidRequest
from cxrview.training import messages


@contextmanager
def memory_errors(batch_size: int) -> Iterator[None]:
    """Turn the want of memory, anywhere, into InvalidRequest that advises a smaller batch."""
    try:
        yield
    except _errors() as error:
        if not isinstance(error, MemoryError) and not _is_about_memory(error):
            raise
        smaller = messages.SET_BATCH_SIZE(size=batch_size // 2)
        advice = smaller if batch_size > 1 else messages.CHOOSE_SMALLER_NETWORK
        raise InvalidRequest(messages.NO_MEMORY_FOR_BATCH(size=batch_size), advice) from error


def _errors() -> tuple[type[Exception], ...]:
    # Without importing a backend that is not in use. PyTorch's and JAX's are RuntimeErrors.
    errors: tuple[type[Exception], ...] = (MemoryError, RuntimeError)
    tensorflow = sys.modules.get("tensorflow")
    return errors if tensorflow is None else (*errors, tensorflow.errors.ResourceExhaustedError)


def _is_about_memory(error: Exception) -> bool:
    kinds = ("ResourceExhaustedError", "OutOfMemoryError")
    return type(error).__name__ in kinds or "RESOURCE_EXHAUSTED" in str(error)
