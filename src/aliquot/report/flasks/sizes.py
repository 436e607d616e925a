"""Sizes: where dots grow to, flask by flask, and whole distributions where the paper speaks of widths."""

from collections.abc import Sequence
from functools import partial
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from aliquot.knowledge import store
from aliquot.report.flasks.panels import Asked, Run, clock, grid, size_of
from aliquot.report.style import CALIBRATED, INK, MISSED, PAPER, PREDICTED, QUIET, Ink
from aliquot.report.svg import svg_of
from aliquot.reproduce import Line, Trace
from aliquot.reproduce.courses import emission_range

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

DRAWN = {
    "diameter": "mean diameter [nm]",
    "mean-volume diameter": "diameter of mean\nvolume [nm]",
    "emission": "emission [nm]",
    "conversion": "conversion [%]",
}
"""Quantities that have panels of their own, with their axis."""

Panel = tuple[Run, Line]
"""A flask, and what of it is drawn."""


def drawn(members: Sequence[Run]) -> tuple[Panel, ...]:
    """Return which courses the paper has numbers for, flask by flask."""
    found: dict[tuple[str, Line], Panel] = {}
    for run in members:
        for entry, row in run.entries:
            line = Line.of_term(entry.terms[0])
            if line.quantity in DRAWN and run.asked(entry, row) is not None:
                found.setdefault((run.name, line), (run, line))
    return tuple(found.values())


def sizes(paper: str, panels: Sequence[Panel]) -> str:
    """Return sizes over time beside the published ones as an inline SVG.

    Args:
        paper: Name of the card of observations.
        panels: What is drawn.
    """
    return svg_of(
        "sizes",
        f"Sizes of dots over time in the flasks of {paper}, and the published ones",
        size_of(len(panels), 190.0, 44.0),
        lambda figure: _sizes(figure, panels),
    )


def _sizes(figure: "Figure", panels: Sequence[Panel]) -> None:
    grid(figure, [(run, partial(_panel, run, line)) for run, line in panels])
    key = _key([run for run, _ in panels])
    figure.legend(handles=key, loc="outside upper left", ncols=6, columnspacing=1.2, fontsize=9.5)


def _panel(run: Run, line: Line, axes: "Axes") -> None:
    """Draw one course with what is published of it."""
    _, seconds = run.unit
    for trace in run.others:
        _course(axes, trace, line, seconds, QUIET, 0.8)
    _course(axes, run.main, line, seconds, run.ink, 1.9)
    for entry, row in run.entries:
        if Line.of_term(entry.terms[0]) == line and (asked := run.asked(entry, row)) is not None:
            _published(axes, asked, seconds, INK if row.met else MISSED)
    weighting = "\nby number" if line.weighting == "number" else ""
    axes.set_ylabel(DRAWN[line.quantity] + weighting, fontsize=9.0)
    axes.margins(y=0.12)
    axes.grid(axis="y")
    clock(axes, run)


def _course(axes: "Axes", trace: Trace, line: Line, seconds: float, ink: Ink, width: float) -> None:
    """Draw a course, dotted where the curve behind an emission is not known for such sizes."""
    if line not in trace.lines:
        return
    along = sure = trace.lines[line]
    known = emission_range(store.chemistry(trace.chemistry).material) if line.quantity == "emission" else None
    if known is not None:
        sure = np.where((along >= known[0]) & (along <= known[1]), along, np.nan)
        axes.plot(trace.times / seconds, along, color=ink.light, lw=width, ls=(0, (1, 1.5)))
    axes.plot(trace.times / seconds, sure, color=ink.light, lw=width)


def _published(axes: "Axes", asked: Asked, seconds: float, ink: Ink) -> None:
    """Draw a published size, open, on a bar of what counts as met."""
    ends = [end for end in (asked.low, asked.high) if -inf < end < inf]
    bar = axes.plot([asked.time / seconds] * len(ends), ends, lw=1.2, marker="_", ms=6.0)
    if asked.value is not None:
        bar += axes.plot([asked.time / seconds], [asked.value], "o", ms=7.0, mfc=PAPER.light, mew=1.4)
    for part in bar:
        part.set(color=ink.light, clip_on=False, zorder=4)
        part.set_markeredgecolor(ink.light)


def _key(members: Sequence[Run]) -> "list[Line2D]":
    """Return what the lines and marks mean, those that are there."""
    from matplotlib.lines import Line2D  # noqa: PLC0415  loaded by now

    def drawn_as(ink: Ink, label: str, width: float = 1.9, dashes: str = "-") -> Line2D:
        return Line2D([], [], color=ink.light, lw=width, ls=dashes, label=label)

    def published(ink: Ink, label: str) -> Line2D:
        line = drawn_as(ink, label, 1.2)
        line.set(marker="o", markersize=7.0, markeredgewidth=1.4)
        line.set_markerfacecolor(PAPER.light)
        line.set_markeredgecolor(ink.light)
        return line

    handles = []
    if not all(run.held_out for run in members):
        handles.append(drawn_as(CALIBRATED, "calibrated series"))
    if any(run.held_out for run in members):
        handles.append(drawn_as(PREDICTED, "series held out"))
    if any(run.others for run in members):
        handles.append(drawn_as(QUIET, "fits to everything", 0.8))
    if any(line.quantity == "emission" for run in members for line in run.main.lines):
        handles.append(drawn_as(QUIET, "curve not known", 1.9, ":"))
    return [*handles, published(INK, "published"), published(MISSED, "missed")]


def distributions(paper: str, members: Sequence[Run]) -> str:
    """Return whole distributions at the times that a paper speaks of as an inline SVG.

    Args:
        paper: Name of the card of observations.
        members: Flasks that have any.
    """
    return svg_of(
        "distributions",
        f"Distributions of the dots' diameter by volume in flasks of {paper}",
        size_of(len(members), 200.0, 10.0),
        lambda figure: _distributions(figure, members),
    )


def _distributions(figure: "Figure", members: Sequence[Run]) -> None:
    grid(figure, [(run, partial(_ridges, run)) for run in members])
    figure.supylabel("share of volume per diameter [nm⁻¹]", fontsize=10.5, color=INK.light)


def _ridges(run: Run, axes: "Axes") -> None:
    """Draw the distributions of one flask, a later one below."""
    unit, seconds = run.unit
    found = run.main.sizes
    top = max(float(one.density.max()) for one in found)
    step = 0.55 * top
    for i, one in enumerate(found):
        floor = -i * step
        axes.fill_between(one.diameters, floor, floor + one.density, color=run.ink.light, alpha=0.3, lw=0)
        axes.plot(one.diameters, floor + one.density, color=INK.light, lw=0.9)
        axes.text(
            0.99,
            floor + 0.1 * step,
            f"{round(one.time / seconds, 2):g} {unit}",
            transform=axes.get_yaxis_transform(),
            ha="right",
            fontsize=8.5,
            color=QUIET.light,
        )
    reach = [one.diameters[one.density > 1e-3 * one.density.max()] for one in found]
    low, high = min(float(d[0]) for d in reach), max(float(d[-1]) for d in reach)
    axes.set_xlim(low - 0.05 * (high - low), high + 0.35 * (high - low))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("diameter [nm]", fontsize=9.0)
