"""What can be done about a finding of the data report: a table of its kinds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cxrview.i18n import tr, trn
from cxrview.training.config import TrainingConfig

EXCLUDE = "exclude"
SPLIT_ANEW = "split-anew"
GROUP = "group"
BALANCE = "balance"
NO_TEST = "no-test"
VARY = "vary"
SINGLE = frozenset({"unreadable", "blank", "not-finite", "multi-frame", "small"})
COPIES = frozenset({"exact-duplicate", "near-duplicate"})
TORN = frozenset({"label-conflict", "patient-conflict"})
LEAKS = frozenset({"leak-patient", "leak-duplicate"})
RANK = {"train": 0, "validation": 1, "test": 2}


@dataclass(frozen=True, slots=True)
class Fix:
    """Something to press. `files` are those that EXCLUDE leaves out; `tip` says what follows."""

    action: str
    text: str
    tip: str = ""
    files: tuple[str, ...] = ()


def fixes(finding: Mapping[str, Any], config: TrainingConfig, side_of: Mapping[str, str]) -> list[Fix]:
    """Return what helps against `finding`, the gentlest first. `side_of` gives each file's side, or ""."""
    kind, files = finding["kind"], tuple(finding["files"])
    if kind in SINGLE:
        return [_exclude(files, tr("Leave out"))]
    if kind in COPIES:
        return [_exclude(_copies(finding), tr("Leave the copies out"))]
    if kind in TORN:
        return [_exclude(files, tr("Leave these images out"))]
    if kind in LEAKS:
        lower = _lower_sides(finding, side_of)
        return [_split_anew(), *([_exclude(lower, tr("Leave out on one side"))] if lower else [])]
    if kind == "class-missing" and any(side_of.values()):
        return [_split_anew()]
    return _choices(finding, config)


def _choices(finding: Mapping[str, Any], config: TrainingConfig) -> list[Fix]:
    """Return what changes the recipe or the split instead of the files."""
    kind = finding["kind"]
    if kind == "imbalance" and config.recipe.balance == "none":
        tip = tr("Each class is shown equally often in training.")
        return [Fix(BALANCE, tr("Balance the classes"), tip)]
    if kind == "one-patient":
        return [Fix(GROUP, tr("Find patients by file name…"), "")]
    if kind == "too-few" and config.data.test > 0:
        tip = tr("Without test images nothing says how good the model is with images that it has not seen.")
        return [Fix(NO_TEST, tr("Go without test images"), tip)]
    if kind == "confounded" and config.augmentation.source < 1:
        tip = tr(
            "Training images get random changes of sharpness, grey scale and surroundings that hide "
            "where they are from. It makes the attribute "
            "harder to learn from; it does not make the data better."
        )
        return [Fix(VARY, tr("Hide the source in training"), tip)]
    return []


def settled(finding: Mapping[str, Any], config: TrainingConfig) -> str:
    """Return what the recipe does already about `finding`, in one sentence, or ""."""
    if finding["kind"] == "imbalance" and config.recipe.balance != "none":
        return tr("The recipe balances the classes in training.")
    if finding["kind"] == "confounded" and config.augmentation.source >= 1:
        return tr("The recipe hides the source in training.")
    return ""


def _exclude(files: tuple[str, ...], words: str) -> Fix:
    count = trn("{count} file", "{count} files", len(files)).format(count=len(files))
    tip = tr("They stay where they are on the disk, and can be taken back below.")
    return Fix(EXCLUDE, f"{words} ({count})", tip, files)


def _split_anew() -> Fix:
    tip = tr("Training, validation and test are dealt anew; patients and copies are kept together.")
    return Fix(SPLIT_ANEW, tr("Split anew"), tip)


def _copies(finding: Mapping[str, Any]) -> tuple[str, ...]:
    """Return all but the first of each set of files that are versions of one picture."""
    first: dict[str, str] = {}

    def root(file: str) -> str:
        while first.get(file, file) != file:
            file = first[file]
        return file

    for one, other, *_ in finding["details"].get("pairs", ()):
        keep, copy = root(one), root(other)
        if keep != copy:
            first[copy] = keep
    return tuple(file for file in finding["files"] if root(file) != file)


def _lower_sides(finding: Mapping[str, Any], side_of: Mapping[str, str]) -> tuple[str, ...]:
    """Return the files on the side nearer to training, so that what judges the model stays."""

    def rank(file: str) -> int:
        return RANK.get(side_of.get(file, ""), len(RANK))

    if pairs := finding["details"].get("pairs"):
        lower = [min(pair[:2], key=rank) for pair in pairs]
        return tuple(dict.fromkeys(file for file in lower if rank(file) < len(RANK)))
    lowest = min(map(rank, finding["files"]), default=len(RANK))
    return tuple(file for file in finding["files"] if rank(file) == lowest < len(RANK))
