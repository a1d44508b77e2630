"""Make the tables of films from which a model that reads lungs is trained and by which it is judged.

    python packaging/left_out_tables.py DATA OUT

DATA holds `siim`, `rsna`, `kermany`, `covidx`, `cxr`, `external` and `ood`, each with a `manifest.csv`
(file, label, group, source, and where there are any finding, opacity_boxes and device). Written to OUT:

- `all.csv`: everything that the model learns from, to be split at random by patient;
- `machines-left-out.csv`: the same, split so that the films of four makes of machine, and they alone, are the
  test: a recipe is judged by what it makes of machines that it has not seen;
- `external.csv`: a collection with and without the disease that training has not seen in any form;
- `ood-develop.csv` and `ood-report.csv`: lateral views and CT slices, half to shape the domain check, half to
  report on it.

The films of `siim` that its readers called indeterminate may show COVID-19 or another pneumonia, and are
labelled so ("covid19|pneumonia"). The source of a film of `siim` is its make of machine: detector sizes that
differ by 2 % at most are one make.

The manifests of `cxr`, `external` and `ood` number the groups by collection, and a near-duplicate takes the
number of the later one, so a COVID-19 image of `cxr` with a number from the range of `external` occurs in
that collection. Trained with these images, a model learns that the look of that collection means COVID-19.
"""

import argparse
import csv
import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

COLUMNS = ("file", "label", "group", "source", "device", "boxes", "finding")
WATCHED = "covid19"
LABELS = {"indeterminate": "covid19|pneumonia"}
LEARNT = ("siim", "rsna", "kermany", "covidx", "cxr")
LEFT_OUT = ((3056, 2544), (3032, 3032), (3408, 2800), (3032, 2436))  # makes, width × height of the detector
ONE_MAKE = 0.02  # difference of a side, relative, up to which two detectors are of one make
OWN_NAME = 60  # films from which on a make is a source of its own
VALIDATION = 0.1  # share of the groups
# Versions, under another name, of pictures that are among those to learn from: they would judge nothing.
VERSIONS = ("717865577f0c", "71ed480fb06b", "a4cfa015276a", "e0617a009565", "c895a4030d26")
# Films of one patient under two groups, which the search for near-duplicates found.
SAME_PATIENT = (
    ("01f5f58fecb7", "675ce98d9722"),
    ("0819f1f47201", "de9bc996ab68"),
    ("1c66d5dba715", "5953f7873800"),
    ("768a86a54e1b", "e1dd2d87f4e3"),
    ("7c0a399dbd0a", "453f5e5c68cc"),
    ("7c0a399dbd0a", "61defac1f19d"),
    ("f28d5dd9a2c2", "26e67f1ec572"),
    ("00b84b929b44", "96dfb5b36850"),
    ("11589830e4ca", "2c745a5d0ad5"),
    ("260c8025b3f8", "358f1ca7c588"),
    ("453f5e5c68cc", "61defac1f19d"),
    ("6cea125faa4b", "fef2259f954a"),
    ("7c2c5b41ae8f", "3c127e4aaf3a"),
    ("e16998954bd5", "f134cf60519b"),
)

Row = dict[str, str]


def rows_of(data: Path, part: str, out: Path) -> list[Row]:
    """Return the rows of a manifest, the files relative to `out`."""
    with (data / part / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        {
            "file": Path(os.path.relpath(data / part / row["file"], out)).as_posix(),
            "label": LABELS.get(row["label"], row["label"]),
            "group": row["group"],
            "source": row["source"],
            "device": row.get("device", ""),
            "boxes": _boxes(row),
            "finding": row.get("finding", "") or row["label"],
        }
        for row in rows
    ]


def _boxes(row: Row) -> str:
    """Return the readers' boxes; a film without pneumonia has none, for the others nobody was asked."""
    if row.get("opacity_boxes"):
        return row["opacity_boxes"]
    return "[]" if row["label"] == "normal" else ""


def is_make(device: str, make: tuple[int, int]) -> bool:
    """Whether a detector of `device` ("width x height", without spaces) is of the make `make`."""
    if not device:
        return False
    sides = (int(side) for side in device.split("x"))
    return all(abs(side / of_make - 1) <= ONE_MAKE for side, of_make in zip(sides, make, strict=True))


def join_patients(rows: Sequence[Row]) -> None:
    """Give the films of `SAME_PATIENT` one group, and so all films of their groups."""
    group_of = {Path(row["file"]).stem: row["group"] for row in rows}
    for first, second in SAME_PATIENT:
        kept, joined = group_of[first], group_of[second]
        for row in rows:
            if row["group"] == joined:
                row["group"] = kept
                group_of[Path(row["file"]).stem] = kept


def name_makes(rows: Iterable[Row]) -> None:
    """Set the source of each film whose machine is known to its make, the commonest detector of it."""
    films = [row for row in rows if row["device"]]
    makes: list[tuple[int, int]] = []
    make_of: dict[str, tuple[int, int]] = {}
    for device, _count in Counter(row["device"] for row in films).most_common():
        found = next((make for make in makes if is_make(device, make)), None)
        if found is None:
            width, height = device.split("x")
            makes.append(found := (int(width), int(height)))
        make_of[device] = found
    counts = Counter(make_of[row["device"]] for row in films)
    for row in films:
        make = make_of[row["device"]]
        row["source"] += f" {make[0]}x{make[1]}" if counts[make] >= OWN_NAME else " other machines"


def with_split(rows: list[Row]) -> list[Row]:
    """Return the rows with their side: the makes in `LEFT_OUT` are the test, their patients learn nowhere."""
    held = {row["file"] for row in rows if any(is_make(row["device"], make) for make in LEFT_OUT)}
    patients = {row["group"] for row in rows if row["file"] in held}
    kept = [row for row in rows if row["file"] in held or row["group"] not in patients]
    return [row | {"split": "test" if row["file"] in held else _side(row["group"])} for row in kept]


def _side(group: str) -> str:
    digest = hashlib.blake2b(group.encode(), digest_size=4).digest()
    return "validation" if int.from_bytes(digest) < VALIDATION * 2**32 else "train"


def write(path: Path, rows: list[Row]) -> None:
    """Write a table of images."""
    columns = COLUMNS + (("split",) if "split" in rows[0] else ())
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    sides = Counter(row["split"] for row in rows if "split" in row)
    print(f"{path.name}: {len(rows)} images", ", ".join(f"{count} {side}" for side, count in sides.items()))


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    data, out = arguments.data.resolve(), arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    learnt = [row for part in LEARNT for row in rows_of(data, part, out)]
    external, ood = (rows_of(data, part, out) for part in ("external", "ood"))
    first = min(int(row["group"][1:]) for row in external + ood)
    shared = [row for row in learnt if row["source"] == "covid-cxnet" and int(row["group"][1:]) >= first]
    taken = {row["file"] for row in shared}
    learnt = [row for row in learnt if row["file"] not in taken]
    join_patients(learnt)
    name_makes(learnt)
    external += [row | {"source": "cohen-covid"} for row in shared]
    write(out / "all.csv", learnt)
    write(out / "machines-left-out.csv", with_split(learnt))
    write(out / "external.csv", [row for row in external if Path(row["file"]).stem not in VERSIONS])
    for number, half in enumerate(("develop", "report")):
        groups = sorted({row["group"] for row in ood})
        chosen = set(groups[number::2])
        write(out / f"ood-{half}.csv", [row for row in ood if row["group"] in chosen])


if __name__ == "__main__":
    main()
