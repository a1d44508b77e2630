"""Whether any honest window is passed over: films as 12-bit DICOM with windows around the span of the lungs.

    python packaging/honest_windows.py FOLDER... [--films 500]

FOLDER holds a `manifest.csv` with the columns `file` and `lung_box` (left, top, right, bottom in pixels, as
JSON). Each film gets windows of 0.5, 1, 2 and 4 times the span of what lies between the 1st and the 99th
percentile in its lungs' box, centred there, and is read as any DICOM is. Prints one line a width; the exit
code is 1 where a window was passed over.
"""

import argparse
import csv
import json
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

from cxrview.imaging import Window, read

WIDTHS = (0.5, 1.0, 2.0, 4.0)  # of the lungs' span
SEED = 12


def films(folders: list[Path], most: int) -> list[tuple[Path, list[int]]]:
    """Return `most` films, drawn at random, with their lungs' boxes."""
    found = []
    for folder in folders:
        with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                boxes = json.loads(row.get("lung_box") or "[]")
                if boxes:
                    found.append((folder / row["file"], boxes[0]))
    return random.Random(SEED).sample(sorted(found), min(most, len(found)))


def wrapped(values: NDArray[np.uint16], centre: float, width: float) -> Dataset:
    """Return `values`, (H, W) of 12 bits, as a DICOM dataset with one window."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.Rows, dataset.Columns = values.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.WindowCenter, dataset.WindowWidth = f"{centre:.1f}", f"{width:.1f}"
    dataset.PixelData = values.astype("<u2").tobytes()
    return dataset


def main() -> int:
    """Print how many windows were kept; return 1 if any was not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--films", type=int, default=500)
    arguments = parser.parse_args()
    lost: Counter[float] = Counter()
    chosen = films(arguments.folders, arguments.films)
    with tempfile.TemporaryDirectory() as folder:
        for path, (left, top, right, bottom) in chosen:
            grey = np.asarray(Image.open(path).convert("L"))
            values = grey.astype(np.uint16) * 16
            low, high = np.percentile(values[top:bottom, left:right], (1, 99))
            for factor in WIDTHS:
                width = max(2.0, (high - low) * factor)
                copy = Path(folder) / "film.dcm"
                wrapped(values, (low + high) / 2, width).save_as(copy, enforce_file_format=True)
                (radiograph,) = read(copy)
                if radiograph.default_voi != radiograph.vois[0] or not isinstance(radiograph.vois[0], Window):
                    lost[factor] += 1
                    print(f"{path}, {factor:g} ×: {radiograph.warnings}")
    for factor in WIDTHS:
        print(f"{factor:g} × the span of the lungs: {lost[factor]} of {len(chosen)} passed over")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
