"""The commands of the View menu."""

from cxrview.gui.actions.spec import ActionSpec, has_image
from cxrview.words import mark

ACTIONS: tuple[ActionSpec | None, ...] = (
    ActionSpec(
        "fit",
        mark("&Fit to window"),
        ("F",),
        "fit",
        icon="maximize",
        tip=mark("Fit to window"),
        when=has_image,
    ),
    ActionSpec(
        "actual",
        mark("&Actual pixels"),
        ("Ctrl+1",),
        "actual_pixels",
        tip=mark("One image pixel on one screen pixel"),
        when=has_image,
    ),
    ActionSpec(
        "zoom_in",
        mark("Zoom &in"),
        (
            "+",
            "Ctrl++",
            "=",
        ),
        "zoom_in",
        when=has_image,
    ),
    ActionSpec(
        "zoom_out",
        mark("Zoom &out"),
        (
            "-",
            "Ctrl+-",
        ),
        "zoom_out",
        when=has_image,
    ),
    ActionSpec(
        "studies",
        mark("Study &list"),
        ("Ctrl+L",),
        "show_studies",
        icon="panel-left",
        tip=mark("Study list"),
        checkable=True,
    ),
    ActionSpec("search", mark("&Search the study list"), ("Ctrl+F",), "search_studies"),
    ActionSpec(
        "reading",
        mark("&Reading"),
        ("Ctrl+R",),
        "show_reading",
        icon="panel-right",
        tip=mark("Reading"),
        checkable=True,
    ),
    ActionSpec("light", mark("&Light theme"), ("T",), "use_light_theme", checkable=True),
    ActionSpec("full_screen", mark("F&ull screen"), ("F11",), "use_full_screen", checkable=True),
)
