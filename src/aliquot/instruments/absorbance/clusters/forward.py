"""What a liquid with clusters absorbs: named rungs by their lines, all others as dots of their size.

A cluster of n units in a volume fraction f absorbs at the anchor as the bulk formula says of any volume,
mu_i f, and elsewhere in proportion to the column of its family. That is uncertain by 30 %: of none of them
an extinction is published. A complex of precursors is counted as if each of its formula units absorbed like
one of a cluster, a mere order of magnitude.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d

from aliquot.instruments.absorbance.clusters.library import absorption_of, families, family
from aliquot.instruments.absorbance.clusters.line import column
from aliquot.instruments.absorbance.intrinsic import intrinsic_absorption
from aliquot.instruments.absorbance.kernel import lineshape_of
from aliquot.knowledge.records import Material
from aliquot.knowledge.records.clusters import Family
from aliquot.population import Population
from aliquot.units import AVOGADRO

_REACH = 4.0  # standard deviations by which broadened rungs may exceed the ladder


@dataclass(frozen=True, slots=True)
class Absorber:
    """A cluster on a rung, or a complex among the species, with the family whose line it has."""

    family: Family
    """Card of the family."""
    rung: int | None = None
    """Formula units of the cluster, None for a complex."""
    species: str | None = None
    """Name of the complex among the species of the population."""
    units: float = 1.0
    """Formula units in one complex [1]."""

    def units_in(self, population: Population) -> float:
        """Return the concentration of formula units in it [mol m-3]."""
        if self.rung is not None:
            inside = self.rung <= population.rungs.size
            return float(self.rung * population.rungs[self.rung - 1]) if inside else 0.0
        return self.units * float(population.species.get(self.species or "", 0.0))


@dataclass(frozen=True, slots=True)
class Reading:
    """How a population is read out: what absorbs by a line, and how the rungs of dots are smoothed."""

    by_lines: tuple[Absorber, ...] = ()
    """Clusters and complexes that absorb by lines of their own."""
    comb: float = 0.0
    """Standard deviation by which the rungs of dots are spread [formula units]; 0 leaves them as they are."""


BY_SIZE = Reading()
"""All rungs absorb as dots of their size."""


def absorbers(
    material: Material, clusters: Mapping[str, int], species: Mapping[str, float] | None = None
) -> tuple[Absorber, ...]:
    """Return what absorbs by a line of its own.

    Args:
        material: Card of the material.
        clusters: Rung of each cluster by the name of its line, as chemistries write it: ``{"449": 34}``.
        species: Formula units in each dissolved species, by name; those that are complexes are found by it.

    Raises:
        CardError: If a line belongs to no family with known absorption.

    Example:
        >>> from aliquot.knowledge import store
        >>> found = absorbers(store.material("CdTe"), {"449": 34}, {"Te": 0.0, "X": 1.0})
        >>> [(one.family.id, one.rung, one.species) for one in found]
        [('CdTe-449', 34, None), ('CdTe-430', None, 'X')]
    """
    on_rungs = [Absorber(family(material.id, line), rung=rung) for line, rung in clusters.items()]
    dissolved = [
        Absorber(one, species=name, units=units)
        for name, units in (species or {}).items()
        for one in families(material.id)
        if name in absorption_of(one).species
    ]
    return (*on_rungs, *dissolved)


def absorption_by_lines(
    population: Population,
    material: Material,
    by_lines: Iterable[Absorber],
    wavelengths: Float[np.ndarray, " wavelengths"],
    n_s: float,
) -> Float[np.ndarray, " wavelengths"]:
    """Return the absorption coefficient of clusters and complexes, mu f [cm-1].

    Args:
        population: Concentrations in the liquid.
        material: Card of the material, with refraction at the anchor of its lineshape.
        by_lines: What absorbs by a line of its own.
        wavelengths: Wavelengths [nm], shape (wavelengths,).
        n_s: Refractive index of the medium [1].

    Raises:
        CardError: If the material has no lineshape, whose anchor sets the scale.
        RangeError: If it has no refractive index there.

    Example:
        >>> from aliquot.knowledge import store
        >>> cdte, rungs = store.material("CdTe"), np.zeros(100)
        >>> rungs[33] = 10.0 / 34.0                           # 10 mol m-3 of CdTe in clusters of 34
        >>> seen = absorbers(cdte, {"449": 34})
        >>> population = Population("CdTe", cdte.unit_volume, rungs)
        >>> absorption_by_lines(population, cdte, seen, np.array([350.0, 449.0]), 1.497).round(1)
        array([83.1, 65.7])
    """
    anchor = lineshape_of(material).anchor.value
    mu = intrinsic_absorption(material, anchor, n_s)
    per_unit = AVOGADRO * population.unit_volume * 1e-27
    at = np.append(wavelengths, anchor)
    total = np.zeros_like(wavelengths, float)
    for one in by_lines:
        shape = column(absorption_of(one.family), at)
        total += mu * per_unit * one.units_in(population) * shape[:-1] / shape[-1]
    return total


def as_dots(population: Population, reading: Reading) -> Population:
    """Return the population without its named clusters, the comb of its dots smoothed.

    Where clusters join whole, dots stand on multiples of the cluster only, and a spectrum of them would
    show a line for each. Nature makes no such comb: the volume on each rung from the smallest dot on is
    spread over its neighbours, volume and mean size kept. It widens dots of 100 units by 6 % in diameter if
    17 units are spread.

    Args:
        population: Concentrations in the liquid.
        reading: What absorbs by a line of its own, and is taken out; how far rungs are spread.

    Example:
        >>> rungs = np.zeros(300); rungs[[101, 135, 169]] = 1.0
        >>> smooth = as_dots(Population("CdTe", 0.068, rungs), Reading(comb=17.0))
        >>> round(smooth.units), round(float(smooth.rungs[:85].sum() / smooth.rungs.sum()), 2)
        (408, 0.07)
    """
    rungs = population.rungs.copy()
    for one in reading.by_lines:
        if one.rung is not None and one.rung <= rungs.size:
            rungs[one.rung - 1] = 0.0
    if reading.comb <= 0.0:
        return replace(population, rungs=rungs)
    first = min(population.dot_from - 1, rungs.size)
    rungs = np.pad(rungs, (0, int(np.ceil(_REACH * reading.comb))))
    n = np.arange(1.0, rungs.size + 1.0)
    dots = np.where(n > first, n * rungs, 0.0)
    spread = gaussian_filter1d(dots, reading.comb, mode="constant", truncate=_REACH)
    spread *= dots.sum() / spread.sum() if spread.sum() > 0.0 else 0.0
    return replace(population, rungs=np.where(n > first, 0.0, rungs) + spread / n)


def between_clusters_and_dots(population: Population, by_lines: Iterable[Absorber], smallest: float) -> float:
    """Return the share of units on rungs without a name that are no dots, but large enough to be seen [1].

    Args:
        population: Concentrations in the liquid.
        by_lines: What absorbs by a line of its own.
        smallest: Smallest diameter that a lineshape draws [nm].
    """
    named = {one.rung for one in by_lines}
    n = population.n
    unnamed = np.array([number not in named for number in n.astype(int).tolist()])
    there = unnamed & (n < population.dot_from) & (population.diameters >= smallest)
    total = float(np.abs(n * population.rungs).sum())
    return float((n * population.rungs)[there].sum()) / total if total > 0.0 else 0.0
