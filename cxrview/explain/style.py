"""How a heatmap is to be drawn: what the user has chosen, as a value."""

from dataclasses import dataclass

from cxrview.settings import Settings

MODES = ("contour", "smooth", "cells")
LEVELS = (0.2, 0.4, 0.6, 0.8)  # of contours
FLOOR = 0.2  # a class whose strongest cell is not above this has no heatmap


@dataclass(frozen=True, slots=True)
class HeatStyle:
    """How to draw a heatmap; `mode` is one of MODES, `opacity` and `threshold` are 0…1.

    With `own` each class is on a scale of its own where the model has one, see `overlay.shares`.
    """

    mode: str = "contour"
    grid: bool = False
    colours: str = "inferno"
    opacity: float = 0.45
    threshold: float = 0.2
    own: bool = True

    @classmethod
    def of(cls, settings: Settings) -> "HeatStyle":
        """Return what the user has chosen."""
        return cls(
            settings.heatmap_mode,
            settings.heatmap_grid,
            settings.heatmap_colours,
            settings.heatmap_opacity,
            settings.heatmap_threshold,
            settings.heatmap_scale == "own",
        )

    @property
    def levels(self) -> tuple[float, ...]:
        """The heights of the contours: LEVELS, but none below the threshold."""
        return tuple(level for level in LEVELS if level >= self.threshold) or (self.threshold,)

    @property
    def least(self) -> float:
        """The share, 0…1, above which the strongest cell of a class must lie, or nothing of it is drawn."""
        return max(FLOOR, self.levels[0] if self.mode == "contour" else self.threshold)
