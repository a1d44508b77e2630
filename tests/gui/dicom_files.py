"""DICOM files for tests of the window: a phantom with the header that a test needs."""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

from tests.gui.conftest import make_phantom


def write_dicom(
    path: Path,
    *,
    name: str = "DOE^JANE",
    patient_id: str = "4711",
    study: str = "",
    view: str = "PA",
    date: str = "20260103",
    frames: int = 1,
    frame_time: float = 0,
    pixels: np.ndarray | None = None,
    **elements: object,
) -> Path:
    """Write a digital radiograph, (h, w) or (frames, h, w) uint8 or uint16, and return `path`."""
    if pixels is None:
        pixels = np.stack([make_phantom(number, 60, 50) for number in range(frames)])
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.SOPInstanceUID = generate_uid()
    dataset.StudyInstanceUID = study or generate_uid()
    dataset.SeriesInstanceUID = generate_uid()
    dataset.PatientName, dataset.PatientID = name, patient_id
    dataset.StudyDate, dataset.Modality, dataset.ViewPosition = date, "DX", view
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape[-2:]
    bits = 8 * pixels.dtype.itemsize
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit, dataset.PixelRepresentation = bits - 1, 0
    if frames > 1:
        dataset.NumberOfFrames = frames
    if frame_time:
        dataset.FrameTime = frame_time
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    data = pixels.tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset.save_as(path, enforce_file_format=True)
    return path
