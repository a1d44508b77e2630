"""Decode a small file in each DICOM transfer syntax that is read."""

from pathlib import Path

import numpy as np

from cxrview import paths
from cxrview.anatomy.messages import INSTALL_CXRVIEW_AGAIN
from cxrview.errors import UnusableModel
from cxrview.imaging import read
from cxrview.messages import NOT_THERE
from cxrview.selftest import messages

VALUES = "values.npz"  # what each file holds: (H, W) int32 by its UID
LOSSY = 2  # of the largest value, in hundredths: how far another version of a decoder may be off
EXACT = {  # those whose pixels come back as they went in
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.5",
}


def folder() -> Path:
    """Return the folder of what the self-test reads."""
    return paths.resources() / "selftest"


def syntaxes() -> tuple[str, ...]:
    """Return the UIDs of the transfer syntaxes that are tried. Raises CxrviewError if none is there."""
    found = tuple(sorted(path.stem for path in folder().glob("1.2.*.dcm")))
    if not found:
        raise UnusableModel(NOT_THERE, path=folder())
    return found


def check(syntax: str) -> str:
    """Decode the file in `syntax` and return "as stored". Raises CxrviewError if it comes out otherwise."""
    path = folder() / f"{syntax}.dcm"
    (radiograph,) = read(path)
    with np.load(folder() / VALUES, allow_pickle=False) as stored:
        expected = stored[syntax]
    allowed = 0.0 if syntax in EXACT else LOSSY / 100 * float(expected.max())
    given = np.asarray(radiograph.values, np.float64)
    if given.shape != expected.shape or np.abs(given - expected).max() > allowed:
        raise UnusableModel(messages.DECODED_OTHERWISE, INSTALL_CXRVIEW_AGAIN, path)
    return "as stored"
