"""The set in the box: drawn chests with known lesions, and one real film."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview import paths
from cxrview.datasets.boxes import Box4
from cxrview.i18n import mark, tr
from cxrview.imaging import read
from cxrview.teaching.deidentified import png_of
from cxrview.teaching.reading_set import ReadingSet, SetFilm
from cxrview.teaching.set_file import FILMS, save

IDENTIFIER = "introduction-1"
HEIGHT, WIDTH = 720, 640  # of a drawn film
NODULE, CONSOLIDATION, PNEUMOTHORAX = mark("Nodule"), mark("Consolidation"), mark("Pneumothorax")
QUESTIONS = (NODULE, CONSOLIDATION, PNEUMOTHORAX)
LUNGS = (0.30, 0.70)  # middles, as shares of the width: the patient's right lung is on the left
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lesion:
    """What is drawn: `kind` at (x, y) with half axes, all in shares of the film."""

    kind: str
    x: float
    y: float
    wide: float
    high: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A film: its lesions, and what is to be learned from it."""

    lesions: tuple[Lesion, ...]
    explanation: str


DRAWINGS = (
    Drawing(
        (), mark("Nothing was drawn here. Most films are like this one: look in a fixed order all the same.")
    ),
    Drawing(
        (Lesion(NODULE, 0.27, 0.36, 0.035, 0.031),),
        mark("A nodule in the right upper zone. Compare left and right, zone by zone."),
    ),
    Drawing(
        (Lesion(CONSOLIDATION, 0.70, 0.60, 0.09, 0.08),),
        mark("A consolidation in the left lower zone, with a soft edge."),
    ),
    Drawing((), mark("Nothing was drawn here.")),
    Drawing(
        (Lesion(NODULE, 0.60, 0.52, 0.026, 0.023),),
        mark("A nodule over the heart. What lies behind the heart is missed most often."),
    ),
    Drawing(
        (Lesion(PNEUMOTHORAX, 0.71, 0.22, 0.13, 0.10),),
        mark("A left pneumothorax: no lung markings above a fine line. Look at both apices."),
    ),
    Drawing(
        (Lesion(NODULE, 0.74, 0.25, 0.024, 0.021), Lesion(CONSOLIDATION, 0.29, 0.62, 0.085, 0.07)),
        mark("Two lesions. After the first one people stop looking: go on to the end of your order."),
    ),
    Drawing(
        (Lesion(NODULE, 0.25, 0.745, 0.026, 0.023),),
        mark("A nodule behind the right diaphragm: there is lung below its dome."),
    ),
)
REAL = mark(
    "A real film, with many nodules in both lungs. Its header gives no diagnosis; the nodules are seen."
)


def write_introduction(path: Path) -> ReadingSet:
    """Write the set, its texts in the user's language, to `path`, and return it. Raises InvalidRequest."""
    films, pictures = [], {}
    for number, drawing in enumerate(DRAWINGS):
        name = f"{FILMS}{number:05}.png"
        pictures[name] = _png(draw(drawing.lesions, number))
        classes = tuple(dict.fromkeys(lesion.kind for lesion in drawing.lesions))
        boxes = tuple(_box(lesion) for lesion in drawing.lesions)
        films.append(
            SetFilm(name, tuple(map(tr, classes)), regions=boxes, explanation=tr(drawing.explanation))
        )
    if (sample := paths.sample_radiograph()) is not None:
        name = f"{FILMS}{len(films):05}.png"
        pictures[name] = png_of(read(sample)[0])
        films.append(SetFilm(name, (tr(NODULE),), explanation=tr(REAL)))
    made = ReadingSet(
        IDENTIFIER,
        tr("Introduction: drawn chests"),
        tuple(map(tr, QUESTIONS)),
        tuple(films),
        tuple(range(len(films))),
        holds_pictures=True,
    )
    save(made, path, pictures)
    return made


