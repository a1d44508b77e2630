"""The training window: images, model, training, result, and the way between them."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.training.runs import Run
from cxrview.gui.training.step import WizardStep
from cxrview.gui.widgets.closed_by_escape import ClosedByEscape
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import tr

RAIL = 168  # logical pixels


class TrainingWindow(ClosedByEscape, QWidget):
    """Not modal: it may be closed while the training goes on, and opened again.

    `steps` follow each other; those `beside` the way need what the first `needed` of them need.

    Signals:
        closed: the user closed it.
    """

    closed = Signal()

    def __init__(
        self,
        steps: Sequence[WizardStep],
        parent: QWidget | None = None,
        *,
        beside: Sequence[WizardStep] = (),
        needed: int = 2,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("Train a model"))
        self.setObjectName("trainingWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.resize(fitted(QSize(1120, 760), self))
        self.steps = [*steps, *beside]
        self._way, self._needed = len(steps), needed
        self.pages = QStackedWidget()
        self.rail: list[QPushButton] = []
        self.obstacle = QLabel(objectName="obstacle", wordWrap=True)
        self.back = QPushButton(tr("Back"))
        self.next = QPushButton(tr("Next"), objectName="primary")
        self._lay_out()
        self.back.clicked.connect(lambda: self.go_to(self.pages.currentIndex() - 1))
        self.next.clicked.connect(lambda: self.go_to(self.pages.currentIndex() + 1))
        for step in self.steps:
            step.ready_changed.connect(self._refresh)
        self.go_to(0)

    def _lay_out(self) -> None:
        rail = QWidget(objectName="rail")
        rail.setFixedWidth(RAIL)
        rail.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(rail, spacing=4)
        column.setContentsMargins(12, 18, 12, 12)
        group = QButtonGroup(self)
        for number, step in enumerate(self.steps):
            if number == self._way:
                column.addSpacing(16)
            label = f"{number + 1}   {step.title}" if number < self._way else step.title
            button = QPushButton(label, checkable=True, objectName="railButton")
            button.setAccessibleName(step.title)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _on, number=number: self.go_to(number))
            group.addButton(button)
            column.addWidget(button)
            self.rail.append(button)
            self.pages.addWidget(step)
        column.addStretch()
        foot = QHBoxLayout(spacing=8)
        foot.setContentsMargins(24, 10, 24, 14)
        foot.addWidget(self.obstacle, 1)
        foot.addWidget(self.back)
        foot.addWidget(self.next)
        right = QVBoxLayout(spacing=0)
        right.addWidget(self.pages, 1)
        right.addLayout(foot)
        row = QHBoxLayout(self, spacing=0)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(rail)
        row.addLayout(right, 1)

    def reachable(self, number: int) -> bool:
        """Whether nothing before step `number` stands in the way, or it has something to show as it is."""
        before = self.steps[: number if number < self._way else self._needed]
        return self.steps[number].offers() or all(not step.obstacle() for step in before)

    def go_to(self, number: int) -> None:
        """Show step `number` if it can be reached."""
        came_by = self.focusWidget()
        if 0 <= number < len(self.steps) and self.reachable(number):
            self.pages.setCurrentIndex(number)
            self.steps[number].entered()
        self._refresh()
        if came_by in (self.back, self.next) and not (came_by.isVisible() and came_by.isEnabled()):
            self._focus_page()

    def _focus_page(self) -> None:
        """Give the keyboard to the first part of the page that takes it."""
        page = self.steps[self.pages.currentIndex()]
        part = page.nextInFocusChain()
        while part is not None and page.isAncestorOf(part):
            if part.isVisible() and part.isEnabled() and part.focusPolicy() & Qt.FocusPolicy.TabFocus:
                part.setFocus(Qt.FocusReason.TabFocusReason)
                return
            part = part.nextInFocusChain()

    def show_step(self, step: WizardStep) -> None:
        """Show `step` if it can be reached."""
        self.go_to(self.steps.index(step))

    def show_run(self, run: Run) -> None:
        """Show how `run` gets on, or its result once there is one."""
        for step in reversed(self.steps):
            if step.shows(run) and self.reachable(self.steps.index(step)):
                self.show_step(step)
                return

    def _refresh(self) -> None:
        here = self.pages.currentIndex()
        for number, button in enumerate(self.rail):
            button.setChecked(number == here)
            button.setEnabled(self.reachable(number))
        first = 0 if here < self._needed else here
        obstacle = next(filter(None, (step.obstacle() for step in self.steps[first : here + 1])), "")
        self.obstacle.setText(obstacle)
        self.back.setVisible(0 < here < self._way)
        self.next.setVisible(here < self._way - 1)
        self.next.setEnabled(not obstacle)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()
