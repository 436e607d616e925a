"""What an error of the lineshape does to sizes read from one spectrum.

One spectrum can not tell the width of a dot's line from the width of the distribution: a kernel that is wrong
fits almost as well, with other sizes. So the fit is repeated with neighbouring lineshapes.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.evidence import weigh
from aliquot.instruments.absorbance.kernel import lineshape_of
from aliquot.instruments.absorbance.problem import Background, Problem, problem
from aliquot.instruments.absorbance.sampling import summary
from aliquot.knowledge.records import Material
from aliquot.units import to_float

WIDTH_SPREAD = 0.15
"""Standard uncertainty of the first line's width, relative [1].

Estimated because single InP dots show 30 to 45 meV at room temperature, 12 % if flat; batches differ."""

LORENTZIAN_SPREAD = 0.06
"""Standard uncertainty of the Lorentzian share [1].

Estimated because no raw spectrum fixes it, and none at all is possible."""


def lineshape_budget(
    material: Material,
    wavelengths: Float[np.ndarray, " wavelengths"],
    background: tuple[Background, ...],
    values: Float[np.ndarray, " wavelengths"],
    noise: float,
    n_s: float,
    found: Float[np.ndarray, " quantities"],
) -> Float[np.ndarray, " quantities"]:
    """Return the standard uncertainty of mean [nm], RSD [1] and amount (relative) from the lineshape.

    Args:
        material: Card of the material.
        wavelengths: Wavelengths [nm], shape (wavelengths,).
        background: Kinds of background that were allowed for.
        values: The spectrum, scaled such that amounts are of order 1, shape (wavelengths,).
        noise: Standard deviation of the values.
        n_s: Refractive index of the medium [1].
        found: Mean [nm], RSD [1] and log of the amount per unit absorption, with the card's own lineshape.

    Returns:
        For width and Lorentzian share the root mean square of the change by a lower and an upper lineshape
        (the answer is far from linear in them), added in squares, shape (3,).
    """
    squares = np.zeros(3)
    for other in _neighbours(material):
        columns = problem(other, wavelengths, background, n_s)
        reduced = columns.basis.T @ values
        best = weigh(columns, reduced, noise).best
        amounts = columns.solve(reduced, noise, best.envelope, best.strength).amounts
        squares += 0.5 * (logged(columns, summary(columns, amounts)) - found) ** 2
    return np.asarray(np.sqrt(squares))


def logged(columns: Problem, told: Float[np.ndarray, " quantities"]) -> Float[np.ndarray, " quantities"]:
    """Return a summary with its amount as the log of amount per unit absorption, shape (3,)."""
    mean, rsd, amount = told
    return np.array([mean, rsd, np.log(amount / columns.unit)])


def _neighbours(material: Material) -> Iterator[Material]:
    """Yield the material with a narrower and a wider line, and with a lower and a higher Lorentzian share."""
    shape = lineshape_of(material)
    first, *others = shape.transitions
    for sign in (-1.0, 1.0):
        width = to_float(first.width, "eV") * (1.0 + sign * WIDTH_SPREAD)
        lines = (first.model_copy(update={"width": f"{width:.9g} eV"}), *others)
        share = max(shape.lorentzian + sign * LORENTZIAN_SPREAD, 0.0)
        for change in ({"transitions": lines}, {"lorentzian": share}):
            yield material.model_copy(update={"lineshape": shape.model_copy(update=change)})
