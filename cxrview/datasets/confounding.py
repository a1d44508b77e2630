"""Does something beside the picture tell the class: the maker, the view, the size, the collection?"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cxrview.datasets.decoded import Facts
from cxrview.datasets.finding_texts import ATTRIBUTES, CONFOUNDED
from cxrview.datasets.report import Finding
from cxrview.datasets.sources import Item

ALARM = 0.25  # of the way from chance to certainty
SIGNIFICANT = 0.01
REPEATS = 199
FOLDS = 5
MAX_VALUES = 200  # of an attribute that are told apart; rarer ones count as one
MIN_IMAGES = 12
OF_FILE = ("source", "format", "suffix", "size")  # attributes; the others are of the acquisition


def attributes(items: Sequence[Item], facts: Sequence[Facts]) -> dict[str, list[str]]:
    """Return what is known of each file beside its picture, by a key of ATTRIBUTES, where it is not all the
    same.
    """
    known = {
        attribute: [fact.acquisition.get(attribute, "") for fact in facts]
        for attribute in ATTRIBUTES
        if attribute not in OF_FILE
    }
    known["source"] = [item.source for item in items]
    known["format"] = [fact.format for fact in facts]
    known["suffix"] = [item.path.suffix.lower() for item in items]
    known["size"] = [f"{fact.width} × {fact.height}" for fact in facts]
    return {attribute: values for attribute, values in known.items() if len(set(values)) > 1}


def confounded(
    known: Mapping[str, Sequence[str]], labels: NDArray[np.int64], groups: NDArray[np.str_], seed: int = 0
) -> list[Finding]:
    """Return a warning for each attribute that by itself tells the class much better than chance.

    `labels` (N,) index the classes; an attribute's value is held to speak for the class that is most
    frequent with it, relative to the size of the class, in the other folds of groups. Judged by balanced
    accuracy, against labels dealt anew.
    """
    labels = np.unique(labels, return_inverse=True)[1]
    classes = int(labels.max()) + 1 if len(labels) else 0
    if classes < 2 or len(labels) < MIN_IMAGES:
        return []
    random = np.random.default_rng(seed)
    fold = random.permutation(np.arange(len(labels)) % FOLDS)[np.unique(groups, return_inverse=True)[1]]
    findings = []
    for attribute, values in known.items():
        codes = _codes(values)
        accuracy = _balanced_accuracy(codes, labels, fold, classes)
        if (accuracy - 1 / classes) / (1 - 1 / classes) < ALARM:
            continue
        chance = [
            _balanced_accuracy(codes, random.permutation(labels), fold, classes) for _ in range(REPEATS)
        ]
        p = (1 + sum(other >= accuracy for other in chance)) / (1 + REPEATS)
        if p <= SIGNIFICANT:
            findings.append(_finding(attribute, values, accuracy, classes, p))
    return findings


def _codes(values: Sequence[str]) -> NDArray[np.int64]:
    """Return numbers for the values, the frequent ones first; all beyond MAX_VALUES get the same."""
    _, codes, counts = np.unique(np.array(values), return_inverse=True, return_counts=True)
    rank = np.empty(len(counts), np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return np.minimum(rank[codes], MAX_VALUES)


def _balanced_accuracy(
    codes: NDArray[np.int64], labels: NDArray[np.int64], fold: NDArray[np.int64], classes: int
) -> float:
    """Return the mean share of each class that is told from `codes`, each fold from the others."""
    right = np.zeros(classes)
    for held in range(FOLDS):
        learnt, asked = fold != held, fold == held
        table = np.zeros((int(codes.max()) + 1, classes))
        np.add.at(table, (codes[learnt], labels[learnt]), 1)
        table /= np.maximum(table.sum(axis=0), 1)
        # A value not seen before says nothing: each class gets its share of such guesses.
        answers = table[codes[asked]]
        best = answers == answers.max(axis=1, keepdims=True)
        guess = best[np.arange(asked.sum()), labels[asked]] / best.sum(axis=1)
        np.add.at(right, labels[asked], guess)
    return float((right / np.bincount(labels, minlength=classes)).mean())


def _finding(attribute: str, values: Sequence[str], accuracy: float, classes: int, p: float) -> Finding:
    title = ATTRIBUTES[attribute]
    message = CONFOUNDED(attribute=title, accuracy=round(100 * accuracy), chance=round(100 / classes))
    details = {
        "attribute": str(title),
        "values": len(set(values)),
        "balanced_accuracy": round(accuracy, 4),
        "chance": round(1 / classes, 4),
        "p": round(p, 4),
    }
    return Finding("confounded", "warning", message, details=details)
