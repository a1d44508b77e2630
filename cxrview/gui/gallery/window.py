"""The window of the light table: search, filters and order of the study list, a slider, and the films."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSlider, QVBoxLayout, QWidget

from cxrview.gui.actions.window_actions import WindowActions
from cxrview.gui.gallery.actions import ACTIONS, RATING
from cxrview.gui.gallery.films import GalleryFilms
from cxrview.gui.gallery.grid import SIDES, USUAL, FilmGrid
from cxrview.gui.session.labels import FilmLabels
from cxrview.gui.state import AppState, ModelInfo, Shown
from cxrview.gui.studies.filter_bar import FilterBar
from cxrview.gui.studies.panel import SearchField, StudyPanel
from cxrview.gui.studies.thumbnails import MAX_BYTES
from cxrview.gui.widgets.closed_by_escape import ClosedByEscape
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.settings import Settings

SIZE = "gallery_size"  # in the settings of the window
MOST_BYTES = 128 * 2**20  # of small pictures: some 5,000 of the usual size
MOST_WIDE = 340  # pixels of the search field


class GalleryWindow(ClosedByEscape, QWidget):
    """Shows what the study list shows; what is searched, filtered and sorted here is so there, and back.

    Signals:
        opened: the user wants to see a film in the viewer; carries its path and frame, 0.
    """

    opened = Signal(object, int)

    def __init__(
        self, state: AppState, studies: StudyPanel, labels: FilmLabels, kept: QSettings, parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("Gallery"))
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.resize(fitted(QSize(1120, 760), self))
        self._state, self._studies, self.labels, self._kept = state, studies, labels, kept
        self.search, self.bar = SearchField(), FilterBar()
        self.films = GalleryFilms(studies.model, self)
        self.grid = FilmGrid(self.films, studies.thumbnails.get)
        studies.thumbnails.also_seen.append(self.grid.in_sight)
        studies.thumbnails.max_bytes = max(MAX_BYTES, MOST_BYTES)
        self.slider = QSlider(Qt.Orientation.Horizontal, maximum=len(SIDES) - 1, pageStep=1)
        self.slider.setAccessibleName(tr("Size of the films"))
        self.slider.setToolTip(tr("Size of the films"))
        self.hint = QLabel(objectName="muted", alignment=Qt.AlignmentFlag.AlignCenter)
        self.commands = WindowActions(self, ACTIONS, self)
        self._before: tuple[list[Path], Path | None] = ([], None)  # what was selected, and current
        self._lay_out()
        self._connect()
        self._share()
        self.slider.setValue(_step(kept))
        self.grid.set_size_step(self.slider.value())
        self._settings_changed(state.settings)

    def _lay_out(self) -> None:
        top = QHBoxLayout(spacing=10)
        self.search.setMaximumWidth(MOST_WIDE)
        self.slider.setFixedWidth(150)
        top.addWidget(self.search, 2)
        top.addWidget(self.bar, 2)
        top.addSpacing(10)
        top.addWidget(self.slider)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(12, 12, 0, 0)
        top.setContentsMargins(0, 0, 12, 0)
        column.addLayout(top)
        column.addWidget(self.grid, 1)
        column.addWidget(self.hint, 1)

    def _connect(self) -> None:
        state, studies = self._state, self._studies
        self.slider.valueChanged.connect(self._resize_films)
        self.grid.activated.connect(self._open)
        self.grid.menu_wanted.connect(self._show_menu)
        self.search.left.connect(lambda _into_list: self.grid.setFocus())
        self.films.modelAboutToBeReset.connect(self._note_selection)
        self.films.modelReset.connect(self._select_again)
        studies.thumbnails.made.connect(self.grid.viewport().update)
        state.shown_changed.connect(self._follow)
        state.settings_changed.connect(self._settings_changed)
        state.model_changed.connect(self._offer_classes)
        state.hiding_changed.connect(self._offer_classes)
        self._offer_classes()

    def _share(self) -> None:
        """Let search, filters and order be those of the list."""
        studies = self._studies
        self.search.setText(studies.search.text())
        self.bar.set_filters(studies.bar.filters)
        self.bar.set_order(studies.model.order)
        for mine, others in ((self.bar, studies.bar), (studies.bar, self.bar)):
            mine.filters_changed.connect(others.set_filters)
            mine.order_changed.connect(others.set_order)
        self.search.textChanged.connect(studies.search.setText)
        studies.search.textChanged.connect(self.search.setText)
        self.bar.cleared.connect(studies.show_all)
        self.bar.read_all_asked.connect(studies.read_all_asked)

    def _offer_classes(self, *_news: object) -> None:
        """Let films be sifted by what the model says, unless that is hidden."""
        self.bar.set_model(ModelInfo() if self._state.settings.hide_model else self._state.model)

    def _settings_changed(self, settings: "Settings") -> None:
        self.grid.painter.nameless = settings.hide_identity
        self.grid.viewport().update()

    def _resize_films(self, step: int) -> None:
        self.grid.set_size_step(step)
        self._kept.setValue(SIZE, step)

    # Which films there are, and which of them is current

    def _note_selection(self) -> None:
        self._before = self.grid.selected(), self.grid.current()

    def _select_again(self) -> None:
        selected, current = self._before
        self.grid.select(selected, current or self._state.shown.path)
        self._count()

    def _count(self) -> None:
        model = self._studies.model
        self.bar.say(model.in_sight, model.total, self._studies.is_filtered)
        self.hint.setText(tr("No image matches") if model.total else tr("No files opened"))
        self.hint.setVisible(not model.in_sight)
        self.grid.setVisible(bool(model.in_sight))

    def _follow(self, shown: Shown) -> None:
        """Go to the film that the viewer has turned to, unless the user is choosing here."""
        here = self.isActiveWindow() or shown.path in self.grid.selected()
        if self.isVisible() and shown.path is not None and not here:
            self.grid.select([shown.path], shown.path)

    def _open(self, index: QModelIndex) -> None:
        film = self.films.film(index)
        if film is not None and film.path is not None:
            self.opened.emit(film.path, 0)

    def _show_menu(self, place: QPoint) -> None:
        if (menu := self.menu()) is not None:
            menu.popup(place)

    def menu(self) -> QMenu | None:
        """Return the menu of the selected films: that of the list, with stars and flag. None if none is."""
        from cxrview.gui.studies.row_menu import row_menu

        paths: list[Path] = self.grid.selected()
        entries = [self._state.entries[path] for path in paths if path in self._state.entries]
        if not entries:
            return None
        current = self.grid.current()
        menu = row_menu(self._studies, (current, 0) if current is not None else None, entries)
        first = menu.actions()[0]
        menu.insertActions(first, [self.commands[spec.name] for spec in RATING])
        menu.insertSeparator(first)
        return menu

    # Events

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.films.set_live(True)
        self._count()
        if not self.grid.currentIndex().isValid():
            shown = self._state.shown.path
            self.grid.select([shown] if shown is not None else [], shown)
        self.grid.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.films.set_live(False)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.films.set_live(False)
        super().closeEvent(event)


def _step(kept: QSettings) -> int:
    """Return the size of films that was used last, a place in SIDES."""
    value = str(kept.value(SIZE))
    return int(value) if value.isdecimal() and int(value) < len(SIDES) else USUAL
