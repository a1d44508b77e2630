"""Where the images are: a path, two buttons, and the place to drop folders."""

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui import theme as themes
from cxrview.gui.widgets.themed import IconLabel
from cxrview.i18n import tr
from cxrview.imaging.raster import formats

TABLES = (".csv", ".tsv", ".txt")


def choose_folder(parent: QWidget, start: str) -> str:
    """Return the folder that the user chooses, or ""."""
    return QFileDialog.getExistingDirectory(parent, tr("Choose the folder of the images"), start)


def choose_table(parent: QWidget, start: str) -> str:
    """Return the table that the user chooses, or ""."""
    kinds = f"{tr('Tables')} (*.csv *.tsv *.txt)"
    return QFileDialog.getOpenFileName(parent, tr("Choose the table of the images"), start, kinds)[0]


def dropped_paths(data: QMimeData) -> list[Path]:
    """Return the folders and tables among what is dragged."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.is_dir() or path.suffix.lower() in TABLES]


def _from_home(text: str) -> Path:
    """Return the path that was typed; “~” is the user's own folder."""
    with suppress(RuntimeError):  # there is no user of that name
        return Path(text).expanduser()
    return Path(text)


class PathField(QWidget):
    """A path that can be typed, chosen or dropped.

    Signals:
        chosen: carries the path, "" for none.
    """

    chosen = Signal(str)

    def __init__(self, name: str, placeholder: str, clearable: bool = False) -> None:
        super().__init__()
        self._path = ""
        self.line = QLineEdit(placeholderText=placeholder, clearButtonEnabled=clearable)
        self.line.setAccessibleName(name)
        self.folder = QPushButton(tr("Folder…"))
        self.folder.setAccessibleName(tr("Folder for: {name}").format(name=name))
        self.table = QPushButton(tr("Table…"))
        self.table.setAccessibleName(tr("Table for: {name}").format(name=name))
        self.table.setToolTip(
            tr("A CSV file with the columns file, label and, if you like, group, split, source, boxes")
        )
        row = QHBoxLayout(self, spacing=8)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self.folder)
        row.addWidget(self.table)
        self.setFocusProxy(self.line)
        self.line.editingFinished.connect(lambda: self._choose(self.line.text()))
        self.folder.clicked.connect(lambda: self._choose(choose_folder(self, self._start()), asked=True))
        self.table.clicked.connect(lambda: self._choose(choose_table(self, self._start()), asked=True))
        self.folder.setIcon(themes.icon("folder-open"))
        self.table.setIcon(themes.icon("file-text"))

    def show_path(self, path: str) -> None:
        """Show `path` without saying that it was chosen."""
        self._path = path
        if self.line.text() != path:
            self.line.setText(path)
        self.line.setToolTip(path)

    def _start(self) -> str:
        return str(Path(self._path).parent) if self._path else ""

    def _choose(self, text: str, asked: bool = False) -> None:
        text = text.strip()
        path = str(_from_home(text).absolute()) if text else ""
        if path != self._path and (path or not asked):
            self.chosen.emit(path)


class DropArea(QToolButton):
    """The empty page: what to bring, and a place to let go of it. A press asks for a folder."""

    def __init__(self) -> None:
        super().__init__(objectName="dropArea")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(260)
        self.setAccessibleName(tr("Drop images here, or press to choose a folder"))
        self._icon = IconLabel("image-plus", "muted", 44)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = QLabel(
            tr("Drop your images here"), objectName="dropTitle", alignment=Qt.AlignmentFlag.AlignCenter
        )
        lines = (
            tr("several folders, one for each class"),
            tr("a folder with a folder for each class, or with train, val and test"),
            tr("a CSV file with the columns file and label"),
        )
        column = QVBoxLayout(self, spacing=6)
        column.addStretch(2)
        for label in (self._icon, title):
            column.addWidget(label)
        column.addSpacing(4)
        for number, line in enumerate(lines):
            words = line if number == 0 else tr("or {words}").format(words=line)
            column.addWidget(QLabel(words, objectName="muted", alignment=Qt.AlignmentFlag.AlignCenter))
        column.addSpacing(10)
        kinds = tr(
            "DICOM, {formats} and {last} may be mixed. Nothing is copied, and nothing leaves this computer."
        ).format(formats=", ".join(formats.NAMES[:-1]), last=formats.NAMES[-1])
        column.addWidget(
            QLabel(kinds, objectName="muted", alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        )
        column.addStretch(3)
        for label in self.findChildren(QLabel):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return QSize(600, 360)
