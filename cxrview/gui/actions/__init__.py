"""Every command of the window, once: menus, toolbar, shortcuts, palette and help are made from these."""

from collections.abc import Iterator

from cxrview.gui.actions import edit, file, heatmap, help, image, measure, model, view  # noqa: A004
from cxrview.gui.actions.spec import SEPARATOR, ActionSpec
from cxrview.words import mark

__all__ = ["MENUS", "MOUSE", "PICTURE", "SEPARATOR", "TOOLBAR", "ActionSpec", "Menu", "specs"]

Menu = tuple[str, tuple[ActionSpec | None, ...]]
MENUS: dict[str, Menu] = {
    "file": (mark("&File"), file.ACTIONS),
    "edit": (mark("&Edit"), edit.ACTIONS),
    "view": (mark("&View"), view.ACTIONS),
    "image": (mark("&Image"), (*image.ACTIONS, *image.PRESETS)),
    "measure": (mark("Meas&ure"), measure.ACTIONS),
    "heatmap": (mark("Hea&tmap"), heatmap.ACTIONS),
    "model": (mark("&Model"), model.ACTIONS),
    "help": (mark("&Help"), help.ACTIONS),
}
TOOLBAR = (
    "open", "open_folder", SEPARATOR, "window", "pan", "zoom", "lens", SEPARATOR,
    "invert", "turn_right", "flip_sides", "fit", "actual", "reset", SEPARATOR,
    "one", "two_columns", "four", "twins", "synchronise", SEPARATOR, "heatmap", SEPARATOR,
    "studies", "reading",
)  # fmt: skip
PICTURE = (  # the menu of the picture, below the window presets
    "invert", "clahe", "sharpen", SEPARATOR, "turn_right", "turn_left", "flip_sides", SEPARATOR,
    "fit", "actual", "reset", SEPARATOR, "rename_annotation", "delete_annotation", SEPARATOR,
    "copy", "export", "tags", SEPARATOR, "hide_identity",
)  # fmt: skip
MOUSE = (
    (mark("Wheel"), mark("Zoom at the pointer")),
    (mark("Shift and wheel"), mark("Heatmap fainter or stronger")),
    (mark("Ctrl and wheel"), mark("Next or previous image or frame")),
    (mark("Right button, drag"), mark("Window: sideways contrast, up and down brightness")),
    (mark("Right button, click"), mark("Menu of the picture")),
    (mark("Middle button, drag"), mark("Pan")),
    (mark("Double click"), mark("Fit to window")),
    (mark("Shift and an arrow key, Page up, Page down"), mark("Pan, when zoomed in")),
    (mark("Esc"), mark("Stop what is running; empty and leave the search; leave full screen")),
    (mark("Shift, while drawing"), mark("Hold a line straight or a box square")),
    (mark("Double click on a measurement"), mark("Write its label")),
    (mark("Enter"), mark("Measuring tool: draw in the middle. Something selected: to its next handle")),
    (mark("Arrow keys, Shift and arrow keys, on a handle"), mark("Move it by 1 or 10 pixels")),
    (mark("Space, hold"), mark("Look under the heatmap")),
    (mark("1 … 9"), mark("Heatmap of that class")),
)


def specs() -> Iterator[ActionSpec]:
    """Yield every command, menu by menu."""
    for _title, actions in MENUS.values():
        yield from (spec for spec in actions if spec is not None)
