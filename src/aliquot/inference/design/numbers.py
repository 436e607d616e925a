"""From a recipe that was computed to the numbers that are aimed at, with their slopes by the knobs."""

import numpy as np

from aliquot.errors import InputError, Where
from aliquot.inference.design.moved import Moved
from aliquot.inference.design.point import Made
from aliquot.inference.design.study import Aim
from aliquot.inference.dual import Dual
from aliquot.inference.reading import Reading
from aliquot.inference.terms import value
from aliquot.knowledge import store
from aliquot.knowledge.store import find_reagent
from aliquot.recipe import FlowRecipe
from aliquot.units import to_float

RUN = "design"
"""Name of the one run of a design."""
_MG_PER_H = to_float("1 g/s", "mg/h")


def number(aim: Aim, reading: Reading, moved: Moved[Made], where: Where) -> Dual:
    """Return the number that an aim is [its unit].

    Rates are those of a tube that runs on, or of a flask over the time of its reaction: neither filling,
    heating nor cleaning is counted. Amounts are those of a flask, or what a tube takes in an hour.

    Args:
        aim: What is meant.
        reading: The run, at its end.
        moved: The recipe, here and beside.
        where: For errors.

    Raises:
        InputError: If a name of it is not known.
        SignalError, RangeError: If an exciton is asked for and there is none.
    """
    if aim.quantity == "rate":
        return _rate(aim, reading, moved, where)
    if aim.quantity == "time":
        return moved(lambda made: made.plan.looks[-1].time / 3600.0)
    if aim.quantity == "amount":
        card = find_reagent(aim.of or "")
        name = None if card is None else card.id
        if name not in moved.here.recipe.mixture.amounts:
            raise InputError(
                given=f"the amount of '{aim.of}'",
                expected="a reagent of the recipe",
                why="nothing else is dosed",
                remedy="One of " + ", ".join(moved.here.recipe.mixture.amounts) + ".",
                where=where,
            )
        return moved(lambda made: _amount(made, str(name)))
    found = value(aim.model_copy(update={"condition": RUN}), {RUN: reading}, where)
    # A fit's readings take what was brought for fixed; here doses move it.
    if aim.quantity == "share":
        total = moved(lambda made: _brought(made, reading))
        return found / total * float(total.value)
    if aim.quantity == "conversion":
        place = list(reading.card.species).index(reading.card.limiting)
        brought = moved(lambda made: made.plan.looks[-1].brought[place])
        return (found * -1.0 + 100.0) / brought * -float(brought.value) + 100.0
    return found


def _rate(aim: Aim, reading: Reading, moved: Moved[Made], where: Where) -> Dual:
    """Return the mass of semiconductor per time [mg/h]: volume per time, units per volume, mass per unit."""
    _, count = reading.element
    units = reading.share(aim.of or "dots", where)[-1] * (_brought(moved.here, reading) / count)
    mass = store.material(reading.card.material).molar_mass.to("g/mol")
    return units * moved(_volume_per_time) * (mass * _MG_PER_H)


def _brought(made: Made, reading: Reading) -> float:
    """Return what was brought of the limiting element by the end [mol m-3]."""
    look, (element, count) = made.plan.looks[-1], reading.element
    atoms = [species.holds.get(element, 0) for species in reading.card.species.values()]
    return float(np.asarray(atoms, float) @ look.brought + count * look.dots)


def _volume_per_time(made: Made) -> float:
    """Return how much liquid comes out of the reactor [m3 s-1]."""
    if isinstance(made.recipe, FlowRecipe):
        sample = made.recipe.samples[0]
        return sample.flow + sum(sample.side_flows)
    return made.recipe.mixture.volume / made.plan.looks[-1].time


def _amount(made: Made, reagent: str) -> float:
    """Return how much of a reagent a flask takes, or a tube in an hour [mmol]."""
    if not isinstance(made.recipe, FlowRecipe):
        return 1e3 * made.recipe.mixture.amounts.get(reagent, 0.0)
    sample, total = made.recipe.samples[0], 0.0
    streams = [(made.recipe.feed, sample.flow)]
    joining = zip(made.recipe.tube.zones, sample.side_flows, strict=False)
    streams += [(made.recipe.solution(zone.inlet), flow) for zone, flow in joining if zone.inlet]
    for solution, flow in streams:
        total += solution.amounts.get(reagent, 0.0) / solution.volume * flow
    return 3.6e6 * total
