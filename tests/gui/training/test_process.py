"""What a program may do that is to train, and what the window hears of it."""

import os
import sys

import pytest

from cxrview.gui.training import child_process, training_process
from cxrview.gui.training import messages as gui_messages
from cxrview.gui.training.training_process import TrainingProcess
from cxrview.message import verbatim
from cxrview.training.run import events
from tests.gui.training.programs import pretend

TWO = """
sys.stderr.write("a remark of a library\\n")
print("noise that is no event", flush=True)
sys.stdout.buffer.write(b"\\xff\\xfe broken bytes\\n")
tell(events.Started("x", 2))
tell(events.Warned(verbatim("Something.")))
tell(events.Finished("b", "r", 1, {}))
sys.stdout.write("cut off")
"""
STUBBORN = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
tell(events.Started("x", 2))
while True:
    time.sleep(0.05)
"""
OBEDIENT = """
tell(events.Started("x", 2))
for line in sys.stdin:
    if line.strip() == "stop":
        tell(events.Stopped(3))
        sys.exit(2)
    tell(events.Warned(verbatim("heard " + line.strip())))
"""


@pytest.fixture
def heard(qtbot, monkeypatch):
    """Starts `code` and returns the process, with the lists of its events and of its ends."""
    started = []

    def begin(code: str):
        pretend(monkeypatch, code)
        running = TrainingProcess()
        said, ends = [], []
        running.said.connect(said.append)
        running.ended.connect(ends.append)
        running.start(["train"])
        started.append(running)
        return running, said, ends

    yield begin
    for running in started:
        running._impatient.setInterval(0)
        running.wait(2000)


def test_events_come_in_order_and_all_else_is_kept_as_log(heard, qtbot):
    running, said, ends = heard(TWO)
    qtbot.waitUntil(lambda: bool(ends))
    assert [type(event).__name__ for event in said] == ["Started", "Warned", "Finished"]
    assert ends[0].kind == "finished"
    log = list(running.lines)
    assert {"a remark of a library", "noise that is no event", "cut off"} <= set(log)
    assert any("broken bytes" in line for line in log)


def test_a_program_that_crashes_without_a_word_gets_a_sentence(heard, qtbot):
    _, _, ends = heard("sys.exit(3)")
    qtbot.waitUntil(lambda: bool(ends))
    assert (ends[0].kind, ends[0].resumable) == ("crashed", True)
    assert ends[0].problem == gui_messages.ENDED_WITHOUT_WORD(status=3)


def test_what_the_program_says_when_it_cannot_begin_is_what_is_told(heard, qtbot):
    _, _, ends = heard(
        'print("cxrview: lungs is in use. Wait until it is not.", file=sys.stderr)\n'
        'print("a library says good-bye", file=sys.stderr)\nsys.exit(2)'
    )
    qtbot.waitUntil(lambda: bool(ends))
    assert ends == [
        training_process.ProcessOutcome("failed", verbatim("lungs is in use. Wait until it is not."))
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such signal")
def test_a_killed_program_may_have_run_out_of_memory(heard, qtbot):
    _, said, ends = heard('tell(events.Started("x", 2))\nos.kill(os.getpid(), signal.SIGKILL)')
    qtbot.waitUntil(lambda: bool(ends))
    assert len(said) == 1
    assert ends[0].problem == gui_messages.ENDED_BY_SYSTEM
    assert ends[0].advice == gui_messages.GO_ON_WITH_IT


def test_a_program_that_is_not_there_ends_with_a_sentence(qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(child_process, "program", lambda: (str(tmp_path / "nothing"), []))
    running = TrainingProcess()
    with qtbot.waitSignal(running.ended) as end:
        running.start(["train"])
    assert end.args[0].problem.code == gui_messages.NOT_STARTED.code
    assert not running.is_running


def test_the_line_stop_is_enough_for_a_polite_program(heard, qtbot):
    running, said, ends = heard(OBEDIENT)
    qtbot.waitUntil(lambda: bool(said))
    running.finish()
    qtbot.waitUntil(lambda: len(said) == 2)
    assert str(said[1].message) == "heard finish"
    running.stop()
    qtbot.waitUntil(lambda: bool(ends))
    assert (ends[0].kind, ends[0].resumable) == ("stopped", True)


@pytest.mark.skipif(sys.platform == "win32", reason="it has other priorities")
def test_the_training_gives_way_to_the_window(heard, qtbot):
    running, said, _ = heard(OBEDIENT)
    qtbot.waitUntil(lambda: bool(said))
    assert os.getpriority(os.PRIO_PROCESS, running.number) == training_process.NICE


def test_a_program_that_ignores_stop_is_ended_all_the_same(heard, qtbot):
    running, said, ends = heard(STUBBORN)
    qtbot.waitUntil(lambda: bool(said))
    running._impatient.setInterval(100)
    running._last_resort.setInterval(100)
    running.stop()
    qtbot.waitUntil(lambda: bool(ends))
    assert (ends[0].kind, ends[0].resumable) == ("stopped", True)


def test_at_the_end_of_the_app_all_is_heard_before_it_goes(heard, qtbot):
    running, said, ends = heard(OBEDIENT)
    qtbot.waitUntil(lambda: bool(said))
    running.wait()
    assert not running.is_running
    assert said[-1] == events.Stopped(3)
    assert [end.kind for end in ends] == ["stopped"]
