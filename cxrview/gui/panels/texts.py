"""Findings and impression of the film on the screen, in words of the reader's own."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from cxrview.annotations.texts import FilmText
from cxrview.gui.session.texts import FilmTexts
from cxrview.i18n import tr

LINES = (6, 3)  # of findings and impression that are seen at once


class TextPanel(QWidget):
    """A section of the right column.

    Signals:
        left: the reader is done with writing and wants the keys back for the film.
    """

    left = Signal()

    def __init__(self, texts: FilmTexts) -> None:
        super().__init__()
        self._texts = texts
        self.findings = FreeText(tr("Findings on the film"), tr("What you see, in your order"), LINES[0])
        self.impression = FreeText(tr("Impression"), tr("What it comes to"), LINES[1])
        column = QVBoxLayout(self, spacing=6)
        column.setContentsMargins(0, 0, 0, 0)
        for field in (self.findings, self.impression):
            column.addWidget(QLabel(field.accessibleName(), objectName="heading"))
            column.addWidget(field)
            field.textChanged.connect(self._write)
            field.left.connect(self.left)
        texts.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what is written of the film on the screen."""
        known, text = self._texts.is_known, self._texts.text
        for field, words in ((self.findings, text.findings), (self.impression, text.impression)):
            field.setEnabled(known)
            if field.toPlainText() != words:
                with QSignalBlocker(field):
                    field.setPlainText(words)

    def _write(self) -> None:
        self._texts.put(FilmText(self.findings.toPlainText(), self.impression.toPlainText()))


class FreeText(QPlainTextEdit):
    """A field of some lines. Tab goes to the next field; Esc leaves it.

    Signals:
        left: Esc was pressed.
    """

    left = Signal()

    def __init__(self, name: str, hint: str, lines: int) -> None:
        super().__init__(accessibleName=name, placeholderText=hint)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 14)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
