"""Listing a folder of thousands of DICOM files, alone and with the window open, against bare pydicom."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid
from table import write

FILES, A_PATIENT, A_STUDY, A_SERIES = 5000, 40, 4, 2
ROUNDS = 5
TIMEOUT = 60  # seconds
TECHNIQUE: dict[str, Any] = {
    "SpecificCharacterSet": "ISO_IR 100",
    "ImageType": ["ORIGINAL", "PRIMARY", ""],
    "InstanceCreationDate": "20260103",
    "InstanceCreationTime": "101112",
    "SeriesDate": "20260103",
    "AcquisitionDate": "20260103",
    "ContentDate": "20260103",
    "StudyTime": "101010.5",
    "SeriesTime": "101011",
    "AcquisitionTime": "101012",
    "ContentTime": "101013",
    "AccessionNumber": "A0012345",
    "Modality": "DX",
    "PresentationIntentType": "FOR PRESENTATION",
    "Manufacturer": "Phantom Works",
    "InstitutionName": "A hospital somewhere",
    "InstitutionAddress": "1 Long Road, A Town",
    "ReferringPhysicianName": "Smith^John",
    "StationName": "ROOM1",
    "StudyDescription": "Chest in two planes",
    "SeriesDescription": "Chest",
    "InstitutionalDepartmentName": "Radiology",
    "PerformingPhysicianName": "Brown^Mary",
    "OperatorsName": "Green^Ann",
    "ManufacturerModelName": "Digital 3000",
    "PatientBirthDate": "19600229",
    "PatientSex": "F",
    "PatientAge": "065Y",
    "PatientSize": "1.68",
    "PatientWeight": "71",
    "BodyPartExamined": "CHEST",
    "KVP": "125",
    "DeviceSerialNumber": "4711",
    "SoftwareVersions": ["3.1", "3.2"],
    "ProtocolName": "Chest PA",
    "DistanceSourceToDetector": "1800",
    "DistanceSourceToPatient": "1750",
    "ExposureTime": "8",
    "XRayTubeCurrent": "250",
    "Exposure": "2",
    "ExposureInuAs": "2000",
    "ImageAndFluoroscopyAreaDoseProduct": "1.2",
    "FilterType": "STRIP",
    "ImagerPixelSpacing": [0.143, 0.143],
    "Grid": ["FOCUSED", "PARALLEL"],
    "FocalSpots": "1.2",
    "DateOfLastCalibration": "20251201",
    "CollimatorShape": "RECTANGULAR",
    "CollimatorLeftVerticalEdge": "1",
    "CollimatorRightVerticalEdge": "16",
    "CollimatorUpperHorizontalEdge": "1",
    "CollimatorLowerHorizontalEdge": "16",
    "ViewPosition": "PA",
    "Sensitivity": "400",
    "DetectorType": "SCINTILLATOR",
    "DetectorID": "D77",
    "StudyID": "S1",
    "AcquisitionNumber": "1",
    "PatientOrientation": ["L", "F"],
    "ImageLaterality": "U",
    "PixelIntensityRelationship": "LOG",
    "PixelIntensityRelationshipSign": -1,
    "BurnedInAnnotation": "NO",
    "WindowCenter": [2048, 2000],
    "WindowWidth": [4096, 3000],
    "WindowCenterWidthExplanation": ["NORMAL", "HARDER"],
    "RescaleIntercept": "0",
    "RescaleSlope": "1",
    "RescaleType": "US",
    "LossyImageCompression": "00",
    "PerformedProcedureStepStartDate": "20260103",
    "PerformedProcedureStepID": "P1",
    "RequestedProcedureID": "R1",
    "PresentationLUTShape": "IDENTITY",
}
PRIVATE = 60  # elements of the maker's own
SEQUENCES = (
    "ProcedureCodeSequence",
    "ReferencedStudySequence",
    "AnatomicRegionSequence",
    "AcquisitionContextSequence",
    "ViewCodeSequence",
    "RequestAttributesSequence",
    "PerformedProtocolCodeSequence",
)


def template() -> Dataset:
    """Return a small picture with a header as long as that of a digital X-ray system."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    for keyword, value in TECHNIQUE.items():
        setattr(dataset, keyword, value)
    for keyword in SEQUENCES:
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "T-D3000", "SRT", "Chest"
        setattr(dataset, keyword, [item])
    for group in (0x0019, 0x0029):
        block = dataset.private_block(group, "Phantom Works", create=True)
        for element in range(PRIVATE // 2):
            block.add_new(element, "LO", f"private value {element}")
    pixels = np.arange(256, dtype=np.uint16).reshape(16, 16) * 16
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.PixelData = pixels.tobytes()
    return dataset


def make_folder(folder: Path) -> None:
    """Fill `folder` with FILES files, in folders of their patients and studies."""
    dataset = template()
    for number in range(FILES):
        patient, study = number // A_PATIENT, number // A_STUDY
        dataset.PatientName, dataset.PatientID = f"Phantom^{patient:03}", f"P{patient:05}"
        dataset.StudyDate = f"2026{study % 12 + 1:02}{study % 28 + 1:02}"
        dataset.StudyInstanceUID = f"1.2.826.0.1.3680043.10.1.{study}"
        dataset.SeriesInstanceUID = f"1.2.826.0.1.3680043.10.2.{number // A_SERIES}"
        dataset.SeriesNumber, dataset.InstanceNumber = number // A_SERIES % 2 + 1, number % A_SERIES + 1
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        place = folder / f"patient{patient}" / f"study{study}"
        place.mkdir(parents=True, exist_ok=True)
        dataset.save_as(place / f"IM{number:06}", enforce_file_format=True)


def bare(folder: Path) -> tuple[float, float]:
    """Return the seconds to the first and to the last header by pydicom in a loop."""
    begin = time.perf_counter()
    first = 0.0
    for place, _, names in os.walk(folder):
        for name in names:
            pydicom.dcmread(os.path.join(place, name), stop_before_pixels=True)  # noqa: PTH118
            first = first or time.perf_counter() - begin
    return first, time.perf_counter() - begin


def search(folder: Path) -> tuple[float, float]:
    """Return the seconds to the first and to the last entry of cxrview's own search, without a window."""
    from cxrview.gui.session.discovery import discover
    from cxrview.imaging.unpacked import Unpacked
    from cxrview.progress import silent

    begin = time.perf_counter()
    first, count = 0.0, 0
    for batch in discover([folder], Unpacked(), silent):
        count += len(batch)
        first = first or time.perf_counter() - begin
    assert count == FILES
    return first, time.perf_counter() - begin


def wait(met: Callable[[], bool]) -> float:
    """Let the window work until `met()`; return the longest time in seconds that it stood still."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    last = begin = time.perf_counter()
    longest = 0.0

    def tick() -> None:
        nonlocal last, longest
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
        if met():
            loop.quit()
        elif now - begin > TIMEOUT:
            raise RuntimeError("the window does not come to an end")

    timer = QTimer(interval=1, timeout=tick)
    timer.start()
    loop.exec()
    return longest


def in_window(folder: Path) -> tuple[float, float, float, float]:
    """Return the seconds to the first row, to the first image, to the last row, and of the longest stall."""
    from cxrview.gui.app import application
    from cxrview.gui.main_window import MainWindow
    from cxrview.gui.state import ViewStage

    application()
    with tempfile.TemporaryDirectory() as home:
        window = MainWindow(Path(home))
        window.resize(1280, 800)
        window.show()
        state = window.state
        wait(lambda: state.model.card is not None)
        begin = time.perf_counter()
        when: dict[str, float] = {}
        state.entries_added.connect(lambda _new: when.setdefault("row", time.perf_counter() - begin))
        window.open([folder])
        stall = wait(lambda: state.shown.stage is ViewStage.SHOWN)
        when["image"] = time.perf_counter() - begin
        stall = max(stall, wait(lambda: len(state.entries) == FILES))
        when["all"] = time.perf_counter() - begin
        window.close()
        window.runner.close(wait=True)
        window.deleteLater()
    return when["row"], when["image"], when["all"], stall


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as place:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            os.environ[name] = place
        folder = Path(place, "films")
        make_folder(folder)
        elements = len(pydicom.dcmread(next(folder.rglob("IM*")), stop_before_pixels=True))
        for measure in (bare, search, in_window):  # fill the disk cache, import, compile the model
            measure(folder)
        runs = [(bare(folder), search(folder), in_window(folder)) for _ in range(ROUNDS)]
    loops, searches, windows = zip(*runs, strict=True)
    whole = statistics.median(time[1] for time in loops)
    rows = []
    for label, first, end in (
        ("pydicom.dcmread(stop_before_pixels=True) in a loop", [t[0] for t in loops], [t[1] for t in loops]),
        ("cxrview's search alone", [t[0] for t in searches], [t[1] for t in searches]),
        ("cxrview with the window open", [t[0] for t in windows], [t[2] for t in windows]),
    ):
        took = statistics.median(end)
        begin = f"{statistics.median(first) * 1000:.0f} ms"
        rows.append((label, begin, f"{took:.2f} s", f"{FILES / took:.0f}", f"{took / whole:.2f}"))
    image, stall = (statistics.median(t[index] for t in windows) * 1000 for index in (1, 3))
    remark = (
        f"{FILES} files with {elements} elements each, in folders of patients and studies, on a warm disk; "
        f"medians of {ROUNDS} rounds in turns. In the window the first image is on the screen after "
        f"{image:.0f} ms, and the event loop stands still for {stall:.0f} ms at most."
    )
    write("Listing", "indexing.py", remark, ("what", "first file", "all files", "files/s", "ratio"), rows)


if __name__ == "__main__":
    main()
