"""One figure as `metrics.json` has it: rounded, with its interval, None where it is not known."""

import numpy as np

from cxrview.evaluation.bootstrap import Interval


def figure(value: float, interval: Interval | None) -> dict[str, float | None]:
    """Return the entry of a figure: `value`, `low` and `high`, rounded, None where not known."""
    low, high = interval or (float("nan"), float("nan"))
    return {"value": rounded(value), "low": rounded(low), "high": rounded(high)}


def rounded(value: float) -> float | None:
    """Return `value` with four decimals, None for NaN."""
    return None if np.isnan(value) else round(value, 4)
