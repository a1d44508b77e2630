"""See, and refuse, every connection that Python code attempts.

What a library does in C++ passes Python by; tests trace the system calls of the whole program for that.
"""

import socket
import sys
from typing import Any

MARK = "CONNECTION ATTEMPTED"  # begins a line on standard error
EVENTS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"}
_attempts: list[str] = []
_watching = False


def watch() -> list[str]:
    """Refuse connections to other computers from now on; return the list that grows with each attempt."""
    global _watching
    if not _watching:
        _watching = True
        sys.addaudithook(_heard)
    return _attempts


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in EVENTS:
        return
    if isinstance(arguments[0], socket.socket) and arguments[0].family not in (
        socket.AF_INET,
        socket.AF_INET6,
    ):
        return  # within this computer
    where = next((str(value) for value in arguments if not isinstance(value, socket.socket)), "")
    _attempts.append(where)
    if sys.stderr is not None:
        sys.stderr.write(f"{MARK}: {where}\n")
    raise PermissionError("no connection is made during the self-test")
