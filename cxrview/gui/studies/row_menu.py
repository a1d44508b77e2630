"""The menu of a row of the study list, and what it does outside of the list."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from cxrview.gui.state import Entry
from cxrview.i18n import tr, trn

if TYPE_CHECKING:
    from cxrview.gui.studies.panel import StudyPanel


def row_menu(panel: "StudyPanel", key: tuple[Path, int] | None, entries: Sequence[Entry]) -> QMenu:
    """Return the menu for the selected `entries`; `key` is the row under the pointer if it is an image."""
    menu = QMenu(panel)
    menu.setAccessibleName(tr("Image"))
    if key is not None:
        menu.addAction(tr("&Show"), lambda: panel.chosen.emit(*key))
        menu.addAction(tr("Open in &another viewport"), lambda: panel.beside.emit(*key))
        prior = next(iter(panel.priors(key[0])), None)
        compare = menu.addAction(tr("&Compare with prior"))
        compare.setEnabled(prior is not None)
        if prior is not None:
            compare.triggered.connect(lambda: panel.compare.emit(key[0], prior.path))
        menu.addSeparator()
    unread = any(not entry.seen for entry in entries)
    words = tr("Mark as &looked at") if unread else tr("Mark as not &looked at")
    menu.addAction(words, lambda: panel.mark_seen(entries, unread))
    menu.addSeparator()
    if key is not None:
        menu.addAction(tr("Show in the &file manager"), lambda: show_in_file_manager(key[0]))
    copied = trn("Copy &path", "Copy &paths", len(entries))
    menu.addAction(copied, lambda: copy_paths(entries))
    menu.addSeparator()
    removed = trn("&Remove from the list", "&Remove {count} images from the list", len(entries))
    remove = menu.addAction(removed.format(count=len(entries)), lambda: panel.remove(entries))
    remove.setShortcut(QKeySequence.StandardKey.Delete)
    return menu


def copy_paths(entries: Sequence[Entry]) -> None:
    """Put the paths of `entries` on the clipboard, one a line."""
    QGuiApplication.clipboard().setText("\n".join(str(entry.path) for entry in entries))


def show_in_file_manager(path: Path) -> None:
    """Open the folder of `path`, with the file selected where the system can do that."""
    if sys.platform == "win32":
        QProcess.startDetached("explorer", ["/select,", str(path)])
    elif sys.platform == "darwin":
        QProcess.startDetached("open", ["-R", str(path)])
    else:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
