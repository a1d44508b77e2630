"""Closing the window while a training runs: it is asked what becomes of that."""

from PySide6.QtWidgets import QMessageBox, QWidget

from cxrview.i18n import tr

GO_ON, STOP, CANCEL = "go on", "stop", "cancel"


def ask(window: QWidget) -> str:
    """Return GO_ON, STOP or CANCEL, as the user wants it."""
    box = QMessageBox(QMessageBox.Icon.Question, "cxrview", tr("A training is running."), parent=window)
    box.setInformativeText(
        tr(
            "It can go on without the window; at the next start the status bar shows it again. If it is "
            "stopped, what it has learnt so far is kept, and it can be gone on with."
        )
    )
    on = box.addButton(tr("&Go on without the window"), QMessageBox.ButtonRole.AcceptRole)
    stop = box.addButton(tr("&Stop and keep"), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(tr("&Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(on)
    box.setEscapeButton(stay)
    box.exec()
    chosen = box.clickedButton()
    return GO_ON if chosen is on else STOP if chosen is stop else CANCEL
