"""Few modes fitted to spectra, with the constants of the lineshape free or held: variable projection.

Amounts of modes enter linearly and are solved for inside (never negative); what remains are logarithms of
positions and widths, and the coordinates of the lineshape that all spectra of a series share. Gauss and
Newton with Marquardt's damping does the rest: some five kernels with their derivatives.

Source: Golub and Pereyra 1973 (SIAM J. Numer. Anal. 10, 413), in Kaufman's approximation 1975 (BIT 15, 49).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import nnls

from aliquot.instruments.absorbance.evidence import MODES
from aliquot.instruments.absorbance.frame import STEP_NM
from aliquot.instruments.absorbance.lineprior import LinePrior
from aliquot.instruments.absorbance.modes import Form, Shape
from aliquot.instruments.absorbance.reduced import Reduced

Parameters = tuple[Float[np.ndarray, " _"], ...]
"""One vector for each mode of a spectrum."""

_ROUNDS = 20
_ENOUGH = 0.3  # of chi-squared
_LEAP = 1.5  # farthest step of a coordinate of the lineshape, in spreads
_HOP = 0.4  # farthest step of a logarithm
_USUAL_WIDTH = (np.log(0.12), 0.7)  # ln of a relative width, and its sd: 3 to 48 % are usual
_USUAL_PLACE = 0.5  # sd of ln of a position around the middle of the sizes


@dataclass(frozen=True, slots=True, eq=False)
class Few:
    """Spectra described by few modes.

    Attributes:
        shapes: The modes of each spectrum.
        parameters: Their parameters, for each spectrum.
        amounts: Their amounts, for each spectrum, in units of the problem.
        z: Coordinates of the lineshape, shape (free,).
        misfit: Chi-squared of each spectrum in the directions that are weighed, shape (spectra,).
        cost: Chi-squared of all, with what position in the prior costs [1].
        kernels: Columns of sizes with that lineshape, by frame, in the directions that are weighed.
    """

    shapes: tuple[Shape, ...]
    parameters: tuple[Parameters, ...]
    amounts: tuple[Float[np.ndarray, " _"], ...]
    z: Float[np.ndarray, " free"]
    misfit: Float[np.ndarray, " spectra"]
    cost: float
    kernels: dict[int, Float[np.ndarray, "weighed _"]]

    def distribution(self, which: int, diameters: Float[np.ndarray, " sizes"]) -> Float[np.ndarray, " sizes"]:
        """Return the amount in each size of a spectrum, shape (sizes,)."""
        columns = _densities(self.shapes[which], self.parameters[which], diameters)
        return np.asarray(STEP_NM * columns @ self.amounts[which])


def fit_few(
    spectra: Sequence[Reduced],
    shapes: Sequence[Shape],
    starts: Sequence[Parameters],
    prior: LinePrior,
    *,
    z: Float[np.ndarray, " free"],
    free: bool = True,
) -> Few:
    """Return the fit of few modes to each spectrum, under one lineshape.

    Args:
        spectra: Spectra of one material.
        shapes: Modes of each.
        starts: Parameters to start from, for each.
        prior: What is believed of the lineshape.
        z: Coordinates to start from.
        free: Whether the lineshape may move.
    """
    at = _evaluate(spectra, shapes, list(starts), prior, z, {})
    damping = 1e-2
    for _ in range(_ROUNDS):
        matrix, slope = _normal(spectra, shapes, at, prior, free=free)
        gained = 0.0
        for _ in range(6):
            step = np.linalg.solve(matrix + damping * np.diag(np.diag(matrix)), slope)
            parameters, moved = _moved(shapes, at, step)
            tried = _evaluate(spectra, shapes, parameters, prior, moved, {} if free else at.kernels)
            gained = at.cost - tried.cost
            if gained > 0.0:
                break
            damping *= 6.0
        if gained <= 0.0:
            break
        at, damping = tried, max(damping / 5.0, 1e-4)
        if gained < _ENOUGH:
            break
    return at


def _densities(
    shape: Shape, parameters: Parameters, d: Float[np.ndarray, " sizes"]
) -> Float[np.ndarray, "sizes modes"]:
    return np.stack([form.density(p, d) for form, p in zip(shape, parameters, strict=True)], axis=1)


def _evaluate(
    spectra: Sequence[Reduced],
    shapes: Sequence[Shape],
    parameters: Sequence[Parameters],
    prior: LinePrior,
    z: Float[np.ndarray, " free"],
    kernels: dict[int, Float[np.ndarray, "weighed _"]],
) -> Few:
    """Solve for the amounts, and say what it all costs; ``kernels`` are those of z where known."""
    for s in spectra:
        if id(s.frame) not in kernels:
            kernels[id(s.frame)] = s.frame.reduced_kernel(z)[:MODES]
    misfit, amounts, cost = [], [], prior.cost(z)
    for s, shape, p in zip(spectra, shapes, parameters, strict=True):
        d = s.frame.diameters
        columns = STEP_NM * kernels[id(s.frame)] @ _densities(shape, p, d)
        found, residual = nnls(columns, s.beyond)
        amounts.append(found)
        misfit.append((residual / s.noise) ** 2)
        cost += misfit[-1] + sum(float((_unusual(q, d)[0] ** 2).sum()) for q in p)
    return Few(tuple(shapes), tuple(parameters), tuple(amounts), z, np.array(misfit), float(cost), kernels)


def _unusual(
    parameters: Float[np.ndarray, " parameters"], d: Float[np.ndarray, " sizes"]
) -> tuple[Float[np.ndarray, " parameters"], Float[np.ndarray, " parameters"]]:
    """Return how far parameters lie from what is usual, in standard deviations, and those."""
    middle = np.full(parameters.size, _USUAL_WIDTH[0])
    sd = np.full(parameters.size, _USUAL_WIDTH[1])
    middle[0], sd[0] = 0.5 * np.log(d[0] * d[-1]), _USUAL_PLACE
    return (parameters - middle) / sd, sd


def _moved(
    shapes: Sequence[Shape], at: Few, step: Float[np.ndarray, " unknowns"]
) -> tuple[list[Parameters], Float[np.ndarray, " free"]]:
    """Return parameters and coordinates after a step, which is kept within bounds."""
    free = at.z.size
    farthest = float(np.abs(step[:free]).max())
    z = at.z + step[:free] * min(1.0, _LEAP / max(farthest, 1e-12))
    parameters, k = [], free
    for shape, old in zip(shapes, at.parameters, strict=True):
        new = []
        for form, p in zip(shape, old, strict=True):
            new.append(p + np.clip(step[k : k + form.parameters], -_HOP, _HOP))
            k += form.parameters
        parameters.append(tuple(new))
    return parameters, z


def _normal(
    spectra: Sequence[Reduced], shapes: Sequence[Shape], at: Few, prior: LinePrior, *, free: bool
) -> tuple[Float[np.ndarray, "unknowns unknowns"], Float[np.ndarray, " unknowns"]]:
    """Return Gauss and Newton's matrix and the slope of the cost, halved."""
    size = at.z.size
    counts = [sum(form.parameters for form in shape) for shape in shapes]
    matrix, slope = np.zeros((size + sum(counts),) * 2), np.zeros(size + sum(counts))
    if free:
        matrix[:size, :size], slope[:size] = prior.precision, -prior.precision @ (at.z - prior.mean)
    else:
        matrix[:size, :size] = np.eye(size)
    slopes = {id(s.frame): s.frame.with_slopes(at.z)[1] if free else None for s in spectra}
    k = size
    for which, (s, count) in enumerate(zip(spectra, counts, strict=True)):
        own = np.arange(k, k + count)
        jacobian, residual = _jacobian(s, at, which, slopes[id(s.frame)])
        places = np.concatenate([np.arange(size), own]) if free else own
        matrix[np.ix_(places, places)] += jacobian.T @ jacobian
        slope[places] += jacobian.T @ residual
        pairs = [_unusual(p, s.frame.diameters) for p in at.parameters[which]]
        away, sd = (np.concatenate(part) for part in zip(*pairs, strict=True))
        matrix[own, own] += 1.0 / sd**2
        slope[own] -= away / sd
        k += count
    return matrix, slope


