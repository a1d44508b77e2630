"""The images that a command is given: files, folders, ZIP archives and DICOM directories."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cxrview.cli import console
from cxrview.errors import CxrviewError
from cxrview.imaging.passed_over import PassedOver
from cxrview.imaging.search import Trouble, search
from cxrview.imaging.unpacked import Unpacked, remove_leftovers
from cxrview.progress import silent


@dataclass
class GivenFiles:
    """The files in order, without doubles; those out of archives are there as long as the context is open.

    An archive or a directory in which something is wrong is among them, and in `troubles`.
    """

    files: list[Path] = field(default_factory=list)
    troubles: dict[Path, CxrviewError] = field(default_factory=dict)
    names: dict[Path, Path] = field(default_factory=dict)  # of files out of archives: archive and name in it

    def called(self, path: Path) -> str:
        """Return what the user knows a file as."""
        return str(self.names.get(path, path))


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
        if passed.message:
            console.say(f"cxrview: {passed.message}")
        if unpacked.used:
            remove_leftovers(silent)  # of runs that were killed
        yield inputs
    finally:
        unpacked.remove((), silent)
