"""What all panels of flasks share: a grid of them, an axis of time in the unit that fits, marks of rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, inf, isfinite, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from aliquot.inference.terms import UNITS
from aliquot.knowledge import store
from aliquot.knowledge.records import Observation, Observations, Term
from aliquot.report.style import CALIBRATED, MISSED, PREDICTED, Ink
from aliquot.reproduce import Line, Reproduction, Row, Trace
from aliquot.units import to_float

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 4
"""Panels in a row [1]."""
WIDTH = 940.0
"""Width of a figure [px]."""
_ROUND = (180.0, 120.0, 90.0, 60.0, 45.0, 30.0, 20.0, 10.0, 5.0, 4.0, 2.0, 1.0, 0.5, 0.25)  # ticks of time
_UNITS = (("s", 1.0, 300.0), ("min", 60.0, 3.0 * 3600.0), ("h", 3600.0, inf))
"""Unit of time, its seconds, and the longest run that is told in it [s]."""


class Asked(NamedTuple):
    """What a row asks of one course at one time."""

    time: float
    """[s]."""
    low: float
    """Least that counts as met [unit of the course]."""
    high: float
    """Most that counts as met."""
    value: float | None
    """As published, None for bounds."""


@dataclass(frozen=True, slots=True)
class Run:
    """One flask as a panel shows it.

    Attributes:
        name: Condition on the card.
        series: Series to which it belongs.
        held_out: Whether that is held out.
        main: Course with the constants of the split, or of the run.
        others: Courses with constants that were fitted to everything.
        entries: Observations of the flask that were put to the test, each with its row.
    """

    name: str
    series: str
    held_out: bool
    main: Trace
    others: tuple[Trace, ...]
    entries: tuple[tuple[Observation, Row], ...]

    @property
    def unit(self) -> tuple[str, float]:
        """Unit of time that fits, and its seconds."""
        end = float(self.main.times[-1])
        return next((name, seconds) for name, seconds, longest in _UNITS if end <= longest)

    @property
    def ink(self) -> Ink:
        """Ink of its role."""
        return PREDICTED if self.held_out else CALIBRATED

    def time(self, term: Term) -> float | None:
        """Return the time that a term means [s]; None for the maximum of a course that was not followed."""
        if term.at == "maximum":
            along = self.main.lines.get(Line.of_term(term))
            if along is None or not np.isfinite(along).any():
                return None
            return float(self.main.times[int(np.nanargmax(along))])
        if term.at in {None, "end"}:
            return float(self.main.times[-1])
        return to_float(str(term.at), "s")

    def value(self, term: Term) -> float | None:
        """Return what the course gives for a term, None where there is none, or no dots yet."""
        along, time = self.main.lines.get(Line.of_term(term)), self.time(term)
        if along is None or time is None:
            return None
        found = float(np.interp(time, self.main.times, along))
        return found if isfinite(found) else None

    def asked(self, entry: Observation, row: Row) -> Asked | None:
        """Return what a row asks of its course, None where it needs another run or compares by difference.

        A ratio within the run is a number that the course has to reach once its lower part is known.
        """
        first, *others = entry.terms
        factor = 1.0
        if others:
            below = self.value(others[0]) if others[0].condition == self.name else None
            if entry.less is not None or below is None or Line.of_term(others[0]) != Line.of_term(first):
                return None
            factor = below
        time = self.time(first)
        if time is None or Line.of_term(first) not in self.main.lines:
            return None
        if not others:  # a ratio has no unit
            factor = to_float(f"1 {row.unit}", _unit_of(first.quantity))
        value = None if row.value is None else row.value * factor
        return Asked(time, row.low * factor, row.high * factor, value)


def _unit_of(quantity: str) -> str:
    """Return the unit of a course."""
    return "nm" if quantity == "emission" else UNITS[quantity]


def runs(result: Reproduction) -> tuple[Run, ...]:
    """Return the flasks that were followed, in the order of the card."""
    card = store.observations(result.paper)
    rows = {row.id: row for row in result.rows if row.is_tried}
    found: dict[str, list[Trace]] = {}
    for trace in result.traces:
        found.setdefault(trace.condition, []).append(trace)
    return tuple(_run(card, rows, name, found[name]) for name in card.conditions if name in found)


def _run(card: Observations, rows: dict[str, Row], name: str, traced: Sequence[Trace]) -> Run:
    """Return one flask."""
    series = card.conditions[name].series
    entries = tuple(
        (entry, rows[entry.id])
        for entry in card.observations
        if entry.id in rows and entry.condition == name and entry.is_tested
    )
    return Run(name, series, series in card.held_out, traced[0], tuple(traced[1:]), entries)


def size_of(count: int, height: float, head: float) -> tuple[float, float]:
    """Return the size of a figure of so many panels [px].

    Args:
        count: Number of panels.
        height: Height of each [px].
        head: Height of what stands above them [px].
    """
    return WIDTH, head + height * ceil(count / COLUMNS)


def grid(figure: "Figure", panels: Sequence[tuple[Run, Callable[["Axes"], None]]]) -> None:
    """Draw panels.

    Args:
        figure: Where to draw.
        panels: The run of each, and what draws it.
    """
    lines = ceil(len(panels) / COLUMNS)
    axes = list(figure.subplots(lines, COLUMNS, squeeze=False).ravel())
    for empty in axes[len(panels) :]:
        empty.set_visible(False)
    for panel, (run, draw) in zip(axes, panels, strict=False):
        draw(panel)
        panel.set_title(run.name, loc="left", color=run.ink.light, fontsize=10.5)
        panel.tick_params(labelsize=8.5)


def clock(axes: "Axes", run: Run) -> None:
    """Give a panel its axis of time: the beginning, where things happen, gets more room."""
    unit, seconds = run.unit
    end = float(run.main.times[-1]) / seconds
    axes.set_xscale("function", functions=(lambda x: np.sqrt(np.maximum(x, 0.0)), np.square))
    axes.set_xlim(0.0, end * 1.01)
    ticks = _ticks(end)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel(f"time [{unit}]", fontsize=9.0)
    axes.minorticks_off()


def _ticks(end: float) -> list[float]:
    """Return a few round times up to the end, far enough apart where the beginning gets more room."""
    found = [end]
    for tick in (t for t in _ROUND if t < end):
        room = sqrt(found[-1]) - sqrt(tick), sqrt(tick)
        if min(room) > 0.18 * sqrt(end):
            found.append(tick)
    return [0.0, *sorted(found)]


def mark_ink(row: Row, ink: Ink) -> Ink:
    """Return the ink of the mark of a row: that of its course, or that of a miss."""
    return ink if row.met else MISSED
