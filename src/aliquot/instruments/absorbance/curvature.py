"""Second derivative of a spectrum in energy, with the noise that it carries.

A transition that is no maximum, only a shoulder, still is a minimum of d2A/dE2. The derivative is taken in
energy, where lines are symmetric and equally wide, and by a linear operator, so that the noise of every value
follows exactly from that of the spectrum.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import median_filter
from scipy.sparse import csr_array, diags_array

WINDOW_EV = 0.140
"""Window of the Savitzky-Golay filter [eV]: a little more than the full width of an exciton at 295 K."""

LEAST_NOISE = 1e-5
"""Noise that no spectrometer undercuts [absorbance]."""

_ORDER = 3
_FINEST_EV, _COARSEST_EV = 0.0005, 0.020
_STRIDE_EV = 0.005  # neighbours closer than this share the noise of one slit width, and would hide it
_NOISE_SPAN = 41
_FOURTH = np.array([1.0, -4.0, 6.0, -4.0, 1.0])


@dataclass(frozen=True, slots=True)
class Curvature:
    """d2A/dE2 on a uniform grid of energy.

    Attributes:
        energies: Photon energies [eV], rising, at least half a window from both ends, shape (m,).
        values: d2A/dE2 [eV-2], shape (m,).
        sd: Standard uncertainty of the values from noise [eV-2], shape (m,).
        operator: Matrix that makes the values from the absorbance on the energies given, shape (m, n).
        noise: Standard deviation of the absorbance on the energies given [1], shape (n,).
        valid: True where the window holds trusted points only, shape (m,).
    """

    energies: Float[np.ndarray, " m"]
    values: Float[np.ndarray, " m"]
    sd: Float[np.ndarray, " m"]
    operator: csr_array
    noise: Float[np.ndarray, " n"]
    valid: Bool[np.ndarray, " m"]

    def valleys(self) -> Iterator[tuple[int, float]]:
        """Yield place and prominence of each valid local minimum, from first to last.

        The prominence is how far one has to climb to get out to something deeper, to what is not valid, or to
        an end.
        """
        values = np.where(self.valid, self.values, -np.inf)
        inner = values[1:-1]
        lowest = (inner < values[:-2]) & (inner <= values[2:]) & self.valid[1:-1]
        for place in (np.flatnonzero(lowest) + 1).tolist():
            walls = []
            for side in (values[:place][::-1], values[place + 1 :]):
                deeper = np.flatnonzero(side < values[place])
                walls.append(float(side[: deeper[0] if deeper.size else None].max()))
            yield place, min(walls) - float(values[place])

    def lowest(self, low_ev: float, high_ev: float) -> int | None:
        """Return the place of the lowest value between two energies [eV], None if it lies at a bound."""
        inside = np.flatnonzero((self.energies >= low_ev) & (self.energies <= high_ev) & self.valid)
        if inside.size < 3:
            return None
        place = int(inside[np.argmin(self.values[inside])])
        return place if inside[0] < place < inside[-1] else None

    def refine(self, place: int, reach_ev: float) -> tuple[float, float]:
        """Return energy of the minimum around a place, and its uncertainty from noise [eV].

        A parabola through all values within ``reach_ev`` [eV]; its uncertainty follows the noise through
        parabola, derivative and grid.
        """
        near = np.flatnonzero((np.abs(self.energies - self.energies[place]) <= reach_ev) & self.valid)
        x = self.energies[near] - self.energies[place]
        weights = np.linalg.pinv(np.stack([np.ones_like(x), x, x * x], axis=1))
        _, slope, bend = weights @ self.values[near]
        if bend <= 0.0:
            return float(self.energies[place]), float(reach_ev)
        # minimum = -slope / (2 bend); its derivative by slope and bend, carried back to the raw absorbance
        shift = float(np.clip(-slope / (2.0 * bend), x[0], x[-1]))
        by_value = (-weights[1] - 2.0 * shift * weights[2]) / (2.0 * bend)
        by_raw = by_value @ self.operator[near]
        return float(self.energies[place] + shift), float(np.sqrt(by_raw**2 @ self.noise**2))

    def width_below(self, energy: float) -> float:
        """Return how far below an energy the curvature changes sign [eV]: the red half of a line.

        For a Gaussian line this is its standard deviation, the smoothing included; :func:`unsmoothed` takes
        that out. Where the sign never changes it is the distance to the end of the grid.
        """
        red = np.flatnonzero((self.energies < energy) & (self.values >= 0.0) & self.valid)
        if red.size == 0:
            return float(energy - self.energies[0])
        last = red[-1]
        if last + 1 >= self.values.size:
            return float(energy - self.energies[last])
        low, high = self.values[last], self.values[last + 1]
        crossing = self.energies[last] + (self.energies[1] - self.energies[0]) * low / (low - high)
        return float(energy - crossing)


def unsmoothed(width_ev: float) -> float:
    """Take the smoothing of the filter out of the standard deviation of a Gaussian line [eV].

    The cubic Savitzky-Golay second derivative is that of the spectrum smoothed by (h^2 - x^2)^2, h half the
    window, whose variance is h^2 / 7.

    Example:
        >>> round(unsmoothed(0.060), 4)
        0.0539
    """
    return float(np.sqrt(max(width_ev**2 - (WINDOW_EV / 2.0) ** 2 / 7.0, (0.25 * width_ev) ** 2)))


def curvature(
    energies: Float[np.ndarray, " n"],
    values: Float[np.ndarray, " n"],
    window_ev: float = WINDOW_EV,
    trusted: Bool[np.ndarray, " n"] | None = None,
) -> Curvature | None:
    """Return d2A/dE2, or None where the spectrum is too short or its points are too far apart.

    Args:
        energies: Photon energies [eV], rising, shape (n,).
        values: Absorbance [1], shape (n,).
        window_ev: Window of the filter [eV]; wider is quieter, and blurs neighbouring lines.
        trusted: Which points count, shape (n,); None for all. A value is valid whose window has only such.

    Source:
        Savitzky and Golay 1964 (Anal. Chem. 36, 1627), after linear resampling to equal steps of energy.

    Example:
        >>> energies = np.linspace(2.0, 3.0, 201)
        >>> line = np.exp(-0.5 * ((energies - 2.4) / 0.06) ** 2)
        >>> found = curvature(energies, line)
        >>> round(float(found.energies[found.lowest(2.2, 2.6)]), 3)
        2.4
    """
    made = _operator(energies.tobytes(), window_ev)
    if made is None:
        return None
    inner, operator = made
    noise = noise_of(energies, values)
    doubtful = np.zeros(energies.size) if trusted is None else (~trusted).astype(float)
    return Curvature(
        energies=inner,
        values=np.asarray(operator @ values),
        sd=np.sqrt(operator.power(2) @ noise**2),
        operator=operator,
        noise=noise,
        valid=np.asarray(abs(operator) @ doubtful == 0.0),
    )


@lru_cache(maxsize=8)  # the spectra of a series share their wavelengths
def _operator(energies: bytes, window_ev: float) -> tuple[Float[np.ndarray, " m"], csr_array] | None:
    """Return the grid and the matrix of the second derivative, None where it can not be had."""
    given = np.frombuffer(energies)
    step = float(np.clip(np.median(np.diff(given)), _FINEST_EV, _COARSEST_EV / 2.0))
    points = 2 * round(window_ev / step / 2.0) + 1
    grid = np.arange(given[0], given[-1], step)
    if grid.size < 2 * points or float(np.median(np.diff(given))) > _COARSEST_EV:
        return None
    half = points // 2
    return grid[half:-half], csr_array(_derivative(grid.size, points, step) @ _resampling(given, grid))


def noise_of(energies: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return the standard deviation of the noise around each point [absorbance], shape (n,).

    From fourth differences, which a smooth spectrum hardly has, by a running median, which a glitch does not
    move. Noise that lives on a coarser scale than 5 meV is not seen.

    Args:
        energies: Photon energies [eV], rising, shape (n,).
        values: Absorbance [1], shape (n,).

    Example:
        >>> energies = np.linspace(2.0, 3.0, 400)
        >>> noisy = np.random.default_rng(1).normal(0.0, 1e-3, 400)
        >>> 0.8e-3 < np.median(noise_of(energies, noisy)) < 1.2e-3
        np.True_
    """
    stride = max(1, min(round(_STRIDE_EV / float(np.median(np.diff(energies)))), values.size // 8))
    valid = values.size - 4 * stride
    fourth = sum(weight * values[k * stride : k * stride + valid] for k, weight in enumerate(_FOURTH))
    size = np.abs(np.asarray(fourth)) / np.sqrt(np.sum(_FOURTH**2))
    local = 1.4826 * median_filter(size, size=min(_NOISE_SPAN, valid), mode="nearest")
    ends = (2 * stride, values.size - valid - 2 * stride)
    return np.asarray(np.maximum(np.pad(local, ends, mode="edge"), LEAST_NOISE))


def _resampling(energies: Float[np.ndarray, " n"], grid: Float[np.ndarray, " g"]) -> csr_array:
    """Return the matrix of linear interpolation from energies to the grid, shape (g, n)."""
    right = np.clip(np.searchsorted(energies, grid, side="right"), 1, energies.size - 1)
    share = (grid - energies[right - 1]) / (energies[right] - energies[right - 1])
    rows = np.arange(grid.size)
    return csr_array(
        (
            np.concatenate([1.0 - share, share]),
            (np.concatenate([rows, rows]), np.concatenate([right - 1, right])),
        ),
        shape=(grid.size, energies.size),
    )


def _derivative(size: int, points: int, step: float) -> csr_array:
    """Return the matrix of the second derivative on a grid, its ends left out, shape (k, size)."""
    # Savitzky-Golay weights: the second derivative of the cubic fitted to the window. scipy.signal has them
    # too, and takes half a second to import.
    offsets = step * (np.arange(points) - points // 2)
    weights = 2.0 * np.linalg.pinv(np.vander(offsets, _ORDER + 1, increasing=True))[2]
    rows = size - points + 1
    return csr_array(
        diags_array([np.full(rows, weight) for weight in weights], offsets=range(points), shape=(rows, size))
    )
