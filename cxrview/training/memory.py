"""What running out of memory looks like in each backend, and what to tell the user."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cxrview.errors import BadRequest


@contextmanager
def memory_errors(batch_size: int) -> Iterator[None]:
    """Turn the want of memory, of the processor or the accelerator, into BadRequest with a smaller batch."""
    try:
        yield
    except _errors() as error:
        if not isinstance(error, MemoryError) and not _is_about_memory(error):
            raise
        advice = (
            f"Set the batch size to {batch_size // 2}."
            if batch_size > 1
            else "Choose a smaller input or a smaller architecture."
        )
        raise BadRequest(f"There is not enough memory for a batch of {batch_size}.", advice) from error


def _errors() -> tuple[type[Exception], ...]:
    # Without importing a backend that is not in use. PyTorch's and JAX's are RuntimeErrors.
    errors: tuple[type[Exception], ...] = (MemoryError, RuntimeError)
    tensorflow = sys.modules.get("tensorflow")
    return errors if tensorflow is None else (*errors, tensorflow.errors.ResourceExhaustedError)


def _is_about_memory(error: Exception) -> bool:
    kinds = ("ResourceExhaustedError", "OutOfMemoryError")
    return type(error).__name__ in kinds or "RESOURCE_EXHAUSTED" in str(error)
