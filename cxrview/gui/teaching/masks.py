"""Text that was found on films, for the set's author to confirm: boxes that can be added and removed."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui import error_text
from cxrview.gui.teaching.film_view import nameless_state, show_film
from cxrview.gui.teaching.reading import FilmShown
from cxrview.gui.theme import plain_tip
from cxrview.gui.viewer.canvas import Canvas
from cxrview.gui.viewer.layer import Layer
from cxrview.gui.viewer.tools import Tool
from cxrview.gui.widgets import identity
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import tr, trn

if TYPE_CHECKING:
    from cxrview.datasets.boxes import Box4
    from cxrview.gui.tasks import Job, TaskRunner
    from cxrview.gui.viewer.view_transform import ViewTransform
    from cxrview.settings import Settings
    from cxrview.teaching.films import SetFilms

LINE, FILL = QColor("#ffd166"), QColor(255, 209, 102, 70)
LEAST = 4.0  # logical pixels: a shorter drag is a click
INDEX = Qt.ItemDataRole.UserRole


class MaskLayer(Layer):
    """Draws `boxes`, in pixels of the upright film."""

    kind = "annotations"

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.boxes: list[QRectF] = []

    def paint(self, painter: QPainter, placement: "ViewTransform") -> None:
        painter.setPen(QPen(LINE, 1.5))
        painter.setBrush(FILL)
        for box in self.boxes:
            painter.drawRect(placement.to_widget.mapRect(box))


class MaskTool(Tool):
    """A drag adds a box, a click on one removes it; `changed` is called after either."""

    name, cursor = "mask", Qt.CursorShape.CrossCursor

    def __init__(self) -> None:
        self.layer: MaskLayer | None = None
        self.changed: Callable[[], None] = lambda: None
        self._from: QPointF | None = None
        self._to = QPointF()

    def press(self, canvas: Canvas, event: QMouseEvent) -> None:
        self._from = self._to = event.position()

    def move(self, canvas: Canvas, event: QMouseEvent) -> None:
        if self._from is not None:
            self._to = event.position()
            canvas.update()

    def release(self, canvas: Canvas, event: QMouseEvent) -> None:
        start, end, self._from = self._from, event.position(), None
        if start is None or self.layer is None:
            return
        place = QRectF(canvas.placement.to_image.map(start), canvas.placement.to_image.map(end)).normalized()
        boxes = self.layer.boxes
        if (end - start).manhattanLength() < LEAST:
            hit = next((box for box in reversed(boxes) if box.contains(place.center())), None)
            if hit is not None:
                boxes.remove(hit)
        elif not place.isEmpty():
            boxes.append(place)
        canvas.update()
        self.changed()

    def drop(self, canvas: Canvas) -> None:
        self._from = None

    def paint(self, canvas: Canvas, painter: QPainter, placement: "ViewTransform") -> None:
        if self._from is not None:
            painter.setPen(QPen(LINE, 1.5))
            painter.drawRect(QRectF(self._from, self._to).normalized())


class MasksDialog(QDialog):
    """Shows the films of a set on which text was `found`, by their indices, and all others if wanted.

    `masks` is what the author has made of it.
    """

    def __init__(
        self,
        films: "SetFilms",
        found: "Mapping[int, tuple[Box4, ...]]",
        settings: "Settings",
        runner: "TaskRunner",
        parent: QWidget,
    ) -> None:
        super().__init__(parent, windowTitle=tr("Text on the films"))
        self._films, self._runner = films, runner
        self.masks = dict(found)
        self._job: Job | None = None
        self._shown = -1
        self.state = nameless_state(settings, self)
        self.tool = MaskTool()
        self.canvas = Canvas(self.state.active, self.state, self.tool)
        self.layer = self.tool.layer = MaskLayer(self.canvas)
        self.canvas.layers = [self.layer]
        self.tool.changed = self._keep
        self.list = QListWidget(accessibleName=tr("Films"))
        self.all = QCheckBox(tr("All films"))
        self.said = QLabel(objectName="muted", wordWrap=True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.addButton(tr("Make the set"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        self.list.currentItemChanged.connect(lambda _now, _before: self._show_chosen())
        self.all.toggled.connect(lambda _on: self._fill())
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(lambda _code: runner.cancel(self._job))
        self._fill()
        self.list.setFocus()

    def _lay_out(self) -> None:
        words = tr(
            "Under the boxes the films are painted black. Drag to add a box, click on one to remove it; "
            "Delete removes the last one. The search finds printed lines of letters, not everything."
        )
        left = QVBoxLayout(spacing=8)
        left.addWidget(self.list, 1)
        left.addWidget(self.all)
        row = QHBoxLayout(spacing=12)
        row.addLayout(left, 1)
        row.addWidget(self.canvas, 3)
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(18, 16, 18, 14)
        column.addWidget(QLabel(words, wordWrap=True))
        column.addLayout(row, 1)
        column.addWidget(self.said)
        column.addWidget(self.buttons)
        self.resize(fitted(QSize(960, 680), self))

    def _fill(self) -> None:
        self.list.clear()
        for index, film in enumerate(self._films.made.films):
            if self.all.isChecked() or index in self.masks:
                item = QListWidgetItem(self.list)
                item.setData(INDEX, index)
                item.setToolTip("" if identity.hidden() else plain_tip(film.file))
                self._write(item)
        self.list.setCurrentRow(0)

    def _write(self, item: QListWidgetItem) -> None:
        index = item.data(INDEX)
        count = len(self.masks.get(index, ()))
        boxes = trn("{count} box", "{count} boxes", count).format(count=count)
        item.setText(tr("Film {number}: {boxes}").format(number=index + 1, boxes=boxes))

    def _show_chosen(self) -> None:
        from cxrview.gui.teaching.work import film_to_mask

        if self.list.currentRow() < 0:
            return
        index = self.list.currentItem().data(INDEX)
        self._shown, self.layer.boxes = -1, []
        self._runner.cancel(self._job)
        self._job = self._runner.start(
            tr("Reading film {number}").format(number=index + 1),
            partial(film_to_mask, self._films, index),
            done=partial(self._show, index),
            failed=lambda error: self.said.setText(error_text.whole(error)),
        )

    def _show(self, index: int, film: FilmShown) -> None:
        show_film(self.state.active, index, film)
        self._shown = index
        self.layer.boxes = [
            QRectF(left, top, right - left, bottom - top)
            for left, top, right, bottom in self.masks.get(index, ())
        ]
        self.canvas.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.layer.boxes:
            self.layer.boxes.pop()
            self.canvas.update()
            self._keep()
        else:
            super().keyPressEvent(event)

    def _keep(self) -> None:
        """Take over what was drawn on the film."""
        if self._shown < 0:
            return
        self.masks[self._shown] = tuple(
            (box.left(), box.top(), box.right(), box.bottom()) for box in self.layer.boxes
        )
        self._write(self.list.currentItem())
