"""Amounts as they were dosed, days, and where the work-up begins: what every export needs."""

from dataclasses import dataclass
from datetime import date

from aliquot.errors import InputError
from aliquot.recipe.batch import Charge, Feed, Hold, Inject, Step
from aliquot.recipe.record import Dose
from aliquot.units import Quantity, which

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
        >>> from aliquot.recipe.batch import Quench
        >>> parts = split((Hold(key="steps.0.hold", vessel="flask", at=400.0, duration=60.0),
        ...                Quench(key="steps.1.quench", vessel="flask", how=None)))
        >>> len(parts.reaction), len(parts.workup)
        (1, 1)
    """
    ends = [index for index, step in enumerate(steps) if isinstance(step, Charge | Feed | Hold | Inject)]
    cut = max(ends, default=-1) + 1
    return Split(steps[:cut], steps[cut:])
