"""The viewports in rows and columns."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QWidget

from cxrview.gui.view_state import ViewState
from cxrview.gui.viewer.viewport import Viewport

MakeViewport = Callable[[ViewState], Viewport]


class ViewportFrame(QFrame):
    """The frame around a viewport, which says whether it is the active one."""

    def __init__(self, viewport: Viewport) -> None:
        super().__init__(objectName="viewportCell")
        self.viewport = viewport
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(viewport)

    def show_active(self, active: bool, alone: bool) -> None:
        """Draw the frame: none around the only viewport."""
        margin = 0 if alone else 2
        self._row.setContentsMargins(margin, margin, margin, margin)
        self.setProperty("active", active and not alone)
        self.style().unpolish(self)
        self.style().polish(self)
        self.viewport.set_only(alone)


class EvenLayout(QGridLayout):
    """Gives `rows` × `columns` places one size, and some pixels to none: a film fits each at one zoom."""

    rows = columns = 1

    def setGeometry(self, area: QRect) -> None:  # noqa: N802
        wide = area.width() - (area.width() + self.spacing()) % self.columns
        high = area.height() - (area.height() + self.spacing()) % self.rows
        super().setGeometry(QRect(area.x(), area.y(), wide, high))


class Grid(QWidget):
    """`rows` × `columns` viewports; `make` makes one for a ViewState."""

    def __init__(self, make: MakeViewport) -> None:
        super().__init__(objectName="grid")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._make = make
        self.rows = self.columns = 1
        self.cells: list[ViewportFrame] = []
        self._grid = EvenLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(1)

    @property
    def viewports(self) -> list[Viewport]:
        """The viewports, row by row."""
        return [cell.viewport for cell in self.cells]

    def arrange(self, rows: int, columns: int, views: Sequence[ViewState]) -> None:
        """Show `views`, one a place; viewports of views that stay keep what they show."""
        if len(views) != rows * columns:
            raise ValueError(f"{rows} × {columns} viewports for {len(views)} views")
        kept = {cell.viewport.view: cell for cell in self.cells}
        gone = [cell for view, cell in kept.items() if view not in views]
        self.cells = [kept[view] if view in kept else ViewportFrame(self._make(view)) for view in views]
        for cell in gone:
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        for place, cell in enumerate(self.cells):
            self._grid.addWidget(cell, *divmod(place, columns))
            cell.show()
        for number in range(max(rows, self.rows)):
            self._grid.setRowStretch(number, 1 if number < rows else 0)
        for number in range(max(columns, self.columns)):
            self._grid.setColumnStretch(number, 1 if number < columns else 0)
        self.rows, self.columns = self._grid.rows, self._grid.columns = rows, columns

    def show_active(self, view: ViewState) -> None:
        """Draw the frame around the viewport of `view`."""
        for cell in self.cells:
            cell.show_active(cell.viewport.view is view, alone=len(self.cells) == 1)
