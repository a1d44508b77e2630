"""One picture as decoded, and the radiograph that is made of it, whatever the format."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.i18n import tr
from cxrview.imaging.dicom.modality import fill_holes
from cxrview.imaging.orientation import upright
from cxrview.imaging.radiograph import END_MISSING, Radiograph, Voi
from cxrview.imaging.render import choose_voi, full_range_window, luminance, percentile_range

# Of the range of deep samples, between the 0.5th and 99.5th percentile, to count as windowed.
USED_SHARE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A picture as stored: grey (H, W) samples of any type, or colour (H, W, 3) of uint8 or uint16.

    `transparent` is (H, W) bool or None. `orientation` is how it lies, 1…8 as EXIF counts. `inverted` says
    that small samples are bright. `bits` is how many of a sample are used, where the file says so: its range
    is 0…2^`bits`-1. `incomplete` says that the end of the picture is missing and was filled. `notes` are
    whole sentences.
    """

    samples: NDArray[Any]
    transparent: NDArray[np.bool_] | None = None
    orientation: int = 1
    inverted: bool = False
    bits: int = 0
    incomplete: bool = False
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


def radiograph_of(page: Page, path: Path, index: int, count: int, kind: str) -> Radiograph:
    """Return page `index` (0-based) of `count` as a radiograph, upright; `kind` is the name of the format.

    Arrays come out in native byte order. Raises UnreadableImage if no sample is a finite number.
    """
    samples, rgb = upright(page.samples, page.orientation), None
    transparent = None if page.transparent is None else upright(page.transparent, page.orientation)
    samples = samples.astype(samples.dtype.newbyteorder("="), copy=False)
    if samples.ndim == 3:
        if (samples == samples[..., :1]).all():
            samples = np.ascontiguousarray(samples[..., 0])  # grey saved as colour
        else:
            deep = samples.dtype != np.uint8
            rgb = (samples >> 8).astype(np.uint8) if deep else samples
            samples = luminance(samples)
    values, padding, holes = fill_holes(samples, transparent, path)
    notes = (tr(END_MISSING), *page.notes) if page.incomplete else page.notes
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
        orientation=page.orientation,
        incomplete=page.incomplete,
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
