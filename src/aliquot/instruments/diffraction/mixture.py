"""Two phases in one pattern: amounts by non-negative least squares, sizes and lattices searched."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares, nnls

from aliquot.instruments.diffraction.fit import Problem, SphereFit
from aliquot.instruments.diffraction.model import DIAMETERS_NM, STRAIN
from aliquot.instruments.diffraction.pattern import Pattern
from aliquot.instruments.diffraction.profile import Diffractometer

SURFACE_SHARE = 0.01
"""Standard uncertainty of a share from the rough surfaces of single cuts [1]: estimated, from fits of
mixtures of single cuts of InP, whose shares come back within 0.02."""


@dataclass(frozen=True, slots=True)
class MixtureFit:
    """Spheres of two crystals, fitted to a pattern together.

    Attributes:
        names: Phases.
        shares: Share of each in the volume of all that was fitted [1], shape (2,).
        diameters: Diameters [nm], shape (2,).
        sds: Standard uncertainties of the logarithms of the diameters [1], shape (2,).
        edges_nm: First lattice constants [nm], shape (2,).
        edge_sds_nm: Their standard uncertainties [nm], shape (2,).
        share_sd: Standard uncertainty of a share [1].
        model: Fitted intensities, shape (n,).
        bic: Criterion by Schwarz, as that of a single fit.
    """

    names: tuple[str, str]
    shares: Float[np.ndarray, " 2"]
    diameters: Float[np.ndarray, " 2"]
    sds: Float[np.ndarray, " 2"]
    edges_nm: Float[np.ndarray, " 2"]
    edge_sds_nm: Float[np.ndarray, " 2"]
    share_sd: float
    model: Float[np.ndarray, " n"]
    bic: float


def fit_mixture(
    pattern: Pattern, one: SphereFit, other: SphereFit, instrument: Diffractometer, degree: int
) -> MixtureFit:
    """Fit spheres of two crystals together, beginning with what each gave alone.

    Args:
        pattern: What was measured.
        one: Fit of the first crystal alone.
        other: Fit of the second.
        instrument: The diffractometer.
        degree: Degree of the background.
    """
    parts = [Problem.of(pattern, fit.cell, instrument, degree) for fit in (one, other)]
    weights, target = parts[0].weights, parts[0].weights * pattern.intensities
    ground = weights[:, None] * parts[0].polynomials
    volumes = np.array([one.cell.atom_volume, other.cell.atom_volume])

    def solved(place: Float[np.ndarray, " 4"]) -> tuple[Float[np.ndarray, "n m"], Float[np.ndarray, " m"]]:
        spheres = [part.sphere(place[2 * k : 2 * k + 2]) for k, part in enumerate(parts)]
        # The background may have either sign: it enters with both.
        columns = np.column_stack([*(weights * sphere for sphere in spheres), ground, -ground])
        sizes = np.linalg.norm(columns, axis=0)
        return columns, np.asarray(nnls(columns / sizes, target)[0] / sizes)

    def residuals(place: Float[np.ndarray, " 4"]) -> Float[np.ndarray, " n"]:
        columns, amounts = solved(np.asarray(place))
        return np.asarray(target - columns @ amounts)

    low, high = np.log(DIAMETERS_NM[0] * 1.05), np.log(DIAMETERS_NM[1] * 0.95)
    start = np.array([np.log(one.diameter), one.strain, np.log(one.diameter), 0.0])
    bounds = ([low, -0.9 * STRAIN] * 2, [high, 0.9 * STRAIN] * 2)
    found = least_squares(residuals, start, bounds=bounds, x_scale=[0.1, 0.003] * 2, max_nfev=60)
    place = np.array(found.x)
    columns, amounts = solved(place)
    taken = amounts[:2] * volumes
    n = target.size
    parameters = 4 + 2 + parts[0].polynomials.shape[1]
    chi2 = 2.0 * float(found.cost)
    noise = chi2 / max(n - parameters, 1)
    curvature = np.linalg.pinv(found.jac.T @ found.jac, rcond=1e-12) * noise
    sds = np.sqrt(np.maximum(np.diag(curvature), 0.0))
    edges = np.array([one.cell.edge, other.cell.edge])
    total = max(float(taken.sum()), 1e-300)
    # d share_1 = (v1 v2 / total^2) (a2 da1 - a1 da2); sizes and lattices move with the amounts.
    lever = volumes[0] * volumes[1] / total**2 * np.array([amounts[1], -amounts[0]])
    moves = [
        weights * amounts[k] * part.slope(place[2 * k : 2 * k + 2], j)
        for k, part in enumerate(parts)
        for j in range(2)
    ]
    everything = np.column_stack([columns[:, :2], *moves, ground])
    scale = np.linalg.norm(everything, axis=0) + 1e-300
    whole = np.linalg.pinv((everything / scale).T @ (everything / scale), rcond=1e-10) * noise
    both = whole[:2, :2] / np.outer(scale[:2], scale[:2])
    return MixtureFit(
        (one.cell.phase, other.cell.phase),
        np.asarray(taken / total),
        np.exp(place[[0, 2]]),
        sds[[0, 2]],
        edges * (1.0 + place[[1, 3]]),
        edges * sds[[1, 3]],
        float(np.hypot(np.sqrt(lever @ both @ lever), SURFACE_SHARE)),
        np.asarray((columns @ amounts) / weights),
        float(n * np.log(chi2 / n) + parameters * np.log(n)),
    )
