"""The paper of the user's country, and PDF files of what is drawn on it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QLocale, QMarginsF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from cxrview import __version__
from cxrview.atomic_file import write_atomically
from cxrview.errors import CxrviewError
from cxrview.gui import messages
from cxrview.messages import CHOOSE_ANOTHER_FOLDER

RESOLUTION = 600  # dots per inch of the page's coordinates
Draw = Callable[[QPainter, QSizeF, Callable[[], object]], None]
"""Draws with a painter on pages of that size in millimetres; the last argument begins another page."""


def paper() -> QPageSize:
    """Return the paper of the user's country: Letter or A4."""
    letter = QLocale().measurementSystem() is QLocale.MeasurementSystem.ImperialUSSystem
    return QPageSize(QPageSize.PageSizeId.Letter if letter else QPageSize.PageSizeId.A4)


def layout(size: QPageSize) -> QPageLayout:
    """Return `size` upright; the page keeps its own margins."""
    return QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF())


def write_pdf(path: Path, title: str, draw: Draw, size: QPageSize | None = None) -> None:
    """Write what `draw` draws as PDF, its text selectable. Raises CxrviewError if `path` cannot be written.

    `title` shows in lists of files: never a patient's name.
    """
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageLayout(layout(size or paper()))
    writer.setResolution(RESOLUTION)
    writer.setTitle(title)
    writer.setCreator(f"cxrview {__version__}")
    painter = QPainter(writer)
    draw(painter, writer.pageLayout().pageSize().size(QPageSize.Unit.Millimeter), writer.newPage)
    painter.end()
    buffer.close()
    try:
        write_atomically(path, bytes(data.data()))
    except OSError as error:
        raise CxrviewError(messages.COULD_NOT_BE_WRITTEN, CHOOSE_ANOTHER_FOLDER, path) from error
