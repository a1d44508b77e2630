"""A dialog with a page of text: about, keys, the model card, and what went wrong."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.widgets import fonts
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import tr


class TextDialog(QDialog):
    """Shows a page of rich text that can be selected and scrolled."""

    def __init__(self, parent: QWidget | None, title: str, html: str, size: QSize) -> None:
        super().__init__(parent, windowTitle=title)
        self.browser = QTextBrowser(openExternalLinks=False, openLinks=False, accessibleName=title)
        self.browser.setHtml(html)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(14, 14, 14, 12)
        column.addWidget(self.browser)
        column.addWidget(buttons)
        self.resize(fitted(size, self))


class CrashDialog(QDialog):
    """Says that cxrview made a mistake, with the details to copy into a report."""

    def __init__(self, parent: QWidget | None, details: str) -> None:
        super().__init__(parent, windowTitle=tr("cxrview made a mistake"))
        words = QLabel(
            tr(
                "Something went wrong that cxrview did not foresee. You can go on, but what is on the screen "
                "may be incomplete. Please report the details below; read them first, as they may name files."
            ),
            wordWrap=True,
        )
        self.details = QPlainTextEdit(details, readOnly=True, accessibleName=tr("Details"))
        self.details.setFont(fonts.fixed())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_button = buttons.addButton(tr("Copy details"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.details.toPlainText())
        )
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(14, 14, 14, 12)
        for widget in (words, self.details, buttons):
            column.addWidget(widget)
        self.resize(QSize(720, 420))
