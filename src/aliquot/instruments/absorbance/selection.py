"""Free form, one log-normal, two, or a tail: descriptions of one spectrum, and which is enough.

All are compared with one lineshape, by what they miss and by how many numbers they take (BIC). A wrong
lineshape makes two modes out of one; so two count only where they can be told apart, and the noise is raised
to what the best description misses.

Source: Schwarz 1978 (Ann. Statist. 6, 461) for the BIC; Ashman, Bird, Zepf 1994 (Astron. J. 108, 2348) for D.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.components import Component
from aliquot.instruments.absorbance.evidence import MODES, decomposed
from aliquot.instruments.absorbance.lineprior import LinePrior
from aliquot.instruments.absorbance.modes import NAMES, ONE, TAILED, TWO
from aliquot.instruments.absorbance.parametric import Few, fit_few
from aliquot.instruments.absorbance.problem import Solution
from aliquot.instruments.absorbance.reduced import Reduced
from aliquot.instruments.absorbance.starts import first_guess
from aliquot.population import SizeDistribution, Weighting

FREE_FORM = "free form"
"""Name of the smooth non-negative distribution."""

RESOLVED = 2.0
"""Ashman's D above which two modes are two [1]."""

GAP = 2.0
"""Few modes are enough unless they miss more than free form by this much chi-squared per wavelength [1]."""


@dataclass(frozen=True, slots=True)
class Description:
    """One way to describe the sizes behind a spectrum."""

    method: str
    """What it is called."""
    distribution: SizeDistribution
    """The distribution, by volume."""
    misfit: float
    """Chi-squared per wavelength [1]."""
    bic: float
    """Bayesian information criterion, less that of the best; small is good [1]."""
    separation: float | None = None
    """Ashman's D of two modes, their distance in units of their width [1]; None for other forms."""

    @property
    def resolved(self) -> bool:
        """Whether it is more than two modes that can not be told apart."""
        return self.separation is None or self.separation > RESOLVED


def describe(
    s: Reduced, component: Component, solution: Solution, prior: LinePrior
) -> tuple[Description, ...]:
    """Return all descriptions of a spectrum with one lineshape, the one to use first.

    Few modes come first if they miss hardly more than free form, and among them the one of least BIC whose
    modes are resolved.

    Args:
        s: The spectrum.
        component: Lineshape, and priors of the sizes.
        solution: Free form.
        prior: What is believed of the lineshape, which is held.
    """
    free_misfit = _misfit(s, component, solution)
    found: list[tuple[str, np.ndarray, float, float, float | None]] = [
        (FREE_FORM, solution.amounts, free_misfit, _degrees(s, component), None)
    ]
    for shape in (ONE, TWO, TAILED):
        few = fit_few([s], [shape], [first_guess(s, shape)], prior, z=component.z, free=False)
        amounts = few.distribution(0, s.frame.diameters)
        count = float(sum(form.parameters for form in shape) + len(shape) + len(s.frame.background))
        misfit = float(few.misfit[0]) + _rest(s)
        found.append((NAMES[shape], amounts, misfit, count, _separation(few) if shape is TWO else None))
    raised = max(min(chi for _, _, chi, _, _ in found) / s.count, 1.0)
    bics = [chi / raised + count * np.log(s.count) for _, _, chi, count, _ in found]
    told = [
        Description(
            name,
            SizeDistribution.of(s.frame.diameters, amounts, Weighting.VOLUME),
            chi / s.count,
            float(bic - min(bics)),
            apart,
        )
        for (name, amounts, chi, _, apart), bic in zip(found, bics, strict=True)
    ]
    return _ordered(told)


def _ordered(told: Sequence[Description]) -> tuple[Description, ...]:
    """Return descriptions, the one to use first."""
    free = told[0]
    enough = [d for d in told[1:] if d.resolved and d.misfit - free.misfit < GAP]
    first = min(enough, key=lambda d: d.bic) if enough else free
    return (first, *sorted((d for d in told if d is not first), key=lambda d: d.bic))


def _misfit(s: Reduced, component: Component, solution: Solution) -> float:
    """Return chi-squared of free form."""
    missed = s.rows - component.problem.fitted(solution)
    return (float(missed @ missed) + s.beside) / s.noise**2


def _rest(s: Reduced) -> float:
    """Return chi-squared of what no distribution reaches: further directions and all beside them."""
    further = s.frame.beyond(s.rows)[MODES:]
    return (float(further @ further) + s.beside) / s.noise**2


def _degrees(s: Reduced, component: Component) -> float:
    """Return how many numbers the spectrum has determined in free form [1]."""
    best = component.belief.best
    _, gains = decomposed(component.problem, best.envelope)
    told = gains / best.strength
    return float((told / (told + s.noise**2)).sum()) + len(s.frame.background)


def _separation(few: Few) -> float:
    """Return sqrt(2) |m1 - m2| / sqrt(s1^2 + s2^2) of two log-normal modes [1]; Ashman et al., eq 1."""
    if not (few.amounts[0] > 0.0).all():
        return 0.0
    means, sds = np.array([_mean_and_sd(p) for p in few.parameters[0]]).T
    return float(np.sqrt(2.0) * abs(means[0] - means[1]) / np.hypot(*sds))


def _mean_and_sd(parameters: Float[np.ndarray, " two"]) -> tuple[float, float]:
    """Return mean and standard deviation of a log-normal mode [nm]."""
    m, s = np.exp(parameters)
    mean = m * np.exp(0.5 * s * s)
    return float(mean), float(mean * np.sqrt(np.expm1(s * s)))
