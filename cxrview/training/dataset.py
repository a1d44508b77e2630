"""Labelled model inputs, and which of them are for what."""

import csv
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from cxrview.errors import BadRequest
from cxrview.imaging import model_input, read
from cxrview.progress import Report, silent

_COLUMNS = ("file", "label", "group", "source")
_FOLDS = 20  # of 5 % each


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


def load_manifest(
    manifest: Path, class_names: Sequence[str], size: int, report: Report = silent
) -> LabelledImages:
    """Return the first frame of every image in the CSV file `manifest` as model input of `size` pixels.

    Columns `file` (relative to the manifest), `label`, `group`, `source`; others are passed over. Labels
    outside `class_names` become -1. Raises BadRequest if the table cannot be used, UnreadableImage for an
    image that cannot.
    """
    rows = _rows(manifest)
    images = np.empty((len(rows), size, size), np.uint8)
    for index, row in enumerate(rows):
        report(index / len(rows), row["file"])
        images[index], _ = model_input(read(manifest.parent / row["file"])[0], size)
    known = {name: index for index, name in enumerate(class_names)}
    return LabelledImages(
        tuple(class_names),
        images,
        one_hot(np.array([known.get(row["label"], -1) for row in rows], np.int64), len(class_names)),
        np.array([row["group"] for row in rows], np.str_),
        np.array([row["source"] for row in rows], np.str_),
        np.array([row["file"] for row in rows], np.str_),
    )


def _rows(manifest: Path) -> list[dict[str, str]]:
    try:
        with manifest.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadRequest(
            "cannot be read as a table.", "It should be a CSV file in UTF-8.", manifest
        ) from error
    if not rows:
        raise BadRequest("lists no images.", path=manifest)
    missing = [name for name in _COLUMNS if name not in rows[0]]
    if missing:
        raise BadRequest(f"lacks the columns {', '.join(missing)}.", "They name each image.", manifest)
    return rows


def split_by_group(data: LabelledImages, seed: int, held_out: float = 0.15) -> Split:
    """Return a split with `held_out` of the images for validation and as many for test.

    Groups stay whole; labels and sources are spread evenly, as far as the groups allow. The share is
    rounded to 5 %. Raises BadRequest if there are too few groups.
    """
    if len(set(data.groups)) < _FOLDS:
        raise BadRequest(f"There are fewer than {_FOLDS} patients or groups to split.", "Add more images.")
    strata = np.unique(np.char.add(data.labels.astype(np.str_), data.sources), return_inverse=True)[1]
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=seed)
    with warnings.catch_warnings():  # strata smaller than the number of folds cannot be on every side
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        parts = [held for _, held in folds.split(data.images, strata, data.groups)]
    count = max(1, round(held_out * _FOLDS))
    test, validation, train = parts[:count], parts[count : 2 * count], parts[2 * count :]
    return Split(*(np.sort(np.concatenate(part)) for part in (train, validation, test)))
