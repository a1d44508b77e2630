"""What lies on the disk while `window_states` takes its pictures: drawn films, images to train with, runs."""

import os
import shutil
from pathlib import Path

from states_camera import NOW

ROOT = Path("/tmp/cxrview-states")
FIXTURES = Path(__file__).parent.parent / "tests" / "data" / "made_by_0_1_0"
DAYS = ("20240102", "20250304", "20260101")


def films() -> dict[str, Path]:
    """Draw the films of four patients, two of whom have been here before, and a file that is none."""
    import cv2
    import numpy as np
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

    folder = ROOT / "films"
    folder.mkdir()
    rows, columns = np.mgrid[:600, :480]
    number = 0
    for patient, name, views in (
        ("1001", "DOE^JANE", (("PA", DAYS[0]), ("PA", DAYS[1]), ("LL", DAYS[2]), ("PA", DAYS[2]))),
        ("1002", "MUSTERMANN^ERIKA", (("AP", DAYS[1]), ("PA", DAYS[2]))),
        ("1003", "ROE^RICHARD", (("LATERAL", DAYS[2]),)),
    ):
        for view, day in views:
            number += 1
            values = 900 + 2 * rows + 300 * np.sin(columns / (25 + 5 * number))
            values[(rows - 300) ** 2 + (columns - 150) ** 2 < (60 + 10 * number) ** 2] = 3000
            pixels = (values + np.random.default_rng(number).normal(0, 20, values.shape)).astype(np.uint16)
            data = Dataset()
            data.file_meta = FileMetaDataset()
            data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            data.SOPClassUID = DigitalXRayImageStorageForPresentation
            data.SOPInstanceUID, data.SeriesInstanceUID = f"1.2.3.{number}.3", f"1.2.3.{number}.2"
            data.StudyInstanceUID = f"1.2.3.{patient}.{day}"
            data.PatientName, data.PatientID, data.PatientSex, data.PatientAge = name, patient, "F", "054Y"
            data.StudyDate, data.Modality, data.ViewPosition = day, "DX", view
            data.BodyPartExamined, data.ImagerPixelSpacing = "CHEST", [0.5, 0.5]
            data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
            data.Rows, data.Columns = pixels.shape
            data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
            data.WindowCenter, data.WindowWidth = 1800, 2600
            data.PixelData = pixels.tobytes()
            data.save_as(folder / f"IM{number:04d}.dcm", enforce_file_format=True)
    cv2.imwrite(str(folder / "picture.png"), (rows // 3).astype(np.uint8))
    (ROOT / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\x08\x00\x05\x00CS\x0a\x00ISO_IR")
    return {path.stem: path for path in sorted(folder.iterdir())}


def training_images() -> Path:
    """Return a folder of class folders with one picture in both, a tiny one and one that is none."""
    folder = ROOT / "images"
    shutil.copytree(FIXTURES / "images", folder)
    first = sorted((folder / "clear").iterdir())[0]
    wanting = ROOT / "wanting"
    shutil.copytree(folder, wanting)
    shutil.copyfile(first, wanting / "lesion" / "again.png")
    (wanting / "lesion" / "none.png").write_bytes(b"no picture")
    return wanting


def stored_run(name: str, folder: Path) -> Path:
    """Lay the run `name` of the fixtures down in `folder`, with the paths of this machine."""
    shutil.copytree(FIXTURES / name, folder)
    for path in folder.rglob("*"):
        if path.suffix in {".toml", ".json", ".jsonl", ".csv"} and "bundle" not in path.parts:
            path.write_text(path.read_text("utf-8").replace("@folder@", str(ROOT)), "utf-8")
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (NOW, NOW))
    return folder
