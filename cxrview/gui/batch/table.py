"""The table of films: pictures and bars in its cells, columns to choose, rows to copy and to open."""

import csv
import io
from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from cxrview.batch.rows import Row
from cxrview.batch.store import BatchStore
from cxrview.batch.store_filter import FAILED
from cxrview.gui import theme as themes
from cxrview.gui.batch.columns import CALL, FILE, IF_KNOWN, OF_PEOPLE, PICTURE
from cxrview.gui.batch.films import ROW, Films
from cxrview.gui.studies.filter_bar import StayingMenu
from cxrview.gui.studies.thumbnails import Key, Thumbnails
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.widgets import identity, small_picture
from cxrview.i18n import tr

HEIGHT, SIDE = 46, 40  # of a row and of a picture, logical pixels
PAD, DOT, BAR, TITLE_ROOM = 8, 8, 3, 26
MOST_COPIED = 20_000  # rows
WIDER = {FILE: 0.35, "status": 0.45}  # shares of the room that is left
WIDEST = 420  # pixels more than the least


class BatchTable(QTableView):
    """Shows the films of a store. Return or a double-click opens one.

    Signals:
        open_asked: carries the number of a film.
        columns_changed: the user has chosen other columns.
    """

    open_asked = Signal(int)
    columns_changed = Signal()

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.films = Films(self)
        self._sharing = self._sized_by_hand = False
        self._chosen: dict[str, bool] = {}  # columns that the user has shown or hidden
        self.thumbnails = Thumbnails(runner, self._in_sight, lambda: False, parent=self)
        self.thumbnails.made.connect(self.viewport().update)
        self._delegate = FilmCells(self)
        self.setItemDelegate(self._delegate)
        self.setModel(self.films)
        self._dress()
        self.activated.connect(lambda index: self.open_asked.emit(int(self.films.numbers[index.row()])))
        self._kept: int | None = None
        self.films.modelAboutToBeReset.connect(self._keep_place)
        self.films.modelReset.connect(self._find_place)
        self.films.grown.connect(self.lay_out_columns)

    def _dress(self) -> None:
        self.setObjectName("batchTable")
        self.setAccessibleName(tr("Films of the batch"))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(HEIGHT)
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSortIndicatorClearable(True)
        header.sectionHandleDoubleClicked.connect(lambda _number: self._resized())
        header.sectionResized.connect(lambda *_sizes: self._resized() if self._is_dragged() else None)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_column_menu)
        self.setSortingEnabled(True)

    def show_store(self, store: BatchStore | None) -> None:
        """Show another batch, or none. Raises BatchUnusable."""
        self.thumbnails.clear()
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.films.show_store(store)
        self._sharing, self._sized_by_hand = True, False
        for number in range(len(self.films.columns)):
            self.setColumnWidth(number, self._least(number))
        self._sharing = False
        self.lay_out_columns()

    def lay_out_columns(self) -> None:
        """Show the columns that are chosen and that may be seen."""
        for number, column in enumerate(self.films.columns):
            usual = (column.shown and not self._says_nothing(column.key)) or self._groups(column.key)
            seen = self._chosen.get(column.key, usual)
            self.setColumnHidden(number, not (seen and self._may_be_seen(column.key)))
        self._share_room()
        self.viewport().update()

    def _may_be_seen(self, key: str) -> bool:
        return not (key in OF_PEOPLE and identity.hidden()) and not self.films.hides(key)

    def hide_model(self, hidden: bool) -> None:
        """Let nothing be seen of what the model said, nor an order by it; or let it be seen again."""
        self.films.model_hidden = hidden
        if self.films.hides(self.films.wanted.order):
            self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.lay_out_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Give what room is left to names of files and to what is wrong with them."""
        widths = {c.key: n for n, c in enumerate(self.films.columns) if not self.isColumnHidden(n)}
        if self._sized_by_hand or FILE not in widths:
            return
        self._sharing = True
        taken = sum(self._least(n) for n in widths.values())
        room = max(0, self.viewport().width() - taken)
        for key, share in WIDER.items():
            if key in widths:
                self.setColumnWidth(widths[key], self._least(widths[key]) + min(round(room * share), WIDEST))
        self._sharing = False

    def _least(self, number: int) -> int:
        column = self.films.columns[number]
        title = self.fontMetrics().horizontalAdvance(column.title) + TITLE_ROOM if column.sortable else 0
        return max(column.width, title)

    def _resized(self) -> None:
        self._sized_by_hand = True

    def _is_dragged(self) -> bool:
        return not self._sharing and QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton

    def _says_nothing(self, key: str) -> bool:
        return key in IF_KNOWN and key in self.films.empty

    def _groups(self, key: str) -> bool:
        return key == "folder" and self.films.wanted.by_folder

    def column_menu(self) -> QMenu:
        """Return a menu of the columns, which stays open."""
        menu = StayingMenu(self)
        for number, column in enumerate(self.films.columns):
            if not self._may_be_seen(column.key):
                continue
            action = menu.addAction(column.title.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(number))
            action.setEnabled(column.key != FILE)
            action.triggered.connect(lambda on, key=column.key: self.choose_column(key, on))
        return menu

    def choose_column(self, key: str, shown: bool) -> None:
        """Show or hide a column."""
        self._chosen[key] = shown
        self.lay_out_columns()
        self.columns_changed.emit()

    @property
    def chosen_columns(self) -> dict[str, bool]:
        """What the user has chosen, to be kept."""
        return dict(self._chosen)

    def use_columns(self, chosen: dict[str, bool]) -> None:
        """Take over what was kept."""
        self._chosen = chosen
        self.lay_out_columns()

    def copy_rows(self) -> int:
        """Copy the selected rows as they are seen, with headers, and return how many; at most MOST_COPIED."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})[:MOST_COPIED]
        if not rows:
            return 0
        header = self.horizontalHeader()
        places = [header.logicalIndex(place) for place in range(header.count())]
        shown = [n for n in places if not self.isColumnHidden(n) and self.films.columns[n].key != PICTURE]
        out = io.StringIO(newline="")
        writer = csv.writer(out, "excel-tab", lineterminator="\n")
        writer.writerow([self.films.columns[column].title for column in shown])
        writer.writerows([self.films.written(row, column) for column in shown] for row in rows)
        QGuiApplication.clipboard().setText(out.getvalue())
        return len(rows)

    def go_to(self, number: int) -> None:
        """Select the film with this number, if it is shown."""
        row = self.films.row_of(number)
        if row >= 0:
            self.selectRow(row)
            self.scrollTo(self.films.index(row, 0))

    def _keep_place(self) -> None:
        row = self.currentIndex().row()
        self._kept = int(self.films.numbers[row]) if 0 <= row < len(self.films.numbers) else None

    def _find_place(self) -> None:
        if self._kept is not None and (row := self.films.row_of(self._kept)) >= 0:
            self.selectRow(row)
            self.scrollTo(self.films.index(row, 0))

    def _in_sight(self) -> set[Key]:
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        if first < 0 or not self.isVisible():
            return set()
        films = (
            self.films.film(row)
            for row in range(first, (last if last >= 0 else len(self.films.numbers) - 1) + 1)
        )
        return {key for film in films if film is not None and (key := picture_of(film)) is not None}

    def _show_column_menu(self, place: QPoint) -> None:
        self.column_menu().popup(self.horizontalHeader().mapToGlobal(place))


