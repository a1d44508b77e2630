"""What folders or a table say of the images before one of them is read: quick, but for a worker thread."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cxrview.datasets.config import DataConfig
from cxrview.errors import InvalidRequest
from cxrview.message import NOTHING, Message
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.datasets.sources import Item

MOST_TRIED = 5000  # file names that a pattern is tried on
MOST_OF_NAME = 44  # characters of a file or folder in a sentence
MOST_SHOWN = 3  # examples of what it finds


@dataclass(frozen=True, slots=True)
class Survey:
    """The files, and the images by class in the natural order of the classes' names.

    `given` counts the images by side and class where the data give the split. `grouped` images come with the
    name of their patient or group, `several` have more or fewer labels than one.
    """

    items: tuple["Item", ...]
    classes: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    given: dict[str, dict[str, int]] = field(default_factory=dict)
    grouped: int = 0
    several: int = 0

    @property
    def sides(self) -> frozenset[str]:
        """The sides of the split that the data give: of "train", "validation", "test"; maybe none."""
        return frozenset(self.given)


def survey(config: DataConfig, _report: Report) -> Survey:
    """Return what stands at `config.path`, without what is to be left out. Raises InvalidRequest."""
    from cxrview.datasets.sources import find_items
    from cxrview.imaging.find import natural_key

    items = find_items(config)
    classes: dict[str, list[Path]] = {}
    given: dict[str, Counter[str]] = {}
    for item in items:
        for label in item.labels:
            classes.setdefault(label, []).append(item.path)
        if item.split:
            given.setdefault(item.split, Counter()).update(item.labels)
    return Survey(
        tuple(items),
        {name: tuple(classes[name]) for name in sorted(classes, key=natural_key)},
        {side: dict(counts) for side, counts in given.items()},
        sum(bool(item.group) for item in items),
        sum(len(item.labels) != 1 for item in items),
    )


@dataclass(frozen=True, slots=True)
class Patients:
    """What a pattern finds in file names. `examples` pairs a name with its patient, "" for none."""

    problem: Message = NOTHING
    tried: int = 0
    matched: int = 0
    groups: int = 0
    largest: int = 0
    examples: tuple[tuple[str, str], ...] = ()


def find_patients(pattern: str, names: tuple[str, ...], _report: Report) -> Patients:
    """Return what `pattern` finds in `names`, which are file names without folders."""
    from cxrview.datasets.sources import patient_pattern

    try:
        compiled = patient_pattern(DataConfig(group_pattern=pattern))
    except InvalidRequest as error:
        return Patients(error.whole)
    if compiled is None:
        return Patients()
    tried = names[:MOST_TRIED]
    found = [(match and match[1]) or "" for match in map(compiled.search, tried)]
    groups = Counter(patient for patient in found if patient)
    pairs = list(zip(tried, found, strict=True))
    shown = [pair for pair in pairs if pair[1]][:MOST_SHOWN] + [pair for pair in pairs if not pair[1]][:1]
    largest = max(groups.values(), default=0)
    return Patients(NOTHING, len(tried), sum(groups.values()), len(groups), largest, tuple(shown))


def pattern_of(file: str) -> str:
    """Return the entry of `DataConfig.exclude` that means `file` and no other."""
    return re.sub(r"([*?\[])", r"[\1]", file)


def file_of(pattern: str) -> str:
    """Return the file that `pattern_of` made an entry of; another pattern as it is."""
    return re.sub(r"\[([*?\[])\]", r"\1", pattern)


def short_name(file: str) -> str:
    """Return `file` with the folders of a long path left out, and what is in the middle of long names."""
    parts = [_shortened(part) for part in Path(file).parts]
    return "/".join(("…", *parts[-2:])) if len(parts) > 2 else "/".join(parts)


def _shortened(name: str) -> str:
    return name if len(name) <= MOST_OF_NAME else f"{name[:18]}…{name[-18:]}"