def _jacobian(
    s: Reduced,
    at: Few,
    which: int,
    slopes: Float[np.ndarray, "free directions sizes"] | None,
) -> tuple[Float[np.ndarray, "modes unknowns"], Float[np.ndarray, " modes"]]:
    """Return how the fitted spectrum changes, amounts projected out, and the residual, over the noise."""
    shape, parameters, amounts = at.shapes[which], at.parameters[which], at.amounts[which]
    d, kernel = s.frame.diameters, at.kernels[id(s.frame)]
    columns = STEP_NM * kernel @ _densities(shape, parameters, d)
    changes = [
        STEP_NM * amount * form.slopes(p, d) @ kernel.T
        for form, p, amount in zip(shape, parameters, amounts, strict=True)
    ]
    if slopes is not None:
        changes.insert(0, slopes[:, :MODES] @ at.distribution(which, d))
    jacobian = np.concatenate(changes).T / s.noise
    used = columns[:, amounts > 0.0]
    if used.shape[1]:
        q, _ = np.linalg.qr(used)
        jacobian = jacobian - q @ (q.T @ jacobian)
    return jacobian, (s.beyond - columns @ amounts) / s.noise


def start_of(form: Form, mean: float, rsd: float) -> Float[np.ndarray, " parameters"]:
    """Return parameters of a mode of about this mean [nm] and RSD [1]."""
    if form is Form.LOG_NORMAL:
        return np.log([mean, rsd])
    return np.log([mean * (1.0 + 0.5 * rsd), 0.7 * rsd, 0.7 * rsd])
