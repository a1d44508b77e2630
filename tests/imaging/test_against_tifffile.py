"""Whatever tifffile writes comes out as tifffile reads it: depths, orders, planes, tiles and compressions."""

import functools
import itertools
import random
from typing import NamedTuple

import numpy as np
import pytest
import tifffile

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages, read
from tests.refusals import refused

MANY, FEW, PART = 6_000, 300, 500
DEPTHS = ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8")
COMPRESSIONS = (None, "zlib", "adobe_deflate", "lzw", "packbits", "lzma", "zstd")
PREDICTED = ("zlib", "adobe_deflate", "lzw", "lzma", "zstd")
SEGMENTS = ({}, {"rowsperstrip": 1}, {"rowsperstrip": 7}, {"tile": (16, 16)}, {"tile": (32, 16)})
COLOURS = ("minisblack", "miniswhite", "rgb", "rgb, planes", "rgb and alpha", "rgb and alpha, planes")


class Case(NamedTuple):
    """How a picture is written."""

    depth: str
    order: str
    compression: str | None
    predictor: int  # 1 none, 2 horizontal, 3 floating point
    segments: dict[str, object]
    colours: str
    big: bool


@functools.cache
def cases() -> list[Case]:
    """Return every case that tifffile writes, in an order that is always the same."""
    products = itertools.product(DEPTHS, "<>", COMPRESSIONS, (1, 2, 3), SEGMENTS, COLOURS, (False, True))
    found = [
        Case(*product)
        for product in products
        if product[3] == 1 or (product[2] in PREDICTED and (product[3] == 3) == (product[0][0] == "f"))
    ]
    random.Random(12).shuffle(found)
    return found


def written(case: Case, number: int, path) -> None:
    """Write a picture of noise and of slopes, whose size follows from `number`."""
    random_numbers = np.random.default_rng(number)
    height, width = (int(side) for side in random_numbers.integers(1, 60, 2))
    samples = {"m": 1, "r": 3}[case.colours[0]] + ("alpha" in case.colours)
    shape = (height, width, samples) if samples > 1 else (height, width)
    limits = np.iinfo(case.depth) if case.depth[0] != "f" else None
    if limits is None:
        picture = random_numbers.normal(0, 100, shape)
    else:
        picture = random_numbers.integers(limits.min, limits.max, shape, case.depth, endpoint=True)
    picture = np.where(np.arange(width).reshape(1, -1, *[1] * (samples > 1)) % 20 < 10, picture, 7)
    planes = "planes" in case.colours
    tifffile.imwrite(
        path,
        np.moveaxis(picture, -1, 0).astype(case.depth) if planes else picture.astype(case.depth),
        byteorder=case.order,
        bigtiff=case.big,
        compression=case.compression,
        predictor=case.predictor,
        photometric=case.colours.split()[0].rstrip(","),
        planarconfig=("separate" if planes else "contig") if samples > 1 else None,
        extrasamples=["unassalpha"] if "alpha" in case.colours else None,
        metadata=None,
        **case.segments,
    )


def compare(case: Case, number: int, folder) -> None:
    path = folder / f"{number}.tif"
    written(case, number, path)
    wanted = tifffile.imread(path)
    if "planes" in case.colours:
        wanted = np.moveaxis(wanted, 0, -1)
    colour = wanted[..., :3] if wanted.ndim == 3 else None
    if colour is not None and case.depth not in ("u1", "u2") and (colour != colour[..., :1]).any():
        with refused(UnreadableImage, messages.COLOUR_TOO_DEEP(bits=int(case.depth[1]) * 8)):
            read(path)
        return
    (radiograph,) = read(path)
    assert radiograph.values.dtype.isnative, case
    if colour is None or radiograph.rgb is None:
        grey = wanted if colour is None else colour[..., 0]
        if "alpha" not in case.colours:
            np.testing.assert_array_equal(
                radiograph.values, grey.astype(np.float32) if case.depth[0] == "f" else grey, str(case)
            )
        assert radiograph.inverted == (case.colours == "miniswhite"), case
        return
    full = np.iinfo(case.depth).max
    if "alpha" in case.colours:
        alpha = wanted[..., 3]
        transparent = np.zeros(alpha.shape, bool) if radiograph.padding is None else radiograph.padding
        np.testing.assert_array_equal(transparent, alpha == 0, str(case))
        colour = np.rint(colour * (alpha[..., np.newaxis] / full)).astype(case.depth)
    eight = colour >> 8 if case.depth == "u2" else colour
    assert np.abs(radiograph.rgb.astype(int) - eight).max() <= ("alpha" in case.colours), case
    light = colour @ np.array([0.299, 0.587, 0.114])
    assert np.abs(radiograph.values - light).max() <= 1.6, case


def test_a_picture_is_read_as_tifffile_reads_it(tmp_path):
    for number, case in enumerate(cases()[:FEW]):
        compare(case, number, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(MANY // PART))
def test_every_picture_is_read_as_tifffile_reads_it(tmp_path, part):
    first = FEW + part * PART
    chosen = cases()[first : first + PART]
    assert len(chosen) == PART
    for number, case in enumerate(chosen, first):
        compare(case, number, tmp_path)
        (tmp_path / f"{number}.tif").unlink()
