"""Edge back-substitution: sizes from the red end of a spectrum downwards, as wang2023 and others read them.

The absorbance at the longest wavelength is given to the largest dots; what they absorb at shorter ones, by
the bulk's own edge shifted to their first exciton, is taken off; and so on, wavelength by wavelength:

    A(E_i) = sum_{j <= i} alpha(E_i - E_1(d_j)) V_j,    alpha(x) = sqrt(x) / E

a triangular system, solved from its corner. It is here for comparison with published numbers. A dot has
lines where this kernel has an edge, so that every line is read as further, smaller dots: on a sample of 2.7
nm and 7.7 % it reads an RSD of 20 % and more, with what is wrong at the red end carried to the blue one.
Nothing smooths, so that the step of wavelength is all that stands between noise and answer; amounts below
zero are clipped, and their share told.

Source: segets2009 and segets2012 for the scheme, wang2023, eqs 1-3, for mean and RSD; the inner steps are
reconstructed from the abstracts.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import SignalError
from aliquot.instruments.absorbance import checks
from aliquot.instruments.absorbance.kernel import first_exciton, size_limits
from aliquot.instruments.absorbance.noise import noise_of
from aliquot.instruments.signal import Signal
from aliquot.knowledge.records import Material
from aliquot.population import SizeDistribution, Weighting
from aliquot.units import EV_NM

METHOD = "edge back-substitution"
"""Name of the method."""

STEP_NM = 5.0
"""Usual step of wavelength [nm]: at 1 nm, noise of 1e-3 is read as dots of all sizes."""

_TAIL_NM = 20.0  # stretch at the red end that is taken as zero
_STANDS_OUT = 5.0  # noise of a step that an absorbance has to exceed


@dataclass(frozen=True, slots=True)
class BackSubstituted:
    """Sizes by edge back-substitution."""

    distribution: SizeDistribution
    """The distribution, by volume."""
    clipped: float
    """Volume that came out below zero and was left out, over the volume that was kept [1]."""
    red_end_nm: float
    """Longest wavelength at which something absorbs [nm]: the largest dots are given that first exciton."""

    @property
    def mean(self) -> float:
        """Volume-weighted mean diameter [nm]; wang2023, eq 1."""
        return self.distribution.mean

    @property
    def rsd(self) -> float:
        """Relative standard deviation [1]; wang2023, eqs 2 and 3."""
        return self.distribution.rsd


def back_substituted(signal: Signal, material: Material, *, step_nm: float = STEP_NM) -> BackSubstituted:
    """Return sizes by edge back-substitution, for comparison with numbers that were read so.

    Args:
        signal: Absorbance that ends where nothing absorbs.
        material: Card with a law of E_1(d).

    Rarely needed:
        step_nm: Step of wavelength over which the absorbance is averaged [nm].

    Raises:
        SignalError: If the signal is too short or uneven, or nothing in it absorbs.
        CardError, RangeError: If the card has no law of E_1(d).

    Source:
        wang2023, eqs 1-3; scheme of segets2009.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> from aliquot.knowledge import store
        >>> nm = np.arange(400.0, 751.0)
        >>> edge = np.sqrt(np.maximum(EV_NM / nm - 2.25, 0.0)) * nm      # bulk-like dots of 3.0 nm
        >>> signal = Signal(SignalKind.ABSORBANCE, nm, edge / edge[0], "A")
        >>> found = back_substituted(signal, store.material("InP"))
        >>> round(found.mean, 1), found.rsd < 0.05
        (3.0, True)
    """
    checks.refuse_unfit(signal)
    energies, values, noise = _stepped(signal, step_nm)
    low, high = size_limits(material)
    bounds = first_exciton(material, np.array([high, low]))
    known = (energies >= bounds[0]) & (energies <= bounds[1])
    inside = np.flatnonzero(known & (values > _STANDS_OUT * noise))
    if not inside.size:
        raise SignalError(
            given=f"'{signal.label}', in which no dots of {low:g} to {high:g} nm stand out of the noise",
            expected="an absorption edge",
            why="back-substitution begins at the longest wavelength that absorbs",
            remedy="Check the blank and the material, or average more scans.",
            where=signal.where,
        )
    first = int(inside[0])
    kept = np.flatnonzero(known & (np.arange(known.size) >= first))
    diameters = _sizes(material, energies[kept], low, high)
    amounts, negative = _solved(energies[kept], values[kept])
    distribution = SizeDistribution.of(diameters[::-1], amounts[::-1], Weighting.VOLUME)
    return BackSubstituted(distribution, negative / float(amounts.sum()), float(EV_NM / energies[first]))


def _stepped(
    signal: Signal, step_nm: float
) -> tuple[Float[np.ndarray, " steps"], Float[np.ndarray, " steps"], float]:
    """Return photon energies, rising, absorbance above the red end at them, and its noise."""
    own = float(np.diff(signal.wavelengths).mean())
    count = max(round(step_nm / own), 1)
    size = (signal.values.size // count) * count
    nm = signal.wavelengths[-size:].reshape(-1, count).mean(axis=1)[::-1]
    values = signal.values[-size:].reshape(-1, count).mean(axis=1)[::-1]
    tail = signal.values[signal.wavelengths >= signal.wavelengths[-1] - _TAIL_NM].mean()
    return np.asarray(EV_NM / nm), np.asarray(values - tail), noise_of(signal.values) / np.sqrt(count)


def _sizes(
    material: Material, energies: Float[np.ndarray, " steps"], low: float, high: float
) -> Float[np.ndarray, " steps"]:
    """Return the diameter whose first exciton lies at each energy [nm]."""
    grid = np.linspace(low, high, 2000)
    return np.asarray(np.interp(energies, first_exciton(material, grid)[::-1], grid[::-1]))


def _solved(
    energies: Float[np.ndarray, " steps"], values: Float[np.ndarray, " steps"]
) -> tuple[Float[np.ndarray, " steps"], float]:
    """Return amounts from the red end downwards, and what came out below zero."""
    half = 0.5 * np.gradient(energies)  # dots of a step begin to absorb at its red end
    amounts, negative = np.zeros(energies.size), 0.0
    for i, energy in enumerate(energies):
        taken = np.sqrt(energy - energies[:i] + half[:i]) / energy
        left = (values[i] - float(taken @ amounts[:i])) / (np.sqrt(half[i]) / energy)
        amounts[i] = max(left, 0.0)
        negative += max(-left, 0.0)
    return amounts, float(negative)
