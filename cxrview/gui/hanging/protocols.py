"""The user's hanging protocols, in their order, and the file that they are kept in."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cxrview.errors import CxrviewError
from cxrview.gui.hanging import protocol as files
from cxrview.gui.hanging.protocol import HangingProtocol
from cxrview.i18n import tr

FILE = "hanging_protocols.json"  # beside the settings


class Protocols(QObject):
    """Kept at `path` at every change. Of a file there that makes no sense a copy is kept.

    Signals:
        changed: others are there, or in another order.
        said: a sentence for the user.
    """

    changed = Signal()
    said = Signal(str)

    def __init__(self, path: Path, say: Callable[[str], object], parent: QObject) -> None:
        super().__init__(parent)
        self._path = path
        self.said.connect(say)
        self.all: tuple[HangingProtocol, ...] = ()
        if not path.exists():
            return
        try:
            self.all = tuple(files.read(path))
        except (CxrviewError, OSError):
            with suppress(OSError):
                path.replace(path.with_suffix(".bak"))
            words = tr("The hanging protocols could not be read; their file is kept as {name}.")
            self.said.emit(words.format(name=path.with_suffix(".bak").name))

    def add(self, protocols: Sequence[HangingProtocol]) -> None:
        """Take in more, last; one whose name is taken gets a number."""
        found = list(self.all)
        for each in protocols:
            found.append(replace(each, name=files.unlike(each.name, (other.name for other in found))))
        self._use(found)

    def put(self, number: int, protocol: HangingProtocol) -> None:
        """Let `protocol` take the place of the one at `number`."""
        found = list(self.all)
        others = [other.name for place, other in enumerate(found) if place != number]
        found[number] = replace(protocol, name=files.unlike(protocol.name, others))
        self._use(found)

    def remove(self, number: int) -> None:
        """Let go of the one at `number`."""
        self._use([*self.all[:number], *self.all[number + 1 :]])

    def move(self, number: int, by: int) -> int:
        """Move the one at `number` down (1) or up (-1), as far as there is room; return where it is then."""
        place = max(0, min(number + by, len(self.all) - 1))
        found = list(self.all)
        found.insert(place, found.pop(number))
        self._use(found)
        return place

    def bring_in(self, path: Path) -> int:
        """Take in the protocols of a file; return how many. Raises InvalidRequest and OSError."""
        found = files.read(path)
        self.add(found)
        return len(found)

    def _use(self, protocols: Sequence[HangingProtocol]) -> None:
        if tuple(protocols) == self.all:
            return
        self.all = tuple(protocols)
        self.changed.emit()
        try:
            files.write(self._path, self.all)
        except OSError as error:
            words = tr("The hanging protocols could not be saved: {reason}.")
            self.said.emit(words.format(reason=error.strerror))
