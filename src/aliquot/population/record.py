"""The population: what stands on every rung of the ladder at one time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from aliquot.population.distribution import SizeDistribution, Weighting
from aliquot.units import AVOGADRO


@dataclass(frozen=True, slots=True)
class Population:
    """Concentrations of all rungs and species of one material at one time.

    Rung n is a particle of n formula units; rung 1 is the dissolved monomer. The diameter is that of the
    sphere of equal volume.

    Attributes:
        material: Formula unit, such as ``"InP"``.
        unit_volume: Volume of one formula unit [nm3].
        rungs: Concentration of particles of 1..N units [mol m-3], shape (N,). Never clipped: tiny
            negative numbers of the integrator stay visible.
        species: Concentration of each dissolved species by name [mol m-3].
        dot_from: Smallest rung that counts as a dot; smaller ones are dissolved or subcritical.

    Example:
        >>> rungs = np.zeros(300); rungs[204] = 1e-3
        >>> population = Population("InP", 0.0503, rungs)
        >>> round(population.sizes(Weighting.VOLUME).mean, 2)
        2.7
    """

    material: str
    unit_volume: float
    rungs: Float[np.ndarray, " N"]
    species: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    dot_from: int = 30

    @property
    def n(self) -> Float[np.ndarray, " N"]:
        """Formula units of each rung [1], shape (N,)."""
        return np.arange(1.0, self.rungs.size + 1.0)

    @property
    def diameters(self) -> Float[np.ndarray, " N"]:
        """Diameter of each rung [nm], shape (N,)."""
        return np.asarray(np.cbrt(6.0 * self.unit_volume * self.n / np.pi))

    @property
    def units(self) -> float:
        """Concentration of formula units in all rungs, the monomer included [mol m-3]."""
        return float(self.n @ self.rungs)

    @property
    def dot_units(self) -> float:
        """Concentration of formula units in dots [mol m-3]."""
        return float(self.n[self.dot_from - 1 :] @ self.rungs[self.dot_from - 1 :])

    @property
    def dots(self) -> float:
        """Concentration of dots [mol m-3]."""
        return float(self.rungs[self.dot_from - 1 :].sum())

    @property
    def dots_per_m3(self) -> float:
        """Number of dots in a volume of the liquid [m-3]."""
        return self.dots * AVOGADRO

    @property
    def volume_fraction(self) -> float:
        """Volume of dots in a volume of the liquid [1]."""
        return self.dot_units * AVOGADRO * self.unit_volume * 1e-27

    def sizes(self, weighting: Weighting | str) -> SizeDistribution:
        """Return the distribution of the dots' diameters.

        Args:
            weighting: By number (as TEM counts) or by volume (as absorbance sees); the words will do.

        Raises:
            InputError: If there are no dots.
        """
        first = self.dot_from - 1
        counted = self.n[first:] if Weighting(weighting) is Weighting.VOLUME else 1.0
        return SizeDistribution.of(self.diameters[first:], self.rungs[first:] * counted, weighting)
