"""The findings about single images and about classes; each function looks at one thing."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cxrview.datasets import finding_texts as texts
from cxrview.datasets.config import DataConfig
from cxrview.datasets.decoded import Facts, Inputs
from cxrview.datasets.duplicates import DuplicatePair
from cxrview.datasets.finding_texts import quoted
from cxrview.datasets.labelled import LabelledImages, Split
from cxrview.datasets.report import Finding
from cxrview.datasets.sources import Item, empty_folders, unread_patients
from cxrview.imaging.passed_over import PassedOver
from cxrview.message import NOTHING, Message

BLANK = 8.0  # grey levels of 255 between the percentiles; a radiograph has more than a hundred
FEW = 20  # images of a class
FEW_TO_JUDGE = 10  # images of a class for choosing or for the last word
IMBALANCE = 4.0
SMALL = 0.5  # of the input's side
MANY_OF_SEVERAL = 0.2  # of all images
SIDES = ("train", "validation", "test")


def is_blank(fact: Facts) -> bool:
    """Return whether there is (nearly) nothing in the picture."""
    return fact.spread < BLANK


def file_findings(inputs: Inputs, size: int, place: Message = NOTHING) -> list[Finding]:
    """Return what is odd about single files. `place` names the collection if it is not the main one."""
    items, facts = inputs.items, inputs.facts
    found = []
    if bad := dict(inputs.failures):
        message = texts.UNREADABLE(place=place, count=len(bad), first=next(iter(bad.values())))
        details = {file: str(problem) for file, problem in bad.items()}
        found.append(Finding("unreadable", "warning", message, tuple(bad), details, bad))

    def about(kind: str, severity: str, chosen: Sequence[bool], message: Message, **more: int) -> None:
        files = tuple(item.file for item, taken in zip(items, chosen, strict=True) if taken)
        if files:
            found.append(Finding(kind, severity, message(place=place, count=len(files), **more), files))

    about("blank", "warning", [is_blank(fact) for fact in facts], texts.BLANK)
    about("not-finite", "warning", [fact.holes for fact in facts], texts.HOLES)
    about("multi-frame", "info", [fact.frames > 1 for fact in facts], texts.FRAMES)
    small = [max(fact.height, fact.width) < SMALL * size for fact in facts]
    about("small", "warning", small, texts.SMALLER, size=size)
    about("no-lungs", "warning", [not fact.lungs for fact in facts], texts.NO_LUNGS)
    return found


def source_findings(config: DataConfig, names: Sequence[str], passed: PassedOver) -> list[Finding]:
    """Return what stands at the place of the images and is not read. `names` are the classes with images.

    `passed` knows what was passed over.
    """
    found = [Finding("passed-over", "info", message) for message in passed.messages]
    if empty := empty_folders(config, names):
        message = texts.EMPTY_FOLDERS(count=len(empty), classes=quoted(empty))
        found.append(Finding("empty-folder", "warning", message))
    if column := unread_patients(config):
        found.append(Finding("unread-patients", "warning", texts.UNREAD_PATIENTS(column=column)))
    return found


def class_findings(data: LabelledImages, exclusive: bool) -> list[Finding]:
    """Return what stands out in the numbers of images by class."""
    amounts = data.targets.sum(axis=0, dtype=np.int64)
    filled = {name: int(n) for name, n in zip(data.class_names, amounts, strict=True) if n}
    if len(filled) < 2 and (exclusive or not filled):
        if not filled:
            return [Finding("one-class", "block", texts.NO_CLASS_AT_ALL)]
        return [Finding("one-class", "block", texts.ONE_CLASS(name=next(iter(filled))))]
    found = []
    if empty := [name for name in data.class_names if name not in filled]:
        message = texts.EMPTY_CLASS(classes=quoted(empty))
        found.append(Finding("empty-class", "block", message, details={"classes": empty}))
    few = {name: n for name, n in filled.items() if n < FEW}
    if few:
        message = texts.FEW_IMAGES(classes=quoted(list(few)), least=FEW)
        found.append(Finding("few-images", "warning", message, details=few))
    most, least = max(filled, key=filled.__getitem__), min(filled, key=filled.__getitem__)
    if filled[most] > IMBALANCE * filled[least]:
        message = texts.IMBALANCE(most=most, many=filled[most], least=least, few=filled[least])
        found.append(Finding("imbalance", "warning", message, details=dict(filled)))
    return found


def several_findings(data: LabelledImages) -> list[Finding]:
    """Return a note on images with several of classes that exclude each other, a warning if they are many."""
    files = tuple(data.files[data.several].tolist())
    if not files:
        return []
    severity = "warning" if len(files) > MANY_OF_SEVERAL * len(data) else "info"
    return [Finding("one-of-several", severity, texts.ONE_OF_SEVERAL(count=len(files)), files)]


def duplicate_findings(
    pairs: Sequence[DuplicatePair], items: Sequence[Item], exclusive: bool = False
) -> list[Finding]:
    """Return notes on images that are there twice, and a stop where the copies have different classes.

    Where classes are `exclusive`, several mean one of these, which one of them does not contradict.
    """
    found = []
    for exact, kind, message in (
        (True, "exact-duplicate", texts.EXACT),
        (False, "near-duplicate", texts.NEAR),
    ):
        chosen = [pair for pair in pairs if pair.exact is exact]
        if chosen:
            files, listed = _files(chosen, items), _listed(chosen, items)
            found.append(Finding(kind, "info", message(count=len(chosen)), files, listed))
    torn = [
        pair
        for pair in pairs
        if _contradict(set(items[pair.first].labels), set(items[pair.second].labels), exclusive)
    ]
    if torn:
        one, other = (items[index] for index in (torn[0].first, torn[0].second))
        said = texts.TORN(
            count=len(torn),
            one=one.file,
            one_class="|".join(one.labels),
            other=other.file,
            other_class="|".join(other.labels),
        )
        files, listed = _files(torn, items), _listed(torn, items)
        found.append(Finding("label-conflict", "block", said, files, listed))
    return found


def _contradict(one: set[str], other: set[str], exclusive: bool) -> bool:
    return not one & other if exclusive else one != other


def _files(pairs: Sequence[DuplicatePair], items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items[i].file for pair in pairs for i in (pair.first, pair.second)))


def _listed(pairs: Sequence[DuplicatePair], items: Sequence[Item]) -> dict[str, list[list[str | float]]]:
    return {"pairs": [[items[p.first].file, items[p.second].file, p.similarity] for p in pairs]}


def patient_findings(items: Sequence[Item], groups: NDArray[np.str_]) -> list[Finding]:
    """Return a stop if a patient, as the data name them, has images of different classes.

    Of an image with several it is not known which it has.
    """
    classes: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for item, group in zip(items, groups.tolist(), strict=True):
        if len(item.labels) < 2:
            classes[group].add(item.labels)
    torn = {group for group, combinations in classes.items() if len(combinations) > 1}
    if not torn:
        return []
    files = tuple(item.file for item, group in zip(items, groups.tolist(), strict=True) if group in torn)
    details = {"groups": sorted(torn)}
    return [Finding("patient-conflict", "block", texts.TORN_PATIENTS(count=len(torn)), files, details)]


def leak_findings(
    items: Sequence[Item], groups: NDArray[np.str_], pairs: Sequence[DuplicatePair], split: Split
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
        details = {"groups": sorted(torn)}
        message = texts.LEAKING_PATIENTS(count=len(torn))
        found.append(Finding("leak-patient", "block", message, files, details))
    crossing = [pair for pair in pairs if side[pair.first] != side[pair.second]]
    if crossing:
        files, listed = _files(crossing, items), _listed(crossing, items)
        message = texts.LEAKING_COPIES(count=len(crossing))
        found.append(Finding("leak-duplicate", "block", message, files, listed))
    return found


def split_findings(data: LabelledImages, split: Split) -> list[Finding]:
    """Return what a side of the split lacks."""
    found = []
    present = class_counts(data.targets, data.class_names)
    for side, indices in zip(SIDES, (split.train, split.validation, split.test), strict=True):
        amounts = class_counts(data.targets[indices], data.class_names)
        lacking = [name for name in data.class_names if present[name] and not amounts[name]]
        if lacking and (side == "train" or len(indices)):
            severity = "block" if side == "train" else "warning"
            details = {"side": side, "classes": lacking}
            message = texts.LACKING[side](classes=quoted(lacking))
            found.append(Finding("class-missing", severity, message, details=details))
        few = {name: n for name, n in amounts.items() if 0 < n < FEW_TO_JUDGE}
        if few and side != "train":
            message = texts.FEW_ON[side](classes=quoted(list(few)), least=FEW_TO_JUDGE)
            found.append(Finding("few-to-judge", "warning", message, details={"side": side, **few}))
    return found


def overlap_findings(
    items: Sequence[Item], foreign: Sequence[Item], links: Sequence[tuple[int, int, float]]
) -> list[Finding]:
    """Return a warning if images of other hospitals, `foreign`, are among those to learn from.

    `links` holds indices into `items` and `foreign`, and the similarity.
    """
    own = {item.group for item in items if item.group}
    shared = tuple(item.file for item in foreign if item.group in own)
    found = []
    if links:
        files = tuple(dict.fromkeys(foreign[other].file for _, other, _ in links))
        details = {"pairs": [[items[i].file, foreign[j].file, similarity] for i, j, similarity in links]}
        message = texts.FOREIGN_COPIES(count=len(files))
        found.append(Finding("external-duplicate", "warning", message, files, details))
    if shared:
        message = texts.FOREIGN_PATIENTS(count=len(shared))
        found.append(Finding("external-patient", "warning", message, shared))
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
