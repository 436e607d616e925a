"""What an error of the lineshape does to sizes read from one spectrum.

One spectrum can not tell the width of a dot's line from the width of the distribution: a kernel that is wrong
fits almost as well, with other sizes. So the fit is repeated with neighbouring lineshapes under the same
prior.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.evidence import Prior
from aliquot.instruments.absorbance.kernel import lineshape_of
from aliquot.instruments.absorbance.problem import Background, problem
from aliquot.instruments.absorbance.sampling import summary
from aliquot.knowledge.records import Material
from aliquot.units import to_float

WIDTH_SPREAD = 0.15
"""Standard uncertainty of the first line's width, relative [1].

Estimated because single InP dots show 30 to 45 meV at room temperature, 12 % taken as flat; batches differ too."""

LORENTZIAN_SPREAD = 0.06
"""Standard uncertainty of the Lorentzian share [1].

Estimated because no raw spectrum fixes it, and none at all is possible."""


def lineshape_budget(
    material: Material,
    wavelengths: Float[np.ndarray, " wavelengths"],
    background: tuple[Background, ...],
    values: Float[np.ndarray, " wavelengths"],
    noise: float,
    prior: Prior,
) -> Float[np.ndarray, " quantities"]:
    """Return the standard uncertainty of mean [nm], RSD [1] and amount (relative) from the lineshape.

    Args:
        material: Card of the material.
        wavelengths: Wavelengths [nm], shape (wavelengths,).
        background: Kinds of background that were allowed for.
        values: The spectrum, scaled such that amounts are of order 1, shape (wavelengths,).
        noise: Standard deviation of the values.
        prior: Envelope and strength, kept.

    Returns:
        Root of the sum of squares of half the change between a lower and an upper lineshape, for width and
        Lorentzian share, shape (3,).
    """
    squares = np.zeros(3)
    for pair in _neighbours(material):
        ends = []
        for other in pair:
            columns = problem(other, wavelengths, background, _N_S)
            amounts = columns.solve(columns.basis.T @ values, noise, prior.envelope, prior.strength).amounts
            mean, rsd, amount = summary(columns, amounts)
            ends.append(np.array([mean, rsd, np.log(amount / columns.unit)]))
        squares += (0.5 * (ends[1] - ends[0])) ** 2
    return np.asarray(np.sqrt(squares))


_N_S = 1.40  # any: only ratios of amounts are told


def _neighbours(material: Material) -> Iterator[tuple[Material, Material]]:
    """Yield pairs of the material with a lower and an upper lineshape."""
    shape = lineshape_of(material)
    first, *others = shape.transitions
    width = to_float(first.width, "eV")
    widths = [f"{width * (1.0 + sign * WIDTH_SPREAD):.9g} eV" for sign in (-1, 1)]
    shares = [max(shape.lorentzian + sign * LORENTZIAN_SPREAD, 0.0) for sign in (-1, 1)]
    lines = [(first.model_copy(update={"width": w}), *others) for w in widths]
    for key, ends in (("transitions", lines), ("lorentzian", shares)):
        low, high = (
            material.model_copy(update={"lineshape": shape.model_copy(update={key: end})}) for end in ends
        )
        yield low, high
