"""The random changes of training images: how much of each, and what that makes of the user's own images."""

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.panels.verdict import ToneLabel
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.helper_process import HelperProcess
from cxrview.gui.training.model.augmentation_preview import CHANGED, PreviewGrid, decoded
from cxrview.gui.training.model.augmentation_row import ChangeRow, row_for
from cxrview.gui.training.model.labels import FLIPS
from cxrview.i18n import mark, say, tr, trn
from cxrview.training import catalogue
from cxrview.training import config as configuration
from cxrview.training import names as names_of
from cxrview.training.config import AUGMENTATIONS, AugmentationConfig

GROUPS = (
    ("", ("plain_share",)),
    (
        mark("Position and shape"),
        ("rotation", "shear", "zoom", "shift", "crop", "horizontal_flip", "vertical_flip"),
    ),
    (
        mark("Grey levels"),
        ("contrast", "brightness", "multiply", "equalise", "clahe", "blur", "noise", "erase"),
    ),
    (mark("Where it comes from"), ("source", "restyle", "exchange", "markers")),
    (mark("Colour channels"), ("channel_shift", "hue", "saturation", "greyscale")),
)
SETTLED = 180  # ms without a change, after which the preview is made anew


class AugmentationPanel(QWidget):
    """Controls at the left, pictures at the right. The process that makes them begins with the page that this
    is a part of, so that it is warm when it is wanted, and ends with it.
    """

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self.rows: dict[str, ChangeRow] = {}
        self.warnings: dict[str, ToneLabel] = {}
        self.presets: dict[str, QToolButton] = {}
        self.grid = PreviewGrid()
        self.caption = QLabel(objectName="muted", wordWrap=True)
        self.caveat = QLabel(objectName="notes", wordWrap=True)
        self.helper = HelperProcess(self)
        self._ready = self._asked = False
        self._number = self._image = self._seed = 0
        self._pending = False  # something has changed since the last request
        self._settle = QTimer(self, singleShot=True, interval=SETTLED, timeout=self._ask)
        self._lay_out()
        self.helper.said.connect(self._take)
        self.helper.ended.connect(self._helper_ended)
        draft.changed.connect(self._changed)
        self._show()

    def warm(self) -> None:
        """Get the process ready: the first pictures will be wanted soon."""
        if self._draft.config.data.path and not self.helper.is_running:
            self._ready = self._asked = False
            self.helper.start("changes")

    def close_helper(self) -> None:
        """End the process."""
        self._settle.stop()
        self.helper.stop()
        self._ready = self._asked = False

    def _lay_out(self) -> None:
        area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="panelScroll")
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        column = QVBoxLayout(inside, spacing=6)
        column.setContentsMargins(24, 16, 16, 24)
        column.addWidget(self._segments())
        fields = {item.name: item for item in dataclasses.fields(AugmentationConfig)}
        for title, names in GROUPS:
            column.addSpacing(8)
            if title:
                column.addWidget(QLabel(tr(title), objectName="heading"))
            for name in names:
                self._add_row(fields[name], column)
        column.addStretch(1)
        area.setWidget(inside)
        row = QHBoxLayout(self, spacing=8)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(area, 6)
        row.addLayout(self._right(), 5)

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout(spacing=8)
        column.setContentsMargins(0, 16, 24, 16)
        self.busy = QProgressBar(maximum=0, textVisible=False)
        self.busy.hide()
        column.addWidget(self.grid, 1)
        column.addWidget(self.busy)
        column.addWidget(self.caption)
        column.addWidget(self.caveat)
        self.another = QPushButton(tr("Another image"), autoDefault=False, clicked=self._next_image)
        self.again = QPushButton(tr("Other changes"), autoDefault=False, clicked=self._next_seed)
        tools = QHBoxLayout(spacing=8)
        tools.addWidget(self.another)
        tools.addWidget(self.again)
        tools.addStretch(1)
        column.addLayout(tools)
        return column

    def _segments(self) -> QWidget:
        whole = QWidget(objectName="segments")
        whole.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(whole, spacing=2)
        row.setContentsMargins(2, 2, 2, 2)
        for name, words in names_of.AUGMENTATIONS.items():
            button = self.presets[name] = QToolButton(text=say(words), checkable=True)
            button.setAccessibleName(tr("Changes: {name}").format(name=say(words)))
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _on, name=name: self._use(AUGMENTATIONS[name]))
            row.addWidget(button, 1)
        return whole

    def _add_row(self, item: "dataclasses.Field[Any]", column: QVBoxLayout) -> None:
        name = item.name
        row = self.rows[name] = row_for(item)
        row.edited.connect(lambda value: self._draft.change("augmentation", **{name: value}))
        column.addWidget(row)
        if name in FLIPS:
            warning = self.warnings[name] = ToneLabel()
            warning.say(tr(FLIPS[name]), "warning")
            warning.hide()
            column.addWidget(warning)

    def _use(self, augmentation: AugmentationConfig) -> None:
        config = dataclasses.replace(self._draft.config, augmentation=augmentation)
        self._draft.set_config(config)
        self._show()  # a click on what is chosen leaves it chosen

    def _show(self) -> None:
        config = self._draft.config.augmentation
        for name, row in self.rows.items():
            row.show_value(getattr(config, name))
        for name, warning in self.warnings.items():
            warning.setVisible(getattr(config, name))
        for name, button in self.presets.items():
            button.setChecked(AUGMENTATIONS[name] == config)

    def _changed(self, tables: frozenset[str]) -> None:
        if "augmentation" in tables:
            self._show()
        if tables & {"augmentation", "data", "model"}:
            if "data" in tables:
                self._image = 0
            self._settle.start()

    # The preview.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._settle.start()

    def _next_image(self) -> None:
        self._image += 1
        self._ask()

    def _next_seed(self) -> None:
        self._seed += 1
        self._ask()

    def _ask(self) -> None:
        """Ask for pictures of what holds now; while an answer is awaited, once it has come."""
        if not self.isVisible():
            return
        there = bool(self._draft.config.data.path)
        for button in (self.another, self.again):
            button.setEnabled(there)
        if not there:
            self.grid.clear(tr("Choose images in the first step to see here what the changes make of them."))
            return
        self._pending = True
        if not self._ready:
            self.grid.say(tr("Getting ready…"))
            self.busy.show()
            self.warm()
        elif not self._asked:
            self._send()

    def _send(self) -> None:
        self._pending, self._asked = False, True
        self._number += 1
        config = configuration.as_dict(self._draft.config)
        request = {"number": self._number, "config": config, "image": self._image}
        self.helper.send({**request, "seed": self._seed, "count": CHANGED})

    def _take(self, message: dict[str, Any]) -> None:
        self._ready, self._asked = True, False
        self.busy.hide()
        if self._pending:
            self._send()
        if "problem" in message:
            self.grid.clear(say(catalogue.read(message["problem"])))
            self.caption.clear()
        elif "pictures" in message:
            self.grid.show_pictures([decoded(picture) for picture in message["pictures"]])
            count = message["images"]
            words = trn("{file} ({label}), the only image", "{file} ({label}), one of {count} images", count)
            self.caption.setText(
                words.format(file=message["file"], label=message["label"] or "–", count=count)
            )
            self.caveat.setText("\n".join(say(catalogue.read(caveat)) for caveat in message["caveats"]))
        self.caveat.setVisible(bool(self.caveat.text()))

    def _helper_ended(self, problem: str) -> None:
        self._ready = self._asked = False
        self.busy.hide()
        if problem:
            self.grid.clear(tr("No pictures can be made: {problem}").format(problem=problem))
