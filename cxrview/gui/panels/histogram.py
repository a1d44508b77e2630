"""The histogram of the active image's values: a section of the right column that folds away."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.panels.histogram_plot import HistogramPlot
from cxrview.gui.session import stored
from cxrview.gui.state import AppState, Shown
from cxrview.gui.viewer.corner_text import number, voi_text
from cxrview.gui.widgets.identity import file_name
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.gui.tasks import Job, TaskRunner
    from cxrview.imaging import Radiograph
    from cxrview.imaging.histogram import Histogram

OPEN = "histogram/open"


class HistogramPanel(QWidget):
    """A foldable section: the plot, the ends of its axis, and the window in numbers.

    It follows the active viewport, and counts only while it is unfolded.
    """

    def __init__(self, state: AppState, runner: "TaskRunner", store: QSettings) -> None:
        super().__init__()
        self._state, self._runner, self._store = state, runner, store
        self._job: Job | None = None
        self._counted: Radiograph | None = None
        self.fold = QToolButton(text=tr("Histogram"), checkable=True, objectName="fold")
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.plot = HistogramPlot()
        self.window_words = QLabel(objectName="muted", alignment=Qt.AlignmentFlag.AlignHCenter)
        self.low, self.high = QLabel(objectName="muted"), QLabel(objectName="muted")
        self._lay_out()
        self.fold.toggled.connect(self._folded)
        self.plot.voi_chosen.connect(state.set_voi)
        self.plot.reset_asked.connect(self._reset)
        state.shown_changed.connect(self._show)
        state.voi_changed.connect(self._show_voi)
        state.inverted_changed.connect(self._show_voi)
        self.fold.setChecked(stored.flag(store, OPEN, False))
        self._folded(self.fold.isChecked())

    def set_open(self, is_open: bool) -> None:
        """Unfold the section, or fold it."""
        self.fold.setChecked(is_open)

    def _lay_out(self) -> None:
        self._inside = QWidget()
        below = QHBoxLayout()
        for widget, stretch in ((self.low, 0), (self.window_words, 1), (self.high, 0)):
            below.addWidget(widget, stretch)
        inner = QVBoxLayout(self._inside, spacing=4)
        inner.setContentsMargins(0, 2, 0, 4)
        inner.addWidget(self.plot)
        inner.addLayout(below)
        column = QVBoxLayout(self, spacing=4)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.fold)
        column.addWidget(self._inside)

    def _folded(self, is_open: bool) -> None:
        self._show_arrow()
        self._inside.setVisible(is_open)
        self._store.setValue(OPEN, is_open)
        self._show(self._state.shown)

    def _show_arrow(self) -> None:
        self.fold.setIcon(themes.icon("chevron-down" if self.fold.isChecked() else "chevron-right"))

    def _show(self, shown: Shown) -> None:
        radiograph = shown.radiograph
        if not self.fold.isChecked() or radiograph is self._counted:
            return
        self._runner.cancel(self._job)
        self._counted = radiograph
        self.plot.show_histogram(None, None)
        self._show_voi()
        if radiograph is not None:
            self._job = self._runner.start(
                tr("Counting the values of {name}").format(name=file_name(radiograph.path)),
                partial(_count, radiograph),
                done=partial(self._done, radiograph),
                failed=lambda _error: None,
                lane="histogram",
                quiet=True,
            )

    def _done(self, radiograph: "Radiograph", histogram: "Histogram") -> None:
        self.plot.show_histogram(radiograph, histogram)
        self._show_voi()

    def _show_voi(self, _news: object = None) -> None:
        if not self.fold.isChecked():
            return
        voi, histogram = self._state.voi, self.plot.histogram
        self.plot.show_voi(voi, self._state.inverted)
        self.window_words.setText(voi_text(voi))
        self.low.setText("" if histogram is None else number(histogram.least))
        self.high.setText("" if histogram is None else number(histogram.greatest))

    def _reset(self) -> None:
        radiograph = self._state.shown.radiograph
        if radiograph is not None:
            self._state.set_voi(radiograph.default_voi)


def _count(radiograph: "Radiograph", _report: object) -> "Histogram":
    from cxrview.imaging.histogram import histogram

    return histogram(radiograph)
