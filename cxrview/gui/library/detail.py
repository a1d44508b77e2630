"""Beside the list: what the chosen model is, how good it is, what it cannot do, and the user's notes."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.actions.mnemonics import plain
from cxrview.gui.library import facts
from cxrview.gui.library.interval_bar import IntervalBar
from cxrview.gui.widgets.dates import day
from cxrview.i18n import say, tr

if TYPE_CHECKING:
    from cxrview.bundle.library import InstalledModel

NOTES_LINES = 5
LEAST_WIDTH = 300  # logical pixels


class Notes(QPlainTextEdit):
    """Says that it was left.

    Signals:
        left: the focus went elsewhere.
    """

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class ModelDetail(QScrollArea):
    """Shows one model. `buttons` and `links` are the commands that concern it.

    Signals:
        notes_wanted: carries the model's name and what the user has written.
    """

    notes_wanted = Signal(str, str)

    def __init__(self, buttons: list[QAction], links: list[QAction]) -> None:
        super().__init__(widgetResizable=True, objectName="panelScroll")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.entry: InstalledModel | None = None
        self._handed_on = ("", "")  # name and notes, until they are in the card
        self.is_default = False
        self.title = QLabel(objectName="pageTitle", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.subtitle = QLabel(objectName="muted", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.used = QLabel(objectName="muted", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.verdict = ModelProblem()
        self.buttons = [
            bound(action, "primary" if number == 0 else "") for number, action in enumerate(buttons)
        ]
        self.links = [bound(action, "link") for action in links]
        self.figures = QWidget()
        self.rest = QLabel(objectName="muted", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.classes = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.limits = QLabel(objectName="muted", wordWrap=True, textFormat=Qt.TextFormat.RichText)
        self.notes = Notes(accessibleName=tr("Notes"), tabChangesFocus=True)
        self.notes.setPlaceholderText(tr("What you want to remember about this model"))
        self.notes.setFixedHeight(self.fontMetrics().lineSpacing() * NOTES_LINES + 24)
        self.notes.left.connect(self.keep_notes)
        self._grid = QGridLayout(self.figures)
        self._lay_out()

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside, spacing=8)
        column.setContentsMargins(18, 16, 18, 16)
        column.addWidget(self.title)
        column.addWidget(self.subtitle)
        column.addWidget(self.used)
        column.addWidget(self.verdict)
        row = QHBoxLayout(spacing=8)
        for button in self.buttons:
            row.addWidget(button)
        row.addStretch()
        column.addSpacing(4)
        column.addLayout(row)
        row = QHBoxLayout(spacing=14)
        for link in self.links:
            row.addWidget(link)
        row.addStretch()
        column.addLayout(row)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(2, 1)
        self.headings = {}
        for name, title, parts in (
            ("figures", tr("Figures"), (self.figures, self.rest)),
            ("classes", tr("Classes"), (self.classes,)),
            ("notes", tr("Notes"), (self.notes,)),
            ("limits", tr("What it cannot do"), (self.limits,)),
        ):
            heading = QLabel(title, objectName="heading")
            self.headings[name] = heading
            heading.setContentsMargins(0, 10, 0, 0)
            column.addWidget(heading)
            for part in parts:
                column.addWidget(part)
        column.addStretch()
        self._inside = inside
        self.setWidget(inside)

    def minimumSizeHint(self) -> QSize:
        # Nothing scrolls sideways, so what cannot be wrapped has its room.
        width = self._inside.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(max(LEAST_WIDTH, width), super().minimumSizeHint().height())

    def show_entry(self, entry: "InstalledModel", is_default: bool) -> None:
        """Show `entry`; what was written about another model is kept first."""
        self.keep_notes()
        writing = self.notes.hasFocus() and self.entry is not None and self.entry.name == entry.name
        self.entry, self.is_default = entry, is_default
        card = entry.card
        self.title.setText(card.title if card is not None else entry.name)
        self.subtitle.setText(_about(entry, is_default))
        self.verdict.show_problem(say(entry.problem))
        self._show_figures()
        self.rest.setText(facts.figures_note(card) if card is not None else "")
        self.classes.setText("\n".join(_class_lines(entry)))
        self.limits.setText(_bullets(card.limits) if card is not None else "")
        if not writing:
            self.notes.setPlainText(entry.notes)
        for name, part, there in (
            ("figures", self.rest, card is not None),
            ("classes", self.classes, card is not None),
            ("limits", self.limits, card is not None and bool(card.limits)),
            ("notes", self.notes, card is not None and not entry.bundled),
        ):
            self.headings[name].setVisible(there)
            part.setVisible(there)
        self.updateGeometry()
        self.verticalScrollBar().setValue(0 if not writing else self.verticalScrollBar().value())

    def show_use(self, line: str, for_now: bool = False) -> None:
        """Say in `line` how the model is used at present, and for how long, or with "" nothing."""
        words = tr("In use until cxrview is closed: {line}") if for_now else tr("In use: {line}")
        self.used.setText(words.format(line=line) if line else "")
        self.used.setVisible(bool(line))

    def keep_notes(self) -> None:
        """Hand on what the user has written, if it is new."""
        entry, text = self.entry, self.notes.toPlainText()
        if entry is None or entry.bundled or entry.card is None or text == entry.notes:
            return
        if self._handed_on != (entry.name, text):
            self._handed_on = entry.name, text
            self.notes_wanted.emit(entry.name, text)

    def _show_figures(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        card = self.entry.card if self.entry is not None else None
        row = 0
        for key, title in facts.FIGURES.items():
            if (figure := facts.figure_of(card, key)) is None:
                continue
            value = QLabel(facts.interval_text(figure))
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(QLabel(tr(title), objectName="muted"), row, 0)
            self._grid.addWidget(value, row, 1)
            self._grid.addWidget(IntervalBar(figure), row, 2)
            row += 1
        self.figures.setVisible(row > 0)


class ModelProblem(QFrame):
    """What is wrong with a model; hidden where nothing is."""

    def __init__(self) -> None:
        super().__init__(objectName="verdict")
        self.setProperty("tone", "warning")
        self.words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.addWidget(self.words)
        self.hide()

    def show_problem(self, problem: str) -> None:
        """Say `problem`, or nothing."""
        words = tr("This model is damaged. {problem} Import it again from where it came.")
        self.words.setText(words.format(problem=problem) if problem else "")
        self.setVisible(bool(problem))


def bound(action: QAction, name: str = "") -> QPushButton:
    """Return a button that does `action` and can be pressed when that can be done."""
    button = QPushButton(action.text(), autoDefault=False)
    button.setObjectName(name)
    button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    button.clicked.connect(action.trigger)
    if name == "link":
        button.setIconSize(QSize(14, 14))

    def follow() -> None:
        button.setEnabled(action.isEnabled())
        button.setVisible(action.isVisible())
        tip = action.toolTip()
        button.setToolTip("" if tip == plain(action.text()) else tip)

    action.changed.connect(follow)
    follow()
    return button


def _bullets(lines: Sequence[str]) -> str:
    items = "".join(f"<li style='margin-bottom: 3px'>{escape(line)}</li>" for line in lines)
    return f"<ul style='margin-left: -22px; margin-top: 0'>{items}</ul>"


def _about(entry: "InstalledModel", is_default: bool) -> str:
    parts = [entry.name]
    if entry.card is not None:
        size = entry.card.input_size
        parts += [entry.card.version, facts.network_text(entry), f"{size} × {size}"]
    parts += [facts.size_text(entry.bytes), day(entry.time)]
    whose = tr("comes with cxrview") if entry.bundled else tr("yours")
    parts.append(tr("the default, {whose}").format(whose=whose) if is_default else whose)
    return "  ·  ".join(parts)


def _class_lines(entry: "InstalledModel") -> list[str]:
    if entry.card is None:
        return []
    counts = facts.images_of(entry.card, "train")
    lines = []
    for item in entry.card.classes:
        label = tr(item.label)
        if (count := counts.get(item.name)) is not None:
            label = tr("{label}: {count} training images").format(label=label, count=count)
        lines.append(label)
    return lines
