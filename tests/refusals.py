"""What a refusal says, by its code: words may change, tests need not."""

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
    """Expect an error of `kind` whose problem is one of `messages`, with the values that they are given."""
    refusal = Refusal()
    with pytest.raises(kind) as caught:
        yield refusal
    refusal.error = caught.value
    problem = refusal.error.problem
    if messages:
        assert problem.code in {message.code for message in messages}, str(problem)
        given = next(message.values for message in messages if message.code == problem.code)
        assert {name: problem.values[name] for name in given} == given
