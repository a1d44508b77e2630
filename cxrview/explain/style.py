"""How a heatmap is to be drawn: what the user has chosen, as a value."""

from dataclasses import dataclass

from cxrview.settings import Settings

MODES = ("smooth", "contour", "cells")
LEVELS = (0.2, 0.4, 0.6, 0.8)  # of contours


@dataclass(frozen=True, slots=True)
class HeatStyle:
    """How to draw a heatmap; `mode` is one of MODES, `opacity` and `threshold` are 0…1."""

    mode: str = "smooth"
    grid: bool = False
    colours: str = "inferno"
    opacity: float = 0.45
    threshold: float = 0.2

    @classmethod
    def of(cls, settings: Settings) -> "HeatStyle":
        """Return what the user has chosen."""
        return cls(
            settings.heatmap_mode,
            settings.heatmap_grid,
            settings.heatmap_colours,
            settings.heatmap_opacity,
            settings.heatmap_threshold,
        )

    @property
    def levels(self) -> tuple[float, ...]:
        """The heights of the contours: LEVELS, but none below the threshold."""
        return tuple(level for level in LEVELS if level >= self.threshold) or (self.threshold,)
