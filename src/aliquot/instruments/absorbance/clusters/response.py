"""How amounts and residuals of a fit move with the place of the lines, without fitting again.

Amounts that positivity keeps at zero stay there for a small step. For the others, x = argmin |M x - b|^2, the
derivative is that of a linear least-squares problem (Golub and Pereyra 1973, SIAM J. Numer. Anal. 10, 413):

    H dx = dF^T r / s - F^T dF x / s^2,   H = F^T F / s^2 + strength L^T L,   r = (A - F x) / s

Only the columns are differentiated numerically, once for all spectra.
"""

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.clusters.design import Place
from aliquot.instruments.absorbance.clusters.fit import Fit
from aliquot.instruments.absorbance.clusters.solve import second_differences

_STEPS = Place(0.05, 0.005, 0.005, 0.005, 0.005)  # far above rounding, far below the width of a line


def response(
    one: Fit,
) -> tuple[Float[np.ndarray, "terms shared"], Float[np.ndarray, "shared spectra unknowns"]]:
    """Return the derivatives of what is minimised but for the prior, and of the amounts.

    Args:
        one: A fit of a series.

    Returns:
        Derivatives of residuals over noise, then of the roughness of the dots, each for all spectra, shape
        (terms, shared); derivatives of the amounts [absorbance], shape (shared, spectra, unknowns).
    """
    moved = _columns_moved(one)
    slopes = np.array([_amounts_moved(one, moved, k) for k in range(one.values.shape[0])])
    changed = np.einsum("pwu,su->spw", moved, one.amounts) + slopes @ one.columns.matrix.T
    missed = -changed / one.noise[:, None, None]
    rough = slopes[:, :, one.columns.fixed :] @ second_differences(one.dots.shape[1])
    rough *= np.sqrt(one.strengths)[:, None, None]
    terms = [part.transpose(0, 2, 1).reshape(-1, len(Place._fields)) for part in (missed, rough)]
    return np.concatenate(terms), slopes.transpose(1, 0, 2)


def _columns_moved(one: Fit) -> Float[np.ndarray, "shared wavelengths unknowns"]:
    """Return the derivatives of all columns."""
    count, fixed = len(one.design.families), one.columns.fixed
    here = one.columns.matrix
    found = np.zeros((len(Place._fields), *here.shape))
    for axis, (name, step) in enumerate(_STEPS._asdict().items()):
        place = one.place._replace(**{name: getattr(one.place, name) - step})
        if name == "dots_width":
            found[axis, :, fixed:] = (here[:, fixed:] - one.design.block(place)[:-1]) / step
        else:
            found[axis, :, :count] = (here[:, :count] - one.design.clusters(place)[:-1]) / step
    return found


def _amounts_moved(
    one: Fit, moved: Float[np.ndarray, "shared wavelengths unknowns"], which: int
) -> Float[np.ndarray, "shared unknowns"]:
    """Return the derivatives of the amounts in one spectrum."""
    of, noise, amounts = one.columns, float(one.noise[which]), one.amounts[which]
    used = amounts != 0.0
    kept, rough = of.loadings[:, used], of.rough[:, used]
    precision = kept.T @ kept / noise**2 + float(one.strengths[which]) * rough.T @ rough
    residual = (one.values[which] - of.matrix @ amounts) / noise**2
    pull = residual @ moved[:, :, used] - (moved @ amounts @ of.basis / noise**2) @ kept
    found = np.zeros((moved.shape[0], amounts.size))
    found[:, used] = np.linalg.solve(precision, pull.T).T if used.any() else 0.0
    return found
