"""From flasks to shares with one set of constants: blocks, on longer ladders where dots outgrow the first."""

from collections.abc import Callable
from dataclasses import dataclass, field

import jax
import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, Where, suggestion
from aliquot.inference.reading import SEEN_FROM
from aliquot.inference.stretch import Structure
from aliquot.inference.zones.block import SIZE, Found, Weights, computed
from aliquot.inference.zones.flasks import Flasks
from aliquot.inference.zones.rules import Rules
from aliquot.inference.zones.study import Numerics
from aliquot.kinetics.cards import from_card
from aliquot.kinetics.trust import Tolerances
from aliquot.knowledge import records, store
from aliquot.knowledge.formula import composition


@dataclass(frozen=True, slots=True)
class Reader:
    """One set of constants, ready to compute flasks and to read the shares of a rule table.

    Attributes:
        card: The chemistry.
        rules: Which kinds are read.
        times: When flasks are looked at [s].
        numerics: How they are integrated.
    """

    card: records.Chemistry
    rules: Rules
    times: Float[np.ndarray, " times"]
    numerics: Numerics
    _known: dict[str, tuple[Float[np.ndarray, " leaves"], Structure]] = field(default_factory=dict)

    def prepare(self, flasks: Flasks) -> None:
        """Read all that the card says of flasks of this kind, in one thread: quantities are not read in two.

        Raises:
            CardError: If the card does not know a solvent.
            InputError: If a kind of the rules is nothing that the chemistry follows.
        """
        for solvent in dict.fromkeys(flasks.solvents):
            self._constants(solvent)
        self.weights(self.numerics.rungs)

    def read(self, flasks: Flasks, told: Callable[[], None]) -> Found:
        """Compute flasks; those whose dots reach the top of their ladder again, on longer ones.

        Args:
            flasks: What to compute.
            told: Called after each block of the first length; it may raise, to stop.
        """
        size, numbers = self.numerics.rungs, np.arange(flasks.count)
        found = self._on(flasks, size, told)
        while size < self.numerics.most:
            full = numbers[found.done & (found.top > self.numerics.top)]
            if full.size == 0:
                break
            size = min(2 * size, self.numerics.most)
            again = self._on(flasks.some(full), size, lambda: None)
            for old, new in zip(found, again, strict=True):
                old[full] = new
        return found

    def _on(self, flasks: Flasks, size: int, told: Callable[[], None]) -> Found:
        """Compute flasks on one length of ladder, block by block."""
        leaves, structures = zip(*(self._constants(name) for name in flasks.solvents), strict=True)
        starts, weights = flasks.starts(self.card), self.weights(size)
        tolerances = Tolerances(self.numerics.relative, self.numerics.absolute)
        parts = []
        for first in range(0, flasks.count, SIZE):
            block = slice(first, first + SIZE)
            given = (np.array(leaves[block]), starts[block], flasks.temperatures[block])
            parts.append(computed(structures[0], *given, self.times, weights, tolerances))
            told()
        return Found(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def _constants(self, solvent: str) -> tuple[Float[np.ndarray, " leaves"], Structure]:
        """Return the constants of the ladder in a solvent."""
        if solvent not in self._known:
            volume = store.material(self.card.material).unit_volume
            found, structure = jax.tree.flatten(from_card(self.card, volume, solvent or None))
            self._known[solvent] = np.array([float(leaf) for leaf in found]), structure
        return self._known[solvent]

    def weights(self, size: int) -> Weights:
        """Return how shares are read from ``size`` rungs.

        Raises:
            InputError: If a kind of the rules is nothing that the chemistry follows.
        """
        held = composition(self.card.material)
        element = next(name for name in self.card.species[self.card.limiting].holds if name in held)
        atoms = np.array([float(one.holds.get(element, 0)) for one in self.card.species.values()])
        rungs, species = np.zeros((size, len(self.rules))), np.zeros((atoms.size, len(self.rules)))
        for i, kind in enumerate(self.rules):
            for name in kind.of:
                if name in self.card.species:
                    species[list(self.card.species).index(name), i] = atoms[
                        list(self.card.species).index(name)
                    ]
                else:
                    rungs[:, i] += float(held[element]) * self._units(name, size)
        return Weights(rungs, species, atoms)

    def _units(self, name: str, size: int) -> Float[np.ndarray, " N"]:
        """Return formula units that count as something, by rung."""
        n, card = np.arange(1.0, size + 1.0), self.card
        named = np.isin(n, list(card.clusters.values()))
        if name in card.clusters:
            return np.asarray(n * (n == card.clusters[name]))
        if name == "dots":
            return np.asarray(n * (n >= card.dot_from))
        if name == "others":
            return np.asarray(n * ((n >= SEEN_FROM) & (n < card.dot_from) & ~named))
        raise InputError(
            given=f"'{name}' in the rules",
            expected="a cluster or a species of the chemistry, 'dots' or 'others'",
            why=f"'{card.id}' follows nothing else",
            remedy=suggestion(name, [*card.clusters, *card.species, "dots", "others"]),
            where=Where(card.id, key="rules"),
        )
