"""The preferences of the model: which one, on what it runs, and what is in use now."""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from cxrview.gui.actions.submenus import DEVICES
from cxrview.gui.panels.prediction import model_line
from cxrview.gui.state import AppState
from cxrview.gui.widgets.option_controls import row_for
from cxrview.i18n import tr
from cxrview.settings import Settings

if TYPE_CHECKING:
    from cxrview.gui.session.model_choice import ModelChoice


class ModelPage(QWidget):
    """A choice is remembered when the model works with it; until then the old one stays in use."""

    def __init__(self, state: AppState, models: "ModelChoice") -> None:
        super().__init__()
        self._state, self._models = state, models
        self.model = QComboBox(accessibleName=tr("Model"))
        self.device = QComboBox(accessibleName=tr("Run the model on"))
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for device, title in DEVICES.items():
            self.device.addItem(tr(title).replace("&", ""), device)
        self.used = QLabel(wordWrap=True, textInteractionFlags=Qt.TextInteractionFlag.TextSelectableByMouse)
        self.reason = QLabel(wordWrap=True, objectName="optionHelp")
        column = QVBoxLayout(self, spacing=4)
        column.setContentsMargins(0, 0, 8, 0)
        rows = (
            (tr("Model"), self.model, tr("A folder with a model is chosen in the menu Model.")),
            (
                tr("Run the model on"),
                self.device,
                tr("Automatic: the fastest one that computes rightly."),
            ),
        )
        for title, box, words in rows:
            label = QLabel(title)
            label.setBuddy(box)
            column.addWidget(label)
            column.addWidget(box, 0, Qt.AlignmentFlag.AlignLeft)
            column.addWidget(QLabel(words, wordWrap=True, objectName="optionHelp"))
            column.addSpacing(12)
        fields = {field.name: field for field in dataclasses.fields(Settings)}
        self.point = row_for(fields["operating_point"])
        column.addWidget(QLabel(self.point.label))
        column.addWidget(self.point, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(QLabel(self.point.help, wordWrap=True, objectName="optionHelp"))
        column.addSpacing(12)
        for widget in (QLabel(tr("In use"), objectName="heading"), self.used, self.reason):
            column.addWidget(widget)
        column.addStretch(1)
        self.model.activated.connect(lambda _index: models.use_model(self.model.currentData()))
        self.device.activated.connect(lambda _index: models.use_device(self.device.currentData()))
        self.point.changed.connect(lambda point: state.change_settings(operating_point=point))
        state.settings_changed.connect(self._show_point)
        state.model_changed.connect(self._show)
        models.settled.connect(self._show)
        self._show()
        self._show_point(state.settings)

    def restore(self) -> Callable[[], None] | None:
        """Take the bundled model, the device that suits it and the usual operating point; return what undoes
        that, if anything.
        """
        before = (*self._models.choice, self._state.settings.operating_point)
        usual = ("", "auto", Settings().operating_point)
        self._use(*usual)
        return partial(self._use, *before) if before != usual else None

    def _use(self, model: str, device: str, point: str) -> None:
        self._state.change_settings(operating_point=point)
        if self._models.choice != (model, device):
            self._models.use_model(model)
            self._models.use_device(device)

    def _show_point(self, settings: Settings) -> None:
        self.point.show_value(settings.operating_point)

    def _show(self, *_news: object) -> None:
        from cxrview import bundle  # not before somebody looks at this page

        choice, info = self._models.choice, self._state.model
        names = dict.fromkeys(("", *bundle.folders(), choice.model))
        self.model.clear()
        for name in names:
            self.model.addItem(name or tr("The bundled one"), name)
        self.model.setCurrentIndex(self.model.findData(choice.model))
        if self.device.findData(choice.device) < 0:  # from the command line: ENGINE:DEVICE
            self.device.addItem(choice.device, choice.device)
        self.device.setCurrentIndex(self.device.findData(choice.device))
        self.used.setText(info.problem or model_line(info, None))
        self.reason.setText(info.reason)
