"""The images behind a finding, in a window beside the wizard: one at a time, or two versions side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.studies.thumbnails import Key, Thumbnails
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.widgets import small_picture
from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import fixed, tr

SIDE = 1000  # pixels of a picture; more is for the viewer
MAX_BYTES = 96 * 2**20  # of pictures that are kept
LEAST = QSize(220, 220)


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file as the report names it, where it is, and a remark: its class, and its side of the split."""

    file: str
    path: Path
    remark: str = ""


@dataclass(frozen=True, slots=True)
class FindingPage:
    """One file, or two that are versions of one picture, and how alike they are (0…1), if that is known."""

    files: tuple[ShownFile, ...]
    similarity: float | None = None


def paired(
    files: Sequence[str], findings: Sequence[Mapping[str, Any]]
) -> list[tuple[tuple[str, ...], float | None]]:
    """Return `files` in pages: those that a finding pairs come side by side, with their likeness.

    A file of several pairs is shown in each of them, because they are about different images.
    """
    wanted, placed = dict.fromkeys(files), set[str]()
    pages: list[tuple[tuple[str, ...], float | None]] = []
    known = set[tuple[str, str]]()
    for finding in findings:
        for one, other, *rest in finding["details"].get("pairs", ()):
            if one in wanted and other in wanted and (one, other) not in known:
                known.add((one, other))
                placed |= {one, other}
                pages.append(((one, other), float(rest[0]) if rest else None))
    return pages + [((file,), None) for file in wanted if file not in placed]


class Pane(QWidget):
    """One image with its name.

    Signals:
        left_out: the user does not want to learn from it; carries the file.
    """

    left_out = Signal(str)

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.shown: ShownFile | None = None
        self.name = ElidedLabel(QSizePolicy.Policy.Ignored)
        self.remark = QLabel(objectName="muted", textFormat=Qt.TextFormat.PlainText)
        self.picture = Picture(thumbnails)
        self.leave_out = QPushButton(tr("Leave out"), objectName="link", autoDefault=False)
        self.leave_out.clicked.connect(self._leave_out)
        head = QHBoxLayout(spacing=10)
        head.addWidget(self.name, 1)
        head.addWidget(self.remark)
        head.addWidget(self.leave_out)
        column = QVBoxLayout(self, spacing=6)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.picture, 1)

    def show_file(self, shown: ShownFile, left_out: bool) -> None:
        """Show an image, which is `left_out` already or not."""
        self.shown = shown
        self.name.setText(shown.file)
        self.remark.setText(tr("left out") if left_out else shown.remark)
        self.leave_out.setEnabled(not left_out)
        self.picture.show_path(shown.path)
        self.picture.setAccessibleName(shown.file)

    def _leave_out(self) -> None:
        if self.shown is not None:
            self.left_out.emit(self.shown.file)


class Picture(QWidget):
    """Draws one image as large as there is room."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails, self.path = thumbnails, Path()
        self.setMinimumSize(LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_path(self, path: Path) -> None:
        """Draw the image in `path`."""
        self.path = path
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        pixmap = self._thumbnails.get(self.path, 0, SIDE)
        small_picture.paint(painter, self.rect(), pixmap, failed=pixmap is not None and pixmap.isNull())
        painter.end()


class FindingImages(QDialog):
    """Not modal, so that the wizard stays in sight and in use. Page Up and Page Down turn the pages.

    Signals:
        left_out: carries a file from which the model is not to learn.
        viewer_asked: carries the paths of the page, to be opened in the viewer.
    """

    left_out = Signal(str)
    viewer_asked = Signal(list)

    def __init__(self, parent: QWidget, runner: TaskRunner) -> None:
        super().__init__(parent, windowTitle=tr("Images of a finding"))
        self._pages: Sequence[FindingPage] = ()
        self._number = 0
        self._gone: set[str] = set()
        self._thumbnails = Thumbnails(runner, self._seen, lambda: False, MAX_BYTES, self)
        self.panes = (Pane(self._thumbnails), Pane(self._thumbnails))
        self.said = QLabel(objectName="muted")
        self.back = QPushButton(tr("Back"), toolTip=tr("Page Up"), autoDefault=False)
        self.next = QPushButton(tr("Next"), toolTip=tr("Page Down"), autoDefault=False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.viewer = buttons.addButton(tr("Open in the viewer"), QDialogButtonBox.ButtonRole.ActionRole)
        self.viewer.setAutoDefault(False)
        foot = QHBoxLayout(spacing=8)
        for widget in (self.back, self.next, self.said):
            foot.addWidget(widget)
        foot.addStretch()
        foot.addWidget(buttons)
        both = QHBoxLayout(spacing=12)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(14, 12, 14, 12)
        column.addLayout(both, 1)
        column.addLayout(foot)
        for pane in self.panes:
            both.addWidget(pane, 1)
            pane.left_out.connect(self._leave_out)
        self._thumbnails.made.connect(self._repaint)
        self.back.clicked.connect(lambda: self.turn(-1))
        self.next.clicked.connect(lambda: self.turn(1))
        self.viewer.clicked.connect(lambda: self.viewer_asked.emit([f.path for f in self.page.files]))
        buttons.rejected.connect(self.reject)
        self.resize(fitted(QSize(980, 620), self))

    @property
    def page(self) -> FindingPage:
        """What is shown."""
        return self._pages[self._number]

    def show_pages(self, pages: Sequence[FindingPage]) -> None:
        """Show the first of `pages`, at least one; those left out before count as in use again."""
        self._pages, self._number = pages, 0
        self._gone.clear()
        self._show()
        self.show()
        self.raise_()
        self.activateWindow()

    def turn(self, by: int) -> None:
        """Go on by some pages, as far as there are any."""
        self._number = min(max(0, self._number + by), len(self._pages) - 1)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        turns = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        if event.key() in turns:
            self.turn(turns[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _show(self) -> None:
        files = self.page.files
        self.panes[1].setVisible(len(files) > 1)
        for pane, shown in zip(self.panes, files, strict=False):
            pane.show_file(shown, shown.file in self._gone)
        words = tr("{number} of {count}").format(number=self._number + 1, count=len(self._pages))
        if self.page.similarity is not None:
            alike = tr("alike by {share}").format(share=fixed(self.page.similarity, 3))
            words = f"{words}  ·  {alike}"
        self.said.setText(words)
        self.back.setEnabled(self._number > 0)
        self.next.setEnabled(self._number < len(self._pages) - 1)

    def _leave_out(self, file: str) -> None:
        self._gone.add(file)
        self._show()
        self.left_out.emit(file)

    def _seen(self) -> set[Key]:
        return {(file.path, 0) for file in self.page.files} if self._pages and self.isVisible() else set()

    def _repaint(self) -> None:
        for pane in self.panes:
            pane.picture.update()
