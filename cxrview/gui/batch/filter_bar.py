"""What the table shows: by text, reading, probability, kind of film and status, and in which columns."""

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QWidget,
)

from cxrview.batch.store import BatchStore
from cxrview.batch.store_filter import FAILED, NOT_CALLED, READ, Wanted
from cxrview.gui import theme as themes
from cxrview.gui.studies.filter_bar import StayingMenu
from cxrview.gui.widgets.elided import ElidedChoice
from cxrview.i18n import mark, say, tr
from cxrview.inference.messages import NOT_READ

SEARCH, PERCENT, LETTERS = 170, 120, 12  # pixels of fields, and what is seen of a choice
TYPED = 200  # ms after the last letter
STATUS = ((mark("Any status"), ""), (mark("Read"), READ), (mark("Cannot be read"), FAILED))
DOMAIN = (
    (mark("Any kind"), None),
    (mark("Like the training films"), True),
    (mark("Not like the training films"), False),
)
FIFTY = 50  # percent, to begin with


class BatchFilterBar(QWidget):
    """Tells what is wanted; the order is the table's, and `folders` stands where there is room.

    Signals:
        changed: carries Wanted.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.wanted = Wanted()
        self._model_hidden = False
        self._labels: dict[str, str] = {}  # of the classes, by their names
        self.search = QLineEdit(placeholderText=tr("Search file, view or reason"), clearButtonEnabled=True)
        self.search.setAccessibleName(tr("Search the films"))
        self.reading = QToolButton(objectName="field", popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        self.reading.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu = StayingMenu(self)
        self.reading.setMenu(self.menu)
        self.probable, self.domain, self.status = ElidedChoice(), ElidedChoice(), ElidedChoice()
        self.probable.setAccessibleName(tr("Probability of"))
        self.domain.setAccessibleName(tr("Kind of film"))
        self.status.setAccessibleName(tr("Status"))
        self.least = QSpinBox(minimum=1, maximum=100, value=FIFTY, suffix=" %", prefix="≥ ")
        self.least.setAccessibleName(tr("At least this probable"))
        self.folders = QCheckBox(tr("Group by folder"))
        self.clear = QToolButton(iconSize=QSize(16, 16), toolTip=tr("Show all films again"))
        self.clear.setAccessibleName(tr("Show all films again"))
        self.clear.setIcon(themes.icon("x"))
        self._soon = QTimer(self, singleShot=True, interval=TYPED, timeout=self._tell)
        self.least.setMaximumWidth(PERCENT)
        self.least.lineEdit().setTextMargins(7, 0, 0, 0)  # which the style sheet cannot give it
        for box in (self.probable, self.domain, self.status):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(LETTERS)
        for box, choices in ((self.domain, DOMAIN), (self.status, STATUS)):
            for words, value in choices:
                box.addItem(tr(words), value)
        row = QHBoxLayout(self, spacing=8)
        row.setContentsMargins(0, 0, 0, 0)
        self.search.setMinimumWidth(SEARCH)
        row.addWidget(self.search, 1)
        for widget in (
            self.reading,
            self.probable,
            self.least,
            self.domain,
            self.status,
            self.clear,
        ):
            row.addWidget(widget)
        self._connect()
        self.show_store(None)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self._soon.start())
        for box in (self.probable, self.domain, self.status):
            box.activated.connect(lambda _row: self._tell())
        self.least.valueChanged.connect(lambda _value: self._soon.start())
        self.folders.toggled.connect(lambda _on: self._tell())
        self.clear.clicked.connect(self.show_all)

    def show_store(self, store: BatchStore | None) -> None:
        """Offer the classes of another batch, and want all of it."""
        self._labels = dict(store.about["labels"]) if store is not None else {}
        self._offer_all()
        self.show_all()

    def hide_model(self, hidden: bool) -> None:
        """Offer nothing that the model said, and want all of it again; or offer it again."""
        if hidden == self._model_hidden:
            return
        self._model_hidden = hidden
        self._offer_all()
        self.domain.setCurrentIndex(0)
        for widget in (self.reading, self.probable, self.domain):
            widget.setVisible(not hidden)
        self._tell()

    def _offer_all(self) -> None:
        self.menu.clear()
        self.probable.clear()
        self.probable.addItem(tr("Any probability"), "")
        for name, label in self._labels.items() if not self._model_hidden else ():
            self._offer(tr(label), name)
            self.probable.addItem(tr(label), name)
        self._offer(say(NOT_READ), NOT_CALLED)

    def show_all(self) -> None:
        """Want all films."""
        for action in self.menu.actions():
            action.setChecked(False)
        for box in (self.probable, self.domain, self.status):
            box.setCurrentIndex(0)
        self.search.clear()
        self._tell()

    def _offer(self, words: str, name: str) -> None:
        action = self.menu.addAction(words.replace("&", "&&"))
        action.setCheckable(True)
        action.setData(name)
        action.triggered.connect(lambda _on: self._tell())

    def _tell(self) -> None:
        self._soon.stop()
        calls = [action for action in self.menu.actions() if action.isChecked()]
        name = self.probable.currentData() or ""
        self.wanted = Wanted(
            calls=frozenset(action.data() for action in calls),
            probable=name,
            least=self.least.value() / 100 if name else 0.0,
            in_domain=self.domain.currentData(),
            status=self.status.currentData() or "",
            text=self.search.text().strip(),
            by_folder=self.folders.isChecked(),
        )
        words = ", ".join(action.text().replace("&&", "&") for action in calls)
        self.reading.setText(words or tr("Any reading"))
        self.least.setVisible(bool(name))
        self.clear.setVisible(self.wanted.is_filtered)
        self.changed.emit(self.wanted)

    def joined(self, shown: Wanted) -> Wanted:
        """Return what is wanted, in the order of what is `shown`."""
        return replace(self.wanted, order=shown.order, descending=shown.descending)
