"""How fast the table of a batch is: reopening, scrolling, sorting and filtering a store of N rows.

    python benchmarks/batch_table.py [--rows 100000] [--keep FOLDER]

The store is written as a batch writes it, with invented answers; every figure is the worst of three, in ms.
It ends with 1 if reopening takes more than a second, or anything else more than 100 ms.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from cxrview.batch.store import BatchStore, StoredFilm
from cxrview.batch.store_filter import Wanted
from cxrview.imaging import Letterbox
from cxrview.inference.prediction import Prediction

CLASSES = ("covid19", "normal", "pneumonia")
LIMIT, REOPENING = 100.0, 1000.0  # ms
AT_ONCE = 1000  # films in one transaction


def film(number: int, random: np.random.Generator) -> StoredFilm:
    """Return an invented film; every fiftieth cannot be read."""
    path = f"/archive/hospital {number % 40}/patient {number // 4:06d}/IM{number:06d}.dcm"
    if number % 50 == 7:
        return StoredFilm({"path": path, "status": "error", "error": "is damaged."}, Path(path))
    shares = random.dirichlet((1.0, 1.0, 1.0)).round(6)
    called = CLASSES[int(shares.argmax())]
    uid = f"1.2.826.0.1.3680043.8.498.{number:030d}"
    row = {
        "path": path, "frame": 1, "status": "ok", "error": "", "study_uid": uid, "series_uid": uid,
        "instance_uid": uid, "patient_id_hash": f"{number // 4:016x}", "view": ("PA", "AP", "")[number % 3],
        "predicted": called, "call": called, "operating_point": "balanced",
        "in_domain": bool(number % 11), "domain_score": float(shares[0]), "model": "model",
        "model_version": "1", "engine": "openvino", "device": "CPU", "elapsed_ms": 20.0,
        **{f"p_{name}": float(share) for name, share in zip(CLASSES, shares, strict=True)},
    }  # fmt: skip
    said = Prediction(
        CLASSES, shares.astype(np.float32), np.zeros(3, np.float32), np.zeros((3, 7, 7), np.float32),
        np.zeros(64, np.float32), bool(number % 11), float(shares[0]), float(100 * shares[1]), (),
        Letterbox.fit(2000, 2000, 224), (0.0, 0.0, 1.0, 1.0), "model", "1", "openvino", "CPU", 20.0,
    )  # fmt: skip
    return StoredFilm(row, Path(path), patient=f"P{number // 4:06d}", prediction=said)


def write(path: Path, rows: int) -> None:
    """Write a batch of so many `rows` to `path`."""
    random = np.random.default_rng(1)
    card = SimpleNamespace(class_names=CLASSES, label=str.title, name="model", version="1", raw={})
    with BatchStore.make(path, card) as store:  # type: ignore[arg-type]  # of the card it needs no more
        for start in range(1, rows + 1, AT_ONCE):
            store.add([film(number, random) for number in range(start, min(start + AT_ONCE, rows + 1))])


def worst(work: Callable[[], object], times: int = 3) -> float:
    """Return how long `work` takes, in ms."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - begin))
    return max(took)


def measure(path: Path) -> dict[str, float]:
    """Return the figures, by name."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from cxrview.gui.app import application
    from cxrview.gui.batch.table import BatchTable
    from cxrview.gui.tasks import TaskRunner

    app = application()
    runner = TaskRunner()
    table = BatchTable(runner)
    table.resize(1600, 900)
    table.show()

    def reopen() -> None:
        table.show_store(BatchStore.open(path))
        app.processEvents()

    found = {"reopen": worst(reopen)}

    def want(**changes: object) -> Callable[[], None]:
        def work() -> None:
            table.films.want(Wanted(**changes))  # type: ignore[arg-type]
            app.processEvents()

        return work

    for name, changes in {
        "sort by probability": {"order": "p_covid19", "descending": True},
        "sort by file": {"order": "path"},
        "sort by folder, then probability": {"order": "p_normal", "by_folder": True},
        "filter by class": {"calls": frozenset({"covid19"})},
        "filter by threshold": {"probable": "covid19", "least": 0.8},
        "filter by domain": {"in_domain": False},
        "filter by status": {"status": "error"},
        "filter by text": {"text": "patient 0123"},
        "all, as read": {},
    }.items():
        found[name] = worst(want(**changes))
    bar, random = table.verticalScrollBar(), np.random.default_rng(2)

    def scroll() -> None:
        bar.setValue(int(random.integers(0, max(1, bar.maximum()))))
        table.viewport().repaint()
        app.processEvents()

    found["scroll"] = worst(scroll, 30)
    runner.close()
    return found


def main() -> int:
    """Write, measure, tell; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="folder of the store; it is used again if it is there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        path = (arguments.keep or Path(made)) / "batch.sqlite"
        if not path.exists():
            begin = time.perf_counter()
            write(path, arguments.rows)
            print(f"{arguments.rows} rows written in {time.perf_counter() - begin:.1f} s")
        print(f"{path.stat().st_size / 2**20:.0f} MiB")
        found = measure(path)
    for name, milliseconds in found.items():
        print(f"{name:<34} {milliseconds:7.1f} ms")
    slow = [name for name, took in found.items() if took > (REOPENING if name == "reopen" else LIMIT)]
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
