"""The heatmap's controls: which class, how strong, from where on, and in which colours."""

import dataclasses

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QLinearGradient, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.state import AppState, ModelInfo, Reading
from cxrview.gui.theme import Theme
from cxrview.settings import Settings

MOST_PROBABLE = "Most probable"
COLOUR_LABELS = {"inferno": "Inferno", "viridis": "Viridis", "jet": "Jet", "grey": "Grey"}
COLOURS = next(
    field.metadata["choices"] for field in dataclasses.fields(Settings) if field.name == "heatmap_colours"
)


MID_GREY = QColor(128, 128, 128)


class ColourBar(QWidget):
    """The colour scale from 0 to the strongest activation of any class, as it looks over mid-grey.

    What is hidden is left out; the whole is dim while the heatmap is off.
    """

    def __init__(self) -> None:
        super().__init__()
        self._colours: tuple[QColor, ...] = ()
        self._threshold, self._opacity, self._shown = 0.0, 1.0, True
        self.setFixedHeight(12)
        self.setToolTip("Left: no activation. Right: the strongest activation of any class in this image.")

    def set_scale(self, colours: tuple[QColor, ...], threshold: float, opacity: float, shown: bool) -> None:
        """Show `colours` from weak to strong at `opacity`; below `threshold` (0…1) nothing is drawn."""
        self._colours, self._threshold, self._opacity, self._shown = colours, threshold, opacity, shown
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.rect()
        gradient = QLinearGradient(area.left(), 0, area.right(), 0)
        for index, colour in enumerate(self._colours):
            gradient.setColorAt(index / (len(self._colours) - 1), colour)
        if self._colours:
            painter.fillRect(area, MID_GREY)
            painter.setOpacity(self._opacity * (1.0 if self._shown else 0.25))
            painter.fillRect(area, gradient)
            painter.setOpacity(1.0)
        hidden = round(self._threshold * area.width())
        role = self.palette().window()
        painter.fillRect(area.left(), area.top(), hidden, area.height(), role)
        painter.setPen(self.palette().mid().color())
        painter.drawRect(area.adjusted(0, 0, -1, -1))
        painter.end()


class HeatmapControls(QWidget):
    """Reads and changes the heatmap's settings in the state."""

    def __init__(self, state: AppState, theme: Theme) -> None:
        super().__init__()
        self._state, self._theme = state, theme
        self.visible = QCheckBox("Show on the image")
        self.visible.setToolTip("H; hold Space to look underneath")
        self.class_choice = _combo("Class whose heatmap is shown")
        self.opacity, self.opacity_value = _slider("Opacity of the heatmap ([ and ])")
        self.threshold, self.threshold_value = _slider("Activation below which nothing is drawn")
        self.colours = _combo("Colours of the heatmap")
        for name in COLOURS:
            self.colours.addItem(COLOUR_LABELS.get(name, name), name)
        self.colour_bar = ColourBar()
        self._lay_out()
        self.visible.toggled.connect(lambda on: state.change_settings(heatmap_visible=on))
        self.opacity.valueChanged.connect(lambda value: state.change_settings(heatmap_opacity=value / 100))
        self.threshold.valueChanged.connect(
            lambda value: state.change_settings(heatmap_threshold=value / 100)
        )
        self.colours.activated.connect(
            lambda _index: state.change_settings(heatmap_colours=self.colours.currentData())
        )
        self.class_choice.activated.connect(
            lambda _index: state.choose_class(self.class_choice.currentData())
        )
        state.settings_changed.connect(self._show_settings)
        state.model_changed.connect(self._show_classes)
        state.heat_class_changed.connect(self._show_class)
        state.reading_changed.connect(self._show_reading)
        self._show_settings(state.settings)
        self._show_classes(state.model)
        self._show_reading(state.reading)

    def set_theme(self, theme: Theme) -> None:
        """Draw in `theme`."""
        self._theme = theme
        self._show_classes(self._state.model)

    def _lay_out(self) -> None:
        form = QGridLayout(horizontalSpacing=10, verticalSpacing=8)
        form.setContentsMargins(0, 0, 0, 0)
        form.setColumnStretch(1, 1)
        for row, name in enumerate(("Class", "Opacity", "Hide below", "Colours")):
            form.addWidget(_name(name), row, 0)
        form.addWidget(self.class_choice, 0, 1, 1, 2)
        form.addWidget(self.opacity, 1, 1)
        form.addWidget(self.opacity_value, 1, 2)
        form.addWidget(self.threshold, 2, 1)
        form.addWidget(self.threshold_value, 2, 2)
        form.addWidget(self.colours, 3, 1, 1, 2)
        ends = QHBoxLayout()
        ends.addWidget(_name("0"))
        ends.addStretch()
        ends.addWidget(_name("strongest"))
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.visible)
        column.addLayout(form)
        column.addSpacing(2)
        column.addWidget(self.colour_bar)
        column.addLayout(ends)

    def _show_settings(self, settings: Settings) -> None:
        with (
            QSignalBlocker(self.visible),
            QSignalBlocker(self.opacity),
            QSignalBlocker(self.threshold),
            QSignalBlocker(self.colours),
        ):
            self.visible.setChecked(settings.heatmap_visible)
            self.opacity.setValue(round(settings.heatmap_opacity * 100))
            self.threshold.setValue(round(settings.heatmap_threshold * 100))
            self.colours.setCurrentIndex(self.colours.findData(settings.heatmap_colours))
        self.opacity_value.setText(f"{self.opacity.value()} %")
        self.threshold_value.setText(f"{self.threshold.value()} %")
        self._show_scale()

    def _show_scale(self) -> None:
        if self._state.reading.prediction is None:  # the colours need NumPy, which the first image brings
            return
        from cxrview.explain.colour import colour_table

        settings = self._state.settings
        colours = tuple(QColor(*row) for row in colour_table(settings.heatmap_colours)[::15].tolist())
        self.colour_bar.set_scale(
            colours, settings.heatmap_threshold, settings.heatmap_opacity, settings.heatmap_visible
        )

    def _show_classes(self, model: ModelInfo) -> None:
        with QSignalBlocker(self.class_choice):
            self.class_choice.clear()
            self.class_choice.addItem(MOST_PROBABLE, None)
            for index, item in enumerate(model.card.classes if model.card is not None else ()):
                self.class_choice.addItem(_swatch(self._theme.class_colour(index)), item.label, item.name)
        self._show_class(self._state.heat_class)

    def _show_class(self, _name: str) -> None:
        with QSignalBlocker(self.class_choice):
            chosen = self._state.chosen_class
            self.class_choice.setCurrentIndex(0 if chosen is None else self.class_choice.findData(chosen))

    def _show_reading(self, reading: Reading) -> None:
        self.setEnabled(reading.prediction is not None)
        self._show_scale()


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(10, 10)
    pixmap.fill(QColor(colour))
    return QIcon(pixmap)


def _combo(tool_tip: str) -> QComboBox:
    combo = QComboBox(toolTip=tool_tip, accessibleName=tool_tip, iconSize=QSize(10, 10))
    combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel must not take the focus
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(8)
    return combo


def _slider(tool_tip: str) -> tuple[QSlider, QLabel]:
    slider = QSlider(Qt.Orientation.Horizontal, toolTip=tool_tip, accessibleName=tool_tip)
    slider.setRange(0, 100)
    slider.setPageStep(10)
    value = QLabel("100 %", alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    value.setFixedWidth(value.fontMetrics().horizontalAdvance("100 %") + 4)
    return slider, value


def _name(text: str) -> QLabel:
    return QLabel(text, objectName="muted")
