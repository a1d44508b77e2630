"""Where something fits on a canvas without covering what is to be seen."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF

MARGIN = 12  # logical pixels from the edges of the canvas
APART = 6  # logical pixels from what is taken
# Where forms are tried: at the left (-1), the middle (0), the right (1); at the top (-1), …, the bottom (1).
UPRIGHT = ((1, 0), (-1, 0), (1, -1), (-1, -1), (1, 1), (-1, 1))
LYING = ((0, 1), (1, 1), (-1, 1), (0, -1), (1, -1), (-1, -1))


class Form(NamedTuple):
    """A size that something may have, in logical pixels; `lies`: it is wider than high."""

    size: QSizeF
    lies: bool


class Place(NamedTuple):
    """Where something goes, and as which of its forms (its index)."""

    area: QRectF
    form: int


def free_place(
    forms: Sequence[Form], canvas: QRectF, chest: QRectF, film: QRectF, taken: Sequence[QRectF]
) -> Place | None:
    """Return the place on `canvas` that touches neither `chest` nor what is `taken`, and least of `film`.

    Forms that come first, and the places at the edge that come first for them, are preferred. None if there
    is no such place.
    """
    best, least = None, float("inf")
    for number, form in enumerate(forms):
        for area in _areas(form, canvas, taken):
            covered = _common(area, film)
            if covered < least and _common(area, chest) == 0:
                best, least = Place(area, number), covered
    return best


def _areas(form: Form, canvas: QRectF, taken: Sequence[QRectF]) -> Iterator[QRectF]:
    """Yield where `form` can lie at the edges of `canvas`, moved inwards until it touches nothing `taken`."""
    inner = canvas.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    spare = QSizeF(inner.width() - form.size.width(), inner.height() - form.size.height())
    if spare.width() < 0 or spare.height() < 0:
        return
    for across, down in LYING if form.lies else UPRIGHT:
        left = round(inner.left() + spare.width() * (across + 1) / 2)
        top = round(inner.top() + spare.height() * (down + 1) / 2)
        area = QRectF(QPointF(left, top), form.size)
        for _ in range(len(taken)):
            meets = next((it for it in taken if _common(area, it) > 0), None)
            if meets is None:
                break
            _shift(area, meets, across, down)
        if inner.contains(area) and not any(_common(area, it) > 0 for it in taken):
            yield area


def _shift(area: QRectF, meets: QRectF, across: int, down: int) -> None:
    """Move `area` inwards past `meets`: from the top or bottom if it lies there, else from its side."""
    if down < 0:
        area.moveTop(meets.bottom() + APART)
    elif down > 0:
        area.moveBottom(meets.top() - APART)
    elif across > 0:
        area.moveRight(meets.left() - APART)
    else:
        area.moveLeft(meets.right() + APART)


def _common(one: QRectF, other: QRectF) -> float:
    """Return how many square pixels two areas have in common."""
    both = one.intersected(other)
    return max(0.0, both.width()) * max(0.0, both.height())
