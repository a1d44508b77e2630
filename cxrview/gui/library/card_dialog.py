"""The page on a model: what it is and for whom, how good elsewhere and at home, where it fails, how made."""

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cxrview.bundle import Card
from cxrview.gui.dialogs import pages
from cxrview.gui.library import card_facts, facts
from cxrview.gui.library.interval_bar import IntervalBar
from cxrview.gui.widgets.fold import Fold
from cxrview.gui.widgets.plain_label import plain_label
from cxrview.gui.widgets.text import TextDialog
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import tr

SIZE, WHOLE_SIZE = QSize(880, 760), QSize(720, 640)
FIRST_LIMITS = 6  # sentences that are seen before the rest is unfolded


class ModelCardDialog(QDialog):
    """One or two screens on the model of `card`; everything else in it is one button away."""

    def __init__(self, parent: QWidget | None, card: Card) -> None:
        super().__init__(parent, windowTitle=tr("Model card"))
        self.card = card
        inside = QWidget()
        self._column = QVBoxLayout(inside, spacing=6)
        self._column.setContentsMargins(6, 2, 14, 8)
        self._say_what()
        self._say_how_good()
        self._say_where_it_fails()
        self._say_how_its_maps_are()
        self._say_how_made()
        self._column.addStretch()
        self.area = QScrollArea(widgetResizable=True, objectName="panelScroll")
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName(self.windowTitle())
        self.area.setWidget(inside)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.whole = buttons.addButton(tr("Everything in the card"), QDialogButtonBox.ButtonRole.ActionRole)
        self.whole.setAutoDefault(False)
        self.whole.clicked.connect(self._show_whole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(14, 14, 10, 12)
        column.addWidget(self.area)
        column.addWidget(buttons)
        self.resize(fitted(SIZE, self))

    def _show_whole(self) -> None:
        dialog = TextDialog(self, tr("Everything in the card"), pages.model_card(self.card), WHOLE_SIZE)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _say_what(self) -> None:
        card, task = self.card, self.card.raw.get("task")
        title = _label(card.title, "pageTitle")
        parts = (
            f"{card.name} {card.version}",
            facts.network_title(card),
            f"{card.input_size} × {card.input_size}",
        )
        self._column.addWidget(title)
        self._column.addWidget(_label("  ·  ".join(parts), "muted"))
        if isinstance(task, str) and task:
            self._column.addWidget(_label(task))
        status = pages.STATUS.get(card.status)
        for_whom = tr("For research and teaching, not for diagnosis") + "."
        self._column.addWidget(_label(f"{tr(status)} {for_whom}" if status else for_whom))
        rows = [(tr(item.label), item.meaning) for item in card.classes]
        if card.license:
            rows.append((tr("Licence of the weights"), card.license))
        self._column.addLayout(_pairs(rows))

    def _say_how_good(self) -> None:
        self._head(tr("How good it is"))
        shown = card_facts.places(self.card)
        rows = card_facts.figure_rows(self.card, shown)
        if not any(place.part in facts.ELSEWHERE for place in shown):
            words = tr("Nobody has measured it on images from elsewhere. Expect less there than at home.")
            self._column.addWidget(_label(words))
        if not rows:
            self._column.addWidget(_label(tr("Its card gives no figures of test images."), "muted"))
            return
        grid = QGridLayout(horizontalSpacing=22, verticalSpacing=4)
        for across, place in enumerate(shown, 1):
            few = f" {tr('That is few: the figures may be far off.')}" if place.images < facts.FEW else ""
            counted = tr("{count} images").format(count=place.images)
            head = _label(f"{place.title}\n{counted}.{few}")
            head.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(head, 0, across)
            grid.setColumnStretch(across, 1)
        for down, row in enumerate(rows, 1):
            grid.addWidget(QLabel(row.title, objectName="muted"), down, 0)
            for across, figure in enumerate(row.figures, 1):
                grid.addWidget(_drawn(figure), down, across)
        self._column.addLayout(grid)
        self._column.addWidget(_label(tr("In brackets and as lines: 95 % intervals."), "muted"))
        for sentence in card_facts.readings_elsewhere(self.card):
            self._column.addWidget(_label(sentence))

    def _say_where_it_fails(self) -> None:
        limits = self.card.limits
        if not limits:
            return
        self._head(tr("Where it fails"))
        self._column.addWidget(_bullets(limits[:FIRST_LIMITS]))
        if rest := limits[FIRST_LIMITS:]:
            more = tr("{count} more").format(count=len(rest))
            self._column.addWidget(Fold(more, _bullets(rest)))

    def _say_how_its_maps_are(self) -> None:
        sentences = list(card_facts.maps_believed(self.card))
        if sentences:
            self._head(tr("Are its heatmaps to be believed?"))
            self._column.addWidget(_bullets(sentences))

    def _say_how_made(self) -> None:
        both = QHBoxLayout(spacing=28)
        data = list(card_facts.data_lines(self.card))
        if data:
            left = QVBoxLayout(spacing=4)
            left.addWidget(_heading(tr("Data")))
            for line, whole in data:
                label = _label(line)
                label.setToolTip(whole)
                left.addWidget(label)
            left.addStretch()
            both.addLayout(left, 1)
        right = QVBoxLayout(spacing=4)
        right.addWidget(_heading(tr("How it was made")))
        right.addLayout(_pairs(card_facts.making(self.card)))
        right.addStretch()
        both.addLayout(right, 1)
        self._column.addLayout(both)

    def _head(self, words: str) -> None:
        self._column.addWidget(_heading(words))


def _label(words: str, name: str = "") -> QLabel:
    label = plain_label(name)
    label.setText(words)
    return label


def _heading(words: str) -> QLabel:
    label = QLabel(words, objectName="heading")
    label.setContentsMargins(0, 10, 0, 0)
    return label


def _bullets(lines: Iterable[str]) -> QWidget:
    widget = QWidget()
    grid = QGridLayout(widget, horizontalSpacing=8, verticalSpacing=3)
    grid.setContentsMargins(4, 0, 0, 0)
    grid.setColumnStretch(1, 1)
    for down, line in enumerate(lines):
        grid.addWidget(QLabel("•", alignment=Qt.AlignmentFlag.AlignTop), down, 0)
        grid.addWidget(_label(line), down, 1)
    return widget


def _pairs(rows: Iterable[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout(horizontalSpacing=14, verticalSpacing=3)
    grid.setColumnStretch(1, 1)
    for down, (title, words) in enumerate(rows):
        left = QLabel(title, objectName="muted", alignment=Qt.AlignmentFlag.AlignTop)
        left.setTextFormat(Qt.TextFormat.PlainText)
        grid.addWidget(left, down, 0)
        grid.addWidget(_label(words), down, 1)
    return grid


def _drawn(figure: facts.Figure | None) -> QWidget:
    """Return a figure as a small plot, with its numbers beside it."""
    cell = QWidget()
    row = QHBoxLayout(cell, spacing=8)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(QLabel(facts.interval_text(figure)))
    if figure is not None:
        row.addWidget(IntervalBar(figure), 1)
    return cell
