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
    held = "flow not known" if flow is None else f"all at {flow * 6e7:g} mL/min"
    return _along("temperature", "temperature", "°C", held, members, celsius)


def by_time(result: Reproduction) -> Series:
    """Return the samples of the most common temperature, by their mean residence time [min]."""
    kelvin, members = _largest(result, lambda condition: condition.aliquot.temperature)
    held = "temperature not known" if kelvin is None else f"all at {kelvin - ZERO_CELSIUS:.0f} °C"
    return _along("time", "residence time", "min", held, members, minutes)


def _along(
    name: str,
    quantity: str,
    unit: str,
    held: str,
    members: list[Condition],
    place: Callable[[Condition], float],
) -> Series:
    """Return samples in the order of a quantity, each at its place on that axis."""
    ordered = sorted(members, key=place)
    return Series(
        name=name,
        axis=f"{quantity} [{unit}]",
        held=held,
        conditions=tuple(ordered),
        places=tuple(place(condition) for condition in ordered),
        labels=tuple(f"{place(condition):.0f} {unit}" for condition in ordered),
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
