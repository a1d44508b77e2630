"""Small DICOM files with known contents, written for the tests."""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

from cxrview.imaging import Radiograph, read


def phantom(pixels: np.ndarray, *, bits: int | None = None, **attributes) -> Dataset:
    """Return a dataset of `pixels`: (H, W), (N, H, W) by NumberOfFrames, or (H, W, 3) by colour.

    `attributes` are set last and may contradict all the rest.
    """
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    colour = pixels.ndim == 3 and "NumberOfFrames" not in attributes
    dataset.Rows, dataset.Columns = pixels.shape[:2] if colour else pixels.shape[-2:]
    dataset.SamplesPerPixel = 3 if colour else 1
    dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        dataset.PlanarConfiguration = 0
    size = pixels.dtype.itemsize * 8
    if pixels.dtype.kind in "iu":
        dataset.BitsAllocated, dataset.BitsStored = size, bits or size
        dataset.HighBit = dataset.BitsStored - 1
        dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
        dataset.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
        dataset["PixelData"].VR = "OB" if size == 8 else "OW"
    else:
        dataset.BitsAllocated = size
        setattr(dataset, "FloatPixelData" if size == 32 else "DoubleFloatPixelData", pixels.tobytes())
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def save(dataset: Dataset, path: Path) -> Path:
    """Write `dataset` to `path` and return it."""
    dataset.save_as(path, enforce_file_format=True)
    return path


def read_phantom(path: Path, pixels: np.ndarray, **attributes) -> Radiograph:
    """Return the only frame of a phantom, written to `path` and read back."""
    (radiograph,) = read(save(phantom(pixels, **attributes), path))
    return radiograph


def lut(entries: list[int], first: int, bits: int, explanation: str = "") -> Dataset:
    """Return an item of a modality or VOI LUT sequence."""
    item = Dataset()
    item.add_new((0x0028, 0x3002), "SS" if first < 0 else "US", [len(entries) % 65_536, first, bits])
    item.add_new((0x0028, 0x3006), "OW", np.asarray(entries, "<u2").tobytes())
    if explanation:
        item.LUTExplanation = explanation
    return item


RAMP = np.arange(0, 4096, dtype=np.uint16).reshape(64, 64)
