"""Below the model page: what the training will take, the configuration as a file, the command line."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cxrview.errors import InvalidRequest
from cxrview.gui import error_text
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.model import texts
from cxrview.i18n import say, tr
from cxrview.message import joined
from cxrview.messages import CHOOSE_ANOTHER_PLACE, PLACE_CANNOT_BE_WRITTEN
from cxrview.training import command_line
from cxrview.training import config as configuration
from cxrview.training.preflight import Examined

OUT = Path("RUN")  # in the command line, for the reader to replace
FILES = "TOML (*.toml)"


class ModelFoot(QWidget):
    """Two lines and three buttons."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self.file: Path | None = None  # that was saved or loaded last
        self.taken = QLabel(objectName="estimate", wordWrap=True)
        self.basis = QLabel(objectName="muted", wordWrap=True)
        self.said = QLabel(objectName="muted", wordWrap=True)
        self.measure = QPushButton(tr("Measure it now"), objectName="link", autoDefault=False)
        self.save = QPushButton(tr("Save configuration…"), autoDefault=False, clicked=self._ask_save)
        self.load = QPushButton(tr("Load configuration…"), autoDefault=False, clicked=self._ask_load)
        self.copy = QPushButton(tr("Copy command line"), autoDefault=False, clicked=self.copy_command)
        words = QVBoxLayout(spacing=3)
        for widget in (self.taken, self.basis):
            words.addWidget(widget)
        words.addWidget(self.measure, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(1)
        first = QHBoxLayout(spacing=8)
        first.addLayout(words, 1)
        for button in (self.save, self.load, self.copy):
            first.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self, spacing=5)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(QFrame(objectName="rule"))
        inner = QVBoxLayout(spacing=4)
        inner.setContentsMargins(24, 8, 20, 2)
        inner.addLayout(first)
        inner.addWidget(self.said)
        column.addLayout(inner)
        self.said.hide()

    def show_examined(self, found: Examined, counted: bool) -> None:
        """Show what the training will take and what that rests on."""
        text = texts.taken(found.estimate, found.config.recipe.patience > 0)
        self.taken.setText(text)
        self.taken.setVisible(bool(text))
        self.basis.setText(texts.basis(found, counted))

    def say(self, text: str) -> None:
        """Show one line on what was done, or not."""
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def _ask_save(self) -> None:
        start = str(self.file or f"{self._draft.config.model.name or 'training'}.toml")
        path, _filter = QFileDialog.getSaveFileName(self.window(), tr("Save configuration"), start, FILES)
        if path:
            file = Path(path)
            self.save_to(file if file.suffix else file.with_suffix(".toml"))

    def _ask_load(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(self.window(), tr("Load configuration"), "", FILES)
        if path:
            self.load_from(Path(path))

    def save_to(self, file: Path) -> None:
        """Write the configuration to `file`."""
        try:
            command_line.saved(self._draft.config, file)
        except OSError as error:
            problem = PLACE_CANNOT_BE_WRITTEN(place=file.name, reason=error.strerror)
            self.say(say(joined([problem, CHOOSE_ANOTHER_PLACE])))
            return
        self.file = file
        self.say(tr("Saved {file}. “cxrview train --config” takes it.").format(file=file.name))

    def load_from(self, file: Path) -> None:
        """Take over the configuration in `file`."""
        try:
            config = configuration.load(file)
        except InvalidRequest as error:
            self.say(error_text.whole(error))
            return
        self.file = file
        self._draft.load(config)
        self.say(tr("Loaded {file}.").format(file=file.name))

    def copy_command(self) -> None:
        """Put the command line that does the same onto the clipboard, and show it."""
        config, file = self._draft.config, self.file
        same = file if file is not None and command_line.is_stored(config, file) else None
        text = command_line.command(config, OUT, same)
        if text is None:
            self.say(tr("Save the configuration first: these settings need a file, which the command names."))
            return
        QGuiApplication.clipboard().setText(text)
        self.say(tr("Copied: {command}").format(command=text))
