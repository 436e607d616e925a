"""One or two lines in energy, fitted to an emission spectrum as it was measured, per wavelength.

    I(lambda) = (hc / lambda^2) sum_k h_k f(E; E_k, w_k, b_k) + offset        h_k >= 0, 0 <= offset <= floor

Noise is even where it was measured, so that the model is brought there and not the data to the model. Heights
and offset are linear and solved for at every step; three or six parameters are left to be searched.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import least_squares

from aliquot.instruments.emission.lines import EnergyLine
from aliquot.instruments.emission.reading import Reading
from aliquot.instruments.emission.space import jacobian
from aliquot.units import EV_NM

_FINEST_EV, _WIDEST_EV = 0.010, 0.9  # widths; a cluster at room temperature has 0.1, a trap band 0.5
_LEAN = 0.8
_BETTER = 10.0  # difference of BIC: very strong evidence on the usual scale
_APART = 2.0  # Ashman's D, above which two lines are two modes
_LEAST = 0.05  # of the higher line; less is a shoulder
_BROAD = 2.2  # times as wide as the other line: a background
_STANDS_OUT = 0.5  # of the height of the broad line beneath; less is a shoulder on a broad band
_RESOLUTION = 1e-3  # of the maximum: no line of this shape is believed to describe a real one better
_MOST_POINTS = 300


class Kind(StrEnum):
    """What the lines of a fit are together."""

    ONE = "one band"
    """One line, or two that make one band."""
    TWO = "two bands"
    """Two bands that stand apart."""
    ON_BACKGROUND = "a band on a broad background"
    """A line, and beneath it a second one that is much wider or has no maximum in the spectrum."""


@dataclass(frozen=True, slots=True, eq=False)
class BandFit:
    """Lines that describe a spectrum.

    Attributes:
        kind: What the lines are together.
        lines: The lines; the narrow one first where there is a background, else the highest per energy.
        heights: Their heights per energy [a.u. eV-1], shape (lines,).
        offset: What was read where nothing shines [a.u.].
        misfit: Root mean square of what the fit leaves [a.u.].
        noise_ev: Standard uncertainty from noise of maximum and width of each line [eV], shape (lines, 2).
    """

    kind: Kind
    lines: tuple[EnergyLine, ...]
    heights: Float[np.ndarray, " lines"]
    offset: float
    misfit: float
    noise_ev: Float[np.ndarray, "lines two"]

    def per_energy(self, energies: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return the emission without offset at photon energies [a.u. eV-1], shape (n,)."""
        return np.asarray(np.stack([line.at(energies) for line in self.lines], axis=1) @ self.heights)

    def part(
        self, wavelengths: Float[np.ndarray, " n"], places: Int[np.ndarray, " k"]
    ) -> Float[np.ndarray, " n"]:
        """Return what some of the lines add at wavelengths [a.u.], without offset, shape (n,)."""
        shapes = np.stack([line.at(EV_NM / wavelengths) for line in self.lines], axis=1)
        return np.asarray(shapes[:, places] @ self.heights[places] / jacobian(wavelengths))

    def at(self, wavelengths: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return what the fit says an instrument reads at wavelengths [a.u.], shape (n,)."""
        return np.asarray(self.per_energy(EV_NM / wavelengths) / jacobian(wavelengths) + self.offset)


def fit_band(
    wavelengths: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"], noise: float, start: Reading
) -> BandFit | None:
    """Fit one line, and two; keep two where they are much better.

    Args:
        wavelengths: Wavelengths that are not masked [nm], rising, shape (n,).
        values: Intensities, shape (n,).
        noise: Standard deviation of their noise.
        start: The band as it was read per energy, without a model.

    Returns:
        The fit, None where too few points are left or nothing converged.

    Example:
        >>> from aliquot.instruments.emission.reading import read_band
        >>> nm = np.arange(480.0, 760.0)
        >>> pair = sum(EnergyLine(at, 0.12, 0.0).at(EV_NM / nm) for at in (2.0, 2.3)) / jacobian(nm)
        >>> start = read_band(EV_NM / nm[::-1], (pair * jacobian(nm))[::-1], np.full(280, 1e-3))
        >>> found = fit_band(nm, pair, 1e-6, start)
        >>> found.kind.value, sorted(round(line.center, 3) for line in found.lines)
        ('two bands', [2.0, 2.3])
    """
    nm, y, noise = _thinned(wavelengths, values, noise)
    if nm.size < 12:
        return None
    problem = _Problem(nm, y)
    width = _usual_width(start)
    one = problem.solved([(start.peak, width, -0.1)])
    if one is None:
        return None
    best = one
    if nm.size >= 20 and not problem.is_enough(one, noise):
        pairs = [*_pairs(start.peak, width, one.lines[0].center), problem.beside(start.peak, width)]
        tries = [problem.solved(pair, steps=12) for pair in pairs]
        two = min((found for found in tries if found is not None), key=lambda f: f.squares, default=one)
        two = problem.solved([(line.center, line.fwhm, line.lean) for line in two.lines]) or two
        if problem.bic(one) - problem.bic(two) > _BETTER:
            best = two
    return problem.told(best, noise)


def _usual_width(start: Reading) -> float:
    """Return a width to begin with [eV]: that of the reading, or twice the half of it that is seen."""
    if start.width is not None:
        return float(np.clip(start.width, 2.0 * _FINEST_EV, 0.5 * _WIDEST_EV))
    halves = [abs(side.at - start.peak) for side in (start.low, start.high) if side is not None]
    return float(np.clip(2.0 * min(halves, default=0.075), 2.0 * _FINEST_EV, 0.5 * _WIDEST_EV))


def _pairs(peak: float, width: float, middle: float) -> list[list[tuple[float, float, float]]]:
    """Return pairs of lines to begin with: a broad one or a neighbour to the red, one to the blue, halves."""
    first = (peak, 0.8 * width, -0.1)
    return [
        [first, (peak - 1.2 * width, 1.6 * width, -0.1)],
        [first, (peak + 1.2 * width, 1.2 * width, -0.1)],
        [(middle - 0.5 * width, 0.7 * width, -0.1), (middle + 0.5 * width, 0.7 * width, -0.1)],
    ]


def _thinned(
    wavelengths: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"], noise: float
) -> tuple[Float[np.ndarray, " m"], Float[np.ndarray, " m"], float]:
    """Return means of neighbours where there are more points than lines of dots can need."""
    size = max(1, wavelengths.size // _MOST_POINTS)
    whole = wavelengths.size // size * size
    nm = wavelengths[:whole].reshape(-1, size).mean(axis=1)
    return nm, values[:whole].reshape(-1, size).mean(axis=1), noise / float(np.sqrt(size))


@dataclass(frozen=True, slots=True)
class _Solved:
    """A fit in units of the largest value."""

    lines: tuple[EnergyLine, ...]
    linear: Float[np.ndarray, " columns"]
    squares: float


class _Problem:
    """The data, and what can be asked of them."""

    def __init__(self, nm: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"]) -> None:
        self.energies = EV_NM / nm
        self.unit = float(jacobian(nm[:1])[0])
        self.per_nm = self.unit / jacobian(nm)
        self.low = min(0.0, float(y.min()))
        self.scale = float(y.max()) - self.low
        self.y = (y - self.low) / self.scale
        ends = float(self.energies[-1]), float(self.energies[0])
        reach = 0.5 * (ends[1] - ends[0])
        self.bounds = (ends[0] - reach, ends[1] + reach)

    def columns(self, lines: tuple[EnergyLine, ...]) -> Float[np.ndarray, "n columns"]:
        """Return what each line of unit height, and the offset, add to the data."""
        shapes = [self.per_nm * line.at(self.energies) for line in lines]
        return np.stack([*shapes, np.ones_like(self.y)], axis=1)

    def linear(self, columns: Float[np.ndarray, "n columns"]) -> Float[np.ndarray, " columns"]:
        """Return heights and offset, none negative: columns that would be are left out."""
        gram, right = columns.T @ columns, columns.T @ self.y
        kept = np.arange(right.size)
        found = np.zeros(right.size)
        while kept.size:
            part = gram[np.ix_(kept, kept)] + 1e-12 * np.eye(kept.size)
            solved = np.linalg.solve(part, right[kept])
            if solved.min() >= 0.0:
                found[kept] = solved
                break
            kept = np.delete(kept, int(np.argmin(solved)))
        return found

    def solved(self, start: list[tuple[float, float, float]], steps: int = 60) -> _Solved | None:
        """Return the best fit near a start; None where it fails, or ends at a bound of a place."""
        low = np.tile([self.bounds[0], _FINEST_EV, -_LEAN], len(start))
        high = np.tile([self.bounds[1], _WIDEST_EV, _LEAN], len(start))
        guess = np.clip(np.array(start).ravel(), low + 1e-6, high - 1e-6)
        scale = np.tile([0.05, 0.05, 0.3], len(start))
        fit = least_squares(
            self._left,
            guess,
            jac=self._slopes,
            bounds=(low, high),
            x_scale=scale,
            xtol=1e-6,
            ftol=1e-7,
            max_nfev=steps,
        )
        if fit.status < 0 or np.any(fit.active_mask.reshape(-1, 3)[:, 0]):
            return None
        lines = _lines(fit.x)
        return _Solved(lines, self.linear(self.columns(lines)), 2.0 * float(fit.cost))

    def _left(self, parameters: Float[np.ndarray, " p"]) -> Float[np.ndarray, " n"]:
        columns = self.columns(_lines(parameters))
        return np.asarray(columns @ self.linear(columns) - self.y)

    def _slopes(self, parameters: Float[np.ndarray, " p"]) -> Float[np.ndarray, "n p"]:
        """Return how the residuals change, what heights and offset can follow taken out (Kaufman 1975)."""
        lines = _lines(parameters)
        columns = self.columns(lines)
        linear = self.linear(columns)
        free = self._by_parameters(lines, linear)
        basis, _ = np.linalg.qr(columns[:, linear > 0.0])
        return np.asarray(free - basis @ (basis.T @ free))

    def _by_parameters(
        self, lines: tuple[EnergyLine, ...], linear: Float[np.ndarray, " columns"]
    ) -> Float[np.ndarray, "n p"]:
        """Return how the model changes with centre, width and lean of each line, its heights held."""
        heights = linear[: len(lines)]
        parts = [h * line.slopes(self.energies) for h, line in zip(heights, lines, strict=True)]
        return np.asarray(self.per_nm[:, None] * np.concatenate(parts, axis=1))

    def beside(self, peak: float, width: float) -> list[tuple[float, float, float]]:
        """Return a line at the maximum, and one where most is left beside it, to begin with."""
        first = EnergyLine(peak, width, 0.0)
        line = self.per_nm * first.at(self.energies)
        left = np.convolve(self.y - line / max(float(line.max()), 1e-12), np.full(5, 0.2), mode="same")
        second = float(self.energies[int(np.argmax(left))])
        return [(peak, width, -0.1), (second, width, -0.1)]

    def is_enough(self, found: _Solved, noise: float) -> bool:
        """Tell whether a fit leaves no more than noise, or than the shape of a line is believed."""
        allowed = (1.2 * noise / self.scale) ** 2 + _RESOLUTION**2
        return found.squares / self.y.size < allowed

    def bic(self, found: _Solved) -> float:
        """Return the Bayesian information criterion, the noise being what the fit leaves."""
        n = self.y.size
        k = 4 * len(found.lines) + 1
        return float(n * np.log(max(found.squares, 1e-24) / n) + k * np.log(n))

    def told(self, found: _Solved, noise: float) -> BandFit | None:
        """Return a fit in the units of the data; None where no line has any height."""
        count = len(found.lines)
        order = [int(i) for i in np.argsort(-found.linear[:count]) if found.linear[i] > 1e-6]
        if not order:
            return None
        kind = Kind.ONE
        if len(order) == 2:
            kind, order = self._kind(found, order)
        heights = found.linear[order]
        return BandFit(
            kind,
            tuple(found.lines[i] for i in order),
            np.asarray(heights * self.scale * self.unit),
            float(found.linear[count]) * self.scale + self.low,
            float(np.sqrt(found.squares / self.y.size)) * self.scale,
            self._noise(found, noise / self.scale)[order],
        )

    def _kind(self, found: _Solved, order: list[int]) -> tuple[Kind, list[int]]:
        """Return what two lines are together, and their order."""
        lines = [found.lines[i] for i in order]
        inside = [self.energies[-1] < line.center < self.energies[0] for line in lines]
        narrow = int(lines[1].fwhm < lines[0].fwhm)
        wide = 1 - narrow
        strong = found.linear[order[narrow]] > _STANDS_OUT * found.linear[order[wide]]
        broad = lines[wide].fwhm > _BROAD * lines[narrow].fwhm
        if strong and (broad or not inside[wide]):
            return Kind.ON_BACKGROUND, [order[narrow], order[wide]]
        deviations = float(np.hypot(lines[0].fwhm, lines[1].fwhm)) / 2.3548
        apart = float(np.sqrt(2.0)) * abs(lines[0].center - lines[1].center) / deviations
        both = found.linear[order[1]] > _LEAST * found.linear[order[0]]
        return (Kind.TWO if apart > _APART and all(inside) and both else Kind.ONE), order

    def _noise(self, found: _Solved, noise: float) -> Float[np.ndarray, "lines two"]:
        """Return the standard uncertainty of maximum and width of each line from noise [eV]."""
        count = len(found.lines)
        jac = np.concatenate(
            [self.columns(found.lines), self._by_parameters(found.lines, found.linear)], axis=1
        )
        covariance = np.linalg.pinv(jac.T @ jac) * noise**2
        sds = np.sqrt(np.maximum(np.diag(covariance)[count + 1 :], 0.0))
        return np.asarray(sds.reshape(count, 3)[:, :2])


def _lines(parameters: Float[np.ndarray, " p"]) -> tuple[EnergyLine, ...]:
    """Return lines from their parameters, three each."""
    return tuple(EnergyLine(float(c), float(w), float(b)) for c, w, b in parameters.reshape(-1, 3))
