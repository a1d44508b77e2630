"""The heatmap's controls: which class, drawn how, how strong, from where on, in which colours and scale."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cxrview.explain.style import MODES, HeatStyle
from cxrview.gui import theme as themes
from cxrview.gui.panels.heat_bar import HeatBar
from cxrview.gui.panels.method import MethodChoice
from cxrview.gui.panels.multiples import Multiples
from cxrview.gui.state import AppState
from cxrview.gui.theme import wrapped
from cxrview.gui.viewer import heat_scale
from cxrview.gui.widgets.elided import ElidedChoice
from cxrview.gui.widgets.link import link_button
from cxrview.gui.widgets.segments import choice_button, segments
from cxrview.gui.widgets.settle import settle
from cxrview.i18n import mark, say, tr
from cxrview.settings import COLOUR_MAPS, Settings

if TYPE_CHECKING:
    from cxrview.inference.prediction import Prediction

FOLLOWS = mark("As read")
UNLIKE = mark("Not like the training films, so no heatmap is shown.")
MODE_LABELS = {"smooth": mark("Smooth"), "contour": mark("Contours"), "cells": mark("Cells")}
SCALE_LABELS = {"own": mark("This class"), "common": mark("All classes")}
SCALE_TIPS = {
    "own": mark("Each class on a scale of its own: what is strong for this class has its strongest colour"),
    "common": mark("All classes on one scale, so that their heatmaps can be compared with each other"),
}
MODE_TIPS = {
    "smooth": mark("Colours, smooth between the middles of the cells"),
    "contour": mark("Lines of equal strength, which leave the image as it is"),
    "cells": mark("The cells that the model computed, as coarse as they are"),
}


class HeatmapControls(QWidget):
    """Reads and changes the heatmap's settings in the state."""

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self._state = state
        self.visible = _check(tr("Show on the image"), tr("H; hold Space to look underneath"))
        self.grid = _check(tr("Grid"), tr("The grid of the cells: how coarse the heatmap is"))
        self.scale = _check(tr("Colour bar"), tr("The colour scale at the edge of the image"))
        self.withheld = QLabel(tr(UNLIKE), objectName="muted", wordWrap=True)
        self.anyway = link_button(tr("Show it anyway"))
        self.pin = _pin_button()
        self.class_choice = _combo(tr("Class whose heatmap is shown"))
        self.modes = {name: choice_button(MODE_LABELS[name], MODE_TIPS[name]) for name in MODES}
        self.scales = {name: choice_button(SCALE_LABELS[name], SCALE_TIPS[name]) for name in SCALE_LABELS}
        self.scale_row = segments(self.scales.values())
        self.opacity, self.opacity_value = _slider(
            tr("Opacity of the heatmap ([ and ], or Shift and the wheel on the image)")
        )
        self.threshold, self.threshold_value = _slider(tr("Activation below which nothing is drawn"))
        self.method = MethodChoice(state)
        self.colours = _combo(tr("Colours of the heatmap"))
        for name, label in COLOUR_MAPS.items():
            self.colours.addItem(tr(label), name)
        self.bar = HeatBar()
        self.unit = QLabel(objectName="muted", wordWrap=True)
        self.place = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.place.setToolTip(
            wrapped(tr("It says where the model looked. It does not show where disease is."))
        )
        self.multiples = Multiples(state)
        self.all_classes = link_button(tr("All classes, enlarged…"))
        self.model_view = link_button(tr("What the model saw…"))
        self._lay_out()
        self._connect()
        self._show_settings(state.settings)
        self._show_classes()
        self._show_reading()

    def _connect(self) -> None:
        state = self._state
        for box, name in (
            (self.visible, "heatmap_visible"),
            (self.grid, "heatmap_grid"),
            (self.scale, "heatmap_bar"),
        ):
            box.toggled.connect(lambda on, name=name: state.change_settings(**{name: on}))
        for slider, name in ((self.opacity, "heatmap_opacity"), (self.threshold, "heatmap_threshold")):
            slider.valueChanged.connect(lambda value, name=name: state.change_settings(**{name: value / 100}))
        for name, button in self.modes.items():
            button.clicked.connect(lambda _on, name=name: state.change_settings(heatmap_mode=name))
        for name, button in self.scales.items():
            button.clicked.connect(lambda _on, name=name: state.change_settings(heatmap_scale=name))
        self.anyway.clicked.connect(lambda: state.ask_for_heat())
        self.pin.clicked.connect(lambda on: state.choose_class(state.heat_class if on else None))
        self.colours.activated.connect(
            lambda _index: state.change_settings(heatmap_colours=self.colours.currentData())
        )
        self.class_choice.activated.connect(
            lambda _index: state.choose_class(self.class_choice.currentData())
        )
        state.settings_changed.connect(self._show_settings)
        state.model_changed.connect(self._show_classes)
        state.hiding_changed.connect(self._show_classes)
        state.heat_class_changed.connect(self._show_class)
        state.reading_changed.connect(self._show_reading)
        state.heat_changed.connect(lambda _heat: self._show_scale())
        state.heat_asked_changed.connect(self._show_reading)

    def _lay_out(self) -> None:
        form = QGridLayout(horizontalSpacing=10, verticalSpacing=8)
        form.setContentsMargins(0, 0, 0, 0)
        form.setColumnStretch(1, 1)
        names = (tr("Class"), tr("Method"), tr("Opacity"), tr("Hide below"), tr("Colours"))
        for row, name in enumerate(names):
            form.addWidget(QLabel(name, objectName="muted"), row, 0)
        whose = QHBoxLayout(spacing=6)
        whose.addWidget(self.class_choice, 1)
        whose.addWidget(self.pin)
        form.addLayout(whose, 0, 1, 1, 2)
        form.addWidget(self.method.choice, 1, 1, 1, 2)
        form.addWidget(self.opacity, 2, 1)
        form.addWidget(self.opacity_value, 2, 2)
        form.addWidget(self.threshold, 3, 1)
        form.addWidget(self.threshold_value, 3, 2)
        form.addWidget(self.colours, 4, 1, 1, 2)
        column = QVBoxLayout(self, spacing=7)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.visible)
        column.addWidget(self.withheld)
        column.addWidget(self.anyway)
        column.addWidget(segments(self.modes.values()))
        column.addLayout(form)
        column.addWidget(self.method)
        column.addWidget(self.scale_row)
        column.addWidget(self.bar)
        column.addWidget(self.unit)
        column.addWidget(self.place)
        boxes = QHBoxLayout()
        for box in (self.grid, self.scale):
            boxes.addWidget(box, 1)
        column.addLayout(boxes)
        column.addSpacing(2)
        column.addWidget(self.multiples)
        for link in (self.all_classes, self.model_view):
            column.addWidget(link)

    def _show_settings(self, settings: Settings) -> None:
        boxes = {self.visible: "heatmap_visible", self.grid: "heatmap_grid", self.scale: "heatmap_bar"}
        for box, name in boxes.items():
            with QSignalBlocker(box):
                box.setChecked(getattr(settings, name))
        with QSignalBlocker(self.opacity), QSignalBlocker(self.threshold), QSignalBlocker(self.colours):
            self.opacity.setValue(round(settings.heatmap_opacity * 100))
            self.threshold.setValue(round(settings.heatmap_threshold * 100))
            self.colours.setCurrentIndex(self.colours.findData(settings.heatmap_colours))
        self.modes[settings.heatmap_mode].setChecked(True)
        self.scales[settings.heatmap_scale].setChecked(True)
        for slider, value in ((self.opacity, self.opacity_value), (self.threshold, self.threshold_value)):
            value.setText(tr("{number} %").format(number=slider.value()))
        self._show_scale()

    def _show_scale(self) -> None:
        prediction, heat, state = self._state.reading.prediction, self._state.heat, self._state
        scales = heat is not None and bool(heat.map_scale)
        self.scale_row.setVisible(scales)
        self.unit.clear()
        if prediction is None or heat is None:  # the colours need NumPy, which the first image brings
            self.place.hide()
            return
        style, label = HeatStyle.of(state.settings), state.model.label(state.heat_class)
        withheld = state.withholds_heat(state.active)
        shown = state.settings.heatmap_visible and not withheld
        self.bar.set_style(style, shown, scales and style.own, heat.title)
        known = state.heat_class in heat.class_names
        words = heat_scale.legend_of(heat, state.heat_class, label, style).words if known else ()
        legend = words[:1] if withheld else words  # nothing of what is not shown
        self.unit.setText(" · ".join(legend))
        self.place.setText(self._where(prediction, style.own) if known else "")
        self.place.setVisible(bool(self.place.text()))
        settle(self)

    def _where(self, prediction: "Prediction", own: bool) -> str:
        """Return in which part of the lungs the heat is strongest, "" where that cannot be said."""
        from cxrview.explain import place

        radiograph = self._state.shown.radiograph
        patient = radiograph.pictured.patient_orientation if radiograph is not None else ()
        return say(place.words(prediction, self._state.heat_class, patient, own, self._state.heat))

    def _show_classes(self, *_news: object) -> None:
        card = None if self._state.hides_here else self._state.model.card
        with QSignalBlocker(self.class_choice):
            self.class_choice.clear()
            self.class_choice.addItem(tr(FOLLOWS), None)
            for index, item in enumerate(card.classes if card is not None else ()):
                self.class_choice.addItem(_swatch(index), tr(item.label), item.name)
        self._show_class(self._state.heat_class)

    def _show_class(self, _name: str) -> None:
        with QSignalBlocker(self.class_choice):
            chosen = self._state.chosen_class
            self.class_choice.setCurrentIndex(0 if chosen is None else self.class_choice.findData(chosen))
        self.pin.setChecked(chosen is not None)
        self.pin.setAccessibleName(tr("pinned") if chosen is not None else tr("not pinned"))
        self._show_scale()

    def _show_reading(self, *_news: object) -> None:
        withheld = self._state.withholds_heat(self._state.active)
        self.withheld.setVisible(withheld)
        self.anyway.setVisible(withheld)
        self.setEnabled(self._state.reading.prediction is not None)
        self._show_scale()
        settle(self)


def _swatch(index: int) -> QIcon:
    """Return the colour of the class at `index`."""

    def draw(theme: themes.Theme) -> QIcon:
        pixmap = QPixmap(10, 10)
        pixmap.fill(QColor(theme.class_colour(index)))
        return QIcon(pixmap)

    return themes.redrawn(draw)


def _check(text: str, tool_tip: str) -> QCheckBox:
    return QCheckBox(text, toolTip=tool_tip)


def _pin_button() -> QToolButton:
    """Return the button that is down while the class is pinned."""
    tip = tr("Pinned: the heatmap stays at this class. Not pinned: it follows the reading of each image")
    button = QToolButton(toolTip=wrapped(tip), objectName="small", checkable=True)
    button.setAccessibleDescription(tip)
    button.setIcon(themes.icon("pin"))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button


def _combo(tool_tip: str) -> ElidedChoice:
    combo = ElidedChoice(toolTip=tool_tip, accessibleName=tool_tip, iconSize=QSize(10, 10))
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
