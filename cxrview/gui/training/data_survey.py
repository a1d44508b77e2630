"""What folders or a table say of the images before one of them is read: quick, but for a worker thread."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cxrview.errors import BadRequest
from cxrview.progress import Report
from cxrview.training.config import DataConfig

if TYPE_CHECKING:
    from cxrview.training.sources import Item

MOST_TRIED = 5000  # file names that a pattern is tried on
MOST_SHOWN = 3  # examples of what it finds


@dataclass(frozen=True, slots=True)
class Survey:
    """The files, and the images by class in the natural order of the classes' names."""

    items: tuple["Item", ...]
    classes: dict[str, tuple[Path, ...]] = field(default_factory=dict)

    @property
    def sides(self) -> frozenset[str]:
        """The sides of the split that the data give: of "train", "validation", "test"; maybe none."""
        return frozenset(item.split for item in self.items if item.split)

    @property
    def grouped(self) -> int:
        """How many images come with the name of their patient or group."""
        return sum(bool(item.group) for item in self.items)

    @property
    def several(self) -> int:
        """How many images have more or fewer labels than one."""
        return sum(len(item.labels) != 1 for item in self.items)


def survey(config: DataConfig, _report: Report) -> Survey:
    """Return what stands at `config.path`, without what is to be left out. Raises BadRequest."""
    from cxrview.imaging.find import natural_key
    from cxrview.training.sources import find_items

    items = find_items(config)
    classes: dict[str, list[Path]] = {}
    for item in items:
        for label in item.labels:
            classes.setdefault(label, []).append(item.path)
    names = sorted(classes, key=natural_key)
    return Survey(tuple(items), {name: tuple(classes[name]) for name in names})


@dataclass(frozen=True, slots=True)
class Patients:
    """What a pattern finds in file names. `examples` pairs a name with its patient, "" for none."""

    problem: str = ""
    tried: int = 0
    matched: int = 0
    groups: int = 0
    largest: int = 0
    examples: tuple[tuple[str, str], ...] = ()


def find_patients(pattern: str, names: tuple[str, ...], _report: Report) -> Patients:
    """Return what `pattern` finds in `names`, which are file names without folders."""
    from cxrview.training.sources import patient_pattern

    try:
        compiled = patient_pattern(DataConfig(group_pattern=pattern))
    except BadRequest as error:
        return Patients(str(error))
    if compiled is None:
        return Patients()
    tried = names[:MOST_TRIED]
    found = [(match and match[1]) or "" for match in map(compiled.search, tried)]
    groups = Counter(patient for patient in found if patient)
    pairs = list(zip(tried, found, strict=True))
    shown = [pair for pair in pairs if pair[1]][:MOST_SHOWN] + [pair for pair in pairs if not pair[1]][:1]
    largest = max(groups.values(), default=0)
    return Patients("", len(tried), sum(groups.values()), len(groups), largest, tuple(shown))


def pattern_of(file: str) -> str:
    """Return the entry of `DataConfig.exclude` that means `file` and no other."""
    return re.sub(r"([*?\[])", r"[\1]", file)


def file_of(pattern: str) -> str:
    """Return the file that `pattern_of` made an entry of; another pattern as it is."""
    return re.sub(r"\[([*?\[])\]", r"\1", pattern)


def short_name(file: str) -> str:
    """Return `file`, or of a long path the last folder and the name."""
    parts = Path(file).parts
    return file if len(parts) <= 2 else "/".join(("…", *parts[-2:]))
