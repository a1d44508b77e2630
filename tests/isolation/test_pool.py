"""Workers answer, die, are replaced and given up; whoever waits may go."""

import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from cxrview import paths
from cxrview.isolation import deaths
from cxrview.isolation.pool import NotTriedAgain, NoWorker, Pool
from cxrview.isolation.process import OUT_OF_MEMORY, OUT_OF_TIME, WorkerDied
from cxrview.progress import Cancelled
from tests.isolation.workers import obedient, run_instead

posix = pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals")
pytestmark = posix
LONG = 60.0  # seconds, which nothing here takes


@pytest.fixture
def pool(monkeypatch):
    made = obedient(monkeypatch)
    yield made
    made.close()


def nothing():
    """Wait and do not mind."""


def ask(pool, thing="file", limit=LONG, waited=nothing, has_time=False, **question):
    return pool.ask(thing, {"do": "answer", **question}, limit, waited, has_time=has_time)


@pytest.mark.parametrize("do", ["answer", "no memory"])
def test_blocks_arrive_as_they_were_sent(pool, do):
    counts = [1, 0, 5000, 1]
    answer, memory = ask(pool, do=do, blocks=counts)
    assert answer["worker"] in pool.numbers()
    place = 0
    for count in counts:
        np.testing.assert_array_equal(
            np.frombuffer(memory, np.uint8, 256 * count, place), np.tile(np.arange(256), count)
        )
        place += 256 * count
    assert ask(pool, blocks=[])[1] is None


def test_a_worker_that_dies_is_replaced_and_its_file_is_tried_once_more(pool, monkeypatch):
    monkeypatch.setattr("cxrview.isolation.pool.AGAIN", LONG)  # however busy this machine is
    first = ask(pool)[0]["worker"]
    with pytest.raises(WorkerDied) as death:
        ask(pool, "bad", do="abort")
    assert death.value.of == "SIGABRT"
    assert pool.died == ["SIGABRT", "SIGABRT"]
    with pytest.raises(NotTriedAgain) as again:
        ask(pool, "bad")
    assert again.value.of == "SIGABRT"
    assert len(pool.died) == 2
    assert ask(pool, "good")[0]["worker"] != first
    assert deaths.recent()["SIGABRT"] >= 2


def test_a_worker_that_was_ended_while_it_waited_is_no_files_fault(pool):
    number = ask(pool)[0]["worker"]
    os.kill(number, signal.SIGKILL)
    deadline = time.monotonic() + LONG
    while ask(pool)[0]["worker"] == number:
        assert time.monotonic() < deadline
    assert pool.died in ([], ["SIGKILL"])  # ended before it was asked, or while it was


def test_work_that_is_no_work_any_more_is_ended_by_the_system(pool):
    with pytest.raises(WorkerDied) as death:
        ask(pool, do="spin", seconds=0.1)
    assert death.value.of == OUT_OF_TIME


def test_a_worker_that_only_waits_is_given_up(pool):
    with pytest.raises(WorkerDied) as death:
        ask(pool, do="sleep", seconds=LONG, limit=0.2)
    assert death.value.of == OUT_OF_TIME


def test_a_worker_that_takes_too_much_memory_is_ended(pool, monkeypatch):
    monkeypatch.setattr("cxrview.isolation.process.MOST_MEMORY", 100_000_000)
    monkeypatch.setattr("cxrview.isolation.pool.AGAIN", 0.0)
    with pytest.raises(WorkerDied) as death:
        ask(pool, do="eat", bytes=200_000_000)
    assert death.value.of == OUT_OF_MEMORY


def test_whoever_waits_may_go_and_the_slot_is_free(monkeypatch):
    pool = obedient(monkeypatch, size=1)
    ask(pool)

    def gone():
        raise Cancelled

    with pytest.raises(Cancelled):
        ask(pool, do="sleep", seconds=LONG, waited=gone)
    assert ask(pool)[0]["worker"] in pool.numbers()
    assert len(pool.numbers()) == 1
    assert pool.died == []  # nobody's fault
    pool.close()


def test_no_more_work_at_a_time_than_allowed(pool):
    most = 0

    def look():
        nonlocal most
        most = max(most, len(pool.numbers()))

    with ThreadPoolExecutor(5) as threads:
        list(threads.map(lambda number: ask(pool, number, do="sleep", seconds=0.1, waited=look), range(5)))
    assert most == 2
    pool.allow(3)
    pool.warm(5)
    assert len(pool.numbers()) == 3


def test_what_has_time_waits_until_what_is_waited_for_is_answered(pool, monkeypatch):
    ended = []

    def one(name, **question):
        ask(pool, name, **question)
        ended.append(name)

    begun = threading.Event()
    with ThreadPoolExecutor(2) as threads:
        threads.submit(one, "urgent", do="sleep", seconds=0.4, waited=begun.set)
        assert begun.wait(LONG)
        threads.submit(one, "has time", has_time=True)
    assert ended == ["urgent", "has time"]
    monkeypatch.setattr("cxrview.isolation.pool.LATEST", 0.1)  # but not for ever
    begun.clear()
    with ThreadPoolExecutor(2) as threads:
        threads.submit(one, "slow", do="sleep", seconds=0.6, waited=begun.set)
        assert begun.wait(LONG)
        threads.submit(one, "tired of waiting", has_time=True)
    assert ended[2:] == ["tired of waiting", "slow"]


def test_where_no_worker_comes_to_life_it_is_said(monkeypatch):
    run_instead(monkeypatch, "import os; os._exit(3)")
    pool = Pool(())
    with pytest.raises(NoWorker, match="code 3"):
        ask(pool)
    monkeypatch.setattr(paths, "program", lambda: ("/nowhere/python", []))
    with pytest.raises(NoWorker):
        ask(pool)
    pool.close()


def test_nothing_is_left_of_a_pool(monkeypatch):
    before = len(list(Path("/dev/fd").iterdir())), threading.active_count()
    pool = obedient(monkeypatch)
    for _ in range(3):
        ask(pool, blocks=[1000])
    numbers = pool.numbers()
    pool.close()
    assert (len(list(Path("/dev/fd").iterdir())), threading.active_count()) == before
    for number in numbers:
        with pytest.raises(ProcessLookupError):
            os.kill(number, 0)
