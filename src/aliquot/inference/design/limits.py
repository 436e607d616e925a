"""Hard limits: how much room a recipe leaves to everything that must not be crossed.

Each is a number of the recipe alone, so that it is known before anything is simulated, and nothing beyond it
is ever tried. They are those of the checks of recipes: what boils, what a vessel holds, and everything that a
check calls an error; besides the temperatures of the calibration and the flows of the pump.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from aliquot.inference.design.study import Design
from aliquot.inference.plan import FlaskPlan, Plan
from aliquot.knowledge import records
from aliquot.recipe import BatchRecipe, FlowRecipe
from aliquot.recipe.checks import review
from aliquot.recipe.checks.case import ROOM_PRESSURE, Case, number_of
from aliquot.recipe.checks.conditions import MAIN, boiling_point
from aliquot.recipe.concern import Severity
from aliquot.recipe.record import Recipe

TOUCHED = 1e-3
"""Room over its scale at which a limit binds [1]."""
CALIBRATION = "calibration"
"""With what the names of limits begin that keep set points within the calibration."""
SLACK = 0.5
"""How far a simulation lets a set point lie outside the calibration [K]."""
_KELVIN = 10.0  # K: the margin that the rule of boiling asks for, and as good a scale for any temperature
_REACTING = ("hold", "feed", "inject")


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit, and how much room is left to it.

    Example:
        >>> limit = Limit("pump, most", "the flow of the feed", 0.9, 1.0, "mL/min", 0.1, 0.1)
        >>> limit.room, limit.binds
        (0.09999999999999998, False)
    """

    name: str
    """Its name, the same at every point."""
    words: str
    """What is limited."""
    value: float
    """What the recipe has [unit]."""
    end: float
    """What it may have [unit]."""
    unit: str
    """Unit of all its numbers."""
    scale: float
    """Change that counts as one [unit]."""
    side: float
    """1 of an upper limit, -1 of a lower one."""

    @property
    def room(self) -> float:
        """How far the recipe is from it, negative beyond it [unit]."""
        return (self.end - self.value) * (1.0 if self.side > 0.0 else -1.0)

    @property
    def binds(self) -> bool:
        """Whether it is touched."""
        return self.room <= TOUCHED * self.scale


def limits_of(recipe: Recipe, plan: Plan, card: records.Chemistry, study: Design) -> tuple[Limit, ...]:
    """Return every limit of a recipe with the room that is left.

    Args:
        recipe: The recipe.
        plan: What its reactor does.
        card: The chemistry.
        study: Limits of the apparatus.
    """
    case = Case(recipe, None)
    return (
        *(() if study.limits.extrapolate else _calibration(recipe, plan, card)),
        *_boiling(case, study),
        *_pump(recipe, study),
        *_vessels(case),
    )


def faults_of(recipe: Recipe) -> tuple[str, ...]:
    """Return what the checks of recipes call an error, a sentence each."""
    found = review(recipe)
    return tuple(f"{one.code}: {one.text}" for one in found if one.severity is Severity.ERROR)


def _calibration(recipe: Recipe, plan: Plan, card: records.Chemistry) -> Iterator[Limit]:
    """Yield room to both ends of the calibration, at each set point at which something reacts."""
    low, high = (bound.value for bound in card.temperatures)
    for place, kelvin in _set_points(recipe, plan):
        told = f"the temperature of {place}, within the calibration of {card.id}"
        celsius = kelvin - 273.15
        yield Limit(f"{CALIBRATION}, least, {place}", told, celsius, low - 273.15, "degC", _KELVIN, -1.0)
        yield Limit(f"{CALIBRATION}, most, {place}", told, celsius, high - 273.15, "degC", _KELVIN, 1.0)


def _set_points(recipe: Recipe, plan: Plan) -> Iterator[tuple[str, float]]:
    if isinstance(recipe, FlowRecipe):
        zones = zip(recipe.tube.zones, recipe.samples[0].temperatures, strict=True)
        yield from ((f"zone {zone.name}", kelvin) for zone, kelvin in zones)
        return
    if isinstance(plan, FlaskPlan):
        for leg in plan.legs:
            key = leg.where.key or ""
            if not leg.idle and key.rpartition(".")[2] in _REACTING:
                yield key, float(leg.drive.profile.base)


def _boiling(case: Case, study: Design) -> Iterator[Limit]:
    """Yield room below the boiling point of each main liquid, less what the rule asks for."""
    margin = number_of("boiling-margin", "margin", "K")
    flowing = isinstance(case.recipe, FlowRecipe)
    given = study.limits.pressure
    for mixture in case.mixtures:
        if mixture.temperature is None or mixture.degassing:
            continue
        pressure = given.value if flowing and given is not None else mixture.pressure
        for name in mixture.amounts:
            card = case.card(name)
            found = None if card is None else boiling_point(card, pressure)
            if card is None or found is None or mixture.share(card) <= MAIN:
                continue
            place = ".".join(map(str, mixture.place))
            at = "" if pressure == ROOM_PRESSURE else f" at {pressure / 1e5:.3g} bar"
            yield Limit(
                f"boiling, {card.id}, {place}, {mixture.name}",
                f"the temperature of {mixture.name}, {margin:g} K below where {card.name} boils{at}",
                mixture.temperature - 273.15,
                found[0] - margin - 273.15,
                "degC",
                _KELVIN,
                1.0,
            )


def _pump(recipe: Recipe, study: Design) -> Iterator[Limit]:
    pump = study.limits.pump
    if pump is None or not isinstance(recipe, FlowRecipe):
        return
    low, high = (6e7 * bound.value for bound in (pump.low, pump.high))
    sample = recipe.samples[0]
    joining = zip(recipe.tube.zones, sample.side_flows, strict=False)
    flows = {"the feed": sample.flow} | {
        f"'{zone.inlet}'": flow for zone, flow in joining if zone.inlet is not None
    }
    for name, flow in flows.items():
        told = f"the flow of {name}, within what the pump can do"
        yield Limit(f"pump, least, {name}", told, 6e7 * flow, low, "mL/min", 0.1 * low, -1.0)
        yield Limit(f"pump, most, {name}", told, 6e7 * flow, high, "mL/min", 0.1 * high, 1.0)


def _vessels(case: Case) -> Iterator[Limit]:
    """Yield room in each vessel of known volume, at its fullest."""
    if not isinstance(case.recipe, BatchRecipe):
        return
    fullest: dict[str, float] = {}
    for entry in case.entries:
        name = entry.step.vessel
        fullest[name] = max(fullest.get(name, 0.0), entry.after.volume)
    for name, volume in fullest.items():
        nominal = case.recipe.vessels[name].volume
        if nominal is not None:
            told = f"the volume in {name}"
            yield Limit(f"vessel, {name}", told, volume * 1e6, nominal * 1e6, "mL", 1e5 * nominal, 1.0)
