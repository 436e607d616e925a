"""Traces: what runs hold over time, looked at often enough for a figure.

A row needs a run at the few times that a paper speaks of; a reader wants to see the course between them. The
forward map is that of the rows, and so are its numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import numpy as np
from jaxtyping import Float

from aliquot.errors import AliquotError, InputError, RangeError, Where
from aliquot.inference.constants import Constants
from aliquot.inference.forward import Forward
from aliquot.inference.modes import blurred
from aliquot.inference.plan import FlaskPlan
from aliquot.inference.planning import plan_of
from aliquot.inference.problem import accuracy_of
from aliquot.inference.reading import Reading
from aliquot.inference.terms import UNITS, course
from aliquot.instruments.absorbance import sizing
from aliquot.knowledge import store
from aliquot.knowledge.records import Chemistry, Observation, Observations, Term
from aliquot.knowledge.records.observations import Condition
from aliquot.reproduce.closeup import Line, Sizes, Trace
from aliquot.reproduce.courses import NOTHING, emission_curve, numerics_of
from aliquot.units import EV_NM, to_float

LOOKS = 48
"""Looks of a trace [1]: because a curve through so many looks smooth in a panel of 230 px."""
SIZED = frozenset({"populations", "RSD"})
"""Quantities of which a whole distribution tells more than a number."""
SINGLE = frozenset({"populations", "top", "time of maximum", "E1"})
"""Quantities that make no line of their own."""


def traces(card: Observations, chemistry: str | None, conditions: Sequence[str] = ()) -> tuple[Trace, ...]:
    """Follow every flask of a paper that a row is of.

    Args:
        card: Observations of the paper.
        chemistry: Constants of every condition that does not name its own; None where there are none.
        conditions: Only these; all unless given.

    Returns:
        One trace for each flask, in the order of the card. Samples of a tube have no course, and what can not
        be planned or integrated has none either: its rows say why.

    Example:
        >>> from aliquot.knowledge.store import observations
        >>> (ode,) = traces(observations("mech2023"), "cdte_mech2023_split", ["ode"])
        >>> float(ode.times[-1] / 3600.0), ode.lines[Line("share", "449")].shape
        (24.0, (53,))
    """
    wanted = {
        name: run
        for name, run in card.conditions.items()
        if (run.chemistry or chemistry) and (not conditions or name in conditions) and any(_rows(card, name))
    }
    found: dict[str, Trace] = {}
    for named in dict.fromkeys(str(run.chemistry or chemistry) for run in wanted.values()):
        mine = {name: run for name, run in wanted.items() if (run.chemistry or chemistry) == named}
        found |= _of_chemistry(card, named, mine)
    return tuple(found[name] for name in wanted if name in found)


def _rows(card: Observations, condition: str) -> Iterator[Observation]:
    """Yield the rows that a condition takes part in."""
    for entry in card.observations:
        if entry.is_tested and any(term.condition == condition for term in entry.terms):
            yield entry


def _of_chemistry(card: Observations, name: str, runs: Mapping[str, Condition]) -> dict[str, Trace]:
    """Follow the flasks of one chemistry."""
    chemistry = store.chemistry(name)
    plans = {}
    for condition, run in runs.items():
        try:
            plan = _plan(card, condition, run, chemistry)
        except InputError:
            continue  # its rows say why
        if plan is not None:
            plans[condition] = plan
    constants = Constants.of(chemistry, (), [plan.variant for plan in plans.values()])
    seen = Forward(constants, plans, accuracy_of(numerics_of(card))).run(np.zeros(0))
    return {
        condition: _trace(
            card, condition, Reading(run, constants.card, constants.unit_volume, constants.jump), name
        )
        for condition, run in seen.items()
        if not isinstance(run, AliquotError)
    }


def _plan(card: Observations, condition: str, run: Condition, chemistry: Chemistry) -> FlaskPlan | None:
    """Return the plan of a flask that is looked at often, None for a sample of a tube."""
    where = Where(card.id, key=f"conditions.{condition}")
    named = _named_times(card, condition)
    if run.stated is not None and not named:
        return None  # nothing says how long it lasts
    plan = plan_of(run, chemistry, named, where)
    if not isinstance(plan, FlaskPlan):
        return None
    end = plan.looks[-1].time
    often = (end * (np.arange(1, LOOKS + 1) / LOOKS) ** 2).tolist()  # the beginning is where things happen
    again = plan_of(run, chemistry, named, where, often)
    return again if isinstance(again, FlaskPlan) else None


def _named_times(card: Observations, condition: str) -> list[float]:
    """Return the times of a run that the paper's rows name [s]."""
    found = set()
    for entry in _rows(card, condition):
        for term in entry.terms:
            if term.condition == condition and term.at not in {None, "maximum", "end"}:
                found.add(to_float(str(term.at), "s"))
        if entry.quantity == "time of maximum" and entry.condition == condition:
            bounds = (entry.above, entry.below)
            found |= {to_float(bound, "s") for bound in bounds if bound is not None}
    return sorted(found)


