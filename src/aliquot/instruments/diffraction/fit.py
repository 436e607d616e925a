"""Diameter and lattice constant of spheres from a pattern, by Debye's formula.

    seen = scale * P(d, a, RSD) + polynomial background

Scale and background follow by linear least squares for every diameter and lattice constant; only these (and
the spread, where it is asked for) are searched. Residuals are weighted as counts are; their size is taken
from the fit, so that the unit of the intensities does not matter.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares

from aliquot.errors import InputError, SignalError, Where
from aliquot.instruments.diffraction.model import DIAMETERS_NM, STRAIN, SphereTable, seen, sphere_table
from aliquot.instruments.diffraction.pattern import Pattern
from aliquot.instruments.diffraction.profile import Diffractometer
from aliquot.instruments.diffraction.structure import Cell

FEWEST_POINTS = 40
"""Fewest points of a pattern that is fitted."""
LEAST_SPAN_DEG = 8.0
"""Least range of angles that is fitted [deg]: one broad line and the ground beside it."""
BACKGROUND = 4
"""Degree of the polynomial under the pattern."""

_STARTS_NM = (1.5, 2.5, 4.0, 6.5)
_RSD_START = 0.12
_RSDS = (0.01, 0.5)


@dataclass(frozen=True, slots=True)
class SphereFit:
    """Spheres of one crystal, fitted to a pattern.

    Attributes:
        cell: The crystal.
        diameter: Mean diameter by volume [nm].
        strain: By how much the lattice is larger than that of the card [1].
        rsd: Relative standard deviation of the diameter by volume [1]; 0 where one size was fitted.
        scale: Intensity for an electron squared per atom.
        model: Fitted intensities, shape (n,).
        background: The polynomial in them, shape (n,).
        chi2: Sum of weighted squares of the residuals.
        freedom: Points less parameters.
        r_wp: Weighted residual over weighted intensity [1].
        sds: Standard uncertainties of the logarithm of the diameter, with ever more else left free: nothing
            but the scale, the lattice and the spread too, the background too [1].
        strain_sd: Standard uncertainty of the strain [1].
        rsd_sd: Standard uncertainty of the spread [1].
    """

    cell: Cell
    diameter: float
    strain: float
    rsd: float
    scale: float
    model: Float[np.ndarray, " n"]
    background: Float[np.ndarray, " n"]
    chi2: float
    freedom: int
    r_wp: float
    sds: tuple[float, float, float]
    strain_sd: float
    rsd_sd: float

    @property
    def edge_nm(self) -> float:
        """First lattice constant [nm]."""
        return self.cell.edge * (1.0 + self.strain)

    @property
    def bic(self) -> float:
        """Criterion by Schwarz: the smaller the better, each parameter costs."""
        n = self.model.size
        return float(n * np.log(self.chi2 / n) + (n - self.freedom) * np.log(n))


def fit_spheres(
    pattern: Pattern,
    cell: Cell,
    *,
    instrument: Diffractometer | None = None,
    degree: int = BACKGROUND,
    spread: bool = False,
) -> SphereFit:
    """Fit spheres of a crystal to a pattern.

    Args:
        pattern: What was measured.
        cell: The crystal.
        instrument: The diffractometer; None for a usual one.
        degree: Degree of the background.
        spread: Whether a log-normal spread of the diameters is fitted too.

    Raises:
        SignalError: If the pattern is too short, or nothing in it scatters like this crystal.
        InputError: If the degree is not from 0 to 12.

    Example:
        >>> from aliquot.instruments.diffraction.structure import crystal
        >>> from aliquot.instruments.diffraction.pattern import CU_KA1_NM
        >>> inp, angles = crystal("InP-zinc-blende"), np.linspace(18.0, 60.0, 421)
        >>> clean = seen(sphere_table(inp, 12.0, 42.0), angles, CU_KA1_NM, Diffractometer(), (3.4, 0.0, 0.0))
        >>> found = fit_spheres(Pattern(angles, clean + 500.0, CU_KA1_NM, "made"), inp)
        >>> round(found.diameter, 2), round(found.edge_nm, 4)
        (3.4, 0.5869)
    """
    check(pattern, degree)
    problem = Problem.of(pattern, cell, instrument or Diffractometer(), degree)
    low, high = np.log(DIAMETERS_NM[0] * 1.05), np.log(DIAMETERS_NM[1] * 0.95)
    bounds = ([low, -0.9 * STRAIN], [high, 0.9 * STRAIN])
    starts = sorted(
        _STARTS_NM, key=lambda d: float((problem.residuals(np.array([np.log(d), 0.0])) ** 2).sum())
    )
    best = min(
        (
            least_squares(problem.residuals, [np.log(d), 0.0], bounds=bounds, x_scale=[0.1, 0.003])
            for d in starts[:2]
        ),
        key=lambda found: float(found.cost),
    )
    place = np.array(best.x)
    if spread:
        wide = ([*bounds[0], _RSDS[0]], [*bounds[1], _RSDS[1]])
        start = [*place, _RSD_START]
        place = np.array(least_squares(problem.residuals, start, bounds=wide, x_scale=[0.1, 0.003, 0.05]).x)
    return problem.summary(place)


def check(pattern: Pattern, degree: int = BACKGROUND) -> None:
    """Refuse a pattern that can not bear the fit; raises SignalError, or InputError for the degree."""
    if not 0 <= degree <= 12:
        raise InputError(
            given=f"a background of degree {degree}",
            expected="a degree from 0 to 12",
            why="a polynomial that bends more follows the lines too",
            remedy="Take 4.",
            where=Where(key="background"),
        )
    span = float(pattern.two_theta[-1] - pattern.two_theta[0])
    if pattern.two_theta.size < FEWEST_POINTS or span < LEAST_SPAN_DEG:
        raise SignalError(
            given=f"'{pattern.label}', {pattern.two_theta.size} points over {span:.3g} degrees",
            expected=f"{FEWEST_POINTS} points over {LEAST_SPAN_DEG:g} degrees at least",
            why="lines of dots are some degrees wide, and the ground beside them must be seen",
            remedy="Measure a wider range, or check the unit of the axis.",
            where=pattern.where,
        )


@dataclass(frozen=True)
class Problem:
    """A pattern, its weights, and what is fitted to it.

    Attributes:
        pattern: What was measured.
        table: Spheres of the crystal.
        instrument: The diffractometer.
        polynomials: Columns of the background, shape (n, degree + 1).
        weights: Inverse of the noise, up to a factor, shape (n,).
    """

    pattern: Pattern
    table: SphereTable
    instrument: Diffractometer
    polynomials: Float[np.ndarray, "n m"]
    weights: Float[np.ndarray, " n"]

    @classmethod
    def of(cls, pattern: Pattern, cell: Cell, instrument: Diffractometer, degree: int) -> "Problem":
        """Set up the fit of a crystal to a pattern."""
        x = pattern.two_theta
        q = pattern.q
        table = sphere_table(cell, float(q[0]), float(q[-1]) * 1.02)
        unit = 2.0 * (x - x[0]) / (x[-1] - x[0]) - 1.0
        return cls(
            pattern, table, instrument, np.polynomial.chebyshev.chebvander(unit, degree), weights_of(pattern)
        )

    def sphere(self, place: Float[np.ndarray, " k"]) -> Float[np.ndarray, " n"]:
        """Return the pattern of spheres: logarithm of the diameter, strain, and spread if it has a third."""
        rsd = float(place[2]) if place.size > 2 else 0.0
        shape = (float(np.exp(place[0])), float(place[1]), rsd)
        return seen(self.table, self.pattern.two_theta, self.pattern.wavelength_nm, self.instrument, shape)

    def linear(
        self, place: Float[np.ndarray, " k"]
    ) -> tuple[Float[np.ndarray, "n m"], Float[np.ndarray, " m"]]:
        """Return the columns, the spheres first, and how much of each; the spheres never below zero."""
        columns = np.column_stack([self.sphere(place), self.polynomials])
        target = self.weights * self.pattern.intensities
        amounts = np.linalg.lstsq(self.weights[:, None] * columns, target, rcond=None)[0]
        if amounts[0] <= 0.0:
            rest = np.linalg.lstsq(self.weights[:, None] * columns[:, 1:], target, rcond=None)[0]
            amounts = np.concatenate([[0.0], rest])
        return columns, amounts

    def residuals(self, place: Float[np.ndarray, " k"]) -> Float[np.ndarray, " n"]:
        """Return the weighted residuals, shape (n,)."""
        columns, amounts = self.linear(np.asarray(place))
        return np.asarray(self.weights * (self.pattern.intensities - columns @ amounts))

    def summary(self, place: Float[np.ndarray, " k"]) -> SphereFit:
        """Return the fit at a place, with its uncertainties from the curvature.

        Raises:
            SignalError: If nothing scatters like this crystal.
        """
        columns, amounts = self.linear(place)
        if amounts[0] <= 0.0:
            raise SignalError(
                given=f"'{self.pattern.label}'",
                expected=f"lines of {self.table.cell.phase}",
                why="the best amount of this crystal in the pattern is none",
                remedy="Check material, phase and wavelength.",
                where=self.pattern.where,
            )
        model = columns @ amounts
        weighted = self.weights * (self.pattern.intensities - model)
        chi2 = float(weighted @ weighted)
        freedom = max(model.size - amounts.size - place.size, 1)
        slopes = [amounts[0] * self.slope(place, k) for k in range(place.size)]
        parts = [slopes[0], columns[:, 0]], slopes[1:], list(columns[:, 1:].T)
        sds: list[float] = []
        free: list[Float[np.ndarray, " n"]] = []
        for part in parts:
            free += part
            slope = np.stack([self.weights * one for one in free])
            sizes = np.linalg.norm(slope, axis=1, keepdims=True) + 1e-300
            curvature = np.linalg.pinv((slope / sizes) @ (slope / sizes).T, rcond=1e-12)
            covariance = curvature / (sizes @ sizes.T) * chi2 / freedom
            sds.append(float(np.sqrt(covariance[0, 0])))
        target = self.weights * self.pattern.intensities
        return SphereFit(
            self.table.cell,
            float(np.exp(place[0])),
            float(place[1]),
            float(place[2]) if place.size > 2 else 0.0,
            float(amounts[0]),
            model,
            self.polynomials @ amounts[1:],
            chi2,
            freedom,
            float(np.sqrt(chi2 / (target @ target))),
            (sds[0], sds[1], sds[2]),
            float(np.sqrt(covariance[2, 2])),
            float(np.sqrt(covariance[3, 3])) if place.size > 2 else 0.0,
        )

    def slope(self, place: Float[np.ndarray, " k"], k: int) -> Float[np.ndarray, " n"]:
        """Return the derivative of the spheres' pattern, by central differences."""
        step = np.zeros_like(place)
        step[k] = (0.01, 1e-4, 0.01)[k]
        return np.asarray((self.sphere(place + step) - self.sphere(place - step)) / (2.0 * step[k]))


def weights_of(pattern: Pattern) -> Float[np.ndarray, " n"]:
    """Return the inverse of the noise of counting, up to a factor, from smoothed intensities, shape (n,)."""
    y = pattern.intensities
    width = max(y.size // 100, 2)
    smooth = np.convolve(
        np.pad(y, width, mode="edge"), np.full(2 * width + 1, 1.0 / (2 * width + 1)), "valid"
    )
    return np.asarray(1.0 / np.sqrt(np.maximum(smooth, 0.01 * float(y.max()))))
