"""Two readings of a line: off the second derivative, and by a Gaussian on a quadratic background."""

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares

from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.curvature import Curvature, curvature, unsmoothed

RED, BLUE = 4.0, 1.7
"""Reach of a fit in standard deviations of the line [1]; the next transition is 2-3 away to the blue."""

_FINE_EV = 0.090


@dataclass(frozen=True, slots=True)
class Reading:
    """Energy and standard deviation of a line [eV], each with its uncertainty from noise.

    Example:
        >>> Reading(2.4, 0.001, 0.055, 0.002).energy
        2.4
    """

    energy: float
    energy_sd: float
    width: float
    width_sd: float


def from_curvature(bent: Curvature, place: int) -> Reading:
    """Read the line off the second derivative, at one of its minima."""
    rough = bent.width_below(float(bent.energies[place]))
    energy, energy_sd = bent.refine(place, max(0.015, 0.4 * rough))
    smoothed = bent.width_below(energy)
    width = unsmoothed(smoothed)
    # The zero crossing moves by the noise of d2A/dE2 over its slope there, about 0.86 depth / width.
    crossing_sd = float(bent.sd[place]) * smoothed / (0.86 * float(-bent.values[place]))
    return Reading(energy, energy_sd, width, float(np.hypot(crossing_sd, energy_sd)) * smoothed / width)


def by_resolution(energies: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"], line: Reading) -> float:
    """Return how far the minimum moves in a narrower window, beyond what noise does to it [eV]."""
    fine = curvature(energies, values, _FINE_EV)
    place = None if fine is None else fine.lowest(line.energy - 0.03, line.energy + 0.03)
    if fine is None or place is None:
        return 0.0
    energy, noise = fine.refine(place, max(0.012, 0.4 * line.width))
    return float(np.sqrt(max((energy - line.energy) ** 2 - noise**2, 0.0)))


def from_fit(
    energies: Float[np.ndarray, " n"],
    values: Float[np.ndarray, " n"],
    noise: Float[np.ndarray, " n"],
    start: Reading,
) -> Reading | None:
    """Fit a Gaussian line on a quadratic background; None where the fit runs away or has too few points."""
    low, high = start.energy - RED * start.width, start.energy + BLUE * start.width
    near = (energies >= low) & (energies <= high)
    if np.count_nonzero(near) < 10:
        return None
    x = (energies[near] - start.energy) / start.width
    y, weight = values[near], 1.0 / float(np.sqrt(np.mean(noise[near] ** 2)))
    scale = max(float(np.ptp(y)), 1e-6)

    def residual(p: Float[np.ndarray, " 6"]) -> Float[np.ndarray, " m"]:
        line = p[0] * np.exp(-0.5 * ((x - p[1]) / p[2]) ** 2)
        return np.asarray(line + p[3] + p[4] * x + p[5] * x * x - y / scale)

    guess = np.array([0.5, 0.0, 1.0, float(y[0]) / scale, 0.0, 0.0])
    bounds = ([0.0, -1.5, 0.3, -np.inf, -np.inf, -np.inf], [np.inf, 1.5, 3.0, np.inf, np.inf, np.inf])
    guess = np.clip(guess, bounds[0], bounds[1])
    fit = least_squares(residual, guess, bounds=bounds, x_scale="jac", xtol=1e-12, ftol=1e-12, gtol=1e-12)
    if fit.active_mask.any() or not fit.success or fit.x[0] < 1e-3:
        return None
    covariance = np.linalg.pinv(fit.jac.T @ fit.jac) / (weight * scale) ** 2
    sd = np.sqrt(np.maximum(np.diag(covariance), 0.0)) * start.width
    return Reading(
        energy=start.energy + float(fit.x[1]) * start.width,
        energy_sd=float(sd[1]),
        width=float(fit.x[2]) * start.width,
        width_sd=float(sd[2]),
    )


def maximum(
    energies: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"], line: Reading
) -> float | None:
    """Return the energy at which the spectrum itself is highest near a line [eV]; None on a shoulder.

    From the quartic through the points within 1.2 standard deviations. A line on a background that rises to
    the blue has its maximum to the blue of its centre.
    """
    near = np.abs(energies - line.energy) <= 1.2 * line.width
    if np.count_nonzero(near) < 7:
        return None
    x = (energies[near] - line.energy) / line.width
    quartic = np.polynomial.Polynomial.fit(x, values[near], 4)
    slope = quartic.deriv()
    roots = slope.roots()
    real = np.real(roots[np.abs(np.imag(roots)) < 1e-9])
    tops = real[(np.abs(real) <= 1.0) & (slope.deriv()(real) < 0.0)]
    if tops.size == 0:
        return None
    top = float(tops[np.argmin(np.abs(tops))])
    return line.energy + top * line.width


def as_finding(blank: Finding, value: float, parts: dict[str, float], unit: float) -> Finding:
    """Return a finding with its value and with a budget given in eV, converted by ``unit`` [unit eV-1]."""
    budget = {cause: part * unit for cause, part in parts.items()}
    total = float(np.sqrt(sum(part**2 for part in budget.values())))
    return replace(blank, value=Interval.normal(value, total), budget=MappingProxyType(budget))
