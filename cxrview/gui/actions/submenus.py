"""The submenus whose content depends on the image and the model: classes, windows, models, devices."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from cxrview.gui.state import AppState, Shown
from cxrview.gui.theme import plain_tip
from cxrview.i18n import mark, tr

if TYPE_CHECKING:
    from cxrview.gui.session.model_choice import ModelChoice

DEVICES = {"auto": mark("&Automatic"), "cpu": mark("&CPU"), "gpu": mark("&GPU"), "npu": mark("&NPU")}
DIGITS = 9  # classes with a key of their own


def without_state(command: Callable[..., object], *arguments: object) -> Callable[[], None]:
    """Return a slot that calls `command(*arguments)` and takes no `checked` from the signal."""

    def run() -> None:
        command(*arguments)

    return run


class ClassMenu(QMenu):
    """Whose heatmap is shown: that of the class an image is read as, or always the same one."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(tr("Heatmap &class"), parent)
        self._state = state
        self._group = QActionGroup(self)
        state.model_changed.connect(self._fill)
        state.hiding_changed.connect(self._fill)
        state.heat_class_changed.connect(self._check)
        self._fill()

    def _fill(self, *_news: object) -> None:
        self.clear()
        self._group = QActionGroup(self)
        model = self._state.model
        hidden = model.card is None or self._state.hides_here
        names = () if model.card is None or hidden else model.card.class_names
        for index, name in enumerate((None, *names)):
            label = model.label(name) if name is not None else tr("As read")
            action = self.addAction(label, without_state(self._state.choose_class, name))
            action.setCheckable(True)
            action.setData(name)
            if 1 <= index <= DIGITS:
                action.setShortcut(str(index))
            self._group.addAction(action)
        self.setEnabled(bool(names))
        self._check()

    def _check(self, *_news: object) -> None:
        for action in self._group.actions():
            action.setChecked(action.data() == self._state.chosen_class)


class WindowMenu(QMenu):
    """The file's own windows and LUTs by name, and `presets`, the commands that suit any image."""

    def __init__(self, state: AppState, presets: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(tr("Window &presets"), parent)
        self._state, self._presets = state, presets
        state.shown_changed.connect(self._fill)
        self._fill(state.shown)

    def _fill(self, shown: Shown) -> None:
        self.clear()
        radiograph = shown.radiograph
        self.setEnabled(radiograph is not None)
        if radiograph is not None:
            from cxrview.gui.viewer.corner_text import voi_text

            for voi in dict.fromkeys((radiograph.default_voi, *radiograph.vois)):
                words = [tr(voi.explanation), voi_text(voi)] if not hasattr(voi, "table") else [voi_text(voi)]
                title = "   ".join(word for word in words if word)
                self.addAction(title.replace("&", "&&"), without_state(self._state.set_voi, voi))
            self.addSeparator()
        self.addActions(self._presets)


class HangingMenu(QMenu):
    """The user's hanging protocols by name, below `fixed`, the commands about them; `hang` takes a place."""

    def __init__(
        self,
        fixed: Sequence[QAction],
        names: Callable[[], Sequence[str]],
        hang: Callable[[int], object],
        parent: QWidget,
    ) -> None:
        super().__init__(tr("&Hanging protocols"), parent)
        self._fixed, self._names, self._hang = fixed, names, hang
        self.addActions(fixed)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        self.addActions(self._fixed)
        self.addSeparator()
        for number, name in enumerate(self._names()):
            action = self.addAction(name.replace("&", "&&"), without_state(self._hang, number))
            action.setEnabled(self._fixed[0].isEnabled())


class ModelMenu(QMenu):
    """The models that are installed here."""

    def __init__(self, state: AppState, models: "ModelChoice", parent: QWidget) -> None:
        super().__init__(tr("&Use model"), parent)
        self._state, self._models = state, models
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        from cxrview import bundle

        self.clear()
        current = self._state.model.card
        for name, folder in bundle.folders().items():
            action = self.addAction(name.replace("&", "&&"), without_state(self._models.use_model, name))
            action.setCheckable(True)
            action.setChecked(current is not None and current.name == name)
            action.setToolTip(plain_tip(str(folder)))
        if self.isEmpty():
            self.addAction(tr("No model is installed")).setEnabled(False)


class DeviceMenu(QMenu):
    """What the model runs on."""

    def __init__(self, models: "ModelChoice", parent: QWidget) -> None:
        super().__init__(tr("&Run on"), parent)
        self._models = models
        for device, title in DEVICES.items():
            action = self.addAction(tr(title), without_state(self._use, device))
            action.setCheckable(True)
            action.setData(device)
        models.settled.connect(self._check)
        self._check()

    def _use(self, device: str) -> None:
        self._models.use_device(device)
        self._check()  # what was clicked on is not in use yet

    def _check(self) -> None:
        for action in self.actions():
            action.setChecked(action.data() == self._models.choice.device)
