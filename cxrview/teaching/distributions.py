"""Tails of the F and t distributions, which NumPy lacks, and the normal one."""

import math
from statistics import NormalDist

_TINY = 1e-300
_STEPS = 500
Z95 = NormalDist().inv_cdf(0.975)


def two_sided(z: float) -> float:
    """Return how probable it is that a standard normal value is as far from 0 as `z`, or farther."""
    return math.erfc(abs(z) / math.sqrt(2))


def f_tail(value: float, first: float, second: float) -> float:
    """Return how probable it is that F with `first` and `second` degrees of freedom exceeds `value` ≥ 0.

    `second` may be infinite: that is chi square over its degrees of freedom.
    """
    if value <= 0:
        return 1.0
    if second > 1e6:  # the difference is nowhere seen, and the gamma functions would lose their digits
        second = 1e6
    return beta_share(second / 2, first / 2, second / (second + first * value))


def t_quantile(freedom: float, tail: float = 0.025) -> float:
    """Return the value that t with `freedom` degrees of freedom exceeds with probability `tail` < 0.5."""
    if freedom > 1e6:
        return NormalDist().inv_cdf(1 - tail)
    low, high = 0.0, 2.0
    while f_tail(high**2, 1, freedom) / 2 > tail:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        if f_tail(middle**2, 1, freedom) / 2 > tail:
            low = middle
        else:
            high = middle
    return high


def beta_share(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b) for a, b > 0 and 0 ≤ x ≤ 1.

    By its continued fraction (Abramowitz and Stegun 26.5.8), evaluated after Lentz.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_share(b, a, 1 - x)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    numerator, fraction = 1.0, 1.0
    inverse = 1 / _kept(1 - (a + b) * x / (a + 1))
    fraction = inverse
    for m in range(1, _STEPS):
        for coefficient in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            inverse = 1 / _kept(1 + coefficient * inverse)
            numerator = _kept(1 + coefficient / numerator)
            fraction *= numerator * inverse
        if abs(numerator * inverse - 1) < 1e-14:
            break
    return math.exp(logarithm) * fraction / a


def _kept(value: float) -> float:
    """Return `value`, or what may be divided by where it is nothing."""
    return value if abs(value) > _TINY else _TINY
