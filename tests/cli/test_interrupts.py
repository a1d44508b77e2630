"""Ctrl+C ends the work wherever it falls."""

import subprocess
import sys

import pytest

PRELUDE = """
import signal
from cxrview.cli import console, interrupts

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
"""
LOST = """
class Falling:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

with interrupts.remembered():
    Falling()
    print("lost")
    try:
        console.ProgressLine()(0.5, "")
    except KeyboardInterrupt:
        print("found")
"""
AT_ONCE = """
with interrupts.remembered():
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        print("raised")
console.ProgressLine()(0.5, "")
print("forgotten", signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""
IGNORED = """
signal.signal(signal.SIGINT, signal.SIG_IGN)
with interrupts.remembered():
    signal.raise_signal(signal.SIGINT)
    console.ProgressLine()(0.5, "")
    print("ignored")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there it is another signal")
@pytest.mark.parametrize(
    ("code", "said"), [(LOST, "lost found"), (AT_ONCE, "raised forgotten True"), (IGNORED, "ignored")]
)
def test_it_ends_the_work_unless_it_is_ignored(code, said):
    done = subprocess.run([sys.executable, "-c", PRELUDE + code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == said.split()
