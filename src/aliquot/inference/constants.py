"""From free constants to the constants of a ladder, with slopes: closed forms found by looking at the card.

A card is read on the host, by text and unit, and no derivative passes through that. But every constant of a
ladder is either affine or exponential in what a study fits: ln k in log10 k, a surface energy in itself, a
concentration in its logarithm. Which, and how steep, is found by reading the card a few times, and checked
once with all constants changed together; what is neither is refused by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jaxtyping import Bool, Float

from aliquot.errors import CardError, Where
from aliquot.inference.cards import changed, scaled
from aliquot.inference.dual import Dual
from aliquot.inference.free import Free, means, spreads
from aliquot.inference.plan import Variant
from aliquot.inference.stretch import Structure
from aliquot.kinetics.cards import from_card
from aliquot.kinetics.chemistry import Chemistry
from aliquot.knowledge import records, store

_STEP = 0.1
"""Share of a prior's standard deviation by which a constant is moved to see what depends on it [1]."""
_ROUNDING = 1e-9
"""Relative error that a closed form may have; texts of cards carry 15 digits [1]."""


@dataclass(frozen=True, slots=True)
class Forms:
    """How the constants of a ladder in one solvent follow from the free ones.

    Attributes:
        base: Constants where every free one has its prior mean, shape (leaves,).
        rates: Slopes of the affine ones, or of the logarithms of the exponential ones, shape (leaves, free).
        exponential: Which are exponential, shape (leaves,).
    """

    base: Float[np.ndarray, " leaves"]
    rates: Float[np.ndarray, "leaves free"]
    exponential: Bool[np.ndarray, " leaves"]

    def at(self, moved: Float[np.ndarray, " free"]) -> Dual:
        """Return the constants with their slopes, for free ones moved from their prior means."""
        way = self.rates @ moved
        value = np.where(
            self.exponential, self.base * np.exp(np.where(self.exponential, way, 0.0)), self.base + way
        )
        return Dual(value, np.where(self.exponential, value, 1.0)[:, None] * self.rates)


@dataclass(frozen=True, slots=True)
class Constants:
    """Free constants and the chemistry that they belong to.

    Attributes:
        card: The chemistry, whose other constants stay.
        free: The constants that are free.
        unit_volume: Volume of one formula unit [nm3].
        structure: Tree of the chemistry without its constants.
        forms: How constants follow from free ones, for everything that differs from condition to condition.

    Example:
        >>> from aliquot.inference.free import Prior
        >>> from aliquot.knowledge.store import chemistry
        >>> rate = Free(name="log10 k", keys=("reactions.conversion.rate.value",), unit="M-1 s-1",
        ...             transform="log10", prior=Prior(mean=-2.0, sd=0.3, because="an example"))
        >>> constants = Constants.of(chemistry("inp_wang2023"), (rate,), [Variant()])
        >>> found = constants.leaves(np.array([-3.0]), Variant())
        >>> round(float(np.exp(found.value[0])), 12), round(float(found.slope[0, 0]), 4)       # k in SI
        (1e-06, 2.3026)
    """

    card: records.Chemistry
    free: tuple[Free, ...]
    unit_volume: float
    structure: Structure
    forms: dict[Variant, Forms]

    @classmethod
    def of(cls, card: records.Chemistry, free: tuple[Free, ...], variants: Iterable[Variant]) -> "Constants":
        """Find out how a chemistry follows from free constants.

        Args:
            card: The chemistry.
            free: What is fitted.
            variants: What differs from condition to condition.

        Raises:
            CardError: If a key leads nowhere, nothing depends on a constant, or it enters in a way that is
                neither affine nor exponential.
        """
        volume = store.material(card.material).unit_volume
        wanted = list(dict.fromkeys(variants)) or [Variant()]
        seen = {variant: _Look(card, free, volume, variant) for variant in wanted}
        forms = {variant: look.forms() for variant, look in seen.items()}
        for i, one in enumerate(free):
            if not any(form.rates[:, i].any() for form in forms.values()):
                raise _idle(card, one, wanted)
        (structure,) = {look.structure for look in seen.values()}
        return cls(card, free, volume, structure, forms)

    @property
    def chemistry(self) -> Chemistry:
        """The constants of a ladder with all free ones at their prior means."""
        leaves = next(iter(self.forms.values())).base
        found: Chemistry = jax.tree.unflatten(self.structure, leaves.tolist())
        return found

    @property
    def reach(self) -> int:
        """Rungs that one event jumps at most."""
        return self.chemistry.reach

    @property
    def jump(self) -> int:
        """Rungs of the shortest jump by agglomeration, 1 where particles grow by monomer alone."""
        jumps = [channel.reach for channel in self.chemistry.agglomeration.channels]
        return min((reach for reach in jumps if reach > 1), default=1)

    def leaves(self, theta: Float[np.ndarray, " free"], variant: Variant) -> Dual:
        """Return the constants of the ladder, with slopes, shape (leaves,).

        Args:
            theta: Free constants [unit, or log10 of it], shape (free,).
            variant: What of the chemistry differs in a condition.
        """
        return self.forms[variant].at(theta - means(self.free))

    def card_at(self, theta: Float[np.ndarray, " free"]) -> records.Chemistry:
        """Return the card with these values of its free constants; CardError if it can not bear them."""
        return changed(self.card, self.free, theta.tolist())


