"""Runs that began and did not finish: a crash, a restart of the computer or of the app."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from cxrview.errors import CxrviewError
from cxrview.gui.theme import wrapped
from cxrview.gui.training.runs import TrainingRuns
from cxrview.gui.widgets.dates import minute
from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.gui.widgets.themed import IconLabel
from cxrview.i18n import tr, trn
from cxrview.training.run import history
from cxrview.training.run.folder import RunFolder

MERCY = 8_000  # ms in which a deletion can be taken back


@dataclass(frozen=True, slots=True)
class Interrupted:
    """What is known of a run from its folder. `total` epochs were planned."""

    path: Path
    name: str
    done: int
    total: int
    time: float  # of its last sign of life, seconds since 1970


class InterruptedRuns(QWidget):
    """A line for each of them, at most `limit`, the newest first; hidden where there are none.

    Signals:
        resume_asked, show_asked: carry the folder of the run.
    """

    resume_asked = Signal(object)
    show_asked = Signal(object)

    def __init__(self, runs: TrainingRuns, limit: int = 3) -> None:
        super().__init__()
        self._runs, self._limit = runs, limit
        self.lines: list[InterruptedLine] = []
        self._condemned: list[Path] = []
        self._but: Path | None = None
        self._column = QVBoxLayout(self, spacing=6)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._execution = QTimer(self, singleShot=True, interval=MERCY, timeout=self.execute)
        runs.started.connect(self._look_again)
        runs.ended.connect(self._look_again)
        application = QCoreApplication.instance()
        assert application is not None
        application.aboutToQuit.connect(self.execute)
        self.refresh()

    def refresh(self, but: Path | None = None) -> None:
        """Look again which runs there are; `but` is told of elsewhere. What can be undone stays till then."""
        self._but = but
        if self._condemned:
            self._set_resumable()
            return
        for line in self.lines:
            line.hide()
            line.deleteLater()
        found = [path for path in self._runs.interrupted() if path != but and path != self._shown_folder()]
        self.lines = [InterruptedLine(known(path)) for path in found[: self._limit]]
        for line in self.lines:
            self._column.addWidget(line)
            line.resume.clicked.connect(lambda _on, path=line.about.path: self.resume_asked.emit(path))
            line.show_it.clicked.connect(lambda _on, path=line.about.path: self.show_asked.emit(path))
            line.delete.clicked.connect(lambda _on, line=line: self._condemn(line))
        self._set_resumable()
        self.setVisible(bool(self.lines))

    def _look_again(self, _run: object) -> None:
        self.refresh(self._but)

    def _shown_folder(self) -> Path | None:
        """Return the folder of the run that has just ended, about which its own page tells."""
        return self._runs.current.folder.path if self._runs.current is not None else None

    def _set_resumable(self) -> None:
        alive = self._runs.current is not None and self._runs.current.is_running
        for line in self.lines:
            line.resume.setEnabled(not alive)
            line.resume.setToolTip(tr("Another training is running.") if alive else "")

    def _condemn(self, line: "InterruptedLine") -> None:
        """Delete the run of `line` in a while, or take that back."""
        path = line.about.path
        if path in self._condemned:
            self._condemned.remove(path)
        else:
            self._condemned.append(path)
            self._execution.start()
        line.set_condemned(path in self._condemned)

    def execute(self) -> None:
        """Delete now what was to be deleted."""
        self._execution.stop()
        gone, self._condemned = self._condemned, []
        for path in gone:
            self._runs.forget(path)
        self.refresh(self._but)


class InterruptedLine(QFrame):
    """One run, with Resume, Show and Delete."""

    def __init__(self, about: Interrupted) -> None:
        super().__init__(objectName="interrupted")
        self.about = about
        self.icon = IconLabel("history", "muted", 18)
        self.text = ElidedLabel(QSizePolicy.Policy.Ignored)
        self.resume = QPushButton(tr("Resume"))
        self.show_it = QPushButton(tr("Show"))
        self.delete = QPushButton(tr("Delete"))
        for button in (self.resume, self.show_it, self.delete):
            button.setAccessibleName(f"{button.text()}: {about.name}")
        row = QHBoxLayout(self, spacing=8)
        row.setContentsMargins(12, 6, 6, 6)
        row.addWidget(self.icon)
        row.addWidget(self.text, 1, Qt.AlignmentFlag.AlignVCenter)
        for button in (self.resume, self.show_it, self.delete):
            row.addWidget(button)
        self.set_condemned(False)

    def set_condemned(self, on: bool) -> None:
        """Tell that it is deleted, with a way back, or what it is."""
        name = self.about.name
        self.resume.setVisible(not on)
        self.show_it.setVisible(not on)
        self.delete.setText(tr("Undo") if on else tr("Delete"))
        self.delete.setAccessibleName(f"{self.delete.text()}: {name}")
        gone = tr("The interrupted training of “{name}” is deleted.").format(name=name)
        self.text.setText(gone if on else sentence(self.about))
        self.text.setToolTip(wrapped(f"{self.text.text()}\n{self.about.path}"))


def known(path: Path) -> Interrupted:
    """Return what the folder of a run says; what cannot be read is left open."""
    folder = RunFolder(path)
    name, total, done = path.name, 0, 0
    try:
        config = folder.stored_config()
        if config is not None:
            name = config.model.name or name
            total = sum(phase.epochs for phase in config.recipe.phases)
        done = len(history.load(folder.checkpoints / history.NAME).rows)
        when = folder.events.stat().st_mtime
    except (CxrviewError, OSError):
        when = path.stat().st_mtime if path.exists() else 0.0
    return Interrupted(path, name, done, total, when)


def sentence(about: Interrupted) -> str:
    """Return what happened to a run, in one sentence."""
    words = trn(
        "The training of “{name}” was interrupted after {done} of {count} epoch ({time}).",
        "The training of “{name}” was interrupted after {done} of {count} epochs ({time}).",
        about.total,
    )
    return words.format(name=about.name, done=about.done, count=about.total, time=minute(about.time))
