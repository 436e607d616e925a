"""Intervals for what a recovered distribution says: other noise, priors and lineshapes, all drawn.

Repeating the fit on noisy spectra tells how the answer scatters, not how far smoothing has moved it. So each
draw takes another lineshape, another prior by its tempered weight, adds noise to the spectrum and draws the
second differences from that prior as well (randomise-then-optimise), which with a Gaussian posterior is an
exact draw and here keeps x >= 0. Non-negative draws pile up in the tails, where noise can only add: so the
lower and upper ends are told from the median of the draws, and put to the best estimate or to the mean of
the same priors without noise, whichever gives the wider interval.

Source: Bardsley, Solonen, Haario, Laine 2014 (SIAM J. Sci. Comput. 36, A1895) for the draws; the put-back is
ours, and benchmarks/coverage_of_intervals.py measures how often the intervals hold the truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from aliquot.finding import Interval
from aliquot.instruments.absorbance.components import Component
from aliquot.instruments.absorbance.problem import Problem
from aliquot.instruments.absorbance.reduced import Reduced

DRAWS = 80
"""Draws for one interval; another seed moves its ends by a tenth of its width."""

CALM = 32
"""Draws with one lineshape, to tell what noise and smoothing alone do."""

LEVEL = 0.95

_EVERY = 2  # draws of which one is solved without noise too


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean diameter [nm], RSD [1] and amount in the sizes that the window shows, with 95 % intervals."""

    value: Float[np.ndarray, " quantities"]
    """Estimates, shape (3,)."""
    low: Float[np.ndarray, " quantities"]
    """Lower bounds, shape (3,)."""
    high: Float[np.ndarray, " quantities"]
    """Upper bounds, shape (3,)."""
    noise: Float[np.ndarray, " quantities"]
    """Standard uncertainty by noise and smoothing alone, shape (3,)."""
    distributions: Float[np.ndarray, "draws sizes"]
    """Drawn shares of volume, each summing to 1, shape (draws, sizes)."""

    def interval(self, which: int) -> Interval:
        """Return one quantity as an interval: 0 mean diameter [nm], 1 RSD [1], 2 amount."""
        return Interval(float(self.value[which]), float(self.low[which]), float(self.high[which]), LEVEL)

    @property
    def lineshape(self) -> Float[np.ndarray, " quantities"]:
        """Standard uncertainty by the lineshape: what the interval holds beyond noise and smoothing."""
        total = (self.high - self.low) / _WIDTH
        return np.asarray(np.sqrt(np.maximum(total**2 - self.noise**2, 0.0)))


_WIDTH = 2.0 * 1.959964  # of a 95 % interval, in standard uncertainties


def summary(problem: Problem, amounts: Float[np.ndarray, " sizes"]) -> Float[np.ndarray, " quantities"]:
    """Return mean diameter [nm], RSD [1] and volume per absorption [cm] that the window shows, shape (3,).

    Source: wang2023, eqs 1-3.
    """
    total = float(amounts.sum())
    mean = float(amounts @ problem.diameters) / total
    variance = float(amounts @ (problem.diameters - mean) ** 2) / total
    return np.array([mean, np.sqrt(variance) / mean, float(amounts[problem.seen].sum()) / problem.unit])


def spread(s: Reduced, components: Sequence[Component], seed: int) -> Summary:
    """Return the summary of the best prior with 95 % intervals.

    Args:
        s: The spectrum.
        components: Lineshapes to read it with, most likely first.
        seed: Seed of the draws.
    """
    generator = np.random.default_rng(seed)
    best = components[0]
    prior = best.belief.best
    value = summary(best.problem, best.problem.solve(s.rows, s.noise, prior.envelope, prior.strength).amounts)
    held = replace(best, root=None)
    calm = _drawn(s, held, CALM if best.root is not None else DRAWS, generator)
    low, high = _ends([calm], value)
    noise = (high - low) / _WIDTH
    drawn = [calm]
    if best.root is not None:
        drawn = [
            _drawn(s, component, max(round(DRAWS * component.weight), 2), generator)
            for component in components
        ]
        low, high = _ends(drawn, value)
    shares = np.concatenate([draws.shares for draws in drawn])
    return Summary(value, np.minimum(np.maximum(low, 0.0), value), high, noise, shares)


@dataclass(frozen=True, slots=True, eq=False)
class _Draws:
    """Draws with one component."""

    shaken: Float[np.ndarray, "draws quantities"]
    """Summaries with noise and drawn priors."""
    plain: Float[np.ndarray, "some quantities"]
    """Summaries of lineshapes and priors as they were drawn, without noise."""
    shares: Float[np.ndarray, "draws sizes"]


def _drawn(s: Reduced, component: Component, count: int, generator: np.random.Generator) -> _Draws:
    """Draw noise, priors and, where it is in doubt, the lineshape."""
    belief, root = component.belief, component.root
    chosen = generator.choice(len(belief.priors), size=count, p=belief.weights)
    shaken, plain, shares = [], [], []
    for turn, which in enumerate(chosen.tolist()):
        prior, problem = belief.priors[which], component.problem
        if root is not None:
            problem = s.frame.problem(component.z + root @ generator.standard_normal(component.z.size))
        noisy = s.rows + s.noise * generator.standard_normal(s.rows.size)
        pull = generator.standard_normal(problem.diameters.size)
        amounts = problem.solve(noisy, s.noise, prior.envelope, prior.strength, pull).amounts
        shaken.append(summary(problem, amounts))
        shares.append(amounts / amounts.sum())
        if turn % _EVERY == 0:
            calm = problem.solve(s.rows, s.noise, prior.envelope, prior.strength).amounts
            plain.append(summary(problem, calm))
    return _Draws(np.array(shaken), np.array(plain), np.array(shares))


def _ends(
    drawn: Sequence[_Draws], value: Float[np.ndarray, " quantities"]
) -> tuple[Float[np.ndarray, " quantities"], Float[np.ndarray, " quantities"]]:
    """Return the ends of the interval of each quantity."""
    shaken = np.concatenate([draws.shaken for draws in drawn])
    centre = np.concatenate([draws.plain for draws in drawn]).mean(axis=0)
    tail = 50.0 * (1.0 - LEVEL)
    low, middle, high = np.percentile(shaken, [tail, 50.0, 100.0 - tail], axis=0)
    low = np.minimum(centre, value) + (low - middle)
    return low, np.maximum(np.maximum(centre, value) + (high - middle), value)
