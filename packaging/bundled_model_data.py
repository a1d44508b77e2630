"""Make the tables of images from which the bundled model is trained and by which it is judged.

    python packaging/bundled_model_data.py DATA OUT

DATA holds `cxr`, `external` and `ood`, each with a `manifest.csv` (file, label, group, source).
Written to OUT:

- `train.csv`: `cxr` without the COVID-19 images that also occur in the COVID-19 Image Data Collection;
- `external.csv`: these, and the images of `external`, which are of that collection too: a place with and
  without the disease that training has not seen in any form;
- `ood.csv`: `ood`.

The manifests number the groups by collection, and a near-duplicate takes the number of the later one, so a
COVID-19 image with a number from the collection's range occurs in it. Trained with these images, a model
learns that the look of that collection means COVID-19.
"""

import argparse
import csv
import os
from pathlib import Path

COLUMNS = ("file", "label", "group", "source")
WATCHED = "covid19"


def rows_of(data: Path, part: str, out: Path) -> list[dict[str, str]]:
    """Return the rows of a manifest, the files relative to `out`."""
    with (data / part / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        {name: row[name] for name in COLUMNS} | {"file": os.path.relpath(data / part / row["file"], out)}
        for row in rows
    ]


def write(path: Path, rows: list[dict[str, str]]) -> None:
    """Write a table of images."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    print(f"{path.name}: {len(rows)} images")


def main() -> None:
    """Write the three tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    data, out = arguments.data.resolve(), arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    trained, external, ood = (rows_of(data, part, out) for part in ("cxr", "external", "ood"))
    first = min(int(row["group"][1:]) for row in external + ood)
    shared = [row for row in trained if row["label"] == WATCHED and int(row["group"][1:]) >= first]
    write(out / "train.csv", [row for row in trained if row not in shared])
    write(out / "external.csv", external + [row | {"source": "cohen-covid"} for row in shared])
    write(out / "ood.csv", ood)


if __name__ == "__main__":
    main()
