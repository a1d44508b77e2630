"""All classes side by side, large enough to compare and to show to others."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QScrollArea, QVBoxLayout, QWidget

from cxrview.explain.methods import METHODS
from cxrview.explain.style import HeatStyle
from cxrview.gui.panels.heat_bar import HeatBar
from cxrview.gui.panels.heatmap import UNLIKE
from cxrview.gui.panels.multiples import Multiples
from cxrview.gui.state import AppState
from cxrview.gui.viewer import heat_scale
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import tr

LEAST_TILE = 220  # logical pixels across


class MultiplesDialog(QDialog):
    """Follows the active viewport; a click on a class shows its heatmap there too."""

    def __init__(self, parent: QWidget | None, state: AppState) -> None:
        super().__init__(parent, windowTitle=tr("All classes"))
        self._state = state
        self.multiples = Multiples(state, LEAST_TILE)
        self.bar = HeatBar()
        self.note = QLabel(objectName="muted", wordWrap=True)
        self.empty = QLabel(
            tr("Open an image: each class's heatmap will stand here."),
            objectName="muted",
            alignment=Qt.AlignmentFlag.AlignCenter,
        )
        self._lay_out()
        for signal in (
            state.settings_changed,
            state.reading_changed,
            state.heat_changed,
            state.heat_asked_changed,
            state.hiding_changed,
        ):
            signal.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        scroll = QScrollArea(widgetResizable=True, frameShape=QScrollArea.Shape.NoFrame)
        scroll.setObjectName("panelScroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget(objectName="panel")
        stack = QVBoxLayout(inside)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.addWidget(self.multiples)
        stack.addWidget(self.empty)
        stack.addStretch()
        scroll.setWidget(inside)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(16, 16, 16, 14)
        column.addWidget(scroll, 1)
        for widget in (self.bar, self.note, buttons):
            column.addWidget(widget)
        self.resize(fitted(QSize(860, 480), self))

    def _show(self, *_news: object) -> None:
        prediction, heat = self._state.reading.prediction, self._state.heat
        known = prediction is not None
        self.empty.setVisible(not known)
        self.bar.setVisible(known)
        self.note.setVisible(known)
        if prediction is None:
            return
        from cxrview.explain.overlay import has_own_scale

        style, withheld = HeatStyle.of(self._state.settings), self._state.withholds_heat(self._state.active)
        own = heat is not None and has_own_scale(heat, style.own)
        method = METHODS[self._state.method].title
        self.bar.set_style(style, not withheld, own, method)
        words = (
            tr(UNLIKE) if withheld else f"{_sentence(heat_scale.unit(own))} {heat_scale.meaning(own, method)}"
        )
        self.note.setText(words)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
