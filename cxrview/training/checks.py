"""The findings about single images and about classes; each function looks at one thing."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cxrview.training.data_report import Finding
from cxrview.training.dataset import LabelledImages, Split
from cxrview.training.duplicates import Pair
from cxrview.training.reading import Facts, Inputs
from cxrview.training.sources import Item

BLANK = 8.0  # grey levels of 255 between the percentiles; a radiograph has more than a hundred
FEW = 20  # images of a class
FEW_TO_JUDGE = 10  # images of a class for choosing or for the last word
IMBALANCE = 4.0
SMALL = 0.5  # of the input's side
SIDES = ("train", "validation", "test")
WORDS = {"train": "training", "validation": "validation", "test": "test"}


def count(number: int, one: str = "image", many: str = "") -> str:
    """Return "1 image" or "3 images"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def is_blank(fact: Facts) -> bool:
    """Return whether there is (nearly) nothing in the picture."""
    return fact.spread < BLANK


def file_findings(inputs: Inputs, size: int, where: str = "") -> list[Finding]:
    """Return what is odd about single files. `where` names the collection if it is not the main one."""
    items, facts = inputs.items, inputs.facts
    place = f" of the {where}" if where else ""
    found = []
    if inputs.failures:
        first = next(iter(inputs.failures.values()))
        are = "is" if len(inputs.failures) == 1 else "are"
        text = f"{count(len(inputs.failures), 'file')}{place} cannot be read and {are} left out: {first}"
        found.append(Finding("unreadable", "warning", text, tuple(inputs.failures), dict(inputs.failures)))

    def about(kind: str, severity: str, chosen: Sequence[bool], sentence: str) -> None:
        files = tuple(item.file for item, taken in zip(items, chosen, strict=True) if taken)
        if files:
            found.append(Finding(kind, severity, f"{count(len(files))}{place} {sentence}", files))

    about(
        "blank", "warning", [is_blank(fact) for fact in facts], "without contrast left out: nothing is seen."
    )
    about("not-finite", "warning", [fact.holes for fact in facts], "with pixels that are not finite numbers.")
    about(
        "multi-frame", "info", [fact.frames > 1 for fact in facts], "with several frames; the first is used."
    )
    small = [max(fact.height, fact.width) < SMALL * size for fact in facts]
    about("small", "warning", small, f"much smaller than the model's input of {size} pixels a side.")
    return found


def class_findings(data: LabelledImages, exclusive: bool) -> list[Finding]:
    """Return what stands out in the numbers of images by class."""
    amounts = data.targets.sum(axis=0, dtype=np.int64)
    filled = {name: int(n) for name, n in zip(data.class_names, amounts, strict=True) if n}
    if len(filled) < 2 and (exclusive or not filled):
        only = f"only the class “{next(iter(filled))}”" if filled else "no class at all"
        text = f"There is {only}; a model needs at least two to tell apart."
        return [Finding("one-class", "block", text)]
    found = []
    if empty := [name for name in data.class_names if name not in filled]:
        text = f"There are no images of {_quoted(empty)}, which the model is to know."
        found.append(Finding("empty-class", "block", text, (), {"classes": empty}))
    few = {name: n for name, n in filled.items() if n < FEW}
    if few:
        text = f"Of {_quoted(list(few))} there are fewer than {FEW} images; expect no reliable model."
        found.append(Finding("few-images", "warning", text, (), few))
    most, least = max(filled, key=filled.__getitem__), min(filled, key=filled.__getitem__)
    if filled[most] > IMBALANCE * filled[least]:
        text = (
            f"There are {filled[most]:,} images of “{most}” and {filled[least]:,} of “{least}”; "
            "keep the classes balanced in training."
        )
        found.append(Finding("imbalance", "warning", text, (), filled))
    return found


def _quoted(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def duplicate_findings(pairs: Sequence[Pair], items: Sequence[Item]) -> list[Finding]:
    """Return notes on images that are there twice, and a stop where the copies have different classes."""
    found = []
    for exact, kind, words in (
        (True, "exact-duplicate", "of the same pixels"),
        (False, "near-duplicate", "of versions of one picture"),
    ):
        chosen = [pair for pair in pairs if pair.exact is exact]
        if chosen:
            text = f"{count(len(chosen), 'pair')} {words}, kept together where the images are split here."
            found.append(Finding(kind, "info", text, _files(chosen, items), _listed(chosen, items)))
    torn = [pair for pair in pairs if set(items[pair.first].labels) != set(items[pair.second].labels)]
    if torn:
        one, other = (items[index] for index in (torn[0].first, torn[0].second))
        text = (
            f"{count(len(torn), 'picture')} in two classes, such as {one.file} ({'|'.join(one.labels)}) and "
            f"{other.file} ({'|'.join(other.labels)})."
        )
        found.append(Finding("label-conflict", "block", text, _files(torn, items), _listed(torn, items)))
    return found


def _files(pairs: Sequence[Pair], items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items[i].file for pair in pairs for i in (pair.first, pair.second)))


def _listed(pairs: Sequence[Pair], items: Sequence[Item]) -> dict[str, list[list[str | float]]]:
    return {"pairs": [[items[p.first].file, items[p.second].file, p.likeness] for p in pairs]}


