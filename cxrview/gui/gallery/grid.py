"""The films in rows and columns, which fill the width whatever it is."""

from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from cxrview.gui.gallery.films import GalleryFilms
from cxrview.gui.gallery.painter import FilmPainter
from cxrview.gui.studies.row_painter import Picture
from cxrview.i18n import tr

SIDES = (112, 128, 160, 208, 272, 352)  # logical pixels, of which the user chooses
USUAL = 2  # place in SIDES


class FilmGrid(QListView):
    """Only the user chooses a film: what is current may move when films come and go.

    Signals:
        menu_wanted: the user asked for a menu; carries where on the screen.
        resized: there is room for another number of films.
    """

    menu_wanted = Signal(QPoint)

    def __init__(self, films: GalleryFilms, picture: Picture) -> None:
        super().__init__(
            flow=QListView.Flow.LeftToRight,
            isWrapping=True,
            resizeMode=QListView.ResizeMode.Adjust,
            movement=QListView.Movement.Static,
            uniformItemSizes=True,
            selectionRectVisible=True,
        )
        self.setObjectName("gallery")
        self.films = films
        self.painter = FilmPainter(picture, self, SIDES[USUAL])
        self.setModel(films)
        self.setItemDelegate(self.painter)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there, so that coming and going it does not change how many films have room.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setAccessibleName(tr("Gallery"))
        self._fit()

    def set_size_step(self, step: int) -> None:
        """Show films in another size, a place in SIDES; what is current stays in sight."""
        self.painter.side = SIDES[max(0, min(step, len(SIDES) - 1))]
        self._fit()
        current = self.currentIndex()
        if current.isValid():
            self.scrollTo(current)
        self.viewport().update()

    def in_sight(self) -> set[tuple[Path, int]]:
        """Return path and frame, 0, of the films on the screen, and at most a row more."""
        if not self.isVisible():
            return set()
        cell, top = self.gridSize(), self.verticalScrollBar().value()
        columns = self._columns()
        first = top // cell.height() * columns
        last = ((top + self.viewport().height()) // cell.height() + 1) * columns
        films = (
            self.films.film(self.films.index(row)) for row in range(first, min(last, self.films.rowCount()))
        )
        return {(film.path, 0) for film in films if film is not None and film.path is not None}

    def selected(self) -> list[Path]:
        """Return the files of the selected films, in their order."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        films = (self.films.film(self.films.index(row)) for row in rows)
        return [film.path for film in films if film is not None and film.path is not None]

    def select(self, paths: list[Path], current: Path | None) -> None:
        """Select the films at `paths`, and let the one at `current` be in sight."""
        model = self.selectionModel()
        model.clearSelection()
        for path in paths:
            if (index := self.films.index_of(path)).isValid():
                model.select(index, QItemSelectionModel.SelectionFlag.Select)
        index = self.films.index_of(current)
        if index.isValid():
            model.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(index)

    def current(self) -> Path | None:
        """Return the file that the keys are at."""
        film = self.films.film(self.currentIndex())
        return film.path if film is not None else None

    def keyboardSearch(self, _words: str) -> None:  # noqa: N802
        """Do nothing: letters and digits are commands here."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            current: QModelIndex = self.currentIndex()
            place = self.viewport().mapToGlobal(self.visualRect(current).center())
        self.menu_wanted.emit(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _columns(self) -> int:
        return max(1, (self.viewport().width() - 1) // self.painter.cell().width())

    def _fit(self) -> None:
        """Spread the columns over the width."""
        cell = self.painter.cell()
        wanted = QSize(max(cell.width(), (self.viewport().width() - 1) // self._columns()), cell.height())
        if wanted != self.gridSize():
            self.setGridSize(wanted)
        self.verticalScrollBar().setSingleStep(cell.height() // 3)
