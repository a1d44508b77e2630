"""A radiograph as read: pixel values after the modality LUT, and all that is needed to show them right."""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrview.errors import UnreadableImage
from cxrview.i18n import mark
from cxrview.imaging import messages

END_MISSING = mark("The end of the picture is missing: the file is cut short. No model reads it.")


class VoiFunction(Enum):
    """VOI LUT Function (0028,1056), PS3.3 C.11.2.1.2 and C.11.2.1.3."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True, slots=True)
class Window:
    """A VOI window in modality units, that is after the modality LUT (PS3.3 C.11.2.1.2)."""

    center: float
    width: float  # at least 1 for LINEAR, above 0 for the other functions
    function: VoiFunction = VoiFunction.LINEAR
    explanation: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class VoiLut:
    """One item of the VOI LUT Sequence (PS3.3 C.11.2.1.1).

    `table` is (N,) uint16; modality value `first` maps to `table[0]`, values outside map to the ends.
    Output lies in 0…2^`bits`-1.
    """

    table: NDArray[np.uint16]
    first: int
    bits: int
    explanation: str = ""

    def __post_init__(self) -> None:
        self.table.setflags(write=False)


Voi = Window | VoiLut


class SpacingSource(Enum):
    """Where a pixel spacing comes from, in the words shown beside every measurement (PS3.3 10.7)."""

    PIXEL_SPACING = "mm"
    CALIBRATED_GEOMETRY = "mm, calibrated for geometric magnification"
    CALIBRATED_FIDUCIAL = "mm, calibrated with an object of known size"
    MAGNIFICATION_CORRECTED = "mm, corrected with the estimated magnification"
    IMAGER = "mm at detector"


@dataclass(frozen=True, slots=True)
class Spacing:
    """Distance of neighbouring pixel centres in mm: between rows (vertically) and between columns."""

    row: float
    column: float
    source: SpacingSource


@dataclass(frozen=True, slots=True)
class Identity:
    """Who and what the image belongs to, as the file says; empty where it does not."""

    patient_name: str = ""
    patient_id: str = ""
    patient_sex: str = ""
    patient_age: str = ""
    study_uid: str = ""
    study_date: str = ""  # YYYYMMDD
    study_description: str = ""
    series_uid: str = ""
    series_description: str = ""
    instance_uid: str = ""
    modality: str = ""
    study_time: str = ""  # HHMMSS.FFFFFF, cut short where the file says less
    series_number: str = ""
    instance_number: str = ""


@dataclass(frozen=True, slots=True)
class Pictured:
    """What is pictured and how, as the file says; empty where it does not."""

    body_part: str = ""
    view_position: str = ""
    laterality: str = ""
    # Where rows lead to (rightwards) and columns (downwards): letters of PS3.3 C.7.6.1.1.1, or empty.
    patient_orientation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """An overlay plane (PS3.3 C.9.2): `mask` is (h, w) bool, `row` and `column` its 0-based origin."""

    mask: NDArray[np.bool_]
    row: int
    column: int
    description: str = ""

    def __post_init__(self) -> None:
        self.mask.setflags(write=False)


@dataclass(frozen=True, slots=True, eq=False)
class Radiograph:
    """One frame of one file, frozen. The arrays are read-only.

    `values` is (H, W), integer or float32, in modality units (after the modality LUT or rescale); for a
    colour image it is the luminance (ITU-R BT.601) and `rgb` holds (H, W, 3) uint8.
    `inverted` says that small values are shown bright (MONOCHROME1, or presentation LUT shape INVERSE).
    `vois` are the file's own VOI windows and LUTs, in its order; `default_voi` is the one to begin with,
    chosen by `imaging.render.choose_voi`.
    `padding` is (H, W) bool, true where pixels carry no image, or None.
    `pixel_aspect` is the height of a pixel divided by its width.
    `orientation` is how the stored picture lies, 1…8 as EXIF counts; `values` are upright.
    """

    path: Path
    frame: int  # 0-based
    frame_count: int
    values: NDArray[np.generic]
    default_voi: Voi
    vois: tuple[Voi, ...] = ()
    inverted: bool = False
    rgb: NDArray[np.uint8] | None = None
    padding: NDArray[np.bool_] | None = None
    pixel_aspect: float = 1.0
    orientation: int = 1
    spacing: Spacing | None = None
    identity: Identity = field(default_factory=Identity)
    pictured: Pictured = field(default_factory=Pictured)
    burned_in_annotation: bool | None = None  # None: the file does not say
    overlays: tuple[Overlay, ...] = ()
    frame_time: float = 0.0  # ms from one frame to the next; 0 where the file does not say
    format: str = ""  # "DICOM, JPEG 2000 Lossless", "PNG, 16 bit"
    incomplete: bool = False  # the end of the picture is missing and was filled: see `require_whole`
    warnings: tuple[str, ...] = ()  # whole sentences about what was odd in the file

    def __post_init__(self) -> None:
        for array in (self.values, self.rgb, self.padding):
            if array is not None:
                array.setflags(write=False)

    def require_whole(self) -> None:
        """Raise UnreadableImage if the picture is incomplete: it may be looked at, but no model reads it."""
        if self.incomplete:
            raise UnreadableImage(messages.INCOMPLETE, messages.COPY_OR_EXPORT_AGAIN, self.path)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.values.shape
        return height, width
