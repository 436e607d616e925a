"""Figure 2: the size distribution of each aliquot, by volume with its band, by number thin beside it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from aliquot.instruments.absorbance.findings import AliquotFindings
from aliquot.instruments.absorbance.recovered import Banded, Recovered
from aliquot.instruments.absorbance.selection import FREE_FORM, Description
from aliquot.report.absorbance.look import columns_for, drawn, dress_grid, ink_of, name_of, short
from aliquot.report.style import INK, QUIET, Ink

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NOTHING = 0.004  # of the highest density; what is lower does not widen the drawing
_ROOM = 1.45  # of the highest density; a band that is wider leaves the drawing


def sized(aliquots: Sequence[AliquotFindings]) -> list[AliquotFindings]:
    """Return the aliquots whose size distribution was recovered."""
    return [one for one in aliquots if one.recovered is not None]


def sizes_figure(aliquots: Sequence[AliquotFindings]) -> str:
    """Return the distributions of a series, all to one scale.

    Args:
        aliquots: Those that :func:`sized` named, at least one.
    """
    count = len(aliquots)
    columns = columns_for(count)
    rows = -(-count // columns)
    inks = {ink_of(one) for one in aliquots}
    title = f"Size distributions of {count} aliquots by volume, with 95 % bands, and by number"
    height = 70.0 + (230.0 if count == 1 else 132.0) * rows
    return drawn("sizes", title, height, lambda sheet: _sheet(sheet, aliquots, columns), inks)


def _sheet(sheet: "Figure", aliquots: Sequence[AliquotFindings], columns: int) -> None:
    rows = -(-len(aliquots) // columns)
    grid = sheet.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for axes, one in zip(grid.ravel(), aliquots, strict=False):
        _panel(axes, one)
    dress_grid(grid, len(aliquots), lambda axes: axes.set_xlabel("diameter [nm]"))
    best = [_found(one).distribution for one in aliquots]
    grid[0, 0].set_xlim(*_extent(aliquots))
    grid[0, 0].set_ylim(0.0, _ROOM * max(float(one.density().max()) for one in best))
    sheet.supylabel("share per diameter [nm⁻¹]", fontsize=11, color=INK.light)
    _key(sheet, aliquots)


def _found(one: AliquotFindings) -> Recovered:
    if one.recovered is None:
        raise TypeError(one.label)
    return one.recovered


def _extent(aliquots: Sequence[AliquotFindings]) -> tuple[float, float]:
    """Return the diameters between which anything is to be seen [nm]."""
    lows, highs = [], []
    for one in aliquots:
        distribution = _found(one).distribution
        density = distribution.density()
        shown = distribution.diameters[density > _NOTHING * density.max()]
        lows.append(float(shown[0]))
        highs.append(float(shown[-1]))
    return max(min(lows) - 0.15, 0.0), max(highs) + 0.15


def _panel(axes: "Axes", one: AliquotFindings) -> None:
    """Draw one aliquot: volume with its band, number, and the short description where that is enough."""
    found, ink = _found(one), ink_of(one)
    if found.bands:
        _volume(axes, found.volume, ink)
        axes.plot(
            found.number.distribution.diameters,
            found.number.distribution.density(),
            color=QUIET.light,
            lw=0.9,
            ls=(0, (1, 1.2)),
        )
    else:
        axes.plot(found.distribution.diameters, found.distribution.density(), color=ink.light, lw=1.6)
    brief = enough(found)
    if brief is not None:
        axes.plot(
            brief.distribution.diameters,
            brief.distribution.density(),
            color=INK.light,
            lw=0.8,
            ls=(0, (4, 2)),
        )
    axes.text(0.01, 0.97, short(name_of(one)), transform=axes.transAxes, va="top", color=ink.light)
    axes.text(0.99, 0.97, _told(one), transform=axes.transAxes, va="top", ha="right", fontsize=9.0)


def _volume(axes: "Axes", volume: Banded, ink: Ink) -> None:
    nm = volume.distribution.diameters
    axes.fill_between(nm, volume.low, volume.high, color=ink.light, alpha=0.25, lw=0)
    axes.plot(nm, volume.distribution.density(), color=ink.light, lw=1.7)


def _told(one: AliquotFindings) -> str:
    """Return mean and RSD for a corner of the drawing."""
    mean, rsd = one.distribution.value, one.rsd.value
    if mean is None or rsd is None:
        return ""
    return f"{mean.value:.2f} nm, {100.0 * rsd.value:.1f} %"


def enough(found: Recovered) -> Description | None:
    """Return the description by few numbers that says as much as free form, None where none does."""
    if not found.descriptions or found.descriptions[0].method == FREE_FORM:
        return None
    return found.descriptions[0]


def _key(sheet: "Figure", aliquots: Sequence[AliquotFindings]) -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415  loaded by now
    from matplotlib.patches import Patch  # noqa: PLC0415

    handles: list[Line2D | Patch] = [Line2D([], [], color=QUIET.light, lw=1.7, label="by volume")]
    if any(_found(one).bands for one in aliquots):
        handles += [
            Patch(facecolor=QUIET.light, alpha=0.25, lw=0, label="95 % band"),
            Line2D([], [], color=QUIET.light, lw=0.9, ls=(0, (1, 1.2)), label="by number"),
        ]
    if any(enough(_found(one)) is not None for one in aliquots):
        handles.append(
            Line2D([], [], color=INK.light, lw=0.8, ls=(0, (4, 2)), label="few parameters, by volume")
        )
    sheet.legend(handles=handles, loc="outside upper left", ncols=len(handles), columnspacing=1.4)


def widest_share(aliquots: Sequence[AliquotFindings]) -> float:
    """Return the largest share of the variance of an RSD that the lineshape has [1]."""
    return float(np.max([_found(one).lineshape_share for one in sized(aliquots)], initial=0.0))
