"""What Shift does to a line or a box that is being drawn. All places are on the widget."""

import math

from PySide6.QtCore import QPointF

EIGHTH = math.pi / 4


def held_straight(anchor: QPointF, place: QPointF) -> QPointF:
    """Return the nearest place to `place` that lies across, up, down or at 45° from `anchor`."""
    away = place - anchor
    turn = round(math.atan2(away.y(), away.x()) / EIGHTH) * EIGHTH
    along = away.x() * math.cos(turn) + away.y() * math.sin(turn)
    return anchor + QPointF(math.cos(turn), math.sin(turn)) * along


def held_square(anchor: QPointF, place: QPointF) -> QPointF:
    """Return the corner opposite `anchor` of the square that reaches as far as `place`."""
    away = place - anchor
    side = max(abs(away.x()), abs(away.y()))
    return anchor + QPointF(math.copysign(side, away.x()), math.copysign(side, away.y()))