def _trace(card: Observations, condition: str, reading: Reading, chemistry: str) -> Trace:
    """Read a run."""
    rows = list(_rows(card, condition))
    terms = [term for entry in rows for term in entry.terms if term.condition == condition]
    lines = {}
    for line in _lines(reading, terms):
        with suppress(InputError):  # what is not followed has no course, and its rows say so
            lines[line] = _course(line, reading, Where(card.id, key=condition))
    sized = any(term.quantity in SIZED for term in terms)
    asked = [*_named_times(card, condition), float(reading.times[-1])] if sized else []
    places = dict.fromkeys(int(np.argmin(np.abs(reading.times - time))) for time in asked)
    sizes = tuple(found for found in (_sizes(reading, i) for i in places) if found is not None)
    return Trace(condition, chemistry, reading.times, lines, sizes)


def _lines(reading: Reading, terms: Sequence[Term]) -> tuple[Line, ...]:
    """Return what to follow: where the limiting element is, and whatever the rows of the run are of."""
    card, (element, _) = reading.card, reading.element
    holders = [name for name, one in card.species.items() if name != card.limiting and element in one.holds]
    shares = [Line("share", name) for name in (*card.clusters, *holders, "dots")]
    known = {*UNITS, "emission"} - SINGLE
    others = [Line.of_term(term) for term in terms if term.quantity in known]
    dotted = [line for line in others if line.quantity != "emission" or line.of == "dots"]
    return tuple(dict.fromkeys([*shares, *dotted]))


def _course(line: Line, reading: Reading, where: Where) -> Float[np.ndarray, " looks"]:
    """Return a course; not-a-number where it is of dots and there are none."""
    if line.quantity == "share":
        return np.asarray(reading.share(line.of or "dots", where).value)
    if line.quantity == "emission":
        sizes = _course(Line("diameter", "dots", line.weighting), reading, where)
        return _emission(reading.card.material, sizes)
    term = Term.model_construct(quantity=line.quantity, of=line.of, weighting=line.weighting)
    along = np.array(course(term, reading, where).value, float)
    if line.quantity != "conversion":
        along[reading.share("dots", where).value < NOTHING] = np.nan
    return along


def _emission(material: str, diameters: Float[np.ndarray, " looks"]) -> Float[np.ndarray, " looks"]:
    """Return where dots emit [nm], by the curve of the material; not-a-number where it does not say."""
    curve, peaks = emission_curve(material), np.full(diameters.size, np.nan)
    if curve is None:
        return peaks
    for i in np.flatnonzero(np.isfinite(diameters)):
        with suppress(RangeError):  # a curve that ends says nothing beyond
            peaks[i] = EV_NM / sizing.energy(curve, diameters[i : i + 1])[0]
    return peaks


def _sizes(reading: Reading, look: int) -> Sizes | None:
    """Return the dots at a look, None where there are none."""
    n = reading.n
    volumes = np.where(n >= reading.card.dot_from, n * np.maximum(reading.seen.rungs.value[look], 0.0), 0.0)
    diameters, seen = blurred(reading.diameters, volumes)
    area = float(np.trapezoid(seen, diameters))
    return Sizes(float(reading.times[look]), diameters, seen / area) if area > 0.0 else None
