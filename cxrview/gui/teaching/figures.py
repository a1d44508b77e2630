"""Figures of results in words, for the screen and for paper."""

import math
from typing import TYPE_CHECKING

from cxrview.i18n import fixed, tr, trn

if TYPE_CHECKING:
    from cxrview.evaluation.bootstrap import Interval
    from cxrview.teaching.delong import Difference
    from cxrview.teaching.results import ClassResult, Results

NOTHING = "–"


def summary(found: "Results") -> str:
    """Return in a few sentences how many films, how fast, and how well places were found."""
    parts = [tr("{answered} of {films} films answered.").format(answered=found.answered, films=found.films)]
    if not math.isnan(found.mean_area):
        parts.append(tr("Mean AUC {area}.").format(area=fixed(found.mean_area, 2)))
    if found.not_judged:
        parts.append(tr("Not judged: {count}.").format(count=found.not_judged))
    low, middle, high = found.seconds
    if not math.isnan(middle):
        words = tr("Time a film: {middle} s (quartiles {low} and {high} s).")
        parts.append(words.format(low=fixed(low, 0), middle=fixed(middle, 0), high=fixed(high, 0)))
    if found.regions.regions:
        words = tr("{hit} of {regions} regions were marked, {astray} marks lie elsewhere.")
        hit = found.regions
        parts.append(words.format(hit=hit.hit, regions=hit.regions, astray=hit.astray))
    return " ".join(parts)


def with_interval(value: float, interval: "Interval | None", percent: bool = False) -> str:
    """Return a figure with its 95 % interval, as far as they are known."""
    if math.isnan(value):
        return NOTHING
    factor, places = (100, 0) if percent else (1, 2)
    shown = fixed(factor * value, places)
    if interval is None:
        return f"{shown} %" if percent else shown
    low, high = (fixed(factor * number, places) for number in interval)
    return f"{shown} % ({low}–{high})" if percent else f"{shown} ({low}–{high})"


def agreement(one: "ClassResult") -> str:
    """Return the reader's agreement with himself, and on how many films."""
    if one.kappa is None:
        return NOTHING
    pairs = trn("{count} film", "{count} films", one.kappa.pairs).format(count=one.kappa.pairs)
    return f"κ {fixed(one.kappa.value, 2)} ({pairs})"


def difference(found: "Difference | None") -> str:
    """Return one area minus another, with its p."""
    if found is None:
        return NOTHING
    sign = "+" if found.value >= 0 else "−"
    p = tr("p < 0.001") if found.p < 0.001 else f"p = {fixed(found.p, 3)}"
    return f"{sign}{fixed(abs(found.value), 2)} ({p})"
