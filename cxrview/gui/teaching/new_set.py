"""A new reading set: which films, how many, in which order they come, and what the set's file holds."""

import os
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui import error_text
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import tr
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.datasets.boxes import Box4
    from cxrview.datasets.sources import Item
    from cxrview.settings import Settings
    from cxrview.teaching.masked import MadeSet
    from cxrview.teaching.reading_set import ReadingSet

SUFFIX = ".cxrset"


class NewSetDialog(QDialog):
    """Asks, makes the set in the background, and saves it. `path` is the set's file in the end.

    Signals:
        beside_made: the dialog in which text is confirmed has come; carries it.
    """

    beside_made = Signal(object)

    def __init__(self, runner: TaskRunner, settings: "Settings", parent: QWidget | None = None) -> None:
        super().__init__(parent, windowTitle=tr("New reading set"))
        self._runner, self._settings = runner, settings
        self._items: list[Item] = []
        self._job: Job | None = None
        self.path: Path | None = None
        self.source = QLineEdit(
            readOnly=True, placeholderText=tr("A folder with a folder a class, or a table")
        )
        self.folder = QPushButton(tr("Folder…"), autoDefault=False, clicked=self._ask_folder)
        self.table = QPushButton(tr("Table…"), autoDefault=False, clicked=self._ask_table)
        self.name = QLineEdit(tr("Reading set"))
        self.questions = QListWidget(accessibleName=tr("Ask for"))
        self.count = QSpinBox(minimum=0, maximum=100_000, specialValueText=tr("all"))
        self.balanced = QCheckBox(tr("As many of each class"))
        self.repeats = QSpinBox(minimum=0, maximum=50, suffix=" %")
        self.seed = QSpinBox(minimum=1, maximum=2**31 - 1)
        self.limit = QSpinBox(minimum=0, maximum=3600, suffix=" s", specialValueText=tr("none"))
        self.examination = QCheckBox(tr("Examination: the truth comes after the last film"))
        self.priors = QCheckBox(tr("An earlier film of the same patient beside each, where there is one"))
        self.pictures = QCheckBox(tr("Put the films into the file, without their headers"))
        self.masks = QCheckBox(tr("Look for text in the films, to be blacked out"), checked=True)
        self.said = QLabel(objectName="dataNote", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.make = self.buttons.addButton(tr("Make the set…"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.make.setEnabled(False)
        for box in (self.count, self.repeats, self.seed, self.limit):
            box.setMaximumWidth(150)
        self.questions.setMaximumHeight(130)
        self._lay_out()
        self.buttons.accepted.connect(self._ask_where)
        self.buttons.rejected.connect(self.reject)
        self.resize(fitted(QSize(640, 560), self))

    def _lay_out(self) -> None:
        source = QHBoxLayout(spacing=6)
        source.addWidget(self.source, 1)
        source.addWidget(self.folder)
        source.addWidget(self.table)
        form = QFormLayout(horizontalSpacing=14, verticalSpacing=9)
        form.addRow(tr("Films"), source)
        form.addRow(tr("Title"), self.name)
        form.addRow(tr("Ask for"), self.questions)
        form.addRow(tr("How many"), self.count)
        form.addRow("", self.balanced)
        form.addRow(tr("Shown again"), self.repeats)
        form.addRow(tr("Seed of the order"), self.seed)
        form.addRow(tr("Time a film"), self.limit)
        for box in (self.priors, self.examination, self.masks, self.pictures):
            form.addRow("", box)
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(18, 16, 18, 14)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(self.said)
        column.addWidget(self.buttons)

    def _ask_folder(self) -> None:
        if chosen := QFileDialog.getExistingDirectory(self, tr("A folder with a folder a class")):
            self.look(Path(chosen))

    def _ask_table(self) -> None:
        kinds = tr("Tables (*.csv)")
        chosen, _ = QFileDialog.getOpenFileName(self, tr("A table of films"), "", kinds)
        if chosen:
            self.look(Path(chosen))

    def look(self, path: Path, among: Collection[Path] | None = None) -> None:
        """Look which films there are at `path`, a folder or a table: all, or those `among` some."""
        self.source.setText(str(path))
        self.make.setEnabled(False)
        self._say(tr("Looking for films …"), "busy")

        def work(_report: Report) -> "list[Item]":
            from cxrview.teaching.collections import items_of

            found = items_of(path)[1]
            wanted = None if among is None else {os.path.realpath(film) for film in among}
            return [item for item in found if wanted is None or os.path.realpath(item.path) in wanted]

        self._runner.cancel(self._job)
        self._job = self._runner.start(
            tr("Looking for films"), work, done=self._found, failed=self._failed, lane="teaching"
        )

    def _found(self, items: "list[Item]") -> None:
        from cxrview.teaching.make import usual_questions

        self._items = [item for item in items if item.labels]
        names = sorted({name for item in self._items for name in item.labels}, key=str.casefold)
        usual = usual_questions(self._items)
        self.questions.clear()
        for name in names:
            item = QListWidgetItem(name, self.questions)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if name in usual else Qt.CheckState.Unchecked)
        self.count.setMaximum(max(1, len(self._items)))
        films = tr("{films} films of {classes} classes.")
        self._say(films.format(films=len(self._items), classes=len(names)))
        self.make.setEnabled(bool(self._items))

    def _ask_where(self) -> None:
        proposed = f"{self.name.text().strip() or tr('Reading set')}{SUFFIX}"
        kinds = tr("Reading sets (*.cxrset)")
        chosen, _ = QFileDialog.getSaveFileName(self, tr("Save the reading set"), proposed, kinds)
        if chosen:
            path = Path(chosen)
            self.save(path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX))

    def save(self, path: Path) -> None:
        """Make the set as it is asked for and save it at `path`."""
        from cxrview.teaching.make import Plan

        asked = [
            self.questions.item(row).text()
            for row in range(self.questions.count())
            if self.questions.item(row).checkState() is Qt.CheckState.Checked
        ]
        plan = Plan(
            self.name.text().strip() or tr("Reading set"),
            self.count.value(),
            self.seed.value(),
            self.repeats.value() / 100,
            self.balanced.isChecked(),
            self.limit.value(),
            self.examination.isChecked(),
            tuple(asked),
            self.priors.isChecked(),
        )
        items, source = self._items, Path(self.source.text())
        folder = source if source.is_dir() else source.parent
        look = self.masks.isChecked()

        def work(report: Report) -> "MadeSet":
            from cxrview.teaching.masked import made_and_looked_at

            return made_and_looked_at(items, plan, folder, path, look, report)

        self._start(work, partial(self._looked_at, path))

    def _looked_at(self, path: Path, found: "MadeSet") -> None:
        """Let the author confirm what is blacked out, if there is anything, and save the set."""
        if not found.masks:
            self._save(path, found.made, {})
            return
        from cxrview.gui.teaching.masks import MasksDialog
        from cxrview.teaching.films import SetFilms

        self._say(tr("Text was found on {count} films.").format(count=len(found.masks)))
        self.make.setEnabled(True)
        films = SetFilms(found.made, path)
        dialog = MasksDialog(films, found.masks, self._settings, self._runner, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._save(path, found.made, dialog.masks))
        self.beside_made.emit(dialog)
        dialog.open()

    def _save(self, path: Path, made: "ReadingSet", masks: "dict[int, tuple[Box4, ...]]") -> None:
        hold = self.pictures.isChecked()

        def work(report: Report) -> "ReadingSet":
            from cxrview.teaching.masked import masked_and_saved

            return masked_and_saved(made, masks, path, hold, report)

        self._start(work, partial(self._made, path))

    def _start(self, work: Callable[[Report], object], done: Callable[..., None]) -> None:
        self.make.setEnabled(False)
        self._say(tr("Making the set …"), "busy")
        title = tr("Making a reading set")
        self._job = self._runner.start(title, work, done=done, failed=self._failed, lane="teaching")

    def _made(self, path: Path, made: "ReadingSet") -> None:
        self.path = path
        self._say(tr("Saved {name} with {films} films.").format(name=path.name, films=made.asked))
        self.accept()

    def _failed(self, error: Exception) -> None:
        self._say(error_text.whole(error), "error")
        self.make.setEnabled(bool(self._items))

    def _say(self, text: str, tone: str = "") -> None:
        self.said.setText(text)
        self.said.setProperty("tone", tone)
        self.said.style().polish(self.said)

    def reject(self) -> None:
        self._runner.cancel(self._job)
        super().reject()
