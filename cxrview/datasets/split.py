"""Who learns, who is for choosing, who is for the last word: whole patients, classes and sources spread."""

import io
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrview.atomic_file import write_atomically
from cxrview.datasets import boxes
from cxrview.datasets import finding_texts as texts
from cxrview.datasets.boxes import box_text
from cxrview.datasets.labelled import LabelledImages, Split
from cxrview.datasets.report import Finding
from cxrview.datasets.sources import Item
from cxrview.errors import InvalidRequest
from cxrview.safe_text import CsvWriter

COLUMNS = ("file", "label", "group", "source", "split")
SIDES = ("train", "validation", "test")


class TooFew(InvalidRequest):
    """A class cannot be on every side; `finding` says so."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def split_by_group(data: LabelledImages, seed: int, validation: float = 0.15, test: float = 0.15) -> Split:
    """Return a split with these shares of the images; a share of 0 leaves a side empty.

    Groups stay whole. Classes, and the sources within them, are spread as evenly as the groups allow, and
    every class is on every side that is not empty. The same seed gives the same split. Raises InvalidRequest
    if a class has too few groups for that.
    """
    shares = np.array([1 - validation - test, validation, test])
    wanted = [side for side in range(3) if shares[side] > 0]
    names, member = np.unique(data.groups, return_inverse=True)
    # A row for each group: how many images it has of each class, of each class in each source, and in all.
    strata = np.char.add(np.char.add(_combination(data), "\n"), data.sources.astype(np.str_))
    kinds = np.unique(strata, return_inverse=True)[1]
    parts = (data.targets.astype(np.float64), np.eye(kinds.max() + 1)[kinds], np.ones((len(data), 1)))
    amounts = np.zeros((len(names), sum(part.shape[1] for part in parts)))
    np.add.at(amounts, member, np.concatenate(parts, axis=1))
    classes = len(data.class_names)
    random = np.random.default_rng(seed)
    side_of = _one_of_each(amounts[:, :classes] > 0, amounts[:, -1], wanted, random)
    _check_groups(data, amounts[:, :classes] > 0, side_of, wanted)
    _fill(side_of, amounts, shares, wanted, random)
    sides = side_of[member]
    return Split(*(np.flatnonzero(sides == side) for side in range(3)))


def split_with_several(
    data: LabelledImages, seed: int, validation: float = 0.15, test: float = 0.15
) -> Split:
    """Return a split like `split_by_group`, where an image with several classes has one of these.

    Such images are learnt from, unless their group is on another side; then they are left out. Raises
    InvalidRequest.
    """
    several = data.several
    if not several.any():
        return split_by_group(data, seed, validation, test)
    certain = np.flatnonzero(~several)
    found = split_by_group(data.without_images().subset(certain), seed, validation, test)
    train, *judging = (certain[side] for side in found.sides)
    free = several & ~np.isin(data.groups, data.groups[np.concatenate(judging)])
    return Split(np.union1d(train, np.flatnonzero(free)), *judging)


def _combination(data: LabelledImages) -> NDArray[np.str_]:
    """Return the classes of each image as one text."""
    return np.array(["".join(map(str, row)) for row in data.targets.tolist()], np.str_)


def _one_of_each(
    has: NDArray[np.bool_], sizes: NDArray[np.float64], wanted: list[int], random: np.random.Generator
) -> NDArray[np.int64]:
    """Return the side of each group, -1 for most: a small group of every class on every side, rare first."""
    side_of = np.full(len(has), -1)
    order = random.permutation(len(has))
    order = order[np.argsort(sizes[order], kind="stable")]
    for label in np.argsort(has.sum(axis=0), kind="stable"):
        for side in (*wanted[1:], wanted[0]):
            if (has[:, label] & (side_of == side)).any():
                continue
            free = [group for group in order if has[group, label] and side_of[group] < 0]
            if free:
                side_of[free[0]] = side
    return side_of


def _check_groups(
    data: LabelledImages, has: NDArray[np.bool_], side_of: NDArray[np.int64], wanted: list[int]
) -> None:
    for label, name in enumerate(data.class_names):
        if has[:, label].any() and any(not (has[:, label] & (side_of == side)).any() for side in wanted):
            count = int(has[:, label].sum())
            advice = texts.ADD_OR_NO_TEST if len(wanted) == 3 else texts.ADD_IMAGES
            sides = texts.SIDES_NEEDED[tuple(wanted)]
            message = texts.TOO_FEW(name=name, count=count, sides=sides, advice=advice)
            raise TooFew(Finding("too-few", "block", message))


def _fill(
    side_of: NDArray[np.int64],
    amounts: NDArray[np.float64],
    shares: NDArray[np.float64],
    wanted: list[int],
    random: np.random.Generator,
) -> None:
    """Put every group that has no side where it is missed most; the large ones first."""
    goal = shares[:, None] * np.maximum(amounts.sum(axis=0), 1e-9)  # (3, K)
    have = np.stack([amounts[side_of == side].sum(axis=0) for side in range(3)])
    order = random.permutation(np.flatnonzero(side_of < 0))
    for group in order[np.argsort(-amounts[order, -1], kind="stable")]:
        amount = amounts[group]
        touched = amount > 0
        # By how much each side comes nearer to its goal, in shares of the goal.
        before = (have[wanted][:, touched] - goal[wanted][:, touched]) / goal[wanted][:, touched]
        after = before + amount[touched] / goal[wanted][:, touched]
        side = wanted[int(np.argmin((after**2 - before**2).sum(axis=1) * shares[wanted]))]
        side_of[group] = side
        have[side] += amount


def save_split(items: Sequence[Item], groups: NDArray[np.str_], split: Split, path: Path) -> None:
    """Write who is where to the CSV file `path`, which `find_items` reads again. Raises OSError.

    What is on no side is left out. Files are named relative to the table, where the system can.
    """
    sides = np.full(len(items), "", dtype="<U10")
    for name, indices in zip(SIDES, (split.train, split.validation, split.test), strict=True):
        sides[indices] = name
    lines = io.StringIO(newline="")
    writer = CsvWriter(lines, "\r\n")
    boxed = any(item.boxes is not None for item in items)
    writer.writerow((*COLUMNS, boxes.COLUMNS[0]) if boxed else COLUMNS)
    for item, group, side in zip(items, groups.tolist(), sides.tolist(), strict=True):
        if not side:
            continue
        row = (_seen_from(path.parent, item.path), "|".join(item.labels), group, item.source, side)
        writer.writerow((*row, box_text(item.boxes)) if boxed else row)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lines.getvalue())


def _seen_from(folder: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.absolute().as_posix()


def given_split(items: Sequence[Item]) -> Split | None:
    """Return the split that the items name, or None if they name none."""
    if not items or not any(item.split for item in items):
        return None
    sides = np.array([item.split for item in items])
    return Split(*(np.flatnonzero(sides == side) for side in SIDES))
