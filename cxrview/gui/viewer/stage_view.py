"""The middle of the window: the canvas, or what to do instead."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.state import AppState, Shown, Stage
from cxrview.gui.theme import Theme
from cxrview.gui.viewer.canvas import Canvas

TEXT_WIDTH = 460  # at most
MARGIN = 32
FORMATS = "DICOM, PNG, JPEG, TIFF or BMP; files or whole folders. Nothing leaves this computer."


class MessagePage(QWidget):
    """A quiet page with an icon, a title, a sentence and a few buttons, on the canvas's black."""

    def __init__(self, actions: Sequence[QAction]) -> None:
        super().__init__(objectName="messagePage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter)
        self.title = _label("messageTitle")
        self.text = _label("messageText")
        self.detail = _label("messageDetail")
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QHBoxLayout(spacing=8)
        buttons.addStretch()
        for action in actions:
            buttons.addWidget(_button(action))
        buttons.addStretch()
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.addStretch(2)
        for widget in (self._icon, self.title, self.text, self.detail):
            row = QHBoxLayout()  # which gives a label its full width, where an alignment would not
            row.addWidget(widget)
            column.addLayout(row)
        column.addSpacing(10)
        column.addLayout(buttons)
        column.addStretch(3)

    def set_icon(self, theme: Theme, name: str, colour: str) -> None:
        """Show icon `name` in `colour`."""
        self._icon.setPixmap(theme.pixmap(name, colour, 40, self.devicePixelRatioF()))

    def say(self, title: str, text: str, detail: str = "") -> None:
        """Show these words; empty ones take no room."""
        for label, words in ((self.title, title), (self.text, text), (self.detail, detail)):
            label.setText(words)
            label.setVisible(bool(words))
        self._fit_labels()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_labels()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_labels()

    def _fit_labels(self) -> None:
        width = max(1, min(TEXT_WIDTH, self.width() - 2 * MARGIN))
        for label in (self.title, self.text, self.detail):
            label.ensurePolished()  # the style sheet's font decides the height
            label.setFixedHeight(label.heightForWidth(width) + 2)


class StageView(QStackedWidget):
    """The canvas, the empty page or the error page, as the state says."""

    def __init__(
        self, state: AppState, theme: Theme, start: Sequence[QAction], again: Sequence[QAction]
    ) -> None:
        super().__init__()
        self.canvas = Canvas(state)
        self.empty_page = MessagePage(start)
        self.error_page = MessagePage(again)
        for page in (self.canvas, self.empty_page, self.error_page):
            self.addWidget(page)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.empty_page.say("Drop chest radiographs here", FORMATS)
        self.set_theme(theme)
        state.shown_changed.connect(self._show)
        self._show(state.shown)

    def set_theme(self, theme: Theme) -> None:
        """Colour the pages' icons."""
        self.empty_page.set_icon(theme, "image-plus", "#5d6670")
        self._theme = theme
        self._colour_error(False)

    def _colour_error(self, stopped: bool) -> None:
        self.error_page.set_icon(self._theme, *(("image", "#5d6670") if stopped else ("file-x", "#e5676b")))

    def _show(self, shown: Shown) -> None:
        if shown.stage is Stage.FAILED:
            name = shown.path.name if shown.path is not None else ""
            self.error_page.say(
                self._shortened(name), f"{shown.problem} {shown.advice}".strip(), str(shown.path)
            )
            self.error_page.title.setToolTip(name)
            self._colour_error(shown.stopped)
        pages = {Stage.EMPTY: self.empty_page, Stage.FAILED: self.error_page}
        focused = self.isAncestorOf(QApplication.focusWidget()) or self.hasFocus()
        self.setCurrentWidget(pages.get(shown.stage, self.canvas))
        if focused:
            self.take_focus()

    def take_focus(self) -> None:
        """Let the keys go to the canvas, or to this view where there is none; never to a button."""
        (self.canvas if self.currentWidget() is self.canvas else self).setFocus()

    def _shortened(self, name: str) -> str:
        metrics = self.error_page.title.fontMetrics()
        return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, TEXT_WIDTH - 20)


def _label(name: str) -> QLabel:
    label = QLabel(objectName=name, alignment=Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setMaximumWidth(TEXT_WIDTH)
    return label


def _button(action: QAction) -> QPushButton:
    button = QPushButton(action.text().replace("&", ""))
    button.setIconSize(QSize(16, 16))
    button.clicked.connect(action.trigger)
    return button
