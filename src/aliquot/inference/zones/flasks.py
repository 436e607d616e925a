"""Many flasks at once: what each holds, how warm it is, in which solvent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from aliquot.errors import InputError, RangeError, Where, suggestion
from aliquot.inference.zones.coordinates import SOLVENT, TEMPERATURE, Coordinate, Values
from aliquot.inference.zones.study import ZoneStudy
from aliquot.knowledge import records
from aliquot.knowledge.records.observations import Stated
from aliquot.units import to_float


@dataclass(frozen=True, slots=True)
class Flasks:
    """Flasks at one temperature from the beginning.

    Attributes:
        concentrations: Concentration of each reagent by card [mol m-3], each of shape (n,).
        temperatures: [K], shape (n,).
        solvents: Reagent card of the solvent of each, empty where there is none.
    """

    concentrations: Mapping[str, Float[np.ndarray, " n"]]
    temperatures: Float[np.ndarray, " n"]
    solvents: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.solvents)

    def some(self, which: Int[np.ndarray, " some"]) -> "Flasks":
        """Return the flasks of these numbers."""
        amounts = {name: column[which] for name, column in self.concentrations.items()}
        return Flasks(amounts, self.temperatures[which], tuple(self.solvents[i] for i in which.tolist()))

    def starts(self, card: records.Chemistry) -> Float[np.ndarray, "n species"]:
        """Return what a chemistry sees in them [mol m-3], shape (n, species).

        Raises:
            InputError: If a reagent uses up more of a species than there is.
        """
        found = np.zeros((self.count, len(card.species)))
        for place, species in enumerate(card.species.values()):
            for reagent, share in species.from_.items():
                found[:, place] += share * self.concentrations.get(reagent, np.zeros(self.count))
        if (found < 0.0).any():
            place = int(np.argmin(found.min(axis=0)))
            name = list(card.species)[place]
            raise InputError(
                given=f"{found.min():.3g} mM of {name}",
                expected="at least none of it",
                why="what it dissolves takes more of it than there is",
                remedy="Raise the lower end of what brings it, or lower the upper end of what takes it.",
                where=Where(card.id, key=f"species.{name}"),
            )
        return found


def flasks_of(study: ZoneStudy, values: Values) -> Flasks:
    """Return the flasks of recipes: the base, with coordinates in the place of what stands there.

    Args:
        study: Base and coordinates.
        values: Value of each recipe for some of the coordinates.

    Example:
        >>> from aliquot.inference.zones.study import read_zone_study
        >>> made = flasks_of(read_zone_study("cdte_zones"), {"amine": np.array([0.0, 500.0])})
        >>> made.concentrations["OAM"].tolist(), made.concentrations["TOPTe"].tolist(), made.solvents
        ([0.0, 500.0], [20.0, 20.0], ('TOL', 'TOL'))
    """
    count = next((column.size for column in values.values()), 1)
    base = stated([study.base])
    amounts = {name: np.repeat(amount, count) for name, amount in base.concentrations.items()}
    temperatures, solvents = np.repeat(base.temperatures, count), base.solvents * count
    for name, column in values.items():
        one = study.coordinate(name)
        if one.of == SOLVENT:
            solvents = tuple(column.tolist())
        elif one.of == TEMPERATURE:
            temperatures = one.si(column)
        else:
            amounts[one.of] = one.si(column)
    return Flasks(amounts, temperatures, solvents)


def stated(flasks: Sequence[Stated]) -> Flasks:
    """Return flasks as a paper states them."""
    names = list(dict.fromkeys(name for one in flasks for name in one.concentrations))
    amounts = {
        name: np.array([to_float(one.concentrations.get(name, "0 mM"), "mol m-3") for one in flasks])
        for name in names
    }
    temperatures = np.array([one.temperature.value for one in flasks])
    return Flasks(amounts, temperatures, tuple(one.solvent or "" for one in flasks))


def held(study: ZoneStudy, at: Mapping[str, str], count: int) -> Values:
    """Return coordinates that are held at a written value, for so many recipes.

    Raises:
        UnitError: If a value has another dimension than its coordinate.
    """
    found: dict[str, np.ndarray] = {}
    for name, text in at.items():
        one = study.coordinate(name)
        if one.values:
            found[name] = np.repeat(text, count)
            continue
        found[name] = np.repeat(one.from_si(to_float(text, one.target, Where(study.id, key=name))), count)
    return found


def check(flasks: Flasks, cards: Sequence[records.Chemistry], where: Where) -> None:
    """Refuse flasks that a chemistry does not know.

    Raises:
        InputError: If a reagent or solvent is unknown to a chemistry.
        RangeError: If a temperature lies outside of those at which a chemistry was calibrated.
    """
    for card in cards:
        known = {reagent for species in card.species.values() for reagent in species.from_}
        solvents = {} if card.agglomeration is None else card.agglomeration.solvents
        strange = [(name, known) for name in flasks.concentrations if name not in known]
        strange += [
            (name, set(solvents))
            for name in dict.fromkeys(flasks.solvents)
            if solvents and name not in solvents
        ]
        if strange:
            name, words = strange[0]
            raise InputError(
                given=f"'{name}'",
                expected=f"what the chemistry '{card.id}' follows",
                why="it says nothing of what this does",
                remedy=suggestion(name, words),
                where=where,
            )
        _check_temperatures(flasks, card, where)


def _check_temperatures(flasks: Flasks, card: records.Chemistry, where: Where) -> None:
    low, high = (end.value for end in card.temperatures)
    coldest, hottest = float(flasks.temperatures.min()), float(flasks.temperatures.max())
    if low - 1e-6 <= coldest and hottest <= high + 1e-6:
        return
    raise RangeError(
        given=f"{coldest - 273.15:.4g} to {hottest - 273.15:.4g} °C",
        expected=f"{low - 273.15:.4g} to {high - 273.15:.4g} °C",
        why=f"'{card.id}' was calibrated there, and activation energies are not known beyond",
        remedy="Narrow the coordinate 'temperature'.",
        where=where,
    )


def value_in(flasks: Flasks, one: Coordinate) -> np.ndarray:
    """Return a coordinate of flasks in its own unit, shape (n,)."""
    if one.of == SOLVENT:
        return np.array(flasks.solvents)
    if one.of == TEMPERATURE:
        return np.array([one.from_si(value) for value in flasks.temperatures])
    amounts = flasks.concentrations.get(one.of, np.zeros(flasks.count))
    return np.array([one.from_si(value) for value in amounts])
