"""Rows: the observations of a study, each with its conditions, its role, and whether it is fitted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aliquot.errors import InputError, Where, suggestion
from aliquot.inference.study import Study
from aliquot.inference.terms import UNITS, number
from aliquot.knowledge import store
from aliquot.knowledge.records.observations import Condition, Observation, Observations, Role, Term

SOFT = 0.1
"""Softness of a single bound, as a share of it [1]: because words such as 'little' are not sharper."""
SEEN = {
    "share": 0.01,
    "diameter": 0.03,
    "mean-volume diameter": 0.03,
    "RSD": 1.0,
    "E1": 2.0,
    "conversion": 2.0,
    "populations": 0.5,
    "time of maximum": 0.25,
    "top": 1e-3,
}
"""Smallest difference that would be seen [1, nm, nm, %, nm, %, 1, h, 1]: softness of a bound of 0.

Estimated because a tenth of nothing is nothing; 0.03 nm of InP are some 5 nm of its peak.
"""
OWN = "study"
"""Name of the study itself among the papers."""


@dataclass(frozen=True, slots=True)
class Row:
    """An observation of a study.

    Attributes:
        id: Its name, with that of its paper.
        paper: Card of its paper, or 'study'.
        entry: What was observed; its conditions are those of the study.
        role: What it is used for.
        fitted: Whether it enters the fit.
        unit: Unit of its number; '1' of a ratio.
        sd: Standard deviation of a value, or softness of a bound [unit]; None where nothing says it.
        series: Series of the paper to which its conditions belong.
        left_because: Why it is not fitted although its role would have it, None otherwise.
    """

    id: str
    paper: str
    entry: Observation
    role: Role
    fitted: bool
    unit: str
    sd: float | None
    series: tuple[str, ...]
    left_because: str | None = None

    @property
    def where(self) -> Where:
        """Its place, for errors."""
        return Where(self.paper, key=self.entry.id)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Conditions that it needs; '*' for all of its paper."""
        return tuple(dict.fromkeys(term.condition for term in self.entry.terms if term.condition))

    @property
    def value(self) -> float | None:
        """The number that was observed [unit], None where it is between bounds."""
        return None if self.entry.value is None else number(self.entry.value, self.unit, self.where)

    @property
    def tolerance(self) -> float | None:
        """How near counts as met [unit], None where it is between bounds."""
        return None if self.entry.tolerance is None else number(self.entry.tolerance, self.unit, self.where)

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Lower and upper end of what counts as met [unit], None where there is none."""
        value, tolerance = self.value, self.tolerance
        if value is not None and tolerance is not None:
            return value - tolerance, value + tolerance
        ends = (self.entry.above, self.entry.below)
        low, high = (None if end is None else number(end, self.unit, self.where) for end in ends)
        return low, high

    @property
    def spread(self) -> float:
        """Standard deviation of a value, or softness of bounds [unit]."""
        if self.sd is not None:
            return self.sd
        low, high = self.bounds
        if low is not None and high is not None:
            return 0.25 * (high - low)
        end = low if low is not None else high
        return SOFT * abs(end) if end else SEEN[self.entry.quantity]

    @property
    def is_time_of_maximum(self) -> bool:
        """Whether it says when a course is highest."""
        return self.entry.quantity == "time of maximum"

    @property
    def has_lead(self) -> bool:
        """Whether another number than its own says how far it is met: its own jumps, and has no slope."""
        return self.is_time_of_maximum or tells_two_from_one(self.entry)


def rows_of(study: Study) -> tuple[tuple[Row, ...], dict[str, Condition]]:
    """Return all observations of a study that belong to runs, and all conditions, by name.

    Conditions of a paper are named after it where the study uses several.

    Raises:
        InputError: If the study names an observation, series or condition that there is not.
    """
    found: list[Row] = []
    conditions = dict(study.conditions)
    for name in study.observations.cards:
        card = store.observations(name)
        prefix = f"{name}/" if len(study.observations.cards) > 1 else ""
        conditions |= {prefix + key: condition for key, condition in card.conditions.items()}
        found += [_row_of_card(study, card, prefix, entry) for entry in _entries(card)]
    own = {name: condition.series for name, condition in conditions.items()}
    for entry in study.observations.own:
        _known(entry, conditions, study)
        series = tuple(dict.fromkeys(own[t.condition] for t in entry.terms if t.condition in own))
        reason = _not_fitted(entry)
        fitted = entry.role is not Role.PREDICTION and reason is None
        found.append(_row(study, OWN, entry, entry.role, fitted=fitted, series=series, left=reason))
    _used(study, found)
    return tuple(found), conditions


def _entries(card: Observations) -> Iterator[Observation]:
    """Yield what is said of runs, and the checks of a card."""
    for entry in (*card.observations, *card.checks):
        if entry.role is not Role.ARITHMETIC or entry in card.checks:
            yield entry


def _row_of_card(study: Study, card: Observations, prefix: str, entry: Observation) -> Row:
    """Return the row of an observation of a paper."""
    chosen, check = study.observations, entry in card.checks
    series = card.series_of(entry)
    asked = chosen.checks if check else entry.role in chosen.roles
    asked = asked and (check or not chosen.tests or entry.test is not None)
    if chosen.series is not None and not check:
        asked = asked and all(name in chosen.series for name in series)
    reason = chosen.leave.get(entry.id) or entry.beyond or _not_fitted(entry)
    named = _renamed(entry, prefix)
    return _row(
        study,
        card.id,
        named,
        entry.role,
        fitted=asked and reason is None,
        series=series,
        left=reason if asked else None,
    )


def _row(
    study: Study,
    paper: str,
    entry: Observation,
    role: Role,
    *,
    fitted: bool,
    series: tuple[str, ...],
    left: str | None = None,
) -> Row:
    unit = "1" if entry.over is not None else UNITS.get(entry.quantity, "1")
    spread = study.observations.spreads.get(entry.id)
    sd = (
        None
        if spread is None
        else number(spread.sd, unit, Where(study.id, key=f"observations.spreads.{entry.id}"))
    )
    if sd is None and entry.tolerance is not None and entry.quantity in UNITS:
        sd = 0.5 * number(entry.tolerance, unit, Where(paper, key=entry.id))
    return Row(f"{paper}:{entry.id}", paper, entry, role, fitted, unit, sd, series, left)


def _renamed(entry: Observation, prefix: str) -> Observation:
    """Return an observation whose conditions are named after their paper."""
    if not prefix:
        return entry

    def term(one: Term | None) -> Term | None:
        if one is None or one.condition in {None, "*"}:
            return one
        return one.model_copy(update={"condition": f"{prefix}{one.condition}"})

    own = term(entry)
    return entry.model_copy(
        update={
            "condition": own.condition if own else None,
            "over": term(entry.over),
            "less": term(entry.less),
        }
    )


def _not_fitted(entry: Observation) -> str | None:
    """Return why an observation can not be fitted, None where it can."""
    for term in entry.terms:
        if term.quantity not in UNITS:
            return f"the quantity '{term.quantity}' is not read from a run by a fit"
        if term.quantity == "E1" and term.of not in {None, "dots"}:
            return "the line of a cluster stays where it is, whatever the constants"
        if term.quantity == "populations" and not tells_two_from_one(entry):
            return "of counts, only whether there is one population or more has a slope"
    return None


def tells_two_from_one(entry: Observation) -> bool:
    """Return whether an observation says that one run shows one population, or more than one."""
    if entry.quantity != "populations" or len(entry.terms) > 1 or entry.condition == "*":
        return False
    ends = [None if end is None else float(end) for end in (entry.above, entry.below)]
    return ends in ([2.0, None], [None, 1.0])


def _known(entry: Observation, conditions: Mapping[str, Condition], study: Study) -> None:
    """Refuse an observation of the study of a condition or quantity that there is not."""
    for term in entry.terms:
        if term.condition not in conditions and term.condition != "*":
            raise InputError(
                given="no condition" if term.condition is None else f"the condition '{term.condition}'",
                expected="a condition of the study or of its papers",
                why="an observation belongs to a run",
                remedy=suggestion(term.condition or "", conditions),
                where=Where(study.id, key=f"observations.own.{entry.id}"),
            )
        if term.quantity not in UNITS:
            raise InputError(
                given=f"the quantity '{term.quantity}'",
                expected="one of " + ", ".join(UNITS),
                why="no other is read from a run by a fit",
                remedy=suggestion(term.quantity, UNITS),
                where=Where(study.id, key=f"observations.own.{entry.id}"),
            )


def _used(study: Study, found: list[Row]) -> None:
    """Refuse names in the study that mean nothing."""
    chosen = study.observations
    known = {row.entry.id for row in found}
    series = {name for row in found for name in row.series}
    asked = {**dict.fromkeys(chosen.leave, "leave"), **dict.fromkeys(chosen.spreads, "spreads")}
    for name, key in asked.items():
        if name not in known:
            raise _nothing(study, f"the observation '{name}'", suggestion(name, known), key)
    for name in chosen.series or ():
        if name not in series:
            raise _nothing(study, f"the series '{name}'", suggestion(name, series), "series")
    if not any(row.fitted for row in found) and not study.spectra:
        raise _nothing(
            study, "a study that fits nothing", "Name papers and roles, or observations of its own.", "cards"
        )


def _nothing(study: Study, given: str, remedy: str, key: str) -> InputError:
    return InputError(
        given=given,
        expected="observations of its papers",
        why="what is misspelt would silently not count",
        remedy=remedy,
        where=Where(study.id, key=f"observations.{key}"),
    )
