"""The page on which the new model stands beside the one in use, on the same images."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cxrview.evaluation.names import METRICS, called
from cxrview.gui import error_text
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.training.result.gallery import Gallery
from cxrview.gui.training.result.marks import Marks
from cxrview.gui.training.result.table import Cell, FigureTable
from cxrview.gui.training.result.texts import FORMS, difference, part_title, signed, written
from cxrview.i18n import mark, say, tr, trn
from cxrview.progress import Report
from cxrview.training.run.result import ResultPart, RunResult

if TYPE_CHECKING:
    from cxrview.bundle.card import Card
    from cxrview.training.run.compare import Compared, PairedFigure

LANE = "results"
KINDS = {
    "better": mark("Right only now"),
    "worse": mark("Right only before"),
    "other": mark("Wrong in another way"),
}
Choice = tuple[str, str]
"""A model, a name, a folder or "" for the bundled one, and the device that it runs on."""


class ComparePage(QWidget):
    """Asks the model in use about the images of the part that is shown, when it is told to.

    Signals:
        open_asked: carries answers whose images are to be opened.
    """

    open_asked = Signal(list)

    def __init__(self, runner: TaskRunner, marks: Marks, current: Callable[[], Choice]) -> None:
        super().__init__()
        self._runner, self._current = runner, current
        self._result: RunResult | None = None
        self._part = ""
        self._job: Job | None = None
        self._known: dict[tuple[str, Choice], Compared] = {}
        self.compared: Compared | None = None
        self.start = QPushButton(tr("Compare with the model in use"))
        self.note = QLabel(objectName="muted", wordWrap=True)
        self.table = FigureTable(tr("Both models"))
        self.gallery = Gallery(marks, runner)
        self.kinds: dict[str, QToolButton] = {}
        self._body = QWidget()
        self._lay_out()
        self.start.clicked.connect(self.compare)
        self.gallery.open_asked.connect(self.open_asked)
        self._refresh()

    def _lay_out(self) -> None:
        segments = QWidget(objectName="segments")
        row = QHBoxLayout(segments, spacing=2)
        row.setContentsMargins(2, 2, 2, 2)
        group = QButtonGroup(self)
        for name in KINDS:
            button = QToolButton(checkable=True)
            button.setSizePolicy(button.sizePolicy().Policy.Expanding, button.sizePolicy().Policy.Fixed)
            button.clicked.connect(lambda _on, name=name: self.show_changed(name))
            group.addButton(button)
            row.addWidget(button, 1)
            self.kinds[name] = button
        right = QVBoxLayout(spacing=8)
        right.addWidget(segments)
        right.addWidget(self.gallery, 1)
        body = QHBoxLayout(self._body, spacing=24)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(self.table, 5)
        body.addLayout(right, 4)
        head = QHBoxLayout(spacing=12)
        head.addWidget(self.start, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.note, 1)
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(0, 12, 0, 4)
        column.addLayout(head)
        column.addWidget(self._body, 1)
        column.addStretch(0)

    def show_part(self, result: RunResult, part: ResultPart) -> None:
        """Be about the images of `part`."""
        if self._result is None or result.folder != self._result.folder:
            self._known.clear()
        self.drop()
        self._result, self._part = result, part.name
        self._show(self._known.get((part.name, self._current())))

    def refresh(self) -> None:
        """The model in use may be another one by now; what is being asked is waited for."""
        if self._job is None and self._result is not None:
            self._show(self._known.get((self._part, self._current())))

    def compare(self) -> None:
        """Ask the model in use, or stop asking."""
        if self._job is not None:
            self.drop()
            self._refresh()
            return
        if self._result is None:
            return
        choice = self._current()
        self._job = self._runner.start(
            tr("Comparing models"),
            partial(_compare, self._result, self._part, *choice),
            done=partial(self._done, (self._part, choice)),
            failed=self._failed,
            lane=LANE,
        )
        self._refresh()

    def show_changed(self, kind: str) -> None:
        """List the images whose answer changed in the way of `kind`."""
        if self.compared is None:
            return
        self.kinds[kind].setChecked(True)
        pairs = getattr(self.compared, kind)
        nothing = tr("No image.") if self.compared.images else ""
        self.gallery.show_answers(
            "", self._result, self._part, [new for _, new in pairs], [old for old, _ in pairs], nothing
        )

    def drop(self) -> None:
        """Stop asking."""
        self._runner.cancel(self._job)
        self._job = None

    def _done(self, key: tuple[str, Choice], compared: "Compared") -> None:
        self._job = None
        self._known[key] = compared
        self._show(compared)

    def _failed(self, error: Exception) -> None:
        self._job = None
        self._refresh()
        self.note.setText(error_text.whole(error))

    def _show(self, compared: "Compared | None") -> None:
        self.compared = compared
        self._refresh()
        if compared is None or self._result is None:
            return
        card = self._result.card
        heads = (tr("Figure"), tr("In use"), tr("New"), tr("Difference"))
        self.table.show_rows(heads, [_row(card, row) for row in compared.rows])
        for name, title in KINDS.items():
            self.kinds[name].setText(f"{tr(title)} ({len(getattr(compared, name))})")
        first = next((name for name in ("worse", "better", "other") if getattr(compared, name)), "worse")
        self.show_changed(first)

    def _refresh(self) -> None:
        found, running = self.compared, self._job is not None
        self._body.setVisible(found is not None and found.images > 0 and not running)
        self.start.setText(tr("Stop") if running else tr("Compare with the model in use"))
        if running:
            self.note.setText(tr("Asking the model in use about every image…"))
        elif found is None:
            words = tr("Both models answer the same images ({part}); the difference gets its own interval.")
            self.note.setText(words.format(part=part_title(self._part)) if self._part else "")
        else:
            self.note.setText(_about(found))


def _row(card: "Card", row: "PairedFigure") -> list[Cell]:
    kind, _, name = row.figure.partition(".")
    title, form = called(METRICS, kind), FORMS.get(kind, "decimal")
    words = f"{say(title)} {card.label(name)}" if name else say(title)
    between = ""
    if row.interval is not None:
        low, high = (signed(value, form) for value in row.interval)
        between = tr("{low} to {high}").format(low=low, high=high)
    return [
        (words, ""),
        (written(row.old, form), ""),
        (written(row.new, form), ""),
        (difference(row.difference, form), between),
    ]


def _about(found: "Compared") -> str:
    if not found.images:
        return tr("“{name}” knows none of the classes of these images, or none of them can be read.").format(
            name=found.name
        )
    words = trn("{count} image, asked of both.", "{count} images, asked of both.", found.images)
    parts = [words.format(count=found.images)]
    if found.left_out:
        more = trn(
            "{count} more is of a class that “{name}” does not know, or cannot be read.",
            "{count} more are of a class that “{name}” does not know, or cannot be read.",
            found.left_out,
        )
        parts.append(more.format(count=found.left_out, name=found.name))
    parts.append(
        tr("If “{name}” has learnt from some of them, it looks better here than it is.").format(
            name=found.name
        )
    )
    parts.append(tr("Below a difference its 95 % interval: where that holds 0, neither may be better."))
    return " ".join(parts)


def _compare(result: RunResult, part: str, model: str, device: str, report: Report) -> "Compared":
    from cxrview.training.run.compare import compare  # and with it NumPy and the engines

    return compare(result, part, model, device, report)
