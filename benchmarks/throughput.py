"""How many films a second are scored, against what the cores could do, and against scripts without cxrview.

    python benchmarks/throughput.py [MODEL] [--films 300] [--most 10000] [--torch PYTHON]

Films are drawn: PNG of 512² and 1024² pixels and uncompressed DICOM of 2000² of 16 bits. The bound is
cores / (core-seconds of the graphs + core-seconds of decoding, per film): the graphs of model and lungs
by themselves in batches from memory, decoding from file to what is kept for the model in as many processes as
there are cores. It ends with 1 where less than 0.9 of that is reached. PYTHON has torchxrayvision. The curve
goes to `--most` films with a network that does next to nothing, for a real one would take too long: it says
what all else costs, and whether memory grows.
"""

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from table import write

from cxrview.batch.score import score
from cxrview.bundle import Card
from cxrview.imaging.read import read_here
from cxrview.inference.predictor import BATCH_SIZE, ModelInput, Predictor
from cxrview.isolation.decoders import decoders
from cxrview.isolation.memory import memory_of
from cxrview.isolation.pool import cores
from tests.anatomy.chests import chest
from tests.conftest import make_tiny_bundle
from tests.gui.dicom_files import write_dicom

DRAWN = 16  # different films of a kind
IN_MEMORY, PLAIN, WARM = 6, 44, 32  # batches; films for the scripts; films before anything is timed
REACHED = 0.9
REAL = 1000  # films of the curve at most that the model itself reads
LOOKED = 0.2  # seconds between two looks at the memory
MEGABYTE = 2**20
KINDS = {"512² PNG": (512, ".png"), "1024² PNG": (1024, ".png"), "2000² DICOM": (2000, ".dcm")}


class Found(NamedTuple):
    """Core-seconds of graphs and decoding a film; films a second in memory, in the pipeline, by scripts."""

    graph: float
    decoding: float
    in_memory: float
    pipeline: float
    plain: float
    torch: float | None

    @property
    def bound(self) -> float:
        """Films per second, if every core did nothing but what is needed."""
        return cores() / (self.graph + self.decoding)


def draw(folder: Path, side: int, suffix: str) -> list[Path]:
    """Write drawn films of `side` pixels, each a little different, and return them."""
    folder.mkdir(parents=True)
    made = []
    for number in range(DRAWN):
        random = np.random.default_rng(number)
        grain = random.normal(0, 4, (side, side)).astype(np.float32)
        picture = chest(side, side, 0.46 + 0.005 * number).astype(np.float32) + grain
        path = folder / f"{number}{suffix}"
        if suffix == ".png":
            cv2.imwrite(str(path), np.clip(picture, 0, 255).astype(np.uint8))
        else:
            write_dicom(path, pixels=np.clip(picture * 16, 0, 4095).astype(np.uint16))
        made.append(path)
    return made


@contextmanager
def named(films: Sequence[Path], count: int) -> Iterator[list[Path]]:
    """Yield `count` names for `films`."""
    with tempfile.TemporaryDirectory(dir=films[0].parent) as folder:
        names = [Path(folder) / f"{number:06}{films[0].suffix}" for number in range(count)]
        for number, name in enumerate(names):
            os.link(films[number % len(films)], name)
        yield names


def prepared(model: str, films: Sequence[Path]) -> tuple[float, list[ModelInput]]:
    """Return the core-seconds per film of decoding and shrinking, and what comes of it."""
    cv2.setNumThreads(1)
    predictor = Predictor.load(model, "cpu")
    inputs, spent = [], 0.0
    for number, path in enumerate(films):
        begin = time.thread_time()
        inputs.append(predictor.prepare(read_here(path)[0]))
        spent += (time.thread_time() - begin) if number else 0.0  # the first imports what it needs
    return spent / (len(films) - 1), inputs


def decoding_cost(model: str, films: Sequence[Path]) -> tuple[float, list[ModelInput]]:
    """Return the core-seconds per film while all cores decode, and the prepared films."""
    with ProcessPoolExecutor(cores(), multiprocessing.get_context("spawn")) as pool:
        answers = list(pool.map(prepared, [model] * cores(), [list(films)] * cores()))
    return statistics.mean(cost for cost, _ in answers), answers[0][1]


def graph_cost(predictor: Predictor, inputs: Sequence[ModelInput]) -> tuple[float, float]:
    """Return the core-seconds a film of the graphs alone, and the films a second from memory to readings."""
    batch = [inputs[number % len(inputs)] for number in range(BATCH_SIZE)]
    given = np.stack([item.film.image for item in predictor.framed(batch)])  # type: ignore[union-attr]
    graphs = [(predictor.engine, given)]
    if (finder := predictor.lungs) is not None:
        boxes = [item.film.letterbox(finder.card.input_size) for item in batch]  # type: ignore[union-attr]
        squares = [item.film.in_square(box) for item, box in zip(batch, boxes, strict=True)]  # type: ignore[union-attr]
        graphs.append((finder.engine, np.stack(squares)))
    spent = 0.0
    for engine, images in graphs:
        engine.predict(images)
        begin = time.process_time()
        for _ in range(IN_MEMORY):
            engine.predict(images)
        spent += time.process_time() - begin
    begin = time.perf_counter()
    for _ in range(IN_MEMORY):
        predictor.predict_inputs(batch)
    films = IN_MEMORY * len(batch)
    return spent / films, films / (time.perf_counter() - begin)


def scored(predictor: Predictor, films: Sequence[Path]) -> float:
    """Return the films per second of the pipeline."""
    begin = time.perf_counter()
    rows = sum(row["status"] == "ok" for row in score(films, predictor))
    if rows != len(films):
        sys.exit(f"{len(films) - rows} films were not read")
    return len(films) / (time.perf_counter() - begin)


