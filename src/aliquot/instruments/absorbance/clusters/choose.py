"""Which families of the library a series needs: all are tried, and what explains nothing is left out.

From the full library the least useful family is taken out, again and again, as long as the series is
described as well without it, by BIC: each amount has to earn ln(values) in the sum of squared residuals, in
units of the noise that the FULL library leaves. So a kernel that is not quite right does not call for
clusters to mend it.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.clusters.design import Design
from aliquot.instruments.absorbance.clusters.fit import Fit, fit
from aliquot.instruments.absorbance.clusters.refine import Refined, settle
from aliquot.knowledge.records.clusters import Family

LEAST_SHARE = 0.02
"""Least amount, over the highest absorbance of the series, that a family must reach in some spectrum [1].

Less is within what an error of the dots' lineshape does: a line 15 % too narrow takes 0.01 to 0.015."""


def choose(
    library: tuple[Family, ...],
    made_for: Callable[[tuple[Family, ...]], Design],
    values: Float[np.ndarray, "spectra wavelengths"],
    noise: Float[np.ndarray, " spectra"],
) -> Refined:
    """Return the refined fit with those families of the library that the series needs.

    Args:
        library: Families to choose from.
        made_for: Columns for some of the families.
        values: Spectra, as rows, shape (spectra, wavelengths).
        noise: Standard deviation of one value of each spectrum, shape (spectra,).
    """
    best = settle(made_for(library), values, noise)
    scale = best.fit.noise
    while best.fit.design.families:
        spare = _small(best.fit) or _useless(best.fit, made_for, scale)
        if not spare:
            return best
        kept = tuple(one for one in best.fit.design.families if one not in spare)
        best = settle(made_for(kept), values, noise)
    return best


def _small(now: Fit) -> list[Family]:
    """Return the families that reach too little anywhere."""
    least = LEAST_SHARE * float(np.max(now.values))
    reached = now.clusters.max(axis=0).tolist()
    return [one for one, most in zip(now.design.families, reached, strict=True) if most < least]


def _useless(
    now: Fit, made_for: Callable[[tuple[Family, ...]], Design], scale: Float[np.ndarray, " spectra"]
) -> list[Family]:
    """Return the family that is missed least, if the series is described as well without it."""
    gains = []
    for one in now.design.families:
        kept = tuple(other for other in now.design.families if other is not one)
        without = fit(made_for(kept), now.values, now.noise, now.place, now.strengths)
        gains.append(_squares(without, scale) - _squares(now, scale))
    price = now.values.shape[0] * float(np.log(now.values.size))
    least = int(np.argmin(gains))
    return [now.design.families[least]] if gains[least] < price else []


def _squares(one: Fit, scale: Float[np.ndarray, " spectra"]) -> float:
    return float(((one.residual / scale[:, None]) ** 2).sum())