def picture_of(film: Row) -> Key | None:
    """Return the file and frame that a film's small picture is made of; None where there is none to see."""
    from pathlib import Path

    if film["status"] == FAILED or film["archive"]:  # what lies in an archive is not unpacked for it
        return None
    return Path(film["place"]), (film["frame"] or 1) - 1


class FilmCells(QStyledItemDelegate):
    """Draws pictures, the colour of the class, and bars under probabilities."""

    def __init__(self, table: BatchTable) -> None:
        super().__init__(table)
        self._table = table
        self._special: dict[str, Callable[[QPainter, QStyleOptionViewItem, Row], QRect]] = {
            PICTURE: self._paint_picture,
            CALL: self._paint_dot,
        }

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        panel = QStyle.PrimitiveElement.PE_PanelItemViewItem
        self._table.style().drawPrimitive(panel, option, painter, self._table)
        film: Row | None = index.data(ROW)
        if film is None:
            return
        theme, key = themes.current(), self._table.films.columns[index.column()].key
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = option.rect.adjusted(PAD, 0, -PAD, 0)
        if key in self._special:
            area = self._special[key](painter, option, film)
        elif key.startswith("p_") and film.get(key) is not None:
            self._paint_bar(painter, option.rect, key, film[key])
        failed = film["status"] == FAILED
        colour = theme.error if failed and key == "status" else theme.text
        if key in ("percentile", CALL) and film["in_domain"] is False:
            colour = theme.warning
        painter.setPen(QColor(theme.on_selection if selected else colour))
        words = index.data() or ""
        elide = Qt.TextElideMode.ElideMiddle if key in (FILE, "folder") else Qt.TextElideMode.ElideRight
        words = option.fontMetrics.elidedText(words.replace("\n", " "), elide, area.width())
        painter.drawText(area, index.data(Qt.ItemDataRole.TextAlignmentRole), words)
        painter.restore()

    def _paint_picture(self, painter: QPainter, option: QStyleOptionViewItem, film: Row) -> QRect:
        place = QRect(0, 0, SIDE, SIDE)
        place.moveCenter(option.rect.center())
        key = picture_of(film)
        side = round(SIDE * painter.device().devicePixelRatio())
        pixmap = self._table.thumbnails.get(*key, side) if key is not None else None
        small_picture.paint(painter, place, pixmap, failed=film["status"] == FAILED)
        return QRect()

    def _paint_dot(self, painter: QPainter, option: QStyleOptionViewItem, film: Row) -> QRect:
        store, area = self._table.films.store, option.rect.adjusted(PAD, 0, -PAD, 0)
        if store is None or film["call"] not in store.class_names:
            return area
        colour = themes.current().class_colour(store.class_names.index(film["call"]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawEllipse(area.left(), area.center().y() - DOT // 2 + 1, DOT, DOT)
        return area.adjusted(DOT + 6, 0, 0, 0)

    def _paint_bar(self, painter: QPainter, area: QRect, key: str, share: float) -> None:
        store = self._table.films.store
        assert store is not None
        theme = themes.current()
        line = QRect(area.left() + PAD, area.bottom() - 9, area.width() - 2 * PAD, BAR)
        painter.fillRect(line, QColor(theme.line))
        line.setWidth(round(line.width() * share))
        painter.fillRect(line, QColor(theme.class_colour(store.class_names.index(key.removeprefix("p_")))))
