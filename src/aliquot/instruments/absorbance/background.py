"""What of an absorbance is not dots: offset and scatter, seen where nothing absorbs."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from aliquot.instruments.absorbance.edge import HALF_WIDTH, Edge
from aliquot.instruments.signal import Signal
from aliquot.units import EV_NM

REFERENCE_NM = 400.0
"""Wavelength at which the amplitude of scatter is told [nm]."""

_CLEAR = 4.0  # standard deviations of the first exciton to its red, where less than 0.1 % of it is left
_FEWEST = 10
_REACH = 1.3  # longest over shortest clear wavelength from which scatter and offset can be told apart
_RED_END = 0.05  # of the points, where no exciton says what is clear


@dataclass(frozen=True, slots=True)
class Transparent:
    """Offset and scatter of a spectrum, from where its dots do not absorb.

    Example:
        >>> Transparent(0.01, 0.02, 0.001, ()).at(400.0)
        0.03
    """

    offset: float
    """Constant absorbance [1]."""
    scatter: float
    """Absorbance at 400 nm that falls as lambda^-4 [1]; 0 where it could not be told from the offset."""
    sd: float
    """Standard uncertainty of the two together at the wavelength that was asked for [1]."""
    flags: tuple[str, ...]
    """How they were found, and what to doubt, whole sentences."""

    def at(self, nm: float) -> float:
        """Return offset and scatter at a wavelength [1]."""
        return self.offset + self.scatter * (REFERENCE_NM / nm) ** 4


def transparent(
    signal: Signal, edge: Edge, nm: float, noise: float, mask: Bool[np.ndarray, " n"]
) -> Transparent:
    """Return offset and scatter of a spectrum, carried to a wavelength.

    Fitted to what lies four standard deviations to the red of the first exciton. Scatter is told apart from
    an offset only where that part spans a factor 1.3 in wavelength; else all is taken for an offset, and a
    sentence says so. Scatter below zero is none.

    Args:
        signal: The spectrum.
        edge: Its first exciton; without one the red end alone is taken.
        nm: Wavelength to carry them to [nm].
        noise: Typical noise of the spectrum [1].
        mask: Which points are trusted, shape (n,).
    """
    clear = mask & _clear(signal, edge)
    if np.count_nonzero(clear) < _FEWEST:
        clear = mask & (np.arange(mask.size) >= mask.size - max(_FEWEST, int(_RED_END * mask.size)))
    at, seen = signal.wavelengths[clear], signal.values[clear]
    if at.size == 0:
        return Transparent(0.0, 0.0, noise, ("No part of the spectrum is clear: nothing was taken off.",))
    if at[-1] > _REACH * at[0]:
        found = _fit(at, seen, nm, noise)
        if found is not None:
            return found
    offset = float(np.median(seen))
    told = (
        f"An offset of {offset:+.4f}, the median from {at[0]:.0f} to {at[-1]:.0f} nm, was taken off; scatter "
        "could not be told from it."
    )
    # Were all of it scatter, it would be larger at the shorter wavelength.
    if_scatter = max(offset, 0.0) * ((float(np.median(at)) / nm) ** 4 - 1.0)
    sd = float(np.hypot(noise / np.sqrt(at.size), if_scatter / np.sqrt(3.0)))
    return Transparent(offset, 0.0, sd, (told,))


def _clear(signal: Signal, edge: Edge) -> Bool[np.ndarray, " n"]:
    """Return where the dots of a spectrum no longer absorb; nowhere without a first exciton."""
    if edge.e1_ev is None or edge.hwhm.value is None:
        return np.zeros(signal.values.size, dtype=bool)
    reach = _CLEAR * edge.hwhm.value.value / 1e3 / HALF_WIDTH
    return np.asarray(signal.wavelengths > EV_NM / (edge.e1_ev - reach))


def _fit(
    at: Float[np.ndarray, " k"], seen: Float[np.ndarray, " k"], nm: float, noise: float
) -> Transparent | None:
    """Fit offset and scatter; None where the scatter is below zero."""
    columns = np.stack([np.ones_like(at), (REFERENCE_NM / at) ** 4], axis=1)
    (offset, scatter), *_ = np.linalg.lstsq(columns, seen)
    if scatter < 0.0:
        return None
    residual = float(np.std(seen - columns @ np.array([offset, scatter])))
    covariance = np.linalg.inv(columns.T @ columns) * max(residual, noise) ** 2
    carried = np.array([1.0, (REFERENCE_NM / nm) ** 4])
    told = (
        f"An offset of {offset:+.4f} and scatter of {scatter:.4f} at 400 nm, fitted from {at[0]:.0f} to "
        f"{at[-1]:.0f} nm, were taken off."
    )
    return Transparent(float(offset), float(scatter), float(np.sqrt(carried @ covariance @ carried)), (told,))
