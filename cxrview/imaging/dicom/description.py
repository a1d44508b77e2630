"""What the pixels of a file are, by its header, by its compressed stream, which wins, and by the obvious."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydicom.uid import UID

from cxrview.errors import UnreadableImage
from cxrview.i18n import tr
from cxrview.imaging import messages
from cxrview.imaging.dicom.codestream import Process, StreamHeader
from cxrview.imaging.dicom.elements import Elements
from cxrview.imaging.limits import check_dimensions

MONOCHROME = ("MONOCHROME1", "MONOCHROME2")
PALETTE = "PALETTE COLOR"
COLOUR = ("RGB", PALETTE, "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
# What the decoders give for colour that is spread over fewer samples or transformed by JPEG 2000.
PLAIN = {"YBR_FULL_422": "YBR_FULL", "YBR_ICT": "RGB", "YBR_RCT": "RGB"}
FLOATS = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}
CONTAINERS = (8, 16, 32, 64)
LOSSY_JPEG = (Process.SEQUENTIAL, Process.PROGRESSIVE)


@dataclass(frozen=True, slots=True)
class Description:
    """The pixels of a file, once header and stream agree. `stored` of `allocated` bits are in use, `high` is
    the highest of them; both are those of floating point numbers too, where they mean nothing."""

    rows: int
    columns: int
    frames: int
    samples: int  # 1 or 3
    allocated: int
    stored: int
    high: int
    signed: bool
    photometric: str
    planar: int = 0

    @property
    def size(self) -> int:
        """Bytes of all frames where they are not compressed."""
        bits = self.rows * self.columns * self.samples * self.frames * self.allocated
        if self.photometric == "YBR_FULL_422":  # of four bytes two are for one of two pixels
            bits = bits * 2 // 3
        return -(-bits // 8)

    @property
    def below(self) -> int:
        """How many unused bits lie below the stored ones (PS3.5 8.1.1); nearly always none."""
        return self.high + 1 - self.stored if self.stored - 1 < self.high < self.allocated else 0


def describe(elements: Elements, path: Path, keyword: str, stream: StreamHeader | None) -> Description:
    """Return what the pixels under `keyword` are; `stream` is the header of the first compressed frame.

    What is missing gets the obvious value, what the stream contradicts the stream's, both with a note. The
    size is checked against the limits. Raises UnreadableImage where something necessary is missing or
    makes no sense.
    """
    rows, columns = _sides(elements, path, stream)
    frames = _frames(elements, path)
    samples, photometric = _colour(elements, path, stream)
    allocated = FLOATS.get(keyword) or _allocated(elements, path, stream, rows * columns * samples * frames)
    check_dimensions(path, rows, columns, frames, max(1, samples * allocated // 8))
    found = Description(
        rows, columns, frames, samples, allocated, allocated, allocated - 1, False, photometric
    )
    if keyword in FLOATS:
        return found
    found = _with_bits(found, elements, path, stream)
    if stream is None and samples > 1:
        found = replace(found, planar=_whole(elements, "PlanarConfiguration", (0, 1), 0))
    return found


def assumed(elements: Elements, keyword: str, value: object) -> None:
    """Note that `value` is taken because the header does not say it."""
    said = tr("The file does not say {keyword}, or nothing possible; {assumed} is taken.")
    elements.note(said.format(keyword=keyword, assumed=value))


def contradicted(elements: Elements, keyword: str, header: object, stream: object) -> None:
    """Note that the stream says something else than the header, and is followed."""
    said = tr("The header says {header} for {keyword}, the compressed picture {stream}, which is followed.")
    elements.note(said.format(keyword=keyword, header=header, stream=stream))


def _whole(elements: Elements, keyword: str, possible: Sequence[int], otherwise: int) -> int:
    """Return the whole number of `keyword`, or `otherwise` with a note if it is none of the `possible`."""
    value = elements.whole(keyword)
    if value is None or value not in possible:
        assumed(elements, keyword, otherwise)
        return otherwise
    return value


def _sides(elements: Elements, path: Path, stream: StreamHeader | None) -> tuple[int, int]:
    rows, columns = elements.whole("Rows"), elements.whole("Columns")
    if rows is None or columns is None:
        if stream is None:
            raise UnreadableImage(messages.NO_ROWS, messages.EXPORT_FROM_ARCHIVE, path)
        assumed(elements, "Rows, Columns", f"{stream.rows} × {stream.columns}")
        return stream.rows, stream.columns
    if stream is not None and (rows, columns) != (stream.rows, stream.columns):
        problem = messages.STREAM_OF_ANOTHER_SIZE(
            rows=rows, columns=columns, stream_rows=stream.rows, stream_columns=stream.columns
        )
        raise UnreadableImage(problem, messages.EXPORT_FROM_ARCHIVE, path)
    return rows, columns


def _frames(elements: Elements, path: Path) -> int:
    frames = elements.whole("NumberOfFrames")
    if frames is None and (elements.text("NumberOfFrames") or _malformed(elements, "NumberOfFrames")):
        raise UnreadableImage(messages.FRAMES_MALFORMED, messages.EXPORT_FROM_ARCHIVE, path)
    return frames or 1


def _malformed(elements: Elements, keyword: str) -> bool:
    return (
        keyword in elements
        and elements.value(keyword) is None
        and bool(elements.dataset.get_item(keyword).value)
    )


def _colour(elements: Elements, path: Path, stream: StreamHeader | None) -> tuple[int, str]:
    """Return the samples of a pixel and the photometric interpretation."""
    photometric = elements.code("PhotometricInterpretation")
    if photometric and photometric not in MONOCHROME + COLOUR:
        problem = messages.PHOTOMETRIC_UNKNOWN(photometric=photometric)
        raise UnreadableImage(problem, messages.EXPORT_AS_RGB, path)
    samples = elements.whole("SamplesPerPixel")
    if samples is None:
        colour = photometric in COLOUR and photometric != PALETTE
        samples = stream.components if stream is not None else 3 if colour else 1
        assumed(elements, "SamplesPerPixel", samples)
    if stream is not None and samples != stream.components:
        contradicted(elements, "SamplesPerPixel", samples, stream.components)
        samples = stream.components
    if samples not in (1, 3):
        raise UnreadableImage(messages.SAMPLES_UNKNOWN(count=samples), messages.EXPORT_AS_RGB, path)
    if not photometric:
        photometric = "MONOCHROME2" if samples == 1 else _in_stream(stream) or "RGB"
        assumed(elements, "PhotometricInterpretation", photometric)
    if stream is None:
        return samples, photometric
    plain = PLAIN.get(photometric, photometric)
    if samples == 1:
        followed = photometric if photometric in (*MONOCHROME, PALETTE) else "MONOCHROME2"
    else:
        followed = _in_stream(stream) or (plain if plain in ("RGB", "YBR_FULL") else "RGB")
    if followed not in (photometric, plain):
        contradicted(elements, "PhotometricInterpretation", photometric, followed)
    return samples, followed


def _in_stream(stream: StreamHeader | None) -> str:
    """Return the photometric interpretation that the stream itself tells, or ""."""
    return "" if stream is None else {"RGB": "RGB", "YBR": "YBR_FULL"}.get(stream.colour, "")


def _allocated(elements: Elements, path: Path, stream: StreamHeader | None, samples: int) -> int:
    """Return the bits that a sample takes; `samples` is the number of all samples."""
    allocated = elements.whole("BitsAllocated")
    if allocated in (1, *CONTAINERS):
        return allocated
    if stream is not None:
        container = next(size for size in CONTAINERS if size >= stream.precision)
    else:
        data = elements.value("PixelData")
        held = len(data) if isinstance(data, bytes) else 0
        stored = elements.whole("BitsStored") or allocated or 1
        container = next((size for size in CONTAINERS if held == -(-samples * size // 16) * 2), 0)
        if not stored <= container:
            if allocated is None:
                raise UnreadableImage(messages.NO_BITS, messages.EXPORT_FROM_ARCHIVE, path)
            problem = messages.BITS_PACKED(bits=allocated)
            raise UnreadableImage(problem, messages.EXPORT_UNCOMPRESSED, path)
    assumed(elements, "BitsAllocated", container)
    return container


def _with_bits(
    found: Description, elements: Elements, path: Path, stream: StreamHeader | None
) -> Description:
    allocated, stored = found.allocated, elements.whole("BitsStored")
    if stored is None:
        stored = allocated if stream is None else stream.precision
        assumed(elements, "BitsStored", stored)
    if stream is not None:
        stored = _precise(elements, stored, allocated, stream)
    elif not 1 <= stored <= allocated:
        problem = messages.BITS_IMPOSSIBLE(stored=stored, allocated=allocated)
        raise UnreadableImage(problem, messages.EXPORT_FROM_ARCHIVE, path)
    high = elements.whole("HighBit")
    if high is None or stream is not None or not stored <= high + 1 <= allocated:
        high = stored - 1
    signed = bool(_whole(elements, "PixelRepresentation", (0, 1), 0))
    return replace(found, stored=stored, high=high, signed=signed)


def _precise(elements: Elements, stored: int, allocated: int, stream: StreamHeader) -> int:
    """Return the bits in use, which the stream knows.

    More of them than are stored are a container for the stored ones where the coder was given all that is
    allocated, as DCMTK does, and where lossy JPEG has no other depth.
    """
    precision = stream.precision
    if 1 <= stored < precision and (precision == allocated or stream.process in LOSSY_JPEG):
        return stored
    if stored != precision:
        contradicted(elements, "BitsStored", stored, precision)
    return precision


PROCESSES: dict[str, tuple[Process, ...]] = {
    **dict.fromkeys(("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"), LOSSY_JPEG),
    **dict.fromkeys(("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"), (Process.LOSSLESS,)),
    **dict.fromkeys(("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"), (Process.JPEG_LS,)),
    **dict.fromkeys(
        (f"1.2.840.10008.1.2.4.{number}" for number in (90, 91, 201, 202, 203)), (Process.JPEG_2000,)
    ),
}


def is_announced(syntax: UID, stream: StreamHeader) -> bool:
    """Return whether a stream like this may be in a file of this transfer syntax."""
    return stream.process in PROCESSES.get(str(syntax), ())
