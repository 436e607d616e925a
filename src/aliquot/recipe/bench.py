"""The bench sheet: what to weigh, pipette and set, in the order in which it is done."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aliquot.errors import CardError
from aliquot.knowledge import store
from aliquot.knowledge.records import Reagent
from aliquot.recipe import batch
from aliquot.recipe.batch import BatchRecipe, Portion, Step
from aliquot.recipe.flow import FlowRecipe
from aliquot.recipe.record import Dose, Recipe
from aliquot.units import show

SILENT = "not reported"
"""What stands where the recipe says nothing."""
MILLILITRE = 1e-6
"""[m3]."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """One thing to measure out."""

    key: str
    """Name in the recipe."""
    name: str
    """Name of the reagent."""
    cas: str | None
    goes_into: str
    """Solution or vessel it goes into."""
    mass: float | None
    """To weigh, impurities included; None for what is measured out as a solution [g]."""
    volume: float | None
    """To pipette; None for a solid or a gas weighed in [mL]."""
    dosed: float | None
    """Amount as dosed, None if it was not reported [mmol]."""
    active: float | None
    """Amount after purity, None if it was not reported [mmol]."""
    purity: str
    hazards: tuple[str, ...]
    """Flags and gases; a reminder, not a data sheet."""
    note: str
    """What else to know while measuring it out."""


def weighings(recipe: Recipe) -> tuple[Weighing, ...]:
    """Return what has to be measured out.

    Args:
        recipe: The recipe.

    Returns:
        One line for each dose, those without a reported one included.

    Example:
        >>> from aliquot.recipe import open_recipe
        >>> first = weighings(open_recipe("inp_wang2023"))[0]
        >>> first.name, round(first.mass, 4), first.volume, first.goes_into
        ('indium(III) chloride', 0.8847, None, 'stock')
    """
    into = _destinations(recipe)
    lines = [_weighing(dose, into.get(dose.key, "")) for dose in recipe.doses]
    for key, name in recipe.undosed.items():
        card = _card(name)
        told = name if card is None else card.name
        cas = None if card is None else card.cas
        lines.append(
            Weighing(
                key, told, cas, into.get(key, ""), None, None, None, None, SILENT, _hazards(card), SILENT
            )
        )
    return tuple(lines)


def instructions(recipe: Recipe) -> tuple[str, ...]:
    """Return what is done, a sentence for each step.

    Args:
        recipe: The recipe.

    Example:
        >>> from aliquot.recipe import open_recipe
        >>> for line in instructions(open_recipe("cdte_mech2023_ode"))[1:4]:
        ...     print(line)
        Degas flask at 25 °C for 30 min under 0.6666 mbar.
        Fill flask with N2.
        Heat flask to 100 °C (rate not reported).
    """
    return (*_mixing(recipe), *(_flow(recipe) if isinstance(recipe, FlowRecipe) else ()), *_steps(recipe))


def _mixing(recipe: Recipe) -> Iterator[str]:
    for solution in recipe.solutions:
        parts = ", ".join(dict.fromkeys([*(dose.key for dose in solution.doses), *solution.undosed]))
        yield f"Make {solution.name} from {parts}: {show(solution.volume / MILLILITRE, 'mL')}."


def _flow(recipe: FlowRecipe) -> Iterator[str]:
    tube = recipe.tube
    yield (
        f"Tube of {show(tube.bore * 1e3, 'mm')} bore and {show(tube.length, 'm')} length, "
        f"{show(tube.volume / MILLILITRE, 'mL')}; feed {recipe.feed.name}."
    )
    for sample in recipe.samples:
        zones = []
        for index, zone in enumerate(tube.zones):
            joined = sample.side_flows[index] if sample.side_flows else 0.0
            side = f" (+ {zone.inlet} {_rate(joined)})" if zone.inlet else ""
            zones.append(
                f"{zone.name} at {_celsius(sample.temperatures[index])} "
                f"for {_time(sample.residence_times[index])}{side}"
            )
        yield f"Sample {sample.name}: pump {_rate(sample.flow)}; {'; '.join(zones)}."


def _steps(recipe: Recipe) -> Iterator[str]:
    steps = recipe.steps if isinstance(recipe, BatchRecipe) else getattr(recipe, "workup", ())
    for step in steps:
        yield _SENTENCES[type(step)](step) + _aliquots(step)


def _destinations(recipe: Recipe) -> Mapping[str, str]:
    """Return where each dose goes first."""
    into: dict[str, str] = {}
    for step in recipe.steps if isinstance(recipe, BatchRecipe) else ():
        for part in getattr(step, "what", ()):
            into.setdefault(part.name, step.vessel)
    for solution in recipe.solutions:
        for key in (*(dose.key for dose in solution.doses), *solution.undosed):
            into.setdefault(key, solution.name)
    return into


def _weighing(dose: Dose, into: str) -> Weighing:
    card = _card(dose.reagent)
    purity = SILENT if dose.purity is None else dose.purity.text
    if dose.product is not None:
        purity, name, cas = "–", f"{dose.reagent} of {dose.product}", None
        mass: float | None = dose.dosed * store.material(dose.reagent).molar_mass.to("g/mol")
    else:
        name, cas = (dose.reagent, None) if card is None else (card.name, card.cas)
        mass = None if card is None else dose.dosed * card.molar_mass.to("g/mol")
    note = ""
    if dose.concentration is not None:
        carrier = SILENT if dose.carrier is None else dose.carrier
        note = f"{show(dose.concentration / 1e3, 'M')} solution, solvent {carrier}"
        purity = "–" if dose.purity is None else purity
        mass = None
    return Weighing(
        key=dose.key,
        name=name,
        cas=cas,
        goes_into=into,
        mass=mass,
        volume=dose.volume / MILLILITRE if dose.volume > 0.0 else None,
        dosed=dose.dosed * 1e3,
        active=dose.active * 1e3,
        purity=purity,
        hazards=_hazards(card),
        note=note,
    )


def _card(name: str) -> Reagent | None:
    try:
        return store.reagent(name)
    except CardError:
        return None  # a product of another recipe


def _hazards(card: Reagent | None) -> tuple[str, ...]:
    if card is None or card.hazards is None:
        return ()
    gases = tuple(f"frees {gas}: {cause}" for gas, cause in card.hazards.evolves.items())
    return (*card.hazards.flags, *gases)


def _celsius(kelvin: float | None) -> str:
    return f"temperature {SILENT}" if kelvin is None else show(round(kelvin - 273.15, 6), "°C")


def _time(seconds: float | None) -> str:
    """Return a time in the unit in which people say it."""
    if seconds is None:
        return f"a time {SILENT}"
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 2.0 * size:
            return show(seconds / size, unit)
    return show(seconds, "s")


def _rate(flow: float) -> str:
    return show(flow / MILLILITRE * 60.0, "mL/min")


def _or(value: float | None, scale: float, unit: str, what: str) -> str:
    return f"{what} {SILENT}" if value is None else show(value * scale, unit)


def _what(parts: tuple[Portion, ...]) -> str:
    return ", ".join(
        part.name if part.volume is None else f"{show(part.volume / MILLILITRE, 'mL')} of {part.name}"
        for part in parts
    )


def _aliquots(step: Step) -> str:
    drawn = getattr(step, "aliquots", None)
    if drawn is None:
        return ""
    times = ", ".join(_time(time) for time in drawn.times)
    return f" Draw {_or(drawn.volume, 1 / MILLILITRE, 'mL', 'a volume')} at {times}."


def _shot(step: batch.Inject) -> str:
    took = "at once" if step.duration == 0.0 else f"over {_time(step.duration)}"
    return f"Inject {_what(step.what)} into {step.vessel} at {_celsius(step.at)}, {took}."


def _spin(step: batch.Centrifuge) -> str:
    speed = _or(step.speed, 1.0, "rpm", "speed")
    return (
        f"Centrifuge at {speed} (rotor {_or(step.radius, 1e3, 'mm', 'radius')}) for {_time(step.duration)}."
    )


def _fall(step: batch.Precipitate) -> str:
    ratio = f"ratio {SILENT}" if step.ratio is None else f"{step.ratio:g} volumes"
    often = "" if step.times == 1 else f", {step.times} times"
    return f"Precipitate with {step.using} ({ratio}){often}."


_SENTENCES: Mapping[type[Step], Callable[[Any], str]] = {
    batch.Charge: lambda step: f"Charge {step.vessel} with {_what(step.what)}.",
    batch.Degas: lambda step: (
        f"Degas {step.vessel} at {_celsius(step.at)} for {_time(step.duration)} "
        f"under {_or(step.pressure, 0.01, 'mbar', 'a pressure')}."
    ),
    batch.Purge: lambda step: f"Fill {step.vessel} with {step.gas}.",
    batch.Heat: lambda step: (
        f"{step.verb.capitalize()} {step.vessel} to {_celsius(step.to)} "
        f"({_or(step.rate, 60.0, 'K/min', 'rate')})."
    ),
    batch.Inject: _shot,
    batch.Feed: lambda step: (
        f"Feed {_what(step.what)} into {step.vessel} at {_celsius(step.at)} over {_time(step.duration)}."
    ),
    batch.Hold: lambda step: f"Hold {step.vessel} at {_celsius(step.at)} for {_time(step.duration)}.",
    batch.Quench: lambda step: f"Quench {step.vessel}: {step.how or SILENT}.",
    batch.Precipitate: _fall,
    batch.Centrifuge: _spin,
    batch.Redisperse: lambda step: (
        f"Redisperse in {step.using}, {_or(step.volume, 1 / MILLILITRE, 'mL', 'volume')}."
    ),
    batch.Collect: lambda step: f"Collect; keep {step.where or SILENT}.",
}
