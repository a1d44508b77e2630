"""Which films of a finished batch are most like another one, by what the model makes of them.

Two films are as alike as the directions of their embeddings: the cosine of the angle between these. That says
what the model takes for the same, and neither that two patients have the same disease nor that their films
look alike to a reader.
"""

import heapq
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrview.batch import messages
from cxrview.batch.store import BatchStore
from cxrview.batch.store_filter import READ, Wanted
from cxrview.errors import InvalidRequest
from cxrview.progress import Report, silent

COMPONENTS = 128  # numbers that are kept of an embedding
SAMPLE = 20_000  # films, of which the components are found
CANDIDATES = 256  # films that are compared exactly
AT_ONCE = 4096  # films in memory, whole

Embeddings = Callable[[Sequence[int]], NDArray[np.float16]]
"""Returns the embeddings, (n, D), of the films with these numbers."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A film by its number in the batch, and how like it is: a cosine, −1…1, 1 for the same embedding."""

    number: int
    likeness: float


@dataclass(frozen=True, slots=True, eq=False)
class SimilarFilms:
    """An index over N films: about 0.5 KB each, whatever the length D of an embedding.

    Embeddings of length 1 are taken less their `mean`, (D,), and projected to the `axes`, (D, P), on which
    they differ most (principal components); `reduced` is (N, P), `lengths` the squared lengths before the
    projection, (N,). All float32; `numbers` are those of the films, (N,).
    """

    numbers: NDArray[np.int64]
    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    reduced: NDArray[np.float32]
    lengths: NDArray[np.float32]

    @classmethod
    def of(
        cls, numbers: NDArray[np.int64], embeddings: Embeddings, report: Report = silent
    ) -> "SimilarFilms":
        """Return the index over the films with these `numbers`; `report` may raise Cancelled.

        Raises InvalidRequest if there are none.
        """
        if not len(numbers):
            raise InvalidRequest(messages.NO_FILM_TO_COMPARE)
        step = max(1, -(-len(numbers) // SAMPLE))
        chosen = numbers[::step]
        parts = []
        for start in range(0, len(chosen), AT_ONCE):
            report(0.4 * start / len(chosen), messages.COMPARING_FILMS)
            parts.append(_unit(embeddings(chosen[start : start + AT_ONCE].tolist())))
        sample = np.concatenate(parts)
        mean = sample.mean(axis=0)
        sample -= mean
        # Of D × D products, not of the films themselves: there are more films than numbers in an embedding.
        _sizes, vectors = np.linalg.eigh(sample.T @ sample)
        axes = np.ascontiguousarray(vectors[:, ::-1][:, :COMPONENTS])
        reduced = np.empty((len(numbers), axes.shape[1]), np.float32)
        lengths = np.empty(len(numbers), np.float32)
        for start in range(0, len(numbers), AT_ONCE):
            report(0.4 + 0.6 * start / len(numbers), messages.COMPARING_FILMS)
            place = np.s_[start : start + AT_ONCE]
            centred = _unit(embeddings(numbers[place].tolist())) - mean
            reduced[place] = centred @ axes
            lengths[place] = (centred**2).sum(axis=1)
        return cls(numbers, mean, axes, reduced, lengths)

    def find(
        self,
        embedding: NDArray[np.floating],
        embeddings: Embeddings,
        count: int = 10,
        without: Collection[int] = (),
    ) -> list[Neighbour]:
        """Return the `count` films that are most like `embedding`, (D,), the nearest first.

        Films are put in order by their reduced embeddings, and CANDIDATES of them again by the whole ones,
        which `embeddings` gives. Numbers in `without` are left out. Raises InvalidRequest if D differs.
        """
        if embedding.shape != self.mean.shape:
            raise InvalidRequest(messages.OTHER_EMBEDDING)
        whole = _unit(embedding[None])[0]
        # The square of the distance, less what is the same for all: |a|² − 2 a·b, with a·b by the components.
        far = self.lengths - 2 * (self.reduced @ ((whole - self.mean) @ self.axes))
        wanted = min(len(far), max(CANDIDATES, 4 * count) + len(without))
        nearest = np.argpartition(far, wanted - 1)[:wanted]
        numbers = [int(number) for number in self.numbers[nearest] if int(number) not in without]
        if not numbers:
            return []
        likeness = _unit(embeddings(numbers)) @ whole
        best = heapq.nlargest(count, zip(likeness.tolist(), (-number for number in numbers), strict=True))
        return [Neighbour(-number, float(value)) for value, number in best]


def index_of(store: BatchStore, report: Report = silent) -> SimilarFilms:
    """Return the index over the films of `store` that were read. Raises BatchUnusable, InvalidRequest."""
    return SimilarFilms.of(store.numbers(Wanted(status=READ)), embeddings_in(store), report)


def embeddings_in(store: BatchStore) -> Embeddings:
    """Return what gives the embeddings of films of `store`; InvalidRequest where one has none."""

    def get(numbers: Sequence[int]) -> NDArray[np.float16]:
        found = [store.embedding(number) for number in numbers]
        known = [each for each in found if each is not None]
        if len(known) < len(found) or len({len(each) for each in known}) > 1:
            raise InvalidRequest(messages.OTHER_EMBEDDING)
        return np.stack(known)

    return get


def _unit(embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return `embeddings`, (n, D), each of length 1; one that is all 0 stays so."""
    whole = embeddings.astype(np.float32)
    lengths = np.linalg.norm(whole, axis=1, keepdims=True)
    return np.asarray(whole / np.where(lengths > 0, lengths, 1), np.float32)
