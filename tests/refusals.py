"""What is refused, and what is said of it, told by the codes of the messages: their words may change."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from cxrview.errors import CxrviewError
from cxrview.message import Message


@dataclass(slots=True)
class Refusal:
    """The error, once it has been raised."""

    error: CxrviewError | None = None


@contextmanager
def refused(kind: type[CxrviewError], *messages: Message) -> Iterator[Refusal]:
    """Assert that the block raises `kind`, of which the problem is, or holds, one of `messages`.

    Where that has values, so has the problem.
    """
    refusal = Refusal()
    with pytest.raises(kind) as caught:
        yield refusal
    refusal.error = caught.value
    if messages:
        assert any(says(caught.value.problem, message) for message in messages), repr(caught.value.problem)


def says(told: Message, wanted: Message) -> bool:
    """Return whether `told` is the message `wanted` with its values, or holds it among its own."""
    if told.code == wanted.code and all(
        told.values.get(name) == value for name, value in wanted.values.items()
    ):
        return bool(told.code) or told.text == wanted.text
    inside = [
        item for value in told.values.values() for item in (value if isinstance(value, list) else [value])
    ]
    return any(isinstance(item, Message) and says(item, wanted) for item in inside)
