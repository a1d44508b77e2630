"""Labelled model inputs, and which of them are for what."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class LabelledImages:
    """N model inputs with their classes. The arrays are read-only.

    A row of `targets` has exactly one 1 where the classes exclude each other, and none for an image of no
    known class; `groups` (patient, or cluster of near-duplicates) is the unit of splitting; `sources` says
    which collection an image comes from ("" if nothing says so); `files` are names as the user knows them.
    """

    class_names: tuple[str, ...]
    images: NDArray[np.uint8]  # (N, S, S), maybe a memory map
    targets: NDArray[np.uint8]  # (N, C), 0 or 1
    groups: NDArray[np.str_]  # (N,)
    sources: NDArray[np.str_]  # (N,)
    files: NDArray[np.str_]  # (N,)

    def __post_init__(self) -> None:
        count = len(self.images)
        parts = (self.targets, self.groups, self.sources, self.files)
        if any(len(part) != count for part in parts) or self.targets.shape != (count, len(self.class_names)):
            raise ValueError(f"{count} images, and {[part.shape for part in parts]}")
        for array in (self.images, *parts):
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.images)

    @property
    def labels(self) -> NDArray[np.int64]:
        """The (first) class of each image as an index into `class_names`, -1 where it has none: (N,)."""
        return np.where(self.targets.any(1), self.targets.argmax(1), -1).astype(np.int64)

    def subset(self, indices: NDArray[np.int64]) -> "LabelledImages":
        """Return the images at `indices`, in that order, in memory."""
        return LabelledImages(
            self.class_names,
            np.asarray(self.images[indices]),
            self.targets[indices],
            self.groups[indices],
            self.sources[indices],
            self.files[indices],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Indices into one `LabelledImages`, each on one side; `test` may be empty."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


def one_hot(labels: NDArray[np.int64], classes: int) -> NDArray[np.uint8]:
    """Return the targets (N, `classes`) of `labels` (N,); a negative label gives a row of zeros."""
    return np.asarray(labels[:, None] == np.arange(classes), dtype=np.uint8)
