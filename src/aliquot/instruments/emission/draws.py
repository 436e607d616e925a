"""Intervals of ratios by drawing: an interval of a yield is not symmetric when little light was absorbed.

A quotient of normal numbers is skewed as soon as the divisor is uncertain by a tenth of itself. Quantiles of
drawn quotients follow any monotonic change of variable: they hold the truth as often as they say, where a
symmetric interval does not.
"""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float

from aliquot.finding import Interval

DRAWS = 8_000
"""Draws behind an interval: its bounds are then known to 1 % of its width."""

Draws = Float[np.ndarray, " draws"]


def interval(value: float, drawn: Draws) -> Interval:
    """Return the 95 % interval of draws about a value, which stands for the measurement itself.

    Example:
        >>> found = interval(0.3, 0.3 / np.random.default_rng(1).normal(1.0, 0.2, DRAWS))
        >>> round(found.low, 2), round(found.high, 2)
        (0.22, 0.49)
    """
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def normal(random: np.random.Generator, value: float, sd: float) -> Draws:
    """Return draws of a normal number; a standard deviation of 0 gives the number itself."""
    return np.asarray(value + sd * random.standard_normal(DRAWS))


def budget_of(
    formula: Callable[..., Draws], values: Mapping[str, float], drawn: Mapping[str, Draws]
) -> dict[str, float]:
    """Return what each cause alone does to a quantity: half the width of the middle 68 % of draws.

    Args:
        formula: The quantity by its causes, named.
        values: Value of each cause.
        drawn: Draws of each cause that is uncertain.

    Example:
        >>> drawn = {"a": normal(np.random.default_rng(1), 2.0, 0.1)}
        >>> round(budget_of(lambda a, b: a * b, {"a": 2.0, "b": 3.0}, drawn)["a"], 1)
        0.3
    """
    fixed = {name: np.full(DRAWS, value) for name, value in values.items()}
    parts = {}
    for name, sample in drawn.items():
        low, high = np.quantile(formula(**{**fixed, name: sample}), [0.1587, 0.8413])
        parts[name] = float(0.5 * (high - low))
    return parts
