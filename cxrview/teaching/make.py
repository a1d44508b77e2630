"""Make a reading set of labelled films: chosen in fair shares, shuffled, some of them shown again."""

import hashlib
import os
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cxrview.datasets.sources import Item
from cxrview.errors import InvalidRequest
from cxrview.evaluation.roles import NO_DISEASE
from cxrview.messages import CANNOT_BE_READ
from cxrview.progress import Report, silent
from cxrview.teaching import messages
from cxrview.teaching.priors import priors_of
from cxrview.teaching.reading_set import ReadingSet, SetFilm

if TYPE_CHECKING:
    from numpy.random import Generator

LEAST = 2  # films
MOST_REPEATED = 0.5
APART = 10  # films, if there are so many, between a film and its repeat
BLOCK = 2**20


@dataclass(frozen=True, slots=True)
class Plan:
    """How a set is made.

    `count` films are taken, all with 0. `balanced` takes as many of each class as of any other, as far as
    there are enough; else each class keeps its share. `repeats` is the share of films that come again.
    `questions` are the classes that are asked for, () for all. With `priors` an earlier film of the same
    patient stands beside each that has one. Raises ValueError for shares that are none.
    """

    title: str
    count: int = 0
    seed: int = 1
    repeats: float = 0.0
    balanced: bool = False
    time_limit: int = 0
    examination: bool = False
    questions: tuple[str, ...] = ()
    priors: bool = False

    def __post_init__(self) -> None:
        if self.count < 0 or not 0 <= self.repeats <= MOST_REPEATED or self.time_limit < 0:
            raise ValueError("no such count, share or time")


def usual_questions(items: Sequence[Item]) -> tuple[str, ...]:
    """Return the classes of `items` without those that say that there is nothing, which the others say too.

    All of them where none would be left.
    """
    names = sorted({name for item in items for name in item.labels}, key=str.casefold)
    found = tuple(name for name in names if not _says_nothing(name.casefold()))
    return found or tuple(names)


def _says_nothing(name: str) -> bool:
    return name in NO_DISEASE or name.startswith("no ")


def make_set(items: Sequence[Item], plan: Plan, folder: Path, report: Report = silent) -> ReadingSet:
    """Return a set of `items`, whose files are named relative to `folder`: each is read once, for its digest.

    The same items and plan give the same films in the same order; the identifier is new. Raises
    InvalidRequest where too few films have a class, a question is no class, or a file cannot be read.
    """
    labelled = [item for item in items if item.labels]
    names = tuple(dict.fromkeys(label for item in labelled for label in item.labels))
    questions = plan.questions or tuple(sorted(names, key=str.casefold))
    if unknown := [name for name in questions if name not in names]:
        raise InvalidRequest(
            messages.NO_SUCH_CLASS_IN_SET(name=unknown[0]), messages.CLASSES_ARE(names=list(names))
        )
    if len(labelled) < LEAST or len(names) < 2:
        raise InvalidRequest(messages.TOO_FEW_FILMS, messages.NEEDS_TWO_CLASSES)
    random = np.random.default_rng(plan.seed)
    chosen = [labelled[index] for index in _chosen(labelled, plan, questions, random)]
    patients = {
        name: f"p{number}" for number, name in enumerate(dict.fromkeys(i.group for i in chosen)) if name
    }
    films = []
    for number, item in enumerate(chosen):
        report(number / len(chosen), item.path.name)
        films.append(_film(item, patients.get(item.group, ""), folder))
    order = _order(len(films), plan.repeats, random)
    if plan.priors:
        films = _with_priors(films, priors_of(chosen, labelled, report), folder)
    return ReadingSet(
        secrets.token_hex(8),
        plan.title,
        questions,
        tuple(films),
        order,
        str(folder.absolute()),
        plan.time_limit,
        plan.examination,
    )


def _film(item: Item, patient: str, folder: Path) -> SetFilm:
    file, digest = _known_by(item.path, folder)
    return SetFilm(file, item.labels, patient, digest, item.boxes, item.findings, item.explanation)


def _known_by(path: Path, folder: Path) -> tuple[str, str]:
    """Return what the file at `path` is called in `folder`, and its digest. Raises InvalidRequest."""
    try:
        digest = file_digest(path)
        return Path(os.path.relpath(path, folder)).as_posix(), digest
    except ValueError as error:  # another drive of Windows
        raise InvalidRequest(messages.FILM_ELSEWHERE, messages.FILMS_TOGETHER, path) from error
    except OSError as error:
        raise InvalidRequest(CANNOT_BE_READ(reason=error.strerror), path=path) from error


def _with_priors(films: list[SetFilm], priors: Mapping[int, Path], folder: Path) -> list[SetFilm]:
    """Return `films`, and behind them those of `priors`, by the indices of the films that they go with."""
    places: dict[Path, int] = {}
    earlier: list[SetFilm] = []
    kept = list(films)
    for index, path in priors.items():
        if path not in places:
            places[path] = len(films) + len(earlier)
            file, digest = _known_by(path, folder)
            earlier.append(SetFilm(file, (), films[index].patient, digest))
        kept[index] = replace(films[index], prior=places[path])
    return kept + earlier


def file_digest(path: Path) -> str:
    """Return BLAKE2b of the bytes of the file at `path`, 40 hex digits. Raises OSError."""
    digest = hashlib.blake2b(digest_size=20)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def with_masks(
    made: ReadingSet, masks: dict[int, tuple[tuple[float, float, float, float], ...]]
) -> ReadingSet:
    """Return `made` with the `masks` of some films, by their indices."""
    films = tuple(replace(film, masks=masks.get(index, film.masks)) for index, film in enumerate(made.films))
    return replace(made, films=films)


def _chosen(items: Sequence[Item], plan: Plan, questions: Sequence[str], random: "Generator") -> list[int]:
    """Return the indices of the films that are taken, in fair shares of the classes asked for."""
    classes: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index in random.permutation(len(items)).tolist():
        asked = tuple(name for name in items[index].labels if name in questions)
        classes[asked].append(index)
    groups = [classes[key] for key in sorted(classes)]
    count = min(plan.count, len(items)) or len(items)
    wanted = _balanced(groups, count) if plan.balanced else _in_proportion(groups, count)
    taken = [index for group, many in zip(groups, wanted, strict=True) for index in group[:many]]
    return sorted(taken)


def _in_proportion(groups: list[list[int]], count: int) -> list[int]:
    """Return how many of each group are taken: the largest remainders get what rounding leaves."""
    total = sum(map(len, groups))
    exact = [count * len(group) / total for group in groups]
    wanted = [int(share) for share in exact]
    rest = sorted(range(len(groups)), key=lambda place: wanted[place] - exact[place])
    for place in rest[: count - sum(wanted)]:
        wanted[place] += 1
    return wanted


def _balanced(groups: list[list[int]], count: int) -> list[int]:
    wanted = [0] * len(groups)
    while sum(wanted) < count:
        open_ones = [place for place, group in enumerate(groups) if wanted[place] < len(group)]
        wanted[min(open_ones, key=lambda place: wanted[place])] += 1
    return wanted


def _order(films: int, repeats: float, random: "Generator") -> tuple[int, ...]:
    """Return the order of showing: every film once, and some of the first half again, well after that."""
    order: list[int] = random.permutation(films).tolist()
    half = order[: films // 2]
    apart = min(APART, films // 3)
    again = random.permutation(len(half))[: round(repeats * films)].tolist()
    for place in sorted(again):
        index = half[place]
        first = order.index(index) + 1 + apart
        order.insert(int(random.integers(first, len(order) + 1)) if first < len(order) else len(order), index)
    return tuple(order)
