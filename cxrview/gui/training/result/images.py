"""A list of images with their labels and answers: to open, and to mark where the label looks wrong."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cxrview.gui import theme as themes
from cxrview.gui.studies.thumbnails import Key, Thumbnails
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.theme import plain_tip
from cxrview.gui.training.result.marks import Marks
from cxrview.gui.widgets import small_picture
from cxrview.i18n import percent, tr
from cxrview.training.run.result import Answer, RunResult

ANSWER = Qt.ItemDataRole.UserRole
HEIGHT = 66
SIDE = 58  # of a thumbnail, logical pixels
GAP = 10
DOT = 8
MAX_BYTES = 16 * 2**20  # of thumbnails


def class_text(result: RunResult, names: Sequence[str]) -> str:
    """Return classes as the user reads them."""
    return ", ".join(result.card.label(name) for name in names) or tr("none")


class ImageModel(QAbstractListModel):
    """Answers about images of one part. `before` holds another model's answers to them, or none."""

    def __init__(self, marks: Marks, parent: Any = None) -> None:
        super().__init__(parent)
        self._marks = marks
        self.result: RunResult | None = None
        self.part = ""
        self.answers: tuple[Answer, ...] = ()
        self.before: tuple[Answer, ...] = ()
        marks.changed.connect(self._marked)

    def show(
        self, result: RunResult | None, part: str, answers: Sequence[Answer], before: Sequence[Answer] = ()
    ) -> None:
        """List `answers` about images of `part`."""
        self.beginResetModel()
        self.result, self.part, self.answers, self.before = result, part, tuple(answers), tuple(before)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.answers)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if not index.isValid():
            return None
        answer = self.answers[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return answer.file
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(str(answer.path))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            lines = [answer.file, *self.lines(index.row())]
            return ", ".join(line for line in lines if line)
        return answer if role == ANSWER else None

    def lines(self, row: int) -> tuple[str, str]:
        """Return what is said of an image: its label, and what the model called it and how surely."""
        result, answer = self.result, self.answers[row]
        assert result is not None
        labelled = tr("Labelled {classes}").format(classes=class_text(result, answer.labels))
        sure = percent(answer.confidence)
        called = tr("called {classes}, {share}")
        words = called.format(classes=class_text(result, answer.called), share=sure)
        if self.before:
            earlier = class_text(result, self.before[row].called)
            words += " · " + tr("before: {classes}").format(classes=earlier)
        return f"{labelled}, {words}", self.remark(row)

    def remark(self, row: int) -> str:
        """Return what else is to be said of an image."""
        answer = self.answers[row]
        parts = [answer.source] if answer.source else []
        if answer.in_domain is False:
            parts.append(tr("unlike the training images"))
        if self.is_marked(row):
            parts.insert(0, tr("label looks wrong"))
        return " · ".join(parts)

    def is_marked(self, row: int) -> bool:
        """Whether the user doubts the label."""
        return (self.part, self.answers[row].file) in self._marks

    def _marked(self) -> None:
        if self.answers:
            self.dataChanged.emit(self.index(0), self.index(len(self.answers) - 1))


class ImageRows(QStyledItemDelegate):
    """Draws a row: the picture, the file, what was said."""

    def __init__(self, view: "ImageList", thumbnails: Thumbnails) -> None:
        super().__init__(view)
        self._view, self._thumbnails = view, thumbnails

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        panel = QStyle.PrimitiveElement.PE_PanelItemViewItem
        self._view.style().drawPrimitive(panel, option, painter, self._view)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = option.rect
        place = QRect(area.left() + 4, area.top() + (HEIGHT - SIDE) // 2, SIDE, SIDE)
        self._paint_picture(painter, place, index.data(ANSWER))
        text = area.adjusted(SIDE + 4 + GAP, 0, -8, 0)
        self._paint_text(painter, option, text, index.row())
        painter.restore()

    def _paint_picture(self, painter: QPainter, place: QRect, answer: Answer) -> None:
        side = round(SIDE * painter.device().devicePixelRatio())
        small_picture.paint(painter, place, self._thumbnails.get(answer.path, 0, side))

    def _paint_text(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, row: int) -> None:
        model, theme = self._view.images, themes.current()
        answer = model.answers[row]
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        strong, weak = (theme.on_selection,) * 2 if selected else (theme.text, theme.muted)
        line = option.fontMetrics.height() + 2
        remark = self._remark(row)
        top = area.top() + (HEIGHT - (3 if remark else 2) * line) // 2
        painter.setFont(option.font)
        left = self._paint_classes(painter, QRect(area.left(), top, area.width(), line), answer, strong, weak)
        sure = percent(answer.confidence)
        painter.setPen(QColor(strong))
        painter.drawText(QRect(left, top, area.right() - left, line), Qt.AlignmentFlag.AlignRight, sure)
        painter.setPen(QColor(weak))
        second = QRect(area.left(), top + line, area.width(), line)
        elide = Qt.TextElideMode.ElideMiddle
        painter.drawText(second, 0, option.fontMetrics.elidedText(answer.file, elide, area.width()))
        third = second.translated(0, line)
        if model.is_marked(row):
            icon = QRect(third.left(), third.top() + 1, 13, 13)
            ratio = painter.device().devicePixelRatio()
            painter.drawPixmap(icon, themes.pixmap("flag", theme.warning, 13, ratio))
            third.adjust(18, 0, 0, 0)
            painter.setPen(QColor(strong if selected else theme.warning))
        words = option.fontMetrics.elidedText(remark, Qt.TextElideMode.ElideRight, third.width())
        painter.drawText(third, 0, words)

    def _remark(self, row: int) -> str:
        """Return the third line."""
        model = self._view.images
        if not model.before:
            return model.remark(row)
        assert model.result is not None
        classes = class_text(model.result, model.before[row].called)
        earlier = tr("before: {classes}").format(classes=classes)
        return " · ".join(part for part in (earlier, model.remark(row)) if part)

    def _paint_classes(self, painter: QPainter, line: QRect, answer: Answer, strong: str, weak: str) -> int:
        """Draw the label, an arrow and the answer; return where they end."""
        result = self._view.images.result
        assert result is not None
        left = line.left()
        room = line.width() - painter.fontMetrics().horizontalAdvance("> 99 %") - GAP
        for number, names in enumerate((answer.labels, answer.called)):
            if number:
                painter.setPen(QColor(weak))
                painter.drawText(QRect(left, line.top(), 20, line.height()), 0, "→")
                left += 20
            if len(names) == 1 and names[0] in result.classes:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(themes.current().class_colour(result.classes.index(names[0]))))
                painter.drawEllipse(left, line.top() + (line.height() - DOT) // 2, DOT, DOT)
                left += DOT + 5
            text = class_text(result, names)
            least = room - (left - line.left()) if number else room // 2
            words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(20, least))
            painter.setPen(QColor(strong))
            painter.drawText(QRect(left, line.top(), max(20, least), line.height()), 0, words)
            left += painter.fontMetrics().horizontalAdvance(words) + 8
        return left


class ImageList(QListView):
    """The list. Return opens what is selected, M marks it.

    Signals:
        open_asked: carries the answers to open, those selected or the one that was double-clicked.
        mark_asked: carries part and files.
        chosen: the selection is another one.
    """

    open_asked = Signal(list)
    mark_asked = Signal(list)
    chosen = Signal()

    def __init__(self, marks: Marks, runner: TaskRunner) -> None:
        super().__init__()
        self.images = ImageModel(marks, self)
        self._thumbnails = Thumbnails(runner, self._seen, lambda: False, MAX_BYTES, self)
        self._thumbnails.made.connect(self.viewport().update)
        self._rows = ImageRows(self, self._thumbnails)
        self.setModel(self.images)
        self.setItemDelegate(self._rows)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(260, 2 * HEIGHT)
        self.setObjectName("imageList")
        self.setAccessibleName(tr("Images"))
        self.activated.connect(lambda index: self.open_asked.emit([index.data(ANSWER)]))
        self.selectionModel().selectionChanged.connect(lambda *_changes: self.chosen.emit())
        self.images.modelReset.connect(self.chosen.emit)

    @property
    def selected(self) -> list[Answer]:
        """The selected answers, in the order of the list."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        return [self.images.answers[row] for row in rows]

    def ask_to_open(self) -> None:
        """Ask for the selected images, or for all where none is selected."""
        if wanted := self.selected or list(self.images.answers):
            self.open_asked.emit(wanted)

    def ask_to_mark(self) -> None:
        """Ask for the marks of the selected images."""
        if chosen := self.selected:
            self.mark_asked.emit([(self.images.part, answer.file) for answer in chosen])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.ask_to_open()
        elif event.key() == Qt.Key.Key_M and not event.modifiers():
            self.ask_to_mark()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason and not self.selectedIndexes():
            self.setCurrentIndex(self.images.index(0))

    def _seen(self) -> set[Key]:
        """Return the pictures of the rows on the screen."""
        if not self.isVisible() or not self.images.answers:
            return set()
        first = max(0, self.indexAt(self.viewport().rect().topLeft()).row())
        last = self.indexAt(self.viewport().rect().bottomLeft()).row()
        shown = self.images.answers[first : last + 1 if last >= 0 else None]
        return {(answer.path, 0) for answer in shown}
