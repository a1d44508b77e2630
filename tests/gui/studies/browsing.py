"""Entries for lists of any length, without a file behind them, and what a list shows of them."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QModelIndex

from cxrview.gui.state import Entry
from cxrview.imaging import Identity, Pictured


def dicom_entry(
    number: int,
    *,
    patient: str = "1",
    day: str = "20240102",
    series: str = "1",
    view: str = "PA",
    **more: str,
) -> Entry:
    """Return the entry of a radiograph; of a patient there is one study a day."""
    identity = Identity(
        patient_name=f"DOE^{patient}",
        patient_id=patient,
        study_uid=f"1.2.{patient}.{day}",
        study_date=day,
        series_uid=f"1.2.{patient}.{day}.{series}",
        series_number=series,
        instance_number=more.pop("instance", str(number)),
        **more,
    )
    return Entry(Path(f"/films/IM{number:05d}"), identity, Pictured("CHEST", view, ""))


def raster_entry(name: str, folder: str = "/films") -> Entry:
    """Return the entry of a picture."""
    return Entry(Path(folder, name))


def texts(model: QAbstractItemModel) -> list[str]:
    """Return what the rows of `model` say, depth first, two spaces a level."""

    def walk(parent: QModelIndex, depth: int) -> Iterator[str]:
        for row in range(model.rowCount(parent)):
            index = model.index(row, 0, parent)
            yield "  " * depth + index.data()
            yield from walk(index, depth + 1)

    return list(walk(QModelIndex(), 0))
