"""What cxrview is and is not, whose work is in it, and what is installed here."""

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
)

from cxrview import __version__, paths
from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.gui.dialogs.manual_text import dressed
from cxrview.gui.panels.notice import NOT_A_DEVICE
from cxrview.gui.panels.prediction import model_line
from cxrview.gui.widgets import fonts
from cxrview.gui.widgets.themed import Themed
from cxrview.gui.widgets.window_size import fitted
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark, tr

if TYPE_CHECKING:
    from cxrview.environment import Package
    from cxrview.progress import Report

SIZE = QSize(720, 600)
PURPOSE = mark(
    "Review chest radiographs with a model that shows where it looked and says what it cannot know."
)
Findings = tuple[list[str], "list[Package]", str]


def find(_report: "Report") -> Findings:
    """Return what is installed here, the packages with their licences, and the notices. Runs in a worker."""
    from cxrview import environment

    return list(environment.lines()), environment.licences(), environment.notices()


class AboutDialog(Themed, QDialog):
    """Three pages: about, licences, this computer. The last two are filled from a worker."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.window, windowTitle=tr("About cxrview"))
        self._bench = bench
        self._notices = ""  # in Markdown, once they are found
        self.about = QTextBrowser(openLinks=False, accessibleName=tr("About cxrview"))
        self.licences = QTextBrowser(openLinks=False, accessibleName=tr("Licences"))
        self.system = QPlainTextEdit(readOnly=True, accessibleName=tr("This computer"))
        self.system.setFont(fonts.fixed())
        self.system.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.tabs = QTabWidget(documentMode=True, accessibleName=tr("Pages"))
        for widget, title in (
            (self.about, tr("About")),
            (self.licences, tr("Licences")),
            (self.system, tr("This computer")),
        ):
            self.tabs.addTab(widget, title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = buttons.addButton(tr("Copy system information"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.system.toPlainText()))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(14, 14, 14, 12)
        column.addWidget(self.tabs)
        column.addWidget(buttons)
        self.resize(fitted(SIZE, self))

    def open(self) -> None:
        """Show the dialog and look anew at what is installed."""
        self._notices = ""
        self.recolour()
        self.licences.setPlainText(tr("One moment …"))
        self.system.setPlainText(tr("One moment …"))
        self.copy.setEnabled(False)
        self._bench.runner.start(
            tr("Looking at what is installed"),
            find,
            done=self._show_findings,
            failed=self._say_failure,
            lane="facts",
            quiet=True,
        )
        self.show()
        self.activateWindow()

    def recolour(self) -> None:
        self.about.setDocument(dressed(self._words(), self.about))
        if self._notices:
            self.licences.setDocument(dressed(self._notices, self.licences))

    def _words(self) -> str:
        words = [
            f"# cxrview {__version__}",
            tr(PURPOSE),
            f"**{tr('Not a medical device.')}** {tr(NOT_A_DEVICE)}",
            tr("Everything is computed on this computer; no image leaves it."),
            f"## {tr('The model in use')}",
            escape(self._bench.state.model.problem or model_line(self._bench.state.model)),
            f"## {tr('Licence')}",
            tr(
                "The program is free software under the Apache License 2.0 and comes without any warranty. "
                "The weights of the models that come with it are for research and teaching only, not for "
                "commercial use (CC BY-NC 4.0), and so is what is trained from them. The page Licences lists "
                "whose work and whose films they stand on."
            ),
            *self._model_licence(),
        ]
        return "\n\n".join(words)

    def _model_licence(self) -> list[str]:
        card = self._bench.state.model.card
        said = card.license if card is not None else ""
        return [f"{tr('The model in use')}: {escape(said)}"] if said else []

    def _show_findings(self, findings: Findings) -> None:
        installed, packages, notices = findings
        rows = [f"| {name} | {version} | {escape(licence)} |" for name, version, licence in packages]
        head = [f"| {tr('Package')} | {tr('Version')} | {tr('Licence')} |", "| --- | --- | --- |"]
        icons = (paths.resources() / "icons" / "LICENSE").read_text("utf-8")
        weights = (paths.bundled_models() / "LICENSE").read_text("utf-8")
        parts = [
            notices,
            f"## {tr('Installed here')}\n\n" + "\n".join(head + rows) if rows else "",
            f"## {tr('Licence of the icons')}\n\n```\n{icons}\n```",
            f"## {tr('Licence of the weights')}\n\n```\n{weights}\n```",
        ]
        self._notices = "\n\n".join(parts)
        self.licences.setDocument(dressed(self._notices, self.licences))
        model = self._bench.state.model
        used = [f"{tr('Model')}: {model.problem or model_line(model)}", f"  {model.reason}"]
        self.system.setPlainText("\n".join([*installed, *used, *self._screens()]))
        self.copy.setEnabled(True)

    def _screens(self) -> list[str]:
        lines = [f"Qt {qVersion()}, {QGuiApplication.platformName()}"]
        for screen in QGuiApplication.screens():
            size, ratio = screen.size(), screen.devicePixelRatio()
            words = tr("{screen} {width} × {height} at {scale}")
            name, scale = screen.name() or tr("screen"), f"{ratio:.0%}"
            lines.append(
                "  " + words.format(screen=name, width=size.width(), height=size.height(), scale=scale)
            )
        return lines

    def _say_failure(self, error: Exception) -> None:
        words = error_text.whole(error) if isinstance(error, CxrviewError) else repr(error)
        self.system.setPlainText(words)
        self.licences.setPlainText(words)
