"""The program is left while a batch is read: it may go on without the window."""

from PySide6.QtWidgets import QMessageBox, QWidget

from cxrview.errors import CxrviewError
from cxrview.gui.batch.runs import BatchRuns
from cxrview.gui.batch.texts import state_line
from cxrview.i18n import tr


def may_close(runs: BatchRuns, window: QWidget) -> bool:
    """Ask what shall become of a batch that is read, see to it, and return whether the window may close."""
    if not runs.is_running or runs.state is None:
        return True
    box = QMessageBox(QMessageBox.Icon.Question, "cxrview", tr("A batch is being read."), parent=window)
    box.setInformativeText(
        f"{state_line(runs.state)}\n\n"
        + tr("Without the window it goes on in the background; the next start shows it and can stop it.")
    )
    go_on = box.addButton(tr("&Go on without the window"), QMessageBox.ButtonRole.AcceptRole)
    stop = box.addButton(tr("&Stop and keep"), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(tr("&Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(go_on)
    box.setEscapeButton(stay)
    box.exec()
    if box.clickedButton() is stop:
        try:
            runs.stop()
        except CxrviewError:  # the disk is full: it goes on, and the next start finds it
            return True
        runs.wait()
        return True
    return box.clickedButton() is go_on
