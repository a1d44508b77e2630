"""What the user does to the images of a draft: each is done at once, and can be taken back."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from cxrview.datasets import tables
from cxrview.datasets.config import DataConfig
from cxrview.gui import error_text
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.training.data import fixes
from cxrview.gui.training.data.fixes import Fix
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.runs import TrainingRuns
from cxrview.i18n import tr, trn
from cxrview.progress import Report

OF_IMAGES = ("exclude", "allow", "group_pattern")  # what has no meaning with other images
ALL = ("path", *OF_IMAGES)


class DataEdits(QObject):
    """Changes the draft.

    Signals:
        undo_changed: another change, or none, can be taken back; carries a sentence on it, or "".
        noted: something was done of which the user should know; carries a sentence.
        failed: carries a sentence.
    """

    undo_changed = Signal(str)
    noted = Signal(str)
    failed = Signal(str)

    def __init__(self, draft: Draft, runs: TrainingRuns, runner: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._draft, self._runs, self._runner = draft, runs, runner
        self._kept: dict[str, dict[str, Any]] = {}  # what was said of images that were chosen before
        self._parts: tuple[Path, ...] = ()  # class folders that the present table lists
        self._undo: tuple[str, dict[str, Any]] | None = None

    def choose(self, path: str) -> None:
        """Train on the images at `path`; what was said of them before holds again."""
        data = self._draft.config.data
        if path == data.path:
            return
        self._parts = ()
        self._kept[data.path] = {name: getattr(data, name) for name in OF_IMAGES}
        blank = {name: getattr(DataConfig(), name) for name in OF_IMAGES}
        self._forget()
        self.noted.emit("")
        self._draft.change("data", path=path, **self._kept.get(path, blank))

    def drop(self, paths: Sequence[Path], flat: bool) -> None:
        """Train on what was dropped. `flat`: the images chosen lie in one folder, and have no classes."""
        folders = [path for path in paths if path.is_dir()]
        if len(folders) < len(paths):
            if len(paths) == 1:
                self.choose(str(paths[0].absolute()))
            else:
                self.failed.emit(tr("Drop folders, or one table."))
            return
        parts = (Path(self._draft.config.data.path),) if flat else self._parts
        self._start(
            tr("Listing images"),
            partial(tables.arranged, parts, folders, self._new_table()),
            self._arranged,
        )

    def apply(self, fix: Fix) -> None:
        """Do what `fix` offers."""
        config = self._draft.config
        match fix.action:
            case fixes.EXCLUDE:
                self.exclude(fix.files)
            case fixes.SPLIT_ANEW:
                self.split_anew()
            case fixes.BALANCE:
                self._change("recipe", tr("The classes are balanced in training."), balance="sampling")
            case fixes.VARY:
                self._change("augmentation", tr("The source is hidden in training."), source=1.0)
            case fixes.NO_TEST if config.data.test:
                self._change("data", tr("There are no test images now."), test=0.0)

    def exclude(self, files: Sequence[str]) -> None:
        """Leave files out."""
        words = trn("{count} file was left out.", "{count} files were left out.", len(files))
        exclude = tables.with_excluded(self._draft.config.data.exclude, files)
        self._change("data", words.format(count=len(files)), exclude=exclude)

    def take_back(self, files: Sequence[str]) -> None:
        """Use files again that were left out."""
        words = trn("{count} file was taken back.", "{count} files were taken back.", len(files))
        exclude = tables.without_excluded(self._draft.config.data.exclude, files)
        self._change("data", words.format(count=len(files)), exclude=exclude)

    def allow(self, kind: str, allowed: bool) -> None:
        """Go on in spite of findings of `kind`, or no longer."""
        others = tuple(each for each in self._draft.config.data.allow if each != kind)
        self._draft.change("data", allow=(*others, kind) if allowed else others)

    def split_anew(self) -> None:
        """Do without the split that the data give."""
        work = partial(tables.without_split, self._draft.config.data, self._new_table())
        self._start(tr("Listing images"), work, self._is_without_split)

    def undo(self) -> None:
        """Take the last change back."""
        if self._undo is not None:
            table, values = self._undo
            self._forget()
            self.noted.emit("")
            self._draft.change(table, **values)

    def _change(self, table: str, words: str, **values: Any) -> None:
        part = getattr(self._draft.config, table)
        self._undo = table, {name: getattr(part, name) for name in values}
        self.undo_changed.emit(words)
        self._draft.change(table, **values)

    def _forget(self) -> None:
        self._undo = None
        self.undo_changed.emit("")

    def _start(self, title: str, work: Callable[[Report], Any], done: Callable[[Any], None]) -> None:
        self._runner.start(
            title,
            work,
            done=done,
            failed=lambda error: self.failed.emit(error_text.whole(error)),
            lane="training",
        )

    def _arranged(self, found: tuple[Path, tuple[Path, ...]]) -> None:
        path, parts = found
        self.choose(str(path.absolute()))
        self._parts = parts
        if parts:
            names = dict.fromkeys(folder.name for folder in parts)
            words = trn(
                "{folders} folders, {count} class: {names}. A table lists their images: {table}",
                "{folders} folders, {count} classes: {names}. A table lists their images: {table}",
                len(names),
            )
            listed = ", ".join(names)
            self.noted.emit(words.format(folders=len(parts), count=len(names), names=listed, table=path))

    def _is_without_split(self, data: DataConfig) -> None:
        words = tr("The images will be split anew; a table lists them without the split that they came with.")
        self._change("data", words, **{name: getattr(data, name) for name in ALL})

    def _new_table(self) -> Path:
        number, name = 1, f"{self._draft.folder.name}-images"
        while (path := self._runs.root / f"{name}-{number}.csv").exists():
            number += 1
        return path
