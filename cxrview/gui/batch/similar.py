"""The films of a finished batch that are most like one film, as a short list that opens them beside it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cxrview.batch.messages import COMPARING_FILMS
from cxrview.batch.run_folder import BatchFolder
from cxrview.gui import error_text
from cxrview.gui.batch import texts
from cxrview.gui.batch.similar_search import (
    FoundFilm,
    KeptIndex,
    Query,
    SearchedBatch,
    SimilarFound,
    search,
    searchable,
)
from cxrview.gui.batch.table import picture_of
from cxrview.gui.state import AppState
from cxrview.gui.studies.thumbnails import Key, Thumbnails
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.widgets import identity
from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import fixed, say, tr, trn

FILM = Qt.ItemDataRole.UserRole
SIDE = 72  # of a picture, logical pixels
LANE = "results"


class SimilarDialog(QDialog):
    """Not modal; it stays about the film that it was opened for.

    Signals:
        open_asked: the user wants to see a film beside that one; carries FoundFilm.
    """

    open_asked = Signal(object)

    def __init__(
        self,
        parent: QWidget | None,
        state: AppState,
        runner: TaskRunner,
        listing: Callable[[], list[BatchFolder]],
    ) -> None:
        super().__init__(parent, windowTitle=tr("Similar films"))
        self._state, self._runner, self._listing = state, runner, listing
        self.query: Query | None = None
        self._words: dict[str, str] = {}
        self._kept: KeptIndex | None = None
        self._job: Job | None = None
        self.about = ElidedLabel(QSizePolicy.Policy.Ignored)
        self.about.setObjectName("pageTitle")
        self.folders = QComboBox(accessibleName=tr("Batch that is searched"))
        self.note = QLabel(objectName="muted", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.list = QListWidget(accessibleName=tr("Similar films"))
        self.thumbnails = Thumbnails(runner, self._in_sight, lambda: False, parent=self)
        self.thumbnails.made.connect(self._show_pictures)
        self._lay_out()
        self.folders.activated.connect(lambda _place: self._search())
        self.list.itemActivated.connect(lambda item: self.open_asked.emit(item.data(FILM)))
        self.list.currentItemChanged.connect(lambda item, _last: self.beside.setEnabled(item is not None))
        state.hiding_changed.connect(self._hide_model)
        state.settings_changed.connect(lambda _settings: self._write())

    def _lay_out(self) -> None:
        self.list.setIconSize(QSize(SIDE, SIDE))
        self.list.setWordWrap(True)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        chosen = QHBoxLayout(spacing=8)
        chosen.addWidget(QLabel(tr("among the films of"), objectName="muted"))
        chosen.addWidget(self.folders, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.beside = buttons.addButton(tr("Open beside"), QDialogButtonBox.ButtonRole.ActionRole)
        self.beside.clicked.connect(lambda: self.list.itemActivated.emit(self.list.currentItem()))
        buttons.rejected.connect(self.reject)
        for button in buttons.findChildren(QPushButton):
            button.setAutoDefault(False)  # Return opens the film that is chosen
        warning = tr(
            "Alike is what the model makes of two films. They need not show the same, nor look alike to you."
        )
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(14, 12, 14, 12)
        column.addWidget(self.about)
        column.addLayout(chosen)
        column.addWidget(self.note)
        column.addWidget(self.list, 1)
        column.addWidget(QLabel(warning, objectName="muted", wordWrap=True))
        column.addWidget(buttons)
        self.resize(fitted(QSize(470, 760), self))

    def show_like(self, query: Query) -> None:
        """Look for films that are like that of `query`."""
        self._forget()
        self.query = query
        self._write()
        self.note.setText(tr("Looking for batches…"))
        self.note.show()
        self._job = self._runner.start(
            tr("Looking for batches"),
            partial(searchable, self._listing(), query.model),
            done=self._offer,
            failed=self._fail,
            lane=LANE,
            quiet=True,
        )

    def done(self, result: int) -> None:
        """It closes, however that is done: nothing is looked for any more."""
        self._runner.cancel(self._job)
        super().done(result)

    @property
    def films(self) -> list[FoundFilm]:
        """The films that are shown, the nearest first."""
        return [self.list.item(place).data(FILM) for place in range(self.list.count())]

    def _forget(self) -> None:
        self._runner.cancel(self._job)
        self.query = None
        self.about.setText("")
        self.folders.clear()
        self.list.clear()
        self.thumbnails.clear()
        self.beside.setEnabled(False)

    def _offer(self, batches: list[SearchedBatch]) -> None:
        assert self.query is not None
        for number, batch in enumerate(batches):
            count = trn("{count} film", "{count} films", batch.films).format(count=texts.grouped(batch.films))
            title = texts.title(batch.folder, len(batches) - number)
            self.folders.addItem(f"{title}  ·  {texts.begun(batch.folder)}  ·  {count}", batch.folder)
        wanted = [batch.folder for batch in batches]
        if self.query.folder in wanted:
            self.folders.setCurrentIndex(wanted.index(self.query.folder))
        if batches:
            self._search()
        else:
            self.note.setText(
                tr("This model has not read a batch yet: read a folder first, with “Read a folder…”.")
            )

    def _search(self) -> None:
        folder = self.folders.currentData()
        if self.query is None or folder is None:
            return
        self._runner.cancel(self._job)
        self.list.clear()
        self.note.setText(tr("Looking for similar films…"))
        self.note.show()
        self._job = self._runner.start(
            say(COMPARING_FILMS),
            partial(search, self.query, folder, self._kept),
            done=self._show,
            failed=self._fail,
            lane=LANE,
        )

    def _show(self, found: SimilarFound) -> None:
        self._kept, self._words = found.kept, found.words
        self.note.setText("" if found.films else tr("There is no other film in this batch."))
        self.note.setVisible(not found.films)
        for film in found.films:
            item = QListWidgetItem()
            item.setData(FILM, film)
            item.setSizeHint(QSize(0, SIDE + 12))
            self.list.addItem(item)
        self._write()
        self._show_pictures()
        self.list.setCurrentRow(0)
        self.list.setFocus()

    def _write(self) -> None:
        """Write what may be seen of whose films these are, and of what the model said."""
        if self.query is not None:
            self.about.setText(tr("Like {name}").format(name=self._state.called(self.query.place)))
        for place in range(self.list.count()):
            item = self.list.item(place)
            item.setText(self._text(item.data(FILM)))

    def _text(self, film: FoundFilm) -> str:
        row, lines = film.row, [_name(film)]
        if film.label:
            lines.append(tr("Label: {name}").format(name=self._word(film.label)))
        if not self._state.settings.hide_model:
            said = self._word(row["call"]) if row["call"] else tr("No reading")
            lines.append(tr("Read as: {name}").format(name=said))
        likeness = tr("Likeness {number}").format(number=fixed(film.likeness, 3))
        lines.append(f"{likeness}  ·  {tr('same patient')}" if film.same_patient else likeness)
        return "\n".join(lines)

    def _word(self, name: str) -> str:
        known = {key.casefold(): word for key, word in self._words.items()}
        return tr(known.get(name.casefold(), name))

    def _show_pictures(self) -> None:
        side = round(SIDE * self.devicePixelRatioF())
        for place in range(self.list.count()):
            item = self.list.item(place)
            key = picture_of(item.data(FILM).row)
            made = self.thumbnails.get(*key, side) if key is not None else None
            item.setIcon(QIcon(_squared(made, side)))

    def _in_sight(self) -> set[Key]:
        keys = (picture_of(film.row) for film in self.films) if self.isVisible() else ()
        return {key for key in keys if key is not None}

    def _hide_model(self) -> None:
        """Which films the model takes for alike is its word too."""
        if self._state.settings.hide_model:
            self._forget()
            self.close()

    def _fail(self, error: Exception) -> None:
        self.note.setText(error_text.whole(error))
        self.note.show()


def _name(film: FoundFilm) -> str:
    name = identity.file_name(Path(film.row["path"]), film.number)
    frame = film.row["frame"] or 1
    return tr("{file}, frame {number}").format(file=name, number=frame) if frame > 1 else name


def _squared(picture: QPixmap | None, side: int) -> QPixmap:
    """Return `picture` in the middle of a black square, which is empty while there is none."""
    from PySide6.QtGui import QPainter

    square = QPixmap(side, side)
    square.fill(Qt.GlobalColor.black)
    if picture is not None and not picture.isNull():
        painter = QPainter(square)
        size = picture.size().scaled(square.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (side - size.width()) // 2, (side - size.height()) // 2
        painter.drawPixmap(left, top, size.width(), size.height(), picture)
        painter.end()
    return square
