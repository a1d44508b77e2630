"""Every command of the window, once: menus, toolbar, shortcuts and their list are built from this table."""

from collections.abc import Callable
from dataclasses import dataclass

from cxrview.gui.state import AppState, Stage

When = Callable[[AppState], bool]


def has_files(state: AppState) -> bool:
    """There is something in the study list, or a message to close."""
    return bool(state.entries) or state.shown.stage is not Stage.EMPTY


def has_failed(state: AppState) -> bool:
    """A file could not be read."""
    return state.shown.stage is Stage.FAILED


def has_image(state: AppState) -> bool:
    """A radiograph is on the screen."""
    return state.shown.radiograph is not None


def has_prediction(state: AppState) -> bool:
    """The model has read the radiograph on the screen."""
    return state.reading.prediction is not None


def has_card(state: AppState) -> bool:
    """A model is loaded."""
    return state.model.card is not None


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """A command: `method` names the MainWindow method that does it (with the new state if checkable).

    `menu` is where it stands, `group` makes neighbours with the same name exclude each other, and
    `when` says whether it can be done now.
    """

    name: str
    text: str
    keys: tuple[str, ...]
    method: str
    menu: str
    icon: str = ""
    tip: str = ""
    toolbar: bool = False
    checkable: bool = False
    group: str = ""
    when: When | None = None


SEPARATOR = None
MENUS = ("&File", "&View", "&Image", "&Model", "&Help")
ACTIONS: tuple[ActionSpec | None, ...] = (
    ActionSpec("open", "&Open…", ("Ctrl+O",), "ask_for_files", "&File", "image", "Open files", True),
    ActionSpec(
        "open_folder",
        "Open &folder…",
        ("Ctrl+Shift+O",),
        "ask_for_folder",
        "&File",
        "folder-open",
        "Open a folder",
        True,
    ),
    ActionSpec("sample", "Open &sample radiograph", (), "open_sample", "&File"),
    ActionSpec("again", "&Try again", ("F5",), "try_again", "&File", "rotate-ccw", when=has_failed),
    SEPARATOR,
    ActionSpec(
        "export",
        "&Export picture…",
        ("Ctrl+S",),
        "export_picture",
        "&File",
        "image-down",
        "Save what is shown as PNG",
        when=has_image,
    ),
    ActionSpec("copy", "&Copy picture", ("Ctrl+C",), "copy_picture", "&File", "copy", when=has_image),
    SEPARATOR,
    ActionSpec("close_all", "Close &all files", ("Ctrl+W",), "close_all", "&File", when=has_files),
    ActionSpec("quit", "&Quit", ("Ctrl+Q",), "close", "&File"),
    ActionSpec(
        "window",
        "&Window",
        ("W",),
        "use_window_tool",
        "&Image",
        "contrast",
        "Drag to change brightness and contrast; the right mouse button always does",
        True,
        True,
        "tool",
    ),
    ActionSpec(
        "pan",
        "&Pan",
        ("P",),
        "use_pan_tool",
        "&Image",
        "hand",
        "Drag to move the image; the middle mouse button always does",
        True,
        True,
        "tool",
    ),
    ActionSpec(
        "zoom",
        "&Zoom",
        ("Z",),
        "use_zoom_tool",
        "&Image",
        "zoom-in",
        "Drag up and down to zoom; the wheel always does",
        True,
        True,
        "tool",
    ),
    SEPARATOR,
    ActionSpec(
        "invert",
        "&Invert",
        ("I",),
        "set_inverted",
        "&Image",
        "eclipse",
        "Swap black and white",
        True,
        True,
        when=has_image,
    ),
    ActionSpec(
        "reset",
        "&Reset",
        ("0",),
        "reset",
        "&Image",
        "rotate-ccw",
        "Back to the file's own window, fitted",
        True,
        when=has_image,
    ),
    SEPARATOR,
    ActionSpec(
        "previous",
        "P&revious image",
        ("Left",),
        "previous_image",
        "&Image",
        "chevron-left",
        "Previous image",
        when=has_files,
    ),
    ActionSpec(
        "next",
        "&Next image",
        ("Right",),
        "next_image",
        "&Image",
        "chevron-right",
        "Next image",
        when=has_files,
    ),
    ActionSpec("previous_study", "Previous s&tudy", ("Up",), "previous_study", "&Image", when=has_files),
    ActionSpec("next_study", "Next st&udy", ("Down",), "next_study", "&Image", when=has_files),
    ActionSpec(
        "fit", "&Fit to window", ("F",), "fit", "&View", "maximize", "Fit to window", True, when=has_image
    ),
    ActionSpec(
        "actual",
        "&Actual pixels",
        ("Ctrl+1",),
        "actual_pixels",
        "&View",
        "",
        "One image pixel on one screen pixel",
        True,
        when=has_image,
    ),
    ActionSpec("zoom_in", "Zoom &in", ("+", "Ctrl++", "="), "zoom_in", "&View", when=has_image),
    ActionSpec("zoom_out", "Zoom &out", ("-", "Ctrl+-"), "zoom_out", "&View", when=has_image),
    SEPARATOR,
    ActionSpec(
        "heatmap",
        "Show &heatmap",
        ("H",),
        "show_heatmap",
        "&View",
        "layers",
        "Show the heatmap; hold Space to look underneath",
        True,
        True,
        when=has_prediction,
    ),
    ActionSpec("stronger", "&Stronger heatmap", ("]",), "stronger_heatmap", "&View", when=has_prediction),
    ActionSpec("fainter", "Fain&ter heatmap", ("[",), "fainter_heatmap", "&View", when=has_prediction),
    SEPARATOR,
    ActionSpec(
        "studies",
        "Study &list",
        ("Ctrl+L",),
        "show_studies",
        "&View",
        "panel-left",
        "Study list",
        checkable=True,
    ),
    ActionSpec("search", "&Search the study list", ("Ctrl+F",), "search_studies", "&View"),
    ActionSpec(
        "reading", "&Reading", ("Ctrl+R",), "show_reading", "&View", "panel-right", "Reading", checkable=True
    ),
    ActionSpec("light", "&Light theme", ("T",), "use_light_theme", "&View", checkable=True),
    ActionSpec("full_screen", "F&ull screen", ("F11",), "use_full_screen", "&View", checkable=True),
    ActionSpec("model_folder", "Use model from &folder…", (), "ask_for_model", "&Model"),
    ActionSpec("card", "Model &card…", (), "show_card", "&Model", "file-text", when=has_card),
    ActionSpec("stop", "&Stop what is running", ("Esc",), "cancel_all", "&Model"),
    ActionSpec("keys", "&Keys and mouse…", ("F1",), "show_keys", "&Help"),
    ActionSpec("about", "&About cxrview…", (), "show_about", "&Help", "info"),
)
TOOLBAR = (
    "open", "open_folder", SEPARATOR, "window", "pan", "zoom", SEPARATOR,
    "invert", "fit", "actual", "reset", SEPARATOR, "heatmap", SEPARATOR, "studies", "reading",
)  # fmt: skip
MOUSE = (
    ("Wheel", "Zoom at the pointer"),
    ("Right button, drag", "Window: sideways contrast, up and down brightness"),
    ("Middle button, drag", "Pan"),
    ("Double click", "Fit to window"),
    ("Shift and an arrow key, Page up, Page down", "Pan, when zoomed in"),
    ("Esc", "Stop what is running; empty and leave the search; leave full screen"),
    ("Space, hold", "Look under the heatmap"),
    ("1 … 9", "Heatmap of that class"),
)
