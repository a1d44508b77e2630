"""The state of a training run on disk, whole at any moment.

`last.npz` holds weights, optimiser and history together, so that one rename takes a run from one epoch to
the next; `best-N.npz` holds the weights of epoch N, and counts only once `last.npz` names it. `history.json`
is a copy for people and reports.
"""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import keras
import numpy as np

from cxrview import messages as shared
from cxrview.atomic_file import atomic_file, is_full
from cxrview.datasets import messages as data_messages
from cxrview.errors import CxrviewError
from cxrview.training import messages
from cxrview.training.run import history as histories
from cxrview.training.run.history import History


class Checkpoints:
    """The checkpoints of one run in one folder, which is made on the first save."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last = folder / "last.npz"

    def history(self) -> History | None:
        """Return the history up to the last whole epoch, None if there is none. Raises CxrviewError."""
        if not self._last.exists():
            return None
        with _opened(self._last) as arrays:
            found = histories.parse(bytes(arrays["history"]).decode("utf-8"))
        self._tell(found)
        return found

    def save_best(self, model: keras.Model, epoch: int) -> None:
        """Write the weights of `model` as those of `epoch`. Raises CxrviewError."""
        with replacing(self._best(epoch)) as file:
            np.savez(file, **_arrays("weight", model.variables))

    def save_last(self, model: keras.Model, optimizer: keras.optimizers.Optimizer, history: History) -> None:
        """Write the state after the last epoch of `history`. Raises CxrviewError, leaving the one before."""
        text = np.frombuffer(histories.dump(history).encode("utf-8"), np.uint8)
        with replacing(self._last) as file:
            arrays = _arrays("weight", model.variables) | _arrays("optimizer", optimizer.variables)
            np.savez(file, history=text, **arrays)
        self._tell(history)
        for path in self._folder.glob("best-*.npz"):
            if path != self._best(history.best_epoch):
                path.unlink(missing_ok=True)

    def restore_last(self, model: keras.Model) -> None:
        """Set `model` to the weights after the last epoch. Raises CxrviewError."""
        _assign(self._last, "weight", model.variables)

    def restore_best(self, model: keras.Model, history: History) -> None:
        """Set `model` to the weights of the best epoch of `history`. Raises CxrviewError."""
        _assign(self._best(history.best_epoch), "weight", model.variables)

    def restore_optimizer(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Set the built `optimizer` to its state after the last epoch. Raises CxrviewError."""
        _assign(self._last, "optimizer", optimizer.variables)

    def _best(self, epoch: int) -> Path:
        return self._folder / f"best-{epoch:04d}.npz"

    def _tell(self, history: History) -> None:
        with replacing(self._folder / histories.NAME) as file:
            file.write(histories.dump(history).encode("utf-8"))


def _arrays(kind: str, variables: Sequence[Any]) -> dict[str, Any]:
    return {f"{kind}_{index:05d}": keras.ops.convert_to_numpy(item) for index, item in enumerate(variables)}


def _assign(path: Path, kind: str, variables: Sequence[Any]) -> None:
    with _opened(path) as arrays:
        found = [arrays[name] for name in arrays.files if name.startswith(f"{kind}_")]
    if [array.shape for array in found] != [tuple(item.shape) for item in variables]:
        raise CxrviewError(messages.OTHER_CHECKPOINT, messages.START_ANEW, path)
    for item, array in zip(variables, found, strict=True):
        item.assign(array)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            yield arrays
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise CxrviewError(messages.NO_CHECKPOINT, messages.START_ANEW, path) from error


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Give a file that takes the place of `path` once it is whole and on the disk. Raises CxrviewError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The run has its folder for itself, and a run that is killed often must not fill the disk.
        with atomic_file(path, part=path.with_name(f".{path.name}.part")) as file:
            yield file
    except OSError as error:
        reason = (error.strerror or "").lower() or data_messages.DISK_REFUSED
        problem = data_messages.NO_ROOM if is_full(error) else shared.CANNOT_BE_WRITTEN(reason=reason)
        raise CxrviewError(problem, messages.MAKE_ROOM_FOR_EPOCH, path) from error
