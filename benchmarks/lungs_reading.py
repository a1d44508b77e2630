"""What a reading costs that finds the lungs first, against one by the bundle 1.0.0, on the same engine.

    python benchmarks/lungs_reading.py [MODEL] [--former FOLDER] [--device cpu] [--rounds 60]

MODEL is a bundle that reads lungs, the bundled one without it. The bundle 1.0.0 comes from the history
(`git archive d55784a models/cxr-densenet121`) unless its folder is given. Both readings have the maps of all
classes and the embedding; that of a model that reads lungs has their mask and the features under it too.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from former_model import former_model
from table import write
from turns import medians

from cxrview import paths
from cxrview.anatomy import LungFinder, framed, reduced
from cxrview.imaging import Radiograph, model_input, read
from cxrview.inference.predictor import Predictor
from tests.anatomy.chests import chest
from tests.gui.dicom_files import write_dicom

SIDE = 2000
WHOLE, SHRINKING, READING = (
    "whole reading of the pixels",
    "window and shrinking",
    "reading of the shrunk film",
)
LUNGS, FRAMING, GRAPH = (
    "of that, finding the lungs",
    "of that, framing",
    "of that, the graph with all outputs",
)

Jobs = dict[str, Callable[[], object]]


def films(folder: Path) -> dict[str, Radiograph]:
    """Return the radiograph of pydicom-data and a drawn one of 12 bits."""
    sample = paths.sample_radiograph()
    if sample is None:
        sys.exit("pydicom-data is not installed")
    noise = np.random.default_rng(0).integers(0, 16, (SIDE, SIDE), np.uint16)
    drawn = write_dicom(folder / "drawn.dcm", pixels=chest(SIDE, SIDE).astype(np.uint16) * 16 + noise)
    found = {"RG1": read(sample)[0], "drawn": read(drawn)[0]}
    return {f"{name}, {film.shape[0]} × {film.shape[1]}": film for name, film in found.items()}


def reading_jobs(predictor: Predictor, film: Radiograph, batch: np.ndarray) -> Jobs:
    """Return what every model does to read `film`; `batch` is what its graph is given of it."""
    prepared = predictor.prepare(film)
    return {
        WHOLE: lambda: predictor.predict([film]),
        SHRINKING: lambda: predictor.prepare(film),
        READING: lambda: predictor.predict_inputs([prepared]),
        GRAPH: lambda: predictor.engine.predict(batch),
    }


def lungs_jobs(finder: LungFinder, film: Radiograph, size: int) -> tuple[Jobs, np.ndarray]:
    """Return what goes before the graph of a model that reads lungs, and what that graph is given."""
    small = reduced(film)
    anatomy = finder.find([small])[0]
    if not anatomy.found:
        sys.exit("no lungs are found on a film that has them")
    jobs: Jobs = {
        LUNGS: lambda: finder.find([small]),
        FRAMING: lambda: framed(small, anatomy, size),
    }
    return jobs, framed(small, anatomy, size)[0][None]


def measured(
    former: Predictor, later: Predictor, finder: LungFinder, film: Radiograph, rounds: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the median time in ms of each part, by 1.0.0 and by the model that reads lungs, by turns."""
    lungs, batch = lungs_jobs(finder, film, later.card.input_size)
    square = model_input(film, former.card.input_size)[0][None]
    jobs = {("former", name): job for name, job in reading_jobs(former, film, square).items()}
    jobs |= {("later", name): job for name, job in (reading_jobs(later, film, batch) | lungs).items()}
    times = medians(jobs, rounds)
    before, after = (
        {name: time for (whose, name), time in times.items() if whose == model}
        for model in ("former", "later")
    )
    return before, after


def rows_of(film: str, before: dict[str, float], after: dict[str, float]) -> list[tuple[str, ...]]:
    """Return the table's rows about one film."""
    rows = []
    for name in (WHOLE, SHRINKING, READING, LUNGS, FRAMING, GRAPH):
        known = before.get(name)
        earlier = f"{known:.1f} ms" if known else ""
        ratio = f"{after[name] / known:.2f}" if known else ""
        rows.append((film, name, earlier, f"{after[name]:.1f} ms", ratio))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", nargs="?", default="")
    parser.add_argument("--former", default="")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    rows: list[tuple[str, ...]] = []
    alone = []
    with former_model(options.former) as folder, tempfile.TemporaryDirectory() as scratch:
        former, later = (Predictor.load(model, options.device) for model in (str(folder), options.model))
        if later.card.frame != "lungs":
            sys.exit(f"{later.card.name} {later.card.version} reads whole films; name one that reads lungs")
        finder = LungFinder.load(options.device)
        for film, radiograph in films(Path(scratch)).items():
            before, after = measured(former, later, finder, radiograph, options.rounds)
            rows += rows_of(film, before, after)
            alone.append(after[READING] / after[GRAPH])
    card, engine = later.card, later.engine
    remark = (
        f"{card.name} {card.version} ({card.input_size} pixels a side) against 1.0.0, one film at a time by "
        f"{engine.name} on {engine.device}, float32; medians of {options.rounds} rounds in turns. With the "
        f"lungs a reading of a shrunk film takes {min(alone):.2f} to {max(alone):.2f} times its graph alone."
    )
    header = ("film", "what", "1.0.0", f"{card.name} {card.version}", "ratio")
    write("Reading with lungs", "lungs_reading.py", remark, header, rows)


if __name__ == "__main__":
    main()
