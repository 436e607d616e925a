"""Steps in words and amounts as they were dosed: what every export needs."""

from dataclasses import dataclass
from datetime import date

from aliquot.errors import CardError, InputError
from aliquot.knowledge.records import Reagent
from aliquot.knowledge.store import reagent
from aliquot.recipe.batch import (
    Centrifuge,
    Charge,
    Collect,
    Degas,
    Feed,
    Heat,
    Hold,
    Inject,
    Portion,
    Precipitate,
    Purge,
    Quench,
    Redisperse,
    Step,
)
from aliquot.recipe.record import Dose, Recipe
from aliquot.units import Quantity, which

NOT_REPORTED = "not reported"
ZERO_CELSIUS = 273.15
"""[K]."""


def celsius(kelvin: float) -> float:
    """Return a temperature in degC, without the noise of the conversion.

    Example:
        >>> celsius(373.15)
        100.0
    """
    return round(kelvin - ZERO_CELSIUS, 6)


def clean(value: float) -> float:
    """Return a number without the noise of conversions between units.

    Example:
        >>> clean(0.0044 * 1e3)
        4.4
    """
    return float(f"{value:.9g}")


def card_of(name: str) -> Reagent | None:
    """Return the card of a reagent, None where there is none: a product of another recipe."""
    try:
        return reagent(name)
    except CardError:
        return None


def as_dosed(dose: Dose) -> Quantity:
    """Return what was weighed or measured out: a mass [g], a volume [m3] or moles [mol].

    Example:
        >>> as_dosed(Dose("indium", "InCl3", 0.004, None, 0.0, "884.72 mg"))
        Quantity(value=0.88472, unit='g', text='884.72 mg')
    """
    return which(dose.text, ("g", "m3", "mol"))


def day(text: str) -> date:
    """Read the day of a record.

    Args:
        text: Year, month and day, as ``"2026-01-31"``.

    Raises:
        InputError: If it is no day, or one before those that a zip can hold.

    Example:
        >>> day("2026-01-31").month
        1
    """
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if found.year < 1980 or len(text) != len("2026-01-31"):
        raise InputError(
            given=f"the date '{text}'",
            expected="a day such as 2026-01-31, from 1980 on",
            why="records are dated by day, and no zip is older",
            remedy="Write year, month and day with dashes.",
        )
    return found


@dataclass(frozen=True, slots=True)
class Split:
    """The steps of a batch: those up to the end of the reaction, and the work-up."""

    reaction: tuple[Step, ...]
    workup: tuple[Step, ...]


def split(steps: tuple[Step, ...]) -> Split:
    """Part steps behind the last one in which something reacts.

    Example:
        >>> parts = split((Hold(key="steps.0.hold", vessel="flask", at=400.0, duration=60.0),
        ...                Quench(key="steps.1.quench", vessel="flask", how=None)))
        >>> len(parts.reaction), len(parts.workup)
        (1, 1)
    """
    ends = [index for index, step in enumerate(steps) if isinstance(step, Charge | Feed | Hold | Inject)]
    cut = max(ends, default=-1) + 1
    return Split(steps[:cut], steps[cut:])


def names(recipe: Recipe, what: tuple[Portion, ...]) -> str:
    """Return what is moved, in words."""
    told = []
    doses = {dose.key: dose for dose in recipe.doses}
    for part in what:
        if part.volume is not None:
            told.append(f"{clean(part.volume * 1e6):g} mL of {part.name}")
        elif part.name in doses:
            told.append(f"{part.name} ({doses[part.name].text})")
        else:
            told.append(part.name)
    return ", ".join(told)


def sentence(recipe: Recipe, step: Step) -> str:  # noqa: C901, PLR0911, PLR0912  one line for each verb
    """Tell a step in words, nulls as not reported.

    Example:
        >>> from aliquot.recipe import open_recipe
        >>> batch = open_recipe("cdte_mech2023_ode")
        >>> print(sentence(batch, batch.steps[1]))
        flask: degas at 25 °C for 30 min at 66.66 Pa
    """
    at = step.vessel
    match step:
        case Charge():
            return f"{at}: charge {names(recipe, step.what)}"
        case Degas():
            pressure = NOT_REPORTED if step.pressure is None else f"{step.pressure:.4g} Pa"
            return f"{at}: degas at {_hot(step.at)} for {_long(step.duration)} at {_or(pressure, 'pressure')}"
        case Purge():
            return f"{at}: fill with {step.gas}"
        case Heat():
            rate = NOT_REPORTED if step.rate is None else f"{clean(step.rate * 60.0):g} K/min"
            return f"{at}: {step.verb} to {_hot(step.to)}, {_or(rate, 'rate')}"
        case Inject():
            quick = "as fast as a syringe goes" if step.duration == 0.0 else f"within {_long(step.duration)}"
            return f"{at}: inject {names(recipe, step.what)} at {_hot(step.at)} {quick}"
        case Feed():
            return f"{at}: feed {names(recipe, step.what)} at {_hot(step.at)} over {_long(step.duration)}"
        case Hold():
            return f"{at}: hold at {_hot(step.at)} for {_long(step.duration)}"
        case Quench():
            return f"{at}: quench, {step.how or 'how: ' + NOT_REPORTED}"
        case Precipitate():
            ratio = NOT_REPORTED if step.ratio is None else f"{step.ratio:g} volumes"
            return f"{at}: precipitate with {step.using}, {_or(ratio, 'ratio')}, {step.times} times"
        case Centrifuge():
            speed = NOT_REPORTED if step.speed is None else f"{step.speed:g} rpm"
            radius = NOT_REPORTED if step.radius is None else f"{clean(step.radius * 1e3):g} mm"
            return f"{at}: centrifuge, {_or(speed, 'speed')}, rotor {radius}, for {_long(step.duration)}"
        case Redisperse():
            volume = NOT_REPORTED if step.volume is None else f"{clean(step.volume * 1e6):g} mL"
            return f"{at}: redisperse in {step.using}, {_or(volume, 'volume')}"
        case Collect():
            return f"{at}: collect, {step.where or 'where: ' + NOT_REPORTED}"
        case _:
            return f"{at}: {step.verb}"


def _or(told: str, name: str) -> str:
    """Name the number that is missing."""
    return f"{name} {told}" if told == NOT_REPORTED else told


def _hot(kelvin: float | None) -> str:
    return f"a temperature {NOT_REPORTED}" if kelvin is None else f"{celsius(kelvin):g} °C"


def _long(seconds: float | None) -> str:
    if seconds is None:
        return f"a time {NOT_REPORTED}"
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= size:
            return f"{clean(seconds / size):g} {unit}"
    return f"{clean(seconds):g} s"
