"""Learn which lungs are those of a frontal chest film, and write that into the bundle of the lung network.

    python packaging/lung_plausibility.py collect DATA OUT
    python packaging/lung_plausibility.py write OUT models/lungs

DATA holds `siim`, `rsna`, `cxr`, `kermany`, `covidx`, `external` and `ood`, each with a `manifest.csv`. OUT
gets their films, some of them turned and cut, and the images of `pydicom-data` and of pydicom's own tests,
all as the network sees them (`lung_squares.npz`), and then `lung_plausibility.json`. Logistic regression
learns from every second group: chest films against turned and cut ones and half of `ood`.
`covidx`, `external`, the other groups, the other half of `ood` and pydicom's images are reported on. The
second command belongs behind `train_lungs.py`, which writes the bundle anew.
"""

import argparse
import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import data_store
import numpy as np
import pydicom
from lung_verdicts import Squares, described, fitted, report
from numpy.typing import NDArray

from cxrview.anatomy import Film, contract, reduced
from cxrview.anatomy.plausibility import FILE, GRAPH
from cxrview.bundle.load import read_card
from cxrview.errors import CxrviewError
from cxrview.imaging import read

LEARNT = ("siim", "rsna", "cxr", "kermany")
REPORTED = ("covidx", "external")  # nothing is learnt from these; some films of covidx lie on their side
SHARE = {"siim": 3}  # every third group of so many films is enough
TURNED = 6  # every sixth group is turned and cut, too
LONGEST = 512  # pixels of a turned film; the network sees fewer
SIDE = 112  # pixels of the network's square
BATCH = 32
FRAMES = 20  # of one file
CHEST = "RG1"  # pydicom's chest film, in several forms
PAGE = Path(__file__).parents[1] / "docs" / "model.md"


class Sample(NamedTuple):
    """One film: the network's `film`, where it comes from, its `kind` ("" as it is) and whether to learn."""

    film: Film
    source: str
    kind: str
    learnt: bool


def collect(data: Path, out: Path) -> None:
    """Store every film as the network sees it."""
    squares, boxes, samples = [], [], []
    for sample in _samples(data):
        letterbox = sample.film.letterbox(SIDE)
        right, bottom = letterbox.left + letterbox.inner_width, letterbox.top + letterbox.inner_height
        squares.append(sample.film.in_square(letterbox))
        boxes.append((letterbox.left, letterbox.top, right, bottom))
        samples.append(sample[1:])
    sources, kinds, learnt = (np.array(column) for column in zip(*samples, strict=True))
    out.mkdir(parents=True, exist_ok=True)
    Squares(np.stack(squares), np.array(boxes), sources, kinds, learnt).save(out / "lung_squares.npz")


def write(out: Path, folder: Path) -> None:
    """Fit to what the network in the bundle finds, and write that into the bundle and into docs/model.md."""
    squares = Squares.load(out / "lung_squares.npz")
    card = json.loads((folder / "card.json").read_text("utf-8"))
    masks = _masks(folder, squares)
    measures = squares.measured(masks)
    plausibility = fitted(measures, squares)
    np.savez_compressed(
        folder / FILE,
        network=np.frombuffer(bytes.fromhex(card["files"][GRAPH]["sha256"]), np.uint8),
        centre=plausibility.centre,
        spread=plausibility.spread,
        weights=plausibility.weights,
        limit=np.float32(plausibility.limit),
    )
    figures = report(plausibility, measures, squares.found(masks), squares)
    (out / "lung_plausibility.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    stored = (folder / FILE).read_bytes()
    card["files"][FILE] = {"sha256": hashlib.sha256(stored).hexdigest(), "bytes": len(stored)}
    card["domain"] = {"file": FILE, **figures}
    text = json.dumps(card, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / "card.json").write_text(text, "utf-8")
    described(figures, PAGE)


def _masks(folder: Path, squares: Squares) -> NDArray[np.uint8]:
    """Return where the network in `folder` finds lungs, (N, S, S), 0 beside the films."""
    engine = contract.choose(folder).engine
    lungs = read_card(folder).class_names.index(contract.LUNGS)
    masks = []
    for start in range(0, len(squares.squares), BATCH):
        found = engine.predict(squares.squares[start : start + BATCH])[contract.OUTPUT][:, lungs]
        masks.append(np.rint(found * 255).astype(np.uint8))
    return squares.inside(np.concatenate(masks))


def _samples(data: Path) -> Iterator[Sample]:
    """Yield every film, and behind it what is made of it."""
    for part in (*LEARNT, *REPORTED, "ood"):
        with (data / part / "manifest.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        place = {group: index for index, group in enumerate(sorted({row["group"] for row in rows}))}
        for row in rows:
            half, index = place[row["group"]] % 2, place[row["group"]] // 2
            if index % SHARE.get(part, 1):
                continue
            film = reduced(read(data / part / row["file"])[0])
            learnt = half == 0 and part not in REPORTED
            source = f"ood, {row['label']}" if part == "ood" else row["source"]
            yield Sample(film, source, "", learnt)
            if part in LEARNT and index // SHARE.get(part, 1) % TURNED == 0:
                yield from (Sample(other, source, kind, learnt) for kind, other in _spoilt(film))
    yield from _of_pydicom()


def _spoilt(film: Film) -> Iterator[tuple[str, Film]]:
    """Yield `film` as it should not be."""
    pixels = film.pixels
    factor = LONGEST / max(pixels.shape)
    if factor < 1:
        rows, columns = (max(1, round(side * factor)) for side in pixels.shape)
        pixels = np.asarray(cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    half = pixels.shape[0] // 2
    for kind, other in (
        ("turned 90° to the left", np.rot90(pixels)),
        ("turned 90° to the right", np.rot90(pixels, 3)),
        ("turned 180°", pixels[::-1, ::-1]),
        ("upside down", pixels[::-1]),
        ("one side", pixels[:, : pixels.shape[1] // 2]),
        ("upper half", pixels[:half]),
        ("lower half", pixels[half:]),
    ):
        copy = np.ascontiguousarray(other)
        yield kind, Film(copy, *copy.shape)


def _of_pydicom() -> Iterator[Sample]:
    """Yield pydicom's images: the chest film under its name, other kinds under the source "pydicom"."""
    places = (Path(data_store.__file__).parent, Path(pydicom.__file__).parent / "data" / "test_files")
    skipped: Counter[str] = Counter()
    for path in sorted(path for place in places for path in place.rglob("*") if path.is_file()):
        if path.suffix.lower() not in (".dcm", ""):
            continue
        source = CHEST if path.name.startswith(CHEST) else "pydicom"
        try:
            frames = read(path)
            for index in range(min(len(frames), FRAMES)):
                yield Sample(reduced(frames[index]), source, "", learnt=False)
        except CxrviewError as error:
            skipped[str(error.problem)] += 1
    print("not read:", dict(skipped))


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for do, places in ((collect, ("data", "out")), (write, ("out", "bundle"))):
        command = commands.add_parser(do.__name__, help=do.__doc__)
        command.set_defaults(do=lambda given, do=do, places=places: do(*(getattr(given, p) for p in places)))
        for place in places:
            command.add_argument(place, type=Path)
    arguments = parser.parse_args()
    arguments.do(arguments)


if __name__ == "__main__":
    main()
