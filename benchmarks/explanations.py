"""What the methods of explanation cost, in two ratios.

    python benchmarks/explanations.py [MODEL] [--device cpu] [--rounds 30] [--slow-rounds 3]

MODEL is a bundle that gives out its features, the bundled one without it. Methods of the same pass: a reading
with the map, by the side of the reading alone. Score-CAM and occlusion: as the program does them, by the side
of one mask at a time, for which each masked film is a film of its own: it is prepared, its lungs are found
where the model reads them, and it is read. Score-CAM one at a time is that of the paper, with every feature
for a mask. “The engine alone” leaves out all but the graph, one mask at a time.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from table import write
from turns import medians

from cxrview import paths
from cxrview.anatomy import Film, reduced
from cxrview.bundle.card import LUNGS
from cxrview.explain.methods import METHODS, explain
from cxrview.explain.occlusion import CELLS
from cxrview.explain.subject import Subject
from cxrview.imaging import Radiograph, read
from cxrview.inference.predictor import Given, ModelInput, Predictor

QUICK, SLOW = ("gradcam++", "hirescam", "eigencam"), ("scorecam", "occlusion")
SAMPLED = 24  # masks that are timed one at a time; the whole number is worked out from them


def one_at_a_time(predictor: Predictor, radiograph: Radiograph) -> float:
    """Return the seconds that one masked film takes, the whole way."""
    begin = time.perf_counter()
    for number in range(SAMPLED):
        item = predictor.prepare(radiograph)
        film = reduced(radiograph) if predictor.card.frame == LUNGS else item.film
        predictor.look(ModelInput(_covered(film, number), ()))
    return (time.perf_counter() - begin) / SAMPLED


def _covered(film: Film | Given, number: int) -> Film | Given:
    pixels = (film.pixels if isinstance(film, Film) else film.image).copy()
    side = max(pixels.shape) // CELLS
    row, column = divmod(number, CELLS)
    pixels[row * side : (row + 3) * side, column * side : (column + 3) * side] = 128
    if isinstance(film, Film):
        return Film(pixels, film.height, film.width, film.pixel_aspect)
    return film._replace(image=pixels)


def graph_alone(subject: Subject) -> float:
    """Return the seconds that the graph takes for one masked film."""
    begin = time.perf_counter()
    for number in range(SAMPLED):
        film = subject.film.copy()
        film[number : number + 36, :36] = 128
        subject.logits(film[None])
    return (time.perf_counter() - begin) / SAMPLED


def quick_rows(predictor: Predictor, item: ModelInput, rounds: int) -> list[tuple[str, ...]]:
    """Return a row for each method of the same pass."""

    def with_map(method: str) -> Callable[[], object]:
        return lambda: explain(Subject(predictor, *predictor.look(item)), method, name)

    name = predictor.card.class_names[0]
    jobs = {"the reading alone": lambda: predictor.predict_inputs([item])} | {
        METHODS[method].title: with_map(method) for method in QUICK
    }
    found = medians(jobs, rounds)
    alone = found["the reading alone"]
    return [(title, f"{ms:.1f} ms", f"{ms / alone:.2f}") for title, ms in found.items()]


def slow_rows(predictor: Predictor, radiograph: Radiograph, rounds: int) -> list[tuple[str, ...]]:
    """Return a row for each method that reads the film many times."""
    subject = Subject.of(predictor, radiograph)
    name, rows = predictor.card.class_names[0], []
    masks = {"scorecam": subject.features("scorecam").shape[-1], "occlusion": CELLS**2}
    for method in SLOW:
        ours, single, graph = [], [], []
        for _ in range(rounds):  # by turns, so that a noisy machine is noisy for all
            begin = time.perf_counter()
            explain(Subject.of(predictor, radiograph), method, name)
            ours.append(time.perf_counter() - begin)
            single.append(one_at_a_time(predictor, radiograph) * masks[method])
            graph.append(graph_alone(subject) * masks[method])
        mine, theirs, bare = (float(np.median(times)) for times in (ours, single, graph))
        ratios = f"{theirs / mine:.1f}", f"{bare / mine:.1f}"
        rows.append((METHODS[method].title, f"{mine:.2f} s", f"{theirs:.1f} s", f"{bare:.1f} s", *ratios))
    return rows


def main() -> None:
    """Measure and write both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", nargs="?", default="")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--slow-rounds", type=int, default=3)
    given = parser.parse_args()
    predictor = Predictor.load(given.model, given.device)
    sample = paths.sample_radiograph()
    assert sample is not None, "pydicom-data is part of the test extra"
    radiograph = read(sample)[0]
    engine = (
        f"{predictor.card.name} {predictor.card.version}, {predictor.engine.name} {predictor.engine.device}"
    )
    write(
        "Explanations of the same pass",
        "explanations.py",
        f"{engine}. The last column is against the reading alone, which has Grad-CAM; 1.1 is the limit.",
        ("what", "median", "ratio"),
        quick_rows(predictor, predictor.prepare(radiograph), given.rounds),
    )
    write(
        "Explanations of many passes",
        "explanations.py",
        f"{engine}. One mask at a time: see the script. The ratios are how many times as fast ours is.",
        ("what", "ours", "one mask at a time", "the engine alone", "ratio", "against the engine alone"),
        slow_rows(predictor, radiograph, given.slow_rounds),
    )


if __name__ == "__main__":
    main()
