"""Figure 3: what a series does against time, or aliquot by aliquot: exciton, sizes, amounts, clusters."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool

from aliquot.finding import Finding
from aliquot.instruments.absorbance.clusters.result import Unmixed, UnmixedSpectrum
from aliquot.instruments.absorbance.findings import AliquotFindings, SeriesFindings
from aliquot.instruments.absorbance.recorded import AGREE_NM, Comparison
from aliquot.report.absorbance.look import (
    Axis,
    axis_of,
    clock_of,
    drawn,
    dress_grid,
    ink_of,
    ordered,
    whisker,
)
from aliquot.report.absorbance.parts import inks_of
from aliquot.report.style import INK, PAPER, QUIET, Ink
from aliquot.report.svg import svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MARKERS = "osD^vP"
Getter = Callable[[AliquotFindings], Finding | None]


def amount_of(one: AliquotFindings) -> Finding | None:
    """Return the concentration of an aliquot."""
    return None if one.amount is None else one.amount.concentration


_PANELS: tuple[tuple[str, float, Getter], ...] = (
    ("RSD of the diameter [%]", 100.0, lambda one: one.rsd),
    ("concentration [mM]", 1.0, amount_of),
    ("yield [%]", 100.0, lambda one: one.yielded),
)


def course_figure(found: SeriesFindings) -> str | None:
    """Return the course of a series, None for one aliquot, or where nothing was found in any."""
    axis = axis_of(ordered(found.aliquots))
    panels = _panels(found, axis)
    if len(axis.aliquots) < 2 or not panels:
        return None
    columns = 1 if len(panels) == 1 else 2
    rows = -(-len(panels) // columns)
    inks = {ink_of(one) for one in found.aliquots}
    parted = [one.unmixed for one in found.aliquots if one.unmixed is not None]
    inks |= set(inks_of(parted[0]).values()) if parted else set()
    along = "time" if axis.clock is not None else "aliquot"
    return drawn(
        "course",
        f"First exciton, sizes and amounts against {along}, with 95 % intervals",
        60.0 + 215.0 * rows + (0.0 if axis.clock is not None else 70.0),
        lambda sheet: _sheet(sheet, panels, axis, columns),
        inks,
    )


def _panels(found: SeriesFindings, axis: Axis) -> list[Callable[["Axes"], None]]:
    """Return what draws each panel that has anything to show."""
    shown: list[Callable[[Axes], None]] = []
    if any(one.e1.value is not None for one in axis.aliquots):
        shown.append(partial(_exciton, found=found, axis=axis))
    if any(one.diameter.value or one.distribution.value for one in axis.aliquots):
        shown.append(partial(_diameters, axis=axis))
    for label, scale, of in _PANELS:
        if any(_value(of(one)) for one in axis.aliquots):
            shown.append(partial(_quantity, axis=axis, label=label, scale=scale, of=of))
    if found.unmixed is not None:
        shown.append(partial(_species, unmixed=found.unmixed, axis=axis))
    return shown


def _value(finding: Finding | None) -> bool:
    return finding is not None and finding.value is not None


def _sheet(sheet: "Figure", panels: Sequence[Callable[["Axes"], None]], axis: Axis, columns: int) -> None:
    rows = -(-len(panels) // columns)
    grid = sheet.subplots(rows, columns, squeeze=False, sharex=True)
    for axes, draw in zip(grid.ravel(), panels, strict=False):
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        draw(axes)
    dress_grid(grid, len(panels), axis.dress)


def _exciton(axes: "Axes", found: SeriesFindings, axis: Axis) -> None:
    """Draw the first excitons, open where out of line, and the times at which the series changes."""
    _line(axes, axis, lambda one: one.e1, 1.0)
    fits = in_line(found)
    for place, one in zip(axis.places.tolist(), axis.aliquots, strict=True):
        if one.e1.value is None:
            continue
        whisker(axes, place, one.e1.value, INK)
        ink = ink_of(one).light
        face = ink if fits.get(id(one), True) else PAPER.light
        axes.plot([place], [one.e1.value.value], "o", ms=6.5, mfc=face, mec=ink, mew=1.6, zorder=3)
    axes.set_ylabel("first exciton [nm]")
    if axis.clock is None:
        return
    for change in found.course.changes_s:
        axes.axvline(change / axis.clock.seconds, color=QUIET.light, lw=1.0, ls=(0, (3, 2)), zorder=1)
    for stretch in found.course.stretches if len(found.course.stretches) > 1 else ():
        middle = _middle(stretch.begin_s, stretch.end_s, axis)
        axes.annotate(
            str(stretch.trend),
            (middle, 1.0),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            fontsize=9.0,
            color=QUIET.light,
        )


def _middle(begin_s: float, end_s: float, axis: Axis) -> float:
    """Return where the middle of a stretch of time is drawn."""
    seconds = 1.0 if axis.clock is None else axis.clock.seconds
    middle = float(np.sqrt(begin_s * end_s)) if axis.logarithmic else 0.5 * (begin_s + end_s)
    return middle / seconds


def in_line(found: SeriesFindings) -> dict[int, bool]:
    """Return whether each aliquot of the course fits its neighbours, by its identity."""
    timed = [one for one in found.aliquots if one.time_s is not None and one.e1.value is not None]
    fits: Bool[np.ndarray, " n"] = found.course.in_line
    return {id(one): bool(fit) for one, fit in zip(timed, fits, strict=False)}


def _diameters(axes: "Axes", axis: Axis) -> None:
    """Draw diameters by sizing curves, open, and means of the distributions, filled."""
    curve = any(one.diameter.value is not None for one in axis.aliquots)
    mean = any(one.distribution.value is not None for one in axis.aliquots)
    for place, one in zip(axis.places.tolist(), axis.aliquots, strict=True):
        ink = ink_of(one)
        if one.diameter.value is not None:
            whisker(axes, place, one.diameter.value, QUIET)
            face = PAPER.light if mean else ink.light
            axes.plot(
                [place], [one.diameter.value.value], "o", ms=6.5, mfc=face, mec=ink.light, mew=1.2, zorder=3
            )
        if one.distribution.value is not None:
            whisker(axes, place, one.distribution.value, INK)
            axes.plot([place], [one.distribution.value.value], "D", ms=5.5, color=ink.light, zorder=4)
    axes.set_ylabel("diameter [nm]")
    if curve and mean:
        _legend(axes, [("o", PAPER, "at the first exciton, by curve"), ("D", QUIET, "mean of the fit")])


def _legend(axes: "Axes", entries: Sequence[tuple[str, Ink, str]]) -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415  loaded by now

    handles = [
        Line2D([], [], ls="none", marker=shape, ms=6.0, mfc=face.light, mec=QUIET.light, label=text)
        for shape, face, text in entries
    ]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, fontsize=9.0, handletextpad=0.2
    )


def _quantity(axes: "Axes", axis: Axis, label: str, scale: float, of: Getter) -> None:
    _line(axes, axis, of, scale)
    for place, one in zip(axis.places.tolist(), axis.aliquots, strict=True):
        finding = of(one)
        if finding is None or finding.value is None:
            continue
        whisker(axes, place, finding.value, INK, scale)
        axes.plot([place], [scale * finding.value.value], "o", ms=6.0, color=ink_of(one).light, zorder=3)
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0.0)


def _line(axes: "Axes", axis: Axis, of: Getter, scale: float) -> None:
    """Join the points of a series of times; aliquots side by side are not joined."""
    if axis.clock is None:
        return
    pairs = [
        (place, scale * finding.value.value)
        for place, one in zip(axis.places.tolist(), axis.aliquots, strict=True)
        if (finding := of(one)) is not None and finding.value is not None
    ]
    if pairs and len({place for place, _ in pairs}) == len(pairs):
        axes.plot(*zip(*pairs, strict=True), color=QUIET.light, lw=0.8, zorder=1)


def _species(axes: "Axes", unmixed: Unmixed, axis: Axis) -> None:
    """Draw the absorbance of each species, open where it does not exceed five sigma."""
    parted = [
        (place, one.unmixed)
        for place, one in zip(axis.places.tolist(), axis.aliquots, strict=True)
        if one.unmixed is not None
    ]
    said = {claim.family.id: str(claim.verdict) for claim in unmixed.claims}
    for k, (name, ink) in enumerate(inks_of(parted[0][1]).items() if parted else ()):
        _one_species(axes, parted, name, ink, _MARKERS[k % len(_MARKERS)])
        told = f"{name}, {said[name]}" if name in said else name
        axes.plot([], [], marker=_MARKERS[k % len(_MARKERS)], color=ink.light, ms=5.5, lw=1.0, label=told)
    axes.set_ylabel("absorbance of species [1]")
    axes.set_ylim(bottom=0.0)
    axes.legend(loc="best", fontsize=9.0)


def _one_species(
    axes: "Axes", parted: Sequence[tuple[float, UnmixedSpectrum]], name: str, ink: Ink, marker: str
) -> None:
    amounts = [(place, one.of(name)) for place, one in parted if one.of(name).peak.value is not None]
    heights = [amount.peak.value.value for _, amount in amounts if amount.peak.value is not None]
    axes.plot([place for place, _ in amounts], heights, color=ink.light, lw=1.0, zorder=2)
    for place, amount in amounts:
        if amount.peak.value is not None:
            whisker(axes, place, amount.peak.value, ink)
            face = ink.light if amount.seen else PAPER.light
            axes.plot(
                [place], [amount.peak.value.value], marker, ms=5.5, mfc=face, mec=ink.light, mew=1.2, zorder=3
            )


def recorded_figure(recorded: Comparison) -> str:
    """Return our first excitons less those that somebody wrote down, against time."""
    title = f"Our first excitons less the recorded ones of {recorded.label}, against time"
    return svg_of("recorded", title, (460.0, 210.0), lambda sheet: _differences(sheet, recorded))


def _differences(sheet: "Figure", recorded: Comparison) -> None:
    axes = sheet.subplots()
    clock = clock_of(recorded.differences_nm)
    times = [time / clock.seconds for time in recorded.differences_nm]
    axes.axhspan(-AGREE_NM, AGREE_NM, color=QUIET.light, alpha=0.16, lw=0)
    axes.axhline(0.0, color=QUIET.light, lw=0.8)
    axes.axhline(recorded.median_nm, color=INK.light, lw=0.9, ls=(0, (4, 2)))
    axes.plot(times, list(recorded.differences_nm.values()), "o", ms=5.5, color=INK.light)
    axes.set_xlabel(f"time [{clock.unit}]")
    axes.set_ylabel("ours − recorded [nm]")
