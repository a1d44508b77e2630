"""Filters that do nothing: all their weights are near zero, or no film of a folder ever moves them."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cxrview.engines.keras_network import NetworkLayer
from cxrview.explain import messages
from cxrview.explain.network.figures import NEAR_ZERO
from cxrview.i18n import percent, say, tr, trn


class DeadPage(QWidget):
    """Counts and lists them, by layer.

    Signals:
        watch_asked: carries the folder of films that are to be watched.
        stop_asked: no more of it.
    """

    watch_asked = Signal(str)
    stop_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.sentence = QLabel(objectName="muted", wordWrap=True)
        words = tr(
            "Filters that do nothing: none of their weights is above {share} of what is usual in the layer, "
            "or they never answer to any film of a folder."
        )
        self.sentence.setText(words.format(share=percent(NEAR_ZERO).replace(" ", "\u00a0")))
        self.count = QLabel(wordWrap=True)
        self.folder = QPushButton(tr("Try the films of a folder…"), autoDefault=False, clicked=self._choose)
        self.stop = QPushButton(tr("Stop"), autoDefault=False, clicked=self._stop)
        self.progress = QProgressBar(accessibleName=tr("Films that were tried"))
        self.note = QLabel(objectName="muted", wordWrap=True)
        self.table = QTreeWidget(
            rootIsDecorated=False, accessibleName=tr("Filters that do nothing"), columnCount=4
        )
        self.table.setHeaderLabels([tr("Layer"), tr("Filters"), tr("Near zero"), tr("Never active")])
        for column in (0, 1):
            self.table.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._layers: tuple[NetworkLayer, ...] = ()
        self._near_zero: Mapping[str, Sequence[int]] = {}
        self._never: Mapping[str, Sequence[int]] | None = None
        self._films = self._failed = 0
        self._lay_out()
        self._show_running(False)

    def _lay_out(self) -> None:
        row = QHBoxLayout(spacing=10)
        row.addWidget(self.folder)
        row.addWidget(self.stop)
        row.addWidget(self.progress, 1)
        row.addWidget(self.note, 2)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(0, 12, 0, 0)
        for part in (self.sentence, row, self.count):
            if isinstance(part, QWidget):
                column.addWidget(part)
            else:
                column.addLayout(part)
        column.addWidget(self.table, 1)
        column.addStretch()  # where there is no table

    def show_network(self, layers: Sequence[NetworkLayer], near_zero: Mapping[str, Sequence[int]]) -> None:
        """Show those of another network, which has met no films."""
        self._layers, self._near_zero, self._never = tuple(layers), near_zero, None
        self._show_running(False)
        self.note.setText(tr("Which filters never answer is known when films were tried."))
        self._list()

    def follow(self, answer: Mapping[str, Any]) -> None:
        """Show how far the films have come, or what came of them: an answer to “watch”."""
        if "never_active" not in answer:
            self.progress.setRange(0, answer["count"])
            self.progress.setValue(answer["done"])
            return
        self._never, self._films, self._failed = answer["never_active"], answer["films"], answer["unread"]
        self._show_running(False)
        tried = trn("{count} film was tried.", "{count} films were tried.", self._films)
        words = tried.format(count=self._films)
        if self._failed:
            failed = trn("{count} file was unreadable.", "{count} files were unreadable.", self._failed)
            words += " " + failed.format(count=self._failed)
        self.note.setText(words)
        self._list()

    def end(self, why: str) -> None:
        """Nothing comes of the films any more, because of `why`."""
        if self.stop.isVisibleTo(self):
            self._show_running(False)
            self.note.setText(why)

    def watch(self, folder: str) -> None:
        """Ask for the films in `folder`."""
        self.progress.setRange(0, 0)
        self.note.clear()
        self._show_running(True)
        self.watch_asked.emit(folder)

    def _choose(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, tr("Folder with films")):
            self.watch(folder)

    def _stop(self) -> None:
        self.end(tr("It was stopped."))
        self.stop_asked.emit()

    def _show_running(self, running: bool) -> None:
        self.folder.setVisible(not running)
        self.stop.setVisible(running)
        self.progress.setVisible(running)
        self.note.setVisible(not running)

    def _list(self) -> None:
        never = self._never or {}
        self.table.clear()
        filters = sum(layer.filters for layer in self._layers)
        for layer in self._layers:
            near, silent = self._near_zero.get(layer.name, ()), never.get(layer.name, ())
            if near or silent:
                known = _numbers(silent) if self._never is not None else "–"
                texts = [layer.name, str(layer.filters), _numbers(near), known]
                item = QTreeWidgetItem(texts)
                for column in (2, 3):
                    item.setToolTip(column, texts[column])
                self.table.addTopLevelItem(item)
        self.table.setVisible(self.table.topLevelItemCount() > 0)
        counts = {
            "near": sum(len(found) for found in self._near_zero.values()),
            "never": sum(len(found) for found in never.values()),
        }
        told = messages.DEAD_FILTERS if self._never is None else messages.DEAD_AND_SILENT_FILTERS
        self.count.setText(say(told(filters=filters, **counts)))


def _numbers(found: Sequence[int]) -> str:
    """Return how many filters these are, and their numbers from 1."""
    if not found:
        return "0"
    return f"{len(found)}:  {', '.join(str(index + 1) for index in found)}"
