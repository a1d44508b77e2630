"""The evaluation of a batch: the pages of the training results, about films that somebody has labelled."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from cxrview.batch.run_folder import BatchFolder
from cxrview.evaluation.names import AUDIT_READINGS
from cxrview.gui import error_text
from cxrview.gui.batch.audit import AuditPage
from cxrview.gui.batch.evaluated import PART, Evaluated, evaluate
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.training.data.source import PathField
from cxrview.gui.training.result.answers import AnswersPage
from cxrview.gui.training.result.figures import CalibrationPage, ClassPage, Headlines, about_text, few_text
from cxrview.gui.training.result.marks import Marks
from cxrview.gui.training.result.point import PointPage
from cxrview.i18n import say, tr, trn
from cxrview.training.run.result import ResultPart, RunResult

LANE = "results"


class BatchEvaluation(QWidget):
    """Asks for labels where there are none, and shows what comes of them.

    Signals:
        open_asked: carries the paths of films.
    """

    open_asked = Signal(list)

    def __init__(self, runner: TaskRunner) -> None:
        super().__init__()
        self._runner = runner
        self._folder: BatchFolder | None = None
        self._job: Job | None = None
        self.evaluated: Evaluated | None = None
        self.labels = PathField(tr("Labels"), tr("a folder of class folders, or a table with file and label"))
        self.again = QPushButton(tr("Evaluate"))
        self.note = QLabel(objectName="muted", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.marks = Marks(self)
        self.headlines, self.warning = Headlines(), QLabel(objectName="notes", wordWrap=True)
        self.answers = AnswersPage(None, self.marks, runner)
        self.classes, self.point, self.calibration = ClassPage(), PointPage(), CalibrationPage()
        self.audit = AuditPage(runner)
        self.point.store.hide()  # it would change the model, and this is about films
        self.tabs = QTabWidget(documentMode=True)
        self.stack = QStackedWidget()
        self._drawn: dict[QWidget, Callable[[RunResult, ResultPart], None]] = {
            self.answers: self.answers.show_part,
            self.classes: self.classes.show_part,
            self.point: self.point.show_part,
            self.calibration: self.calibration.show_part,
        }
        self._stale: set[QWidget] = set()
        self._lay_out()
        self.labels.chosen.connect(self._chosen)
        self.again.clicked.connect(lambda: self.evaluate(self.labels.line.text().strip()))
        self.tabs.currentChanged.connect(lambda _number: self._draw())
        self.answers.open_asked.connect(
            lambda answers: self.open_asked.emit(list(dict.fromkeys(answer.path for answer in answers)))
        )

    def _lay_out(self) -> None:
        for page, title in (
            (self.answers, tr("Answers")),
            (self.classes, tr("Class by class")),
            (self.point, tr("Operating point")),
            (self.calibration, tr("Calibration")),
            (self.audit, say(AUDIT_READINGS["without_lungs"])),
        ):
            self.tabs.addTab(page, title)
        for widget in (self.tabs, self.tabs.tabBar()):
            widget.setAccessibleName(tr("Parts of the result"))
        top = QHBoxLayout(spacing=8)
        top.addWidget(QLabel(tr("Labels")))
        top.addWidget(self.labels, 1)
        top.addWidget(self.again)
        inside = QWidget()
        column = QVBoxLayout(inside, spacing=8)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(self.headlines)
        column.addWidget(self.warning)
        column.addWidget(self.tabs, 1)
        self.stack.addWidget(QWidget())
        self.stack.addWidget(inside)
        whole = QVBoxLayout(self, spacing=8)
        whole.setContentsMargins(0, 10, 0, 0)
        whole.addLayout(top)
        whole.addWidget(self.note)
        whole.addWidget(self.stack, 1)

    def show_batch(self, folder: BatchFolder | None, labels: str) -> None:
        """Be about another batch, whose request names `labels`, or none."""
        self._runner.cancel(self._job)
        self._folder, self.evaluated = folder, None
        self.audit.show_batch(None, "")
        self.labels.show_path(labels)
        self.stack.setCurrentIndex(0)
        self.note.setText(
            tr("With labels, the figures of the model on these films are shown: right and wrong answers, ROC "
               "curves, calibration, each with its interval.")
        )  # fmt: skip

    def entered(self) -> None:
        """The page has come to the front: evaluate if there are labels and nothing is shown yet."""
        if self.evaluated is None and not self._is_busy() and self.labels.line.text():
            self.evaluate(self.labels.line.text().strip())

    def evaluate(self, labels: str) -> None:
        """Hold the batch against `labels`."""
        if self._folder is None or not labels:
            return
        self._runner.cancel(self._job)
        self.note.setText(tr("Measuring…"))
        folder = self._folder
        self._job = self._runner.start(
            tr("Evaluating a batch"),
            partial(evaluate, folder.path, folder.store, labels),
            done=self._show,
            failed=self._fail,
            lane=LANE,
        )

    def _chosen(self, path: str) -> None:
        self.labels.show_path(path)
        self.evaluate(path)

    def _is_busy(self) -> bool:
        return self._job is not None and self._runner.is_running(self._job)

    def _show(self, evaluated: Evaluated) -> None:
        self.evaluated = evaluated
        result, part = evaluated.result, evaluated.result.parts[PART]
        self.marks.open(result.folder)
        self.audit.show_batch(self._folder, result.data)
        self.note.setText(_about(evaluated))
        self.headlines.show_part(part)
        few = few_text(result, PART)
        self.warning.setText(few)
        self.warning.setVisible(bool(few))
        self._stale = set(self._drawn)
        self.stack.setCurrentIndex(1)
        self._draw()

    def _draw(self) -> None:
        """Draw the page in front, if it does not show this evaluation yet."""
        page = self.tabs.currentWidget()
        if self.evaluated is not None and page in self._stale:
            self._stale.discard(page)
            self._drawn[page](self.evaluated.result, self.evaluated.result.parts[PART])

    def _fail(self, error: Exception) -> None:
        self.stack.setCurrentIndex(0)
        self.note.setText(error_text.whole(error))


def _about(evaluated: Evaluated) -> str:
    parts = [about_text(evaluated.result.parts[PART])]
    if evaluated.without_label:
        words = trn("{count} film has no label", "{count} films have no label", evaluated.without_label)
        parts.append(words.format(count=evaluated.without_label))
    if evaluated.without_film:
        words = trn(
            "{count} labelled file was not read",
            "{count} labelled files were not read",
            evaluated.without_film,
        )
        parts.append(words.format(count=evaluated.without_film))
    return " · ".join(parts)


def labels_of(folder: BatchFolder) -> str:
    """Return where the labels of a batch are, as it was asked; "" for none."""
    labels = folder.request().labels
    return labels if labels and Path(labels).exists() else ""
