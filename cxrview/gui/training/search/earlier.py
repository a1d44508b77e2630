"""Searches of earlier days: those that were interrupted, and those that ended."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from cxrview.file_lock import is_held
from cxrview.gui.training.runs import TrainingRuns
from cxrview.gui.training.texts import figure
from cxrview.gui.widgets.dates import minute
from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.i18n import tr, trn
from cxrview.training.run import events
from cxrview.training.run.events import Searched, Trial
from cxrview.training.search.folder import SearchFolder

MERCY = 8_000  # ms in which a deletion can be taken back
_TOLD = ('{"event": "trial"', '{"event": "searched"')


@dataclass(frozen=True, slots=True)
class Earlier:
    """A search in the folder `path`. `value` is the best macro F1, None before the first complete trial."""

    path: Path
    over: int
    value: float | None
    ended: bool
    time: float  # of its last sign of life, seconds since 1970


def earlier(runs: TrainingRuns) -> list[Earlier]:
    """Return the searches on this computer that are not alive, the newest first."""
    if not runs.root.is_dir():
        return []
    alive = runs.current.folder.path if runs.current is not None and runs.current.is_running else None
    folders = [SearchFolder(path) for path in sorted(runs.root.iterdir(), reverse=True) if path != alive]
    return [
        known(folder)
        for folder in folders
        if folder.database.is_file() and folder.config.is_file() and not is_held(folder.path / "run.lock")
    ]


def known(folder: SearchFolder) -> Earlier:
    """Return what the events of a search say."""
    values: dict[int, float | None] = {}
    ended = False
    try:
        lines = folder.events.read_text("utf-8").splitlines()
        when = folder.events.stat().st_mtime
    except OSError:
        lines, when = [], folder.database.stat().st_mtime
    for text in lines:
        line = events.parse(text) if text.startswith(_TOLD) else None
        match line.event if line is not None else None:
            case Trial() as trial:
                values[trial.number] = trial.value if trial.state == "complete" else None
                ended = False  # it went on
            case Searched():
                ended = True
    best = max((value for value in values.values() if value is not None), default=None)
    return Earlier(folder.path, len(values), best, ended, when)


def sentence(about: Earlier) -> str:
    """Return what became of a search, in one sentence."""
    if about.ended:
        words = trn(
            "A search of {time}: {count} trial, the best with a macro F1 of {score}.",
            "A search of {time}: {count} trials, the best with a macro F1 of {score}.",
            about.over,
        )
    elif about.value is not None:
        words = trn(
            "A search was interrupted after {count} trial ({time}); the best had a macro F1 of {score}.",
            "A search was interrupted after {count} trials ({time}); the best had a macro F1 of {score}.",
            about.over,
        )
    else:
        words = tr("A search was interrupted before a trial was complete ({time}).")
    return words.format(time=minute(about.time), count=about.over, score=figure(about.value))


class EarlierSearches(QWidget):
    """A line for each of them, at most `limit`; hidden where there are none.

    Signals:
        resume_asked, show_asked: carry the folder of the search.
    """

    resume_asked = Signal(object)
    show_asked = Signal(object)

    def __init__(self, runs: TrainingRuns, limit: int = 3) -> None:
        super().__init__()
        self._runs, self._limit = runs, limit
        self.lines: list[EarlierLine] = []
        self._column = QVBoxLayout(self, spacing=6)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._execution = QTimer(self, singleShot=True, interval=MERCY, timeout=self.execute)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.execute)
        self.refresh()

    def refresh(self) -> None:
        """Look again which searches there are."""
        self.execute()
        for line in self.lines:
            line.hide()
            line.deleteLater()
        self.lines = [EarlierLine(about) for about in earlier(self._runs)[: self._limit]]
        alive = self._runs.current is not None and self._runs.current.is_running
        for line in self.lines:
            self._column.addWidget(line)
            line.resume.setEnabled(not alive)
            line.resume.clicked.connect(lambda _on, path=line.about.path: self.resume_asked.emit(path))
            line.show_it.clicked.connect(lambda _on, path=line.about.path: self.show_asked.emit(path))
            line.delete.clicked.connect(lambda _on, line=line: self._condemn(line))
        self.setVisible(bool(self.lines))

    def _condemn(self, line: "EarlierLine") -> None:
        """Delete the search of `line` in a while, or take that back."""
        line.set_condemned(not line.condemned)
        self._execution.start()

    def execute(self) -> None:
        """Delete now what was to be deleted."""
        self._execution.stop()
        for line in [line for line in self.lines if line.condemned]:
            self._runs.forget(line.about.path)
            self.lines.remove(line)
            line.hide()
            line.deleteLater()
        self.setVisible(bool(self.lines))


class EarlierLine(QFrame):
    """One search, with Resume, Show and Delete."""

    def __init__(self, about: Earlier) -> None:
        super().__init__(objectName="interrupted")
        self.about, self.condemned = about, False
        self.text = ElidedLabel(QSizePolicy.Policy.Ignored)
        self.resume = QPushButton(tr("Resume"), autoDefault=False)
        self.show_it = QPushButton(tr("Show"), autoDefault=False)
        self.delete = QPushButton(tr("Delete"), autoDefault=False)
        row = QHBoxLayout(self, spacing=8)
        row.setContentsMargins(12, 6, 6, 6)
        row.addWidget(self.text, 1, Qt.AlignmentFlag.AlignVCenter)
        for button in (self.resume, self.show_it, self.delete):
            row.addWidget(button)
        self.set_condemned(False)

    def set_condemned(self, on: bool) -> None:
        """Tell that it is deleted, with a way back, or what it is."""
        self.condemned = on
        self.resume.setVisible(not on and not self.about.ended)
        self.show_it.setVisible(not on)
        self.delete.setText(tr("Undo") if on else tr("Delete"))
        text = tr("The search is deleted.") if on else sentence(self.about)
        self.text.setText(text)
        self.text.setToolTip(str(self.about.path))
        for button in (self.resume, self.show_it, self.delete):
            button.setAccessibleName(f"{button.text()}: {sentence(self.about)}")
