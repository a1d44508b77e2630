"""How fast films are found that are like one of N, and how many of the true nearest ten are among them.

    python benchmarks/similar_films.py [--films 100000] [--length 1024] [--keep FOLDER]

The store is written as a batch writes it, with invented embeddings whose variance falls along their
principal axes as DECAY says; --store measures a batch of one's own instead. The search is that of
`cxrview.batch.similar`, with the reading of its candidates from the store; beside it, in turn and in the same
run, all embeddings in memory are compared with one matrix product. It ends with 1 if the median search takes
more than 50 ms, or if fewer than 95 % of the true ten are found.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from cxrview.batch.similar import embeddings_in, index_of
from cxrview.batch.store import BatchStore, StoredFilm
from cxrview.batch.store_filter import READ, Wanted
from cxrview.imaging import Letterbox
from cxrview.inference.prediction import Prediction

CLASSES = ("covid19", "normal", "pneumonia")
DECAY = 1.5  # the variance along the k-th axis is k to the power of minus this
LIMIT, RECALL = 50.0, 0.95  # ms, and share of the true ten
AT_ONCE, QUERIES, TEN = 1000, 40, 10


def film(number: int, embedding: NDArray[np.float32]) -> StoredFilm:
    """Return an invented film with this `embedding`."""
    path = f"/archive/patient {number // 4:06d}/IM{number:06d}.dcm"
    row = {"path": path, "frame": 1, "status": "ok", "call": "normal", "in_domain": True}
    row |= {f"p_{name}": 0.33 for name in CLASSES}
    said = Prediction(
        CLASSES, np.full(3, 0.33, np.float32), np.zeros(3, np.float32), np.zeros((3, 12, 12), np.float32),
        embedding, True, 0.5, 50.0, (), Letterbox.fit(2000, 2000, 192), (0.0, 0.0, 1.0, 1.0),
        "model", "1", "openvino", "CPU", 20.0,
    )  # fmt: skip
    return StoredFilm(row, Path(path), prediction=said)


def write(path: Path, films: int, length: int) -> None:
    """Write a batch of so many `films` with embeddings of so many numbers to `path`."""
    random = np.random.default_rng(1)
    turn = np.linalg.qr(random.normal(size=(length, length)))[0].astype(np.float32)
    spread = (np.arange(1, length + 1) ** (-DECAY / 2)).astype(np.float32)
    middle = random.normal(0, 0.1, length).astype(np.float32)
    card = SimpleNamespace(class_names=CLASSES, label=str.title, name="model", version="1", raw={})
    with BatchStore.make(path, card) as store:  # type: ignore[arg-type]  # of the card it needs no more
        for start in range(0, films, AT_ONCE):
            count = min(AT_ONCE, films - start)
            drawn = middle + (random.normal(size=(count, length)).astype(np.float32) * spread) @ turn
            store.add([film(start + place, one) for place, one in enumerate(drawn, 1)])


def in_ms(begin: float) -> float:
    """Return the milliseconds since `begin`."""
    return 1000 * (time.perf_counter() - begin)


def measure(path: Path) -> bool:
    """Print the figures of the store at `path`; return whether they are within the limits."""
    with BatchStore.open(path) as store:
        numbers, get = store.numbers(Wanted(status=READ)), embeddings_in(store)
        begin = time.perf_counter()
        index = index_of(store)
        print(f"index over {len(numbers):,} films: {in_ms(begin) / 1000:.1f} s, {_megabytes(index):.0f} MB")
        whole = np.concatenate(
            [get(numbers[s : s + AT_ONCE].tolist()) for s in range(0, len(numbers), AT_ONCE)]
        ).astype(np.float32)
        whole /= np.linalg.norm(whole, axis=1, keepdims=True)
        chosen = np.random.default_rng(2).choice(len(numbers), QUERIES, replace=False)
        quick, brute, hits = [], [], 0
        for place in chosen:
            query = whole[place].copy()
            begin = time.perf_counter()
            found = {each.number for each in index.find(query, get, TEN, {int(numbers[place])})}
            quick.append(in_ms(begin))
            begin = time.perf_counter()
            likeness = whole @ query
            likeness[place] = -2
            true = np.argpartition(-likeness, TEN)[:TEN]
            brute.append(in_ms(begin))
            hits += len(found & {int(number) for number in numbers[true]})
    recall, middle, slow = hits / (TEN * QUERIES), np.median(quick), np.median(brute)
    print(f"search: median {middle:.1f} ms, worst {max(quick):.1f} ms of {QUERIES}")
    print(f"all in memory, one product: median {slow:.1f} ms; {slow / middle:.1f} times as long")
    print(f"recall of the true ten: {recall:.3f}")
    return bool(middle <= LIMIT and recall >= RECALL)


def _megabytes(index: object) -> float:
    arrays = (getattr(index, name) for name in ("numbers", "mean", "axes", "reduced", "lengths"))
    return sum(array.nbytes for array in arrays) / 1e6


def main() -> int:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--films", type=int, default=100_000)
    parser.add_argument("--length", type=int, default=1024, help="numbers of an embedding")
    parser.add_argument("--keep", type=Path, help="a folder in which the store is written and stays")
    parser.add_argument("--store", type=Path, help="the store of a batch that is there (batch.sqlite)")
    arguments = parser.parse_args()
    if arguments.store is not None:
        return 0 if measure(arguments.store) else 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(arguments.keep or folder) / "batch.sqlite"
        if not path.exists():
            write(path, arguments.films, arguments.length)
        print(f"store: {path.stat().st_size / 1e6:.0f} MB")
        return 0 if measure(path) else 1


if __name__ == "__main__":
    sys.exit(main())
