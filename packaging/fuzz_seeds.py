"""Small whole files of every format that docs/formats.md names, to be damaged."""

import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate

SIDE = 48  # pixels of a drawn picture

HTJ2K = (
    Path(__file__).resolve().parents[1] / "tests" / "imaging" / "data" / "disc_htj2k.j2c"
)  # 64 × 48, 12 bits

# By transfer syntax, samples of pydicom; "=" is a file of another syntax whose stream goes with this one.
DICOM = {
    "1.2.840.10008.1.2": ("rtdose_1frame.dcm", "MR_small_implicit.dcm"),
    "1.2.840.10008.1.2.1": ("SC_rgb_small_odd.dcm", "MR_small.dcm", "CT_small.dcm"),
    "1.2.840.10008.1.2.1.99": ("image_dfl.dcm",),
    "1.2.840.10008.1.2.2": ("SC_rgb_small_odd_big_endian.dcm", "MR_small_bigendian.dcm"),
    "1.2.840.10008.1.2.4.50": (
        "SC_rgb_small_odd_jpeg.dcm",
        "SC_rgb_dcmtk_+eb+cy+s2.dcm",
        "SC_rgb_dcmtk_+eb+cr.dcm",
    ),
    "1.2.840.10008.1.2.4.51": ("JPGExtended.dcm", "JPEG-lossy.dcm"),
    "1.2.840.10008.1.2.4.57": ("=SC_rgb_jpeg_gdcm.dcm",),
    "1.2.840.10008.1.2.4.70": ("SC_rgb_jpeg_gdcm.dcm", "JPEG-LL.dcm"),
    "1.2.840.10008.1.2.4.80": ("MR_small_jpeg_ls_lossless.dcm",),
    "1.2.840.10008.1.2.4.81": (
        "JPEGLSNearLossless_08.dcm",
        "JPEGLSNearLossless_16.dcm",
        "SC_rgb_jls_lossy_line.dcm",
    ),
    "1.2.840.10008.1.2.4.90": ("MR_small_jp2klossless.dcm",),
    "1.2.840.10008.1.2.4.91": ("SC_rgb_gdcm_KY.dcm", "JPEG2000.dcm", "693_J2KI.dcm"),
    "1.2.840.10008.1.2.4.201": (str(HTJ2K),),
    "1.2.840.10008.1.2.4.202": (str(HTJ2K),),
    "1.2.840.10008.1.2.4.203": (str(HTJ2K),),
    "1.2.840.10008.1.2.5": ("SC_rgb_rle.dcm", "SC_rgb_rle_2frame.dcm", "MR_small_RLE.dcm"),
}


def seeds() -> dict[str, list[bytes]]:
    """Return the whole files of each format by its name, DICOM by its transfer syntax."""
    found = {uid: [_sample(name, uid) for name in names] for uid, names in DICOM.items()}
    return found | {name: make() for name, make in PICTURES.items()}


def _sample(name: str, uid: str) -> bytes:
    if name == str(HTJ2K):
        dataset = pydicom.dcmread(_path("MR_small_jp2klossless.dcm"))
        dataset.Rows, dataset.Columns, dataset.BitsStored, dataset.HighBit = 64, 48, 12, 11
        dataset.PixelRepresentation = 0
        dataset.PixelData = encapsulate([HTJ2K.read_bytes()])
    elif name.startswith("="):
        dataset = pydicom.dcmread(_path(name[1:]))
    else:
        return _path(name).read_bytes()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(uid)
    file = io.BytesIO()
    dataset.save_as(file)
    return file.getvalue()


def _path(name: str) -> Path:
    return Path(str(get_testdata_file(name, download=False)))


def _grey() -> NDArray[np.uint8]:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    noise = np.random.default_rng(5).normal(0, 6, (SIDE, SIDE))
    return np.clip(120 + 60 * np.sin(rows / 9) + 50 * np.cos(columns / 7) + noise, 0, 255).astype(np.uint8)


def _colour() -> NDArray[np.uint8]:
    grey = _grey()
    return np.stack([grey, grey[::-1], grey[:, ::-1]], axis=-1)


def _saved(picture: NDArray[np.generic], kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind, **options)
    return file.getvalue()


def _png() -> list[bytes]:
    deep = _colour().astype(np.uint16) * 257
    _, sixteen = cv2.imencode(".png", deep)
    palette = Image.fromarray(_colour()).convert("P", palette=Image.Palette.ADAPTIVE)
    file = io.BytesIO()
    palette.save(file, "PNG", transparency=3)
    return [
        _saved(_grey(), "PNG"),
        _saved(deep[..., 0], "PNG"),
        sixteen.tobytes(),
        _saved(np.dstack([_colour(), _grey()]), "PNG"),
        file.getvalue(),
    ]


def _jpeg() -> list[bytes]:
    return [
        _saved(_grey(), "JPEG"),
        _saved(_colour(), "JPEG", subsampling=2),
        _saved(_grey(), "JPEG", progressive=True),
        _saved(_colour(), "JPEG", restart_marker_blocks=2),
    ]


def _tiff() -> list[bytes]:
    deep = _grey().astype(np.uint16) * 257
    compressions = ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd", "tiff_lzma")
    made = [_saved(deep, "TIFF", compression=compression) for compression in compressions]
    made += [
        _saved(_colour(), "TIFF", compression="jpeg"),
        _saved(_grey() > 99, "TIFF", compression="group4"),
    ]
    made += [_saved(_grey() / np.float32(9), "TIFF"), _saved(np.dstack([_colour(), _grey()]), "TIFF")]
    _, planes = cv2.imencodemulti(".tif", [deep, deep])
    return [*made, planes.tobytes()]


def _bmp() -> list[bytes]:
    return [_saved(_grey(), "BMP"), _saved(_colour(), "BMP"), _saved(_grey() > 99, "BMP"), _run_lengths()]


def _run_lengths() -> bytes:
    """Return a BMP of 8-bit run lengths: rows of two runs, each with its end."""
    runs = (
        b"".join(bytes([SIDE // 2, row, SIDE - SIDE // 2, 255 - row, 0, 0]) for row in range(SIDE)) + b"\0\1"
    )
    head = bytearray(_saved(_grey(), "BMP"))
    start = int.from_bytes(head[10:14], "little")
    head[30:34] = (1).to_bytes(4, "little")
    head[34:38] = len(runs).to_bytes(4, "little")
    return bytes(head[:start]) + runs


PICTURES: dict[str, Callable[[], list[bytes]]] = {
    "PNG": _png,
    "JPEG": _jpeg,
    "TIFF": _tiff,
    "BMP": _bmp,
    "WebP": lambda: [_saved(_colour(), "WEBP"), _saved(_colour(), "WEBP", lossless=True)],
    "AVIF": lambda: [_saved(_colour(), "AVIF")],
}
