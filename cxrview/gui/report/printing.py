"""The report or a picture on paper: a preview first, and a file where there is no printer."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPageLayout, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo, QPrintPreviewDialog
from PySide6.QtWidgets import QMessageBox, QWidget

from cxrview.gui.report import page
from cxrview.gui.report.paper import layout, paper
from cxrview.gui.report.sheet import Sheet
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import mark, tr

if TYPE_CHECKING:
    from cxrview.gui.report.page import ReportFacts

MARGIN = 12.0  # mm
REPORT = (mark("The report can be saved as PDF and printed elsewhere."), mark("&Save as PDF…"))
PICTURE = (mark("The picture can be saved and printed elsewhere."), mark("&Save picture…"))
Draw = Callable[[QPrinter, QPainter], None]


class PrintPreview(QPrintPreviewDialog):
    """Qt's own preview of one page, on the paper of the user's country."""

    def __init__(self, parent: QWidget, draw: Draw) -> None:
        self._printer = QPrinter(QPrinter.PrinterMode.HighResolution)  # has to live as long as the dialog
        self._printer.setPageLayout(layout(paper()))
        self._printer.setFullPage(True)
        self._printer.setCreator("cxrview")
        self._printer.setDocName(tr(page.NAME))
        self._draw = draw
        super().__init__(self._printer, parent)
        self.setWindowTitle(tr("Print"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.paintRequested.connect(self._paint)
        self.resize(fitted(QSize(820, 900), self))

    def _paint(self, printer: QPrinter) -> None:
        painter = QPainter(printer)
        self._draw(printer, painter)
        painter.end()


def preview_page(parent: QWidget, facts: "ReportFacts", save_instead: Callable[[], None]) -> None:
    """Show the report as the printer will print it; without one offer to save it (`save_instead`)."""
    if not printers():
        _offer(parent, REPORT, save_instead)
        return

    def draw(printer: QPrinter, painter: QPainter) -> None:
        page.draw(painter, facts, _millimetres(printer), printer.newPage)

    PrintPreview(parent, draw).open()


def preview_image(parent: QWidget, image: QImage, save_instead: Callable[[], None]) -> None:
    """Show the picture as large as the paper allows; without a printer offer to save it (`save_instead`)."""
    if not printers():
        _offer(parent, PICTURE, save_instead)
        return

    def draw(printer: QPrinter, painter: QPainter) -> None:
        size = _millimetres(printer)
        room = QRectF(MARGIN, MARGIN, size.width() - 2 * MARGIN, size.height() - 2 * MARGIN)
        Sheet(painter).picture(room, image)

    PrintPreview(parent, draw).open()


def printers() -> list[str]:
    """Return the names of the printers that are set up here."""
    return QPrinterInfo.availablePrinterNames()


def _millimetres(printer: QPrinter) -> QSizeF:
    return printer.pageLayout().fullRect(QPageLayout.Unit.Millimeter).size()


def _offer(parent: QWidget, words: tuple[str, str], save_instead: Callable[[], None]) -> None:
    advice, button = words
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(tr("Print"))
    box.setText(tr("No printer is set up on this computer."))
    box.setInformativeText(tr(advice))
    save = box.addButton(tr(button), QMessageBox.ButtonRole.AcceptRole)
    box.addButton(QMessageBox.StandardButton.Close)
    save.clicked.connect(save_instead)
    box.open()
