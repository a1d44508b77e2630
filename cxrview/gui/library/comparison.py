"""Beside the list: two models side by side."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui import theme as themes
from cxrview.gui.library.compare import Section
from cxrview.gui.widgets.themed import Themed
from cxrview.i18n import tr

FIRST = 16  # characters of the first column; the whole is in the tool tip
ALIKE = Qt.ItemDataRole.UserRole  # of a row's item


class ComparisonTable(Themed, QWidget):
    """A table in sections; what differs is written stronger, and may be shown alone."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Sequence[Section], str, str] = ((), "", "")
        self.title = QLabel(objectName="pageTitle", wordWrap=True)
        self.note = QLabel(objectName="muted", wordWrap=True)
        self.only = QCheckBox(tr("Only what differs"))
        self.only.toggled.connect(self._hide_alike)
        self.table = QTreeWidget(rootIsDecorated=False, accessibleName=tr("Comparison"), columnCount=3)
        self.table.setIndentation(0)
        self.table.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.table.header()
        header.setSectionsMovable(False)
        header.setStretchLastSection(False)
        self.table.setColumnWidth(0, self.fontMetrics().averageCharWidth() * FIRST)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        whole = QVBoxLayout(self, spacing=8)
        whole.setContentsMargins(18, 16, 18, 16)
        for widget in (self.title, self.note, self.only, self.table):
            whole.addWidget(widget)

    def recolour(self) -> None:
        self.show_sections(*self._shown)

    def show_sections(self, sections: Sequence[Section], left: str, right: str) -> None:
        """Show `sections` of the models called `left` and `right`."""
        self._shown = sections, left, right
        self.title.setText(tr("{left} and {right}").format(left=left, right=right))
        self.note.setText(" ".join(section.note for section in sections if section.note))
        self.table.clear()
        self.table.setHeaderLabels(["", left, right])
        theme = themes.current()
        for section in sections:
            heading = self._heading(section)
            self.table.addTopLevelItem(heading)
            heading.setFirstColumnSpanned(True)  # only once it is in the table
            for row in section.rows:
                item = QTreeWidgetItem([row.what, row.left, row.right])
                item.setData(0, ALIKE, not row.differs)
                for column in (0, 1, 2):
                    dim = column == 0 or not row.differs
                    colour = theme.muted if dim else theme.text
                    item.setForeground(column, QBrush(QColor(colour)))
                    item.setToolTip(column, item.text(column))
                self.table.addTopLevelItem(item)
        self._hide_alike()

    def _heading(self, section: Section) -> QTreeWidgetItem:
        item = QTreeWidgetItem([section.title])
        font = QFont(self.table.font())
        font.setWeight(QFont.Weight.DemiBold)
        item.setFont(0, font)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setSizeHint(0, QSize(0, self.fontMetrics().height() + 20))
        item.setForeground(0, QBrush(QColor(themes.current().accent)))
        return item

    def _hide_alike(self) -> None:
        """Hide the rows in which the two are alike, and sections of which nothing is left."""
        only, heading = self.only.isChecked(), None
        for number in range(self.table.topLevelItemCount()):
            item = self.table.topLevelItem(number)
            assert item is not None
            alike = item.data(0, ALIKE)
            if alike is None:
                heading = item
                heading.setHidden(only)
            else:
                item.setHidden(only and alike)
                if heading is not None and not item.isHidden():
                    heading.setHidden(False)
