"""From the card of a chemistry to its constants: units, places of species, kernels and features."""

from collections.abc import Mapping, Sequence
from math import log

import jax.numpy as jnp

from aliquot.errors import CardError, Where, suggestion
from aliquot.kinetics.agglomeration import (
    Activated,
    Additive,
    Channel,
    Encounter,
    Everything,
    Kernel,
    Pair,
    Sweep,
    encounter_limit,
)
from aliquot.kinetics.attachment import Attachment, Edge
from aliquot.kinetics.chemistry import Agglomeration, Chemistry, Solubility
from aliquot.kinetics.landscape import Feature, Landscape
from aliquot.kinetics.laws import FACTORS, Arrhenius, Factor, Order, Reaction
from aliquot.knowledge import records, store
from aliquot.knowledge.formula import composition
from aliquot.units import Quantity

SECOND_ORDER = "m3 mol-1 s-1"
THIN = 0.2e-3
"""Viscosity of the thinnest liquid in use, hot toluene [Pa s]: the largest rate of encounters anywhere."""


def from_card(card: records.Chemistry, unit_volume: float, solvent: str | None = None) -> Chemistry:
    """Turn a card into constants in internal units.

    Args:
        card: The card of the chemistry.
        unit_volume: Volume of one formula unit of its material [nm3].
        solvent: Reagent card of the solvent, where the chemistry depends on it.

    Returns:
        The constants.

    Raises:
        UnitError: If a constant of the card has the wrong dimension.
        CardError: If the card does not know the solvent, a channel outruns every encounter, or a species
            holds other atoms than its reagents bring.

    Example:
        >>> from aliquot.knowledge.store import chemistry, material
        >>> constants = from_card(chemistry("inp_wang2023"), material("InP").unit_volume)
        >>> constants.species
        ('In', 'P', 'P(V)')
    """
    _check_reagents(card)
    return _Reader(card, unit_volume, solvent).chemistry()


def _check_reagents(card: records.Chemistry) -> None:
    """Refuse a species that holds other atoms than its reagents bring."""
    for name, species in card.species.items():
        for reagent, moles in species.from_.items():
            found = store.find_reagent(reagent)
            where = Where(card.id, key=f"species.{name}.from.{reagent}")
            if found is None:
                raise CardError(
                    given=f"the reagent '{reagent}'",
                    expected="a card of a reagent",
                    why="a recipe doses reagents by card",
                    remedy="Name a reagent of the knowledge base, or write its card.",
                    where=where,
                )
            atoms = composition(found.formula)
            for element, count in species.holds.items():
                if moles > 0.0 and atoms.get(element, 0) != moles * count:
                    raise CardError(
                        given=f"{moles:g} {name} with {count} {element} each from {found.formula}",
                        expected=f"{atoms.get(element, 0)} {element} in all",
                        why="the balance of atoms would begin with a wrong count",
                        remedy="Correct 'from' or 'holds'.",
                        where=where,
                    )


