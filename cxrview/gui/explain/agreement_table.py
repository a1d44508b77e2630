"""How well maps agree, each with each, as a table with a number and a plain word."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from cxrview.i18n import fixed, say, tr

if TYPE_CHECKING:
    from cxrview.explain.agreement import Agreement
    from cxrview.explain.explanation import Explanation

ROWS = 4  # that are seen before it scrolls


class AgreementTable(QTableWidget):
    """Empty, and hidden, unless there are two maps and more."""

    def __init__(self) -> None:
        super().__init__(accessibleName=tr("How well the maps agree"))
        self._made: tuple[object, ...] = ()
        self.found: dict[tuple[int, int], Agreement] = {}
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setHighlightSections(False)

    def show_maps(self, names: Sequence[str], explanations: "Sequence[Explanation]", class_name: str) -> None:
        """Compare `explanations`, called `names`, in their maps of a class."""
        of = (tuple(names), tuple(id(made) for made in explanations), class_name)
        if of == self._made:
            return
        self._made = of
        self.clear()
        self.found = {}
        self.setVisible(len(explanations) > 1)
        if len(explanations) < 2:
            self.setRowCount(0)
            self.setColumnCount(0)
            return
        from cxrview.explain.agreement import agreements

        self.found = agreements(explanations, class_name)
        self.setRowCount(len(names) - 1)
        self.setColumnCount(len(names) - 1)
        self.setVerticalHeaderLabels(list(names[1:]))
        self.setHorizontalHeaderLabels(list(names[:-1]))
        for (one, two), agreement in self.found.items():
            item = QTableWidgetItem(in_words(agreement))
            item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            item.setToolTip(f"{names[one]} – {names[two]}: {item.text()}")
            self.setItem(two - 1, one, item)
        seen = min(ROWS, self.rowCount()) * self.verticalHeader().defaultSectionSize()
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + seen + bar + 2)


def in_words(agreement: "Agreement") -> str:
    """Return the number with its word, or the word alone where there is no number."""
    if np.isnan(agreement.correlation):
        return say(agreement.word)
    return f"{fixed(agreement.correlation, 2)}  {say(agreement.word)}".replace("-", "−")
