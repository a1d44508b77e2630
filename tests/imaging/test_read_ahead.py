"""Many files in threads: in order, a few at a time, and a sentence for each that cannot be worked on."""

import threading
from contextlib import closing
from pathlib import Path

import pytest

from cxrview.errors import CxrviewError, UnreadableImage
from cxrview.imaging import messages
from cxrview.imaging.read_ahead import read_ahead

PATHS = [Path(f"{number}.png") for number in range(9)]


def test_results_come_in_the_order_of_the_files():
    later = threading.Event()

    def work(path):
        if path == PATHS[0]:
            assert later.wait(20)
        if path == PATHS[1]:
            later.set()
        return path

    assert list(read_ahead(work, PATHS, workers=2)) == PATHS
    assert list(read_ahead(work, [], workers=2)) == []


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UnreadableImage(messages.IS_EMPTY, path=PATHS[1]), messages.IS_EMPTY),
        (MemoryError(), messages.NO_MEMORY),
        (KeyError("x"), messages.OUR_FAULT(error="KeyError: 'x'")),
    ],
)
def test_a_file_that_fails_is_a_sentence_and_the_others_go_on(error, message):
    def work(path):
        if path == PATHS[1]:
            raise error
        return path.name

    first, second, third = read_ahead(work, PATHS[:3], workers=1)
    assert (first, third) == ("0.png", "2.png")
    assert isinstance(second, CxrviewError)
    assert (second.problem, second.path) == (message, PATHS[1])


def test_only_a_few_are_in_the_making_and_none_after_the_end():
    begun = []
    with closing(read_ahead(lambda path: begun.append(path), PATHS, workers=1)) as results:
        next(results)
        assert len(begun) <= 3
    assert len(begun) <= 3
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("read_ahead")]
