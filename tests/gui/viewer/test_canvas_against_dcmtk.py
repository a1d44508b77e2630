"""What the canvas of the real window shows at 1:1 is what DCMTK shows, overlays included."""

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QImage

from cxrview.gui.state import ViewStage
from cxrview.imaging import overlay_mask
from tests.imaging.samples import sample
from tests.imaging.test_against_dcmtk import SHARE, agreement, dcmtk, pytestmark  # noqa: F401

SIDE = 200  # of the part that is compared, away from the letters and texts at the canvas's edges


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("RG1_UNCR.dcm", ("+Wi", 1)),
        ("vlut_04.dcm", ("+Wl", 1)),
        ("693_UNCR.dcm", ("+Wi", 1)),
        ("MR-SIEMENS-DICOM-WithOverlays.dcm", ("+O", 0, "+Wi", 1)),
    ],
)
def test_the_canvas_agrees_with_dcmtk(window, qtbot, dcmtk, name, options):  # noqa: F811
    window.open([sample(name)])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    window.state.change_settings(heatmap_visible=False)
    canvas = window.canvas
    canvas.set_zoom(1.0)
    mask = overlay_mask(window.state.shown.radiograph)
    middle = QPointF(canvas.rect().center())
    if mask is not None:  # where most of the overlay lies, but a whole square of image
        density = cv2.blur(mask.astype(np.float32), (SIDE, SIDE))
        half = SIDE // 2
        row, column = np.unravel_index(density[half:-half, half:-half].argmax(), mask[:-SIDE, :-SIDE].shape)
        middle = canvas.placement.to_widget.map(QPointF(float(column) + half, float(row) + half))
    left, top = round(middle.x()) - SIDE // 2, round(middle.y()) - SIDE // 2
    image = (
        canvas.grab(QRect(left, top, SIDE, SIDE)).toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    )
    seen = np.frombuffer(image.constBits(), np.uint8).reshape(SIDE, image.bytesPerLine())[:, :SIDE]
    corner = canvas.placement.to_image.map(QPointF(left + 0.5, top + 0.5))
    column, row = int(corner.x()), int(corner.y())
    part = (slice(row, row + SIDE), slice(column, column + SIDE))
    assert mask is None or mask[part].sum() > 50
    theirs = dcmtk(sample(name), *options)[part]
    assert np.ptp(theirs) > 20
    assert agreement(seen, theirs) >= SHARE
