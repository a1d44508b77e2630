"""The answer: a confidence of five steps for each class, "cannot be judged", a line of one's own."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cxrview.i18n import mark, tr

STEPS = (
    mark("Surely not"),
    mark("Probably not"),
    mark("Cannot tell"),
    mark("Probably"),
    mark("Surely"),
)


class Question(QWidget):
    """A class and its five buttons.

    Signals:
        answered: one of the buttons was chosen.
    """

    answered = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.name = name
        self.title = QLabel(name, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.said = QLabel(objectName="muted")
        self.group = QButtonGroup(self)
        row = QHBoxLayout(spacing=2)
        self.buttons = []
        for level, words in enumerate(STEPS, start=1):
            button = QToolButton(text=str(level), checkable=True, toolTip=tr(words))
            button.setAccessibleName(f"{name}: {tr(words)}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys are the window's
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.group.addButton(button, level)
            self.buttons.append(button)
            row.addWidget(button)
        segments = QWidget(objectName="segments")
        segments.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        segments.setLayout(row)
        row.setContentsMargins(2, 2, 2, 2)
        head = QHBoxLayout(spacing=8)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.said)
        column = QVBoxLayout(self, spacing=4)
        column.setContentsMargins(0, 4, 0, 6)
        column.addLayout(head)
        column.addWidget(segments)
        self.group.idClicked.connect(lambda _level: self._changed())

    @property
    def level(self) -> int:
        """The confidence, 1…5, or 0 if none was given."""
        return max(0, self.group.checkedId())

    def set_level(self, level: int) -> None:
        """Choose a confidence; 0 takes it back."""
        self.group.setExclusive(False)
        for number, button in enumerate(self.buttons, start=1):
            button.setChecked(number == level)
        self.group.setExclusive(True)
        self._changed()

    def _changed(self) -> None:
        self.said.setText(tr(STEPS[self.level - 1]) if self.level else "")
        self.answered.emit()

    def set_current(self, current: bool) -> None:
        """Show that keys go here."""
        self.setObjectName("currentQuestion" if current else "")
        self.title.setProperty("current", current)
        font = self.title.font()
        font.setBold(current)
        self.title.setFont(font)


class Rating(QWidget):
    """The questions one below the other. One of them is current: the digits 1…5 are for it.

    Signals:
        changed: the answer changed.
    """

    changed = Signal()

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.questions = [Question(name) for name in names]
        self.unjudged = QCheckBox(tr("Cannot be judged"))
        self.unjudged.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.note = QLineEdit(
            placeholderText=tr("A line of your own"), accessibleName=tr("Note"), maxLength=500
        )
        self.current = 0
        column = QVBoxLayout(self, spacing=4)
        column.setContentsMargins(0, 0, 0, 0)
        for number, question in enumerate(self.questions):
            column.addWidget(question)
            question.answered.connect(self.changed)
            question.group.idClicked.connect(lambda _level, number=number: self.go_to(number + 1))
        column.addWidget(self.unjudged)
        column.addWidget(self.note)
        self.unjudged.toggled.connect(self._judge)
        self.go_to(0)

    @property
    def confidence(self) -> dict[str, int]:
        """The confidences that were given, {} where the film cannot be judged."""
        if self.unjudged.isChecked():
            return {}
        return {question.name: question.level for question in self.questions if question.level}

    @property
    def is_complete(self) -> bool:
        """Whether every question has an answer, or the film cannot be judged."""
        return self.unjudged.isChecked() or all(question.level for question in self.questions)

    def rate(self, level: int) -> None:
        """Answer the current question and go on to the next."""
        self.unjudged.setChecked(False)
        self.questions[self.current].set_level(level)
        self.go_to(self.current + 1)

    def go_to(self, number: int) -> None:
        """Make another question the current one; behind the last comes the first."""
        self.current = number % len(self.questions)
        for place, question in enumerate(self.questions):
            question.set_current(place == self.current)

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) question."""
        self.go_to(self.current + by)

    def ask(self, confidence: Mapping[str, int] | None = None) -> None:
        """Begin anew, or with answers that were given before."""
        self.unjudged.setChecked(False)
        self.note.clear()
        for question in self.questions:
            question.set_level((confidence or {}).get(question.name, 0))
        self.go_to(0)

    def _judge(self, unjudged: bool) -> None:
        for question in self.questions:
            question.setEnabled(not unjudged)
        self.changed.emit()
