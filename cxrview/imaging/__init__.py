"""From a file to pixels on the screen and to the model's input."""

from cxrview.imaging.dicom.overlays import overlay_mask
from cxrview.imaging.find import find_images
from cxrview.imaging.letterbox import Letterbox
from cxrview.imaging.radiograph import (
    Identity,
    Overlay,
    Pictured,
    Radiograph,
    Spacing,
    SpacingSource,
    Voi,
    VoiFunction,
    VoiLut,
    Window,
)
from cxrview.imaging.read import read
from cxrview.imaging.render import choose_voi, model_input, percentile_window, render

__all__ = [
    "Identity",
    "Letterbox",
    "Overlay",
    "Pictured",
    "Radiograph",
    "Spacing",
    "SpacingSource",
    "Voi",
    "VoiFunction",
    "VoiLut",
    "Window",
    "choose_voi",
    "find_images",
    "model_input",
    "overlay_mask",
    "percentile_window",
    "read",
    "render",
]
