"""The section in which films are labelled: a box a class with its key, a flag, a note, and what then."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.session.labels import FilmLabels
from cxrview.gui.theme import plain_tip
from cxrview.i18n import mark, tr, trn

THEN = (mark("Table…"), mark("Train…"), mark("Reading set…"))  # what can be done with the labels, in brief


class LabelPanel(QWidget):
    """Shown while films are labelled. Its boxes give the commands of the menu, so that the keys show."""

    def __init__(
        self, labels: FilmLabels, calls: Sequence[QAction], flag: QAction, then: Sequence[QAction]
    ) -> None:
        super().__init__()
        self._labels, self._calls, self._flag = labels, calls, flag
        self.buttons = [QCheckBox() for _ in calls]
        self.flagged = QCheckBox()
        for box in (*self.buttons, self.flagged):
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # however long a name is
        self.note = QLineEdit(placeholderText=tr("What you see"), accessibleName=tr("Note on the film"))
        self.count = QLabel(objectName="muted", wordWrap=True)
        self.classes = QPushButton(tr("Classes…"), objectName="link", autoDefault=False)
        self.then = [_link(tr(words), action) for words, action in zip(THEN, then, strict=True)]
        self._lay_out()
        for button, action in zip((*self.buttons, self.flagged), (*calls, flag), strict=True):
            button.clicked.connect(action.trigger)
        self.note.editingFinished.connect(lambda: labels.note(self.note.text().strip()))
        self.classes.clicked.connect(self._ask_for_names)
        labels.changed.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self, spacing=6)
        column.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()
        top.addWidget(QLabel(tr("Label of the film"), objectName="heading"))
        top.addStretch()
        top.addWidget(self.classes)
        column.addLayout(top)
        for widget in (*self.buttons, self.flagged, self.note, self.count):
            column.addWidget(widget)
        row = QHBoxLayout(spacing=12)
        for link in self.then:
            row.addWidget(link)
        row.addStretch()
        column.addLayout(row)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Show what is said of the film on the screen."""
        labels = self._labels
        names = () if self.isHidden() else labels.names  # which a model that is hidden must not tell
        there, label, listed = labels.film is not None, labels.label, labels.listed()
        for number, (button, action) in enumerate(zip(self.buttons, self._calls, strict=True)):
            name = names[number] if number < len(names) else ""
            button.setVisible(bool(name))
            button.setText(_with_key(name, action) if name else "")
            button.setToolTip(plain_tip(name))
            button.setChecked(bool(name) and label.name == name)
            button.setEnabled(there)
        self.flagged.setText(_with_key(tr("Flag"), self._flag))
        self.flagged.setChecked(label.flagged)
        self.flagged.setEnabled(there)
        self.note.setEnabled(there)
        if not self.note.hasFocus() or not self.note.isModified():
            with QSignalBlocker(self.note):
                self.note.setText(label.note)
        other = label.name if label.name and names and label.name not in names else ""
        named = sum(bool(each.name) for each in listed.values())
        words = trn("{count} listed film has a class.", "{count} listed films have a class.", named)
        words = words.format(count=named)
        self.count.setText(
            tr("This one is called {name}.").format(name=other) + " " + words if other else words
        )
        for link in self.then:
            link.setEnabled(named > 0)

    def _ask_for_names(self) -> None:
        text, given = QInputDialog.getText(
            self,
            tr("Classes"),
            tr("Names, with commas between them; none: those of the model"),
            text=", ".join(self._labels.names),
        )
        if given:
            self._labels.use_names(text.split(","))


def _with_key(words: str, action: QAction) -> str:
    key = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
    return f"{words}   {key}" if key else words


def _link(words: str, action: QAction) -> QPushButton:
    button = QPushButton(words, objectName="link", autoDefault=False, toolTip=action.toolTip())
    button.clicked.connect(action.trigger)
    return button
