"""The figures of each epoch for TensorBoard, by whichever writer is installed."""

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import keras

from cxrview.training import messages
from cxrview.training.run.events import Emit, Warned
from cxrview.training.run.history import EpochRow

Write = Callable[[EpochRow], None]


@contextmanager
def scalar_log(folder: Path | None, emit: Emit) -> Iterator[Write]:
    """Give a function that writes the figures of an epoch below `folder`, or does nothing if that is None."""
    if folder is None:
        yield lambda _row: None
    elif importlib.util.find_spec("tensorboard") is None:
        emit(Warned(messages.NO_TENSORBOARD))
        yield lambda _row: None
    elif keras.backend.backend() == "torch":
        yield from _with_torch(folder)
    elif importlib.util.find_spec("tensorflow") is not None:
        yield from _with_tensorflow(folder)
    else:
        emit(Warned(messages.NO_TENSORBOARD_WRITER))
        yield lambda _row: None


def _figures(row: EpochRow) -> dict[str, float]:
    return {**row.metrics, "learning_rate": row.learning_rate, "seconds": row.seconds}


def _with_tensorflow(folder: Path) -> Iterator[Write]:
    import tensorflow as tf

    writer = tf.summary.create_file_writer(str(folder))

    def write(row: EpochRow) -> None:
        with writer.as_default():
            for name, value in _figures(row).items():
                tf.summary.scalar(name, value, step=row.epoch)
        writer.flush()

    try:
        yield write
    finally:
        writer.close()


def _with_torch(folder: Path) -> Iterator[Write]:
    from torch.utils.tensorboard import SummaryWriter  # type: ignore[import-not-found]

    with SummaryWriter(str(folder)) as writer:

        def write(row: EpochRow) -> None:
            for name, value in _figures(row).items():
                writer.add_scalar(name, value, row.epoch)
            writer.flush()

        yield write
