"""What an error of the dots' lineshape does to the amounts beside them.

The width of a dot's line is refined with the series. Its Lorentzian share and where its higher transitions
lie are not: the unmixing is repeated with both changed, the lines of the clusters following where they were
refined, and the amounts move by what is not known of them.
"""

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.clusters.design import design
from aliquot.instruments.absorbance.clusters.fit import Fit, fit
from aliquot.instruments.absorbance.clusters.refine import nudged
from aliquot.instruments.absorbance.kernel import lineshape_of
from aliquot.knowledge.records import Lineshape, Material

LORENTZIAN_SPREAD = 0.06
"""Standard uncertainty of the Lorentzian share of a dot's lines [1].

Estimated because no spectrum of dots of one size fixes it, and none at all is possible."""

RATIO_SPREAD = 0.05
"""Standard uncertainty of (E_k - E_gap) / (E_1 - E_gap) of the higher transitions [1].

Estimated because the cards have the ratios of an InP-like study, for want of any of the material."""


def doubt(
    material: Material, one: Fit, dots_nm: tuple[float, float], *, refine: bool
) -> Float[np.ndarray, "changes spectra unknowns"]:
    """Return by how much the amounts move with each change of the dots' lineshape [absorbance].

    The changes come in pairs, lower and higher, so that half the sum of their squares is a variance.

    Args:
        material: Card of the material.
        one: The fit of the series.
        dots_nm: First excitons between which dots were looked for [nm].
        refine: Whether place and shape of the lines were refined.
    """
    if one.dots.shape[1] == 0:
        return np.zeros((0, *one.amounts.shape))
    moved = []
    for changed in _neighbours(material):
        other = design(changed, one.design.wavelengths, one.design.families, one.design.background, dots_nm)
        again = fit(other, one.values, one.noise, one.place, one.strengths)
        moved.append((nudged(again) if refine else again).amounts - one.amounts)
    return np.array(moved)


def _neighbours(material: Material) -> list[Material]:
    """Return the material with a lower and a higher Lorentzian share, and with higher transitions moved."""
    shape = lineshape_of(material)
    first, *others = shape.transitions
    found: list[Lineshape] = []
    for sign in (-1.0, 1.0):
        share = max(shape.lorentzian + sign * LORENTZIAN_SPREAD, 0.0)
        moved = [line.model_copy(update={"ratio": line.ratio + sign * RATIO_SPREAD}) for line in others]
        found.append(shape.model_copy(update={"lorentzian": share}))
        found.append(shape.model_copy(update={"transitions": (first, *moved)}))
    return [material.model_copy(update={"lineshape": changed}) for changed in found]
