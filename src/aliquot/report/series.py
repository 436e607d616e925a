"""The series within a run: samples that differ in temperature alone, or in residence time alone."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from aliquot.reproduce import Condition, Reproduction

ZERO_CELSIUS = 273.15
"""Ice point [K]."""


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of one series, in its order."""

    name: str
    """Short name, ``"temperature"`` or ``"time"``."""
    axis: str
    """What changes along it, with its unit."""
    held: str
    """What stays, in words."""
    conditions: tuple[Condition, ...]
    """Its samples, rising along the axis."""
    places: tuple[float, ...]
    """Where each stands on the axis [unit of the axis]."""
    labels: tuple[str, ...]
    """What to write beside each."""


def by_temperature(result: Reproduction) -> Series:
    """Return the samples of the most common flow, by their temperature [°C]."""
    flow, members = _largest(result, lambda condition: condition.aliquot.flow)
    places = {id(c): celsius(c) for c in members}
    members.sort(key=lambda c: places[id(c)])
    return Series(
        name="temperature",
        axis="temperature [°C]",
        held="flow not known" if flow is None else f"all at {flow * 6e7:g} mL/min",
        conditions=tuple(members),
        places=tuple(places[id(c)] for c in members),
        labels=tuple(f"{places[id(c)]:.0f} °C" for c in members),
    )


def by_time(result: Reproduction) -> Series:
    """Return the samples of the most common temperature, by their mean residence time [min]."""
    kelvin, members = _largest(result, lambda condition: condition.aliquot.temperature)
    places = {id(c): minutes(c) for c in members}
    members.sort(key=lambda c: places[id(c)])
    return Series(
        name="time",
        axis="residence time [min]",
        held="temperature not known" if kelvin is None else f"all at {kelvin - ZERO_CELSIUS:.0f} °C",
        conditions=tuple(members),
        places=tuple(places[id(c)] for c in members),
        labels=tuple(f"{places[id(c)]:.0f} min" for c in members),
    )


def celsius(condition: Condition) -> float:
    """Return the temperature of a sample [°C], not-a-number where it is not known."""
    kelvin = condition.aliquot.temperature
    return float("nan") if kelvin is None else kelvin - ZERO_CELSIUS


def minutes(condition: Condition) -> float:
    """Return the mean residence time of a sample [min], not-a-number where it is not known."""
    seconds = condition.aliquot.time_s
    return float("nan") if seconds is None else seconds / 60.0


def _largest(
    result: Reproduction, setting: Callable[[Condition], float | None]
) -> tuple[float | None, list[Condition]]:
    """Return the most common value of a setting, and the samples that share it."""
    value, _ = Counter(setting(condition) for condition in result.conditions).most_common(1)[0]
    return value, [condition for condition in result.conditions if setting(condition) == value]
