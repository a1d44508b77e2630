"""The confusion matrix; its cells are buttons."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QLabel, QSizePolicy, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.training.result.texts import share
from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.i18n import tr, trn
from cxrview.training.run.result import Answer, ResultPart, RunResult, surest

CELL = QSize(96, 62)
LEAST = QSize(46, 40)
WIDEST = 150  # pixels, of a class beside its row
ROUND = 6
MOVES: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


@dataclass(frozen=True, slots=True)
class CellFacts:
    """What stands in a cell. `title` says which images these are."""

    title: str
    answers: tuple[Answer, ...]
    of: int  # images of the row
    right: bool


class MatrixCell(QAbstractButton):
    """One cell: the count, and its share of the row.

    Signals:
        focused: the keyboard speaks to it now.
    """

    focused = Signal()

    def __init__(self, facts: CellFacts) -> None:
        super().__init__()
        self.facts = facts
        count = len(facts.answers)
        words = trn("{count} image", "{count} images", count).format(count=count)
        self.share = count / facts.of if facts.of else None
        self.setAccessibleName(f"{facts.title}: {words}, {share(self.share)}")
        self.setToolTip(facts.title)
        self.setCheckable(True)
        self.setEnabled(count > 0)
        self.setMinimumSize(LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in MOVES:  # a button would look for its neighbours among all that Tab comes to
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def sizeHint(self) -> QSize:
        return CELL

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = themes.current()
        area = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        fill = QColor(theme.good if self.facts.right else theme.error)
        fill.setAlphaF(0.10 + 0.55 * (self.share or 0.0) if self.facts.answers else 0.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.field))
        painter.drawRoundedRect(area, ROUND, ROUND)
        painter.setBrush(fill)
        painter.drawRoundedRect(area, ROUND, ROUND)
        if self.isChecked() or self.hasFocus() or self.underMouse():
            ring = QColor(theme.accent if self.isChecked() or self.hasFocus() else theme.faint)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(ring, 2 if self.isChecked() else 1))
            painter.drawRoundedRect(area, ROUND, ROUND)
        if self.isChecked() and self.hasFocus():  # in another colour than what is chosen
            painter.setPen(QPen(QColor(theme.text), 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(area.adjusted(3, 3, -3, -3), ROUND, ROUND)
        self._paint_text(painter, area)

    def _paint_text(self, painter: QPainter, area: QRectF) -> None:
        theme, font = themes.current(), self.font()
        large = self.font()
        large.setPointSizeF(font.pointSizeF() * (1.45 if area.height() > 50 else 1.1))
        large.setWeight(large.Weight.DemiBold)
        lines = 1.0 if area.height() < 44 else 0.5
        painter.setFont(large)
        painter.setPen(QColor(theme.text if self.facts.answers else theme.faint))
        height = painter.fontMetrics().height()
        middle = area.center().y()
        top = middle - height * (0.5 if lines == 1.0 else 0.85)
        painter.drawText(
            QRectF(area.left(), top, area.width(), height),
            Qt.AlignmentFlag.AlignCenter,
            str(len(self.facts.answers)),
        )
        if lines != 1.0:
            painter.setFont(font)
            painter.setPen(QColor(theme.text if self.facts.answers else theme.faint))
            below = QRectF(area.left(), top + height - 1, area.width(), painter.fontMetrics().height())
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, share(self.share))


class Matrix(QWidget):
    """Labels in rows, answers in columns; with classes that may come together, right and wrong calls.

    The arrow keys go from cell to cell.

    Signals:
        chosen: carries the title of a cell and its answers; "" and nothing when no cell is chosen any more.
    """

    chosen = Signal(str, tuple)

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[tuple[int, int], MatrixCell] = {}
        self._grid = QGridLayout(self)
        self._grid.setSpacing(2)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.setAccessibleName(tr("Confusion matrix"))

    def show_part(self, result: RunResult, part: ResultPart) -> None:
        """Show the answers of `part`."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        heads, rows = table(result, part)
        columns = len(heads)
        called = QLabel(tr("The model says") if result.card.exclusive else "", objectName="muted")
        self._grid.addWidget(called, 0, 1, 1, columns, Qt.AlignmentFlag.AlignHCenter)
        side = QLabel(tr("Labelled") if result.card.exclusive else "", objectName="muted")
        self._grid.addWidget(side, 1, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for column, head in enumerate(heads):
            number = column if result.card.exclusive else -1
            self._grid.addWidget(ClassLabel(head, number), 1, column + 1)
        self.cells = {}
        for row, (name, cells) in enumerate(zip(result.classes, rows, strict=True)):
            self._grid.addWidget(ClassLabel(result.card.label(name), row, side=True), row + 2, 0)
            for column, facts in enumerate(cells):
                cell = MatrixCell(facts)
                cell.clicked.connect(lambda _on, cell=cell: self.choose(cell))
                cell.focused.connect(lambda cell=cell: self._stop_at(cell))
                self.cells[row, column] = cell
                self._grid.addWidget(cell, row + 2, column + 1)
        for column in range(columns):
            self._grid.setColumnStretch(column + 1, 1)
        for row in range(len(rows)):
            self._grid.setRowStretch(row + 2, 1)

        self._stop_at(next((cell for cell in self.cells.values() if cell.isEnabled()), None))

    def follow(self, before: QWidget) -> None:
        """Come after `before` where Tab is pressed: the cells are younger than what stands below them."""
        for cell in self.cells.values():
            QWidget.setTabOrder(before, cell)
            before = cell

    def _stop_at(self, stop: MatrixCell | None) -> None:
        """Let Tab come to one cell only; the arrow keys lead to the others."""
        for cell in self.cells.values():
            policy = Qt.FocusPolicy.StrongFocus if cell is stop else Qt.FocusPolicy.ClickFocus
            cell.setFocusPolicy(policy)

    def choose(self, cell: MatrixCell | None) -> None:
        """Choose `cell`, or with None, or if it has just been clicked away, no cell."""
        for other in self.cells.values():
            if other is not cell:
                other.setChecked(False)
        if cell is not None and cell.isChecked():
            self.chosen.emit(cell.facts.title, tuple(sorted(cell.facts.answers, key=surest)))
        else:
            self.chosen.emit("", ())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        move = MOVES.get(event.key())
        here = next((place for place, cell in self.cells.items() if cell.hasFocus()), None)
        if move is None or here is None:
            super().keyPressEvent(event)
            return
        row, column = here[0] + move[0], here[1] + move[1]
        while (cell := self.cells.get((row, column))) is not None:
            if cell.isEnabled():
                cell.setFocus(Qt.FocusReason.TabFocusReason)
                return
            row, column = row + move[0], column + move[1]


class ClassLabel(ElidedLabel):
    """The name of a class with a dot in its colour, at the head of a column or, with `side`, of a row."""

    DOT = 8

    def __init__(self, text: str, number: int, *, side: bool = False) -> None:
        super().__init__(QSizePolicy.Policy.Preferred)
        self.setText(text)
        self._number = number
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self.setAlignment(right if side else Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        self.setContentsMargins(self.DOT + 6 if number >= 0 else 2, 3, 6, 3)
        if side:
            self.setMaximumWidth(WIDEST)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._number < 0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(themes.current().class_colour(self._number)))
        inside = self.contentsRect()
        width = min(self.fontMetrics().horizontalAdvance(self.text()), inside.width())
        left: float = inside.right() - width
        if self.alignment() & Qt.AlignmentFlag.AlignHCenter:
            left = inside.center().x() - width / 2
        painter.drawEllipse(QPointF(left - self.DOT / 2 - 3, inside.center().y() + 1), 4, 4)


def table(result: RunResult, part: ResultPart) -> tuple[list[str], list[list[CellFacts]]]:
    """Return the heads of the columns, and for each class the cells of its row."""
    if result.card.exclusive:
        return [result.card.label(name) for name in result.classes], _confusion(result, part)
    heads = [
        tr("There, called"),
        tr("There, missed"),
        tr("Not there, called"),
        tr("Not there, not called"),
    ]
    return heads, [_calls(result, part, name, heads) for name in result.classes]


def _confusion(result: RunResult, part: ResultPart) -> list[list[CellFacts]]:
    label = result.card.label
    found: dict[tuple[str, str], list[Answer]] = {}
    for answer in part.answers:
        if len(answer.labels) == 1:
            found.setdefault((answer.labels[0], answer.called[0]), []).append(answer)
    rows = []
    for truth in result.classes:
        cells = [found.get((truth, called), []) for called in result.classes]
        of = sum(map(len, cells))
        row = []
        for called, answers in zip(result.classes, cells, strict=True):
            title = tr("Labelled {truth}, called {called}").format(truth=label(truth), called=label(called))
            row.append(CellFacts(title, tuple(answers), of, truth == called))
        rows.append(row)
    return rows


def _calls(result: RunResult, part: ResultPart, name: str, heads: Sequence[str]) -> list[CellFacts]:
    kinds = ((True, True), (True, False), (False, True), (False, False))  # there, called
    found: dict[tuple[bool, bool], list[Answer]] = {kind: [] for kind in kinds}
    for answer in part.answers:
        found[name in answer.labels, name in answer.called].append(answer)
    return [
        CellFacts(
            f"{result.card.label(name)}: {head}",
            tuple(found[there, called]),
            len(found[there, True]) + len(found[there, False]),
            there == called,
        )
        for head, (there, called) in zip(heads, kinds, strict=True)
    ]
