"""One viewport of the window: the canvas, or what to do instead."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.theme import plain_tip
from cxrview.gui.view_state import Shown, ViewStage
from cxrview.gui.viewer.canvas import Canvas
from cxrview.gui.viewer.drag import unpacked
from cxrview.gui.viewer.frame_bar import FrameBar
from cxrview.gui.viewer.message_page import TEXT_WIDTH, MessagePage
from cxrview.gui.widgets import identity
from cxrview.i18n import mark, tr

FORMATS = mark(
    "DICOM, PNG, JPEG, TIFF, BMP, WebP, AVIF; files, folders, DICOMDIR, ZIP. Nothing leaves this computer."
)


class Viewport(QStackedWidget):
    """One viewport: its canvas, what to do where it is empty, or why it shows nothing.

    Signals:
        dropped: a row of the study list was dropped here; carries its path and frame.
        activated: the user turned to this viewport.
    """

    dropped = Signal(object, int)
    activated = Signal()

    def __init__(
        self,
        canvas: Canvas,
        start: Sequence[QAction],
        again: Sequence[QAction],
    ) -> None:
        super().__init__()
        self.canvas, self.view = canvas, canvas.view
        self.frames = FrameBar(self.view)
        self._picture_page = QWidget()
        column = QVBoxLayout(self._picture_page, spacing=0)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(canvas, 1)
        column.addWidget(self.frames)
        self.empty_page = MessagePage(start)
        self.error_page = MessagePage(again)
        for page in (self._picture_page, self.empty_page, self.error_page):
            self.addWidget(page)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Viewport"))
        self.setAcceptDrops(True)
        self.setMinimumSize(QSize(120, 120))
        self.set_only(True)
        self.empty_page.set_icon("image-plus", "#5d6670")
        self._colour_error(False)
        canvas.activated.connect(self.activated)
        self.view.shown_changed.connect(self._show)
        self._show(self.view.shown)

    def set_only(self, only: bool) -> None:
        """Say what to do here: all of it where this is the only viewport, a word where there are more."""
        self.empty_page.show_buttons(only)
        if only:
            self.empty_page.say(tr("Drop chest radiographs here"), tr(FORMATS))
        else:
            self.empty_page.say("", tr("Drop an image from the list here, or click here and choose one."))

    def _colour_error(self, stopped: bool) -> None:
        self.error_page.set_icon(*(("image", "#5d6670") if stopped else ("file-x", "#e5676b")))

    def _show(self, shown: Shown) -> None:
        if shown.stage is ViewStage.FAILED:
            name = self.canvas.called(shown.path) if shown.path else ""
            origin = identity.place(self.canvas.origin(shown.path)) if shown.path else ""
            self.error_page.say(self._shortened(name), f"{shown.problem} {shown.advice}".strip(), origin)
            self.error_page.title.setToolTip(plain_tip(name))
            self._colour_error(shown.stopped)
        pages = {ViewStage.EMPTY: self.empty_page, ViewStage.FAILED: self.error_page}
        focus = QApplication.focusWidget()
        focused = self.hasFocus() or (focus is not None and self.isAncestorOf(focus))
        self.setCurrentWidget(pages.get(shown.stage, self._picture_page))
        # Tab goes to what is on top: the canvas, or this view with its message.
        tab = Qt.FocusPolicy.NoFocus if self.shows_image else Qt.FocusPolicy.StrongFocus
        self.setFocusPolicy(tab)
        if focused:
            self.take_focus()

    def name_again(self) -> None:
        """Say which file cannot be shown, or not any more."""
        if self.view.shown.stage is ViewStage.FAILED:
            self._show(self.view.shown)
        else:
            self.error_page.say("", "", "")
            self.error_page.title.setToolTip("")

    @property
    def shows_image(self) -> bool:
        """Whether the canvas is on top, and no message."""
        return self.currentWidget() is self._picture_page

    def take_focus(self) -> None:
        """Let the keys go to the canvas, or to this view where there is none; never to a button."""
        (self.canvas if self.shows_image else self).setFocus()

    def _shortened(self, name: str) -> str:
        metrics = self.error_page.title.fontMetrics()
        return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, TEXT_WIDTH - 20)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.activated.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.activated.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if unpacked(event.mimeData()) is not None:
            event.acceptProposedAction()
        else:
            event.ignore()  # files are for the window

    def dropEvent(self, event: QDropEvent) -> None:
        key = unpacked(event.mimeData())
        if key is not None:
            event.acceptProposedAction()
            self.activated.emit()
            self.dropped.emit(*key)
