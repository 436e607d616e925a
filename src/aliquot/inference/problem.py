"""A study made ready: rows, plans of all conditions, and the numbers that any constants give for them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float

from aliquot.errors import AliquotError, InputError, Where
from aliquot.inference.absorbances import Absorbances
from aliquot.inference.constants import Constants
from aliquot.inference.dual import Dual, joined
from aliquot.inference.forward import Accuracy, Forward, Outcome
from aliquot.inference.plan import Plan
from aliquot.inference.planning import plan_of
from aliquot.inference.reading import Reading
from aliquot.inference.rows import Row, rows_of
from aliquot.inference.study import Numerics, Study
from aliquot.inference.terms import ahead, apart, value
from aliquot.kinetics.trust import Tolerances
from aliquot.knowledge import records
from aliquot.knowledge.records.observations import Condition
from aliquot.units import to_float

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Found:
    """What constants give for one row."""

    value: Dual | None = None
    """The number [unit of the row], None where there is none."""
    lead: Dual | None = None
    """By how far it is met where its number has no slope, as ln [1]; None of other rows."""
    note: str | None = None
    """Why it is not fitted, or not computed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A study, ready to be computed for any constants.

    Attributes:
        study: What was asked.
        rows: Observations that belong to runs, fitted and held out, in the order of the cards.
        spectra: Spectra that are fitted.
        forward: Chemistry and conditions.
        needs: Conditions by row, '*' written out.
    """

    study: Study
    rows: tuple[Row, ...]
    spectra: tuple[Absorbances, ...]
    forward: Forward
    needs: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, study: Study, folder: Path | None = None) -> "Problem":
        """Make a study ready.

        Args:
            study: What is fitted to what.
            folder: Folder beside which its spectra lie.

        Raises:
            InputError: If a name of the study means nothing, or something that is fitted can not be computed.
            CardError: If a free constant can not be fitted.
        """
        card = study.card
        rows, conditions = rows_of(study)
        spectra = tuple(Absorbances.of(part, folder or Path()) for part in study.spectra)
        times = _Times(study, rows, spectra, conditions)
        plans: dict[str, Plan] = {}
        why: dict[str, AliquotError] = {}
        for name in dict.fromkeys([*(n for row in rows for n in times.needs[row.id]), *times.of_spectra]):
            try:
                plans[name] = _plan(name, conditions[name], card, times)
            except InputError as reason:
                why[name] = reason
        rows = tuple(_able(row, times.needs[row.id], why) for row in rows)
        for part in spectra:
            if part.settings.condition in why:
                raise why[part.settings.condition]
        constants = Constants.of(card, study.free, [plan.variant for plan in plans.values()])
        forward = Forward(constants, plans, accuracy_of(study.numerics))
        return cls(study, rows, spectra, forward, times.needs)

    @property
    def card(self) -> records.Chemistry:
        """The chemistry of the study, its free constants as they stand on the card."""
        return self.forward.constants.card

    @property
    def fitted(self) -> tuple[Row, ...]:
        """Rows that enter the fit."""
        return tuple(row for row in self.rows if row.fitted)

    @property
    def size(self) -> int:
        """Number of numbers: of rows, of those with a lead once more, of points of spectra."""
        points = sum(part.measured.size for part in self.spectra)
        return len(self.fitted) + sum(row.has_lead for row in self.fitted) + points

    def without(self, rows: Iterable[str]) -> "Problem":
        """Return the same with some rows held out, by their names."""
        out = set(rows)
        return replace(
            self, rows=tuple(replace(row, fitted=row.fitted and row.id not in out) for row in self.rows)
        )

    def numbers(
        self, theta: Float[np.ndarray, " free"], *, slopes: bool = False, told: Told | None = None
    ) -> Dual:
        """Return what the fit compares: values of its rows, by how far jumping ones are met, absorbances.

        Args:
            theta: Free constants [unit, or log10 of it], shape (free,).
            slopes: Whether slopes are wanted.
            told: Called with the name of each condition as it is done.

        Raises:
            SimulationError: If a condition can not be computed with these constants.
            InputError: If a number can not be read, such as an exciton of a solution without dots.
        """
        wanted = [name for row in self.fitted for name in self.needs[row.id]]
        wanted += [part.settings.condition for part in self.spectra]
        seen = self.forward.run(theta, dict.fromkeys(wanted), slopes=slopes, told=told)
        readings = {name: self._reading(outcome) for name, outcome in seen.items()}
        found = [self.value(row, readings) for row in self.fitted]
        found += [self.lead(row, readings) for row in self.fitted if row.has_lead]
        flat = [joined(found)] if found else []
        for part in self.spectra:
            computed = part.computed(readings[part.settings.condition], Where(self.study.id, key="spectra"))
            flat.append(Dual(computed.value.ravel(), computed.slope.reshape(computed.value.size, -1)))
        return Dual(np.concatenate([one.value for one in flat]), np.concatenate([one.slope for one in flat]))

    def value(self, row: Row, readings: Mapping[str, Reading]) -> Dual:
        """Return the number of a row [its unit]."""
        terms = row.entry.terms
        mine = {name: readings[name] for name in self.needs[row.id]}
        first = value(terms[0], mine, row.where)
        if row.entry.over is not None:
            return first / value(terms[1], mine, row.where).at_least(1e-12)
        return first if row.entry.less is None else first - value(terms[1], mine, row.where)

    def lead(self, row: Row, readings: Mapping[str, Reading]) -> Dual:
        """Return by how far a row is met whose own number has no slope, as ln [1]; above 0 where it is met.

        By how much the maximum of a course stands out within its bounds, or a second population, or none.
        """
        low, high = row.bounds
        reading = readings[row.entry.condition or ""]
        if not row.is_time_of_maximum:
            return apart(row.entry, reading, row.where) * (-1.0 if low is None else 1.0)
        return ahead(row.entry, reading, low or 0.0, np.inf if high is None else high, row.where)

    def every(self, theta: Float[np.ndarray, " free"], *, slopes: bool = True) -> dict[str, Found]:
        """Return the number of every row, held-out ones too, or why there is none.

        Args:
            theta: Free constants [unit, or log10 of it], shape (free,).
            slopes: Whether slopes are wanted.
        """
        wanted = [name for row in self.rows for name in self.needs[row.id] if name in self.forward.plans]
        seen = self.forward.run(theta, dict.fromkeys(wanted), slopes=slopes)
        return {row.id: self._found(row, seen) for row in self.rows}

    def _found(self, row: Row, seen: Mapping[str, Outcome]) -> Found:
        """Return the number of a row, and by how far it is met where that has no slope."""
        outcomes = {name: seen.get(name) for name in self.needs[row.id]}
        failed = [one for one in outcomes.values() if isinstance(one, AliquotError)]
        if failed or None in outcomes.values():
            reason = str(failed[0]) if failed else "its condition is not computed"
            return Found(note=row.left_because or reason)
        readings = {name: self._reading(one) for name, one in outcomes.items() if one is not None}
        try:
            lead = self.lead(row, readings) if row.has_lead else None
            return Found(self.value(row, readings), lead, row.left_because)
        except InputError as reason:
            return Found(note=row.left_because or str(reason))

    def _reading(self, outcome: Outcome) -> Reading:
        if isinstance(outcome, AliquotError):
            raise outcome
        constants = self.forward.constants
        return Reading(outcome, constants.card, constants.unit_volume, constants.jump)


class _Times:
    """When each condition has to be looked at, so that every row can be read."""

    def __init__(
        self,
        study: Study,
        rows: Sequence[Row],
        spectra: Sequence[Absorbances],
        conditions: Mapping[str, Condition],
    ) -> None:
        self.study, self.conditions = study, conditions
        self.of_spectra = {part.settings.condition: part.times.tolist() for part in spectra}
        named = {name for row in rows for name in row.conditions} & set(conditions)
        self.needs = {row.id: self._needed(row, named) for row in rows}
        self.asked: dict[str, set[float]] = {name: set() for name in [*named, *self.of_spectra]}
        self.further: dict[str, set[float]] = {}
        self.over_course: set[str] = set()
        for row in rows:
            self._note(row)

    def times(self, name: str) -> list[float]:
        """Return the times at which a condition has to be looked at [s]."""
        return sorted({*self.asked[name], *self.of_spectra.get(name, [])})

    def grid(self, name: str) -> list[float]:
        """Return the times at which it is looked at too where something is largest over its course [s]."""
        extra = {time.value for time in self.study.numerics.looks}
        if name not in self.over_course and not extra:
            return []
        return sorted(extra | self.further.get(_paper(name), set()))

    def _needed(self, row: Row, named: set[str]) -> tuple[str, ...]:
        """Return the conditions of a row, with '*' written out."""
        if "*" not in row.conditions:
            return row.conditions
        own = row.paper not in self.study.observations.cards
        mine = [name for name in self.conditions if name in named and (own or self._of(row.paper, name))]
        return tuple(dict.fromkeys([*mine, *(name for name in row.conditions if name != "*")]))

    def _of(self, paper: str, name: str) -> bool:
        """Tell whether a condition belongs to a paper."""
        alone = len(self.study.observations.cards) == 1
        return name not in self.study.conditions if alone else name.startswith(f"{paper}/")

    def _note(self, row: Row) -> None:
        """Note the times of a row."""
        for term in row.entry.terms:
            for name in self.needs[row.id] if term.condition == "*" else [term.condition or ""]:
                if name not in self.asked:
                    continue
                found = {time for time in [_time(term.at, row.where)] if time is not None}
                course = term.at == "maximum" or term.condition == "*" or row.is_time_of_maximum
                if course:
                    self.over_course.add(name)
                if row.is_time_of_maximum:
                    found |= {3600.0 * end for end in row.bounds if end is not None}
                self.asked[name] |= found
                self.further.setdefault(_paper(name), set()).update(found)


def _paper(name: str) -> str:
    """Return what stands before the slash of a condition."""
    return name.rpartition("/")[0]


def _time(at: str | None, where: Where) -> float | None:
    """Return a time of a term [s], None where it names none."""
    return None if at in {None, "maximum", "end"} else to_float(str(at), "s", where)


def _plan(name: str, condition: Condition, card: records.Chemistry, times: _Times) -> Plan:
    """Return the plan of a condition; InputError where there is none."""
    if condition.chemistry not in {None, times.study.chemistry}:
        raise InputError(
            given=f"a condition of the chemistry '{condition.chemistry}'",
            expected=f"'{times.study.chemistry}', which is fitted",
            why="a study fits one chemistry",
            remedy="Leave its observations out.",
            where=Where(name),
        )
    return plan_of(condition, card, times.times(name), Where(name), times.grid(name))


def _able(row: Row, needs: tuple[str, ...], why: Mapping[str, AliquotError]) -> Row:
    """Return a row, held out with a reason where one of its conditions can not be computed.

    Raises:
        AliquotError: That reason, if the row is to be fitted.
    """
    reasons = [why[name] for name in needs if name in why]
    if not reasons:
        return row
    if row.fitted:
        raise reasons[0].at(row.where)
    return replace(row, left_because=row.left_because or str(reasons[0]))


def accuracy_of(settings: Numerics) -> Accuracy:
    """Return how the forward map integrates where a study says so."""
    tolerances = Tolerances(settings.relative, settings.absolute)
    return Accuracy(settings.rungs, max(settings.most, settings.rungs), settings.top, tolerances)
