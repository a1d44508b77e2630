"""A titled list of images and what can be done with them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cxrview.gui.tasks import TaskRunner
from cxrview.gui.training.result.images import ImageList
from cxrview.gui.training.result.marks import Marks
from cxrview.i18n import tr, trn
from cxrview.training.run.result import Answer, RunResult


class Gallery(QWidget):
    """The list with its title, and the buttons below.

    Signals:
        open_asked: carries answers whose images are to be opened.
    """

    open_asked = Signal(list)

    def __init__(self, marks: Marks, runner: TaskRunner, *, mark: bool = True) -> None:
        super().__init__()
        self.title = QLabel(objectName="heading", wordWrap=True)
        self.list = ImageList(marks, runner)
        self.nothing = QLabel(objectName="muted", wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.open = QPushButton()
        self.mark = QPushButton(tr("Label looks wrong"))
        self.mark.setToolTip(tr("Mark the selected images, or take their marks away (M)"))
        self.mark.setVisible(mark)
        self._marks, self._can_mark = marks, mark
        self.buttons = QHBoxLayout(spacing=8)
        self.buttons.addWidget(self.open)
        self.buttons.addWidget(self.mark)
        self.buttons.addStretch()
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.title)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing, 1)
        column.addLayout(self.buttons)
        self.open.clicked.connect(self.list.ask_to_open)
        self.mark.clicked.connect(self.list.ask_to_mark)
        self.list.open_asked.connect(self.open_asked)
        self.list.mark_asked.connect(self._toggle)
        self.list.chosen.connect(self._refresh)
        self._refresh()

    def show_answers(
        self,
        title: str,
        result: RunResult | None,
        part: str,
        answers: Sequence[Answer],
        before: Sequence[Answer] = (),
        nothing: str = "",
    ) -> None:
        """List `answers` under `title`; say `nothing` where there are none."""
        self.title.setText(title)
        self.title.setVisible(bool(title))
        self.nothing.setText(nothing)
        self.list.images.show(result, part, answers, before)
        self.list.scrollToTop()
        self._refresh()

    def _toggle(self, keys: list[tuple[str, str]]) -> None:
        if self._can_mark:
            self._marks.toggle(keys)

    def _refresh(self) -> None:
        count, chosen = len(self.list.images.answers), len(self.list.selected)
        self.list.setVisible(count > 0)
        self.nothing.setVisible(count == 0)
        self.open.setEnabled(count > 0)
        self.mark.setEnabled(chosen > 0)
        wanted = chosen or count
        words = trn("Open {count} image", "Open {count} images", wanted).format(count=wanted)
        self.open.setText(words if count else tr("Open images"))
        self.open.setToolTip(tr("In the viewer, with the heatmap of the model in use (Return)"))
