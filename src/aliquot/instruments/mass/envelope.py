"""Isotope envelopes: the shares of a composition's nominal masses, each with its exact mean mass.

The envelope of n atoms is the n-fold convolution of one atom's. It is taken by powers of the Fourier
transform on a ring just wider than the envelope; the mass defect of each nominal mass rides along as a first
moment, so that the mean is the average mass exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Complex, Float, Int

from aliquot.errors import InputError
from aliquot.instruments.mass.blocks import average_mass
from aliquot.instruments.mass.isotopes import ELECTRON, ISOTOPES

SMALLEST_SHARE = 1e-13
"""Shares below this [1] are rounding of the transform and left out."""
_FWHM = 2.0 * np.sqrt(2.0 * np.log(2.0))
_WIDE = 30.0
"""Width of the ring over the standard deviation: what lies farther out would fold back."""


@dataclass(frozen=True)
class Envelope:
    """Shares of the nominal masses of a composition.

    Example:
        >>> found = envelope({"Cd": 32, "P": 20, "C": 90, "H": 165, "O": 10})
        >>> round(found.mean, 2), round(found.sd, 2), round(found.fractional, 3)
        (5623.92, 10.53, 0.633)
    """

    nominal: Int[np.ndarray, " peaks"]
    """Sum of the mass numbers of each peak, rising, shape (peaks,)."""
    shares: Float[np.ndarray, " peaks"]
    """Share of each peak in number of ions [1], shape (peaks,)."""
    defects: Float[np.ndarray, " peaks"]
    """Mean mass of each peak minus its nominal mass [Da], shape (peaks,)."""

    @property
    def masses(self) -> Float[np.ndarray, " peaks"]:
        """Mean mass of each nominal peak [Da], shape (peaks,)."""
        return np.asarray(self.nominal + self.defects)

    @property
    def mean(self) -> float:
        """Mean mass [Da]: the average mass of the composition."""
        return float(self.shares @ self.masses)

    @property
    def sd(self) -> float:
        """Standard deviation of the masses of the peaks [Da]."""
        return float(np.sqrt(self.shares @ (self.masses - self.mean) ** 2))

    @property
    def fwhm(self) -> float:
        """Full width at half maximum of the normal curve with the same standard deviation [Da]."""
        return float(_FWHM * self.sd)

    @property
    def offset(self) -> float:
        """Mean mass defect [Da]: how far the comb of peaks is shifted against the whole numbers."""
        return float(self.shares @ self.defects)

    @property
    def fractional(self) -> float:
        """Where between two whole numbers the nominal peaks stand, 0 to 1 [Da]."""
        return self.offset % 1.0

    def span(self, share: float = 0.99) -> float:
        """Return the width [Da] that holds a share of the ions, as much left out below as above."""
        reached = np.cumsum(self.shares)
        low, high = np.searchsorted(reached, [(1.0 - share) / 2.0, (1.0 + share) / 2.0])
        return float(self.nominal[min(high, self.nominal.size - 1)] - self.nominal[low])

    def profile(
        self, mz: Float[np.ndarray, " axis"], sigma: float, charge: int = 1
    ) -> Float[np.ndarray, " axis"]:
        """Return the envelope as an instrument of finite resolution shows it, with area 1.

        Args:
            mz: Axis [Da/e], shape (axis,).
            sigma: Standard deviation of the peak of a single mass [Da/e].
            charge: Charge of the ion [e], not 0.

        Returns:
            Density of ions over the axis [e/Da], shape (axis,).
        """
        if charge == 0 or sigma <= 0.0:
            raise InputError(
                given=f"a charge of {charge} and a sigma of {sigma}",
                expected="an ion and a peak with a width",
                why="neutral particles and infinite resolution make no spectrum",
                remedy="Give a charge other than 0 and a sigma above 0.",
            )
        kept = self.shares > 1e-9  # below any noise
        centres = (self.masses[kept] - charge * ELECTRON) / abs(charge)
        bells = np.exp(-0.5 * ((mz[:, None] - centres) / sigma) ** 2)
        return np.asarray(bells @ self.shares[kept] / (sigma * np.sqrt(2.0 * np.pi)))


def variance(composition: Mapping[str, int]) -> float:
    """Return the variance of the mass over isotopes [Da2]: the sum of those of the atoms.

    Example:
        >>> round(variance({"Cd": 1}), 2), round(variance({"C": 18, "H": 33, "O": 2}), 2)
        (3.43, 0.21)
    """
    return float(sum(number * ISOTOPES[element].sd ** 2 for element, number in composition.items()))


def envelope(composition: Mapping[str, int]) -> Envelope:
    """Return the isotope envelope of a composition.

    Args:
        composition: Number of atoms by element.

    Returns:
        All nominal masses with a share above :data:`SMALLEST_SHARE`.

    Raises:
        InputError: If there is no atom, or an element is unknown.
    """
    atoms = {element: number for element, number in composition.items() if number}
    if not atoms or min(atoms.values()) < 0:
        raise InputError(
            given=f"the composition {dict(composition)}",
            expected="numbers of atoms, at least one",
            why="nothing has no isotopes",
            remedy="Give the composition of a cluster.",
        )
    mean = average_mass(atoms)  # refuses unknown elements before anything is computed
    reach = sum(number * int(np.ptp(ISOTOPES[element].numbers)) for element, number in atoms.items())
    wide = max(64.0, _WIDE * np.sqrt(variance(atoms)) + 16.0)
    size = 1 << int(np.ceil(np.log2(min(reach + 1.0, wide))))
    shares, moments = _on_ring(atoms, size)
    lowest = sum(number * int(ISOTOPES[element].numbers[0]) for element, number in atoms.items())
    return _unrolled(shares, moments, lowest, mean, reach)


def _on_ring(
    atoms: Mapping[str, int], size: int
) -> tuple[Float[np.ndarray, " ring"], Float[np.ndarray, " ring"]]:
    """Return shares and first moments of the defect by nominal mass above the lightest, modulo the ring."""
    total = np.ones(size // 2 + 1, dtype=np.complex128)
    moment = np.zeros_like(total)
    for element, number in atoms.items():
        one, tilt = _transformed(element, size)
        rest = one ** (number - 1)
        moment = moment * rest * one + total * (number * tilt * rest)
        total = total * rest * one
    return np.fft.irfft(total, size), np.fft.irfft(moment, size)


@cache
def _transformed(
    element: str, size: int
) -> tuple[Complex[np.ndarray, " half"], Complex[np.ndarray, " half"]]:
    """Return the transforms of one atom's shares and of their first moments of the defect."""
    known = ISOTOPES[element]
    single, tilt = np.zeros(size), np.zeros(size)
    places = (known.numbers - known.numbers[0]) % size
    np.add.at(single, places, known.shares)
    np.add.at(tilt, places, known.shares * (known.masses - known.numbers))
    return np.fft.rfft(single), np.fft.rfft(tilt)


def _unrolled(
    shares: Float[np.ndarray, " ring"],
    moments: Float[np.ndarray, " ring"],
    lowest: int,
    mean: float,
    reach: int,
) -> Envelope:
    """Cut the ring open opposite the mean, and leave out what is rounding."""
    size = shares.size
    middle = mean - float(moments.sum()) - lowest
    first = 0 if reach < size else int(np.floor(middle)) - size // 2
    above = np.arange(first, first + size)
    shares, moments = shares[above % size], moments[above % size]
    kept = (shares > SMALLEST_SHARE) & (above >= 0) & (above <= reach)
    defects = moments[kept] / shares[kept]
    weights = shares[kept] / shares[kept].sum()
    # What was left out, and the rounding of faint peaks, is given back to the mean: 1e-9 Da at most.
    defects = defects + (mean - float(weights @ (above[kept] + lowest + defects)))
    return Envelope((above[kept] + lowest).astype(np.int64), weights, defects)
