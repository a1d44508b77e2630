"""Random DICOM files of every kind that DCMTK reads too, to show them by both."""

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels import convert_color_space
from pydicom.uid import (
    JPEG2000,
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from tests.imaging.coded import BY_GDCM, HIGH_THROUGHPUT, NATIVE, SYNTAXES, by_gdcm, film, jpeg, with_stream
from tests.imaging.phantoms import lut, phantom, save

ROWS, COLUMNS = 48, 40
GREY_BITS = ((8, 8), (8, 7), (8, 6), (16, 16), (16, 14), (16, 12), (16, 10), (16, 9))  # allocated, stored
TWINS = (JPEG2000Lossless,)  # DCMTK knows no JPEG 2000: it is shown what is not compressed
LOSSY = (JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless)
KNOWN = tuple(syntax for syntax in SYNTAXES if syntax not in (*HIGH_THROUGHPUT, JPEG2000))
COLOURS = ("RGB", "YBR_FULL", "PALETTE COLOR")
CURVE = np.linspace(0, 1, 4096) ** 0.7


@dataclass(frozen=True, slots=True)
class Case:
    """A file, what it is in words, and what DCMTK is given in its place with which options for the window."""

    name: str
    path: Path
    shown: Path
    window: tuple[object, ...]  # options; () where the file has none
    colour: bool
    syntax: UID


def cases(count: int, folder: Path, seed: int) -> Iterator[Case]:
    """Yield `count` files, written to `folder`, each over the one before."""
    chance = random.Random(seed)
    for number in range(count):
        syntax = KNOWN[number % len(KNOWN)]
        make = _colour if chance.random() < 0.2 and syntax != JPEGExtended12Bit else _grey
        yield make(syntax, folder, chance)


def _grey(syntax: UID, folder: Path, chance: random.Random) -> Case:
    allocated, stored = chance.choice(GREY_BITS)
    if syntax == JPEGBaseline8Bit:
        allocated, stored = 8, 8
    elif syntax == JPEGExtended12Bit:
        allocated, stored = 16, 12
    elif syntax in (JPEGLSLossless, JPEGLSNearLossless) and stored < 8:  # DCMTK cannot decode them
        stored = 8
    lossy = syntax in (JPEGBaseline8Bit, JPEGExtended12Bit)
    signed = chance.random() < 0.4 and not lossy
    values = film(ROWS, COLUMNS, stored, chance.randrange(10**6)).astype(np.int32)
    if signed:
        values -= 2 ** (stored - 1)
    photometric = chance.choice(["MONOCHROME1", "MONOCHROME2"])
    kind = f"{'i' if signed else 'u'}{allocated // 8}"
    below = 0
    if (
        syntax in (ExplicitVRLittleEndian, ExplicitVRBigEndian)
        and stored < allocated
        and chance.random() < 0.3
    ):
        below = allocated - stored
    pixels = (values << below).astype(kind)
    dataset = phantom(pixels, bits=stored, PhotometricInterpretation=photometric, HighBit=stored + below - 1)
    # DCMTK's encoder drops tables, and swaps no bytes of theirs.
    window, words = _window(dataset, values, chance, syntax not in (JPEGExtended12Bit, ExplicitVRBigEndian))
    name = f"{syntax.name}, {kind} {stored} bits, {below} below, {photometric}, {words}"
    return _written(name, dataset, pixels, syntax, folder, window, False)


def _window(
    dataset: Dataset, values: np.ndarray, chance: random.Random, tables: bool
) -> tuple[tuple[object, ...], str]:
    """Give `dataset` a rescale and a window of random kinds; return DCMTK's options, and words."""
    slope, intercept = 1.0, 0.0
    words = "plain"
    if chance.random() < 0.4:
        slopes = [(2, -1024), (1, -2000), (-1, 300)]
        if dataset.BitsStored >= 12:  # of few values it would show that DCMTK rounds them
            slopes += [(0.5, 3), (0.371, -3.5)]
        slope, intercept = chance.choice(slopes)
        dataset.RescaleSlope, dataset.RescaleIntercept = str(slope), str(intercept)
        words = f"rescaled {slope} {intercept}"
    shown = values * slope + intercept
    low, high = float(shown.min()), float(shown.max())
    span = max(2.0, high - low)
    kind = chance.choice(["none", "window", "window", "windows", "sigmoid", "wide", "table"])
    if kind == "table" and tables and slope == 1 and span < 2**16 - 4:
        first = int(low)
        count = min(65_535, int(span) + 1)
        bits = chance.choice([8, 12, 16])
        curve = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(CURVE)), CURVE) * (2**bits - 1)
        dataset.VOILUTSequence = [lut(np.rint(curve).astype(int).tolist(), first, bits)]
        return ("+Wl", 1), f"{words}, a table of {bits} bits"
    if kind in ("none", "table"):
        return (), f"{words}, no window"
    width = span * {"wide": chance.uniform(5, 20)}.get(kind, chance.uniform(0.4, 3))
    centre = low + span * chance.uniform(0.3, 0.7)
    centres, widths = [f"{centre:.2f}"], [f"{max(2.0, width):.2f}"]
    if kind == "windows":
        centres.append(f"{centre + span / 5:.2f}")
        widths.append(f"{max(2.0, span / 2):.2f}")
    dataset.WindowCenter, dataset.WindowWidth = centres, widths
    if kind == "sigmoid":
        dataset.VOILUTFunction = "SIGMOID"
    return ("+Wi", 1), f"{words}, {kind} {centres[0]} / {widths[0]}"


