"""Public collections as they are when they have been downloaded and unpacked: who is known, and what is said.

Films that are not there are passed over, so that a part of a collection will do. Nothing is fetched.
"""

import csv
import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cxrview.datasets.boxes import Box4, parse_boxes
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import Item, find_items
from cxrview.errors import InvalidRequest
from cxrview.imaging.find import natural_key
from cxrview.teaching import messages

FILMS = (".png", ".jpg", ".jpeg", ".dcm", ".dicom")
Row = dict[str, str]
Films = dict[str, Path]  # by name without suffix
TUBERCULOSIS, NO_TUBERCULOSIS = "Tuberculosis", "No tuberculosis"
PNEUMONIA, NO_PNEUMONIA = "Lung opacity", "No lung opacity"


@dataclass(frozen=True, slots=True)
class Collection:
    """A public collection: it is known by a file whose name matches the `sign`, in its folder or below."""

    name: str
    sign: str  # as for Path.glob
    read: Callable[[Path, Films], Iterable[Item]]


def items_of(place: Path) -> tuple[str, list[Item]]:
    """Return which collection lies at `place`, "" if none of `COLLECTIONS`, and its films with their truth.

    What is none of them is read as `find_items` reads it: class folders, or a table. Raises InvalidRequest.
    """
    if place.is_dir():
        for collection in COLLECTIONS:
            sign = next(iter(sorted(place.rglob(collection.sign))), None)
            if sign is not None:
                return collection.name, _read(collection, sign, place)
    return "", find_items(DataConfig(str(place)))


def _read(collection: Collection, sign: Path, place: Path) -> list[Item]:
    films = {}
    for folder, _, names in os.walk(place):
        for name in names:
            path = Path(folder) / name
            if path.suffix.casefold() in FILMS:
                films[path.stem] = path
    try:
        items = list(collection.read(sign, films))
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, ValueError) as error:
        raise InvalidRequest(messages.NOT_AS_PUBLISHED(name=collection.name), path=sign) from error
    if not items:
        raise InvalidRequest(messages.NO_FILM_OF_COLLECTION(name=collection.name), path=place)
    return [replace(item, file=item.path.relative_to(place).as_posix()) for item in items]


def _rows(table: Path) -> Iterator[Row]:
    """Yield the rows of a table by the names in its first line, as they are spelt there."""
    with table.open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            yield {(name or "").strip(): (value or "").strip() for name, value in row.items() if name}


def _nih(table: Path, films: Films) -> Iterator[Item]:
    """NIH ChestX-ray14: `Data_Entry_2017*.csv`, and boxes of some films in `BBox_List_2017.csv`.

    A patient's films follow each other: the one before is the prior.
    """
    boxes: dict[str, list[Box4]] = defaultdict(list)
    for listed in sorted(table.parent.rglob("BBox_List_2017*.csv"))[:1]:
        with listed.open(newline="", encoding="utf-8-sig") as file:
            for name, _label, left, top, width, height, *_rest in list(csv.reader(file))[1:]:
                boxes[name].append(_box(left, top, width, height))
    rows = [row for row in _rows(table) if Path(row["Image Index"]).stem in films]
    before: dict[str, Path] = {}
    for row in sorted(rows, key=lambda row: (row["Patient ID"], int(row["Follow-up #"]))):
        name, patient = row["Image Index"], row["Patient ID"]
        path = films[Path(name).stem]
        labels = tuple(label.replace("_", " ") for label in row["Finding Labels"].split("|"))
        seen = tuple(boxes[name]) if name in boxes else None
        yield Item(path, name, labels, group=patient, boxes=seen, prior=before.get(patient))
        before[patient] = path


def _rsna(table: Path, films: Films) -> Iterator[Item]:
    """RSNA Pneumonia Detection Challenge 2018: a row a box in `stage_2_train_labels.csv`, or one for none."""
    boxes: dict[str, list[Box4]] = defaultdict(list)
    for row in _rows(table):
        found = boxes[row["patientId"]]
        if row["Target"] == "1":
            found.append(_box(row["x"], row["y"], row["width"], row["height"]))
    for name, found in boxes.items():
        if name in films:
            yield Item(films[name], name, (PNEUMONIA if found else NO_PNEUMONIA,), boxes=tuple(found))


def _vindr(table: Path, films: Films) -> Iterator[Item]:
    """VinDr-CXR: a row a finding of a radiologist. A class counts that half of the film's readers have named.

    Shown are the boxes of the reader who has drawn most of those classes.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(table):
        rows[row["image_id"]].append(row)
    for name, said in rows.items():
        if name not in films:
            continue
        readers = {row.get("rad_id", "") for row in said}
        votes = Counter(label for _, label in {(row.get("rad_id", ""), row["class_name"]) for row in said})
        labels = tuple(sorted(label for label, count in votes.items() if 2 * count >= len(readers)))
        drawn: dict[str, list[Box4]] = defaultdict(list)
        for row in said:
            if row["class_name"] in labels and row["x_min"]:
                ends = (row["x_min"], row["y_min"], row["x_max"], row["y_max"])
                drawn[row.get("rad_id", "")].append(_corners(*ends))
        best = max(drawn.values(), key=len, default=[])
        if labels:
            yield Item(films[name], name, labels, boxes=tuple(best))


def _tuberculosis(_sign: Path, films: Films) -> Iterator[Item]:
    """The sets of Montgomery County and Shenzhen: the last digit of a name is 1 for tuberculosis."""
    for name in sorted(films, key=natural_key):
        if name.startswith(("CHNCXR_", "MCUCXR_")) and name[-2:] in ("_0", "_1"):
            readings = films[name].parent.parent / "ClinicalReadings" / f"{name}.txt"
            said = readings.read_text("utf-8", "replace").strip() if readings.is_file() else ""
            label = TUBERCULOSIS if name.endswith("_1") else NO_TUBERCULOSIS
            yield Item(films[name], name, (label,), explanation=said)


def _box(left: str, top: str, width: str, height: str) -> Box4:
    x, y = float(left), float(top)
    return _corners(x, y, x + float(width), y + float(height))


def _corners(left: float | str, top: float | str, right: float | str, bottom: float | str) -> Box4:
    """Return a box with an area. Raises ValueError."""
    boxes = parse_boxes(json.dumps([[float(end) for end in (left, top, right, bottom)]]))
    assert boxes is not None  # one was given
    return boxes[0]


COLLECTIONS = (  # the first whose sign is found
    Collection("NIH ChestX-ray14", "Data_Entry_2017*.csv", _nih),
    Collection("RSNA Pneumonia Detection Challenge", "stage_2_train_labels.csv", _rsna),
    Collection("VinDr-CXR", "annotations_t*.csv", _vindr),
    Collection("Montgomery County", "MCUCXR_*_*.png", _tuberculosis),
    Collection("Shenzhen", "CHNCXR_*_*.png", _tuberculosis),
)
