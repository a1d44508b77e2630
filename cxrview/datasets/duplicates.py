"""Images that are there twice: the same pixels, or another version of the same picture."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview import bundle
from cxrview.anatomy import Film, LungFinder, framed
from cxrview.bundle.card import LUNGS
from cxrview.datasets import messages
from cxrview.datasets.decoded import Facts
from cxrview.datasets.similarity import SAME, PairComparison, direction_histogram
from cxrview.errors import CxrviewError
from cxrview.inference import contract
from cxrview.progress import Report, silent

BY_MODEL = 8  # neighbours that are compared with each image
BY_EDGES = 3  # besides
BY_EDGES_ALONE = 20  # where the model is not asked
MODEL_FROM = 150  # images that are worth waiting for the model
BLOCK = 1024  # rows of the matrix of similarities at a time
BATCH = 16
CHUNK = 64  # pairs between two reports


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two images, `first` < `second`; `similarity` is 1 for the same pixels, otherwise a correlation."""

    first: int
    second: int
    similarity: float
    exact: bool


def exact_pairs(facts: Sequence[Facts]) -> list[DuplicatePair]:
    """Return each image with the first one before it that has the same pixels or the same model input.

    A DICOM image and its lossless export have the same pixels.
    """
    seen: dict[str, int] = {}
    pairs = []
    for index, fact in enumerate(facts):
        before = [seen[key] for key in (fact.pixels, fact.input) if key in seen]
        if before:
            pairs.append(DuplicatePair(min(before), index, 1.0, True))
        for key in (fact.pixels, fact.input):
            seen.setdefault(key, index)
    return pairs


def near_pairs(
    images: Sequence[NDArray[np.uint8]],
    fingerprints: Sequence[NDArray[np.uint8]],
    facts: Sequence[Facts],
    report: Report = silent,
) -> list[DuplicatePair]:
    """Return the pairs of N `images`, (S, S) or framed (S, S, 3), that are versions of one picture.

    Those of the same pixels are not among them. `fingerprints` are as `similarity.fingerprint` gives them.
    Nearest neighbours by the edges' directions, and where there are many images by the bundled model's
    embedding, are registered and compared. Pictures too small to be told apart are not looked at. `report`
    may raise Cancelled.
    """
    first_of = {pair.second: pair.first for pair in exact_pairs(facts)}
    chosen = [i for i, fact in enumerate(facts) if fact.comparable and i not in first_of]
    if len(chosen) < 2:
        return []
    candidates = _candidates(images, fingerprints, chosen, report)
    return _confirmed(
        PairComparison(fingerprints), candidates, lambda done, doing: report(0.5 + done / 2, doing)
    )


def _candidates(
    images: Sequence[NDArray[np.uint8]],
    fingerprints: Sequence[NDArray[np.uint8]],
    chosen: Sequence[int],
    report: Report,
) -> list[tuple[int, int]]:
    embeddings = None
    if len(chosen) >= MODEL_FROM:
        embeddings = _embeddings(images, chosen, lambda done, doing: report(done / 2, doing))
    histograms = np.stack([direction_histogram(fingerprints[index]) for index in chosen])
    near = neighbours(histograms, BY_EDGES_ALONE if embeddings is None else BY_EDGES)
    if embeddings is not None:
        near |= neighbours(embeddings, BY_MODEL)
    return sorted((chosen[one], chosen[other]) for one, other in near)


def neighbours(vectors: NDArray[np.float32], count: int) -> set[tuple[int, int]]:
    """Return each of the `vectors` (N, D) with its `count` nearest by the angle from their mean, i < j."""
    centred = vectors - vectors.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True) + 1e-9
    count = min(count, len(vectors) - 1)
    found: set[tuple[int, int]] = set()
    for start in range(0, len(centred), BLOCK):
        similarity = centred[start : start + BLOCK] @ centred.T
        rows = np.arange(len(similarity))
        similarity[rows, start + rows] = -np.inf
        nearest = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
        for row, others in zip(rows, nearest, strict=True):
            one = start + int(row)
            found.update((min(one, int(other)), max(one, int(other))) for other in others)
    return found


def _embeddings(
    images: Sequence[NDArray[np.uint8]], chosen: Sequence[int], report: Report
) -> NDArray[np.float32] | None:
    """Return the bundled model's embeddings of the images at `chosen`, None if it cannot be used."""
    try:
        folder = bundle.find("")
        engine = contract.choose(folder).engine
        card = bundle.load(folder).card
        finder = LungFinder.load() if card.frame == LUNGS else None
        parts = []
        for start in range(0, len(chosen), BATCH):
            report(start / len(chosen), messages.FINDING_NEAR_DUPLICATES)
            squares = [images[index] for index in chosen[start : start + BATCH]]
            batch = _given(squares, card.input_size, finder)
            parts.append(engine.predict(np.stack(batch))["embedding"])
    except CxrviewError:
        return None  # the histograms still find most
    return np.concatenate(parts)


def _given(
    squares: Sequence[NDArray[np.uint8]], size: int, finder: LungFinder | None
) -> list[NDArray[np.uint8]]:
    """Return what the model is given of each square, framed by what `finder` finds if it reads lungs.

    Squares that are framed already are taken as they are.
    """
    if squares[0].ndim == 3:
        return [_sized(square[..., 0] if finder is None else square[..., :2], size) for square in squares]
    if finder is None:
        return [_sized(square, size) for square in squares]
    films = [Film(np.array(square), *square.shape) for square in squares]
    found = zip(films, finder.find(films), strict=True)
    return [framed(film, anatomy, size)[0] for film, anatomy in found]


def _sized(image: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    way = cv2.INTER_AREA if len(image) > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (size, size), interpolation=way), dtype=np.uint8)


def _confirmed(
    comparison: PairComparison, candidates: list[tuple[int, int]], report: Report
) -> list[DuplicatePair]:
    executor = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        pairs = []
        similarities = executor.map(lambda pair: comparison.similarity(*pair), candidates)
        for done, ((one, other), similarity) in enumerate(zip(candidates, similarities, strict=True)):
            if similarity >= SAME:
                pairs.append(DuplicatePair(one, other, round(similarity, 3), False))
            if done % CHUNK == 0:
                report(done / len(candidates), messages.COMPARING_NEAR_DUPLICATES)
        return pairs
    finally:
        executor.shutdown(cancel_futures=True)


def clusters(count: int, links: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Return for each of `count` images the smallest index that `links` lead to, (count,)."""
    parent = np.arange(count)

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = int(parent[index])
        return index

    for one, other in links:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return np.array([root(index) for index in range(count)], np.int64)
