"""Read the lookup tables of DICOM: three numbers and the data (PS3.3 C.11.1.1.1, C.11.2.1.1)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrview.i18n import tr
from cxrview.imaging.dicom.elements import Elements


@dataclass(frozen=True, slots=True, eq=False)
class LookupTable:
    """`entries` is (N,) uint16, `first` the input that maps to `entries[0]`, output lies in 0…2^`bits`-1."""

    entries: NDArray[np.uint16]
    first: int
    bits: int
    explanation: str


def read_table(item: Elements, name: str, signed_input: bool) -> LookupTable | None:
    """Return the table in a LUT sequence item, or None with a note that calls it `name`.

    `signed_input` says that the first mapped value is a signed number, whatever the VR written.
    """
    descriptor = item.numbers("LUTDescriptor")
    entries = _entries(item)
    if len(descriptor) != 3 or entries is None:
        item.note(tr("The {name} is malformed and was passed over.").format(name=name))
        return None
    count, first, bits = (round(number) for number in descriptor)
    count = count % 65_536 or 65_536  # 0 stands for 65536; a large count may come as a negative number
    if bits <= 8 and len(entries) == (count + 1) // 2 and count > 2:  # two 8-bit entries to a word
        entries = entries.astype("<u2").view(np.uint8)[:count].astype(np.uint16)
    if len(entries) < count:
        item.note(
            tr("The {name} has {count} entries where {announced} are announced; it was passed over.").format(
                name=name, count=len(entries), announced=count
            )
        )
        return None
    entries = entries[:count]
    needed = max(1, int(entries.max()).bit_length())
    if not needed <= bits <= 16:
        item.note(
            tr("The {name} announces {bits} bits and uses {needed}; {needed} are taken.").format(
                name=name, bits=bits, needed=needed
            )
        )
        bits = max(8, needed)
    if signed_input and first >= 32_768:
        first -= 65_536
    elif not signed_input and first < 0 and item.dataset["LUTDescriptor"].VR == "US":
        first += 65_536
    return LookupTable(entries, first, bits, item.text("LUTExplanation"))


def _entries(item: Elements) -> NDArray[np.uint16] | None:
    value = item.value("LUTData")
    if isinstance(value, bytes):
        words = item.words(value)
        return words if len(words) else None
    numbers = item.numbers("LUTData")
    if not numbers:
        return None
    return (np.asarray(numbers, np.float64).astype(np.int64) & 0xFFFF).astype(np.uint16)
