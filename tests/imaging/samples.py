"""The sample files that pydicom and pydicom-data bring along: all that are on the disk, nothing from afar."""

from pathlib import Path

import data_store
import pydicom

FOLDERS = (Path(pydicom.__file__).parent / "data", Path(data_store.__file__).parent / "data")
NOT_FILES_OF_DICOM = {".py", ".pyc", ".json", ".txt", ".dump", ".md", ".icc"}


def samples() -> list[Path]:
    """Return all sample files, README and source files aside."""
    return [
        path
        for folder in FOLDERS
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in NOT_FILES_OF_DICOM and path.name != "README"
    ]


def sample(name: str) -> Path:
    """Return the one sample file of that name."""
    found = [path for path in samples() if path.name == name]
    assert found, f"{name} is not on this disk"
    return found[0]
