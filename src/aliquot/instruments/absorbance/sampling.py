"""Intervals for what a recovered distribution says: randomised spectra AND randomised priors.

Repeating the fit on noisy spectra tells how the answer scatters, not how far smoothing has moved it. So each
draw takes another prior by its tempered weight, adds noise to the spectrum and draws the second differences
from that prior as well (randomise-then-optimise), which with a Gaussian posterior is an exact draw and here
keeps x >= 0. Non-negative draws pile up in the tails, where noise can only add: so the lower and upper ends
are told from the median of the draws, and put to the best estimate or to the mean of the same priors without
noise, whichever gives the wider interval.

Source: Bardsley, Solonen, Haario, Laine 2014 (SIAM J. Sci. Comput. 36, A1895) for the draws; the put-back is
ours, and benchmarks/coverage_of_intervals.py measures how often the intervals hold the truth.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.finding import Interval
from aliquot.instruments.absorbance.evidence import Belief
from aliquot.instruments.absorbance.problem import Problem

DRAWS = 120
"""Draws for one interval; another seed moves its ends by a tenth of its width."""

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean diameter [nm], RSD [1] and amount in the sizes that the window shows, with 95 % intervals."""

    value: Float[np.ndarray, " quantities"]
    """Estimates, shape (3,)."""
    low: Float[np.ndarray, " quantities"]
    """Lower bounds, shape (3,)."""
    high: Float[np.ndarray, " quantities"]
    """Upper bounds, shape (3,)."""

    def interval(self, which: int) -> Interval:
        """Return one quantity as an interval: 0 mean diameter [nm], 1 RSD [1], 2 amount."""
        return Interval(float(self.value[which]), float(self.low[which]), float(self.high[which]), LEVEL)


def summary(problem: Problem, amounts: Float[np.ndarray, " sizes"]) -> Float[np.ndarray, " quantities"]:
    """Return mean diameter [nm], RSD [1] and amount that the window shows, shape (3,); wang2023, eqs 1-3."""
    total = float(amounts.sum())
    mean = float(amounts @ problem.diameters) / total
    variance = float(amounts @ (problem.diameters - mean) ** 2) / total
    return np.array([mean, np.sqrt(variance) / mean, float(amounts[problem.seen].sum())])


def spread(
    problem: Problem,
    reduced: Float[np.ndarray, " unknowns"],
    noise: float,
    belief: Belief,
    seed: int,
) -> Summary:
    """Return the summary of the best prior with 95 % intervals.

    Args:
        problem: Columns of the window.
        reduced: The spectrum in the basis of the problem.
        noise: Standard deviation of its values.
        belief: Priors and their weights.
        seed: Seed of the draws.
    """
    best = belief.best
    value = summary(problem, problem.solve(reduced, noise, best.envelope, best.strength).amounts)
    generator = np.random.default_rng(seed)
    chosen = generator.choice(len(belief.priors), size=DRAWS, p=belief.weights)
    drawn, plain = [], {}
    for which in chosen.tolist():
        prior = belief.priors[which]
        shaken = reduced + noise * generator.standard_normal(reduced.size)
        pull = generator.standard_normal(problem.diameters.size)
        draw = problem.solve(shaken, noise, prior.envelope, prior.strength, pull).amounts
        drawn.append(summary(problem, draw))
        if which not in plain:
            calm = problem.solve(reduced, noise, prior.envelope, prior.strength).amounts
            plain[which] = summary(problem, calm)
    centre = np.mean([plain[which] for which in chosen.tolist()], axis=0)
    tail = 50.0 * (1.0 - LEVEL)
    low, middle, high = np.percentile(drawn, [tail, 50.0, 100.0 - tail], axis=0)
    low = np.minimum(centre, value) + (low - middle)
    high = np.maximum(centre, value) + (high - middle)
    return Summary(value, np.minimum(np.maximum(low, 0.0), value), high)
