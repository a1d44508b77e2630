"""The line that says whether to believe a reading: an icon when it matters, and a sentence."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from cxrview.gui.theme import Theme, wrapped

ICONS = {"warning": "triangle-alert", "error": "circle-x"}


class Verdict(QFrame):
    """A sentence in one of three tones: "" (as usual), "warning" and "error"."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(objectName="verdict")
        self._theme = theme
        self._tone = ""
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignTop)
        self._words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._row = QHBoxLayout(self, spacing=9)
        self._row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addWidget(self._words, 1)
        self.say("")

    def text(self) -> str:
        """Return the sentence."""
        return self._words.text()

    @property
    def tone(self) -> str:
        """How serious it is."""
        return self._tone

    def say(self, text: str, tone: str = "", tool_tip: str = "") -> None:
        """Show `text` in `tone`."""
        self._tone = tone
        self._words.setText(text)
        self.setToolTip(wrapped(tool_tip))
        boxed = tone == "warning"
        self._row.setContentsMargins(
            10 if boxed else 0, 8 if boxed else 0, 10 if boxed else 0, 8 if boxed else 0
        )
        self._icon.setVisible(tone in ICONS)
        self.set_theme(self._theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw in `theme`."""
        self._theme = theme
        if self._tone in ICONS:
            colour = theme.warning if self._tone == "warning" else theme.error
            self._icon.setPixmap(theme.pixmap(ICONS[self._tone], colour, 16, 2.0))
        if self.property("tone") != self._tone:
            self.setProperty("tone", self._tone)
            for widget in (self, self._words):
                widget.style().unpolish(widget)
                widget.style().polish(widget)
