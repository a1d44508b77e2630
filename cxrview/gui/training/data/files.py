"""A list of files to choose from: those of a finding, or those that are left out."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cxrview.i18n import tr

FILE = Qt.ItemDataRole.UserRole
MOST = 2000  # rows; a list of more is read by nobody
ROWS = 7  # that are seen without scrolling


class FileList(QWidget):
    """Files with a remark each.

    Signals:
        chosen: the button was pressed; carries the selected files.
        show_asked: carries the files that are to be looked at.
    """

    chosen = Signal(list)
    show_asked = Signal(list)

    def __init__(self, action: str, name: str) -> None:
        super().__init__()
        self.list = QTreeWidget(
            columnCount=2, headerHidden=True, rootIsDecorated=False, uniformRowHeights=True
        )
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setAccessibleName(name)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setMaximumSectionSize(320)
        self.show_button = QPushButton(tr("Show selected"), objectName="link")
        self.action = QPushButton(tr("{action}: selected").format(action=action), objectName="link")
        row = QHBoxLayout(spacing=18)
        row.addWidget(self.show_button)
        row.addWidget(self.action)
        row.addStretch()
        column = QVBoxLayout(self, spacing=5)
        column.setContentsMargins(0, 3, 0, 0)
        column.addWidget(self.list)
        column.addLayout(row)
        self.list.itemSelectionChanged.connect(self._refresh)
        self.list.itemActivated.connect(lambda item, _column: self.show_asked.emit([item.data(0, FILE)]))
        self.show_button.clicked.connect(lambda: self.show_asked.emit(self.selected()))
        self.action.clicked.connect(lambda: self.chosen.emit(self.selected()))
        self._refresh()

    def show_files(self, remarks: Mapping[str, str]) -> None:
        """List files, each with its remark."""
        self.list.clear()
        for file, remark in list(remarks.items())[:MOST]:
            item = QTreeWidgetItem([file, remark])
            item.setData(0, FILE, file)
            item.setToolTip(0, file)
            item.setToolTip(1, remark)
            self.list.addTopLevelItem(item)
        if (more := len(remarks) - MOST) > 0:
            item = QTreeWidgetItem([tr("and {count} more").format(count=more), ""])
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addTopLevelItem(item)
        high = max(18, self.list.sizeHintForRow(0)) * min(ROWS, max(1, len(remarks))) + 6
        self.list.setFixedHeight(high)
        self._refresh()

    def selected(self) -> list[str]:
        """Return the selected files, in the order of the list."""
        rows = (self.list.topLevelItem(row) for row in range(self.list.topLevelItemCount()))
        selected = [item for item in rows if item is not None and item.isSelected()]
        return [item.data(0, FILE) for item in selected if item.data(0, FILE)]

    def _refresh(self) -> None:
        for button in (self.show_button, self.action):
            button.setEnabled(bool(self.list.selectedItems()))
