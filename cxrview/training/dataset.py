"""Labelled images from a manifest, and a split that keeps patients on one side."""

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
    """N model inputs with their labels. The arrays are read-only.

    `labels` indexes `class_names`, and is -1 for an image of no known class; `groups` (patient or cluster
    of near-duplicates) is the unit of splitting; `sources` says which collection an image comes from.
    """

    class_names: tuple[str, ...]
    images: NDArray[np.uint8]  # (N, S, S)
    labels: NDArray[np.int64]  # (N,)
    groups: NDArray[np.str_]  # (N,)
    sources: NDArray[np.str_]  # (N,)

    def __post_init__(self) -> None:
        for array in (self.images, self.labels, self.groups, self.sources):
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.labels)

    def subset(self, indices: NDArray[np.int64]) -> "LabelledImages":
        """Return the images at `indices`, in that order."""
        return LabelledImages(
            self.class_names,
            self.images[indices],
            self.labels[indices],
            self.groups[indices],
            self.sources[indices],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Indices into one `LabelledImages`; no group is on two sides."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


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
        np.array([known.get(row["label"], -1) for row in rows], np.int64),
        np.array([row["group"] for row in rows], np.str_),
        np.array([row["source"] for row in rows], np.str_),
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
