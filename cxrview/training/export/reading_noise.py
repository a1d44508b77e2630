"""How much a reading changes when the film is read again after changes that are none to a reader.

The figure is the within-subject standard deviation of repeated measurements (Bland and Altman 1996,
BMJ 313:744): the square root of the mean of the films' variances. The mean or the median of their standard
deviations would come out too small, for of five readings each is one.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp  # type: ignore[import-untyped]

from cxrview.datasets.labelled import LabelledImages
from cxrview.progress import Report, silent
from cxrview.training.run.predict import RawAnswers

FILMS = 32  # known to 6 % with four readings more of each, and read by a DenseNet within 10 s on 2 cores
AGAIN = 4
SHIFT, SCALE, TURN, GAMMA = 0.02, 0.03, 1.0, 0.05  # ± of the side, of 1, degrees, of 1
SEED = 20261201

Ask = Callable[[LabelledImages, Report], RawAnswers]


def reading_noise(
    ask: Ask, data: LabelledImages, watched: int, temperature: float, report: Report = silent
) -> dict[str, Any]:
    """Return the card's entry: the standard deviation of the log odds of class number `watched`.

    At most `FILMS` of `data` are read, as they are and `AGAIN` times otherwise; `ask` gives logits of
    classes that exclude each other. {} without a film. `report` may raise Cancelled.
    """
    random = np.random.default_rng(SEED)
    films = data.subset(np.sort(random.permutation(len(data))[:FILMS]))
    count = len(films)
    if not count:
        return {}
    again = [changed(image, random) for _ in range(AGAIN) for image in films.images]
    rows = np.tile(np.arange(count), 1 + AGAIN)
    readings = replace(films.subset(rows), images=np.concatenate([films.images, np.stack(again)]))
    odds = log_odds(ask(readings, report).logits, watched, temperature).reshape(1 + AGAIN, count)
    deviation = float(np.sqrt(odds.var(axis=0, ddof=1).mean()))
    return {"log_odds": round(deviation, 4), "films": count, "readings": 1 + AGAIN}


def changed(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Return `image`, (S, S) or framed (S, S, 3), as another exposure and framing would give it.

    Masks move with the film; its grey levels alone change. What comes in at the rim repeats the rim.
    """
    side = image.shape[0]
    centre = (side - 1) / 2
    matrix = cv2.getRotationMatrix2D(
        (centre, centre), random.uniform(-TURN, TURN), 1 + random.uniform(-SCALE, SCALE)
    )
    matrix[:, 2] += random.uniform(-SHIFT, SHIFT, 2) * side
    moved = cv2.warpAffine(image, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    levels = (np.arange(256) / 255) ** (1 + random.uniform(-GAMMA, GAMMA)) * 255
    table = np.rint(levels).astype(np.uint8)
    if moved.ndim == 2:
        return np.asarray(table[moved], np.uint8)
    moved[..., 0] = table[moved[..., 0]]
    return np.asarray(moved, np.uint8)


def log_odds(logits: NDArray[np.floating], watched: int, temperature: float) -> NDArray[np.float64]:
    """Return log(p / (1 − p)), (N,), of class number `watched` by calibrated `logits`, (N, C)."""
    scaled = logits.astype(np.float64) / temperature
    others = logsumexp(np.delete(scaled, watched, axis=1), axis=1)
    return np.asarray(scaled[:, watched] - others, np.float64)
