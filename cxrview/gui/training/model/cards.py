"""Cards to choose from: one is chosen at a time, by a click or with the arrow keys."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QGridLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui import theme as themes

RADIUS = 7
GAP = 10


class ChoiceCard(QAbstractButton):
    """A title, a line or two, and facts; chosen or not."""

    def __init__(self, title: str, words: str = "") -> None:
        super().__init__(checkable=True)
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.column = QVBoxLayout(self, spacing=4)
        self.column.setContentsMargins(13, 11, 13, 11)
        self.title = QLabel(title, objectName="cardTitle", wordWrap=True)
        self.words = QLabel(words, objectName="muted", wordWrap=True)
        for label in (self.title, self.words):
            self.add(label)

    def add(self, label: QLabel) -> None:
        """Put a line below the others; a click on it is a click on the card."""
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.column.addWidget(label)

    def sizeHint(self) -> QSize:
        return self.column.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.column.minimumSize()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = themes.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        under = self.underMouse() and self.isEnabled()
        painter.setBrush(QColor(theme.hover if under and not self.isChecked() else theme.field))
        edge = theme.accent if self.isChecked() else theme.muted if under else theme.line
        painter.setPen(QPen(QColor(edge), 2 if self.isChecked() else 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        if self.hasFocus():  # not the colour of what is chosen
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.text), 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4, 4, -4, -4), RADIUS - 3, RADIUS - 3)
        painter.end()


class Cards(QWidget):
    """Cards in rows of `columns`, of which one is chosen.

    Signals:
        chosen: the user chose another one; carries its name.
    """

    chosen = Signal(str)

    def __init__(self, name: str, columns: int) -> None:
        super().__init__(accessibleName=name)
        self._columns = columns
        self.cards: dict[str, ChoiceCard] = {}
        self._group = QButtonGroup(self)
        self._grid = QGridLayout(self, spacing=GAP)
        self._grid.setContentsMargins(0, 0, 0, 0)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)

    def add(self, name: str, card: ChoiceCard) -> None:
        """Put `card` after the others."""
        number = len(self.cards)
        self.cards[name] = card
        self._group.addButton(card)
        self._grid.addWidget(card, number // self._columns, number % self._columns)
        card.clicked.connect(lambda: self.chosen.emit(name))

    def show_chosen(self, name: str) -> None:
        """Show that `name` is the one, without saying that it was chosen."""
        if name in self.cards:
            self.cards[name].setChecked(True)
            return
        self._group.setExclusive(False)
        for card in self.cards.values():
            card.setChecked(False)
        self._group.setExclusive(True)


class ArchitectureCard(ChoiceCard):
    """A network: what it is, and what was measured of it on this machine."""

    def __init__(self, title: str, facts: Sequence[str], measure: str) -> None:
        super().__init__(title, " · ".join(facts))
        self.speed = QLabel(objectName="muted", wordWrap=True)
        self.add(self.speed)
        self.measure = QPushButton(measure, objectName="link", autoDefault=False)
        self.measure.setAccessibleName(f"{measure}: {title}")
        self.measure.setCursor(Qt.CursorShape.PointingHandCursor)
        self.column.addWidget(self.measure, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)
