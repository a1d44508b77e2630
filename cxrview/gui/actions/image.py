"""The commands of the Image menu: tools, window, turns and filters, and the way from image to image."""

from functools import partial

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec
from cxrview.gui.actions.when import has_files, has_frames, has_image
from cxrview.gui.commands import image, studies
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


def _is_sigmoid(bench: Workbench) -> bool:
    function = getattr(bench.state.voi, "function", None)
    return function is not None and function.value == "SIGMOID"


def _preset(name: str, text: str, key: str, preset: str) -> ActionSpec[Workbench]:
    return ActionSpec(
        f"preset_{name}",
        text,
        (key,),
        partial(image.use_preset, preset=preset),
        when=has_image,
        submenu="windows",
    )


PRESETS: tuple[ActionSpec[Workbench], ...] = (  # called as in imaging.presets
    _preset("auto", mark("Auto window"), "Shift+W", "Auto"),
    _preset("lung", mark("Lung window"), "U", "Lung"),
    _preset("soft", mark("Soft tissue window"), "S", "Soft tissue"),
    _preset("bone", mark("Bone window"), "B", "Bone"),
    _preset("full", mark("Full range window"), "Shift+F", "Full range"),
)

ACTIONS: tuple[ActionSpec[Workbench] | None, ...] = (
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
    _tool("zoom", mark("&Zoom"), "Z", "zoom", mark("Drag up and down to zoom; the wheel always does")),
    _tool("lens", mark("&Magnifier"), "M", "search", mark("Hold the button down to look closer")),
    SEPARATOR,
    ActionSpec("brighter", mark("&Brighter"), ("Ctrl+Up",), image.brighter, when=has_image),
    ActionSpec("darker", mark("&Darker"), ("Ctrl+Down",), image.darker, when=has_image),
    ActionSpec("more_contrast", mark("More &contrast"), ("Ctrl+Right",), image.more_contrast, when=has_image),
    ActionSpec("less_contrast", mark("&Less contrast"), ("Ctrl+Left",), image.less_contrast, when=has_image),
    ActionSpec(
        "slightly_brighter",
        mark("Slightly brighter"),
        ("Ctrl+Shift+Up",),
        image.slightly_brighter,
        when=has_image,
    ),
    ActionSpec(
        "slightly_darker",
        mark("Slightly darker"),
        ("Ctrl+Shift+Down",),
        image.slightly_darker,
        when=has_image,
    ),
    ActionSpec(
        "slightly_more_contrast",
        mark("Slightly more contrast"),
        ("Ctrl+Shift+Right",),
        image.slightly_more_contrast,
        when=has_image,
    ),
    ActionSpec(
        "slightly_less_contrast",
        mark("Slightly less contrast"),
        ("Ctrl+Shift+Left",),
        image.slightly_less_contrast,
        when=has_image,
    ),
    ActionSpec(
        "sigmoid",
        mark("Si&gmoid window"),
        ("Alt+G",),
        switch=image.use_sigmoid,
        tip=mark("Soft ends: the darkest and the brightest parts keep some contrast"),
        when=has_image,
        checked=_is_sigmoid,
    ),
    ActionSpec(
        "invert",
        mark("&Invert"),
        ("I",),
        switch=image.set_inverted,
        icon="eclipse",
        tip=mark("Swap black and white"),
        when=has_image,
        checked=lambda bench: bench.state.inverted,
    ),
    SEPARATOR,
    ActionSpec("turn_right", mark("Turn &right"), (".",), image.turn_right, icon="rotate-cw", when=has_image),
    ActionSpec("turn_left", mark("Turn le&ft"), (",",), image.turn_left, when=has_image),
    ActionSpec(
        "flip_sides",
        mark("Mirror &horizontally"),
        ("Shift+H",),
        image.flip_sides,
        icon="flip-horizontal-2",
        tip=mark("Swap left and right; the letters at the edges follow"),
        when=has_image,
    ),
    ActionSpec("flip_ends", mark("Mirror &vertically"), ("Shift+V",), image.flip_ends, when=has_image),
    SEPARATOR,
    ActionSpec(
        "clahe",
        mark("&Even out contrast (CLAHE)"),
        ("Alt+C",),
        switch=image.use_clahe,
        tip=mark("For looking only: neither model nor measurements see it"),
        when=has_image,
        checked=lambda bench: "clahe" in bench.state.active.filters,
    ),
    ActionSpec(
        "sharpen",
        mark("&Sharpen"),
        ("Alt+S",),
        switch=image.use_sharpening,
        tip=mark("For looking only: neither model nor measurements see it"),
        when=has_image,
        checked=lambda bench: "sharpen" in bench.state.active.filters,
    ),
    ActionSpec(
        "smooth",
        mark("Smooth bet&ween pixels"),
        ("Alt+X",),
        switch=image.smooth_pixels,
        tip=mark("Without it every pixel of the image is a square of its own when zoomed in"),
        checked=lambda bench: bench.state.settings.smooth,
    ),
    ActionSpec(
        "overlays",
        mark("&Overlays of the file"),
        ("Alt+O",),
        switch=image.show_overlays,
        checked=lambda bench: bench.state.settings.show_overlays,
    ),
    ActionSpec(
        "lungs",
        mark("Outline of the &lungs"),
        ("Alt+L",),
        switch=image.show_lungs,
        tip=mark("As the lung network finds them, whichever model reads the image"),
        checked=lambda bench: bench.state.settings.show_lungs,
    ),
    ActionSpec(
        "reset",
        mark("Rese&t"),
        ("0",),
        image.reset,
        icon="rotate-ccw",
        tip=mark("Back to the file's own window, fitted"),
        when=has_image,
    ),
    SEPARATOR,
    ActionSpec(
        "previous",
        mark("Previous image"),
        ("Left",),
        studies.previous_image,
        icon="chevron-left",
        when=has_files,
    ),
    ActionSpec(
        "next", mark("&Next image"), ("Right",), studies.next_image, icon="chevron-right", when=has_files
    ),
    ActionSpec("previous_study", mark("Previous study"), ("Up",), studies.previous_study, when=has_files),
    ActionSpec("next_study", mark("Next st&udy"), ("Down",), studies.next_study, when=has_files),
    ActionSpec("play", mark("Play the frames"), ("Ctrl+Space",), image.play, icon="play", when=has_frames),
)
