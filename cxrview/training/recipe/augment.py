"""Random changes to a model input that a radiograph from elsewhere might show: NumPy and OpenCV only.

No mirror images: the heart has a side. Every function takes and returns (S, S) uint8; `move` any channels.
"""

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Change = Callable[[Image, np.random.Generator], Image]


def _bytes(values: NDArray[np.float32]) -> Image:
    return np.asarray(np.clip(np.rint(values), 0, 255), dtype=np.uint8)


def move(image: Image, random: np.random.Generator) -> Image:
    """Rotate by up to 12°, zoom by 0.85…1.45 with the sides up to 15 % apart, shift by up to 7 %."""
    size = image.shape[0]
    centre = (size - 1) / 2
    angle = np.deg2rad(random.uniform(-12, 12))
    zoom = np.exp(random.uniform(-0.16, 0.37))
    aspect = random.uniform(0.93, 1.075)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = zoom * turn @ np.diag([aspect, 1 / aspect])
    shift = centre + random.uniform(-0.07, 0.07, 2) * size - matrix @ [centre, centre]
    affine = np.column_stack([matrix, shift])
    return np.asarray(cv2.warpAffine(image, affine, (size, size), flags=cv2.INTER_LINEAR), dtype=np.uint8)


def grey_scale(image: Image, random: np.random.Generator) -> Image:
    """Change gamma (0.5…2), contrast (0.5…1.5) and brightness (±0.2), as other windows would."""
    levels = (np.arange(256, dtype=np.float32) / 255) ** np.exp(random.uniform(-0.7, 0.7))
    levels = (levels - 0.5) * random.uniform(0.5, 1.5) + 0.5 + random.uniform(-0.2, 0.2)
    return _bytes(levels * 255)[image]


