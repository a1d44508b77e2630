"""The commands of the Heatmap menu."""

from cxrview.gui.actions.spec import REASONS, SEPARATOR, ActionSpec, has_card, has_image, has_prediction
from cxrview.gui.state import AppState
from cxrview.words import mark


def _drawn_as(mode: str, text: str, icon: str, tip: str) -> ActionSpec:
    return ActionSpec(
        f"heatmap_{mode}",
        text,
        (),
        "heatmaps.draw_as",
        icon=icon,
        tip=tip,
        checkable=True,
        group="heatmap_mode",
        when=has_prediction,
        checked=lambda state: state.settings.heatmap_mode == mode,
        argument=mode,
    )


def _can_show_input(state: AppState) -> bool:
    return has_image(state) and has_card(state)


REASONS[_can_show_input] = mark("It needs an image on the screen and a model.")

ACTIONS: tuple[ActionSpec | None, ...] = (
    ActionSpec(
        "heatmap",
        mark("Show &heatmap"),
        ("H",),
        "heatmaps.show",
        icon="layers",
        tip=mark("Show the heatmap; hold Space to look underneath"),
        checkable=True,
        when=has_prediction,
        checked=lambda state: state.settings.heatmap_visible,
    ),
    ActionSpec("stronger", mark("&Stronger heatmap"), ("]",), "heatmaps.stronger", when=has_prediction),
    ActionSpec("fainter", mark("Fain&ter heatmap"), ("[",), "heatmaps.fainter", when=has_prediction),
    SEPARATOR,
    _drawn_as(
        "smooth",
        mark("As s&mooth colours"),
        "blend",
        mark("Colours, smooth between the middles of the cells"),
    ),
    _drawn_as(
        "contour",
        mark("As &contours"),
        "contours",
        mark("Lines of equal strength, which leave the image as it is"),
    ),
    _drawn_as(
        "cells",
        mark("As c&ells"),
        "grid-3x3",
        mark("The cells that the model computed, as coarse as they are"),
    ),
    ActionSpec(
        "heatmap_otherwise",
        mark("Draw &otherwise"),
        ("Shift+D",),
        "heatmaps.draw_otherwise",
        tip=mark("Smooth colours, contours, cells, and again"),
        when=has_prediction,
    ),
    SEPARATOR,
    ActionSpec(
        "heatmap_grid",
        mark("&Grid of the cells"),
        ("Shift+G",),
        "heatmaps.show_grid",
        tip=mark("How coarse the heatmap is"),
        checkable=True,
        when=has_prediction,
        checked=lambda state: state.settings.heatmap_grid,
    ),
    ActionSpec(
        "heatmap_scale",
        mark("Colour sc&ale on the image"),
        (),
        "heatmaps.show_scale",
        checkable=True,
        when=has_prediction,
        checked=lambda state: state.settings.heatmap_bar,
    ),
    SEPARATOR,
    ActionSpec(
        "all_classes",
        mark("&All classes…"),
        ("Ctrl+Shift+H",),
        "heatmaps.show_all_classes",
        icon="layout-grid",
        tip=mark("The heatmaps of all classes side by side, on one scale"),
        when=has_prediction,
    ),
    ActionSpec(
        "model_view",
        mark("&What the model saw…"),
        ("Ctrl+Shift+I",),
        "heatmaps.show_model_view",
        icon="scan-eye",
        tip=mark("The input of the model, pixel by pixel"),
        when=_can_show_input,
    ),
)
