"""The commands of the Image menu: tools, window, turns and filters, and the way from image to image."""

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec, has_files, has_frames, has_image
from cxrview.gui.state import AppState
from cxrview.words import mark


def _tool(name: str, text: str, key: str, icon: str, tip: str) -> ActionSpec:
    return ActionSpec(
        name,
        text,
        (key,),
        "viewports.use_tool",
        icon=icon,
        tip=tip,
        checkable=True,
        group="tool",
        checked=lambda state: state.arrangement.tool == name,
        argument=name,
    )


def _is_sigmoid(state: AppState) -> bool:
    function = getattr(state.voi, "function", None)
    return function is not None and function.value == "SIGMOID"


def _preset(name: str, text: str, key: str, preset: str) -> ActionSpec:
    return ActionSpec(
        f"preset_{name}",
        text,
        (key,),
        "looking.use_preset",
        when=has_image,
        argument=preset,
        submenu="windows",
    )


PRESETS: tuple[ActionSpec, ...] = (  # called as in imaging.presets
    _preset("auto", mark("Auto window"), "Shift+W", "Auto"),
    _preset("lung", mark("Lung window"), "U", "Lung"),
    _preset("soft", mark("Soft tissue window"), "S", "Soft tissue"),
    _preset("bone", mark("Bone window"), "B", "Bone"),
    _preset("full", mark("Full range window"), "Shift+F", "Full range"),
)

ACTIONS: tuple[ActionSpec | None, ...] = (
    _tool(
        "window",
        mark("&Window"),
        "W",
        "contrast",
        mark("Drag to change brightness and contrast; the right mouse button always does"),
    ),
    _tool(
        "pan", mark("&Pan"), "P", "hand", mark("Drag to move the image; the middle mouse button always does")
    ),
    _tool("zoom", mark("&Zoom"), "Z", "zoom-in", mark("Drag up and down to zoom; the wheel always does")),
    _tool("lens", mark("&Magnifier"), "M", "search", mark("Hold the button down to look closer")),
    SEPARATOR,
    ActionSpec("brighter", mark("&Brighter"), ("Ctrl+Up",), "looking.brighter", when=has_image),
    ActionSpec("darker", mark("&Darker"), ("Ctrl+Down",), "looking.darker", when=has_image),
    ActionSpec(
        "more_contrast", mark("More &contrast"), ("Ctrl+Right",), "looking.more_contrast", when=has_image
    ),
    ActionSpec(
        "less_contrast", mark("&Less contrast"), ("Ctrl+Left",), "looking.less_contrast", when=has_image
    ),
    ActionSpec(
        "slightly_brighter",
        mark("Slightly brighter"),
        ("Ctrl+Shift+Up",),
        "looking.slightly_brighter",
        when=has_image,
    ),
    ActionSpec(
        "slightly_darker",
        mark("Slightly darker"),
        ("Ctrl+Shift+Down",),
        "looking.slightly_darker",
        when=has_image,
    ),
    ActionSpec(
        "slightly_more_contrast",
        mark("Slightly more contrast"),
        ("Ctrl+Shift+Right",),
        "looking.slightly_more_contrast",
        when=has_image,
    ),
    ActionSpec(
        "slightly_less_contrast",
        mark("Slightly less contrast"),
        ("Ctrl+Shift+Left",),
        "looking.slightly_less_contrast",
        when=has_image,
    ),
    ActionSpec(
        "sigmoid",
        mark("Si&gmoid window"),
        ("Alt+G",),
        "looking.use_sigmoid",
        tip=mark("Soft ends: the darkest and the brightest parts keep some contrast"),
        checkable=True,
        when=has_image,
        checked=_is_sigmoid,
    ),
    ActionSpec(
        "invert",
        mark("&Invert"),
        ("I",),
        "looking.set_inverted",
        icon="eclipse",
        tip=mark("Swap black and white"),
        checkable=True,
        when=has_image,
        checked=lambda state: state.inverted,
    ),
    SEPARATOR,
    ActionSpec(
        "turn_right", mark("Turn &right"), (".",), "looking.turn_right", icon="rotate-cw", when=has_image
    ),
    ActionSpec("turn_left", mark("Turn le&ft"), (",",), "looking.turn_left", when=has_image),
    ActionSpec(
        "flip_sides",
        mark("Mirror &horizontally"),
        ("Shift+H",),
        "looking.flip_sides",
        icon="flip-horizontal-2",
        tip=mark("Swap left and right; the letters at the edges follow"),
        when=has_image,
    ),
    ActionSpec("flip_ends", mark("Mirror &vertically"), ("Shift+V",), "looking.flip_ends", when=has_image),
    SEPARATOR,
    ActionSpec(
        "clahe",
        mark("&Even out contrast (CLAHE)"),
        ("Alt+C",),
        "looking.use_clahe",
        tip=mark("For looking only: neither model nor measurements see it"),
        checkable=True,
        when=has_image,
        checked=lambda state: "clahe" in state.active.filters,
    ),
    ActionSpec(
        "sharpen",
        mark("&Sharpen"),
        ("Alt+S",),
        "looking.use_sharpening",
        tip=mark("For looking only: neither model nor measurements see it"),
        checkable=True,
        when=has_image,
        checked=lambda state: "sharpen" in state.active.filters,
    ),
    ActionSpec(
        "smooth",
        mark("Smooth bet&ween pixels"),
        ("Alt+X",),
        "looking.smooth_pixels",
        tip=mark("Without it every pixel of the image is a square of its own when zoomed in"),
        checkable=True,
        checked=lambda state: state.settings.smooth,
    ),
    ActionSpec(
        "overlays",
        mark("&Overlays of the file"),
        ("Alt+O",),
        "looking.show_overlays",
        checkable=True,
        checked=lambda state: state.settings.show_overlays,
    ),
    ActionSpec(
        "reset",
        mark("Rese&t"),
        ("0",),
        "looking.reset",
        icon="rotate-ccw",
        tip=mark("Back to the file's own window, fitted"),
        when=has_image,
    ),
    SEPARATOR,
    ActionSpec(
        "previous", mark("Previous image"), ("Left",), "previous_image", icon="chevron-left", when=has_files
    ),
    ActionSpec("next", mark("&Next image"), ("Right",), "next_image", icon="chevron-right", when=has_files),
    ActionSpec("previous_study", mark("Previous study"), ("Up",), "previous_study", when=has_files),
    ActionSpec("next_study", mark("Next st&udy"), ("Down",), "next_study", when=has_files),
    ActionSpec(
        "play", mark("Play the frames"), ("Ctrl+Space",), "looking.play", icon="play", when=has_frames
    ),
)
