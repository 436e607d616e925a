"""The bench sheet: what to weigh, pipette and set, in the order in which it is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aliquot.knowledge import store
from aliquot.knowledge.records import Reagent
from aliquot.recipe.batch import BatchRecipe
from aliquot.recipe.flow import FlowRecipe
from aliquot.recipe.record import Dose, Recipe
from aliquot.recipe.wording import MILLILITRE, SILENT, celsius, duration, flow_rate, sentence
from aliquot.units import show


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
        >>> from aliquot.recipe import read_recipe
        >>> first = weighings(read_recipe("inp_wang2023"))[0]
        >>> first.name, round(first.mass, 4), first.volume, first.goes_into
        ('indium(III) chloride', 0.8847, None, 'stock')
    """
    into = _destinations(recipe)
    lines = [_weighing(dose, into.get(dose.key, "")) for dose in recipe.doses]
    for key, name in recipe.undosed.items():
        card = store.find_reagent(name)
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
        >>> from aliquot.recipe import read_recipe
        >>> for line in instructions(read_recipe("cdte_mech2023_ode"))[1:4]:
        ...     print(line)
        Degas flask at 25 °C for 30 min under 0.6666 mbar.
        Fill flask with N2.
        Heat flask to 100 °C (rate not reported).
    """
    return (*_mixing(recipe), *(_flow(recipe) if isinstance(recipe, FlowRecipe) else ()), *_steps(recipe))


def _mixing(recipe: Recipe) -> Iterator[str]:
    for solution in recipe.solutions:
        parts = ", ".join(dict.fromkeys([*(dose.key for dose in solution.doses), *solution.undosed]))
        where = "" if solution.made_in is None else f" in {solution.made_in}"
        how = "" if solution.how is None else f" ({solution.how})"
        yield f"Make {solution.name}{where} from {parts}: {show(solution.volume / MILLILITRE, 'mL')}{how}."


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
            side = f" (+ {zone.inlet} {flow_rate(joined)})" if zone.inlet else ""
            zones.append(
                f"{zone.name} at {celsius(sample.temperatures[index])} "
                f"for {duration(sample.residence_times[index])}{side}"
            )
        yield f"Sample {sample.name}: pump {flow_rate(sample.flow)}; {'; '.join(zones)}."


def _steps(recipe: Recipe) -> Iterator[str]:
    steps = recipe.steps if isinstance(recipe, BatchRecipe) else getattr(recipe, "workup", ())
    for step in steps:
        yield sentence(recipe, step)


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
    card = store.find_reagent(dose.reagent)
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


def _hazards(card: Reagent | None) -> tuple[str, ...]:
    if card is None or card.hazards is None:
        return ()
    gases = tuple(f"frees {gas}: {cause}" for gas, cause in card.hazards.evolves.items())
    return (*card.hazards.flags, *gases)
