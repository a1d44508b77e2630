"""Images whose label looks wrong: remembered in the run's folder, written out as a list."""

import io
import json
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cxrview import messages as shared
from cxrview.atomic_file import write_atomically
from cxrview.errors import InvalidRequest
from cxrview.i18n import tr
from cxrview.safe_text import CsvWriter
from cxrview.training.run.result import RunResult

FILE = "doubtful.json"
Key = tuple[str, str]
"""The part of an image, and its file."""


class Marks(QObject):
    """The images of one run that the user has marked.

    Signals:
        changed: an image was marked, or is no longer.
        failed: the marks could not be kept; carries a sentence.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._keys: dict[Key, None] = {}

    def open(self, folder: Path) -> None:
        """Take over the marks of the run in `folder`; a damaged file counts as none."""
        self._path = folder / FILE
        try:
            pairs = json.loads(self._path.read_text("utf-8"))
            self._keys = {(str(part), str(file)): None for part, file in pairs}
        except (OSError, ValueError, TypeError):
            self._keys = {}
        self.changed.emit()

    def __contains__(self, key: Key) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def keys(self) -> tuple[Key, ...]:
        """Part and file of what is marked, in the order of marking."""
        return tuple(self._keys)

    def toggle(self, keys: Iterable[Key]) -> None:
        """Mark `keys`; if all of them are marked already, take their marks away."""
        chosen = dict.fromkeys(keys)
        if not chosen:
            return
        if all(key in self._keys for key in chosen):
            self._keys = {key: None for key in self._keys if key not in chosen}
        else:
            self._keys |= chosen
        self._keep()
        self.changed.emit()

    def _keep(self) -> None:
        if self._path is None:
            return
        try:
            write_atomically(
                self._path, json.dumps(self.keys, ensure_ascii=False, indent=0) + "\n", settle=False
            )
        except OSError as error:
            self.failed.emit(tr("The marks could not be kept: {reason}.").format(reason=error.strerror))


def save_list(marks: Iterable[Key], result: RunResult, path: Path) -> None:
    """Write the marked images to `path`: a table with label and answer, or with .txt the files alone.

    Raises InvalidRequest.
    """
    answers = {(part, a.file): a for part, found in result.parts.items() for a in found.answers}
    buffer = io.StringIO(newline="")
    if path.suffix.lower() == ".txt":
        buffer.writelines(f"{file}\n" for _, file in marks)
    else:
        writer = CsvWriter(buffer)
        writer.writerow(("file", "label", "called", "probability", "part"))
        for part, file in marks:
            if (answer := answers.get((part, file))) is not None:
                sure = f"{answer.confidence:.4f}"
                writer.writerow((file, "|".join(answer.labels), "|".join(answer.called), sure, part))
    try:
        write_atomically(path, buffer.getvalue())
    except OSError as error:
        problem = shared.CANNOT_BE_WRITTEN(reason=error.strerror)
        raise InvalidRequest(problem, shared.CHOOSE_ANOTHER_PLACE, path) from error
