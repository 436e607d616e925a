"""What a mass spectrometer counts of a population: masses of rungs with their ligands, seen at finite width.

M_n = n M_u + sigma pi d_n^2 M_L                        n formula units, ligands sigma to the area
y(m/z) = offset + gain sum_n c_n e(M_n) N(m/z; (M_n - z m_e) / z, w_n)       linear in the population c
w_n^2 = (FWHM / 2.355)^2 + n var(unit) / z^2            the instrument, and the isotopes of the metal
e(M) = 1 / (1 + (M / M_half)^p)                         detection, 1 where no roll-off is given
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, Where
from aliquot.instruments.mass.blocks import average_mass, block
from aliquot.instruments.mass.envelope import variance
from aliquot.instruments.mass.isotopes import ELECTRON
from aliquot.instruments.mass.spectrum import FWHM_PER_SD, MassSpectrum
from aliquot.knowledge.formula import composition
from aliquot.population import Population


@dataclass(frozen=True, slots=True)
class MassSpectrometer:
    """A measurement of a mass spectrum: ligands that fly along, axis, width, detection and noise.

    Width and noise are estimated, as usual for a linear time of flight at high mass; the cover is that of the
    bare core, as clusters and dots lose most of their ligands to the laser (tiwari2025 counts none at all).

    Raises:
        InputError: If axis, width, charge or detection can not be.

    Example:
        >>> MassSpectrometer(window=(8e3, 2e5), step=20.0).mz[[0, -1]]
        array([  8000., 200000.])
    """

    window: tuple[float, float] = (2e3, 2e5)
    """First and last m/z [Da]."""
    step: float = 25.0
    """Distance of the points [Da]."""
    resolving_power: float = 100.0
    """m/z over the full width at half maximum of one mass [1]."""
    charge: int = 1
    """Charge of every ion [e]."""
    ligand: str | None = None
    """Ligand that stays on the dots; None for bare cores."""
    cover: float = 0.0
    """Ligands to the area of the sphere [nm-2]."""
    half_detected: float | None = None
    """Mass at which half of the ions are detected [Da]; None for all."""
    steepness: float = 2.0
    """Power by which detection falls beyond that mass [1]."""
    gain: float = 1.0
    """Counts of one mol m-3 of dots [Da]."""
    offset: float = 0.0
    """Constant ground [counts]."""
    noise: float = 0.0
    """Standard deviation of the noise, the same at all masses [counts]."""

    def __post_init__(self) -> None:
        """Refuse what can not be built."""
        low, high = self.window
        possible = {
            "window": 0.0 < low < high and 0.0 < self.step <= high - low,
            "resolving power": self.resolving_power > 0.0,
            "charge": self.charge >= 1,
            "cover": self.cover >= 0.0 and (self.cover == 0.0 or self.ligand is not None),
            "detection": self.half_detected is None or (self.half_detected > 0.0 and self.steepness > 0.0),
            "noise": self.noise >= 0.0 and self.offset >= 0.0 and self.gain > 0.0,
        }
        wrong = [name for name, good in possible.items() if not good]
        if wrong:
            raise InputError(
                given=f"a mass spectrometer with an impossible {wrong[0]}",
                expected="a rising window, a charge of at least 1, a ligand for a cover, the rest positive",
                why="no instrument counts like that",
                remedy=f"Correct the {wrong[0]}.",
                where=Where(key=wrong[0]),
            )

    @property
    def mz(self) -> Float[np.ndarray, " points"]:
        """The axis [Da], rising, shape (points,)."""
        low, high = self.window
        return np.asarray(low + self.step * np.arange(int((high - low) / self.step + 1e-9) + 1))

    def masses(self, population: Population) -> Float[np.ndarray, " N"]:
        """Return the mass of every rung with its ligands [Da], shape (N,)."""
        core = population.n * average_mass(composition(population.material))
        if self.ligand is None:
            return np.asarray(core)
        return np.asarray(core + self.cover * np.pi * population.diameters**2 * block(self.ligand).mass)

    def detected(self, masses: Float[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
        """Return the share of the ions of each mass that is detected [1], shape (N,)."""
        if self.half_detected is None:
            return np.ones_like(masses)
        return np.asarray(1.0 / (1.0 + (masses / self.half_detected) ** self.steepness))


def observe(
    population: Population, spectrometer: MassSpectrometer, *, label: str, seed: int | None
) -> MassSpectrum:
    """Return the mass spectrum of a population.

    Args:
        population: Concentration of every rung; only those from ``dot_from`` on are counted.
        spectrometer: Ligands, axis, width, detection and noise.
        label: Name of the sample.
        seed: Seed of the noise; None for a spectrum without noise.

    Returns:
        The spectrum. Noise below zero is cut off, as a counter does: give an offset to keep it whole.

    Raises:
        InputError: If the formula unit holds unknown elements.
        SignalError: If nothing lies in the window.

    Example:
        >>> rungs = np.zeros(120); rungs[94] = 1.0            # 95 units of Cd3P2, 38 kDa
        >>> seen = observe(Population("Cd3P2", 0.1175, rungs), MassSpectrometer(), label="A1", seed=None)
        >>> round(seen.base / 1e3, 1)
        37.9
    """
    seen = spectrometer.offset + signal(population, spectrometer)
    if seed is not None:
        seen = seen + spectrometer.noise * np.random.default_rng(seed).standard_normal(seen.size)
    return MassSpectrum(spectrometer.mz, np.maximum(seen, 0.0), label)


def signal(population: Population, spectrometer: MassSpectrometer) -> Float[np.ndarray, " points"]:
    """Return counts above the ground, without noise: linear in the rungs, shape (points,).

    Each rung's peak is integrated over the step of the axis, so that a narrow one is never missed.
    """
    from scipy.special import ndtr  # noqa: PLC0415  only those who observe wait

    z, axis = spectrometer.charge, spectrometer.mz
    masses = spectrometer.masses(population)
    centres = masses / z - ELECTRON
    widths = centres / spectrometer.resolving_power / FWHM_PER_SD
    isotopes = population.n * variance(composition(population.material)) / z**2
    widths = np.sqrt(widths**2 + isotopes)
    counts = spectrometer.gain * population.rungs * spectrometer.detected(masses)
    counts = np.where(population.n >= population.dot_from, counts, 0.0)
    edges = np.append(axis - 0.5 * spectrometer.step, axis[-1] + 0.5 * spectrometer.step)
    found = np.zeros(axis.size)
    for i in np.flatnonzero(counts):
        first, last = np.searchsorted(edges, centres[i] + np.array([-7.0, 7.0]) * widths[i])
        first, last = max(first - 1, 0), min(last + 1, edges.size)
        if last - first > 1:
            below = ndtr((edges[first:last] - centres[i]) / widths[i])
            found[first : last - 1] += counts[i] * np.diff(below) / spectrometer.step
    return found
