"""Courses: where the limiting element is over time, flask by flask, with what the paper says of it."""

from collections.abc import Mapping, Sequence
from functools import partial
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from aliquot.knowledge.records import Observation
from aliquot.report.flasks.panels import Run, clock, grid, mark_ink, size_of
from aliquot.report.style import INK, MISSED, QUIET, Ink, wavelength_ink
from aliquot.report.svg import svg_of
from aliquot.reproduce import Line, Row
from aliquot.units import to_float

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

_Dashes = str | tuple[int, tuple[int, ...]]
_Looks = Mapping[str, tuple[Ink, _Dashes]]
_DASHES: tuple[_Dashes, ...] = ("-", (0, (5, 1)), (0, (3, 1, 1, 1)))
_TICKS = (0.0, 1.0, 5.0, 20.0, 50.0, 100.0)  # [%]
_TOP = 108.0  # of the axis [%]
_UP, _DOWN = 10, 11  # markers whose base stands on the bound and whose point shows what is allowed


def courses(paper: str, members: Sequence[Run]) -> str:
    """Return the shares over time of all flasks as an inline SVG.

    Args:
        paper: Name of the card of observations.
        members: Flasks.
    """
    looks = _looks(members)
    inks = [ink for ink, _ in looks.values()]
    return svg_of(
        "courses",
        f"Clusters and dots over time in every flask of {paper}",
        size_of(len(members), 165.0, 58.0),
        lambda figure: _draw(figure, members, looks),
        inks,
    )


def _looks(members: Sequence[Run]) -> _Looks:
    """Return ink and dashes of what is followed: light of its line for a cluster, ink for dots."""
    names = dict.fromkeys(
        line.of or "" for run in members for line in run.main.lines if line.quantity == "share"
    )
    followed = [name for name in names if "+" not in name]
    clusters = [name for name in followed if name.isdecimal()]
    found: dict[str, tuple[Ink, _Dashes]] = {}
    for name in followed:
        if name.isdecimal():
            found[name] = wavelength_ink(float(name)), _DASHES[clusters.index(name) % len(_DASHES)]
        else:
            found[name] = (INK, "-") if name == "dots" else (QUIET, (0, (1, 1)))
    return found


def _draw(figure: "Figure", members: Sequence[Run], looks: _Looks) -> None:
    grid(figure, [(run, partial(_panel, run, looks)) for run in members])
    figure.supylabel("share of the limiting element [%]", fontsize=10.5, color=INK.light)
    figure.legend(
        handles=_key(looks, _asked_quantities(members)),
        loc="outside upper left",
        ncols=8,
        columnspacing=1.1,
        fontsize=9.5,
    )


def _panel(run: Run, looks: _Looks, axes: "Axes") -> None:
    """Draw one flask: a root of the share, so that traces are seen beside what is most."""
    for name, (ink, dashes) in looks.items():
        _course(axes, run, Line("share", name), ink, dashes)
    for entry, row in run.entries:
        _mark(axes, run, entry, row, looks)
    axes.set_yscale("function", functions=(lambda y: np.sqrt(np.maximum(y, 0.0)), np.square))
    axes.set_ylim(0.0, _TOP)
    axes.set_yticks(_TICKS, [f"{tick:g}" for tick in _TICKS])
    axes.grid(axis="y")
    clock(axes, run)


def _course(axes: "Axes", run: Run, line: Line, ink: Ink, dashes: _Dashes) -> None:
    """Draw one share: with the constants of the split, and thinly with each fit to everything."""
    _, seconds = run.unit
    for trace in run.others:
        if line in trace.lines:
            axes.plot(
                trace.times / seconds,
                100.0 * trace.lines[line],
                color=ink.light,
                lw=0.7,
                ls=dashes,
                alpha=0.45,
            )
    if line in run.main.lines:
        axes.plot(run.main.times / seconds, 100.0 * run.main.lines[line], color=ink.light, lw=1.9, ls=dashes)


def _mark(axes: "Axes", run: Run, entry: Observation, row: Row, looks: _Looks) -> None:
    """Draw what a row asks of a share: its bounds at its time, or when it has to be highest."""
    name = entry.terms[0].of
    if name is None or name not in looks or entry.less is not None:
        return
    _, seconds = run.unit
    ink = mark_ink(row, looks[name][0]).light
    if entry.quantity == "time of maximum":
        unit, last = to_float(f"1 {row.unit}", "s"), float(run.main.times[-1])
        ends = [min(max(unit * end, 0.0), last) / seconds for end in (row.low, row.high)]
        axes.plot(ends, [103.0, 103.0], color=ink, lw=3.0, solid_capstyle="butt")
        return
    asked = run.asked(entry, row) if entry.quantity == "share" else None
    for bound, shape in () if asked is None else ((asked.low, _UP), (asked.high, _DOWN)):
        if asked is not None and -inf < bound < inf:
            place = [asked.time / seconds], [min(_TOP, 100.0 * bound)]
            axes.plot(*place, ls="none", marker=shape, ms=7.0, color=ink, zorder=4, clip_on=False)


def _asked_quantities(members: Sequence[Run]) -> frozenset[str]:
    """Return what the rows that have marks are about."""
    return frozenset(
        entry.quantity
        for run in members
        for entry, row in run.entries
        if entry.quantity == "time of maximum" or run.asked(entry, row) is not None
    ) & {"share", "time of maximum"}


def _key(looks: _Looks, marked: frozenset[str]) -> "list[Line2D]":
    """Return what the lines and marks mean."""
    from matplotlib.lines import Line2D  # noqa: PLC0415  loaded by now

    def mark(shape: str, ink: Ink, label: str) -> Line2D:
        return Line2D([], [], ls="none", marker=shape, ms=7.0, color=ink.light, label=label)

    handles = [
        Line2D([], [], color=ink.light, lw=1.9, ls=dashes, label=f"{name} nm" if name.isdecimal() else name)
        for name, (ink, dashes) in looks.items()
    ]
    if "share" in marked:
        handles += [mark("^", QUIET, "published: no less"), mark("v", QUIET, "no more")]
    if "time of maximum" in marked:
        handles.append(Line2D([], [], color=QUIET.light, lw=3.0, label="highest here"))
    return [*handles, mark("s", MISSED, "missed")] if marked else handles
