"""What the result step consists of: the head, the pages, and what can be done with the model.

It imports pyqtgraph: import it where a result is shown.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.tasks import TaskRunner
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.result.answers import AnswersPage
from cxrview.gui.training.result.compare import Choice, ComparePage
from cxrview.gui.training.result.figures import CalibrationPage, ClassPage, Headlines, about_text, few_text
from cxrview.gui.training.result.marks import Marks
from cxrview.gui.training.result.model import ResultModelPage
from cxrview.gui.training.result.point import PointPage
from cxrview.gui.training.result.texts import EXPLAINED, part_title
from cxrview.i18n import tr
from cxrview.training.run.result import ResultPart, RunResult


class ResultPage:
    """The widgets of `owner`; it does nothing by itself."""

    def __init__(
        self,
        owner: QWidget,
        draft: Draft,
        marks: Marks,
        runner: TaskRunner,
        current: Callable[[], Choice],
    ) -> None:
        self.title = QLabel(objectName="pageTitle", textFormat=Qt.TextFormat.PlainText)
        self.about = QLabel(objectName="muted", textFormat=Qt.TextFormat.PlainText)
        self.parts = QComboBox()
        self.parts.setAccessibleName(tr("Images that the figures are about"))
        self.headlines = Headlines()
        self.warning = QLabel(objectName="notes", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.answers = AnswersPage(draft, marks, runner)
        self.point = PointPage()
        self.calibration = CalibrationPage()
        self.classes = ClassPage()
        self.compare = ComparePage(runner, marks, current)
        self.model = ResultModelPage()
        self.tabs = QTabWidget(documentMode=True, accessibleName=tr("Pages"))
        for widget in (self.tabs, self.tabs.tabBar()):
            widget.setAccessibleName(tr("Parts of the result"))
        self.use = QPushButton(tr("Use this model now"), objectName="primary")
        self.use.setToolTip(tr("Until cxrview is closed; it can be made the default then"))
        self.make_default = QPushButton(tr("Make it the default"))
        self.make_default.hide()  # until the model is in use
        self.export = QPushButton(tr("Export…"))
        self.report = QPushButton(tr("Open the report"))
        self.note = QLabel(objectName="dataNote", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.nothing = QLabel(objectName="muted", wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget()
        self._lay_out(owner)
        self._drawn: dict[QWidget, Callable[[RunResult, ResultPart], None]] = {
            self.answers: self.answers.show_part,
            self.classes: self.classes.show_part,
            self.point: self.point.show_part,
            self.calibration: self.calibration.show_part,
            self.compare: self.compare.show_part,
        }
        self._shown: tuple[RunResult, ResultPart] | None = None
        self._stale: set[QWidget] = set()
        self.tabs.currentChanged.connect(lambda _number: self._bring_up_to_date())
        self.say_nothing("")

    def _lay_out(self, owner: QWidget) -> None:
        for page, title in (
            (self.answers, tr("Answers")),
            (self.classes, tr("Class by class")),
            (self.point, tr("Operating point")),
            (self.calibration, tr("Calibration")),
            (self.compare, tr("Comparison")),
            (self.model, tr("Name and notes")),
        ):
            self.tabs.addTab(page, title)
        head = QHBoxLayout(spacing=12)
        head.addWidget(self.title)
        head.addWidget(self.about, 1, Qt.AlignmentFlag.AlignBottom)
        head.addWidget(self.parts)
        foot = QHBoxLayout(spacing=8)
        foot.addWidget(self.use)
        foot.addWidget(self.make_default)
        foot.addWidget(self.export)
        foot.addWidget(self.report)
        foot.addSpacing(8)
        foot.addWidget(self.note, 1)
        inside = QWidget()
        column = QVBoxLayout(inside, spacing=10)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.headlines)
        column.addWidget(self.warning)
        column.addWidget(self.tabs, 1)
        column.addLayout(foot)
        self.stack.addWidget(self.nothing)
        self.stack.addWidget(inside)
        whole = QVBoxLayout(owner)
        whole.setContentsMargins(24, 20, 24, 8)
        whole.addWidget(self.stack)

    def _bring_up_to_date(self) -> None:
        """Show on the page in front what it does not show yet: all of them at once would take long."""
        page = self.tabs.currentWidget()
        if page is not None and page in self._stale and self._shown is not None:
            self._stale.discard(page)
            self._drawn[page](*self._shown)
            if page is self.answers:
                self.answers.matrix.follow(self.tabs.tabBar())

    def say_nothing(self, words: str) -> None:
        """There is no result; say why."""
        self.nothing.setText(words)
        self.stack.setCurrentIndex(0)

    def say(self, words: str, *, bad: bool = False) -> None:
        """Say what was done, or what could not be."""
        self.note.setProperty("tone", "error" if bad else "")
        self.note.style().polish(self.note)
        self.note.setText(words)

    def set_busy(self, busy: bool) -> None:
        """While the model is being changed nothing else may be begun with it."""
        for widget in (self.use, self.make_default, self.export, self.model, self.point.store):
            widget.setEnabled(not busy)
        if busy:
            self.say("")

    def show_title(self, result: RunResult) -> None:
        """Show what the model is called."""
        self.title.setText(result.model.name if result.installed else result.card.name)

    def show_result(self, result: RunResult) -> None:
        """Show what does not depend on the part."""
        self.show_title(result)
        self.model.show_result(result)
        self.parts.clear()
        for name in sorted(result.parts, key=lambda name: name != result.first):
            self.parts.addItem(part_title(name), name)
        self.parts.setVisible(len(result.parts) > 1)
        self.report.setEnabled(result.report.is_file())
        self.make_default.hide()
        self.say("")
        self.stack.setCurrentIndex(1)

    def show_part(self, result: RunResult, name: str) -> None:
        """Show the figures and answers of one part."""
        part = result.parts[name]
        self.parts.setCurrentIndex(self.parts.findData(name))
        self.parts.setToolTip(tr(EXPLAINED.get(name, "")))
        epoch = tr("epoch {number}").format(number=result.best_epoch)
        self.about.setText(f"{about_text(part)} · {epoch}")
        self.headlines.show_part(part)
        warning = few_text(result, name)
        self.warning.setText(warning)
        self.warning.setVisible(bool(warning))
        self._shown = (result, part)
        self._stale = set(self._drawn)
        self._bring_up_to_date()

    def show_card(self, result: RunResult) -> None:
        """The card of the model has changed; its answers have not."""
        if self._shown is not None:
            self._shown = (result, self._shown[1])
        self.point.show_card(result)
