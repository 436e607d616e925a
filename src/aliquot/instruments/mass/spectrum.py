"""The mass spectrum, and what stands out of it: records that refuse what no instrument could have seen."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from aliquot.errors import SignalError, Where

FWHM_PER_SD = 2.0 * float(np.sqrt(2.0 * np.log(2.0)))
"""Full width at half maximum of a normal curve over its standard deviation [1]."""


class Mode(StrEnum):
    """What the points of a spectrum are."""

    PROFILE = "profile"
    """The curve of the detector, many points to a peak."""
    CENTROID = "centroid"
    """One point to a peak, as the instrument's software picked it."""


@dataclass(frozen=True, slots=True)
class MassSpectrum:
    """A mass spectrum.

    Attributes:
        mz: Mass over charge [Da per elementary charge], positive and rising, shape (n,).
        intensities: What the detector counted [arbitrary], at least 0, all finite, shape (n,).
        label: Name of the sample or the file.
        mode: Whether the points are a curve or picked peaks.
        where: File it came from.
        flags: What was done to it since the instrument, whole sentences.

    Raises:
        SignalError: If the axis does not rise from above 0, lengths differ, an intensity is negative or not
            finite, or nothing is there.

    Example:
        >>> MassSpectrum(np.array([5000.0, 5001.0]), np.array([0.0, 3.0]), "A1").base
        5001.0
    """

    mz: Float[np.ndarray, " n"]
    intensities: Float[np.ndarray, " k"]
    label: str
    mode: Mode = Mode.PROFILE
    where: Where | None = None
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no instrument could have seen."""
        fault = _fault(np.asarray(self.mz), np.asarray(self.intensities))
        if fault is not None:
            raise SignalError(
                given=f"'{self.label}', {fault}",
                expected="a rising axis of m/z above 0, and a finite intensity of at least 0 for each point",
                why="a mass spectrum counts ions at each mass",
                remedy="Look at the file for gaps, a second scan below the first, or another quantity.",
                where=self.where,
            )

    @property
    def base(self) -> float:
        """Mass over charge of the highest point [Da]."""
        return float(self.mz[int(np.argmax(self.intensities))])

    @property
    def span(self) -> float:
        """Width of the axis [Da]."""
        return float(self.mz[-1] - self.mz[0])

    def between(self, low: float, high: float) -> "MassSpectrum":
        """Return the part between two values of m/z [Da], bounds included.

        Raises:
            SignalError: If no two points lie there.
        """
        inside = (self.mz >= low) & (self.mz <= high)
        return replace(self, mz=self.mz[inside], intensities=self.intensities[inside])


def _fault(mz: np.ndarray, intensities: np.ndarray) -> str | None:
    """Return what is wrong with axis or values, None if nothing is."""
    if mz.size < 2 or mz.shape != intensities.shape:
        return f"{mz.size} values of m/z and {intensities.size} intensities"
    if not np.isfinite(mz).all() or mz[0] <= 0.0:
        return f"an axis that begins at {mz[0]:g}" if np.isfinite(mz).all() else "an axis with gaps"
    falls = np.flatnonzero(np.diff(mz) <= 0.0)
    if falls.size:
        return f"an m/z of {mz[falls[0] + 1]:g} after {mz[falls[0]]:g}"
    if not np.isfinite(intensities).all():
        return f"an intensity at m/z {mz[int(np.argmin(np.isfinite(intensities)))]:g} that is no number"
    if intensities.min() < 0.0:
        return f"an intensity of {intensities.min():.4g} at m/z {mz[int(np.argmin(intensities))]:g}"
    return None if intensities.max() > 0.0 else "nothing but zeros"


@dataclass(frozen=True, slots=True)
class Peak:
    """What stands out of a spectrum: one resolved peak, or one envelope whose isotopes are not resolved.

    Example:
        >>> round(Peak(5623.4, 80.0, 1980.0, 24.8, 10.5, 40.0).sd_of_mean, 2)
        0.26
    """

    mz: float
    """Centre [Da per charge]."""
    height: float
    """Height above the baseline, in the unit of the intensities."""
    area: float
    """Area above the baseline [intensity x Da]."""
    fwhm: float
    """Full width at half maximum [Da]."""
    sd: float
    """Standard deviation of its shape [Da]."""
    snr: float
    """Height over the standard deviation of the noise [1]."""

    @property
    def sd_of_mean(self) -> float:
        """Standard uncertainty of the centre by noise alone [Da]: its width over height over noise."""
        return self.sd / max(self.snr, 1.0)