class _Reader:
    """A card that is being turned into constants."""

    def __init__(self, card: records.Chemistry, unit_volume: float, solvent: str | None) -> None:
        self.card, self.unit_volume, self.solvent = card, unit_volume, solvent
        self.reference = card.reference_temperature.value
        self.places = {name: i for i, name in enumerate([*card.species, card.material])}

    def chemistry(self) -> Chemistry:
        card = self.card
        reference = self.reference
        surface = card.surface_energy
        softening = 0.0
        if surface.softening:
            softening = self.number(surface.softening, "eV/nm2/K", "surface_energy.softening")
        return Chemistry(
            reactions=tuple(self.reaction(name, part) for name, part in card.reactions.items()),
            attachment=self.attachment(card.attachment),
            solubility=Solubility(
                self.law(card.solubility, "mol m-3", "solubility"),
                self.factors(card.solubility.laws, "solubility.laws"),
            ),
            landscape=Landscape(
                jnp.asarray(self.number(surface.value, "eV/nm2", "surface_energy.value"), float),
                self.unit_volume,
                tuple(self.feature(name, feature) for name, feature in card.features.items()),
                jnp.asarray(softening, float),
                reference,
            ),
            agglomeration=self.agglomeration(card.agglomeration),
            species=tuple(card.species),
        )

    def number(self, text: str, unit: str, key: str) -> float:
        return Quantity.parse(text, unit, Where(self.card.id, key=key)).value

    def law(self, rate: records.Rate, unit: str, key: str) -> Arrhenius:
        k = self.number(rate.value, unit, f"{key}.value")
        activation = self.number(rate.activation, "eV", f"{key}.activation")
        return Arrhenius(
            jnp.asarray(log(k) if k > 0 else -jnp.inf, float), jnp.asarray(activation, float), self.reference
        )

    def feature(self, name: str, feature: records.Feature) -> Feature:
        energy = self.number(feature.energy, "eV", f"features.{name}.energy")
        return Feature(jnp.asarray(energy, float), jnp.asarray(float(feature.rung)), feature.width)

    def factors(self, laws: Sequence[records.Law], key: str) -> tuple[Factor, ...]:
        return tuple(self.factor(law, f"{key}.{i}") for i, law in enumerate(laws))

    def factor(self, law: records.Law, key: str) -> Factor:
        place = self.places[law.of]
        if law.half is None:
            return Order(place, law.exponent)
        half = jnp.asarray(self.number(law.half, "mol m-3", f"{key}.half"), float)
        if law.law == "saturation":
            return FACTORS[law.law](place, half)  # type: ignore[call-arg]
        return FACTORS[law.law](place, half, law.exponent)  # type: ignore[call-arg]

    def reaction(self, name: str, reaction: records.Reaction) -> Reaction:
        key = f"reactions.{name}"
        order = float(sum(law.exponent for law in reaction.laws if law.law == "order"))
        change = reaction.change()
        return Reaction(
            rate=self.law(reaction.rate, _unit_of_order(order), f"{key}.rate"),
            factors=self.factors(reaction.laws, f"{key}.laws"),
            change=tuple(change.get(name, 0.0) for name in self.places),
        )

    def attachment(self, attachment: records.Attachment) -> Attachment:
        diffusion, key = attachment.diffusion, "attachment"
        return Attachment(
            rate=self.law(attachment.rate, SECOND_ORDER, f"{key}.rate"),
            size_exponent=jnp.asarray(
                self.number(attachment.size_exponent.value, "1", f"{key}.size_exponent.value"), float
            ),
            reference_rung=float(attachment.reference_rung),
            diffusion=None if diffusion is None else self.law(diffusion, SECOND_ORDER, f"{key}.diffusion"),
            edges=tuple(
                Edge(edge.above, jnp.asarray(edge.factor, float)) for edge in attachment.edges.values()
            ),
            gates=self.factors(attachment.gates, f"{key}.gates"),
        )

    def agglomeration(self, agglomeration: records.Agglomeration | None) -> Agglomeration:
        if agglomeration is None:
            return Agglomeration()
        factor = jnp.asarray(self.solvent_factor(agglomeration.solvents), float)
        channels = [self.channel(name, part, factor) for name, part in agglomeration.channels.items()]
        return Agglomeration(tuple(channels), self.factors(agglomeration.laws, "agglomeration.laws"))

    def solvent_factor(self, solvents: Mapping[str, records.Constant]) -> float:
        if not solvents:
            return 1.0
        if self.solvent is None or self.solvent not in solvents:
            raise CardError(
                given="no solvent" if self.solvent is None else f"the solvent '{self.solvent}'",
                expected="one of " + ", ".join(solvents),
                why="agglomeration of these clusters depends on it by two orders of magnitude, "
                "and each solvent is one more constant",
                remedy=suggestion(self.solvent or "", solvents),
                where=Where(self.card.id, key="agglomeration.solvents"),
            )
        return solvents[self.solvent].to("1")

    def channel(self, name: str, channel: records.Channel, factor: jnp.ndarray) -> Channel:
        kernel = self.kernel(channel, f"agglomeration.channels.{name}")
        self._below_encounters(name, kernel)
        if channel.first is not None and channel.second is not None:
            return Pair(kernel, factor, channel.first, channel.second)
        if channel.first is not None and channel.start is not None:
            return Sweep(kernel, factor, channel.first, channel.start)
        return Everything(kernel, factor, channel.start or 1)

    def kernel(self, channel: records.Channel, key: str) -> Kernel:
        if channel.kernel == "encounter":
            viscosity = self.number(channel.viscosity or "", "Pa s", f"{key}.viscosity")
            return Encounter(jnp.asarray(viscosity, float), self.law(channel.rate, "1", f"{key}.rate"))
        rate = self.law(channel.rate, SECOND_ORDER, f"{key}.rate")
        if channel.kernel == "additive":
            return Additive(rate)
        return Activated(rate, channel.exponent, channel.reference)

    def _below_encounters(self, name: str, kernel: Kernel) -> None:
        """Refuse a rate constant that no encounter can reach, at the hottest temperature of the card."""
        hot = self.card.temperatures[1].value
        rate, limit = float(kernel.scale(jnp.asarray(hot))), encounter_limit(hot, THIN)
        if rate > limit:
            raise CardError(
                given=f"{rate:.1e} m3 mol-1 s-1 at {hot - 273.15:.0f} degC",
                expected=f"at most {limit:.1e} m3 mol-1 s-1",
                why="particles do not meet more often than that in any liquid",
                remedy="Check the rate constant and its activation energy.",
                where=Where(self.card.id, key=f"agglomeration.channels.{name}.rate"),
            )


def _unit_of_order(order: float) -> str:
    """Return the unit of a rate constant.

    Example:
        >>> _unit_of_order(0.0), _unit_of_order(1.0), _unit_of_order(2.0), _unit_of_order(3.0)
        ('mol m-3 s-1', 's-1', 'm3 mol-1 s-1', 'm6 mol-2 s-1')
    """
    if order == 0:
        return "mol m-3 s-1"
    if order == 1:
        return "s-1"
    volume, amount = f"m{3 * (order - 1):g}", f"mol-{order - 1:g}"
    return f"{volume} {amount} s-1"
