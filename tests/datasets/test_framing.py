"""Films framed to their lungs, with the boxes of a table."""

import cv2
import numpy as np
from PIL import Image

from cxrview.datasets.decoded import read_inputs
from cxrview.datasets.sources import Item
from tests.anatomy.chests import chest


def test_boxes_of_a_picture_that_is_stored_on_its_side_lie_where_they_lie_upright(tmp_path):
    upright = chest(300, 260)
    cv2.imwrite(str(tmp_path / "upright.png"), upright)
    exif = Image.Exif()
    exif[0x0112] = 6  # the stored picture's columns are rows, the first one on the right
    Image.fromarray(np.ascontiguousarray(upright[:, ::-1].T)).save(tmp_path / "side.png", exif=exif)
    left, top, right, bottom = 60, 80, 110, 170
    boxes = {"upright": (left, top, right, bottom), "side": (top, 260 - right, bottom, 260 - left)}
    items = [
        Item(tmp_path / f"{name}.png", f"{name}.png", ("ill",), boxes=(box,)) for name, box in boxes.items()
    ]
    framed = read_inputs(items, 96, tmp_path / "cache", "films", b"secret", frame="lungs").images
    np.testing.assert_array_equal(framed[0], framed[1])
    assert (framed[0][..., 2] == 255).sum() > 100
