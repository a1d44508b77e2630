"""The widgets of the first page, and where they stand."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cxrview.datasets.config import DataConfig
from cxrview.datasets.survey import Survey
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.training.data.classes import ClassTable
from cxrview.gui.training.data.files import FileList
from cxrview.gui.training.data.findings import FindingList
from cxrview.gui.training.data.patients import PatientPanel
from cxrview.gui.training.data.source import DropArea, PathField
from cxrview.gui.training.data.split import SplitPanel
from cxrview.gui.training.data.status import StatusLine
from cxrview.gui.widgets import fonts
from cxrview.gui.widgets.fold import Fold
from cxrview.i18n import say, tr
from cxrview.training.config import TrainingConfig
from cxrview.training.names import PARTS

ASIDE = 300  # width of the right column
MARGIN = 24


class DataPage:
    """Fills `owner`, with `above` over all else. It shows what it is given and knows no draft."""

    def __init__(self, owner: QWidget, runner: TaskRunner, above: QWidget) -> None:
        self._owner, self._above = owner, above
        self.source = PathField(tr("Images"), tr("A folder or a CSV file"))
        self.note = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText, objectName="dataNote")
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.note.hide()
        self.status = StatusLine()
        self.drop_area = DropArea()
        self.classes = ClassTable(runner)
        self.several = QCheckBox(tr("An image may have several classes, or none"))
        self.findings = FindingList()
        self.findings_heading = _heading(tr("Findings"))
        self.split = SplitPanel()
        self.patients = PatientPanel(runner)
        self.external = PathField(say(PARTS["external"]), tr("None"), clearable=True)
        self.out_of_distribution = PathField(
            tr("Images that are no chest radiographs"), tr("None"), clearable=True
        )
        self.excluded = FileList(tr("Take back"), tr("Files that are left out"))
        self.excluded_fold = Fold(tr("Left out"), self.excluded)
        self.further_fold = Fold(tr("Further images, to judge by"), self._further())
        self.stack = QStackedWidget()
        self.scroll = QScrollArea(
            widgetResizable=True, objectName="panelScroll", frameShape=QFrame.Shape.NoFrame
        )
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out()
        self.findings.filled.connect(self.put_in_order)

    def _further(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside, spacing=6)
        column.setContentsMargins(0, 0, 0, 0)
        texts = (
            tr(
                "Images of other hospitals, with the same classes. They are never learnt from; the report "
                "says how the model does elsewhere."
            ),
            tr(
                "Pictures of other things, such as lateral views, hands or CT slices. They show how well "
                "the model notices that an image is not its task."
            ),
        )
        for words, path_field in zip(texts, (self.external, self.out_of_distribution), strict=True):
            column.addWidget(QLabel(words, wordWrap=True, objectName="muted"))
            column.addWidget(path_field)
            column.addSpacing(6)
        return inside

    def _lay_out(self) -> None:
        left = _column(
            _heading(tr("Classes")),
            self.classes,
            self.several,
            14,
            self.findings_heading,
            self.findings,
            self.excluded_fold,
            14,
            self.further_fold,
        )
        aside = QWidget()
        aside.setFixedWidth(ASIDE)
        aside.setLayout(
            _column(_heading(tr("Split")), self.split, 18, _heading(tr("Patients")), self.patients)
        )
        body = QWidget()
        columns = QHBoxLayout(body, spacing=32)
        columns.setContentsMargins(MARGIN, 6, MARGIN, MARGIN)
        columns.addLayout(left, 1)
        columns.addWidget(aside)
        self.scroll.setWidget(body)
        empty = QWidget()
        around = QVBoxLayout(empty)
        around.setContentsMargins(MARGIN, 4, MARGIN, 12)
        around.addWidget(self.drop_area)
        self.stack.addWidget(empty)
        self.stack.addWidget(self.scroll)
        title = QLabel(tr("Images"), objectName="pageTitle")
        head = _column(self._above, title, self.source, self.note, self.status)
        head.setContentsMargins(MARGIN, 18, MARGIN, 10)
        head.takeAt(head.count() - 1)  # no stretch
        column = QVBoxLayout(self._owner, spacing=0)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.stack, 1)

    def put_in_order(self) -> None:
        """Let Tab go down the page: Qt puts what was made later, such as a row, behind everything else."""
        rows = [stop for row in self.findings.rows for stop in row.stops()]
        strips = self.classes.strips.values()
        stops = [self.status.check_again, *strips, self.several, *rows, self.excluded_fold.button]
        for one, other in pairwise(stops):
            QWidget.setTabOrder(one, other)

    def show_config(self, config: TrainingConfig, survey: Survey) -> None:
        """Show what was chosen."""
        data = config.data
        for path_field, path in (
            (self.source, data.path),
            (self.external, data.external),
            (self.out_of_distribution, data.out_of_distribution),
        ):
            path_field.show_path(path)
        if data.external or data.out_of_distribution:
            self.further_fold.set_open(True)
        self.split.show_config(data, survey.sides)
        self.patients.show_pattern(data.group_pattern)
        self.several.setChecked(not config.model.exclusive)
        self.several.setHidden(config.model.exclusive and not survey.several)

    def show_survey(self, survey: Survey, config: TrainingConfig) -> None:
        """Show what was counted, or the empty page."""
        fonts.ensure_for((*survey.classes, *(item.file for item in survey.items)))
        self.stack.setCurrentIndex(1 if survey.classes else 0)
        self.classes.show_classes(survey.classes, len(survey.items))
        self.patients.show_survey(survey)
        self.put_in_order()
        self.show_config(config, survey)
        self.show_expected(survey, config.data)

    def show_expected(self, survey: Survey, data: DataConfig) -> None:
        """Show what the split will come to: as the data give it, or as the shares make it."""
        if survey.given:
            self.split.table.show_counts(survey.given, expected=True)
        else:
            self.split.show_expected(data, {name: len(paths) for name, paths in survey.classes.items()})

    def show_findings(
        self, findings: Sequence[Mapping[str, Any]], config: TrainingConfig, survey: Survey
    ) -> None:
        """Show what the check has found."""
        side_of = {item.file: item.split for item in survey.items}
        self.findings.show_findings(findings, config, side_of)
        self.findings_heading.setVisible(bool(findings))

    def show_excluded(self, files: Sequence[str]) -> None:
        """List what is left out."""
        self.excluded_fold.setVisible(bool(files))
        self.excluded_fold.set_title(tr("Left out ({count})").format(count=len(files)))
        self.excluded.show_files(dict.fromkeys(files, ""))

    def show_undo(self, words: str) -> None:
        """Offer to take the last change back."""
        self.status.undo.setVisible(bool(words))
        self.status.undo.setToolTip(words)
        self.show_note(words)

    def show_note(self, words: str, tone: str = "") -> None:
        """Say what was done, or what was not possible."""
        self.note.setText(words)
        self.note.setVisible(bool(words))
        self.note.setProperty("tone", tone)
        self.note.style().polish(self.note)

    def show_dragging(self, dragging: bool) -> None:
        """Show whether what is dragged over the page can be dropped here."""
        for widget in (self.drop_area, self.source.line):
            widget.setProperty("dragged", dragging)
            widget.style().polish(widget)


def _heading(text: str) -> QLabel:
    return QLabel(text, objectName="heading")


def _column(*parts: QWidget | int) -> QVBoxLayout:
    """Return widgets, and the gaps between them, one below the other."""
    column = QVBoxLayout(spacing=8)
    column.setContentsMargins(0, 0, 0, 0)
    for part in parts:
        if isinstance(part, int):
            column.addSpacing(part)
        else:
            column.addWidget(part)
    column.addStretch(1)
    return column
