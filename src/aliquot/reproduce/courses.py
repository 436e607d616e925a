"""Courses: rows of flasks and samples, computed by the forward map that fits use, with nothing free.

A fit and a reproduction ask the same thing of a chemistry: the number of every row. Here no constant is free,
so that no slope is needed. Stated concentrations and scaled constants, which only fits know, are understood.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aliquot.errors import AliquotError, InputError, RangeError
from aliquot.inference.problem import Problem
from aliquot.inference.reading import Reading
from aliquot.inference.rows import OWN, Row
from aliquot.inference.study import Chosen, Numerics, Study
from aliquot.inference.terms import UNITS, course
from aliquot.inference.terms import value as term_value
from aliquot.instruments.absorbance import sizing
from aliquot.knowledge import store
from aliquot.knowledge.records import Chemistry, Observation, Observations, Role, SizingCurve
from aliquot.knowledge.records.observations import Condition
from aliquot.reproduce.rows import unit_of
from aliquot.units import EV_NM, to_float

NO_CONSTANTS = (
    "No constants were fitted to the calibration rows alone, so that nothing is predicted; what a fit to "
    "everything gives stands beside it."
)
"""What is said of a row for which no chemistry is named."""
SIZES = {"diameter", "mean-volume diameter", "RSD", "E1", "populations"}
"""Quantities that need dots."""
NOTHING = 1e-9
"""Share below which something is not there [1]: because the local error of concentrations, 1e-8 mol m-3, is
some such share of the 20 to 300 mol m-3 that are brought."""
ANCHOR = "anchor"
"""Name of the row that a study needs to be one; it is no observation."""


@dataclass(frozen=True, slots=True)
class Course:
    """What a chemistry gives for a row."""

    value: float | None = None
    """The number, in the unit of the row; None where there is none."""
    why: str | None = None
    """Why nothing computes it: the row is then neither met nor missed."""
    absent: str | None = None
    """What the constants make nothing of, so that there is no number: the row is then missed."""
    how: str | None = None
    """How it follows from what was computed, where that is not plain."""


def courses(card: Observations, chemistry: str | None, conditions: Sequence[str] = ()) -> dict[str, Course]:
    """Compute the rows of a paper that need a run.

    Args:
        card: Observations of the paper.
        chemistry: Constants of every condition that does not name its own; None where there are none.
        conditions: Only rows of these conditions; all unless given.

    Returns:
        By name of the observation its number, or the reason why there is none. What the forward map does not
        understand, or could not integrate, is such a reason and no error. That there is nothing to measure is
        an answer of the chemistry, and told apart.

    Example:
        >>> from aliquot.knowledge.store import observations
        >>> found = courses(observations("mech2023"), None, ("ode",))
        >>> found["ode-absent"].why == NO_CONSTANTS
        True
    """
    found: dict[str, Course] = {}
    together: dict[str, list[Observation]] = {}
    for entry in card.observations:
        if not entry.is_tested or (conditions and not _within(entry, conditions)):
            continue
        named = _chemistry(entry, card, chemistry)
        if isinstance(named, Course):
            found[entry.id] = named
        else:
            together.setdefault(named, []).append(entry)
    for name, entries in together.items():
        found |= _of_chemistry(name, card, entries)
    return found


def _within(entry: Observation, conditions: Sequence[str]) -> bool:
    """Tell whether a row is of these conditions alone."""
    return all(term.condition in conditions for term in entry.terms)


def _chemistry(entry: Observation, card: Observations, chemistry: str | None) -> str | Course:
    """Return the chemistry of a row, or why it can not be computed."""
    odd = [term.quantity for term in entry.terms if term.quantity not in UNITS and not _glows(entry)]
    if odd:
        return Course(why=f"The quantity '{odd[0]}' is not read from a course.")
    runs = [card.conditions[term.condition] for term in entry.terms if term.condition in card.conditions]
    names = {run.chemistry or chemistry for run in runs} or {chemistry}
    if None in names:
        return Course(why=NO_CONSTANTS)
    if len(names) > 1:
        return Course(why="Its runs are of different chemistries.")
    return str(names.pop())


def _of_chemistry(name: str, card: Observations, entries: list[Observation]) -> dict[str, Course]:
    """Return the numbers of rows of one chemistry."""
    runs = {key: run for key, run in card.conditions.items() if run.chemistry in {None, name}}
    try:
        problem = _problem(name, card, entries, runs)
    except InputError as reason:
        return {entry.id: Course(why=_flat(str(reason))) for entry in entries}
    asked = {entry.id: entry for entry in entries}
    rows = [row for row in problem.rows if row.entry.id in asked]
    seen = _seen(problem, rows)
    return {row.entry.id: _course(problem, row, asked[row.entry.id], seen) for row in rows}


def _seen(problem: Problem, rows: Sequence[Row]) -> dict[str, Reading | AliquotError]:
    """Return every run that rows need: what is read from it, or why it could not be computed."""
    needed = dict.fromkeys(name for row in rows for name in problem.needs[row.id])
    runs = problem.forward.run(np.zeros(0), [name for name in needed if name in problem.forward.plans])
    constants = problem.forward.constants
    return {
        name: run
        if isinstance(run, AliquotError)
        else Reading(run, constants.card, constants.unit_volume, constants.jump)
        for name, run in runs.items()
    }


def _problem(
    name: str, card: Observations, entries: list[Observation], runs: Mapping[str, Condition]
) -> Problem:
    """Return rows and plans, made ready; InputError where no condition can be planned."""
    # All rows are held out: one that can not be planned then keeps its reason, and does not stop the others.
    rows = [entry.model_copy(update={"role": Role.PREDICTION}) for entry in entries]
    rows = [row.model_copy(update={"quantity": "diameter"}) if _glows(row) else row for row in rows]
    fault: InputError | None = None
    for anchor in _anchors(entries, runs):
        try:
            return Problem.of(_study(name, card, [anchor, *rows], runs))
        except InputError as reason:
            fault = fault or reason
    if fault is None:
        raise AssertionError(card.id)  # every row that gets here is of a run
    raise fault


def _anchors(entries: list[Observation], runs: Mapping[str, Condition]) -> Iterator[Observation]:
    """Yield, for each run, a row that is always met: a study has to fit something."""
    named = dict.fromkeys(term.condition for entry in entries for term in entry.terms)
    for condition in runs if "*" in named else named:
        yield Observation(
            id=ANCHOR,
            quantity="top",
            condition=condition,
            below="1",
            tolerance_because="a share",
            role=Role.CALIBRATION,
            place="none",
        )


def _study(name: str, card: Observations, rows: list[Observation], runs: Mapping[str, Condition]) -> Study:
    """Return a study of these rows with nothing free, which a file could not ask for."""
    return Study.model_construct(
        format="aliquot-study/1",
        id=card.id,
        title=f"{card.id} by {name}",
        chemistry=name,
        free=(),
        observations=Chosen(own=tuple(rows)),
        conditions=dict(runs),
        numerics=numerics_of(card),
    )


def numerics_of(card: Observations) -> Numerics:
    """Return how the runs of a paper are computed."""
    # Where the card itself checks that the top is empty, the ladder keeps the length of the fits.
    lid = any(entry.quantity == "top" for entry in card.checks)
    return Numerics(most=600, top=1.0) if lid else Numerics(most=24000)


def _course(
    problem: Problem, row: Row, entry: Observation, seen: Mapping[str, Reading | AliquotError]
) -> Course:
    """Return the number of a row in the unit in which it is written, or why there is none."""
    readings: dict[str, Reading] = {}
    for name in problem.needs[row.id]:
        run = seen.get(name)
        if not isinstance(run, Reading):
            reason = str(run) if run is not None else row.left_because
            return Course(why=_flat(reason or f"{name} is not computed"))
        readings[name] = run
    try:
        nothing = _nothing(row, readings)
        if nothing is not None:
            return Course(absent=nothing)
        value = _highest(row, readings) if row.is_time_of_maximum else problem.value(row, readings).value
    except InputError as reason:
        return Course(why=_flat(str(reason)))
    if _glows(entry):
        return _emission(problem.card, float(value))
    return Course(to_float(f"{float(value)!r} {row.unit}", unit_of(entry)))


def _glows(entry: Observation) -> bool:
    """Tell whether a row is a peak of emission of dots, which a curve gives from their mean diameter."""
    return entry.quantity == "emission" and entry.of == "dots" and len(entry.terms) == 1


def _emission(card: Chemistry, diameter: float) -> Course:
    """Return where dots of a mean diameter [nm] emit [nm], by the curve of the material."""
    curve = emission_curve(card.material)
    if curve is None:
        return Course(why="No curve of the material says where dots of a size emit.")
    try:
        peak = EV_NM / float(sizing.energy(curve, np.array([diameter]))[0])
    except RangeError as reason:
        return Course(why=_flat(str(reason)))
    low, high = (end.value for end in curve.range)
    beyond = "" if low <= diameter <= high else f", beyond its range of {low:g} to {high:g} nm"
    return Course(peak, how=f"{diameter:.2f} nm by the curve {curve.id}{beyond}")


def emission_curve(material: str) -> SizingCurve | None:
    """Return the curve of a material that says where dots of a size emit, None where there is none.

    Example:
        >>> emission_curve("Cd3P2").id
        'tiwari2025-emission'
    """
    return next((one for one in store.material(material).sizing if one.line == "emission"), None)


def emission_range(material: str) -> tuple[float, float] | None:
    """Return the peaks between which that curve is known [nm], None where there is none.

    Example:
        >>> low, high = emission_range("Cd3P2")
        >>> round(low), round(high)
        (1010, 1219)
    """
    curve = emission_curve(material)
    if curve is None:
        return None
    peaks = EV_NM / sizing.energy(curve, np.array([end.value for end in curve.range]))
    return float(peaks.min()), float(peaks.max())


def _nothing(row: Row, readings: Mapping[str, Reading]) -> str | None:
    """Return why a row has no number although its runs are known: no dots to size, nothing to divide by."""
    for term in row.entry.terms:
        if term.quantity not in SIZES:
            continue
        dots = term.model_copy(update={"quantity": "share", "of": "dots"})
        if float(term_value(dots, readings, row.where).value) < NOTHING:
            return f"There are no dots{f' at {term.at}' if term.at else ''} whose sizes count."
    over = row.entry.over
    if over is not None and float(term_value(over, readings, row.where).value) < NOTHING:
        return "What it is divided by is not there."
    return None


def _highest(row: Row, readings: Mapping[str, Reading]) -> float:
    """Return when a course is highest among the times at which the paper's runs were looked at [h].

    A fit puts a parabola through three looks; a paper reports the aliquot in which the line was strongest.
    """
    reading = readings[row.entry.condition or ""]
    along = course(row.entry, reading, row.where).value
    return float(reading.times[int(np.argmax(along))]) / 3600.0


def _flat(text: str) -> str:
    """Return a message as one line, without the name that studies give to rows of their own."""
    return " ".join(text.replace(f"{OWN}:", "").split())
