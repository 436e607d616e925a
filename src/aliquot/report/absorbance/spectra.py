"""Figure 1: the spectra of a series above each other, with fits, transitions and what the fits leave."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float

from aliquot.finding import Interval
from aliquot.instruments.absorbance.findings import AliquotFindings
from aliquot.report.absorbance.look import Fit, drawn, fit_of, ink_of, name_of, shades, short, thinned
from aliquot.report.style import INK, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REACH = 12.0
"""Residuals are cut off beyond so many standard deviations of the noise [1]."""

SURE = 3.0
"""Half height of the band within which noise keeps them [1]."""

_BLUE_NM = 150.0  # to the blue of the first exciton, and farther, a spectrum does not set the scale
_RED_NM = 140.0  # the drawing ends so far to the red of the last exciton


def spectra_figure(aliquots: Sequence[AliquotFindings]) -> str:
    """Return all spectra, the first at the bottom, with the residuals of those that were fitted beneath.

    Args:
        aliquots: At least one, in the order in which they are stacked.
    """
    fits = [fit_of(one) for one in aliquots]
    count, fitted = len(aliquots), sum(fit is not None for fit in fits)
    upper, lower = 300.0 + 26.0 * count, 34.0 + 21.0 * fitted if fitted else 0.0
    title = f"Absorbance spectra of {count} aliquots with fits, transitions with intervals, and residuals"
    inks = {ink_of(one) for one in aliquots}
    return drawn(
        "spectra", title, upper + lower, lambda sheet: _sheet(sheet, aliquots, fits, (upper, lower)), inks
    )


def _sheet(
    sheet: "Figure",
    aliquots: Sequence[AliquotFindings],
    fits: Sequence[Fit | None],
    heights: tuple[float, float],
) -> None:
    if heights[1]:
        upper, lower = sheet.subplots(2, 1, sharex=True, height_ratios=heights)
        _residuals(lower, aliquots, fits)
        upper.tick_params(bottom=False)
    else:
        upper = lower = sheet.subplots()
    tops = [_top(one) for one in aliquots]
    step = _nice(0.33 * max(tops))
    for place, (one, fit, shade) in enumerate(zip(aliquots, fits, shades(aliquots), strict=True)):
        _spectrum(upper, one, place * step, 0.4 * step, shade)
        _fit(upper, fit, place * step)
        _transitions(upper, one, place * step)
        if len(aliquots) > 1:
            _name(upper, one, place * step)
    lowest = float(np.min(aliquots[0].signal.values[aliquots[0].examined.mask], initial=0.0))
    upper.set_ylim(
        min(-0.3 * step, 1.1 * lowest),
        max(place * step + 1.12 * top for place, top in enumerate(tops)) + 0.3 * step,
    )
    upper.set_xlim(*_window(aliquots))
    upper.set_ylabel(f"absorbance [1], each raised by {step:g}" if len(aliquots) > 1 else "absorbance [1]")
    lower.set_xlabel("wavelength [nm]")
    _key(sheet, aliquots, fits)


def _top(one: AliquotFindings) -> float:
    """Return the highest trusted absorbance that sets the scale [1]."""
    nm, values = one.signal.wavelengths, one.signal.values
    near = one.examined.mask.copy()
    if one.e1.value is not None:
        near &= nm > one.e1.value.value - _BLUE_NM
    return max(float(np.max(values[near], initial=0.0)), float(np.ptp(values)) * 1e-3, 1e-6)


def _nice(value: float) -> float:
    """Return the nearest of 1, 2, 5 times a power of ten.

    Example:
        >>> _nice(0.17), _nice(0.0011)
        (0.2, 0.001)
    """
    power = 10.0 ** np.floor(np.log10(value))
    return float(f"{min((1.0, 2.0, 5.0, 10.0), key=lambda k: abs(np.log(k * power / value))) * power:.1g}")


def _window(aliquots: Sequence[AliquotFindings]) -> tuple[float, float]:
    """Return the wavelengths that are drawn [nm]."""
    low = min(float(one.signal.wavelengths[0]) for one in aliquots)
    high = max(float(one.signal.wavelengths[-1]) for one in aliquots)
    seen = [one.e1.value.value for one in aliquots if one.e1.value is not None]
    return low, min(high, max(seen) + _RED_NM) if seen else high


def _spectrum(axes: "Axes", one: AliquotFindings, raised: float, tall: float, shade: float) -> None:
    """Draw a spectrum; what is not trusted of it is faint, and its ground is hatched."""
    nm, values, mask = one.signal.wavelengths, one.signal.values + raised, one.examined.mask
    kept = thinned(nm.size)
    ink = ink_of(one).light
    axes.plot(nm[kept], np.where(mask, values, np.nan)[kept], color=ink, lw=2.0, alpha=shade, zorder=2)
    if mask.all():
        return
    axes.plot(nm[kept], np.where(mask, np.nan, values)[kept], color=QUIET.light, lw=0.9, ls=":", zorder=2)
    for low, high in stretches(mask):
        axes.fill_between(
            nm[low : high + 1],
            raised,
            raised + tall,
            facecolor="none",
            edgecolor=QUIET.light,
            hatch="//////",
            lw=0.0,
            alpha=0.6,
        )


def stretches(mask: Bool[np.ndarray, " n"]) -> list[tuple[int, int]]:
    """Return first and last place of each stretch that is not trusted.

    Example:
        >>> stretches(np.array([False, False, True, False, True]))
        [(0, 1), (3, 3)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[True], mask, [True]]).astype(int)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _fit(axes: "Axes", fit: Fit | None, raised: float) -> None:
    if fit is not None:
        kept = thinned(fit.wavelengths.size)
        axes.plot(
            fit.wavelengths[kept],
            fit.fitted[kept] + raised,
            color=INK.light,
            lw=0.8,
            ls=(0, (4, 2)),
            zorder=3,
        )


