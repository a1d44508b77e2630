"""Pictures with heatmaps, written as PNG."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.atomic_file import write_atomically
from cxrview.batch import messages as batch_messages
from cxrview.batch.rows import Row
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.explain.colour import blend, colour_table
from cxrview.explain.explanation import gradcam
from cxrview.explain.overlay import heat_over
from cxrview.explain.style import FLOOR
from cxrview.imaging.render import square_pixels
from cxrview.inference.prediction import Prediction
from cxrview.messages import CHOOSE_ANOTHER_PLACE, PLACE_CANNOT_BE_WRITTEN

STEM_BYTES, CLASS_BYTES = 100, 60  # file systems take names of 255 bytes


class Pictures:
    """Saves each frame with the heatmap of the class that it is read as; an `Illustrate`.

    What is below FLOOR is not drawn. A frame that is unlike the training films has no picture and counts as
    `withheld`: nobody looks at each of many pictures with its warning beside it, and `cxrview explain` draws
    the one that somebody asks for. One that cannot be saved is complained of, and counts as `failed`.
    """

    def __init__(
        self, folder: Path, inputs: Iterable[Path], complain: Callable[[str, CxrviewError], None]
    ) -> None:
        """Make `folder`; InvalidRequest if that fails or if it lies in one of `inputs`.

        `complain` is told which file has no picture, and why.
        """
        # Unlike Path.resolve, realpath bears links in a circle.
        real = Path(os.path.realpath(folder))
        if any(real.is_relative_to(os.path.realpath(place)) for place in inputs):
            raise InvalidRequest(
                batch_messages.AMONG_IMAGES(place=str(folder)), batch_messages.CHOOSE_OUTSIDE
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = batch_messages.CANNOT_BE_MADE(place=str(folder), reason=error.strerror)
            raise InvalidRequest(problem) from error
        self._folder = folder
        self._complain = complain
        self._colours = colour_table("inferno")
        self.failed = self.withheld = 0

    def __call__(
        self, row: Row, picture: NDArray[np.uint8], pixel_aspect: float, prediction: Prediction
    ) -> None:
        if not prediction.in_domain:
            self.withheld += 1
            return
        name = row["call"] or prediction.predicted
        heat = heat_over(gradcam(prediction), name)
        mixed = blend(picture, heat, self._colours, opacity=0.45, threshold=FLOOR)
        try:
            save_png(self._folder / _name(row, name), square_pixels(mixed, pixel_aspect))
        except CxrviewError as error:
            self.failed += 1
            self._complain(row["path"], error)


def _name(row: Row, class_name: str) -> str:
    # Files of one name in different folders must not meet, nor names that are the same once cut.
    digest = hashlib.sha256(os.fsencode(row["path"])).hexdigest()[:8]
    shown = re.sub(r"[^\w.-]+", "_", class_name)
    return (
        f"{_cut(Path(row['path']).stem, STEM_BYTES)}_{digest}_{row['frame']}_{_cut(shown, CLASS_BYTES)}.png"
    )


def _cut(text: str, most: int) -> str:
    """Return the beginning of `text`, at most `most` bytes of UTF-8; what is not Unicode is left out."""
    return text.encode("utf-8", "ignore")[:most].decode("utf-8", "ignore")


def save_png(path: Path, rgb: NDArray[np.uint8]) -> None:
    """Write `rgb`, (H, W, 3) uint8, to `path` as PNG. Raises InvalidRequest if it cannot be written."""
    try:
        encoded = cv2.imencode(".png", rgb[..., ::-1])[1]
        write_atomically(path, encoded.tobytes())
    except cv2.error as error:
        raise InvalidRequest(batch_messages.CANNOT_BE_ENCODED(place=str(path))) from error
    except OSError as error:
        problem = PLACE_CANNOT_BE_WRITTEN(place=str(path), reason=error.strerror)
        raise InvalidRequest(problem, CHOOSE_ANOTHER_PLACE) from error
