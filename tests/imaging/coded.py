"""Pictures in every transfer syntax that is read, coded by what the tests have at hand."""

import io
import zlib  # noqa: F401, before GDCM: its own copy, which it shows to all, crashes Python's module
from pathlib import Path

import gdcm
import numpy as np
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from tests.imaging.phantoms import phantom, save
from tests.imaging.samples import sample

NATIVE = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
)
BY_PYDICOM = (JPEGLSLossless, JPEGLSNearLossless, JPEG2000Lossless, JPEG2000, RLELossless)
BY_GDCM = (JPEGLossless, JPEGLosslessSV1)
HIGH_THROUGHPUT = (HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K)
SYNTAXES = (*NATIVE, JPEGBaseline8Bit, JPEGExtended12Bit, *BY_GDCM, *BY_PYDICOM, *HIGH_THROUGHPUT)
HT_STREAM = Path(__file__).parent / "data" / "disc_htj2k.j2c"  # of 64 × 48 pixels, see test_samples


def film(rows: int = 64, columns: int = 48, bits: int = 12, seed: int = 0) -> np.ndarray:
    """Return a bright body with two dark lungs and some noise, (rows, columns)."""
    y, x = np.mgrid[0 : 1 : complex(rows), 0 : 1 : complex(columns)]
    lungs = sum(((y - 0.5) / 0.33) ** 2 + ((x - side) / 0.16) ** 2 < 1 for side in (0.3, 0.7))
    body = 0.75 - 0.5 * lungs + 0.15 * y + np.random.default_rng(seed).normal(0, 0.02, (rows, columns))
    values = np.clip(body, 0.02, 0.98) * (2**bits - 1)
    return values.astype(np.uint8 if bits <= 8 else np.uint16)


def jpeg(pixels: np.ndarray, **options) -> bytes:
    """Return `pixels`, uint8, as a JPEG stream of high quality."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", **({"quality": 95} | options))
    return stream.getvalue()


def coded(syntax: UID, folder: Path, pixels: np.ndarray | None = None, **attributes) -> Dataset:
    """Return `pixels`, by default a film of 12 bits (8 for baseline), in a file of this transfer syntax.

    Nothing here codes JPEG Extended and HTJ2K: of these it is a file that lies ready.
    """
    if syntax == JPEGExtended12Bit:
        return dcmread(sample("JPGExtended.dcm"))
    if syntax in HIGH_THROUGHPUT:
        return with_stream(phantom(np.zeros((64, 48), np.uint16), bits=12), HT_STREAM.read_bytes(), syntax)
    if pixels is None:
        pixels = film(bits=8 if syntax == JPEGBaseline8Bit else 12)
    bits = {"bits": 12} if pixels.dtype.itemsize == 2 else {}
    dataset = phantom(pixels, **(bits | attributes))
    if syntax == JPEGBaseline8Bit:
        return with_stream(dataset, jpeg(pixels), syntax)
    if syntax in NATIVE:
        if syntax == ExplicitVRBigEndian and pixels.dtype.itemsize == 2:
            dataset.PixelData = pixels.astype(">u2").tobytes()
        dataset.file_meta.TransferSyntaxUID = syntax
    elif syntax in BY_PYDICOM:
        options = {"j2k_psnr": [60]} if syntax == JPEG2000 else {}
        options |= {"jls_error": 2} if syntax == JPEGLSNearLossless else {}
        dataset.compress(syntax, generate_instance_uid=False, **options)
    else:
        return by_gdcm(dataset, syntax, folder)
    return dataset


def by_gdcm(dataset: Dataset, syntax: UID, folder: Path) -> Dataset:
    """Return `dataset` compressed by GDCM."""
    plain, packed = folder / "plain.dcm", folder / "packed.dcm"
    save(dataset, plain)
    reader = gdcm.ImageReader()
    reader.SetFileName(str(plain))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(str.__str__(syntax))))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(packed))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return dcmread(packed)


def with_stream(dataset: Dataset, stream: bytes, syntax: UID) -> Dataset:
    """Return `dataset` with one compressed frame in place of its pixels."""
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].VR = "OB"
    return dataset


def stream_of(dataset: Dataset) -> bytes:
    """Return the only compressed frame of `dataset`, without what makes its length even."""
    (stream,) = generate_frames(dataset.PixelData, number_of_frames=1)
    end = stream.rfind(b"\xff\xd9")
    return stream[: end + 2] if end > 0 and not stream[end + 2 :].rstrip(b"\0") else stream
