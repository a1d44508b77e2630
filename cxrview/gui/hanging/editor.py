"""One protocol in a dialog: its name, what it is for, its layout, and what goes into each viewport."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.hanging.protocol import (
    LONGEST,
    MOST_PRIORS,
    VIEWS,
    WINDOWS,
    HangingPane,
    HangingProtocol,
)
from cxrview.gui.viewer.viewports import LAYOUTS
from cxrview.i18n import mark, tr

LAYOUT_WORDS = {
    "one": mark("One viewport"),
    "two_columns": mark("Two, side by side"),
    "two_rows": mark("Two, one over the other"),
    "four": mark("Four viewports"),
}


def study_words(number: int) -> str:
    """Return how a study is called that lies so many before the one that is read."""
    if number == 0:
        return tr("This study")
    return tr("The study before") if number == 1 else tr("{number} studies before").format(number=number)


class PaneRow:
    """The choices for one viewport, in a row of a grid."""

    def __init__(self, grid: QGridLayout, row: int, pane: HangingPane) -> None:
        place = str(row)
        studies = {str(number): study_words(number) for number in range(MOST_PRIORS + 1)}
        named = tr("{what} in viewport {number}")
        self.study = choice(studies, str(pane.study), named.format(what=tr("Study"), number=place))
        self.view = choice(_said(VIEWS), pane.view, named.format(what=tr("View"), number=place))
        self.window = choice(_said(WINDOWS), pane.window, named.format(what=tr("Window"), number=place))
        self.heatmap = QCheckBox(tr("Heatmap"), checked=pane.heatmap)
        self.heatmap.setAccessibleName(named.format(what=tr("Heatmap"), number=place))
        self.label = QLabel(place, objectName="muted")
        for column, widget in enumerate((self.label, self.study, self.view, self.window, self.heatmap)):
            grid.addWidget(widget, row, column)

    @property
    def pane(self) -> HangingPane:
        """What is chosen."""
        study = int(self.study.currentData())
        return HangingPane(
            study, self.view.currentData(), self.window.currentData(), self.heatmap.isChecked()
        )

    def show(self, visible: bool) -> None:
        """Show the row, or hide it."""
        for widget in (self.label, self.study, self.view, self.window, self.heatmap):
            widget.setVisible(visible)


class ProtocolEditor(QDialog):
    """Modal. `protocol` is what is chosen; it can be accepted when it has a name."""

    def __init__(self, protocol: HangingProtocol, parent: QWidget | None, title: str) -> None:
        super().__init__(parent, windowTitle=title)
        self.name = QLineEdit(protocol.name, maxLength=LONGEST)
        self.body_part = QLineEdit(protocol.body_part, maxLength=16, placeholderText=tr("Any"))
        self.body_part.setToolTip(tr("As the file says in Body Part Examined, such as CHEST"))
        self.view = choice(_said(VIEWS), protocol.view, tr("View of the film"))
        self.priors = QSpinBox(maximum=MOST_PRIORS, value=protocol.priors, specialValueText=tr("None needed"))
        self.priors.setAccessibleName(tr("Earlier studies, at least"))
        self.layout_choice = choice(_said(LAYOUT_WORDS), protocol.layout, tr("Layout"))
        grid = QGridLayout(horizontalSpacing=10, verticalSpacing=6)
        panes = (*protocol.panes, *(HangingPane() for _ in range(4)))[:4]
        self.rows = [PaneRow(grid, number, pane) for number, pane in enumerate(panes, 1)]
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out(grid)
        self.layout_choice.currentIndexChanged.connect(self._show_rows)
        self.name.textChanged.connect(self._allow)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._show_rows()
        self._allow()
        self.name.setFocus()
        self.name.selectAll()

    def _lay_out(self, grid: QGridLayout) -> None:
        form = QFormLayout(labelAlignment=Qt.AlignmentFlag.AlignLeft)
        form.addRow(tr("Name"), self.name)
        form.addRow(tr("Body part"), self.body_part)
        form.addRow(tr("View of the film"), self.view)
        form.addRow(tr("Earlier studies, at least"), self.priors)
        form.addRow(tr("Layout"), self.layout_choice)
        note = QLabel(
            tr("It fits where there is a film for every viewport; row by row they are numbered."),
            objectName="muted",
            wordWrap=True,
        )
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(16, 16, 16, 14)
        column.addLayout(form)
        column.addWidget(QLabel(tr("Viewports"), objectName="heading"))
        column.addLayout(grid)
        column.addWidget(note)
        column.addStretch()
        column.addWidget(self.buttons)

    @property
    def protocol(self) -> HangingProtocol:
        """What is chosen."""
        layout: str = self.layout_choice.currentData()
        rows, columns = LAYOUTS[layout]
        return HangingProtocol(
            self.name.text().strip(),
            layout,
            tuple(row.pane for row in self.rows[: rows * columns]),
            self.body_part.text().strip(),
            self.view.currentData(),
            self.priors.value(),
        )

    def _show_rows(self, *_news: object) -> None:
        rows, columns = LAYOUTS[self.layout_choice.currentData()]
        for number, row in enumerate(self.rows):
            row.show(number < rows * columns)

    def _allow(self, *_news: object) -> None:
        named = bool(self.name.text().strip())
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(named)


def choice(words: Mapping[str, str], chosen: str, called: str) -> QComboBox:
    """Return a box of `words` by value, which a screen reader calls `called`."""
    box = QComboBox(accessibleName=called)
    for value, text in words.items():
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    return box


def _said(marked: Mapping[str, str]) -> dict[str, str]:
    return {value: tr(words) for value, words in marked.items()}
