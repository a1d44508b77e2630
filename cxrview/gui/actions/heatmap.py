"""The commands of the Heatmap menu."""

from functools import partial

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec
from cxrview.gui.actions.when import has_image_and_card, has_prediction, has_scales, is_unlike
from cxrview.gui.commands import export, heatmap
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark


def _drawn_as(mode: str, text: str, icon: str, tip: str) -> ActionSpec[Workbench]:
    return ActionSpec(
        f"heatmap_{mode}",
        text,
        (),
        partial(heatmap.draw_as, mode=mode),
        icon=icon,
        tip=tip,
        group="heatmap_mode",
        when=has_prediction,
        checked=lambda bench: bench.state.settings.heatmap_mode == mode,
    )


ACTIONS: tuple[ActionSpec[Workbench] | None, ...] = (
    ActionSpec(
        "heatmap",
        mark("Show &heatmap"),
        ("H",),
        switch=heatmap.show,
        icon="layers",
        tip=mark("Show the heatmap; hold Space to look underneath"),
        when=has_prediction,
        checked=lambda bench: bench.state.settings.heatmap_visible,
    ),
    ActionSpec(
        "heatmap_anyway",
        mark("Show it an&yway"),
        ("Shift+S",),
        switch=heatmap.show_anyway,
        tip=mark("The heatmap of an image that is not like the training films"),
        when=is_unlike,
        checked=lambda bench: is_unlike(bench) and not bench.state.withholds_heat(bench.state.active),
    ),
    ActionSpec(
        "pin_class",
        mark("&Pin the class"),
        ("Shift+P",),
        switch=heatmap.pin,
        icon="pin",
        tip=mark("Keep the heatmap at this class; otherwise it follows the reading of each image"),
        when=has_prediction,
        checked=lambda bench: bench.state.chosen_class is not None,
    ),
    ActionSpec("stronger", mark("&Stronger heatmap"), ("]",), heatmap.stronger, when=has_prediction),
    ActionSpec("fainter", mark("Fain&ter heatmap"), ("[",), heatmap.fainter, when=has_prediction),
    SEPARATOR,
    _drawn_as(
        "contour",
        mark("As &contours"),
        "contours",
        mark("Lines of equal strength, which leave the image as it is"),
    ),
    _drawn_as(
        "smooth",
        mark("As s&mooth colours"),
        "blend",
        mark("Colours, smooth between the middles of the cells"),
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
        heatmap.draw_otherwise,
        tip=mark("Contours, smooth colours, cells, and again"),
        when=has_prediction,
    ),
    SEPARATOR,
    ActionSpec(
        "heatmap_by_class",
        mark("&Each class on its own scale"),
        (),
        switch=heatmap.scale_by_class,
        tip=mark("Otherwise all classes are on one scale, and can be compared with each other"),
        when=has_scales,
        checked=lambda bench: bench.state.settings.heatmap_scale == "own",
    ),
    ActionSpec(
        "heatmap_grid",
        mark("&Grid of the cells"),
        ("Shift+G",),
        switch=heatmap.show_grid,
        tip=mark("How coarse the heatmap is"),
        when=has_prediction,
        checked=lambda bench: bench.state.settings.heatmap_grid,
    ),
    ActionSpec(
        "heatmap_scale",
        mark("Colour sc&ale on the image"),
        (),
        switch=heatmap.show_scale,
        when=has_prediction,
        checked=lambda bench: bench.state.settings.heatmap_bar,
    ),
    SEPARATOR,
    ActionSpec(
        "try_map",
        mark("&Is it to be believed?…"),
        (),
        heatmap.try_map,
        tip=mark("Small changes of the film, and covering it, show what the map is worth"),
        when=has_prediction,
    ),
    ActionSpec(
        "compare_maps",
        mark("Compare si&de by side…"),
        ("Shift+K",),
        heatmap.show_compare,
        tip=mark("Several methods, and two models, side by side, with how well they agree"),
        when=has_prediction,
    ),
    ActionSpec(
        "cover",
        mark("Cove&r it…"),
        ("Shift+U",),
        heatmap.show_cover,
        tip=mark("Paint over a place of the film, and see what the model says then"),
        when=has_prediction,
    ),
    ActionSpec(
        "save_heat_numbers",
        mark("Sa&ve its numbers…"),
        (),
        export.save_heat_numbers,
        tip=mark("The map as the method gave it, with method, model and scale, for NumPy"),
        when=has_prediction,
    ),
    ActionSpec(
        "all_classes",
        mark("&All classes…"),
        ("Ctrl+Shift+H",),
        heatmap.show_all_classes,
        icon="layout-grid",
        tip=mark("The heatmaps of all classes side by side"),
        when=has_prediction,
    ),
    ActionSpec(
        "model_view",
        mark("&What the model saw…"),
        ("Ctrl+Shift+I",),
        heatmap.show_model_view,
        icon="scan-eye",
        tip=mark("The input of the model, pixel by pixel"),
        when=has_image_and_card,
    ),
)
