"""What a diffractometer adds to a pattern: polarisation, and the width of its own lines."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, Where


@dataclass(frozen=True, slots=True)
class Diffractometer:
    """A powder diffractometer, as far as broad lines of dots can tell.

    The width of the instrument's own line is taken as constant; 0.1 degrees is usual in a laboratory and
    hardly matters below 10 nm. The second line of the K alpha pair is left out: at 30 degrees it lies 0.07
    degrees away.

    Raises:
        InputError: If the width is negative, or the share not between 0 and 1.

    Example:
        >>> Diffractometer(fwhm_deg=0.2).fwhm_deg
        0.2
    """

    fwhm_deg: float = 0.1
    """Full width at half maximum of the instrument's own line [deg]."""
    eta: float = 0.5
    """Share of the Lorentzian in it [1]."""
    polarised: bool = False
    """Whether the beam is polarised across the plane, as at a synchrotron; else the tube's factor is
    applied."""

    def __post_init__(self) -> None:
        """Refuse what can not be built."""
        if not (0.0 <= self.fwhm_deg < 5.0 and 0.0 <= self.eta <= 1.0):
            raise InputError(
                given=f"lines {self.fwhm_deg:g} degrees wide with a Lorentzian share of {self.eta:g}",
                expected="a width from 0 to 5 degrees and a share from 0 to 1",
                why="no diffractometer has such lines",
                remedy="Give the width of a line of a coarse standard.",
                where=Where(key="instrument"),
            )

    def polarisation(self, two_theta: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return the factor of polarisation [1], shape (n,)."""
        if self.polarised:
            return np.ones_like(two_theta)
        return np.asarray(0.5 * (1.0 + np.cos(np.radians(two_theta)) ** 2))

    def blurred(self, intensities: Float[np.ndarray, " n"], step_deg: float) -> Float[np.ndarray, " n"]:
        """Return intensities at equal steps [deg], seen through the instrument's own line, shape (n,).

        Steps should be half its width at most: of a coarser line the sum is no longer the integral.
        """
        if self.fwhm_deg < step_deg:
            return intensities
        half = int(np.ceil(8.0 * self.fwhm_deg / step_deg))
        line = pseudo_voigt(step_deg * np.arange(-half, half + 1.0), 0.0, self.fwhm_deg, self.eta)
        padded = np.pad(intensities, half, mode="edge")
        return np.asarray(np.convolve(padded, line / line.sum(), mode="valid"))


def pseudo_voigt(
    x: Float[np.ndarray, " n"], centre: float, fwhm: float, eta: float
) -> Float[np.ndarray, " n"]:
    """Return a pseudo-Voigt line of height 1, shape (n,).

    Args:
        x: Where, in the unit of the centre, shape (n,).
        centre: Its middle.
        fwhm: Its full width at half maximum.
        eta: Share of the Lorentzian [1].

    Example:
        >>> pseudo_voigt(np.array([0.0, 0.5]), 0.0, 1.0, 0.3)
        array([1. , 0.5])
    """
    u2 = ((x - centre) / (0.5 * fwhm)) ** 2
    return np.asarray(eta / (1.0 + u2) + (1.0 - eta) * np.exp(-np.log(2.0) * u2))