def said_by(*command: str) -> float:
    """Return the films per second that another script says."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return float(done.stdout.split()[-1])


def measure(predictor: Predictor, films: list[Path], count: int, torch: str) -> Found:
    """Return the figures about one kind of film."""
    decoding, inputs = decoding_cost(str(predictor.folder), films)
    graph, in_memory = graph_cost(predictor, inputs)
    here = Path(__file__).parent
    with named(films, max(count, PLAIN)) as names:
        scored(predictor, names[:WARM])
        pipeline = scored(predictor, names[:count])
        some = [str(name) for name in names[:PLAIN]]
        keras = str(predictor.folder / "model.keras")
        plain = said_by(sys.executable, str(here / "plain_script.py"), keras, *some)
        other = None
        if torch:
            side = str(predictor.card.input_size)
            other = said_by(torch, str(here / "torchxrayvision_script.py"), side, *some)
    return Found(graph, decoding, in_memory, pipeline, plain, other)


class Memory:
    """Looks at how much memory this process and those that decode take, as a context."""

    def __init__(self) -> None:
        self.looks: list[tuple[float, int]] = []  # seconds since the beginning, and bytes
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Memory":
        self._begin = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(LOOKED):
            processes = (os.getpid(), *decoders().numbers())
            self.looks.append((time.perf_counter() - self._begin, sum(map(memory_of, processes))))

    def between(self, start: float, end: float) -> float:
        """Return the median in MB of a part of the time, both 0…1; NaN where nobody looked."""
        last = self.looks[-1][0] if self.looks else 0.0
        found = [size for when, size in self.looks if start * last <= when <= end * last]
        return statistics.median(found) / MEGABYTE if found else float("nan")


def curve(predictor: Predictor, films: list[Path], counts: Sequence[int], what: str) -> list[tuple[str, ...]]:
    """Return a row for each number of films: what one costs, and the memory early and late."""
    rows = []
    scored(predictor, films)
    for count in counts:
        with named(films, count) as names, Memory() as memory:
            speed = scored(predictor, names)
        early, late = memory.between(0.1, 0.3), memory.between(0.8, 1.0)
        rows.append((what, f"{count:,}", f"{1000 / speed:.1f} ms", f"{early:.0f} MB", f"{late:.0f} MB"))
    return rows


def remark_of(card: Card, predictor: Predictor, count: int, torch: bool) -> str:
    """Return what stands above the table of throughput."""
    others = "" if torch else " torchxrayvision was not there."
    return (
        f"{card.name} {card.version} by {predictor.engine.name} on {predictor.engine.device}, float32, with "
        f"lungs; {count} drawn films of each kind, {cores()} decoding processes. The bound is cores / "
        f"(graphs + decoding), in core-seconds a film; {REACHED} of it is wanted. The plain script is "
        "pydicom or OpenCV and keras.Model.predict, film after film, with the same model.keras, no lungs; "
        f"TorchXRayVision has random weights and the same side.{others}"
    )


def rows_of(kind: str, found: Found) -> tuple[str, ...]:
    """Return the table's row about one kind of film."""
    times_torch = f"{found.pipeline / found.torch:.1f}" if found.torch else ""
    return (
        kind,
        f"{1000 * found.graph:.0f} + {1000 * found.decoding:.0f} ms",
        f"{found.bound:.1f}",
        f"{found.pipeline:.1f}",
        f"{found.pipeline / found.bound:.2f}",
        f"{found.pipeline / found.in_memory:.2f}",
        f"{found.pipeline / found.plain:.1f}",
        times_torch,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", nargs="?", default="")
    parser.add_argument("--films", type=int, default=300, help="of each kind")
    parser.add_argument("--most", type=int, default=10_000, help="films of the curve")
    parser.add_argument("--torch", default="", metavar="PYTHON", help="a Python that has torchxrayvision")
    options = parser.parse_args()
    decoders().warm(cores())
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            os.environ[name] = str(folder / "home")
        predictor = Predictor.load(options.model, "cpu", many=True)
        films = {kind: draw(folder / kind, *drawn) for kind, drawn in KINDS.items()}
        count, torch = options.films, options.torch
        found = {kind: measure(predictor, paths, count, torch) for kind, paths in films.items()}
        card, small = predictor.card, films["512² PNG"]
        steps = [10**power for power in range(2, 7) if 10**power <= options.most]
        rows = curve(predictor, small, [step for step in steps if step <= REAL], card.name)
        tiny = Predictor.load(str(make_tiny_bundle(folder / "tiny", frame="lungs")), "cpu", many=True)
        rows += curve(tiny, small, steps, "next to nothing")
    header = ("film", "graphs + decoding", "bound, films/s", "pipeline", "share of the bound")
    header += ("of films in memory", "times plain script", "times TorchXRayVision")
    remark = remark_of(card, predictor, options.films, bool(options.torch))
    write("Throughput", "throughput.py", remark, header, [rows_of(*item) for item in found.items()])
    words = (
        "512² PNG, lungs found; memory is that of the process and of those that decode, in the second and in "
        "the last fifth of the time."
    )
    header = ("network", "films", "per film", "memory early", "late")
    write("Cost of many films", "throughput.py", words, header, rows)
    missed = [kind for kind, one in found.items() if one.pipeline < REACHED * one.bound]
    if missed:
        sys.exit(f"below {REACHED} of the bound: {', '.join(missed)}")


if __name__ == "__main__":
    main()