def soften(image: Image, random: np.random.Generator) -> Image:
    """Blur with a Gaussian of 0.3…3 pixels."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(0.3, 3.0)), dtype=np.uint8)


def coarsen(image: Image, random: np.random.Generator) -> Image:
    """Bring down to 30…80 % of the pixels a side and up again."""
    size = image.shape[0]
    small = round(size * random.uniform(0.3, 0.8))
    reduced = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
    way_up = cv2.INTER_LINEAR if random.random() < 0.5 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(reduced, (size, size), interpolation=way_up), dtype=np.uint8)


def sharpen(image: Image, random: np.random.Generator) -> Image:
    """Unsharp-mask by 0.3…1.5, as many consoles do."""
    picture = image.astype(np.float32)
    blurred = cv2.GaussianBlur(picture, (0, 0), random.uniform(1.0, 4.0))
    return _bytes(picture + random.uniform(0.3, 1.5) * (picture - blurred))


def rebalance(image: Image, random: np.random.Generator) -> Image:
    """Strengthen or weaken the detail of four sizes by up to a factor of two each."""
    levels = [image.astype(np.float32)]
    for sigma in (1.0, 2.5, 6.0, 14.0):
        levels.append(cv2.GaussianBlur(levels[0], (0, 0), sigma))
    changed = levels[-1]
    for finer, coarser in pairwise(levels):
        changed = changed + (finer - coarser) * np.float32(np.exp(random.uniform(-0.7, 0.7)))
    return _bytes(changed)


def add_noise(image: Image, random: np.random.Generator) -> Image:
    """Add Gaussian noise of 2…18 grey levels."""
    noise = random.standard_normal(image.shape, dtype=np.float32)
    return _bytes(image + noise * random.uniform(2, 18))


def recompress(image: Image, random: np.random.Generator) -> Image:
    """Pass through JPEG of quality 30…80."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(30, 80))])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def erase(image: Image, random: np.random.Generator) -> Image:
    """Cover one to three rectangles of up to a quarter of the side with one grey each."""
    changed = image.copy()
    size = image.shape[0]
    for _ in range(random.integers(1, 4)):
        high, wide = random.integers(size // 16, size // 4, 2)
        top, left = random.integers(0, size - high), random.integers(0, size - wide)
        changed[top : top + high, left : left + wide] = random.integers(0, 256)
    return changed


def add_bars(image: Image, random: np.random.Generator) -> Image:
    """Blacken two opposite edges by 2…16 %, as the letterbox of another film size would."""
    changed = image.copy()
    bar = int(random.uniform(0.02, 0.16) * image.shape[0])
    view = changed if random.random() < 0.5 else changed.T
    view[:bar], view[-bar:] = 0, 0
    return changed


def add_markers(image: Image, lungs: Image | None, random: np.random.Generator) -> Image:
    """Put one or two bright and none to two dark rectangles where no lungs are, as letters and shields are.

    `lungs` is 255 times the probability of being lung; without it, they are held to be in the middle. A
    rectangle has 3…16 % of the side; where there is no room for it, it is left out.
    """
    changed, size = image.copy(), image.shape[0]
    inner = slice(round(MARGIN * size), size - round(MARGIN * size))
    if lungs is None:
        lungs = np.zeros_like(image)
        lungs[inner, inner] = 255
    greys = [random.integers(200, 256) for _ in range(random.integers(1, 3))]
    greys += [random.integers(0, 40) for _ in range(random.integers(0, 3))]
    for grey in greys:
        for _ in range(TRIES):
            high, wide = random.integers(max(1, round(0.03 * size)), round(0.16 * size) + 1, 2)
            top, left = random.integers(0, size - high), random.integers(0, size - wide)
            place = slice(top, top + high), slice(left, left + wide)
            if lungs[place].mean() < COVERED and (changed[place] != grey).any():
                changed[place] = grey
                break
    return changed


MARGIN = 0.2  # of the side, that lungs are held to leave free
TRIES = 30  # places that are tried for a rectangle
COVERED = 40  # of 255, on average, that may be lung


def change_surroundings(image: Image, other: Image, random: np.random.Generator) -> Image:
    """Put the middle of `image` into `other`, a radiograph of any class and source.

    An ellipse over the lungs stays and the rest is exchanged, with a soft seam and after matching mean and
    spread: shoulders, neck, abdomen, arms and text then say nothing about the label.
    """
    size = image.shape[0]
    centre = size * (0.5 + random.uniform(-0.03, 0.03, 2))
    axes = size * random.uniform(0.3, 0.4, 2)
    offsets = (np.arange(size)[None, :] - centre[:, None]) / axes[:, None]
    distance = np.sqrt(offsets[0][:, None] ** 2 + offsets[1][None, :] ** 2)
    weight = np.clip((1.15 - distance) / 0.3, 0, 1)
    gain = image.std() / max(float(other.std()), 1.0)
    matched = (other - other.mean()) * gain + image.mean()
    return _bytes(weight * image + (1 - weight) * matched)


def restyle(image: Image, other: Image, random: np.random.Generator) -> Image:
    """Give `image` the look of `other`, in part: its sharpness at six sizes, and often its grey levels.

    What both show in their outer tenth is not compared. The anatomy stays; what tells one machine, console or
    journal from another is exchanged, after the amplitude exchange of Xu 2021 (FACT) and histogram matching.
    """
    inner = slice(image.shape[0] // 11, -(image.shape[0] // 11))
    strength = random.random()
    levels, wanted = ([_blurred(picture, s) for s in (0, *_SIZES)] for picture in (image, other))
    changed = levels[-1]
    for (finer, coarser), (fine, coarse) in zip(pairwise(levels), pairwise(wanted), strict=True):
        detail, model = finer - coarser, (fine - coarse)[inner, inner]
        gain = (np.abs(model).mean() + 0.05) / (np.abs(detail[inner, inner]).mean() + 0.05)
        changed = changed + detail * np.float32(np.clip(gain, 0.2, 5.0) ** strength)
    if random.random() < 0.7:
        shares = np.linspace(0, 1, 256)
        have, want = (np.quantile(p[inner, inner], shares) for p in (np.clip(changed, 0, 255), other))
        weight = np.float32(random.random())
        ascending = have + np.arange(256) * 1e-4  # equal grey levels stay in order
        matched = np.interp(changed, ascending, want).astype(np.float32)
        changed = (1 - weight) * changed + weight * matched
    return _bytes(changed)


_SIZES = (0.8, 1.6, 3.2, 6.4, 12.8, 25.0)  # standard deviations in pixels


def _blurred(image: Image, sigma: float) -> NDArray[np.float32]:
    picture = image.astype(np.float32)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma) if sigma else picture, dtype=np.float32)


CHANGES: tuple[tuple[Change, float], ...] = (  # in this order, each with its probability
    (move, 0.9),
    (add_bars, 0.25),
    (rebalance, 0.7),
    (sharpen, 0.2),
    (coarsen, 0.5),
    (soften, 0.5),
    (grey_scale, 0.8),
    (add_noise, 0.5),
    (recompress, 0.25),
    (erase, 0.5),
)
