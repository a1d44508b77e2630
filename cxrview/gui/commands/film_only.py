"""The whole screen for the film: panels and bars come when the pointer is at the edge where they stand."""

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QObject, QPoint, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QSplitter, QWidget

from cxrview.gui.workbench import Workbench

LOOKED = 80  # ms between two looks at the pointer
EDGE = 3  # pixels from an edge of the screen
LEAVE = 24  # pixels beyond a panel at which it goes again


class FilmOnly(QObject):
    """While it is on, panels lie over the film when they are wanted, so that the film keeps its place.

    `pointer` returns where the pointer is on the screen.
    """

    def __init__(self, bench: Workbench, pointer: Callable[[], QPoint] = QCursor.pos) -> None:
        super().__init__(bench.window)
        self._bench, self._pointer = bench, pointer
        self.is_on = False
        self._shape = QByteArray()  # of the splitter
        self._wanted: tuple[bool, bool] = (True, True)  # whether the panels were shown before
        self._watch = QTimer(self, interval=LOOKED, timeout=self.look)

    def set_on(self, on: bool) -> None:
        """Leave nothing but the film, or put all back where it was."""
        if on != self.is_on:
            self.is_on = on
            (self._enter if on else self._leave)()

    @property
    def _splitter(self) -> QSplitter:
        splitter = self._bench.window.centralWidget()
        assert isinstance(splitter, QSplitter)
        return splitter

    @property
    def _panels(self) -> tuple[QWidget, QWidget]:
        return self._bench.studies, self._bench.reading

    @property
    def _bars(self) -> tuple[QWidget, ...]:
        return self._bench.window.menuBar(), self._bench.toolbar

    def _enter(self) -> None:
        self._shape = self._splitter.saveState()
        self._wanted = (not self._bench.studies.isHidden(), not self._bench.reading.isHidden())
        for panel in self._panels:
            width = panel.width()
            panel.setParent(self._splitter.parentWidget())
            panel.resize(width, self._splitter.height())
            panel.hide()
        for bar in (*self._bars, self._bench.status):
            bar.hide()
        self._say_shown()
        self._watch.start()

    def _leave(self) -> None:
        self._watch.stop()
        for place, panel, wanted in zip((0, 2), self._panels, self._wanted, strict=True):
            self._splitter.insertWidget(place, panel)
            panel.setVisible(wanted)
        self._splitter.restoreState(self._shape)
        for bar in (*self._bars, self._bench.status):
            bar.show()
        self._say_shown()

    def look(self) -> None:
        """Show what stands at the edge where the pointer is, and let go of what it has left."""
        window = self._bench.window
        if not window.isActiveWindow():
            return
        place = window.mapFromGlobal(self._pointer())
        studies, reading = self._panels
        width, height = window.width(), window.height()
        room = self._splitter.geometry()
        for panel, away, action in (
            (studies, place.x(), "studies"),
            (reading, width - 1 - place.x(), "reading"),
        ):
            asked = self._bench.actions[action].isChecked()  # with its key
            shown = asked or away <= (panel.width() + LEAVE if panel.isVisible() else EDGE)
            left = room.left() if panel is studies else room.right() + 1 - panel.width()
            panel.setGeometry(left, room.top(), panel.width(), room.height())
            panel.setVisible(shown)
            if shown:
                panel.raise_()
        tall = sum(bar.height() for bar in self._bars if bar.isVisible())
        for bar in self._bars:
            bar.setVisible(place.y() <= (tall + LEAVE if tall else EDGE))
        status = self._bench.status
        low = height - 1 - place.y() <= (status.height() + LEAVE if status.isVisible() else EDGE)
        status.setVisible(low or bool(status.message.text()))

    def _say_shown(self) -> None:
        for name, panel in zip(("studies", "reading"), self._panels, strict=True):
            self._bench.actions[name].setChecked(not panel.isHidden())
