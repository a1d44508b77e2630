"""The films that the study list shows, in its order, as one plain list."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
)

from cxrview.gui.gallery import texts
from cxrview.gui.studies.nodes import StudyNode
from cxrview.gui.studies.study_model import StudyModel
from cxrview.gui.viewer import drag

Index = QModelIndex | QPersistentModelIndex
NONE = QModelIndex()
SPOKEN = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)


class GalleryFilms(QAbstractListModel):
    """A row a file, whatever it stands under in the list. It follows the list while it is `live`."""

    def __init__(self, source: StudyModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._films: list[StudyNode] = []
        self._rows: dict[int, int] = {}  # by the serial number of the node
        self._live = False
        # Many rows come with many signals; one look at the list when all are through is enough.
        self._soon = QTimer(self, singleShot=True, interval=0, timeout=self.refresh)
        for signal in (
            source.modelReset,
            source.layoutChanged,
            source.rowsInserted,
            source.rowsRemoved,
            source.rowsMoved,
        ):
            signal.connect(self._list_changed)
        source.dataChanged.connect(self._film_changed)

    def set_live(self, live: bool) -> None:
        """Follow the list, or leave off; what has changed meanwhile is made up for."""
        self._live = live
        if live:
            self.refresh()
        else:
            self._soon.stop()

    def refresh(self) -> None:
        """Take over what the list shows now."""
        self._soon.stop()
        films = self._source.films()
        if films == self._films:
            return
        self.beginResetModel()
        self._films = films
        self._rows = {film.number: row for row, film in enumerate(films)}
        self.endResetModel()

    def film(self, index: Index) -> StudyNode | None:
        """Return what stands at `index`, or None."""
        return self._films[index.row()] if index.isValid() and index.row() < len(self._films) else None

    def index_of(self, path: Path | None) -> QModelIndex:
        """Return the index of the film at `path`; an invalid one where it is not shown."""
        node = self._source.film(path) if path is not None else None
        row = self._rows.get(node.number) if node is not None else None
        return self.index(row) if row is not None else QModelIndex()

    def _list_changed(self, *_news: object) -> None:
        if self._live and not self._soon.isActive():
            self._soon.start()

    def _film_changed(self, first: QModelIndex, _last: QModelIndex) -> None:
        node = self._source.node(first)
        row = self._rows.get(node.number) if node is not None and self._live else None
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    # What Qt asks for

    def rowCount(self, parent: Index = NONE) -> int:
        return 0 if parent.isValid() else len(self._films)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        film = self.film(index)
        if film is None:
            return None
        return texts.spoken(film, self._source.nameless) if role in SPOKEN else self._source.told(film, role)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        return [drag.MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return what a viewport takes: the first of the films."""
        path = next((film.path for index in indexes if (film := self.film(index)) is not None), None)
        return drag.packed(path, 0) if path is not None else QMimeData()
