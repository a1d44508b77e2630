"""From palette indices to colour (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6).

pydicom's `apply_color_lut` reads tables of big-endian files in the wrong byte order and wraps indices
above 255 in 8-bit tables, so only segmented tables go through it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.pixels import apply_color_lut

from cxrview.imaging.dicom.elements import Elements

CHANNELS = ("Red", "Green", "Blue")


def apply_palette(stored: NDArray[Any], elements: Elements) -> NDArray[np.uint8]:
    """Return the colours, (H, W, 3) uint8, of the palette indices `stored`, (H, W).

    Raises ValueError, or what pydicom raises, if the palette is malformed.
    """
    if "RedPaletteColorLookupTableData" not in elements:
        segmented = np.asarray(apply_color_lut(stored, elements.dataset))[..., :3]
        return _eight_bits(segmented, segmented.dtype.itemsize * 8)
    tables = [_channel(elements, name) for name in CHANNELS]
    first = elements.numbers("RedPaletteColorLookupTableDescriptor")[1]
    # Some makers write 8-bit entries and announce 16 bits.
    bits = 8 if max(int(table.max()) for table in tables) < 256 else 16
    planes = []
    for table in tables:
        index = np.clip(stored.astype(np.int64) - int(first), 0, len(table) - 1)
        planes.append(_eight_bits(table, bits)[index])
    return np.stack(planes, axis=-1)


def _channel(elements: Elements, name: str) -> NDArray[np.uint16]:
    descriptor = elements.numbers(f"{name}PaletteColorLookupTableDescriptor")
    data = elements.value(f"{name}PaletteColorLookupTableData")
    if len(descriptor) != 3 or not isinstance(data, bytes):
        raise ValueError(f"no {name.lower()} palette")
    count = int(descriptor[0]) % 65_536 or 65_536
    if len(data) >= 2 * count:
        return elements.words(data)[:count]
    if len(data) < count:
        raise ValueError(f"{len(data)} bytes for {count} entries")
    pairs = elements.words(data if len(data) % 2 == 0 else data + b"\0")  # two 8-bit entries to a word
    return pairs.astype("<u2").view(np.uint8)[:count].astype(np.uint16)


def _eight_bits(samples: NDArray[Any], bits: int) -> NDArray[np.uint8]:
    return (samples >> (bits - 8) if bits > 8 else samples).astype(np.uint8)
