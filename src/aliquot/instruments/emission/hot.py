"""An emission or exciton seen in a hot cell: where it would be at room temperature, and how wide.

    E1(T) = E1(T0) + slope (T - T0)                            above 150 K, where Varshni's law is straight
    sd(T)^2 = sd(T0)^2 coth(E_ph / 2kT) / coth(E_ph / 2kT0)    one kind of phonon, linear coupling

Both are estimates: slopes of dots are not known per batch. They tell how wrong a sizing curve of room
temperature is when it is put to a hot spectrum.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from aliquot.errors import RangeError, Where
from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.sizing import size_from_edge
from aliquot.knowledge.records import Material
from aliquot.units import BOLTZMANN_EV, EV_NM

ROOM_K = 295.0
"""Temperature at which sizing curves were measured [K]."""

SLOPE_MEV_K, SLOPE_SD_MEV_K = -0.4, 0.05
"""Change of a first exciton with temperature, and its standard uncertainty [meV K-1].

Estimated because gaps of III-V and II-VI semiconductors fall by 0.3 to 0.5 meV per kelvin around 295 K."""

PHONON_MEV = 23.0
"""Energy of the phonon that broadens a line [meV]: narayanaswamy2009, InP/ZnS, 2 to 510 K, abstract."""

_RANGE_K = (150.0, 650.0)


@dataclass(frozen=True, slots=True)
class Hot:
    """What a temperature does to an exciton."""

    shift: Finding
    """Energy at that temperature less that at room temperature [meV]."""
    e1_room: Finding
    """Wavelength at which the exciton would lie at room temperature [nm]."""
    size_error: Finding
    """Diameter read from the hot spectrum less that at room temperature [nm]."""
    broadening: float
    """Standard deviation of the line over that at room temperature [1]."""


def hot_cell(e1: Finding, temperature: float, material: Material | None = None) -> Hot:
    """Return what the temperature of a cell has done to a first exciton, or to a peak of emission.

    Args:
        e1: Wavelength as seen in the cell [nm].
        temperature: Temperature of the cell [K], from 150 to 650 K.
        material: Card with sizing curves, for the error of a size; None for none.

    Returns:
        Estimates, each with the uncertainty of the slope.

    Raises:
        RangeError: If the temperature is beyond where the straight law is believed.

    Source:
        Straight limit of Varshni's law; coth as for one phonon mode; 23 meV of Narayanaswamy et al. 2009.

    Example:
        >>> found = hot_cell(Finding("E1", "nm", Interval.normal(540.0, 0.5)), 473.0)
        >>> round(found.shift.value.value), round(found.e1_room.value.value), round(found.broadening, 2)
        (-71, 524, 1.24)
    """
    if not _RANGE_K[0] <= temperature <= _RANGE_K[1]:
        raise RangeError(
            given=f"{temperature:g} K",
            expected=f"a temperature from {_RANGE_K[0]:g} to {_RANGE_K[1]:g} K",
            why="the shift of a gap is a straight line in between, and no dots last beyond",
            remedy="Give the temperature of the cell in kelvin.",
            where=Where(key="temperature"),
        )
    warmer = temperature - ROOM_K
    told = (
        f"Estimated with {SLOPE_MEV_K:g} meV per kelvin, not known for these dots: measure a cooled aliquot.",
    )
    sd = abs(SLOPE_SD_MEV_K * warmer)
    shift = Finding(
        "shift by temperature",
        "meV",
        Interval.normal(SLOPE_MEV_K * warmer, sd),
        budget=MappingProxyType({"slope": sd}),
        evidence=f"{warmer:+.0f} K from {ROOM_K:g} K",
        flags=told,
    )
    room = _at_room(e1, shift, told)
    return Hot(shift, room, _size_error(e1, room, material, told), broadening(temperature))


def broadening(temperature: float, phonon_mev: float = PHONON_MEV) -> float:
    """Return the standard deviation of a line at a temperature [K] over that at room temperature [1].

    Example:
        >>> broadening(295.0), round(broadening(590.0), 2)  # above the phonon's energy as the root of T
        (1.0, 1.38)
    """
    wide, room = (1.0 / np.tanh(0.5e-3 * phonon_mev / (BOLTZMANN_EV * t)) for t in (temperature, ROOM_K))
    return float(np.sqrt(wide / room))


def _at_room(e1: Finding, shift: Finding, told: tuple[str, ...]) -> Finding:
    """Return where an exciton would lie at room temperature."""
    blank = replace(e1, quantity=f"{e1.quantity} at {ROOM_K:g} K", value=None, flags=(*e1.flags, *told))
    if e1.value is None or shift.value is None:
        return blank
    energy = EV_NM / e1.value.value - 1e-3 * shift.value.value
    at = EV_NM / energy
    parts = dict(e1.budget) | {"slope": 1e-3 * shift.budget["slope"] * at / energy}
    own = (e1.value.high - e1.value.low) / (2.0 * 1.959964)
    return replace(
        blank,
        value=Interval.normal(at, float(np.hypot(own, parts["slope"]))),
        budget=MappingProxyType(parts),
    )


def _size_error(e1: Finding, room: Finding, material: Material | None, told: tuple[str, ...]) -> Finding:
    """Return by how much a size read from the hot spectrum is too large."""
    blank = Finding("error of the diameter", "nm", None, flags=told)
    if material is None:
        return replace(blank, flags=("No material was named: the error of a size is not known.",))
    hot, cold = (size_from_edge(material, one) for one in (e1, room))
    if hot.value is None or cold.value is None:
        return replace(blank, flags=(*hot.flags, *cold.flags))
    sd = abs(cold.budget.get("slope", 0.0))
    error = hot.value.value - cold.value.value
    return replace(
        blank,
        value=Interval.normal(error, sd),
        budget=MappingProxyType({"slope": sd}),
        definition=hot.definition,
        sources=hot.sources,
    )
