"""The commands that ask where something is: files and folders to open, a model to use.

They ask with the system's own dialogs, which begin where the last choice was made.
"""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from cxrview import paths
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark, tr

# Archives export DICOM files without a suffix, so all files come first.
FILTERS = (
    (mark("All files"), "*"),
    (mark("Images"), "{images}"),
    (mark("Archives and DICOM directories"), "*.zip *.ZIP DICOMDIR dicomdir"),
)
FOLDER = "folder"  # where the last choice was made, in the store


def open_files(bench: Workbench) -> None:
    """Let the user choose files to open."""
    from cxrview.imaging.find import SUFFIXES

    images = " ".join(f"*{suffix}" for suffix in SUFFIXES)
    filters = ";;".join(f"{tr(words)} ({patterns.format(images=images)})" for words, patterns in FILTERS)
    names, _ = QFileDialog.getOpenFileNames(bench.window, tr("Open radiographs"), _last(bench), filters)
    _open(bench, [Path(name) for name in names])


def open_folder(bench: Workbench) -> None:
    """Let the user choose a folder to open."""
    words = tr("Open a folder of radiographs")
    name = QFileDialog.getExistingDirectory(bench.window, words, _last(bench))
    _open(bench, [Path(name)] if name else [])


def open_sample(bench: Workbench) -> None:
    """Open the real radiograph that pydicom-data brings along."""
    sample = paths.sample_radiograph()
    if sample is not None:
        bench.open([sample])


def use_model_folder(bench: Workbench) -> None:
    """Let the user choose the folder of a model."""
    words = tr("Folder of a model, with its card.json")
    name = QFileDialog.getExistingDirectory(bench.window, words, _last(bench))
    if name:
        bench.session.models.use_model(name)


def _open(bench: Workbench, chosen: list[Path]) -> None:
    if chosen:
        folder = chosen[0] if chosen[0].is_dir() else chosen[0].parent
        bench.store.setValue(FOLDER, str(folder))
        bench.open(chosen)


def _last(bench: Workbench) -> str:
    return str(bench.store.value(FOLDER, str(Path.home())))
