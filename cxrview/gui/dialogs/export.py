"""The dialog before a picture is saved: what is in it, as which file, and how it will look."""

import dataclasses
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.panels.verdict import ToneLabel
from cxrview.gui.viewer.export_choices import FORMATS, LEAST_QUALITY, MOST_QUALITY, ExportChoices
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import fixed, mark, tr

SWITCHES = (
    ("heatmap", mark("&Heatmap")),
    ("annotations", mark("&Annotations and measurements")),
    ("corners", mark("Corner &texts")),
    ("caption", mark("Ca&ption")),
    ("identity", mark("&Who the patient is")),
)
SIDE = 300  # width of the choices
Preview = Callable[[ExportChoices, QSize, float], QImage]


def size_text(count: int) -> str:
    """Return a number of bytes as people say it: "0.4 MB", "12 MB"."""
    megabytes = count / 1e6
    return tr("{number} MB").format(number=fixed(megabytes, 1 if megabytes < 10 else 0))


class PreviewPicture(QWidget):
    """Shows the picture as it will be, on black, as large as there is room."""

    def __init__(self, render: Callable[[QSize, float], QImage]) -> None:
        super().__init__()
        self._render = render
        self.setMinimumSize(320, 320)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Preview"))

    def sizeHint(self) -> QSize:
        return QSize(560, 560)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#000000"))
        ratio = self.devicePixelRatioF()
        image = self._render(self.size(), ratio)
        size = image.size() / ratio
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        image.setDevicePixelRatio(ratio)
        painter.drawImage(round(left), round(top), image)
        painter.end()


class ExportDialog(QDialog):
    """Asks what is to be saved. `save_wanted` and `copy_wanted` carry ExportChoices.

    `sizes` are the words for the whole image and for the view; `remarks` returns the sentences that go with
    choices, most serious first.

    Signals:
        changed: carries the new choices.
    """

    changed = Signal(object)
    save_wanted = Signal(object)
    copy_wanted = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        choices: ExportChoices,
        *,
        preview: Preview,
        sizes: tuple[str, str],
        remarks: Callable[[ExportChoices], str],
        possible: frozenset[str],
    ) -> None:
        super().__init__(parent, windowTitle=tr("Export picture"))
        self.choices = choices
        self._remarks, self._sizes = remarks, sizes
        self.picture = PreviewPicture(lambda size, ratio: preview(self.choices, size, ratio))
        self.whole = QRadioButton(tr("The whole &image"))
        self.view = QRadioButton(tr("The &view as on the screen"))
        self.pixels = QLabel(objectName="muted")
        self.switches = {name: QCheckBox(tr(words)) for name, words in SWITCHES}
        for name in {"heatmap", "annotations"} - possible:
            self.switches[name].setEnabled(False)
        self.format = QComboBox()
        self.quality = QSlider(Qt.Orientation.Horizontal, minimum=LEAST_QUALITY, maximum=MOST_QUALITY)
        self.quality_label = QLabel(tr("&Quality"))
        self.quality_value = QLabel(objectName="muted")
        self.remark = ToneLabel()
        self.size_line = QLabel(objectName="muted")
        self._name_widgets()
        self._lay_out()
        self._show()
        self._connect()
        self.resize(fitted(QSize(920, 620), self))

    def _name_widgets(self) -> None:
        for name, words in FORMATS.items():
            self.format.addItem(tr(words), name)
        self.format.setAccessibleName(tr("File format"))
        self.quality.setAccessibleName(tr("Quality of JPEG"))
        self.quality_label.setBuddy(self.quality)
        group = QButtonGroup(self)
        group.addButton(self.whole)
        group.addButton(self.view)

    def _lay_out(self) -> None:
        choices = QVBoxLayout(spacing=7)
        choices.setContentsMargins(0, 0, 0, 0)
        widget: QWidget
        for widget in (_heading(tr("What")), self.whole, self.view, self.pixels):
            choices.addWidget(widget)
        choices.addSpacing(10)
        for widget in (_heading(tr("With")), *self.switches.values()):
            choices.addWidget(widget)
        choices.addSpacing(10)
        quality = QHBoxLayout(spacing=8)
        for widget in (self.quality_label, self.quality, self.quality_value):
            quality.addWidget(widget)
        for widget in (_heading(tr("As")), self.format):
            choices.addWidget(widget)
        choices.addLayout(quality)
        choices.addWidget(self.size_line)
        choices.addStretch(1)
        choices.addWidget(self.remark)
        side = QWidget()
        side.setFixedWidth(SIDE)
        side.setLayout(choices)
        upper = QHBoxLayout(spacing=16)
        upper.addWidget(self.picture, 1)
        upper.addWidget(side)
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(14, 14, 14, 12)
        column.addLayout(upper, 1)
        column.addWidget(QFrame(objectName="rule"))
        column.addWidget(self._buttons())

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save = box.addButton(tr("&Save…"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.save.setDefault(True)
        self.copy = box.addButton(tr("&Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        self.save.clicked.connect(lambda: self.save_wanted.emit(self.choices))
        self.copy.clicked.connect(lambda: self.copy_wanted.emit(self.choices))
        box.rejected.connect(self.reject)
        return box

    def _connect(self) -> None:
        self.whole.toggled.connect(lambda on: self._choose(whole=on))
        for name, switch in self.switches.items():
            switch.toggled.connect(lambda on, name=name: self._choose(**{name: on}))
        self.format.currentIndexChanged.connect(lambda _: self._choose(format=self.format.currentData()))
        self.quality.valueChanged.connect(lambda value: self._choose(quality=value))

    def _choose(self, **changes: Any) -> None:
        self.choices = dataclasses.replace(self.choices, **changes)
        self._show()
        self.changed.emit(self.choices)

    def _show(self) -> None:
        """Put the widgets in step with the choices."""
        choices = self.choices
        (self.whole if choices.whole else self.view).setChecked(True)
        self.pixels.setText(self._sizes[0 if choices.whole else 1])
        for name, switch in self.switches.items():
            switch.setChecked(getattr(choices, name) and switch.isEnabled())
        self.format.setCurrentIndex(self.format.findData(choices.format))
        jpeg = choices.format == "jpeg"
        self.quality.setValue(choices.quality)
        self.quality_value.setText(str(choices.quality))
        for widget in (self.quality_label, self.quality, self.quality_value):
            widget.setEnabled(jpeg)
        remark = self._remarks(choices)
        self.remark.say(remark, "warning" if remark else "")
        self.remark.setVisible(bool(remark))
        self.size_line.setText(" ")  # the old estimate is about another picture
        self.picture.update()

    def show_estimate(self, count: int) -> None:
        """Say that the file will have about `count` bytes."""
        self.size_line.setText(tr("about {size}").format(size=size_text(count)))


def _heading(words: str) -> QLabel:
    return QLabel(words, objectName="heading")
