"""The page of the answers: the confusion matrix, the images behind it, and labels that look wrong."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cxrview.datasets.tables import with_excluded, without_excluded
from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.gui.messages import LEFT_ALONE
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.result.gallery import Gallery
from cxrview.gui.training.result.marks import Marks, save_list
from cxrview.gui.training.result.matrix import Matrix
from cxrview.i18n import say, tr, trn
from cxrview.message import joined
from cxrview.messages import CHOOSE_ANOTHER_NAME
from cxrview.training.run.result import OF_OTHERS, Answer, ResultPart, RunResult


class AnswersPage(QWidget):
    """Until a cell of the matrix is chosen, the mistakes are listed, the surest ones first. Without a `draft`
    there is no next training that could do without images.

    Signals:
        open_asked: carries answers whose images are to be opened.
    """

    open_asked = Signal(list)

    def __init__(self, draft: Draft | None, marks: Marks, runner: TaskRunner) -> None:
        super().__init__()
        self._result: RunResult | None = None
        self._part: ResultPart | None = None
        self.matrix = Matrix()
        self.gallery = Gallery(marks, runner)
        self.all_mistakes = QPushButton(tr("All mistakes"), objectName="link")
        self.doubts = Doubts(draft, marks)
        left = QVBoxLayout(spacing=8)
        left.addWidget(self.matrix, 1)
        hint = QLabel(
            tr("Choose a cell to see the images behind it. Percentages are of the row."),
            objectName="muted",
            wordWrap=True,
        )
        left.addWidget(hint)
        right = QVBoxLayout(spacing=8)
        right.addWidget(self.gallery, 1)
        right.addWidget(self.doubts)
        row = QHBoxLayout(self, spacing=24)
        row.setContentsMargins(0, 12, 0, 4)
        row.addLayout(left, 1)
        row.addLayout(right, 1)
        self.gallery.buttons.addWidget(self.all_mistakes)
        self.matrix.chosen.connect(self._show_cell)
        self.all_mistakes.clicked.connect(lambda: self.matrix.choose(None))
        self.gallery.open_asked.connect(self.open_asked)

    def show_part(self, result: RunResult, part: ResultPart) -> None:
        """Show the answers about `part`."""
        self._result, self._part = result, part
        self.matrix.show_part(result, part)
        self.doubts.show_result(result)
        self._show_cell("", ())

    def _show_cell(self, title: str, answers: Sequence[Answer]) -> None:
        if self._result is None or self._part is None:
            return
        name = self._part.name
        self.all_mistakes.setVisible(bool(title))
        if title:
            self.gallery.show_answers(title, self._result, name, answers)
            return
        mistakes = self._result.mistakes(name)
        count = len(mistakes)
        words = trn("{count} mistake, the surest first", "{count} mistakes, the surest first", count)
        heading = words.format(count=count) if count else tr("No mistakes")
        nothing = tr("Every image was called what it is labelled.")
        self.gallery.show_answers(heading, self._result, name, mistakes, nothing=nothing)


class Doubts(QFrame):
    """What can be done with the images whose label looks wrong; hidden while there are none."""

    def __init__(self, draft: Draft | None, marks: Marks) -> None:
        super().__init__(objectName="finding")
        self._draft, self._marks = draft, marks
        self._result: RunResult | None = None
        self.text = QLabel(wordWrap=True)
        self.save = QPushButton(tr("Save as a list…"))
        self.leave_out = QPushButton()
        self.note = QLabel(objectName="muted", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        buttons = QHBoxLayout(spacing=8)
        buttons.addWidget(self.leave_out)
        buttons.addWidget(self.save)
        buttons.addStretch()
        column = QVBoxLayout(self, spacing=7)
        column.setContentsMargins(12, 10, 12, 10)
        column.addWidget(self.text)
        column.addLayout(buttons)
        column.addWidget(self.note)
        self.save.clicked.connect(self._ask_where)
        self.leave_out.clicked.connect(self._leave_out)
        marks.changed.connect(self._marked)
        marks.failed.connect(self.note.setText)
        if draft is not None:
            draft.changed.connect(lambda _tables: self._refresh())
        self.leave_out.setVisible(draft is not None)
        self._refresh()

    def show_result(self, result: RunResult) -> None:
        """Be about the marks of `result`."""
        self._result = result
        self.note.clear()
        self._refresh()

    def save_to(self, path: Path) -> None:
        """Write the marked images to `path`."""
        if self._result is None:
            return
        try:
            save_list(self._marks.keys, self._result, path)
            self.note.setText(tr("Saved {name}.").format(name=path.name))
        except CxrviewError as error:
            self.note.setText(error_text.whole(error))
        self._refresh()

    def _ask_where(self) -> None:
        if self._result is None:
            return
        data = Path(self._result.data)
        proposed = data.parent / f"{data.stem}-labels-to-check.csv"
        table, names = tr("Table"), tr("File names")
        kinds = f"{table} (*.csv);;{names} (*.txt)"
        name, _ = QFileDialog.getSaveFileName(self, tr("Save as a list"), str(proposed), kinds)
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(f"{name}.csv")
        if path != Path(name) and path.exists():  # the dialog has asked about the name as typed only
            self.note.setText(say(joined([LEFT_ALONE(name=path.name), CHOOSE_ANOTHER_NAME])))
            self._refresh()
            return
        self.save_to(path)

    @property
    def _files(self) -> list[str]:
        """The marked files that the next training could do without."""
        return [file for part, file in self._marks.keys if part not in OF_OTHERS]

    @property
    def _all_left_out(self) -> bool:
        if self._draft is None:
            return False
        exclude = self._draft.config.data.exclude
        return bool(self._files) and with_excluded(exclude, self._files) == exclude

    def _leave_out(self) -> None:
        """Leave the marked images out of the next training, or take them back."""
        if self._result is None or self._draft is None:
            return
        data = self._draft.config.data
        change = without_excluded if self._all_left_out else with_excluded
        self._draft.change("data", exclude=change(data.exclude, self._files))
        self._refresh()

    def _marked(self) -> None:
        self.note.clear()
        self._refresh()

    def _refresh(self) -> None:
        count = len(self._marks)
        self.setVisible(count > 0)
        words = trn("{count} label looks wrong.", "{count} labels look wrong.", count).format(count=count)
        out = self._all_left_out
        if out:
            words += " " + tr("The next training leaves these images out.")
        self.text.setText(words)
        self.leave_out.setText(tr("Take back") if out else tr("Leave out next time"))
        next_data = self._draft.config.data.path if self._draft is not None else ""
        same = self._result is not None and next_data == self._result.data
        self.leave_out.setEnabled(bool(self._files) and same)
        self.leave_out.setToolTip("" if same else tr("The next training is about other images."))
        self.note.setVisible(bool(self.note.text()))
