"""Many small films, some of them broken in ten ways, and what `cxrview score` makes of them."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
from pyarrow import parquet

from cxrview.batch.formats import done_as
from tests.imaging.phantoms import phantom, save

SUFFIXES = (".csv", ".jsonl", ".parquet")
AN_ANSWER_DIFFERS_IN = ("elapsed_ms",)


def png(number: int) -> bytes:
    """Return a film of 72 × 64 pixels as PNG, another one for each number."""
    film = np.random.default_rng(number).integers(0, 255, (9, 8), dtype=np.uint8)
    return cv2.imencode(".png", cv2.resize(film, (64, 72), interpolation=cv2.INTER_CUBIC))[1].tobytes()


def _half_a_dicom(_: bytes) -> bytes:
    file = io.BytesIO()
    phantom(np.full((64, 64), 7, np.uint16)).save_as(file, enforce_file_format=True)
    return file.getvalue()[:-4000]


BREAKING: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("empty.png", lambda whole: b""),
    ("empty.dcm", lambda whole: b""),
    ("half.png", lambda whole: whole[: len(whole) // 2]),
    ("head.png", lambda whole: whole[:20]),
    ("zeros.png", lambda whole: whole[:60] + bytes(len(whole) - 60)),
    ("letter.dcm", lambda whole: b"Dear colleague, here is the image."),
    ("noise.jpg", lambda whole: bytes(range(256)) * 8),
    ("jpeg.jpg", lambda whole: b"\xff\xd8\xff\xe0" + b"abc"),
    ("half.dcm", _half_a_dicom),
    ("tiff.tif", lambda whole: b"II*\x00\xff\xff\xff\x7f"),
)


def make(folder: Path, count: int, broken: int) -> Path:
    """Write `count` files, `broken` of them broken, spread over `folder`, and return that."""
    folder.mkdir()
    every = count // broken
    for number in range(count):
        whole = png(number)
        bad, harm = divmod(number, every)
        name, break_it = BREAKING[bad % len(BREAKING)]
        if harm == every // 2 and bad < broken:
            (folder / f"{number:05}-{name}").write_bytes(break_it(whole))
        else:
            (folder / f"{number:05}.png").write_bytes(whole)
    save(phantom(np.full((64, 64), 9, np.uint16)), folder / "zzz.dcm")
    return folder


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table in any format as texts, without what differs from run to run."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            rows: Iterable[dict] = list(csv.DictReader(file))
    elif path.suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    else:
        rows = parquet.read_table(path).to_pylist()
    return [
        {name: _text(value) for name, value in row.items() if name not in AN_ANSWER_DIFFERS_IN}
        for row in rows
    ]


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def names(rows: list[dict[str, str]]) -> list[str]:
    """Return the files of the rows in order."""
    return [done_as(row["path"]) for row in rows]
