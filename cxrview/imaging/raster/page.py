"""One picture as decoded, and the radiograph that is made of it, whatever the format."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.i18n import tr
from cxrview.imaging.dicom.modality import fill_holes
from cxrview.imaging.radiograph import Radiograph, Voi
from cxrview.imaging.render import choose_voi, full_range_window, luminance, percentile_range

SIDEWAYS = (5, 6, 7, 8)  # EXIF orientations
USED_SHARE = (
    0.5  # of the range of deep samples, between the 0.5th and 99.5th percentile, to count as windowed
)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A picture: grey (H, W) samples of any type, or colour (H, W, 3) of uint8 or uint16.

    `transparent` is (H, W) bool or None. `inverted` says that small samples are bright. `bits` is how many
    of a sample are used, where the file says so: 0…2^`bits`-1 is its range. `notes` are whole sentences.
    """

    samples: NDArray[Any]
    transparent: NDArray[np.bool_] | None = None
    inverted: bool = False
    bits: int = 0
    notes: tuple[str, ...] = ()


def on_black(
    samples: NDArray[Any], alpha: NDArray[Any], *, premultiplied: bool = False
) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Return grey (H, W) or colour (H, W, 3) laid on black by `alpha`, (H, W), and what is transparent.

    The greatest alpha of unsigned integers is opaque. Where the types differ, or there is no black to lie on
    (signed numbers, floating point), only what is wholly transparent counts.
    """
    transparent = np.asarray(alpha == 0)
    laid = samples
    alike = samples.dtype == alpha.dtype
    if alike and samples.dtype.kind == "u" and samples.dtype.itemsize <= 2 and not premultiplied:
        full = int(np.iinfo(samples.dtype).max)
        if int(alpha.min()) < full:
            weight = (alpha if samples.ndim == 2 else alpha[..., np.newaxis]).astype(np.uint32)
            laid = ((samples * weight + full // 2) // full).astype(samples.dtype)
    return laid, transparent if transparent.any() else None


def upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return `pixels` turned as the EXIF orientation 1…8 says."""
    if orientation in SIDEWAYS:
        pixels = pixels.swapaxes(0, 1)
    # After the transposition these are what is left of each case.
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def radiograph_of(page: Page, path: Path, index: int, count: int, kind: str) -> Radiograph:
    """Return page `index` (0-based) of `count` as a radiograph; `kind` is the name of the format.

    Arrays come out in native byte order. Raises UnreadableImage if no sample is a finite number.
    """
    samples, rgb = page.samples, None
    samples = samples.astype(samples.dtype.newbyteorder("="), copy=False)
    if samples.ndim == 3:
        if (samples == samples[..., :1]).all():
            samples = np.ascontiguousarray(samples[..., 0])  # grey saved as colour
        else:
            deep = samples.dtype != np.uint8
            rgb = (samples >> 8).astype(np.uint8) if deep else samples
            samples = luminance(samples)
    values, padding, holes = fill_holes(samples, page.transparent, path)
    notes = page.notes
    if holes:
        notes += (tr("{holes} pixels are not finite numbers and are shown as padding.").format(holes=holes),)
    voi, complaint = _default_voi(values, padding, page.bits)
    bits = "float" if values.dtype.kind == "f" else f"{page.bits or values.dtype.itemsize * 8} bit"
    return Radiograph(
        path=path,
        frame=index,
        frame_count=count,
        values=values,
        default_voi=voi,
        inverted=page.inverted,
        rgb=rgb,
        padding=padding,
        format=f"{kind}, {bits}{' colour' if rgb is not None else ''}",
        warnings=(*notes, *complaint),
    )


def _default_voi(
    values: NDArray[Any], padding: NDArray[np.bool_] | None, bits: int
) -> tuple[Voi, tuple[str, ...]]:
    if values.dtype == np.uint8:
        return full_range_window(8), ()
    if values.dtype == np.uint16:
        low, high = percentile_range(values, padding)
        if high - low >= USED_SHARE * (2 ** (bits or 16) - 1):
            return full_range_window(bits or 16), ()
    voi, _ = choose_voi(values, (), padding)
    return voi, (tr("The picture has no window of its own; an automatic one is used."),)
