"""Lines on a confined continuum: what one dot absorbs, and how that changes with every constant.

The lines are evaluated once, and the derivatives follow from the same exponentials: nine of them cost as much
as one kernel more.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import erf

from aliquot.instruments.absorbance.constants import Constants

REFERENCE_NM = 3.0
"""Diameter of the dot to which strengths, widths and the scale of a lineshape refer [nm]."""

NARROWEST = 0.2
"""Least width of the first line, as a share of that at 3 nm [1]: it does not fall to nothing with size."""

_LORENTZ = 1.0 / (2.0 * np.log(2.0))  # gives the Lorentzian the half width of a Gaussian of unit sd


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Where a kernel is evaluated: energies, sizes, the band of normalisation.

    Attributes:
        energies: Photon energies [eV], shape (energies,).
        band: Photon energies at which all sizes absorb alike [eV], shape (band,).
        diameters: Diameters [nm], shape (sizes,).
        e1: First exciton of each [eV], shape (sizes,).
        e1_reference: First exciton at 3 nm [eV].
        gap: Energy from which confinement is counted [eV].
    """

    energies: Float[np.ndarray, " energies"]
    band: Float[np.ndarray, " band"]
    diameters: Float[np.ndarray, " sizes"]
    e1: Float[np.ndarray, " sizes"]
    e1_reference: float
    gap: float

    def kernel(self, constants: Constants) -> Float[np.ndarray, "energies sizes"]:
        """Return the kernel over its mean in the band [1]."""
        raw, band, whole = self._parts(constants, slopes=False)
        norm = np.maximum(band[0].mean(axis=0), self._floor(constants, float(whole[0].mean())))
        return np.asarray(raw[0] / norm)

    def with_slopes(
        self, constants: Constants
    ) -> tuple[Float[np.ndarray, "energies sizes"], Float[np.ndarray, "free energies sizes"]]:
        """Return the kernel and its derivatives to the constants that may move, in the order of Freedom."""
        raw, band, whole = self._parts(constants, slopes=True)
        norm, dnorm = band[0].mean(axis=0), band[1:].mean(axis=1)
        mean, dmean = float(whole[0].mean()), whole[1:].mean(axis=(1, 2))
        floor = self._floor(constants, mean)
        dfloor = floor * (dmean[:, None] / mean)
        dfloor[3] -= floor * np.log(self.diameters / REFERENCE_NM)
        held = floor > norm
        norm, dnorm = np.where(held, floor, norm), np.where(held, dfloor, dnorm)
        value = raw[0] / norm
        return value, (raw[1:] - value * dnorm[:, None, :]) / norm

    def _floor(self, constants: Constants, whole: float) -> Float[np.ndarray, " sizes"]:
        """Return the least norm of a dot: none below 3 nm has a stronger first line than one of 3 nm [1]."""
        # constant strength per particle is (d / 3 nm)^-3 per volume; the lines carry (d / 3 nm)^-p already
        shrunk = (self.diameters / REFERENCE_NM) ** (3.0 - constants.exponent)
        return np.where(self.diameters < REFERENCE_NM, whole * shrunk, 0.0)

    def _parts(self, constants: Constants, *, slopes: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return lines and continuum at the energies, in the band, and in the band for a dot of 3 nm."""
        three, at_three = np.array([REFERENCE_NM]), np.array([self.e1_reference])
        return (
            _raw(constants, self.energies, self.diameters, self.e1, self.gap, slopes=slopes),
            _raw(constants, self.band, self.diameters, self.e1, self.gap, slopes=slopes),
            _raw(constants, self.band, three, at_three, self.gap, slopes=slopes),
        )


def first_width(constants: Constants, d: Float[np.ndarray, " sizes"]) -> Float[np.ndarray, " sizes"]:
    """Return the width of the first line at diameters [nm], above a fifth of that at 3 nm [eV]."""
    linear = constants.widths[0] + constants.slope * (REFERENCE_NM - d)
    return np.asarray(np.maximum(linear, NARROWEST * constants.widths[0]))


def _raw(
    constants: Constants,
    energies: Float[np.ndarray, " energies"],
    d: Float[np.ndarray, " sizes"],
    e1: Float[np.ndarray, " sizes"],
    gap: float,
    *,
    slopes: bool,
) -> Float[np.ndarray, "some energies sizes"]:
    """Return lines and continuum, and behind them their derivatives to each constant that may move."""
    lines = constants.widths.size
    out = np.zeros((5 + 2 * lines - 1 if slopes else 1, energies.size, d.size))
    eta, share = constants.lorentzian, (REFERENCE_NM / d) ** constants.exponent
    for k in range(lines):
        width = first_width(constants, d) if k == 0 else constants.widths[k]
        x = (energies[:, None] - (gap + constants.ratios[k] * (e1 - gap))) / width
        square = x * x
        gauss, lorentz = np.exp(-0.5 * square), 1.0 / (1.0 + _LORENTZ * square)
        height = constants.strengths[k] * share
        line = height * ((1.0 - eta) * gauss + eta * lorentz)
        out[0] += line
        if slopes:
            # dS/dx: the lines move with their ratio, and widen with their width
            bend = height * x * ((eta - 1.0) * gauss - 2.0 * eta * _LORENTZ * lorentz**2)
            out[3] += height * (lorentz - gauss)
            if k == 0:
                widened = np.where(width > NARROWEST * constants.widths[0], 1.0, NARROWEST)
                out[1] = bend * (-x / width) * widened
                out[2] = bend * (-x / width) * np.where(widened < 1.0, 0.0, REFERENCE_NM - d)
            else:
                out[4 + k] = bend * (-(e1 - gap) / width)
                out[3 + lines + k] = line / constants.strengths[k]
    if slopes:
        out[4] = out[0] * np.log(REFERENCE_NM / d)
    risen = _continuum(constants, energies, e1)
    out[0] += risen
    if slopes:
        out[-1] = risen / constants.continuum
    return out


def _continuum(
    constants: Constants, energies: Float[np.ndarray, " energies"], e1: Float[np.ndarray, " sizes"]
) -> Float[np.ndarray, "energies sizes"]:
    x = energies[:, None] - e1 - constants.onset
    risen = np.zeros_like(x)
    above = x > 0.0
    x = x[above]
    risen[above] = constants.continuum * x**constants.rise * 0.5 * (1.0 + erf(x / constants.smear))
    return np.asarray(risen)
