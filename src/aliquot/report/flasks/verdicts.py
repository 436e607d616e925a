"""The figure of verdicts: every number over its published one, on the band of what counts as met.

A factor is drawn, since shares of a thousandth and sizes of nanometres have to stand in one column. What is
published as a value or a range has a band about it; what is a bound has a band to the edge. Where there is no
factor, of a bound of 0 only the side is drawn, and of a range across 0 the distance in its half width.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import copysign, inf, log2, sqrt
from typing import TYPE_CHECKING

from aliquot.knowledge.records import Role
from aliquot.report.style import INK, MISSED, PAPER, QUIET, Ink, role_ink
from aliquot.report.svg import svg_of
from aliquot.reproduce import Reproduction, Row

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REACH = 2.0
"""Farthest factor that is drawn, as log2 [1]: because beyond four times too much nobody asks how much."""
_WIDTH = 940.0  # the page [px]
_ROW, _HEAD = 18.0, 104.0  # height of a row, and of key and axis together [px]
_LABEL = 92  # letters


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is drawn."""

    low: float
    """Left end of its band, as log2 of the factor [1]."""
    high: float
    """Right end of it."""
    computed: float | None
    """The number of the split, None where there is none."""
    fits: tuple[float, ...]
    """Numbers of the fits to everything."""


def verdicts(result: Reproduction, groups: Sequence[tuple[str, tuple[Row, ...]]]) -> str:
    """Return the figure of verdicts as an inline SVG.

    Args:
        result: Where the rows are from.
        groups: Rows that were put to the test, by series.
    """
    count = sum(len(rows) + 1 for _, rows in groups)
    size = (_WIDTH, _HEAD + _ROW * count)
    title = f"Every number of {result.paper} over its published one"
    return svg_of("verdicts", title, size, lambda figure: _draw(figure, groups))


def place(row: Row) -> Place:
    """Return where a row is drawn.

    Example:
        >>> size = Row.near("d", None, "diameter", "nm", (2.0, 1.0), 4.0, Role.CALIBRATION)
        >>> place(size).computed, round(place(size).high, 2), place(size).low
        (1.0, 0.58, -1.0)
    """
    at = _scale(row)
    fits = tuple(at(fit.computed) for fit in row.everything if fit.computed is not None)
    return Place(at(row.low), at(row.high), None if row.computed is None else at(row.computed), fits)


def _scale(row: Row) -> Callable[[float], float]:
    """Return what places numbers of a row: by their factor, by half widths of a band, or by side."""
    ends = [end for end in (row.low, row.high) if -inf < end < inf]
    if len(ends) == 2 and row.low < 0.0:
        middle, half = 0.5 * (row.low + row.high), 0.5 * (row.high - row.low)
        return lambda number: _within((number - middle) / half)
    if len(ends) == 1 and ends[0] <= 0.0:
        return lambda number: 0.0 if number == ends[0] else copysign(REACH, number - ends[0])
    one = ends[0]
    if len(ends) == 2:  # of a range from 0 the upper end
        one = row.value or sqrt(row.low * row.high) or row.high
    return lambda number: -REACH if number <= 0.0 else _within(log2(number / one))


def _within(place: float) -> float:
    """Return a place within the reach of the figure."""
    return min(REACH, max(-REACH, place))


def _draw(figure: "Figure", groups: Sequence[tuple[str, tuple[Row, ...]]]) -> None:
    axes = figure.subplots()
    y, names, heights = 0.0, [], []
    for series, rows in groups:
        axes.text(
            -0.005, y, series, transform=axes.get_yaxis_transform(), ha="right", va="center", weight="bold"
        )
        for row in rows:
            y += 1.0
            _row(axes, y, row)
            names.append(_label(row))
            heights.append(y)
        y += 1.0
    axes.set_yticks(heights, names, fontsize=9.0)
    axes.set_ylim(y - 0.4, -0.6)
    axes.tick_params(left=False)
    axes.spines["left"].set_visible(False)
    axes.set_xlim(-REACH - 0.08, REACH + 0.08)
    axes.set_xticks([-2, -1, 0, 1, 2], ["¼ and less", "½", "1", "2", "4 and more"])
    axes.set_xlabel("computed over published [1]")
    axes.axvline(0.0, color=QUIET.light, lw=0.8, zorder=0.5)

    handles, words = zip(*_key([row for _, rows in groups for row in rows]), strict=True)
    figure.legend(handles=handles, labels=words, loc="outside upper left", ncols=5, columnspacing=1.4)


def _key(rows: Sequence[Row]) -> "Iterator[tuple[Artist, str]]":
    """Yield what the marks mean, those that are there."""
    from matplotlib.lines import Line2D  # noqa: PLC0415  loaded by now
    from matplotlib.patches import Patch  # noqa: PLC0415

    def dot(face: Ink, edge: Ink, size: float = 7.0) -> Line2D:
        return Line2D([], [], ls="none", marker="o", ms=size, mfc=face.light, mec=edge.light, mew=1.0)

    yield Patch(facecolor=QUIET.light, alpha=0.22, lw=0), "counts as met"
    for role, word in ((Role.CALIBRATION, "calibrated"), (Role.PREDICTION, "predicted")):
        if any(row.role is role for row in rows):
            yield dot(role_ink(role), role_ink(role)), word
    if not all(row.met for row in rows):
        yield dot(MISSED, MISSED), "missed, in a ring of its role"
    if any(row.everything for row in rows):
        yield dot(PAPER, QUIET, 4.5), "fits to everything"


def _row(axes: "Axes", y: float, row: Row) -> None:
    """Draw one row: its band, the fits to everything, the number, and a word where it is missed."""
    found = place(row)
    axes.barh(y, found.high - found.low, 0.62, found.low, color=QUIET.light, alpha=0.22, lw=0)
    for fit in found.fits:
        axes.plot([fit], [y], "o", ms=4.5, mfc=PAPER.light, mec=QUIET.light, mew=1.0)
    ink = role_ink(row.role)
    if found.computed is not None:
        shape = {REACH: ">", -REACH: "<"}.get(found.computed, "o")
        axes.plot(
            [found.computed], [y], shape, ms=7.0, color=ink.light if row.met else MISSED.light, zorder=3
        )
        if not row.met:  # the role stays visible as a ring
            axes.plot([found.computed], [y], "o", ms=11.0, mfc="none", mec=ink.light, mew=1.0, zorder=3)
    if not row.met:
        aside = axes.get_yaxis_transform()
        axes.text(1.005, y, "missed", transform=aside, va="center", fontsize=9.0, color=MISSED.light)
    axes.axhline(y + 0.5, color=INK.light, lw=0.3, alpha=0.15, zorder=0.4)


def _label(row: Row) -> str:
    """Return what stands beside a row."""
    text = row.quantity if row.condition is None else f"{row.condition}: {row.quantity}"
    return text if len(text) <= _LABEL else text[: _LABEL - 1].rstrip() + "…"
