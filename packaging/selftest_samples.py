"""Draw what `cxrview doctor --self-test` reads, and store what must come of it, in resources/selftest.

python packaging/selftest_samples.py            # after the bundled model was changed
Needs the extra "test". The pictures are drawn here, no part of them is a radiograph.
"""

import io
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import imagecodecs
import numpy as np
from PIL import Image
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit

from cxrview.imaging.read import read_here
from cxrview.selftest import decoding, readings
from tests.anatomy.chests import chest
from tests.imaging.coded import SYNTAXES, coded, film, with_stream
from tests.imaging.phantoms import phantom, save

HEIGHT, WIDTH = 450, 400  # of the drawn chest


def main() -> int:
    """Write the samples and what they hold."""
    folder = decoding.folder()
    folder.mkdir(exist_ok=True)
    pixels = np.asarray(film(bits=12) // 64 * 64, np.uint16)  # coarse steps, which pack well
    values: dict[str, np.ndarray] = {}
    for syntax in SYNTAXES:
        path = folder / f"{syntax}.dcm"
        path.write_bytes(_file(syntax, pixels))
        (radiograph,) = read_here(path)
        values[str(syntax)] = radiograph.values.astype(np.int32)
    np.savez_compressed(folder / decoding.VALUES, **values)
    Image.fromarray(chest(HEIGHT, WIDTH)).save(folder / readings.CHEST, optimize=True)
    stored = readings.read_with("openvino")
    (folder / readings.STORED).write_text(json.dumps(stored, indent=2) + "\n", "utf-8")
    return 0


def _file(syntax: str, pixels: np.ndarray) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        if syntax == JPEGExtended12Bit:
            stream = imagecodecs.jpeg8_encode(pixels, level=95, bitspersample=12)
            dataset = with_stream(phantom(pixels, bits=12), stream, JPEGExtended12Bit)
        elif syntax == JPEGBaseline8Bit:
            dataset = coded(syntax, Path(place), (pixels // 16).astype(np.uint8))
        else:
            dataset = coded(syntax, Path(place), pixels)
        number = "1.2.826.0.1.3680043.8.498." + "".join(filter(str.isdigit, syntax))[-20:].lstrip("0")
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = number
        file = io.BytesIO(save(dataset, Path(place, "sample.dcm")).read_bytes())
        return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
