"""The bar under a canvas that shows a file of many frames: go to one, or let them run."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.view_state import Shown, ViewState
from cxrview.i18n import tr

USUAL_TIME = 100.0  # ms between frames where the file does not say
SHORTEST_TIME = 16.0  # ms; screens show no more


class FrameBar(QWidget):
    """Hidden for a single frame.

    Signals:
        wanted: the user, or the time, asks for a frame; carries its number from 0.
        played: frames begin or cease to run; carries which.
    """

    wanted = Signal(int)
    played = Signal(bool)

    def __init__(self, view: ViewState) -> None:
        super().__init__(objectName="frameBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._view = view
        self.play = QToolButton(checkable=True, autoRaise=True, iconSize=QSize(16, 16))
        self.play.setAccessibleName(tr("Play the frames"))
        self.play.setToolTip(tr("Let the frames run"))
        self.slider = QSlider(Qt.Orientation.Horizontal, minimum=0)
        self.slider.setAccessibleName(tr("Frame"))
        self.count = QLabel(objectName="muted")
        row = QHBoxLayout(self, spacing=8)
        row.setContentsMargins(8, 3, 12, 3)
        for widget, stretch in ((self.play, 0), (self.slider, 1), (self.count, 0)):
            row.addWidget(widget, stretch)
        self._clock = QTimer(self, timeout=self._next)
        self.slider.valueChanged.connect(self._slide)
        self.play.toggled.connect(self._run)
        view.shown_changed.connect(self._follow)
        self._show_icon()
        self.hide()

    def _show_icon(self) -> None:
        self.play.setIcon(themes.icon("pause" if self.play.isChecked() else "play"))

    def _follow(self, shown: Shown) -> None:
        radiograph = shown.radiograph
        many = radiograph is not None and radiograph.frame_count > 1
        self.setVisible(many)
        if radiograph is None or not many:
            self.play.setChecked(False)
            return
        self.slider.blockSignals(True)
        self.slider.setMaximum(radiograph.frame_count - 1)
        self.slider.setValue(shown.frame)
        self.slider.blockSignals(False)
        self.count.setText(f"{shown.frame + 1} / {radiograph.frame_count}")
        self._clock.setInterval(round(max(SHORTEST_TIME, radiograph.frame_time or USUAL_TIME)))

    def _slide(self, frame: int) -> None:
        self.wanted.emit(frame)

    def _run(self, running: bool) -> None:
        self._show_icon()
        if running:
            self._clock.start()
        else:
            self._clock.stop()
        self.played.emit(running)

    def _next(self) -> None:
        self.wanted.emit((self._view.shown.frame + 1) % (self.slider.maximum() + 1))
