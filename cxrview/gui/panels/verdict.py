"""The line that says whether to believe a reading: an icon when it matters, and a sentence."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from cxrview.gui.theme import wrapped
from cxrview.gui.widgets.themed import IconLabel

ICONS = {"warning": "triangle-alert", "error": "circle-x"}


class ToneLabel(QFrame):
    """A sentence in one of three tones: "" (as usual), "warning" and "error"."""

    def __init__(self) -> None:
        super().__init__(objectName="verdict")
        self._tone = ""
        self._icon = IconLabel(side=16, ratio=2.0)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignTop)
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
        if tone in ICONS:
            self._icon.show_icon(ICONS[tone], tone)
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            for widget in (self, self._words):
                widget.style().unpolish(widget)
                widget.style().polish(widget)
