"""Which images are of one patient: a pattern for file names, and what it finds."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from cxrview.datasets.survey import Patients, Survey, find_patients
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.training.data.classes import grouped
from cxrview.i18n import mark, say, tr

PAUSE = 400  # ms without a key before the pattern is tried
PATTERNS = (
    (mark("Up to the first “_”"), r"^([^_]+)_"),
    (mark("Up to the first “-”"), r"^([^-]+)-"),
    (mark("The first number"), r"(\d+)"),
    (mark("Letters and the number after them"), r"^(\D*\d+)"),
)


class PatientPanel(QWidget):
    """How images are grouped by patient.

    Signals:
        pattern_chosen: carries a pattern that can be used, or "".
        checked: what is known of the text in the field is another now; `problem` says what is wrong.
    """

    pattern_chosen = Signal(str)
    checked = Signal()

    def __init__(self, runner: TaskRunner) -> None:
        super().__init__()
        self._runner = runner
        self._job: Job | None = None
        self._names: tuple[str, ...] = ()
        self._chosen = ""
        self.problem = ""
        self.line = QLineEdit(placeholderText=r"^(p\d+)_", clearButtonEnabled=True)
        self.line.setAccessibleName(tr("Pattern that finds the patient in a file's name"))
        tip = tr("A regular expression with one group in brackets: what it finds is the patient.")
        self.line.setToolTip(tip)
        self.menu_button = QToolButton(
            text=tr("Patterns"), popupMode=QToolButton.ToolButtonPopupMode.InstantPopup
        )
        self.menu_button.setObjectName("field")
        self.menu_button.setAccessibleName(tr("Usual patterns"))
        menu = QMenu(self.menu_button)
        for text, pattern in PATTERNS:
            action = QAction(tr(text), menu)
            action.triggered.connect(partial(self._use, pattern))
            menu.addAction(action)
        self.menu_button.setMenu(menu)
        self.known = QLabel(wordWrap=True, objectName="muted")
        self.preview = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText, objectName="patients")
        row = QHBoxLayout(spacing=8)
        row.addWidget(self.line, 1)
        row.addWidget(self.menu_button)
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.known)
        column.addLayout(row)
        column.addWidget(self.preview)
        self.setFocusProxy(self.line)
        self._soon = QTimer(self, singleShot=True, interval=PAUSE, timeout=self._try)
        self.line.textEdited.connect(lambda _text: self._soon.start())
        self.line.editingFinished.connect(self._finish)

    def show_survey(self, survey: Survey) -> None:
        """Say what the data know of patients, and try the pattern on their file names."""
        self._names = tuple(item.path.name for item in survey.items if not item.group)
        named = survey.grouped == len(survey.items) > 0
        words = tr("Images of one patient stay on one side of the split. ")
        if named:
            words += tr("The table names the patient of every image.")
        else:
            words += tr(
                "The patient is read from DICOM files; of other files each counts as a patient of its own, "
                "unless a pattern finds the patient in the file's name."
            )
        self.known.setText(words)
        for widget in (self.line, self.menu_button, self.preview):
            widget.setHidden(named)
        self._try()

    def show_pattern(self, pattern: str) -> None:
        """Show `pattern` without saying that it was chosen."""
        if pattern != self._chosen:
            self._chosen = pattern
            self.line.setText(pattern)
            self._try()

    def _use(self, pattern: str, _checked: bool = False) -> None:
        self.line.setText(pattern)
        self._try()

    def _finish(self) -> None:
        if self._soon.isActive():
            self._soon.stop()
            self._try()

    def _try(self) -> None:
        self._runner.cancel(self._job)
        pattern = self.line.text().strip()
        self._job = self._runner.start(
            tr("Looking for patients in file names"),
            partial(find_patients, pattern, self._names),
            done=partial(self._found, pattern),
            failed=lambda _error: None,
            lane="training",
            quiet=True,
        )

    def _found(self, pattern: str, patients: Patients) -> None:
        self.problem = say(patients.problem)
        self.preview.setProperty("tone", "error" if patients.problem else "")
        self.preview.style().polish(self.preview)
        self.preview.setText(self.problem or (_told(patients) if pattern else ""))
        self.preview.setVisible(bool(self.preview.text()) and not self.line.isHidden())
        if not patients.problem and pattern != self._chosen:
            self._chosen = pattern
            self.pattern_chosen.emit(pattern)
        self.checked.emit()


def _told(patients: Patients) -> str:
    """Return what a pattern finds, with examples."""
    if not patients.matched:
        head = tr("It finds no patient in {tried} file names.").format(tried=grouped(patients.tried))
    else:
        words = tr("{groups} patients in {matched} of {tried} file names; the largest has {largest} images.")
        head = words.format(
            groups=grouped(patients.groups),
            matched=grouped(patients.matched),
            tried=grouped(patients.tried),
            largest=grouped(patients.largest),
        )
    shown = [f"{name}  →  {patient or tr('a patient of its own')}" for name, patient in patients.examples]
    return "\n".join((head, *shown))
