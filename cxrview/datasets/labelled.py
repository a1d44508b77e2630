"""Labelled model inputs, and which of them are for what."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class LabelledImages:
    """N model inputs with their classes. The arrays are read-only.

    A row of `targets` has exactly one 1 where the classes exclude each other, several where it is one of
    these, and none for an image of no known class; `groups` (patient, or cluster of near-duplicates) is the
    unit of splitting; `sources` says which collection an image comes from ("" if nothing says so); `files`
    are names as the user knows them.

    Framed to the lungs, an image has three channels: the film, 255 times the probability of being lung, and
    255 inside the boxes of the disease. `boxed` says for which images there are any. `devices` are the
    machines ("" if nothing says which).
    """

    class_names: tuple[str, ...]
    images: NDArray[np.uint8]  # (N, S, S) or (N, S, S, 3), maybe a memory map
    targets: NDArray[np.uint8]  # (N, C), 0 or 1
    groups: NDArray[np.str_]  # (N,)
    sources: NDArray[np.str_]  # (N,)
    files: NDArray[np.str_]  # (N,)
    boxed: NDArray[np.bool_] | None = None  # (N,), None where nothing is said of boxes
    devices: NDArray[np.str_] | None = None  # (N,), None where nothing is said of machines

    def __post_init__(self) -> None:
        count = len(self.images)
        parts: list[NDArray[Any]] = [self.targets, self.groups, self.sources, self.files]
        parts += [part for part in (self.boxed, self.devices) if part is not None]
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

    @property
    def inputs(self) -> NDArray[np.uint8]:
        """What a network is given: the images, or of framed ones film and lung mask (N, S, S, 2); a view."""
        return self.images[..., :2] if self.images.ndim == 4 else self.images

    @property
    def films(self) -> NDArray[np.uint8]:
        """The images without masks, (N, S, S); a view."""
        return self.images[..., 0] if self.images.ndim == 4 else self.images

    @property
    def several(self) -> NDArray[np.bool_]:
        """Which images have more than one class: (N,)."""
        return np.asarray(self.targets.sum(1) > 1)

    def without_images(self) -> "LabelledImages":
        """Return what is known about the images, with images of one black pixel: of those no copy is made."""
        return replace(self, images=np.broadcast_to(np.uint8(0), (len(self), 1, 1)))

    def subset(self, indices: NDArray[np.int64]) -> "LabelledImages":
        """Return the images at `indices`, in that order, in memory."""
        return LabelledImages(
            self.class_names,
            np.asarray(self.images[indices]),
            self.targets[indices],
            self.groups[indices],
            self.sources[indices],
            self.files[indices],
            None if self.boxed is None else self.boxed[indices],
            None if self.devices is None else self.devices[indices],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Indices into one `LabelledImages`, each on one side; `test` may be empty."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]

    @property
    def sides(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The three in this order."""
        return self.train, self.validation, self.test


def one_hot(labels: NDArray[np.int64], classes: int) -> NDArray[np.uint8]:
    """Return the targets (N, `classes`) of `labels` (N,); a negative label gives a row of zeros."""
    return np.asarray(labels[:, None] == np.arange(classes), dtype=np.uint8)
