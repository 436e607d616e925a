"""The record of what one absorbance spectrum says of the sizes in it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.finding import Finding
from aliquot.instruments.absorbance.evidence import Prior
from aliquot.instruments.absorbance.problem import Background
from aliquot.instruments.absorbance.selection import FREE_FORM, Description
from aliquot.population import SizeDistribution, Weighting


@dataclass(frozen=True, slots=True)
class Banded:
    """A distribution with a band for its density, from draws that hold noise, smoothing and lineshape."""

    distribution: SizeDistribution
    """Best estimate."""
    low: Float[np.ndarray, " sizes"]
    """Lower ends of 95 % bands of the density at each diameter [nm-1], shape (sizes,)."""
    high: Float[np.ndarray, " sizes"]
    """Upper ends [nm-1], shape (sizes,)."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What one absorbance spectrum says of the sizes in it.

    Attributes:
        mean: Volume-weighted mean diameter [nm].
        rsd: Relative standard deviation of the diameter, volume-weighted [1].
        volume_fraction: Volume in the undiluted liquid [1] of dots whose first exciton the window shows;
            without value, and with the reason as a flag, where path, dilution or medium are not known.
        distribution: The distribution, by volume, in free form.
        wavelengths: Wavelengths [nm], shape (wavelengths,).
        fitted: Absorbance as fitted [1], background included, shape (wavelengths,).
        residual: Measured minus fitted [1], shape (wavelengths,).
        background: Fitted absorbance of scatter at 400 nm, and offset [1], by kind.
        noise: Standard deviation of absorbance that was used [1].
        regularisation: Envelope and strength of smoothing of largest evidence.
        flags: Doubts, whole sentences; they stand in every finding too.
        method: How the distribution was found.
        bands: The distribution by volume and by number, each with its band; empty where none were drawn.
        descriptions: Free form and few modes beside each other, the one to use first.
        lineshape_share: Share of the RSD's variance that is due to the lineshape [1].
    """

    mean: Finding
    rsd: Finding
    volume_fraction: Finding
    distribution: SizeDistribution
    wavelengths: Float[np.ndarray, " wavelengths"]
    fitted: Float[np.ndarray, " wavelengths"]
    residual: Float[np.ndarray, " wavelengths"]
    background: tuple[tuple[Background, float], ...]
    noise: float
    regularisation: Prior
    flags: tuple[str, ...]
    method: str = FREE_FORM
    bands: tuple[Banded, ...] = ()
    descriptions: tuple[Description, ...] = ()
    lineshape_share: float = 0.0

    @property
    def volume(self) -> Banded:
        """The distribution by volume with its band."""
        return self.bands[0]

    @property
    def number(self) -> Banded:
        """The distribution by number with its band: small sizes, which hardly absorb, weigh most in it."""
        return self.bands[1]


def banded(distribution: SizeDistribution, drawn: Float[np.ndarray, "draws sizes"]) -> tuple[Banded, Banded]:
    """Return a distribution by volume and by number with bands from drawn shares of volume."""
    found = []
    for weighting in (Weighting.VOLUME, Weighting.NUMBER):
        best = distribution.reweighted(weighting)
        shares = drawn * distribution.diameters ** (weighting.power - 3)
        shares /= shares.sum(axis=1, keepdims=True)
        width = float(np.diff(distribution.diameters)[0])
        low, high = np.percentile(shares / width, [2.5, 97.5], axis=0)
        density = best.density()
        found.append(Banded(best, np.minimum(low, density), np.maximum(high, density)))
    return found[0], found[1]
