"""What the pages of a training and of a search have in common: head, ending, and a row of figures."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSpacerItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.gui.widgets.themed import IconLabel
from cxrview.i18n import tr

ICONS = {"finished": ("circle-check", "good"), "stopped": ("info", "muted")}
FAILURE = ("triangle-alert", "warning")


class RunHead(QWidget):
    """What is being done, how far it is, and two ways to end it: `keep` what is best so far, or `stop`."""

    def __init__(self, progress: str) -> None:
        """`progress` names the bar for screen readers."""
        super().__init__()
        self.doing = ElidedLabel(QSizePolicy.Policy.Preferred)
        self.doing.setObjectName("pageTitle")
        self.detail = ElidedLabel(QSizePolicy.Policy.Ignored)
        self.detail.setObjectName("muted")
        self.bar = QProgressBar(textVisible=False, maximum=1000, accessibleName=progress)
        self.keep = QPushButton(tr("Stop and keep the best"), autoDefault=False)
        self.stop = QPushButton(tr("Cancel"), autoDefault=False)
        self.stop.setToolTip(tr("Stop after this batch. You can go on later."))
        row = QHBoxLayout(spacing=12)
        row.addWidget(self.doing)
        row.addWidget(self.detail, 1)
        row.addWidget(self.keep)
        row.addWidget(self.stop)
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.bar)
        column.addStretch()

    def show_fraction(self, fraction: float) -> None:
        """Show how much is done, 0…1. Call it before other changes: Qt draws them all in the call."""
        self.bar.setValue(round(1000 * min(1.0, max(0.0, fraction))))


class Ending(QFrame):
    """How a run ended: a sentence, and buttons for what can be done now."""

    def __init__(self, buttons: Sequence[QPushButton]) -> None:
        super().__init__(objectName="runEnding")
        self.icon = IconLabel(*FAILURE, 20)
        self.what = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText, objectName="heading")
        self.advice = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText, objectName="muted")
        for label in (self.what, self.advice):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout(spacing=2)
        words.addWidget(self.what)
        words.addWidget(self.advice)
        row = self.row = QHBoxLayout(self, spacing=10)
        row.setContentsMargins(14, 12, 14, 12)
        row.addSpacerItem(QSpacerItem(0, self._room_for_words()))
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        for button in buttons:
            button.setAutoDefault(False)
            row.addWidget(button)

    def _room_for_words(self) -> int:
        """Return the height of both sentences in a line each: with advice or without, nothing below moves."""
        return round(2.7 * self.fontMetrics().lineSpacing())  # the heading is larger

    def tell(self, kind: str, what: str, advice: str) -> None:
        """Say how it ended; `kind` is that of an Outcome."""
        self.icon.show_icon(*ICONS.get(kind, FAILURE))
        self.what.setText(what)
        self.advice.setText(advice)
        self.advice.setVisible(bool(advice))


class HeadOrEnding(QStackedWidget):
    """The head while the run is alive, its ending afterwards; what stands below keeps its place."""

    def __init__(self, head: RunHead, ending: Ending) -> None:
        super().__init__()
        self._head, self._ending = head, ending
        self.addWidget(head)
        self.addWidget(ending)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def turn(self, alive: bool) -> None:
        """Show the head, or the ending."""
        page = self._head if alive else self._ending
        if page is self.currentWidget():
            return
        if alive:  # long sentences would keep their room
            self._ending.tell("", "", "")
            self._ending.row.activate()  # which Qt leaves until it is seen again
        self.setCurrentWidget(page)


class FactRow(QWidget):
    """Figures side by side, each under its title."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        super().__init__()
        self.labels = {name: QLabel(objectName="fact", textFormat=Qt.TextFormat.PlainText) for name in titles}
        row = QHBoxLayout(self, spacing=28)
        row.setContentsMargins(0, 0, 0, 0)
        for name, title in titles.items():
            column = QVBoxLayout(spacing=1)
            column.addWidget(QLabel(title, objectName="muted"))
            column.addWidget(self.labels[name])
            self.labels[name].setAccessibleName(title)
            row.addLayout(column)
        row.addStretch()

    def tell(self, **texts: str) -> None:
        """Show each of `texts`, and a dash for one that is empty."""
        for name, text in texts.items():
            self.labels[name].setText(text or "–")
