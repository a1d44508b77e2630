"""The commands of the Measure menu."""

from functools import partial

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec
from cxrview.gui.commands import image, measure
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark


def _tool(name: str, text: str, key: str, icon: str, tip: str) -> ActionSpec[Workbench]:
    return ActionSpec(
        name,
        text,
        (key,),
        partial(image.use_tool, tool=name),
        icon=icon,
        tip=tip,
        group="tool",
        checked=lambda bench: bench.state.arrangement.tool == name,
    )


ACTIONS: tuple[ActionSpec[Workbench] | None, ...] = (
    _tool("length", mark("&Length"), "L", "ruler", mark("Distance of two points")),
    _tool("angle", mark("&Angle"), "A", "angle", mark("Angle at the second of three points")),
    _tool("cobb", mark("&Cobb angle"), "C", "cobb-angle", mark("Angle of two end plates, from 0 to 180°")),
    _tool(
        "ctr",
        mark("Cardio&thoracic ratio"),
        "Shift+C",
        "cardiothoracic",
        mark("Width of the heart divided by that of the thorax, in two steps"),
    ),
    SEPARATOR,
    _tool(
        "rectangle",
        mark("&Rectangle"),
        "R",
        "rectangle-horizontal",
        mark("Mean, standard deviation, extremes and area"),
    ),
    _tool("ellipse", mark("&Ellipse"), "E", "ellipse", mark("Mean, standard deviation, extremes and area")),
    _tool(
        "freehand", mark("&Outline"), "O", "lasso", mark("Mean, standard deviation, extremes and area inside")
    ),
    _tool("point", mark("Point &value"), "V", "crosshair", mark("Value of a pixel")),
    SEPARATOR,
    _tool("arrow", mark("Arro&w"), "Shift+A", "move-up-left", mark("An arrow, from its tip")),
    _tool("text", mark("Te&xt"), "Shift+T", "type", mark("Words on the image")),
    SEPARATOR,
    _tool(
        "calibration",
        mark("Cali&brate…"),
        "Shift+L",
        "ruler-dimension-line",
        mark("Draw along something of known length to give this image a scale"),
    ),
    ActionSpec("uncalibrate", mark("Re&move calibration"), (), measure.remove_calibration),
    SEPARATOR,
    ActionSpec(
        "show_annotations",
        mark("&Show annotations"),
        ("Shift+M",),
        switch=measure.show,
        icon="eye",
        tip=mark("Show or hide all that is drawn"),
    ),
    ActionSpec(
        "copy_values",
        mark("Copy all &values"),
        ("Ctrl+Alt+C",),
        measure.copy_values,
        icon="copy",
        tip=mark("Copy the measurements of this image with their units, for a spreadsheet"),
    ),
    ActionSpec("clear_annotations", mark("Remove a&ll"), (), measure.clear),
)
