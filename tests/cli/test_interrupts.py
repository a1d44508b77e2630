"""Ctrl+C ends the work wherever it falls."""

import signal
import subprocess
import sys

import pytest

from cxrview.cli import console, interrupts

LOST = """
import signal
from cxrview.cli import console, interrupts

class Falling:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

with interrupts.remembered():
    Falling()
    print("lost")
    try:
        console.Progress()(0.5, "")
    except KeyboardInterrupt:
        print("found")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there it is another signal")
def test_where_python_drops_it_the_next_step_of_the_work_ends_it():
    done = subprocess.run([sys.executable, "-c", LOST], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["lost", "found"]


def test_it_is_raised_at_once_and_forgotten_afterwards():
    before = signal.getsignal(signal.SIGINT)
    with interrupts.remembered(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    console.Progress()(0.5, "")
    assert signal.getsignal(signal.SIGINT) is before
