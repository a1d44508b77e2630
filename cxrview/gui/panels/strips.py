"""Lines above the viewer about what stands in the way, which stay until they are put away."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout

from cxrview.gui import theme as themes
from cxrview.gui.widgets.themed import IconLabel
from cxrview.i18n import tr

Deed = tuple[str, Callable[[], object]]  # the words on a button, and what it does


class Strip(QFrame):
    """What has happened, in whole sentences, what can be done about it, and a cross to put it away."""

    def __init__(self, icon: str, colour: str, words: str, deeds: Sequence[Deed], details: str = "") -> None:
        super().__init__(objectName="strip")
        self.words = QLabel(words, objectName="stripWords", wordWrap=True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if details:
            self.words.setToolTip(themes.wrapped(details))
        self.buttons: list[QPushButton] = []
        self.cross = QToolButton(icon=themes.icon("x"), toolTip=tr("Put away"), accessibleName=tr("Put away"))
        self.cross.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self, spacing=8)
        row.setContentsMargins(12, 6, 6, 6)
        row.addWidget(IconLabel(icon, colour, 18), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        for text, do in deeds:
            button = QPushButton(text, autoDefault=False)
            button.clicked.connect(lambda _on=False, do=do: do())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.buttons.append(button)
            row.addWidget(button)
        row.addWidget(self.cross)


class Strips(QFrame):
    """The lines, each known by the name of its subject; a new one takes the place of the old."""

    def __init__(self) -> None:
        super().__init__(objectName="strips")
        self.lines: dict[str, Strip] = {}
        self._column = QVBoxLayout(self, spacing=0)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def put(self, subject: str, strip: Strip) -> None:
        """Show `strip` about `subject`, in place of what was said of it before."""
        self.take(subject)
        self.lines[subject] = strip
        self._column.addWidget(strip)
        strip.cross.clicked.connect(lambda: self.take(subject))
        self.show()

    def take(self, subject: str) -> None:
        """Put away what is said about `subject`, if anything is."""
        gone = self.lines.pop(subject, None)
        if gone is not None:
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        self.setVisible(bool(self.lines))
