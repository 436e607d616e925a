"""From flasks to shares with one set of constants: blocks, on longer ladders where dots outgrow the first."""

from collections.abc import Callable
from dataclasses import dataclass, field

import jax
import numpy as np
from jaxtyping import Float, Int

from aliquot.errors import InputError, Where, suggestion
from aliquot.inference.reading import SEEN_FROM
from aliquot.inference.stretch import Structure
from aliquot.inference.zones.block import FIRST, PATIENCE, SIZE, Found, Passed, Standing, Weights, computed
from aliquot.inference.zones.flasks import Flasks
from aliquot.inference.zones.rules import Rules
from aliquot.inference.zones.study import Numerics
from aliquot.kinetics.cards import from_card
from aliquot.kinetics.trust import Knobs, Tolerances
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
        """Compute flasks; those whose dots near the top of their ladder go on on longer ones.

        Args:
            flasks: What to compute.
            told: Called after each block of the first length; it may raise, to stop.
        """
        size, standing, numbers = self.numerics.rungs, self._standing(flasks), np.arange(flasks.count)
        shape = (flasks.count, self.times.size, len(self.rules))
        found = Found(np.full(shape, np.nan), *(np.zeros(flasks.count, kind) for kind in (float, int, bool)))
        while numbers.size:
            passed = self._on(standing, size, told)
            _enter(found, numbers, passed)
            told = _nobody
            numbers = numbers[passed.full]
            size = min(2 * size, self.numerics.most)
            ends = {"begins": passed.ends, "species": passed.species, "rungs": passed.rungs}
            standing = standing._replace(**ends).some(passed.full).longer(size)
        found.done[:] &= np.isfinite(found.shares).all(axis=(1, 2))
        return found

    def _standing(self, flasks: Flasks) -> Standing:
        """Return flasks as they stand at the beginning, on the first length of ladder."""
        starts = flasks.starts(self.card)
        leaves = np.array([self._constants(name)[0] for name in flasks.solvents])
        begins, rungs = np.zeros(flasks.count), np.zeros((flasks.count, self.numerics.rungs))
        whole = starts @ self.weights(self.numerics.rungs).total
        return Standing(leaves, flasks.temperatures, whole, begins, starts, rungs)

    def _on(self, standing: Standing, size: int, told: Callable[[], None]) -> Passed:
        """Compute flasks on one length of ladder, block by block."""
        structure, weights = next(iter(self._known.values()))[1], self.weights(size)
        patience = Tolerances(
            self.numerics.relative, self.numerics.absolute, max_steps=PATIENCE, first_step=FIRST
        )
        knobs = Knobs.of(patience, hand_on=self.numerics.top if size < self.numerics.most else np.inf)
        parts = []
        for first in range(0, standing.begins.size, SIZE):
            block = standing.some(slice(first, first + SIZE))
            parts.append(computed(structure, block, self.times, weights, knobs, self.numerics.settled))
            told()
        return Passed(*(np.concatenate(part) for part in zip(*parts, strict=True)))

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
        n = np.arange(1.0, size + 1.0)
        late = float(held[element]) * n * ((n < SEEN_FROM) | (n >= self.card.dot_from))
        return Weights(rungs, species, atoms, late)

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


def _enter(found: Found, numbers: Int[np.ndarray, " some"], passed: Passed) -> None:
    """Write into the arrays what some flasks came to on one length of ladder."""
    found.shares[numbers] = np.where(passed.fresh[..., None], passed.shares, found.shares[numbers])
    found.top[numbers] = np.where(passed.full, found.top[numbers], passed.top)
    found.steps[numbers] += passed.steps
    found.done[numbers] = passed.done


def _nobody() -> None:
    """Tell nobody."""
