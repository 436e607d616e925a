"""From a term of an observation to a number with slopes: which quantity, of what, when."""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, Where
from aliquot.inference.dual import Dual
from aliquot.inference.exciton import first_exciton_of
from aliquot.inference.modes import populations, second_hump
from aliquot.inference.reading import Reading
from aliquot.knowledge.records.observations import Term
from aliquot.units import to_float

UNITS = {
    "share": "1",
    "diameter": "nm",
    "mean-volume diameter": "nm",
    "RSD": "%",
    "E1": "nm",
    "conversion": "%",
    "populations": "1",
    "time of maximum": "h",
    "top": "1",
}
"""Quantities that are read from a run, each with the unit of its number."""

Readings = Mapping[str, Reading]
"""Conditions that can be read, by name."""


def number(text: str, unit: str, where: Where) -> float:
    """Return a number of a card in a unit; raises UnitError."""
    return to_float(text, unit, where)


def course(term: Term, reading: Reading, where: Where) -> Dual:
    """Return a quantity at every look.

    Raises:
        InputError: If the quantity is not read from a run, or nothing of its name is followed.
    """
    ways: dict[str, Callable[[], Dual]] = {
        "share": lambda: reading.share(term.of or "", where),
        "diameter": lambda: reading.mean(term.weighting),
        "RSD": lambda: reading.rsd(term.weighting),
        "mean-volume diameter": reading.mean_volume,
        "conversion": reading.conversion,
        "top": reading.top,
        "E1": lambda: first_exciton_of(reading, where),
        "populations": lambda: populations(reading, term.weighting),
        "time of maximum": lambda: reading.share(term.of or "", where),
    }
    if term.quantity not in ways or (term.quantity == "E1" and term.of not in {None, "dots"}):
        raise InputError(
            given=f"the quantity '{term.quantity}'" + (f" of {term.of}" if term.of else ""),
            expected="one that is read from a run: " + ", ".join(UNITS),
            why="no other is known to a fit",
            remedy="Leave the observation out of the study.",
            where=where,
        )
    return ways[term.quantity]()


def value(term: Term, readings: Readings, where: Where) -> Dual:
    """Return the number that a term is, in the unit of its quantity.

    Args:
        term: What is meant.
        readings: The conditions, of which the term names one, or all by '*'.
        where: Name of the observation, for errors.

    Raises:
        InputError: As :func:`course`.
    """
    if term.condition == "*":
        found = [_at(term, reading, where) for reading in readings.values()]
        return max(found, key=lambda one: float(one.value))
    return _at(term, readings[term.condition or ""], where)


def _at(term: Term, reading: Reading, where: Where) -> Dual:
    along = course(term, reading, where)
    if term.quantity == "time of maximum":
        return _time_of_maximum(along, reading.times / 3600.0)
    if term.at == "maximum" or (term.at is None and term.condition == "*"):
        return along.largest()
    return along[place_of(term, reading.times, where)]


def place_of(term: Term, times: Float[np.ndarray, " looks"], where: Where) -> int:
    """Return which look a term means; without a time, and for the end, the last."""
    if term.at is None or term.at in {"end", "maximum"}:
        return int(times.size - 1)
    asked = to_float(term.at, "s", where)
    return int(np.argmin(np.abs(times - asked)))


def _time_of_maximum(along: Dual, hours: Float[np.ndarray, " looks"]) -> Dual:
    """Return the vertex of the parabola through the highest look and its neighbours [h].

    At the first or last look there is no parabola, and the time has no slope.
    """
    i = int(np.argmax(along.value))
    if i == 0 or i == hours.size - 1:
        return Dual.still(hours[i], along.constants)
    before, here, after = (along[k] for k in (i - 1, i, i + 1))
    back, on = float(hours[i] - hours[i - 1]), float(hours[i + 1] - hours[i])
    rise, fall = here - before, here - after
    bend = rise * on + fall * back
    if float(bend.value) <= 0.0:
        return Dual.still(hours[i], along.constants)
    return (rise * on**2 - fall * back**2) / bend * 0.5 + float(hours[i])


def apart(term: Term, reading: Reading, where: Where) -> Dual:
    """Return by how much a second population stands out when a term says, as ln [1].

    Args:
        term: A number of populations; at a maximum, the look at which the second stands out most.
        reading: The condition.
        where: Name of the observation, for errors.
    """
    along = second_hump(reading, term.weighting)
    return along.largest() if term.at == "maximum" else along[place_of(term, reading.times, where)]


def ahead(term: Term, reading: Reading, low: float, high: float, where: Where) -> Dual:
    """Return by how much a course is higher between two times than outside of them, as ln of the ratio [1].

    A time of maximum jumps from look to look and has no slope; this has one, and its sign says the same.

    Args:
        term: A time of maximum.
        reading: The condition.
        low: Earliest time [h].
        high: Latest time [h].
        where: Name of the observation, for errors.
    """
    along, hours = course(term, reading, where), reading.times / 3600.0
    inside = (hours >= low * (1.0 - 1e-9)) & (hours <= high * (1.0 + 1e-9))
    if inside.all() or not inside.any():
        raise InputError(
            given=f"looks at {np.array2string(hours, precision=3)} h",
            expected=f"some between {low:g} and {high:g} h, and some outside",
            why="where a course is highest can not be told otherwise",
            remedy="Observe the condition at more times: 'numerics: {looks: [...]}'.",
            where=where,
        )
    floor = 1e-12
    within, outside = (along[np.flatnonzero(part)].largest().at_least(floor) for part in (inside, ~inside))
    return within.log() - outside.log()