def draw(lesions: tuple[Lesion, ...], seed: int) -> NDArray[np.uint8]:
    """Return a drawn chest with `lesions`, (HEIGHT, WIDTH) uint8; each `seed` is another person."""
    random = np.random.default_rng(seed)
    row, column = np.mgrid[0:HEIGHT, 0:WIDTH]
    y, x = row / HEIGHT, column / WIDTH
    soft = partial(_ellipse, y, x)
    shift = random.uniform(-0.012, 0.012)
    picture = 0.04 + 0.46 * soft(0.66, 0.5, 0.66, 0.49, 4) + 0.16 * soft(0.12, 0.5, 0.25, 0.14, 3)
    lungs = np.maximum(*(soft(0.46 + shift, middle, 0.33, 0.165, 7) for middle in LUNGS))
    domes = np.maximum(*(soft(0.95 + shift * 2, middle, 0.24, 0.21, 12) for middle in LUNGS))
    lungs = lungs * (1 - domes)
    texture = _texture(random)
    air = lungs.copy()
    for lesion in lesions:
        if lesion.kind == PNEUMOTHORAX:
            free = lungs * soft(lesion.y, lesion.x, lesion.high, lesion.wide, 18)
            air, texture = air + 0.22 * free, texture * (1 - free)
    picture -= 0.36 * air
    picture += lungs * texture
    picture += _ribs(y, x, random) * (0.3 + 0.7 * lungs) * soft(0.5, 0.5, 0.46, 0.42, 6)
    heart = np.maximum(soft(0.63 + shift, 0.565, 0.15, 0.145, 6), soft(0.42, 0.5, 0.24, 0.075, 4))
    picture += 0.19 * heart + 0.13 * soft(0.5, 0.5, 0.7, 0.045, 3)
    for lesion in lesions:
        picture += _shade(soft, lesion, lungs)
    picture += random.normal(0, 0.008, picture.shape)
    smooth = cv2.GaussianBlur(picture, (0, 0), 1.1)
    return np.asarray(np.rint(np.clip(smooth, 0, 1) * 255), np.uint8)


def _shade(soft: "partial[Array]", lesion: Lesion, lungs: Array) -> Array:
    if lesion.kind == NODULE:
        return np.asarray(0.11 * soft(lesion.y, lesion.x, lesion.high, lesion.wide, 2.5))
    if lesion.kind == CONSOLIDATION:
        cloud = soft(lesion.y, lesion.x, lesion.high * 1.15, lesion.wide * 1.15, 2)
        return np.asarray(0.22 * cv2.GaussianBlur(cloud, (0, 0), 9) * lungs)
    edge = soft(lesion.y, lesion.x, lesion.high, lesion.wide, 18)
    rim = cv2.morphologyEx(edge, cv2.MORPH_GRADIENT, np.ones((3, 3)))
    return np.asarray(0.10 * rim * lungs)


def _ellipse(y: Array, x: Array, at_y: float, at_x: float, high: float, wide: float, steep: float) -> Array:
    """Return an ellipse, 1 inside and 0 outside, with a soft edge."""
    inside = 1 - ((y - at_y) / high) ** 2 - ((x - at_x) / wide) ** 2
    return np.asarray(np.clip(inside * steep, 0, 1))


def _ribs(y: Array, x: Array, random: np.random.Generator) -> Array:
    """Return nine pairs of ribs that fall outwards, as bright bands."""
    away = np.abs(x - 0.5)
    ribs = np.zeros_like(y)
    for number in range(9):
        height = 0.20 + 0.067 * number + random.uniform(-0.003, 0.003)
        middle = height + 0.9 * (away - 0.16) ** 2 + 0.10 * away
        ribs += 0.075 * np.exp(-(((y - middle) / 0.011) ** 2))
    clavicle = 0.205 - 0.16 * (away - 0.1)
    return np.asarray(ribs + 0.09 * np.exp(-(((y - clavicle) / 0.012) ** 2)))


def _texture(random: np.random.Generator) -> Array:
    """Return vessels: noise of several sizes, densest in the middle of the film."""
    texture = np.zeros((HEIGHT, WIDTH))
    for sigma, strength in ((4, 0.25), (9, 0.5), (20, 0.8)):
        texture += strength * cv2.GaussianBlur(random.normal(0, sigma / 6, texture.shape), (0, 0), sigma)
    return np.asarray(texture)


def _box(lesion: Lesion) -> Box4:
    x, y, wide, high = lesion.x, lesion.y, lesion.wide, lesion.high
    return ((x - wide) * WIDTH, (y - high) * HEIGHT, (x + wide) * WIDTH, (y + high) * HEIGHT)


def _png(picture: NDArray[np.uint8]) -> bytes:
    _, data = cv2.imencode(".png", picture)
    return data.tobytes()
