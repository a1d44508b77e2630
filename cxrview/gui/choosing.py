"""The commands that ask where something is: files and folders to open, a model to use."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QFileDialog

from cxrview import paths
from cxrview.words import mark, tr

if TYPE_CHECKING:
    from cxrview.gui.main_window import MainWindow

# Archives export DICOM files without a suffix, so all files come first.
FILTERS = (
    (mark("All files"), "*"),
    (mark("Images"), "*.dcm *.dicom *.ima *.png *.jpg *.jpeg *.tif *.tiff *.bmp"),
    (mark("Archives and DICOM directories"), "*.zip *.ZIP DICOMDIR dicomdir"),
)
FOLDER = "folder"  # where the last choice was made, in the store


class Choosing(QObject):
    """Asks with the system's own dialogs, which begin where the last choice was made."""

    def __init__(self, window: "MainWindow", store: QSettings) -> None:
        super().__init__(window)
        self._window, self._store = window, store

    def files(self) -> None:
        """Let the user choose files to open."""
        filters = ";;".join(f"{tr(words)} ({patterns})" for words, patterns in FILTERS)
        names, _ = QFileDialog.getOpenFileNames(self._window, tr("Open radiographs"), self._last(), filters)
        self._open([Path(name) for name in names])

    def folder(self) -> None:
        """Let the user choose a folder to open."""
        words = tr("Open a folder of radiographs")
        name = QFileDialog.getExistingDirectory(self._window, words, self._last())
        self._open([Path(name)] if name else [])

    def sample(self) -> None:
        """Open the real radiograph that pydicom-data brings along."""
        sample = paths.sample_radiograph()
        if sample is not None:
            self._window.open([sample])

    def model(self) -> None:
        """Let the user choose the folder of a model."""
        words = tr("Folder of a model, with its card.json")
        name = QFileDialog.getExistingDirectory(self._window, words, self._last())
        if name:
            self._window.session.models.use_model(name)

    def _open(self, chosen: list[Path]) -> None:
        if chosen:
            folder = chosen[0] if chosen[0].is_dir() else chosen[0].parent
            self._store.setValue(FOLDER, str(folder))
            self._window.open(chosen)

    def _last(self) -> str:
        return str(self._store.value(FOLDER, str(Path.home())))
