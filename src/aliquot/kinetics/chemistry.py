"""A chemistry: the calibrated constants of one reaction system, ready to be differentiated."""

from math import log

import equinox as eqx
import jax.numpy as jnp

from aliquot.kinetics.landscape import Landscape
from aliquot.kinetics.laws import Arrhenius, Attachment, Conversion
from aliquot.knowledge import records
from aliquot.units import Quantity


class Chemistry(eqx.Module):
    """Constants of one reaction system.

    Every floating-point leaf is a constant that can be fitted; names, orders and stoichiometry are structure.

    Attributes:
        conversion: Precursors to monomer.
        attachment: Monomer to particles.
        solubility: c_inf of the flat solid [mol m-3], with its enthalpy.
        landscape: Free energy of particles.
        precursors: Names of the species, in the order of the state's vector.
    """

    conversion: Conversion
    attachment: Attachment
    solubility: Arrhenius
    landscape: Landscape
    precursors: tuple[str, ...] = eqx.field(static=True)


def from_card(card: records.Chemistry, unit_volume: float) -> Chemistry:
    """Turn a card into constants in internal units.

    Args:
        card: The card of the chemistry.
        unit_volume: Volume of one formula unit of its material [nm3].

    Returns:
        The constants.

    Raises:
        UnitError: If a constant of the card has the wrong dimension.

    Example:
        >>> from aliquot.knowledge.store import chemistry, material
        >>> constants = from_card(chemistry("inp_wang2023"), material("InP").unit_volume)
        >>> constants.precursors
        ('In', 'P')
    """
    reference = card.reference_temperature.value
    names = tuple(card.precursors)
    order = sum(card.reaction.orders.values())
    unit = (
        "s-1"
        if order == 1
        else "m3 mol-1 s-1"
        if order == 2
        else f"m{3 * (order - 1):g} mol-{order - 1:g} s-1"
    )

    def law(rate: records.Rate, unit: str) -> Arrhenius:
        k = Quantity.parse(rate.value, unit).value
        activation = Quantity.parse(rate.activation, "eV").value
        return Arrhenius(jnp.asarray(log(k)), jnp.asarray(activation), reference)

    return Chemistry(
        conversion=Conversion(
            rate=law(card.reaction.rate, unit),
            orders=tuple(card.reaction.orders.get(name, 0.0) for name in names),
            consumes=tuple(card.reaction.consumes.get(name, 0.0) for name in names),
        ),
        attachment=Attachment(
            rate=law(card.attachment.rate, "m3 mol-1 s-1"),
            size_exponent=jnp.asarray(card.attachment.size_exponent.to("1")),
            reference_rung=float(card.attachment.reference_rung),
        ),
        solubility=law(card.solubility, "mol m-3"),
        landscape=Landscape(jnp.asarray(card.surface_energy.to("eV/nm2")), unit_volume),
        precursors=names,
    )
