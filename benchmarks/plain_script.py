"""What somebody writes who needs it today: one film after the other, with `keras.Model.predict`.

    python benchmarks/plain_script.py MODEL.keras FILE…

pydicom or OpenCV reads; the whole film is shrunk to the model's square. For a model that reads lungs, which
this script does not look for, all of it counts as lung. Says films per second, without the first.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
import pydicom

from cxrview.engines.graph.load import load_model

WARM = 4  # films


def grey(path: Path) -> np.ndarray:
    """Return the film, (H, W) uint8, from black to white."""
    if path.suffix != ".dcm":
        return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
    values = pydicom.dcmread(path).pixel_array.astype(np.float32)
    low, high = values.min(), values.max()
    return ((values - low) * (255 / max(high - low, 1))).astype(np.uint8)


def main() -> None:
    model = load_model(Path(sys.argv[1]))
    _, side, _, *channels = model.input_shape
    films = [Path(name) for name in sys.argv[2:]]
    for number, path in enumerate(films):
        if number == WARM:
            begin = time.perf_counter()
        small = cv2.resize(grey(path), (side, side), interpolation=cv2.INTER_AREA)
        given = np.stack([small, np.full_like(small, 255)], axis=-1) if channels == [2] else small
        model.predict(given[None], verbose=0)
    print((len(films) - WARM) / (time.perf_counter() - begin))


if __name__ == "__main__":
    main()