def _transitions(axes: "Axes", one: AliquotFindings, raised: float) -> None:
    """Mark first exciton and second transition with their intervals, at the height of the spectrum."""
    for finding, shape, size in ((one.e1, "|", 12.0), (one.e2, "|", 7.0)):
        found = finding.value
        if found is None:
            continue
        height = raised + float(np.interp(found.value, one.signal.wavelengths, one.signal.values))
        _tick(axes, found, height, shape, size)
    if one.e1.value is not None:
        at = one.e1.value.value
        height = raised + float(np.interp(at, one.signal.wavelengths, one.signal.values))
        axes.annotate(
            f"{at:.0f}",
            (at, height),
            xytext=(3, 6),
            textcoords="offset points",
            color=INK.light,
            fontsize=9.0,
            zorder=5,
        )


def _tick(axes: "Axes", found: Interval, height: float, shape: str, size: float) -> None:
    axes.plot([found.low, found.high], [height] * 2, color=INK.light, lw=1.0, zorder=4)
    axes.plot([found.value], [height], marker=shape, ms=size, mew=1.3, color=INK.light, zorder=4)


def _name(axes: "Axes", one: AliquotFindings, raised: float) -> None:
    axes.annotate(
        short(name_of(one)),
        (1.0, raised),
        xycoords=("axes fraction", "data"),
        xytext=(0, 4),
        textcoords="offset points",
        ha="right",
        color=ink_of(one).light,
        fontsize=9.5,
        zorder=5,
    )


def _residuals(axes: "Axes", aliquots: Sequence[AliquotFindings], fits: Sequence[Fit | None]) -> None:
    """Draw what the fits leave, to one scale, in the order in which the spectra stand above."""
    shown = [(one, fit) for one, fit in zip(aliquots, fits, strict=True) if fit is not None]
    reach = scale_of([fit.missed for _, fit in shown])
    for row, (one, fit) in enumerate(shown):
        kept = thinned(fit.wavelengths.size)
        axes.axhspan(
            row - SURE / (2.0 * reach), row + SURE / (2.0 * reach), color=QUIET.light, alpha=0.16, lw=0
        )
        cut = np.clip(fit.missed, -reach, reach) / (2.0 * reach)
        axes.plot(fit.wavelengths[kept], row + cut[kept], color=ink_of(one).light, lw=0.8)
        axes.annotate(
            f"rms {fit.rms:.1f}",
            (1.0, row),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color=INK.light,
        )
    axes.set_yticks(range(len(shown)), [short(name_of(one)) for one, _ in shown], fontsize=8.5)
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylabel(f"residual\n[±{reach:.0f} noise]", fontsize=9.5)


def scale_of(missed: Sequence[Float[np.ndarray, "_"]]) -> float:
    """Return how far residuals are drawn [noise]: nearly all of them, between 4 and :data:`REACH`."""
    return float(np.clip(max(np.percentile(np.abs(one), 99.5) for one in missed), 4.0, REACH))


def _key(sheet: "Figure", aliquots: Sequence[AliquotFindings], fits: Sequence[Fit | None]) -> None:
    """Tell what is drawn how, above the figure."""
    from matplotlib.lines import Line2D  # noqa: PLC0415  loaded by now
    from matplotlib.patches import Patch  # noqa: PLC0415

    ink = INK.light
    entries: list[tuple[Line2D | Patch, str]] = [
        (Line2D([], [], color=QUIET.light, lw=2.0), "absorbance"),
    ]
    if any(fit is not None for fit in fits):
        entries.append((Line2D([], [], color=ink, lw=0.8, ls=(0, (4, 2))), "fit"))
    if any(one.e1.value is not None for one in aliquots):
        entries.append(
            (Line2D([], [], color=ink, marker="|", ms=12.0, mew=1.3, lw=1.0), "first exciton [nm]")
        )
    if any(one.e2.value is not None for one in aliquots):
        entries.append((Line2D([], [], color=ink, marker="|", ms=7.0, mew=1.3, lw=1.0), "second transition"))
    if not all(one.examined.mask.all() for one in aliquots):
        patch = Patch(facecolor="none", edgecolor=QUIET.light, hatch="//////", lw=0.0)
        entries.append((patch, "left out"))
    sheet.legend(
        handles=[handle for handle, _ in entries],
        labels=[text for _, text in entries],
        loc="outside upper left",
        ncols=len(entries),
        columnspacing=1.4,
    )
