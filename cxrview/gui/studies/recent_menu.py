"""What was opened lately, in the File menu and on the empty page."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.studies.recents import Recent, Recents
from cxrview.gui.theme import DARK, plain_tip
from cxrview.gui.widgets import fonts
from cxrview.gui.widgets.identity import hidden
from cxrview.i18n import say, tr
from cxrview.messages import NOT_THERE

ON_PAGE = 5
WIDTH = 380
LEAST_PLACE = 60  # pixels; less says nothing
ICON, MARGIN = 15, 8
GREY = "#565e67"
ARCHIVES = (".zip",)
Open = Callable[[Sequence[Path]], None]


class RecentMenu(QMenu):
    """The last openings; what is missing is grey."""

    def __init__(self, recents: Recents, open_paths: Open, parent: QWidget) -> None:
        super().__init__(tr("Open &recent"), parent)
        self._recents, self._open = recents, open_paths
        self._actions: dict[Recent, QAction] = {}
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)
        recents.changed.connect(self._enable)
        self._enable()

    def fill(self) -> None:
        """Show what the list holds now, and grey out what is missing as soon as that is known."""
        self.clear()
        self._actions.clear()
        if hidden():
            self.addAction(tr("Hidden with the identity")).setEnabled(False)
            return
        fonts.ensure_for(item.name for item in self._recents.items)
        for number, item in enumerate(self._recents.items, 1):
            letter = f"&{number}  " if number < 10 else f"{number}  "
            name = self.fontMetrics().elidedText(item.name, Qt.TextElideMode.ElideMiddle, WIDTH)
            action = self.addAction(letter + name.replace("&", "&&"))
            action.triggered.connect(partial(self._chosen, item))
            action.setToolTip(plain_tip(_whole(item)))
            self._actions[item] = action
        self.addSeparator()
        self.addAction(tr("&Clear the list"), self._recents.clear)
        self._recents.look_for(self._grey)

    def _chosen(self, item: Recent, _on: bool = False) -> None:
        self._open(item.paths)

    def _grey(self, missing: frozenset[Recent]) -> None:
        for item in missing & self._actions.keys():
            self._actions[item].setEnabled(False)
            self._actions[item].setToolTip(plain_tip(f"{item.paths[0]} {say(NOT_THERE)}"))

    def _enable(self) -> None:
        self.setEnabled(bool(self._recents.items))


class RecentList(QWidget):
    """A short list for the empty page, which is black in both themes."""

    def __init__(self, recents: Recents, open_paths: Open) -> None:
        super().__init__(objectName="recent")
        self._recents, self._open = recents, open_paths
        self._buttons: dict[Recent, RecentButton] = {}
        self.setMaximumWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._column = QVBoxLayout(self, spacing=1)
        self._column.setContentsMargins(0, 14, 0, 0)
        recents.changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        while (old := self._column.takeAt(0)) is not None:
            if (button := old.widget()) is not None:
                button.deleteLater()
        self._buttons.clear()
        items = () if hidden() else self._recents.items[:ON_PAGE]
        self.setVisible(bool(items))
        if not items:
            return
        self._column.addWidget(QLabel(tr("Opened lately"), objectName="recentHeading"))
        for item in items:
            self._buttons[item] = self._button(item)
            self._column.addWidget(self._buttons[item])
        self._recents.look_for(self._hide)

    def name_again(self, _settings: object = None) -> None:
        """Show what was opened, or not any more."""
        self._fill()

    def _button(self, item: Recent) -> "RecentButton":
        button = RecentButton(item)
        button.clicked.connect(partial(self._chosen, item))
        return button

    def _chosen(self, item: Recent, _on: bool = False) -> None:
        self._open(item.paths)

    def _hide(self, missing: frozenset[Recent]) -> None:
        for item in missing & self._buttons.keys():
            self._buttons[item].setEnabled(False)
            self._buttons[item].setToolTip(plain_tip(f"{item.paths[0]} {say(NOT_THERE)}"))


class RecentButton(QPushButton):
    """An icon, a name, and after it in a fainter ink the place."""

    def __init__(self, item: Recent) -> None:
        super().__init__(objectName="recentItem")
        self._item = item
        self.setAccessibleName(tr("Open {name} again").format(name=item.name))
        self.setToolTip(plain_tip(_whole(item)))
        self.setMinimumHeight(28)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        ratio, enabled = self.devicePixelRatioF(), self.isEnabled()
        middle = self.height() // 2
        ink = DARK.text if enabled else GREY
        icon = themes.pixmap(_icon(self._item), DARK.faint if enabled else GREY, ICON, ratio)
        painter.drawPixmap(QPoint(MARGIN, middle - ICON // 2), icon)
        area = self.rect().adjusted(MARGIN + ICON + 9, 0, -MARGIN, 0)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        metrics, elide = painter.fontMetrics(), Qt.TextElideMode.ElideMiddle
        name = metrics.elidedText(self._item.name, elide, area.width())
        painter.setPen(QColor(ink))
        painter.drawText(area, flags, name)
        area.adjust(metrics.horizontalAdvance(name) + 12, 0, 0, 0)
        if area.width() > LEAST_PLACE:
            painter.setPen(QColor(DARK.faint if enabled else GREY))
            painter.drawText(area, flags, metrics.elidedText(self._item.place, elide, area.width()))
        painter.end()


def _whole(item: Recent) -> str:
    return "\n".join(str(path) for path in item.paths[:12])


def _icon(item: Recent) -> str:
    """Return an icon by the name alone: looking at the file itself might take long."""
    suffix = item.paths[0].suffix.lower()
    if len(item.paths) > 1:
        return "layers"
    return "archive" if suffix in ARCHIVES else "image" if suffix else "folder"