def _colour(syntax: UID, folder: Path, chance: random.Random) -> Case:
    photometric = chance.choice(COLOURS)
    if photometric == "PALETTE COLOR" and syntax in (*LOSSY, JPEGBaseline8Bit):
        photometric = "RGB"
    grey = film(ROWS, COLUMNS, 8, chance.randrange(10**6))
    rgb = np.stack([grey, grey // 2 + 40, 255 - grey], axis=-1)
    if photometric == "PALETTE COLOR":
        tables = {}
        for channel, name in enumerate(("Red", "Green", "Blue")):
            table = np.roll(np.arange(256), 60 * channel).astype("<u2") * 257
            tables[f"{name}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
            tables[f"{name}PaletteColorLookupTableData"] = table.tobytes()
        dataset = phantom(grey, PhotometricInterpretation=photometric, **tables)
        return _written(f"{syntax.name}, palette", dataset, grey, syntax, folder, (), True)
    planar = chance.choice([0, 1])
    pixels = convert_color_space(rgb, "RGB", "YBR_FULL") if photometric == "YBR_FULL" else rgb
    dataset = phantom(pixels, PhotometricInterpretation=photometric, PlanarConfiguration=planar)
    name = f"{syntax.name}, {photometric}, planar {planar}"
    if syntax == JPEGBaseline8Bit:
        # Pillow codes YCbCr with a JFIF marker, which the header may contradict.
        dataset = with_stream(dataset, jpeg(rgb, subsampling=chance.choice([0, 2])), syntax)
        dataset.PhotometricInterpretation = "YBR_FULL_422"
        path = save(dataset, folder / "case.dcm")
        return Case(name, path, path, (), True, syntax)
    if planar and (syntax in NATIVE or syntax == RLELossless):
        dataset.PixelData = np.ascontiguousarray(pixels.transpose(2, 0, 1)).tobytes()
    elif planar:  # what is compressed lies side by side, whatever the header says
        dataset.PlanarConfiguration = 0
        case = _written(name, dataset, pixels, syntax, folder, (), True)
        changed = dcmread(case.path)
        changed.PlanarConfiguration = 1
        save(changed, case.path)
        return case
    return _written(name, dataset, pixels, syntax, folder, (), True)


def _written(
    name: str,
    dataset: Dataset,
    pixels: np.ndarray,
    syntax: UID,
    folder: Path,
    window: tuple[object, ...],
    colour: bool,
) -> Case:
    path = twin = folder / "case.dcm"
    if syntax in TWINS:
        twin = save(dataset, folder / "twin.dcm")
    if syntax == JPEGBaseline8Bit:
        dataset = with_stream(dataset, jpeg(pixels), syntax)
    elif syntax == JPEGExtended12Bit:
        plain = save(dataset, folder / "plain.dcm")
        subprocess.run(["dcmcjpeg", "+ee", str(plain), str(path)], check=True, capture_output=True)
        return Case(name, path, path, window, colour, syntax)
    elif syntax in BY_GDCM:
        dataset = by_gdcm(dataset, syntax, folder)
    elif syntax in (JPEGLSLossless, JPEGLSNearLossless, JPEG2000Lossless, RLELossless):
        options = {"jls_error": 2} if syntax == JPEGLSNearLossless else {}
        dataset.compress(syntax, generate_instance_uid=False, **options)
    else:
        if syntax == ExplicitVRBigEndian and dataset.BitsAllocated == 16:
            dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder(">")).tobytes()
        dataset.file_meta.TransferSyntaxUID = syntax
    save(dataset, path)
    return Case(name, path, twin, window, colour, syntax)