class _Look:
    """A look at a card from several sides, in one variant."""

    def __init__(
        self, card: records.Chemistry, free: tuple[Free, ...], volume: float, variant: Variant
    ) -> None:
        self.card, self.free, self.volume, self.variant = card, free, volume, variant
        self.means, self.steps = means(free), _STEP * spreads(free)
        self.base, self.structure = self._read(self.means)

    def forms(self) -> Forms:
        """Return the closed forms, checked with all constants changed together."""
        rates = np.zeros((self.base.size, len(self.free)))
        exponential = np.zeros(self.base.size, bool)
        for i, one in enumerate(self.free):
            rates[:, i], curved = self._along(i, one)
            exponential |= curved
        found = Forms(self.base, rates, exponential)
        together = np.where(np.arange(len(self.free)) % 2, -1.0, 1.0) * self.steps
        if not _same(found.at(together).value, self._read(self.means + together)[0]):
            raise self._refused(" and ".join(repr(one.name) for one in self.free), "acts otherwise together")
        return found

    def _along(self, i: int, one: Free) -> tuple[Float[np.ndarray, " leaves"], Bool[np.ndarray, " leaves"]]:
        """Return slopes by one constant, and where they are those of a logarithm."""
        step = np.zeros(self.means.size)
        step[i] = self.steps[i]
        once, twice = (self._read(self.means + times * step)[0] for times in (1.0, 2.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            first = np.where(once == self.base, 0.0, once - self.base)
            second = np.where(twice == self.base, 0.0, twice - self.base)
            ratio = np.where(first == 0.0, 1.0, once / self.base)
            straight = np.abs(second - 2.0 * first) <= 1e-7 * np.abs(first) + 1e-13 * np.abs(self.base)
            curved = (
                ~straight & (ratio > 0.0) & np.isclose(twice / self.base, ratio**2, rtol=_ROUNDING, atol=0.0)
            )
            slopes = np.where(curved, np.log(np.where(ratio > 0.0, ratio, 1.0)), first) / self.steps[i]
        if not (straight | curved).all():
            raise self._refused(repr(one.name), "enters neither as it is nor by its exponential", one)
        return slopes, curved

    def _read(self, theta: Float[np.ndarray, " free"]) -> tuple[Float[np.ndarray, " leaves"], Any]:
        """Return the constants of the card at these values, and its structure."""
        card = scaled(changed(self.card, self.free, theta.tolist()), self.variant.scaled)
        chemistry = from_card(card, self.volume, self.variant.solvent)
        found, structure = jax.tree.flatten(chemistry)
        leaves = np.array([float(leaf) for leaf in found])
        if theta is not self.means and structure != self.structure:
            raise self._refused("a free constant", "changes the structure of the ladder")
        return leaves, structure

    def _refused(self, given: str, why: str, one: Free | None = None) -> CardError:
        return CardError(
            given=given,
            expected="constants of which the ladder's own are affine or exponential functions",
            why=f"what a study frees {why}, and slopes have to be exact",
            remedy="Fit rate constants, concentrations and solvent factors by 'transform: log10', energies "
            "and exponents as they are; what is structure can not be fitted.",
            where=Where(self.card.id, key=one.keys[0] if one is not None else None),
        )


def _same(a: Float[np.ndarray, " leaves"], b: Float[np.ndarray, " leaves"]) -> bool:
    return bool(np.isclose(a, b, rtol=_ROUNDING, atol=_ROUNDING).all())


def _idle(card: records.Chemistry, one: Free, variants: list[Variant]) -> CardError:
    return CardError(
        given=f"the free constant '{one.name}'",
        expected="one on which the ladder depends",
        why="nothing changes with it in "
        + ", ".join(variant.solvent or "any solvent" for variant in variants),
        remedy="Leave it out of 'free', or observe a condition in which it acts.",
        where=Where(card.id, key=one.keys[0]),
    )
