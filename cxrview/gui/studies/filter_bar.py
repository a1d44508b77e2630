"""The line under the search field: how many images are shown, what filters them, and how they are sorted."""

import dataclasses
from functools import partial
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.state import ModelInfo
from cxrview.gui.studies.filters import FEWEST_STARS, UNLIKE, VIEWS, Filters
from cxrview.gui.studies.sorting import LABELS, SortOrder
from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.i18n import tr, trn

BADGE = 14


class StayingMenu(QMenu):
    """A menu that stays open while entries are checked, so that several can be chosen at once."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._toggle(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space or not self._toggle(self.activeAction()):
            super().keyPressEvent(event)

    def _toggle(self, action: QAction | None) -> bool:
        if action is None or not action.isCheckable() or not action.isEnabled():
            return False
        action.trigger()
        return True


class BadgeButton(QToolButton):
    """A button with a menu, and a number in its corner when something is set."""

    def __init__(self, name: str) -> None:
        super().__init__(toolTip=name, accessibleName=name, iconSize=QSize(16, 16))
        self.setObjectName("badge")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._count = 0

    def set_count(self, count: int) -> None:
        """Show `count`, or no badge for 0."""
        self._count = count
        self.setAccessibleDescription(
            trn("{count} filter is set", "{count} filters are set", count).format(count=count)
            if count
            else ""
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._count:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        font = painter.font()
        font.setPixelSize(10)
        font.setBold(True)
        painter.setFont(font)
        place = QRectF(self.width() - BADGE, 0, BADGE, BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.link())
        painter.drawEllipse(place.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setPen(QColor("#ffffff"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(min(self._count, 9)))
        painter.end()


class FilterBar(QWidget):
    """Tells which filters and which order the user wants.

    Signals:
        filters_changed: carries Filters.
        order_changed: carries Order.
        cleared: everything that filters shall go, the search too.
        read_all_asked: the model shall read all that is listed.
    """

    filters_changed = Signal(object)
    order_changed = Signal(object)
    cleared = Signal()
    read_all_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.filters = Filters()
        self.count = ElidedLabel(QSizePolicy.Policy.Ignored)
        self.count.setObjectName("muted")
        self.clear = QToolButton(iconSize=QSize(16, 16), toolTip=tr("Show all images again"))
        self.clear.setAccessibleName(tr("Show all images again"))
        self.clear.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clear.clicked.connect(self.cleared)
        self.read_all = QToolButton(
            iconSize=QSize(16, 16), toolTip=tr("Read all listed films with the model…")
        )
        self.read_all.setAccessibleName(tr("Read all listed films with the model…"))
        self.read_all.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.read_all.clicked.connect(self.read_all_asked)
        self.filter = BadgeButton(tr("Filter"))
        self.sort = BadgeButton(tr("Sort"))
        self._orders: dict[SortOrder, QAction] = {}
        self._entries: list[tuple[QAction, str, Any]] = []  # with the field of Filters and its value
        self._menu = StayingMenu(self)
        self.filter.setMenu(self._menu)
        self.sort.setMenu(self._sort_menu())
        row = QHBoxLayout(self, spacing=2)
        row.setContentsMargins(2, 0, 0, 0)
        row.addWidget(self.count, 1)
        for button in (self.clear, self.read_all, self.filter, self.sort):
            row.addWidget(button)
        self.set_model(ModelInfo())
        for button, icon in (
            (self.clear, "x"),
            (self.read_all, "layers"),
            (self.filter, "list-filter"),
            (self.sort, "arrow-up-down"),
        ):
            button.setIcon(themes.icon(icon))
        self.clear.hide()
        self.read_all.hide()

    def say(self, shown: int, total: int, filtered: bool) -> None:
        """State how many of the images are shown."""
        words = trn("{total} image", "{total} images", total)
        if filtered:
            words = trn("{shown} of {total} image", "{shown} of {total} images", total)
        self.count.setText(words.format(shown=shown, total=total) if total else "")
        self.clear.setVisible(filtered)
        self.read_all.setVisible(total > 1)

    def set_filters(self, filters: Filters) -> None:
        """Want other images."""
        if filters == self.filters:
            return
        self.filters = filters
        self._check()
        self.filter.set_count(filters.count)
        self.filters_changed.emit(filters)

    def set_model(self, model: ModelInfo) -> None:
        """Offer the classes of another model; filters by the old one's are let go."""
        self._menu.clear()
        self._entries.clear()
        for view, words in VIEWS.items():
            self._offer(tr(words), "views", view)
        self._menu.addSeparator()
        if model.card is not None:
            for index, name in enumerate(model.card.class_names):
                self._offer(tr("Model: {label}").format(label=model.label(name)), "classes", index)
            self._offer(tr("Not like the training films"), "classes", UNLIKE)
            self._menu.addSeparator()
        self._offer(tr("Not looked at yet"), "seen", False)
        self._offer(tr("Looked at"), "seen", True)
        self._offer(tr("Cannot be read"), "failed", True)
        self._menu.addSeparator()
        self._offer(tr("Flagged"), "flagged", True)
        for stars in FEWEST_STARS:
            words = trn("At least {count} star", "At least {count} stars", stars)
            self._offer(words.format(count=stars), "stars", stars)
        self._menu.addSeparator()
        self._menu.addAction(tr("Show all images again"), self.cleared.emit)
        self.set_filters(dataclasses.replace(self.filters, classes=frozenset()))
        self._check()

    def _offer(self, words: str, field: str, value: Any) -> None:
        action = self._menu.addAction(words.replace("&", "&&"))
        action.setCheckable(True)
        action.triggered.connect(lambda on: self._toggled(field, value, on))
        self._entries.append((action, field, value))

    def _toggled(self, field: str, value: Any, on: bool) -> None:
        wanted = getattr(self.filters, field)
        changed = (wanted | {value} if on else wanted - {value}) if isinstance(wanted, frozenset) else on
        changes: dict[str, Any] = {field: changed}
        self.set_filters(dataclasses.replace(self.filters, **changes))

    def _check(self) -> None:
        for action, field, value in self._entries:
            wanted = getattr(self.filters, field)
            action.setChecked(value in wanted if isinstance(wanted, frozenset) else wanted)

    def _sort_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for order, words in LABELS.items():
            action = self._orders[order] = menu.addAction(tr(words))
            action.setCheckable(True)
            action.setChecked(order is SortOrder.NAME)
            action.triggered.connect(partial(self._sort_by, order))
            group.addAction(action)
        return menu

    def set_order(self, order: SortOrder) -> None:
        """Want another order."""
        if not self._orders[order].isChecked():
            self._orders[order].setChecked(True)
            self._sort_by(order)

    def _sort_by(self, order: SortOrder) -> None:
        self.order_changed.emit(order)
