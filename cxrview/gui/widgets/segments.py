"""Buttons side by side, of which one is down."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from cxrview.i18n import tr


def choice_button(label: str, tip: str) -> QToolButton:
    """Return a button for `segments`; both texts are marked for translation."""
    button = QToolButton(text=tr(label), toolTip=tr(tip), checkable=True)
    button.setAccessibleName(tr(label))
    button.setAccessibleDescription(tr(tip))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


def segments(buttons: Iterable[QToolButton]) -> QWidget:
    """Return `buttons` side by side, of which one is down."""
    whole = QWidget(objectName="segments")
    whole.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    row = QHBoxLayout(whole, spacing=2)
    row.setContentsMargins(2, 2, 2, 2)
    whole.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    group = QButtonGroup(whole)
    for button in buttons:
        group.addButton(button)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row.addWidget(button)
    return whole
