"""How much memory a process takes, and how it is kept from taking more."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

RUNNING_OUT = 5  # seconds that the system may take for an answer


def memory_of(number: int) -> int:
    """Return the bytes of memory that the process `number` takes by itself; 0 if that is not known."""
    if sys.platform == "linux":
        with suppress(OSError, ValueError, IndexError):
            _, resident, shared, *_ = map(int, Path(f"/proc/{number}/statm").read_text().split())
            return (resident - shared) * os.sysconf("SC_PAGE_SIZE")
    elif sys.platform == "win32":  # pragma: no cover
        return _windows_memory(number)
    else:  # pragma: no cover
        command = ["ps", "-o", "rss=", "-p", str(number)]
        with suppress(OSError, ValueError, subprocess.SubprocessError):
            return int(subprocess.run(command, capture_output=True, timeout=RUNNING_OUT).stdout) * 1024
    return 0


def confine(growth: int) -> None:
    """Let this process take at most `growth` bytes more than it has: beyond, allocations fail.

    Linux alone knows such a bound; elsewhere whoever waits has to look.
    """
    if sys.platform == "linux":
        import resource

        with suppress(OSError, ValueError):
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            bound = pages * resource.getpagesize() + growth
            _, most = resource.getrlimit(resource.RLIMIT_AS)
            if most != resource.RLIM_INFINITY:
                bound = min(bound, most)
            resource.setrlimit(resource.RLIMIT_AS, (bound, most))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # nobody wants a gigabyte on the disk


if sys.platform == "win32":  # pragma: no cover
    import ctypes
    from ctypes import wintypes

    QUERY_AND_READ = 0x0410

    class _Counters(ctypes.Structure):
        _fields_ = (
            ("size", wintypes.DWORD),
            ("faults", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in ("peak_set", "set", "a", "b", "c", "d", "private", "peak")),
        )

    def _windows_memory(number: int) -> int:
        kernel = ctypes.WinDLL("kernel32")
        kernel.OpenProcess.restype = wintypes.HANDLE
        handle = kernel.OpenProcess(QUERY_AND_READ, False, number)
        if not handle:
            return 0
        try:
            counters = _Counters(size=ctypes.sizeof(_Counters))
            known = kernel.K32GetProcessMemoryInfo(
                wintypes.HANDLE(handle), ctypes.byref(counters), counters.size
            )
            return int(counters.private) if known else 0
        finally:
            kernel.CloseHandle(wintypes.HANDLE(handle))
