"""The page on which a batch is put together: what to read, by which model, and where results go."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cxrview.batch.run_folder import BatchRequest
from cxrview.bundle import folders
from cxrview.gui import theme as themes
from cxrview.gui.batch import table_file
from cxrview.gui.state import AppState
from cxrview.gui.training.data.source import PathField
from cxrview.gui.widgets import identity
from cxrview.gui.widgets.elided import ElidedChoice
from cxrview.i18n import tr, trn

WIDTH = 760
MOST_FOLDERS = 200  # that are looked at for names of classes


class SourceList(QListWidget):
    """The sources; while there are none it says what to bring."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.count():
            return
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().placeholderText().color())
        words = tr("Add a folder, or drop folders, archives and files here.")
        painter.drawText(
            self.viewport().rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words
        )
        painter.end()


class BatchSetup(QWidget):
    """Signals:
    begun: the user wants to read; carries a BatchRequest.
    """

    begun = Signal(object)

    def __init__(
        self, state: AppState, listed: Callable[[], list[Path]], choice: Callable[[], tuple[str, str]]
    ) -> None:
        super().__init__()
        self._state, self._listed, self._choice = state, listed, choice
        self._sources: dict[str, None] = {}
        self.list = SourceList(accessibleName=tr("What is read"))
        self.add_folder = QPushButton(tr("Add folder…"), icon=themes.icon("folder-open"))
        self.add_files = QPushButton(tr("Add files or archives…"), icon=themes.icon("image-plus"))
        self.add_listed = QPushButton(icon=themes.icon("list-tree"))
        self.remove = QPushButton(tr("Remove"))
        self.model = ElidedChoice()
        self.model.setAccessibleName(tr("Model"))
        self.keep = QCheckBox(tr("Also write a table at the end"))
        self.out = QLineEdit(placeholderText=tr("results.csv"), accessibleName=tr("Table of results"))
        self.browse = QPushButton(tr("Choose…"), accessibleName=tr("Choose the table of results"))
        self.labels = PathField(tr("Labels"), tr("none: the films are only read"), clearable=True)
        self.hint = QLabel(objectName="muted", wordWrap=True)
        self.problem = QLabel(objectName="fieldProblem", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.start = QPushButton(tr("Start reading"), objectName="primary", icon=themes.icon("play"))
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        add = QHBoxLayout(spacing=8)
        for button in (self.add_folder, self.add_files, self.add_listed):
            add.addWidget(button)
        add.addStretch()
        add.addWidget(self.remove)
        out = QHBoxLayout(spacing=8)
        out.addWidget(self.keep)
        out.addWidget(self.out, 1)
        out.addWidget(self.browse)
        form = QFormLayout(horizontalSpacing=14, verticalSpacing=12)
        form.addRow(tr("Model"), self.model)
        form.addRow(tr("Results"), out)
        form.addRow(tr("Labels"), self.labels)
        form.addRow("", self.hint)
        foot = QHBoxLayout(spacing=12)
        foot.addWidget(self.problem, 1)
        foot.addWidget(self.start)
        inside = QWidget()
        inside.setMaximumWidth(WIDTH)
        column = QVBoxLayout(inside, spacing=12)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(QLabel(tr("Read a folder"), objectName="pageTitle"))
        about = tr(
            "Folders, archives and DICOM directories are searched for chest radiographs, and each is read by "
            "the model. You can go on working meanwhile; pause or stop it whenever you like."
        )
        column.addWidget(QLabel(about, objectName="muted", wordWrap=True))
        column.addWidget(self.list, 1)
        column.addLayout(add)
        column.addLayout(form)
        column.addLayout(foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 20, 24, 16)
        row.addStretch(1)
        row.addWidget(inside, 1000)
        row.addStretch(1)

    def _connect(self) -> None:
        self.add_folder.clicked.connect(self._ask_folder)
        self.add_files.clicked.connect(self._ask_files)
        self.add_listed.clicked.connect(lambda: self.add(self._listed()))
        self.remove.clicked.connect(self._remove)
        self.list.itemSelectionChanged.connect(self._say)
        self.keep.toggled.connect(lambda _on: self._say())
        self.out.textChanged.connect(lambda _text: self._say())
        self.browse.clicked.connect(self._ask_out)
        self.labels.chosen.connect(self._label)
        self.start.clicked.connect(self._begin)

    def refresh(self) -> None:
        """The page comes to the front: offer the models that are installed and what is listed."""
        model = self._choice()[0]
        names = list(folders())
        self.model.clear()
        for name in names:
            self.model.addItem(name, name)
        if model and model not in names:
            self.model.addItem(Path(model).name, model)
        self.model.setCurrentIndex(max(0, self.model.findData(model)))
        count = len(self._state.entries)
        words = trn("Add the {count} listed film", "Add the {count} listed films", count)
        self.add_listed.setText(words.format(count=count) if count else tr("Add what is listed"))
        self.add_listed.setEnabled(count > 0)
        self.show_sources()

    def add(self, paths: Iterable[Path]) -> None:
        """Add files, folders and archives to what is read."""
        self._sources |= {str(path.absolute()): None for path in paths}
        self._propose_labels()
        self.show_sources()

    def only(self, paths: Iterable[Path]) -> None:
        """Read `paths` and nothing else."""
        self._sources = {}
        self.labels.show_path("")
        self.add(paths)

    def request(self) -> BatchRequest:
        """Return what is asked for."""
        device = self._choice()[1] or "auto"
        out = self.out.text().strip() if self.keep.isChecked() else ""
        return BatchRequest(
            tuple(self._sources),
            model=self.model.currentData() or "",
            device=device,
            point=self._state.point or "auto",
            out=str(Path(out).expanduser().absolute()) if out else "",
            labels=self.labels.line.text().strip(),
        )

    def show_sources(self) -> None:
        """Write down what is read."""
        self.list.clear()
        for number, source in enumerate(self._sources, 1):
            hidden = tr("Source {number}").format(number=number)
            self.list.addItem(hidden if identity.hidden() else source)
        self._say()

    def complain(self, words: str) -> None:
        """Say why it could not be begun."""
        self.problem.setText(words)

    def _say(self) -> None:
        self.remove.setEnabled(bool(self.list.selectedItems()))
        self.out.setEnabled(self.keep.isChecked())
        self.browse.setEnabled(self.keep.isChecked())
        self.start.setEnabled(bool(self._sources) and self.model.count() > 0)
        self.problem.clear()
        labels = self.labels.line.text()
        self.hint.setText(
            tr("The labels make it an evaluation: how often the model is right, and where it is wrong.")
            if labels
            else tr(
                "A folder with a folder for each class, or a table with file and label, makes it an "
                "evaluation."
            )
        )

    def _label(self, path: str) -> None:
        self.labels.show_path(path)
        self._say()

    def _propose_labels(self) -> None:
        """Take the folders of the only source for labels if they are called as the model's classes."""
        if len(self._sources) != 1 or self.labels.line.text() or self._state.model.card is None:
            return
        source = Path(next(iter(self._sources)))
        card = self._state.model.card
        known = {name.casefold() for item in card.classes for name in (item.name, item.label)}
        with suppress(OSError):
            if source.is_dir():
                found = [
                    place.name.casefold()
                    for place, _ in zip(source.iterdir(), range(MOST_FOLDERS), strict=False)
                ]
                if len(known & set(found)) > 1:
                    self.labels.show_path(str(source))

    def _remove(self) -> None:
        gone = {index.row() for index in self.list.selectedIndexes()}
        self._sources = {source: None for number, source in enumerate(self._sources) if number not in gone}
        self.show_sources()

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Choose a folder to read"), self._start())
        if name:
            self.add([Path(name)])

    def _ask_files(self) -> None:
        kinds = (
            f"{tr('All files')} (*);;{tr('Archives and DICOM directories')} (*.zip *.ZIP DICOMDIR dicomdir)"
        )
        names, _ = QFileDialog.getOpenFileNames(self, tr("Choose files to read"), self._start(), kinds)
        self.add([Path(name) for name in names])

    def _ask_out(self) -> None:
        name = table_file.ask(self, tr("Table of results"), self.out.text())
        if name is not None:
            self.out.setText(str(name))

    def _start(self) -> str:
        last = next(reversed(self._sources), "")
        return str(Path(last).parent) if last else str(Path.home())

    def _begin(self) -> None:
        if self.start.isEnabled():
            self.begun.emit(self.request())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.add(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())
