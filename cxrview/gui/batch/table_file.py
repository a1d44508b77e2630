"""A results table that the window writes: the user says where, and its suffix names the format."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from cxrview.batch import table as results
from cxrview.batch.rows import Row
from cxrview.batch.store import BatchStore
from cxrview.batch.store_filter import Wanted
from cxrview.gui.batch.columns import nameless, of_model
from cxrview.i18n import tr
from cxrview.progress import Report


def ask(parent: QWidget, title: str, proposed: str = "") -> Path | None:
    """Let the user choose the file of a table; None if none was chosen."""
    kinds = f"{tr('Tables')} ({' '.join(f'*{suffix}' for suffix in results.FORMATS)})"
    start = proposed or str(Path.home() / tr("results.csv"))
    name, _ = QFileDialog.getSaveFileName(parent, title, start, kinds)
    if not name:
        return None
    return Path(name) if Path(name).suffix else Path(name).with_suffix(next(iter(results.FORMATS)))


def write(
    store: Path, wanted: Wanted, path: Path, without_names: bool, without_model: bool, report: Report
) -> int:
    """Write what is `wanted` of `store` to the table `path`, anew, and return how many rows that are.

    `without_model`: with nothing of what the model said. Raises CxrviewError, and what `report` raises.
    """
    with BatchStore.open(store) as opened:
        numbers = opened.numbers(wanted)
        columns = [name for name in opened.columns if not (without_model and of_model(name))]

        def rows() -> Iterator[Row]:
            for place, (number, row) in enumerate(zip(numbers, opened.every_row(numbers), strict=False)):
                report(place / len(numbers), "")
                yield nameless(row, int(number)) if without_names else row

        results.write_file(path, columns, rows())
    return len(numbers)