def patient_findings(items: Sequence[Item], groups: NDArray[np.str_]) -> list[Finding]:
    """Return a stop if a patient, as the data name them, has images of different classes."""
    classes: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for item, group in zip(items, groups.tolist(), strict=True):
        classes[group].add(tuple(sorted(item.labels)))
    torn = {group for group, combinations in classes.items() if len(combinations) > 1}
    if not torn:
        return []
    files = tuple(item.file for item, group in zip(items, groups.tolist(), strict=True) if group in torn)
    have = "patient or group has" if len(torn) == 1 else "patients or groups have"
    text = (
        f"{len(torn)} {have} images of different classes; that is right if somebody fell ill or recovered "
        "between two images, and otherwise a label is wrong."
    )
    return [Finding("patient-conflict", "block", text, files, {"groups": sorted(torn)})]


def leak_findings(
    items: Sequence[Item], groups: NDArray[np.str_], pairs: Sequence[Pair], split: Split
) -> list[Finding]:
    """Return a stop if a given split has a patient, or versions of one picture, on two sides."""
    side = np.full(len(items), -1)
    for number, indices in enumerate((split.train, split.validation, split.test)):
        side[indices] = number
    found = []
    sides: dict[str, set[int]] = defaultdict(set)
    for group, number in zip(groups.tolist(), side.tolist(), strict=True):
        sides[group].add(number)
    torn = {group for group, numbers in sides.items() if len(numbers) > 1}
    if torn:
        files = tuple(item.file for item, group in zip(items, groups.tolist(), strict=True) if group in torn)
        have = "patient or group has" if len(torn) == 1 else "patients or groups have"
        text = f"{len(torn)} {have} images on two sides of the split: the figures will be too good."
        found.append(Finding("leak-patient", "block", text, files, {"groups": sorted(torn)}))
    crossing = [pair for pair in pairs if side[pair.first] != side[pair.second]]
    if crossing:
        text = (
            f"{count(len(crossing), 'picture')} on two sides of the split, in two versions: the figures will "
            "be too good."
        )
        found.append(
            Finding("leak-duplicate", "block", text, _files(crossing, items), _listed(crossing, items))
        )
    return found


def split_findings(data: LabelledImages, split: Split) -> list[Finding]:
    """Return what a side of the split lacks."""
    found = []
    present = class_counts(data.targets, data.class_names)
    for side, indices in zip(SIDES, (split.train, split.validation, split.test), strict=True):
        amounts = class_counts(data.targets[indices], data.class_names)
        lacking = [name for name in data.class_names if present[name] and not amounts[name]]
        if lacking and (side == "train" or len(indices)):
            text = f"For {WORDS[side]} there are no images of {_quoted(lacking)}."
            severity = "block" if side == "train" else "warning"
            found.append(Finding("class-missing", severity, text, (), {"side": side, "classes": lacking}))
        few = {name: n for name, n in amounts.items() if 0 < n < FEW_TO_JUDGE}
        if few and side != "train":
            text = f"For {WORDS[side]} there are fewer than {FEW_TO_JUDGE} images of {_quoted(list(few))}."
            found.append(Finding("few-to-judge", "warning", text, (), {"side": side, **few}))
    return found


def overlap_findings(
    items: Sequence[Item], foreign: Sequence[Item], links: Sequence[tuple[int, int, float]]
) -> list[Finding]:
    """Return a warning if images of other hospitals, `foreign`, are among those to learn from.

    `links` holds indices into `items` and `foreign`, and the likeness.
    """
    own = {item.group for item in items if item.group}
    shared = tuple(item.file for item in foreign if item.group in own)
    found = []
    if links:
        files = tuple(dict.fromkeys(foreign[other].file for _, other, _ in links))
        details = {"pairs": [[items[i].file, foreign[j].file, likeness] for i, j, likeness in links]}
        text = (
            f"{count(len(files))} of the external collection also among those to learn from, "
            "in the same or another version, left out: they judge nothing."
        )
        found.append(Finding("external-duplicate", "warning", text, files, details))
    if shared:
        text = f"{count(len(shared))} of the external collection of patients or groups to learn from."
        found.append(Finding("external-patient", "warning", text, shared))
    return found


def side_counts(data: LabelledImages, split: Split) -> dict[str, dict[str, int]]:
    """Return the number of images by side and class."""
    return {
        side: class_counts(data.targets[indices], data.class_names)
        for side, indices in zip(SIDES, (split.train, split.validation, split.test), strict=True)
    }


def class_counts(targets: NDArray[np.uint8], names: Sequence[str]) -> dict[str, int]:
    """Return the number of images by class; those of none under "–", if there are any."""
    amounts = {name: int(n) for name, n in zip(names, targets.sum(axis=0, dtype=np.int64), strict=True)}
    without = int((~targets.any(axis=1)).sum())
    return amounts | ({"–": without} if without else {})


def size_facts(facts: Sequence[Facts]) -> Mapping[str, int]:
    """Return smallest, middle and largest of the images' longer sides."""
    sides = sorted(max(fact.height, fact.width) for fact in facts)
    return {"smallest": sides[0], "median": sides[len(sides) // 2], "largest": sides[-1]} if sides else {}


def formats(facts: Sequence[Facts]) -> dict[str, int]:
    """Return how many files there are of each kind."""
    return dict(Counter(fact.format for fact in facts).most_common())
