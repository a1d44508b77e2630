"""The button of the toolbar that measures with the tool used last, and offers the others."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton

from cxrview.i18n import tr


class MeasureButton(QToolButton):
    """A drop-down of the measuring tools; it shows the one used last."""

    def __init__(self, menu: QMenu, actions: Mapping[str, QAction], tools: Mapping[str, object]) -> None:
        super().__init__(popupMode=QToolButton.ToolButtonPopupMode.MenuButtonPopup, objectName="dropDown")
        self.setIconSize(QSize(20, 20))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # as the other buttons of the toolbar
        self.setMenu(menu)
        self.setDefaultAction(actions["length"])
        self.setAccessibleName(tr("Measure"))
        for name in tools:
            actions[name].toggled.connect(lambda on, action=actions[name]: self._follow(action, on))

    def _follow(self, action: QAction, on: bool) -> None:
        if on:
            self.setDefaultAction(action)
