"""The worker's end of the line to the process that has started it."""

import os
import signal
import socket
import sys

from cxrview.isolation.channel import Channel


def channel_to_parent() -> Channel:
    """Return the line to the parent, and make this process a worker: Ctrl+C is its parent's matter."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":  # pragma: no cover
        return Channel(socket.fromshare(sys.stdin.buffer.read()))
    own = os.dup(0)  # standard input is nobody's business any more
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return Channel(socket.socket(fileno=own))
