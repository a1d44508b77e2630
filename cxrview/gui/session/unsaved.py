"""Closing asks where what was drawn or written cannot be kept."""

from typing import Protocol

from PySide6.QtWidgets import QMessageBox, QWidget

from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.i18n import tr


class Work(Protocol):
    """What the user has made: drawings, or words."""

    def keep_now(self) -> CxrviewError | None:
        """Write what has changed, at once, and return why that cannot be done, or None."""

    def give_up(self) -> None:
        """Forget what could not be kept."""


def may_close(work: Work, window: QWidget, lost: str) -> bool:
    """Keep the `work`; where that fails, return whether the user lets the window close without it.

    `lost` is the sentence that says what could not be kept.
    """
    while (trouble := work.keep_now()) is not None:
        box = QMessageBox(QMessageBox.Icon.Warning, "cxrview", lost, parent=window)
        box.setInformativeText(error_text.whole(trouble))
        again = box.addButton(tr("&Try again"), QMessageBox.ButtonRole.AcceptRole)
        leave = box.addButton(tr("&Close without it"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(tr("&Keep the window open"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(again)
        box.setEscapeButton(stay)
        box.exec()
        if box.clickedButton() is leave:
            work.give_up()
            return True
        if box.clickedButton() is not again:
            return False
    return True
