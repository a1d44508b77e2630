"""Read a DICOM file: dataset → radiographs, one for each frame."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom import FileDataset, dcmread
from pydicom.uid import UID

from cxrview.errors import UnreadableImage
from cxrview.i18n import tr
from cxrview.imaging import decoder_warnings, messages
from cxrview.imaging.dicom.bounded_file import BoundedFile
from cxrview.imaging.dicom.decoding import (
    PIXEL_KEYWORDS,
    StoredPixels,
    damage_reported,
    decode,
    meta_elements,
)
from cxrview.imaging.dicom.description import COLOUR, MONOCHROME
from cxrview.imaging.dicom.element_limits import check_elements
from cxrview.imaging.dicom.elements import Elements
from cxrview.imaging.dicom.metadata import (
    read_burned_in,
    read_frame_time,
    read_identity,
    read_pictured,
    read_pixel_aspect,
    read_spacing,
)
from cxrview.imaging.dicom.modality import fill_holes, modality_values, padding_mask
from cxrview.imaging.dicom.overlays import GROUPS, Planes, read_overlays
from cxrview.imaging.dicom.palette import apply_palette
from cxrview.imaging.dicom.voi import read_vois
from cxrview.imaging.radiograph import END_MISSING, Radiograph, Voi
from cxrview.imaging.render import choose_voi, full_range_window, luminance
from cxrview.message import NOTHING, Message

NOT_IMAGES = {  # what holds no pixels, by the beginning of its SOP class UID
    "1.2.840.10008.1.3.10": messages.DICOM_DIRECTORY,
    "1.2.840.10008.5.1.4.1.1.88.": messages.DICOM_REPORT,
    "1.2.840.10008.5.1.4.1.1.481.3": messages.DICOM_STRUCTURES,
    "1.2.840.10008.5.1.4.1.1.481.5": messages.DICOM_PLAN,
    "1.2.840.10008.5.1.4.1.1.481.8": messages.DICOM_ION_PLAN,
    "1.2.840.10008.5.1.4.1.1.9.": messages.DICOM_WAVEFORM,
    "1.2.840.10008.5.1.4.1.1.11.": messages.DICOM_PRESENTATION,
    "1.2.840.10008.5.1.4.1.1.104.": messages.DICOM_DOCUMENT,
    "1.2.840.10008.5.1.4.39.": messages.DICOM_PALETTE,
}


def read_dicom(path: Path, force: bool = False, only: int | None = None) -> list[Radiograph]:
    """Return the frames of a DICOM file. `force` reads a file without preamble and meta header.

    With `only` the list holds that frame alone (0-based; the last one where there are fewer).

    Raises UnreadableImage if it is damaged, too large, holds no image or cannot be decoded; OSError.
    """
    with decoder_warnings.collected() as remarks:
        dataset = read_dataset(path, force)
        elements = Elements(dataset, [], dataset.original_encoding[1] is not False)
        _check_holds_pixels(elements, path)
        pixels = decode(elements, path, only)
        _let_go_of_the_bytes(dataset)
        common = _Common(elements, pixels, path)
        notes = [*decoder_warnings.sentences(remarks), *elements.notes]
    indices = range(pixels.first, pixels.first + len(pixels.frames))
    return [common.radiograph(index, notes) for index in indices]


def _let_go_of_the_bytes(dataset: FileDataset) -> None:
    """Take out of `dataset` what was decoded, unless overlays lie in it: a cine would be there twice."""
    embedded = any((group, 0x0010) in dataset and (group, 0x3000) not in dataset for group in GROUPS)
    for keyword in () if embedded else PIXEL_KEYWORDS:
        if keyword in dataset:
            delattr(dataset, keyword)


def read_dataset(
    path: Path, force: bool = False, problem: Message = messages.ELEMENTS_DAMAGED
) -> FileDataset:
    """Return the elements of a file. Raises UnreadableImage with `problem` if it is damaged; OSError."""
    with damage_reported(path, problem):
        check_elements(path)
        with BoundedFile(path) as file:
            return dcmread(file, force=force)


def _check_holds_pixels(elements: Elements, path: Path) -> None:
    held = [keyword for keyword in PIXEL_KEYWORDS if keyword in elements]
    if held and elements.value(held[0]):
        return
    meta = meta_elements(elements.dataset)
    sop_class = UID(elements.text("SOPClassUID") or meta.text("MediaStorageSOPClassUID"))
    kind = next((name for start, name in NOT_IMAGES.items() if f"{sop_class}.".startswith(start)), NOTHING)
    if "DirectoryRecordSequence" in elements:
        kind = messages.DICOM_DIRECTORY
    if kind:
        raise UnreadableImage(messages.HOLDS_NO_IMAGE(kind=kind), messages.OPEN_AN_IMAGE, path)
    if "EncryptedAttributesSequence" in elements:
        raise UnreadableImage(messages.DICOM_ENCRYPTED, messages.EXPORT_UNENCRYPTED, path)
    if "PixelDataProviderURL" in elements:
        raise UnreadableImage(messages.PIXELS_ELSEWHERE, messages.EXPORT_WITH_PIXELS, path)
    if not len(elements.dataset):
        raise UnreadableImage(messages.DICOM_DAMAGED, messages.EXPORT_FROM_ARCHIVE, path)
    kind = messages.DICOM_OF_CLASS(name=sop_class.name) if sop_class else messages.DICOM_FILE
    raise UnreadableImage(messages.HOLDS_NO_PIXELS(kind=kind), messages.EXPORT_FROM_ARCHIVE, path)


class _Picture(NamedTuple):
    """The parts of a Radiograph that come from the pixels of its frame."""

    values: NDArray[Any]
    default_voi: Voi
    vois: tuple[Voi, ...]
    inverted: bool
    rgb: NDArray[np.uint8] | None
    padding: NDArray[np.bool_] | None


class _Common:
    """What the frames of one file share."""

    def __init__(self, elements: Elements, pixels: StoredPixels, path: Path) -> None:
        self.elements = elements
        self.pixels = pixels
        self.path = path
        self.format = f"DICOM, {pixels.syntax.name}"
        self.identity = read_identity(elements)
        self.pictured = read_pictured(elements)
        self.burned_in = read_burned_in(elements)
        self.inverted = _inverted(elements, pixels.photometric)
        self.shared = elements.item("SharedFunctionalGroupsSequence")
        self.per_frame = elements.items("PerFrameFunctionalGroupsSequence")
        self.planes: Planes = {}
        self._read_vois: dict[tuple[int, bool], tuple[tuple[Voi, ...], list[str]]] = {}

    def radiograph(self, index: int, file_notes: list[str]) -> Radiograph:
        """Return the frame at the 0-based `index`."""
        elements = Elements(self.elements.dataset, [], self.elements.little_endian)
        picture = self._picture(elements, index)
        spacing = read_spacing(elements, self._group(elements, index, "PixelMeasuresSequence"))
        aspect = read_pixel_aspect(elements, spacing)
        overlays = read_overlays(elements, index, self.planes)
        incomplete = index in self.pixels.cut
        if incomplete:
            elements.note(tr(END_MISSING))
        return Radiograph(
            path=self.path,
            frame=index,
            frame_count=self.pixels.count,
            values=picture.values,
            default_voi=picture.default_voi,
            vois=picture.vois,
            inverted=picture.inverted,
            rgb=picture.rgb,
            padding=picture.padding,
            pixel_aspect=aspect,
            spacing=spacing,
            identity=self.identity,
            pictured=self.pictured,
            burned_in_annotation=self.burned_in,
            overlays=overlays,
            frame_time=read_frame_time(elements),
            format=self.format,
            incomplete=incomplete,
            warnings=tuple(dict.fromkeys((*file_notes, *elements.notes))),
        )

    def _picture(self, elements: Elements, index: int) -> _Picture:
        photometric = self.pixels.photometric
        if photometric in MONOCHROME:
            return self._grey(elements, index)
        if photometric in COLOUR:
            return self._colour(elements, index)
        problem = messages.PHOTOMETRIC_UNKNOWN(photometric=photometric or messages.UNKNOWN)
        raise UnreadableImage(problem, messages.EXPORT_AS_RGB, self.path)

    def _grey(self, elements: Elements, index: int) -> _Picture:
        stored = self.pixels.frame(index)
        if stored.ndim != 2:
            raise UnreadableImage(messages.GREY_OF_SEVERAL_SAMPLES, messages.EXPORT_FROM_ARCHIVE, self.path)
        bits, signed = self.pixels.bits, self.pixels.signed
        padding = padding_mask(stored, elements, bits, signed)
        transformation = self._group(elements, index, "PixelValueTransformationSequence")
        values = modality_values(stored, transformation, padding)
        # Up to eight bits that no modality LUT has touched are meant to be shown as they are.
        identity = full_range_window(bits) if 0 < bits <= 8 and not signed and values is stored else None
        values, padding, holes = fill_holes(values, padding, self.path)
        if holes:
            elements.note(
                tr("{holes} pixels are not finite numbers and are shown as padding.").format(holes=holes)
            )
        vois = self._vois(self._group(elements, index, "FrameVOILUTSequence"), bool(values.min() < 0))
        chosen, complaints = choose_voi(values, vois, padding, identity)
        for complaint in complaints:
            elements.note(complaint)
        return _Picture(values, chosen, vois, self.inverted, None, padding)

    def _colour(self, elements: Elements, index: int) -> _Picture:
        frame = self.pixels.frame(index)
        bits = self.pixels.bits
        palette = self.pixels.photometric == "PALETTE COLOR"
        if frame.ndim != (2 if palette else 3) or frame.dtype.kind == "f":
            problem = messages.OTHER_PIXELS(photometric=self.pixels.photometric)
            raise UnreadableImage(problem, messages.EXPORT_FROM_ARCHIVE, self.path)
        if palette:
            with damage_reported(self.path, messages.PALETTE_MALFORMED):
                rgb = apply_palette(frame, elements)
        else:
            rgb = np.ascontiguousarray(np.right_shift(frame, max(0, bits - 8)).astype(np.uint8))
            rgb = np.left_shift(rgb, max(0, 8 - bits))
        return _Picture(luminance(rgb), full_range_window(8), (), False, rgb, None)

    def _vois(self, source: Elements, signed_input: bool) -> tuple[Voi, ...]:
        """Return the windows and tables of `source`, read once for all frames that share them."""
        key = id(source.dataset), signed_input
        if key not in self._read_vois:
            alone = Elements(source.dataset, [], source.little_endian)
            self._read_vois[key] = read_vois(alone, signed_input), alone.notes
        vois, notes = self._read_vois[key]
        for note in notes:
            source.note(note)
        return vois

    def _group(self, elements: Elements, index: int, keyword: str) -> Elements:
        """Return the functional group item for a frame: its own, else the shared one, else the dataset."""
        groups = [self.per_frame[index]] if index < len(self.per_frame) else []
        if self.shared is not None:
            groups.append(self.shared)
        for group in groups:
            item = Elements(group.dataset, elements.notes, elements.little_endian).item(keyword)
            if item is not None:
                return item
        return elements


def _inverted(elements: Elements, photometric: str) -> bool:
    """Return whether small values are bright.

    MONOCHROME1 and Presentation LUT Shape INVERSE say the same thing twice: a MONOCHROME1 DX image
    carries INVERSE (PS3.3 C.8.11.3), and is inverted once.
    """
    shape = elements.code("PresentationLUTShape")
    if photometric == "MONOCHROME1":
        if shape == "IDENTITY":
            elements.note(
                tr("The presentation LUT shape IDENTITY contradicts MONOCHROME1, which is followed.")
            )
        return True
    if photometric == "MONOCHROME2" and shape == "INVERSE":
        elements.note(tr("The presentation LUT shape INVERSE contradicts MONOCHROME2; it is followed."))
        return True
    return False
