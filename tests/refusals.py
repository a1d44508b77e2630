"""What is refused, and what is said of it, by its code: words may change, tests need not."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cxrview.errors import CxrviewError
from cxrview.message import Message


class Refusal:
    """What was raised, once the block has ended."""

    error: CxrviewError


@contextmanager
def refused(kind: type[CxrviewError], *messages: Message) -> Iterator[Refusal]:
    """Expect an error of `kind` whose problem is, or holds, one of `messages` with the values it is given."""
    refusal = Refusal()
    with pytest.raises(kind) as caught:
        yield refusal
    refusal.error = caught.value
    problem = refusal.error.problem
    assert not messages or any(says(problem, message) for message in messages), repr(problem)


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
