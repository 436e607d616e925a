"""What follows from a tube and its flow: times, and production."""

from math import isclose

from aliquot.errors import Where
from aliquot.knowledge import store
from aliquot.recipe.record import unknown
from aliquot.recipe.stoichiometry import balance
from aliquot.reproduce.arithmetic.asked import Answer, Asked

ELECTRONS = "electrons"
"""What limits a product where the reductant does."""


def time(asked: Asked) -> Answer:
    """Return the mean residence time of a sample."""
    return asked.sample.residence_time, "s"


def time_at(asked: Asked) -> Answer:
    """Return the mean residence time at a flow."""
    return asked.flow.tube.residence_time(asked.number("flow", "m3/s")), "s"


def time_in(asked: Asked) -> Answer:
    """Return the mean residence time of a sample in one zone."""
    names = [zone.name for zone in asked.flow.tube.zones]
    zone = asked.term.given["zone"]
    if zone not in names:
        raise unknown(f"the zone '{zone}'", f"recipe '{asked.recipe.id}'", zone, names)
    return asked.sample.residence_times[names.index(zone)], "s"


def strokes(asked: Asked) -> Answer:
    """Return how many tubes one stroke of the syringe fills."""
    return asked.number("syringe", "m3") / asked.flow.tube.volume, "1"


def flow_for(asked: Asked) -> Answer:
    """Return the flow that a rate of production needs at a conversion."""
    return asked.number("rate", "g/s") / (_per_volume(asked) * asked.number("conversion", "1")), "m3/s"


def rate_at(asked: Asked) -> Answer:
    """Return the rate of production at a flow and a conversion."""
    return asked.number("flow", "m3/s") * _per_volume(asked) * asked.number("conversion", "1"), "g/s"


def conversion_for(asked: Asked) -> Answer:
    """Return the conversion that a rate of production means at a flow."""
    return asked.number("rate", "g/s") / (_per_volume(asked) * asked.number("flow", "m3/s")), "1"


def _per_volume(asked: Asked) -> float:
    """Return the product that the feed can give [g m-3].

    It is counted by one reagent as dosed, or by the electrons of the reductant where ``of`` says so.
    """
    feed, material = asked.flow.feed, store.material(asked.flow.material)
    volume = asked.number("volume", "m3") if "volume" in asked.term.given else feed.volume
    if asked.of != ELECTRONS:
        dosed = feed.dosed_concentrations[store.reagent(asked.of).id] * feed.volume
        return dosed * material.molar_mass.to("g/mol") / volume
    made = balance(feed.amounts, material)
    if ELECTRONS not in made.limits or isclose(made.mass, 0.0):
        raise asked.unasked(f"in '{asked.recipe.id}' {', '.join(made.limits)} limits").at(
            Where("observations", key=ELECTRONS)
        )
    return made.mass / volume
