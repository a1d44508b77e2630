"""Closing asks where what was drawn cannot be kept."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox, QWidget

from cxrview.gui import error_text
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.gui.session.annotations import Annotations


def may_close(annotations: "Annotations", window: QWidget) -> bool:
    """Keep what was drawn; where that fails, return whether the user lets the window close without it."""
    while (trouble := annotations.keep_now()) is not None:
        box = QMessageBox(
            QMessageBox.Icon.Warning, "cxrview", tr("What you drew could not be kept."), parent=window
        )
        box.setInformativeText(error_text.whole(trouble))
        again = box.addButton(tr("&Try again"), QMessageBox.ButtonRole.AcceptRole)
        leave = box.addButton(tr("&Close without it"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(tr("&Keep the window open"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(again)
        box.setEscapeButton(stay)
        box.exec()
        if box.clickedButton() is leave:
            annotations.give_up()
            return True
        if box.clickedButton() is not again:
            return False
    return True
