"""The images that a command is given: files, folders, ZIP archives and DICOM directories."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from cxrview.cli import console
from cxrview.errors import CxrviewError
from cxrview.imaging.passed_over import PassedOver
from cxrview.imaging.search import Trouble, search
from cxrview.imaging.unpacked import Unpacked, remove_leftovers
from cxrview.message import Message
from cxrview.progress import silent


@dataclass
class GivenFiles:
    """The files in order, without doubles; those out of archives are there as long as the context is open.

    An archive or a directory in which something is wrong is among them, and in `troubles`.
    """

    files: list[Path] = field(default_factory=list)
    troubles: dict[Path, CxrviewError] = field(default_factory=dict)
    names: dict[Path, Path] = field(default_factory=dict)  # of files out of archives: archive and name in it
    passed_over: list[Message] = field(default_factory=list)  # what is no image
    left_out: int = 0  # files that no pattern wants

    def called(self, path: Path) -> str:
        """Return what the user knows a file as."""
        return str(self.names.get(path, path))

    def choose(self, include: Sequence[str], exclude: Sequence[str]) -> None:
        """Keep the files that fit a pattern of `include`, if there are any, and none of `exclude`.

        A pattern is about the name alone, or about the whole path with forward slashes; `*` goes over these.
        """
        chosen = [
            path
            for path in self.files
            if (not include or self._fits(path, include)) and not self._fits(path, exclude)
        ]
        self.left_out = len(self.files) - len(chosen)
        self.files = chosen

    def _fits(self, path: Path, patterns: Sequence[str]) -> bool:
        called = self.names.get(path, path)
        return any(
            fnmatch(name, pattern) for name in (called.name, called.as_posix()) for pattern in patterns
        )


def from_standard_input() -> list[Path]:
    """Return the paths on standard input, one a line, or with a zero byte after each (`find -print0`)."""
    if sys.stdin is None:
        return []
    told = sys.stdin.buffer.read()
    names = told.split(b"\0") if b"\0" in told else told.splitlines()
    return [Path(os.fsdecode(name)) for name in names if name]


@contextmanager
def found_in(paths: Sequence[Path]) -> Iterator[GivenFiles]:
    """Find the images in `paths`, and say once what was passed over. Raises InvalidRequest."""
    inputs, unpacked, passed, progress = GivenFiles(), Unpacked(), PassedOver(), console.ProgressLine()
    try:
        for one in search(paths, unpacked, passed, silent, progress):
            inputs.files.append(one.path)
            if isinstance(one, Trouble):
                inputs.troubles[one.path] = one.error
            elif one.archive is not None:
                inputs.names[one.path] = one.called
        progress.clear()
        inputs.files = list(dict.fromkeys(inputs.files))
        inputs.passed_over = passed.messages
        if passed.message:
            console.say(f"cxrview: {passed.message}")
        if unpacked.used:
            remove_leftovers(silent)  # of runs that were killed
        yield inputs
    finally:
        unpacked.remove((), silent)
