"""What stands in a viewport in place of an image: why there is none, and what to do."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.theme import wrapped

TEXT_WIDTH = 460  # at most
MARGIN = 32  # at most
SPACING = 10
GAP = 8  # between buttons
LINES = 3  # of the text that buttons leave it
ANY_HEIGHT = 16777215  # QWIDGETSIZE_MAX, which PySide6 does not export


class MessagePage(QWidget):
    """A quiet page with an icon, a title, a sentence and a few buttons, on the canvas's black.

    Where the room is short, the least important parts go first, and a tool tip says all.
    """

    def __init__(self, actions: Sequence[QAction]) -> None:
        super().__init__(objectName="messagePage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter)
        self.title = _label("messageTitle")
        self.text = _label("messageText")
        self.detail = _label("messageDetail")
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = ButtonRow([_button(action) for action in actions])
        self.below = QWidget()  # for what was opened lately
        QHBoxLayout(self.below).setContentsMargins(0, 0, 0, 0)
        self._with_buttons = True
        self._column = QVBoxLayout(self, spacing=SPACING)
        self._column.addStretch(2)
        for widget in (self._icon, self.title, self.text, self.detail):
            row = QHBoxLayout()  # which gives a label its full width, where an alignment would not
            row.addWidget(widget)
            self._column.addLayout(row)
        self._column.addWidget(self._buttons)
        self._column.addWidget(self.below)
        self._column.addStretch(3)

    def set_icon(self, name: str, colour: str) -> None:
        """Show icon `name` in `colour`."""
        self._icon.setPixmap(themes.pixmap(name, colour, 40, self.devicePixelRatioF()))

    def show_buttons(self, shown: bool) -> None:
        """Show or hide the buttons and what stands below them."""
        self._with_buttons = shown
        self._fit()

    def say(self, title: str, text: str, detail: str = "") -> None:
        """Show these words; empty ones take no room."""
        for label, words in ((self.title, title), (self.text, text), (self.detail, detail)):
            label.setText(words)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        margin = min(MARGIN, self.width() // 12)
        self._column.setContentsMargins(margin, margin, margin, margin)
        width = max(1, self.width() - 2 * margin)
        room = self.height() - 2 * margin - 2 * SPACING  # of the stretches
        for label in (self.title, self.text, self.detail):
            _fit_height(label, min(TEXT_WIDTH, width))
        for label in (self.title, self.text):  # these always stay
            label.setVisible(bool(label.text()))
            room -= SPACING if label.text() else 0
        room -= self.title.height() if self.title.text() else 0
        words = self.text.height() if self.text.text() else 0
        sure = min(words, LINES * self.text.fontMetrics().lineSpacing())
        left_out = self._with_buttons and not self._buttons.fit(width, room - sure - SPACING)
        self._buttons.setVisible(self._with_buttons and not self._buttons.is_empty)
        room -= self._buttons.height_needed + SPACING if not self._buttons.isHidden() else 0
        cut = left_out or words > room
        if words > room:
            _cut(self.text, room)
        room -= words
        for widget, wanted in self._optional():
            needed = widget.minimumSizeHint() if widget is not self.detail else QSize(0, widget.height())
            fits = needed.height() + SPACING <= room and needed.width() <= width
            widget.setVisible(wanted and fits)
            room -= (needed.height() + SPACING) if wanted and fits else 0
            cut = cut or (wanted and not fits)
        said = (label.text() for label in (self.title, self.text, self.detail))
        self.setToolTip(wrapped("\n".join(filter(None, said))) if cut else "")

    def _optional(self) -> tuple[tuple[QWidget, bool], ...]:
        """Return what goes where the room is short, the most important first, and whether it is wanted."""
        return (
            (self._icon, True),
            (self.detail, bool(self.detail.text())),
            (self.below, self._with_buttons),
        )


class ButtonRow(QWidget):
    """Buttons beside each other, or below each other where that is too wide; the first one goes last."""

    def __init__(self, buttons: Sequence[QPushButton]) -> None:
        super().__init__()
        self._all = buttons
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setSpacing(GAP)
        self._row.setContentsMargins(0, GAP, 0, 0)
        self._row.addStretch()
        for button in buttons:
            self._row.addWidget(button)
        self._row.addStretch()
        self.height_needed = 0
        self.is_empty = not buttons

    def fit(self, width: int, height: int) -> bool:
        """Show as many as there is room for; return whether that is all of them."""
        sizes = [button.sizeHint() for button in self._all]
        down = sum(size.width() + GAP for size in sizes) - GAP > width
        way = QBoxLayout.Direction
        self._row.setDirection(way.TopToBottom if down else way.LeftToRight)
        high = max((size.height() for size in sizes), default=0) + GAP
        rows = height // high if sizes else 0
        seen = [n for n, size in enumerate(sizes) if n == 0 or size.width() <= width or not down]
        seen = seen[: max(0, rows)] if down else seen * (rows > 0)
        for number, button in enumerate(self._all):
            button.setVisible(number in seen)
        self.height_needed = high * (len(seen) if down else 1)
        self.is_empty = not seen
        return len(seen) == len(sizes)


def _fit_height(label: QLabel, width: int) -> None:
    """Make `label` as high as its words are at `width`."""
    label.ensurePolished()  # the style sheet's font decides the height
    label.setMinimumHeight(0)  # else it would be at least as high as it was
    label.setMaximumHeight(ANY_HEIGHT)
    label.setFixedHeight(label.heightForWidth(width) + 2)


def _cut(label: QLabel, height: int) -> None:
    """Let `label` show only the lines that fit into `height`, but one at least."""
    line = label.fontMetrics().lineSpacing()
    label.setFixedHeight(max(1, height // line) * line)


def _label(name: str) -> QLabel:
    label = QLabel(objectName=name, alignment=Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setMaximumWidth(TEXT_WIDTH)
    return label


def _button(action: QAction) -> QPushButton:
    button = QPushButton(action.text().replace("&", ""))
    button.setIconSize(QSize(16, 16))
    button.clicked.connect(action.trigger)
    return button
