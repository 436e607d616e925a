"""What is read from populations: shares, diameters, widths, conversion, each at every look, with slopes.

Sums over rungs first, then a few ratios. Shares are of the element that the limiting species brings, all that
was brought by then being one.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, Where, suggestion
from aliquot.inference.dual import Dual
from aliquot.inference.forward import Seen
from aliquot.kinetics.trust import top_band
from aliquot.knowledge import records
from aliquot.knowledge.formula import composition

SEEN_FROM = 30
"""Smallest rung that counts among the 'others': because rungs of fewer units absorb out of sight, as the
smallest named clusters of CdTe and InP (34 and 37 units) begin to be seen [formula units]."""
TRACE = 1e-12
"""Concentration of dots below which they have no size [mol m-3]: less than one in 10^13 of a precursor."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A condition that can be read.

    Attributes:
        seen: Species and rungs at every look.
        card: Chemistry, which names clusters and species.
        unit_volume: Volume of one formula unit [nm3].
        jump: Rungs of the shortest jump by agglomeration: three of them are the top.
    """

    seen: Seen
    card: records.Chemistry
    unit_volume: float
    jump: int

    @property
    def times(self) -> Float[np.ndarray, " looks"]:
        """Times of the looks [s]."""
        return np.array([look.time for look in self.seen.looks])

    @property
    def n(self) -> Float[np.ndarray, " N"]:
        """Formula units of each rung [1]."""
        return np.arange(1.0, self.seen.rungs.value.shape[1] + 1.0)

    @property
    def diameters(self) -> Float[np.ndarray, " N"]:
        """Diameter of each rung [nm]."""
        return np.asarray(np.cbrt(6.0 * self.unit_volume * self.n / np.pi))

    @property
    def element(self) -> tuple[str, float]:
        """The element that the limiting species brings, and how often it is in a formula unit."""
        held = composition(self.card.material)
        name = next(e for e in self.card.species[self.card.limiting].holds if e in held)
        return name, float(held[name])

    @property
    def total(self) -> Float[np.ndarray, " looks"]:
        """What was brought of that element [mol m-3]."""
        _, count = self.element
        return np.array([self._atoms @ look.brought + count * look.dots for look in self.seen.looks])

    @property
    def _atoms(self) -> Float[np.ndarray, " species"]:
        name, _ = self.element
        return np.array([float(species.holds.get(name, 0)) for species in self.card.species.values()])

    def share(self, of: str, where: Where) -> Dual:
        """Return the share of the limiting element at every look [1]; names joined by ' + ' count together.

        Raises:
            InputError: If nothing of that name is followed.
        """
        total = Dual.still(np.zeros(self.times.size), self.seen.rungs.constants)
        for name in of.split(" + "):
            total = total + self._part(name.strip(), where)
        return total / self.total

    def _part(self, name: str, where: Where) -> Dual:
        """Return how much of the limiting element is in something [mol m-3]."""
        species = list(self.card.species)
        if name in species:
            place = species.index(name)
            return self.seen.species[:, place] * float(self._atoms[place])
        weights = self._units(name)
        if weights is None:
            known = [*species, *self.card.clusters, "dots", "others", self.card.material]
            raise InputError(
                given=f"a share of '{name}'",
                expected="a cluster, a species, 'dots' or 'others'",
                why="nothing else is followed",
                remedy=suggestion(name, known),
                where=where,
            )
        _, count = self.element
        return self.seen.rungs.through(count * weights[:, None])[:, 0]

    def _units(self, name: str) -> Float[np.ndarray, " N"] | None:
        """Return formula units that count as something, by rung; None where the name is not known."""
        n, card = self.n, self.card
        clusters = np.isin(n, list(card.clusters.values()))
        if name in card.clusters:
            return np.asarray(n * (n == card.clusters[name]))
        if name == "dots":
            return np.asarray(n * (n >= card.dot_from))
        if name == "others":
            return np.asarray(n * ((n >= SEEN_FROM) & (n < card.dot_from) & ~clusters))
        if name == card.material:  # dissolved monomer
            return np.asarray(n * (n == 1.0))
        return None

    def mean(self, weighting: str) -> Dual:
        """Return the mean diameter of the dots [nm], by number or volume."""
        number, length, _ = self._moments(weighting)
        return length / number

    def rsd(self, weighting: str) -> Dual:
        """Return the relative standard deviation of the dots' diameter [%], by number or volume."""
        number, length, square = self._moments(weighting)
        mean = length / number
        variance = (square / number - mean * mean).at_least(1e-12)
        return variance**0.5 / mean * 100.0

    def mean_volume(self) -> Dual:
        """Return the diameter of the dot of mean volume [nm]."""
        n = self.n
        dots = n >= self.card.dot_from
        sums = self.seen.rungs.through(np.stack([1.0 * dots, n * dots], axis=1))
        units = sums[:, 1].at_least(TRACE) / sums[:, 0].at_least(TRACE)
        return (units * (6.0 * self.unit_volume / np.pi)) ** (1.0 / 3.0)

    def _moments(self, weighting: str) -> tuple[Dual, Dual, Dual]:
        """Return sums over the dots of weight, weight times diameter, and times its square."""
        n, d = self.n, self.diameters
        weight = (n if weighting == "volume" else np.ones_like(n)) * (n >= self.card.dot_from)
        sums = self.seen.rungs.through(weight[:, None] * np.stack([np.ones_like(d), d, d * d], axis=1))
        return sums[:, 0].at_least(TRACE), sums[:, 1], sums[:, 2]

    def conversion(self) -> Dual:
        """Return the share of the limiting precursor that was used up [%]."""
        place = list(self.card.species).index(self.card.limiting)
        brought = np.array([look.brought[place] for look in self.seen.looks])
        left = self.seen.species[:, place] / brought
        return left * -100.0 + 100.0

    def top(self) -> Dual:
        """Return the share of formula units on the uppermost rungs [1]: what a lid holds back."""
        n = self.n
        band = top_band(n.size, self.jump)
        _, count = self.element
        return self.seen.rungs.through((count * n * (n > n.size - band))[:, None])[:, 0] / self.total
