"""The commands of the Heatmap menu."""

from cxrview.gui.actions.spec import ActionSpec, has_prediction
from cxrview.words import mark

ACTIONS: tuple[ActionSpec | None, ...] = (
    ActionSpec(
        "heatmap",
        mark("Show &heatmap"),
        ("H",),
        "show_heatmap",
        icon="layers",
        tip=mark("Show the heatmap; hold Space to look underneath"),
        checkable=True,
        when=has_prediction,
        checked=lambda state: state.settings.heatmap_visible,
    ),
    ActionSpec("stronger", mark("&Stronger heatmap"), ("]",), "stronger_heatmap", when=has_prediction),
    ActionSpec("fainter", mark("Fain&ter heatmap"), ("[",), "fainter_heatmap", when=has_prediction),
)
