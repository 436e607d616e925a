"""The sixteen recipes of the paper on CdTe clusters, and what is told of each as numbers with thresholds.

Texts and thresholds were set by hand, once, on what the paper says (T1 to T22 of docs/explanation/ladder.md)
before any constant was fitted. C1 is the share of tellurium in the cluster that absorbs at 449 nm, C2 that at
469 nm, both as shares of all tellurium; X is the dark complex.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from aliquot.kinetics.cards import from_card
from aliquot.kinetics.integrate import Tolerances, trajectory
from aliquot.kinetics.ladder import Ladder, State
from aliquot.knowledge import records
from aliquot.knowledge.records import Mark
from aliquot.knowledge.store import material
from ladders import Held

TELLURIUM = 20.0
"""l.69 [mol m-3]."""
HOURS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 8.0, 23.0, 24.0)


class Flask(NamedTuple):
    """A recipe of the paper."""

    cadmium: float
    """[mol m-3]."""
    amine: float
    """[mol m-3]."""
    phosphine: float
    """[mol m-3]."""
    solvent: str
    celsius: float


FLASKS = {
    "ode": Flask(24, 748, 424, "ODE", 100),
    "tol": Flask(24, 748, 424, "TOL", 100),
    "top0": Flask(24, 1000, 0, "TOL", 100),
    "top5": Flask(24, 1000, 100, "TOL", 100),
    "top10": Flask(24, 1000, 212, "TOL", 100),
    "top21": Flask(24, 1000, 434, "TOL", 100),
    "oam0": Flask(24, 0, 424, "TOL", 100),
    "oam6": Flask(24, 120, 424, "TOL", 100),
    "oam12": Flask(24, 252, 424, "TOL", 100),
    "oam25": Flask(24, 502, 424, "TOL", 100),
    "oam50": Flask(24, 1000, 424, "TOL", 100),
    "cd06": Flask(12, 748, 424, "TOL", 100),
    "cd24": Flask(48, 748, 424, "TOL", 100),
    "cd48": Flask(96, 748, 424, "TOL", 100),
    "t50": Flask(24, 748, 424, "TOL", 50),
    "t150": Flask(24, 748, 424, "ODE", 150),
}
"""TOP of the amine series and amine of the cadmium series are not told: those of the standard reaction."""


@dataclass(frozen=True)
class Course:
    """Shares of the tellurium over time, shape (times,), and what they are checked by."""

    small: np.ndarray
    """C1, on rung 34."""
    double: np.ndarray
    """C2, on rung 68."""
    dots: np.ndarray
    """On rungs from 98 on."""
    complex: np.ndarray
    """X."""
    others: np.ndarray
    """On rungs 30 to 97 but those of C1 and C2: a spectrum would show them."""
    top: np.ndarray
    """On the last 102 rungs, three jumps of agglomeration."""
    diameter: np.ndarray
    """Of the dot of mean volume [nm]."""
    drift: np.ndarray
    """Largest relative error of the balances of tellurium and cadmium."""
    lowest: np.ndarray
    """Lowest concentration of any rung [mol m-3]."""

    def at(self, name: str, hour: float) -> float:
        """Return one number."""
        return float(getattr(self, name)[HOURS.index(hour)])

    def of_max(self, hour: float) -> float:
        """Return C1 relative to its maximum."""
        return self.at("small", hour) / max(float(self.small.max()), 1e-12)

    @property
    def hour_of_max(self) -> float:
        """When C1 is largest."""
        return HOURS[int(self.small.argmax())]


Courses = Mapping[str, Course]


@eqx.filter_jit
def _run(chemistry, species, temperature, relative, absolute, size):
    """Return species and rungs at all hours but the first."""
    tolerances = Tolerances(relative, absolute)
    times = 3600.0 * jnp.asarray(HOURS[1:])
    start = State(species, jnp.zeros(size))
    found = trajectory(Ladder(chemistry, Held(temperature)), start, times, tolerances)
    return found.species, found.rungs


def course(
    card: records.Chemistry, flask: Flask, size: int = 600, relative: float = 3e-4, absolute: float = 1e-8
) -> Course:
    """Run one recipe on a closed ladder of ``size`` rungs."""
    unit_volume = material("CdTe").unit_volume
    constants = from_card(card, unit_volume, flask.solvent)
    begin = np.array([TELLURIUM, flask.cadmium, flask.phosphine, flask.amine, 0.0])
    given = (jnp.asarray(value, float) for value in (begin, flask.celsius + 273.15))
    species, rungs = (np.asarray(part) for part in _run(constants, *given, relative, absolute, size))
    species = np.vstack([begin, species])
    rungs = np.vstack([np.zeros(size), rungs])
    n = np.arange(1.0, size + 1.0)
    share = rungs * n / TELLURIUM
    units = rungs @ n + species[:, 4]
    number = np.maximum(rungs[:, 97:].sum(axis=1), 1e-12)
    volume = TELLURIUM * share[:, 97:].sum(axis=1) / number * unit_volume
    balances = ((units + species[:, 0]) / TELLURIUM, (units + species[:, 1]) / flask.cadmium)
    return Course(
        small=share[:, 33],
        double=share[:, 67],
        dots=share[:, 97:].sum(axis=1),
        complex=species[:, 4] / TELLURIUM,
        others=share[:, 29:97].sum(axis=1) - share[:, 33] - share[:, 67],
        top=share[:, -103:].sum(axis=1),
        diameter=np.cbrt(6.0 / np.pi * volume),
        drift=np.max([np.abs(balance - 1.0) for balance in balances], axis=0),
        lowest=rungs.min(axis=1),
    )


@cache
def _courses(card_json: str, size: int, relative: float, absolute: float) -> Courses:
    card = records.Chemistry.model_validate_json(card_json)
    return {name: course(card, flask, size, relative, absolute) for name, flask in FLASKS.items()}


def courses(
    card: records.Chemistry, size: int = 600, relative: float = 3e-4, absolute: float = 1e-8
) -> Courses:
    """Run all recipes with a card."""
    return _courses(card.model_dump_json(by_alias=True), size, relative, absolute)


def changed(card: records.Chemistry, change: dict) -> records.Chemistry:
    """Return a card with a change that is not among its options."""
    option = records.Option(change=change, because="a switch of the test", mark=Mark.ESTIMATED)
    return card.model_copy(update={"options": {"changed": option}}).chosen("changed")


class Need(NamedTuple):
    """A number that has to lie within bounds."""

    value: float
    low: float
    high: float

    @property
    def met(self) -> bool:
        """Whether it does; a number that is none does not."""
        return self.low <= self.value <= self.high


INF = float("inf")


def below(value: float, high: float) -> Need:
    """At most."""
    return Need(value, -INF, high)


def above(value: float, low: float) -> Need:
    """At least."""
    return Need(value, low, INF)


def ratio(a: float, b: float) -> float:
    """Return a/b, of nothing a large or a small number."""
    return a / max(b, 1e-12)


def _ode(r: Courses) -> dict[str, tuple[Need, ...]]:
    o = r["ode"]
    return {
        "ODE 0.5 h: no absorption (T1)": (below(o.at("small", 0.5), 0.03),),
        "ODE 1 h: 449 prominent (T2)": (above(o.at("small", 1), 0.15),),
        "ODE: maximum at about 2 h (T3)": (Need(o.hour_of_max, 1.5, 3.0),),
        "ODE 4 h: 449 lower (T4)": (below(o.of_max(4), 0.9),),
        "ODE 24 h: 449 much lower (T5)": (below(o.of_max(24), 0.3),),
        "ODE 24 h: 469 dominates (T5)": (above(ratio(o.at("double", 24), o.at("small", 24)), 1.2),),
        "ODE 24 h: dots are a minority (T6)": (Need(o.at("dots", 24), 0.003, 0.3),),
        "ODE: emission of dots sets in at 2 h (T3, T23)": (
            above(o.at("dots", 2), 1e-4),
            below(ratio(o.at("dots", 1), o.at("dots", 2)), 0.34),
        ),
    }


def _toluene(r: Courses) -> dict[str, tuple[Need, ...]]:
    t, no_amine = r["tol"], r["oam0"]
    first, second, third = (r[name].at("small", 4) for name in ("top5", "top10", "top21"))
    mixed, pure = (r[name] for name in ("oam6", "oam12"))
    return {
        "toluene 24 h: 449 stays (T8)": (above(t.of_max(24), 0.85),),
        "toluene 24 h: no 469 (T8)": (below(t.at("double", 24), 0.05),),
        "TOP 0: colourless for 24 h (T10)": (below(r["top0"].at("small", 24), 0.01),),
        "TOP 5 mmol: nothing at 2 h (T11)": (below(r["top5"].at("small", 2), 0.02),),
        "TOP 5 mmol: 449 at 4 h (T11)": (above(first, 0.02),),
        "TOP 5 < 10 < 21 mmol at 4 h (T12)": (
            above(ratio(second, first), 1.3),
            above(ratio(third, second), 1.3),
        ),
        "amine 0: no 449, the band at 430 nm grows (T13)": (
            below(no_amine.at("small", 24), 0.01),
            above(ratio(no_amine.at("complex", 24), no_amine.at("complex", 4)), 1.1),
            above(no_amine.at("complex", 4), 0.02),
        ),
        "amine 6 mmol: 449 and 430 (T14)": (Need(_pure(mixed), 0.1, 0.9),),
        "amine 12.6 mmol: pure 449 (T15)": (above(_pure(pure), 0.95),),
        "amine 25 against 50 mmol at 2 h (T16)": (
            above(ratio(r["oam25"].at("small", 2), r["oam50"].at("small", 2)), 1.3),
        ),
    }


def _pure(course: Course) -> float:
    """Return C1/(C1 + X) at 4 h."""
    small = course.at("small", 4)
    return ratio(small, small + course.at("complex", 4))


def _cadmium(r: Courses) -> dict[str, tuple[Need, ...]]:
    least, less, more, most = (r[name].at("dots", 24) for name in ("cd06", "tol", "cd24", "cd48"))
    return {
        "Cd 0.6 as fast as 1.2 mmol at 2 h (T17)": (
            Need(ratio(r["cd06"].at("small", 2), r["tol"].at("small", 2)), 0.75, 1.1),
        ),
        "dots at 24 h: Cd 0.6 < 1.2 (faint) < 2.4 < 4.8 mmol (T17 to T19)": (
            below(ratio(least, less), 0.5),
            below(less, 0.03),
            above(ratio(more, less), 2.0),
            above(ratio(most, more), 1.2),
        ),
        "Cd 2.4 mmol 24 h: 449 lower, shoulder at 467 nm (T18)": (
            Need(r["cd24"].of_max(24), 0.3, 0.85),
            above(r["cd24"].at("double", 24), 0.05),
        ),
        "Cd 4.8 mmol 24 h: 449 gone, 470 distinct (T19)": (
            below(r["cd48"].of_max(24), 0.15),
            above(r["cd48"].at("double", 24), 0.2),
        ),
    }


def _temperature(r: Courses) -> dict[str, tuple[Need, ...]]:
    hot = r["t150"]
    return {
        "50 degC: nothing in 24 h (T20)": (below(r["t50"].at("small", 24), 0.01),),
        "150 degC 0.5 h: 449 (T21)": (above(hot.at("small", 0.5), 0.03),),
        "150 degC: maximum at 1 to 1.5 h (T21)": (Need(hot.hour_of_max, 1.0, 1.5),),
        "150 degC 4 h: 449 gone (T21)": (below(hot.of_max(4), 0.1),),
        "150 degC 4 h: dots dominate (T22)": (above(hot.at("dots", 4), 0.4),),
        "150 degC 4 h: dots of 3.0 to 3.6 nm (T22)": (Need(hot.at("diameter", 4), 3.0, 3.6),),
    }


def thresholds(r: Courses) -> dict[str, tuple[Need, ...]]:
    """Return the 28 tests."""
    return {**_ode(r), **_toluene(r), **_cadmium(r), **_temperature(r)}


def extra(r: Courses) -> dict[str, tuple[Need, ...]]:
    """Return five checks of what a few lumped species could not fail."""
    hot, ode = r["t150"], r["ode"]
    tops = (hot.at("top", 4), r["cd48"].at("top", 24), ode.at("top", 24))
    return {
        "X1 clusters that are not closed shells never hold a tenth": (
            below(max(float(one.others.max()) for one in r.values()), 0.10),
        ),
        "X2 toluene yields clusters": (above(r["tol"].at("small", 24), 0.6),),
        "X3 150 degC: dots grow from 2 to 4 h": (above(hot.at("diameter", 4) - hot.at("diameter", 2), 0.05),),
        "X4 ODE 24 h: dots stay small": (below(ode.at("diameter", 24), 2.9),),
        "X5 the top of the ladder is empty": (below(max(tops), 0.01),),
    }


def missed(tests: Mapping[str, tuple[Need, ...]]) -> dict[str, list[float]]:
    """Return the values of each test that is not met."""
    return {
        name: [round(need.value, 4) for need in needs]
        for name, needs in tests.items()
        if not all(need.met for need in needs)
    }


def finite(course: Course) -> bool:
    """Return whether a run came to its end."""
    return all(np.isfinite(getattr(course, part.name)).all() for part in fields(course))
