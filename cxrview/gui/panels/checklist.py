"""A checklist for a chest film: what has been looked at, ticked film by film; its lines are the user's."""

from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cxrview.atomic_file import write_atomically
from cxrview.gui.session import stored
from cxrview.gui.state import AppState
from cxrview.gui.theme import plain_tip
from cxrview.i18n import mark, tr

LINES = "checklist"  # in the settings of the window
MOST, LONGEST = 20, 200  # lines, and characters in one
MAX_BYTES = 64 * 2**10  # of a template
# After the order in which chest films are taught to be read: patient and technique, then A to E.
USUAL = (
    mark("Patient and technique"),
    mark("Airway"),
    mark("Breathing"),
    mark("Circulation"),
    mark("Diaphragm"),
    mark("Everything else"),
)


class ChecklistPanel(QWidget):
    """A section of the right column. Ticks last as long as the window; the lines are kept."""

    def __init__(self, state: AppState, kept: QSettings) -> None:
        super().__init__()
        self._state, self._kept = state, kept
        self._ticked: dict[Path, set[str]] = {}
        self.boxes: list[QCheckBox] = []
        self.edit = _link(tr("Edit…"))
        self.load = _link(tr("Load…"), tr("A template: a text file with a line for each point"))
        self.save = _link(tr("Save…"), tr("As a template for others"))
        self._list = QVBoxLayout(spacing=5)
        row = QHBoxLayout(spacing=12)
        for link in (self.edit, self.load, self.save):
            row.addWidget(link)
        row.addStretch()
        column = QVBoxLayout(self, spacing=6)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(QLabel(tr("Checklist"), objectName="heading"))
        column.addLayout(self._list)
        column.addLayout(row)
        self.said = QLabel(objectName="muted", wordWrap=True)
        self.said.hide()
        column.addWidget(self.said)
        self.edit.clicked.connect(self._edit)
        self.load.clicked.connect(self._load)
        self.save.clicked.connect(self._save)
        state.shown_changed.connect(lambda _shown: self._show())
        state.entries_cleared.connect(self._ticked.clear)
        self._fill()

    @property
    def lines(self) -> list[str]:
        """The points of the list: the user's, or the usual ones in the user's language."""
        return [line for line in stored.texts(self._kept, LINES) if line] or [tr(line) for line in USUAL]

    def use_lines(self, text: str) -> None:
        """Take the lines of `text` for the list, the usual ones if there are none."""
        lines = [line.strip()[:LONGEST] for line in text.splitlines() if line.strip()]
        self._kept.setValue(LINES, list(dict.fromkeys(lines))[:MOST])
        self._say("")
        self._fill()

    def _fill(self) -> None:
        for box in self.boxes:
            self._list.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.boxes = []
        for line in self.lines:
            box = QCheckBox(line.replace("&", "&&"), accessibleName=line, toolTip=plain_tip(line))
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # not to widen all
            box.clicked.connect(lambda on, line=line: self._tick(line, on))
            self.boxes.append(box)
            self._list.addWidget(box)
        self._show()

    def _show(self) -> None:
        path = self._state.shown.path
        ticked = self._ticked.get(path, set()) if path is not None else set()
        for box in self.boxes:
            box.setChecked(box.accessibleName() in ticked)
            box.setEnabled(self._state.shown.radiograph is not None)

    def _tick(self, line: str, on: bool) -> None:
        path = self._state.shown.path
        if path is not None:
            ticked = self._ticked.setdefault(path, set())
            (ticked.add if on else ticked.discard)(line)

    def _edit(self) -> None:
        words = tr("A line for each point; none: the usual ones")
        text, given = QInputDialog.getMultiLineText(self, tr("Checklist"), words, "\n".join(self.lines))
        if given:
            self.use_lines(text)

    def _load(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Load a checklist"), "", tr("Texts (*.txt)"))
        if not name:
            return
        try:
            with Path(name).open(encoding="utf-8") as file:
                self.use_lines(file.read(MAX_BYTES))
        except (OSError, ValueError):
            self._say(tr("{name} is no text with lines.").format(name=Path(name).name))

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Save the checklist"), "checklist.txt", tr("Texts (*.txt)")
        )
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(f"{name}.txt")
        try:
            write_atomically(path, "\n".join(self.lines) + "\n")
            self._say(tr("Saved {name}.").format(name=path.name))
        except OSError:
            self._say(tr("{name} cannot be written.").format(name=path.name))

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self.said.setVisible(bool(words))


def _link(words: str, tip: str = "") -> QPushButton:
    return QPushButton(words, objectName="link", autoDefault=False, toolTip=tip)
