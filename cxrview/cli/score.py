"""`cxrview score`: many files to a table."""

import argparse
import hashlib
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview import paths
from cxrview.batch import pseudonym_key, rows, table
from cxrview.batch.score import Illustrate, score
from cxrview.cli import console
from cxrview.errors import BadRequest
from cxrview.explain.colour import blend, colour_table
from cxrview.explain.overlay import overlay
from cxrview.imaging import find_images
from cxrview.inference.prediction import Prediction
from cxrview.inference.predictor import Predictor


def run(arguments: argparse.Namespace) -> int:
    """Score the files and return 0 if all frames were read, 1 if some were not.

    Raises BadRequest if nothing can be done.
    """
    if arguments.out is not None:
        table.check_format(arguments.out)
    elif arguments.resume:
        raise BadRequest("--resume needs --out.")
    files = find_images(arguments.paths)
    if not files:
        raise BadRequest("There are no images in the places given.")
    predictor = Predictor.load(arguments.model, arguments.device or "auto")
    columns = rows.columns(predictor.card.class_names)
    done = _already_done(arguments, columns)
    progress = console.Progress()
    key = pseudonym_key.load_key(paths.pseudonym_key())
    illustrate = _illustrator(arguments.heatmaps) if arguments.heatmaps is not None else None
    counts = {"ok": 0, "error": 0}
    with _sink(arguments.out, columns) as sink:
        for row in score(
            [path for path in files if str(path) not in done],
            predictor,
            progress,
            key=key,
            batch_size=arguments.batch_size,
            workers=arguments.workers,
            illustrate=illustrate,
        ):
            sink.write(row)
            counts[row["status"]] += 1
            if row["status"] == "error":
                progress.clear()
                console.say(f"{row['path']}: {row['error']}")
    progress.clear()
    before = f", {len(done)} files done before" if done else ""
    console.say(f"{counts['ok']} frames read, {counts['error']} files failed{before} ({predictor.reason})")
    return console.SOME_FAILED if counts["error"] else console.OK


def _already_done(arguments: argparse.Namespace, columns: list[str]) -> set[str]:
    out: Path | None = arguments.out
    if out is None or not out.exists():
        return set()
    if arguments.resume:
        return table.resume(out, columns)
    if not arguments.overwrite:
        raise BadRequest(f"{out} exists already.", "Add --resume to go on with it, or --overwrite.")
    out.unlink()
    return set()


def _sink(out: Path | None, columns: list[str]) -> AbstractContextManager[table.Table]:
    if out is not None:
        return table.open_table(out, columns)
    return nullcontext(table.Table(sys.stdout, columns, as_csv=True))


def _illustrator(folder: Path) -> Illustrate:
    """Return a function that saves each frame with the heatmap of its predicted class into `folder`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadRequest(f"{folder} cannot be made: {error.strerror}.") from error
    colours = colour_table("inferno")

    def save(row: rows.Row, picture: NDArray[np.uint8], prediction: Prediction) -> None:
        heat = overlay(prediction, prediction.predicted)
        mixed = blend(picture, heat, colours, opacity=0.45, threshold=0.0)
        # Files of one name in different folders must not meet.
        digest = hashlib.sha256(row["path"].encode("utf-8", "surrogateescape")).hexdigest()[:8]
        name = f"{Path(row['path']).stem}_{digest}_{row['frame']}_{prediction.predicted}.png"
        save_png(folder / name, mixed)

    return save


def save_png(path: Path, rgb: NDArray[np.uint8]) -> None:
    """Write `rgb`, (H, W, 3) uint8, to `path` as PNG. Raises BadRequest if it cannot be written."""
    encoded = cv2.imencode(".png", rgb[..., ::-1])[1]
    try:
        path.write_bytes(encoded.tobytes())
    except OSError as error:
        raise BadRequest(f"{path} cannot be written: {error.strerror}.", "Choose another place.") from error
