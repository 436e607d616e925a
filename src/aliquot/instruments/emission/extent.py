"""Where a fitted band has its maximum and its half heights, per wavelength and per energy."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.instruments.emission.fit import BandFit, Kind
from aliquot.instruments.emission.space import jacobian
from aliquot.units import EV_NM

_POINTS = 2001
_REACH = 4.0  # full widths to both sides
_LEAST_EV = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Extent:
    """A fitted band along one axis.

    Attributes:
        peak: Place of the maximum [unit of the axis].
        low: Lower half height [unit of the axis].
        high: Upper half height [unit of the axis].
        peak_noise: Standard uncertainty of the maximum from noise [unit of the axis].
        width_noise: Standard uncertainty of the width from noise [unit of the axis].
        axis: A fine axis, rising, shape (points,).
        curve: The band on it, of unit height, shape (points,).
    """

    peak: float
    low: float
    high: float
    peak_noise: float
    width_noise: float
    axis: Float[np.ndarray, " points"]
    curve: Float[np.ndarray, " points"]

    def foot(self, level: float, ends: tuple[float, float]) -> bool:
        """Tell whether the band has fallen below a level [1] at both ends of a spectrum."""
        return bool(np.max(np.interp(ends, self.axis, self.curve)) < level)


def extents(fit: BandFit, place: int | None) -> tuple[Extent, Extent]:
    """Return a band of a fit per wavelength and per energy.

    Args:
        fit: The fit.
        place: Which of its lines is meant; None for the one band that they make, or that on its background.

    Example:
        >>> from aliquot.instruments.emission.lines import EnergyLine
        >>> line = EnergyLine(1239.842 / 607.0, 0.305, 0.0)
        >>> fit = BandFit(Kind.ONE, (line,), np.array([1.0]), 0.0, 0.0, np.zeros((1, 2)))
        >>> by_nm, by_ev = extents(fit, None)
        >>> round(by_nm.peak, 1), round(1239.842 / by_ev.peak, 1)
        (602.2, 607.0)
    """
    if place is None:
        place = 0
        chosen = fit.lines if fit.kind is Kind.ONE else fit.lines[:1]
    else:
        chosen = fit.lines[place : place + 1]
    first = fit.lines[place]
    energies = _grid([line.center for line in chosen], [line.fwhm for line in chosen])
    heights = fit.heights[: len(chosen)] if len(chosen) > 1 else np.ones(1)
    shapes = np.stack([line.at(energies) for line in chosen], axis=1) @ heights
    nm = np.asarray(EV_NM / energies[::-1])
    per_ev_of_nm = EV_NM / first.center**2
    noise = fit.noise_ev[place]
    by_ev = _extent(energies, shapes, (float(noise[0]), float(noise[1])))
    by_nm = _extent(
        nm, (shapes[::-1] / jacobian(nm)), (float(noise[0] * per_ev_of_nm), float(noise[1] * per_ev_of_nm))
    )
    return by_nm, by_ev


def _grid(centers: list[float], widths: list[float]) -> Float[np.ndarray, " points"]:
    """Return energies that reach far enough beyond all lines [eV]."""
    low = min(c - _REACH * w for c, w in zip(centers, widths, strict=True))
    high = max(c + _REACH * w for c, w in zip(centers, widths, strict=True))
    return np.linspace(max(low, _LEAST_EV), high, _POINTS)


def _extent(
    axis: Float[np.ndarray, " points"], curve: Float[np.ndarray, " points"], noise: tuple[float, float]
) -> Extent:
    """Return maximum and half heights of a curve on a fine axis."""
    top = int(np.clip(np.argmax(curve), 1, axis.size - 2))
    bend = np.polynomial.polynomial.polyfit(axis[top - 1 : top + 2] - axis[top], curve[top - 1 : top + 2], 2)
    shift = 0.0 if bend[2] >= 0.0 else float(-bend[1] / (2.0 * bend[2]))
    height = float(curve[top])
    below = curve < 0.5 * height
    left = int(np.flatnonzero(below[:top]).max(initial=0))
    right = int(top + np.flatnonzero(below[top:]).min(initial=axis.size - 1 - top))
    low = np.interp(0.5 * height, curve[left : left + 2], axis[left : left + 2])
    high = np.interp(-0.5 * height, -curve[right - 1 : right + 1], axis[right - 1 : right + 1])
    return Extent(
        float(axis[top] + shift),
        float(low),
        float(high),
        noise[0],
        noise[1],
        axis,
        np.asarray(curve / height),
    )
