"""The figures of a reproduction: each a function from the result to an inline SVG.

Published values are open markers, computed ones filled, predictions ringed; intervals are whiskers,
tolerances bands, residuals stand beneath fits, spectra have the colour of their first exciton.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from aliquot.finding import Interval
from aliquot.knowledge.records import Role
from aliquot.report.legend import key
from aliquot.report.series import Series, by_temperature, by_time
from aliquot.report.style import INK, PAPER, QUIET, Ink, role_ink, wavelength_ink
from aliquot.report.svg import svg_of
from aliquot.reproduce import Condition, Reproduction, Row

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 460.0
"""Width of a figure, half of a page [px]."""

_STEP_NM = 0.02  # classes in which a simulated distribution is drawn; a rung is 0.004 nm wide
_ASIDE = 7.0  # px by which published and recovered stand beside the simulated value


def e1_ink(condition: Condition) -> Ink:
    """Return the ink of a sample: the colour of its first exciton, quiet where it shows none."""
    found = condition.edge.e1.value
    return QUIET if found is None else wavelength_ink(found.value)


# --- spectra ---------------------------------------------------------------------------------------------


def absorbance(series: Series) -> str:
    """Return the spectra of a series with their fits and first excitons, and the residuals beneath.

    Args:
        series: Samples with one spectrum each.
    """
    count = len(series.conditions)
    size = (WIDTH, 300.0 + 34.0 * count)
    inks = [e1_ink(condition) for condition in series.conditions]
    title = f"Absorbance spectra by {series.axis}, {series.held}, with fits, first excitons and residuals"
    return svg_of(
        f"spectra-{series.name}", title, size, lambda figure: _absorbance(figure, series, inks), inks
    )


def _absorbance(figure: "Figure", series: Series, inks: list[Ink]) -> None:
    count = len(series.conditions)
    axes = figure.subplots(count + 1, 1, sharex=True, height_ratios=[8.5] + [1.0] * count, squeeze=False)[
        :, 0
    ]
    step = _offset(series)
    for i, (condition, ink) in enumerate(zip(series.conditions, inks, strict=True)):
        _spectrum(axes[0], condition, ink, i * step)
        axes[0].annotate(
            series.labels[i],
            (1.0, i * step),
            xycoords=("axes fraction", "data"),
            xytext=(0, 4),
            textcoords="offset points",
            ha="right",
            color=ink.light,
        )
        _residual(axes[count - i], condition, ink)  # in the order in which the spectra stand above
    axes[0].set_ylabel(f"absorbance [1], each raised by {step:g}")
    axes[0].set_title(series.held, loc="left", color=QUIET.light)
    axes[0].margins(x=0.0)
    axes[0].set_xlim(right=_red_end(series))
    axes[(count + 1) // 2].set_ylabel("residual [10⁻³]")
    axes[-1].set_xlabel("wavelength [nm]")
    for axis in axes[:-1]:
        axis.tick_params(bottom=False)
    key(figure, ("spectrum", "fit", "exciton"))


def _offset(series: Series) -> float:
    """Return by how much each spectrum is raised over the one before [1]."""
    highest = max(float(condition.aliquot.signals[0].values.max()) for condition in series.conditions)
    return max(0.05, round(0.3 * highest / 0.05) * 0.05)


def _red_end(series: Series) -> float:
    """Return where the drawing ends: 130 nm beyond the reddest exciton, within the window [nm]."""
    found = [condition.edge.e1.value for condition in series.conditions]
    end = max(float(condition.recovered.wavelengths[-1]) for condition in series.conditions)
    reddest = max((interval.value for interval in found if interval is not None), default=end)
    return min(end, reddest + 130.0)


def _spectrum(axes: "Axes", condition: Condition, ink: Ink, raised: float) -> None:
    """Draw a spectrum, the fit over it, and a tick with an interval at the first exciton."""
    signal = condition.aliquot.signals[0]
    axes.plot(signal.wavelengths, signal.values + raised, color=ink.light, lw=2.2, alpha=0.75)
    recovered = condition.recovered
    axes.plot(recovered.wavelengths, recovered.fitted + raised, color=INK.light, lw=0.8, ls=(0, (4, 2)))
    found = condition.edge.e1.value
    if found is None:
        return
    height = float(np.interp(found.value, recovered.wavelengths, recovered.fitted)) + raised
    axes.plot([found.low, found.high], [height, height], color=INK.light, lw=1.0)
    axes.plot([found.value], [height], marker="|", ms=13, mew=1.4, color=INK.light)
    axes.annotate(
        f"{found.value:.0f}",
        (found.value, height),
        xytext=(3, 8),
        textcoords="offset points",
        color=INK.light,
        fontsize=9.5,
    )


def _residual(axes: "Axes", condition: Condition, ink: Ink) -> None:
    """Draw what the fit leaves, in thousandths, to one scale for all."""
    recovered = condition.recovered
    reach = 4.5e3 * recovered.noise
    axes.axhline(0.0, color=QUIET.light, lw=0.6)
    axes.plot(recovered.wavelengths, 1e3 * recovered.residual, color=ink.light, lw=0.8)
    axes.set_ylim(-reach, reach)
    axes.set_yticks([-3.0, 3.0] if reach > 3.0 else [0.0])
    axes.tick_params(labelsize=8.5)


# --- distributions ---------------------------------------------------------------------------------------


def distributions(result: Reproduction, series: Series) -> str:
    """Return the size distributions of a series: simulated, recovered from the spectra, and published.

    Args:
        result: Where the published values are.
        series: Samples to draw.
    """
    inks = [e1_ink(condition) for condition in series.conditions]
    title = f"Size distributions by {series.axis}, {series.held}: simulated, recovered and published"
    size = (WIDTH, 70.0 + 100.0 * len(series.conditions))
    return svg_of(
        f"sizes-{series.name}", title, size, lambda figure: _distributions(figure, result, series, inks), inks
    )


def _distributions(figure: "Figure", result: Reproduction, series: Series, inks: list[Ink]) -> None:
    axes = figure.subplots(len(series.conditions), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    truths = [condition.simulated.rebinned(_STEP_NM) for condition in series.conditions]
    top = 1.12 * max(float(truth.density().max()) for truth in truths)
    for axis, condition, truth, label, ink in zip(
        axes, series.conditions, truths, series.labels, inks, strict=True
    ):
        recovered = condition.recovered.distribution
        axis.fill_between(
            recovered.diameters, recovered.density(), step="mid", color=ink.light, alpha=0.45, lw=0
        )
        axis.plot(truth.diameters, truth.density(), color=INK.light, lw=1.4)
        axis.axhline(0.0, color=QUIET.light, lw=0.8)
        axis.spines["bottom"].set_visible(False)
        axis.text(0.01, 0.9, label, transform=axis.transAxes, va="top", color=ink.light, fontsize=11)
        _published_width(axis, result.published(condition.aliquot.label), -0.13 * top)
    axes[0].set_ylim(-0.26 * top, top)
    axes[0].set_xlim(*_extent(series))
    axes[0].set_title(series.held, loc="left", color=QUIET.light)
    figure.supylabel("share of volume per diameter, q₃ [nm⁻¹]", fontsize=11, color=INK.light)
    axes[-1].set_xlabel("diameter [nm]")
    for axis in axes[:-1]:
        axis.tick_params(bottom=False)
    key(figure, ("truth", "shares", "published", "width"))


def _published_width(axes: "Axes", published: dict[str, Row], height: float) -> None:
    """Draw the published mean, open, on a bar of one published standard deviation to each side."""
    mean, rsd = published.get("diameter"), published.get("RSD")
    if mean is None:
        return
    if rsd is not None:
        sd = mean.published * rsd.published / 100.0
        axes.plot([mean.published - sd, mean.published + sd], [height] * 2, color=INK.light, lw=1.6)
    axes.plot([mean.published], [height], "o", ms=7.5, mfc=PAPER.light, mec=INK.light, mew=1.4)


def _extent(series: Series) -> tuple[float, float]:
    """Return the diameters between which nearly all volume of a series lies [nm]."""
    low = min(condition.simulated.quantile(0.0005) for condition in series.conditions)
    high = max(condition.simulated.quantile(0.9995) for condition in series.conditions)
    return low - 0.2, high + 0.2


# --- trends ----------------------------------------------------------------------------------------------


def against_temperature(result: Reproduction) -> str:
    """Return mean diameter and RSD against temperature."""
    return _trend(result, by_temperature(result))


def against_time(result: Reproduction) -> str:
    """Return mean diameter and RSD against residence time."""
    return _trend(result, by_time(result))


def _trend(result: Reproduction, series: Series) -> str:
    title = f"Mean diameter and RSD against {series.axis}, {series.held}"
    return svg_of(
        f"trend-{series.name}", title, (WIDTH, 480.0), lambda figure: _panels(figure, result, series)
    )


def _panels(figure: "Figure", result: Reproduction, series: Series) -> None:
    upper, lower = figure.subplots(2, 1, sharex=True)
    _panel(
        upper, result, series, "diameter", lambda c: c.simulated.mean, lambda c: (c.recovered.mean.value, 1.0)
    )
    _panel(
        lower,
        result,
        series,
        "RSD",
        lambda c: 100.0 * c.simulated.rsd,
        lambda c: (c.recovered.rsd.value, 100.0),
    )
    upper.set_ylabel("mean diameter [nm]")
    upper.set_title(series.held, loc="left", color=QUIET.light)
    lower.set_ylabel("RSD of the diameter [%]")
    lower.set_ylim(bottom=0.0)
    lower.set_xlabel(series.axis)
    lower.set_xticks(series.places, [f"{place:.0f}" for place in series.places])
    lower.margins(x=0.12)
    key(figure, ("published", "calibrated", "recovered", "tolerance", "predicted", "unprinted"))


def _panel(
    axes: "Axes",
    result: Reproduction,
    series: Series,
    quantity: str,
    simulated: Callable[[Condition], float],
    recovered: Callable[[Condition], tuple[Interval | None, float]],
) -> None:
    """Draw one quantity: tolerance bands and published values, simulated ones, recovered ones."""
    axes.grid(axis="y")
    axes.plot(series.places, [simulated(c) for c in series.conditions], color=QUIET.light, lw=0.9, zorder=1.5)
    for place, condition in zip(series.places, series.conditions, strict=True):
        row = result.published(condition.aliquot.label).get(quantity)
        if row is not None:
            _published(axes, place, row)
        _simulated(axes, place, simulated(condition), None if row is None else row.role)
        interval, unit = recovered(condition)
        if interval is not None:
            _recovered(axes, place, interval, unit)


def _published(axes: "Axes", place: float, row: Row) -> None:
    """Draw a published value, open, on the band of what counts as met."""
    ink = role_ink(row.role)
    low, high = row.published - row.tolerance, row.published + row.tolerance
    axes.vlines(place, low, high, color=ink.light, alpha=0.16, lw=34.0, zorder=1)
    _marker(axes, place, row.published, -1.0, "o", ms=8.5, mfc=PAPER.light, mec=INK.light, mew=1.5)


def _simulated(axes: "Axes", place: float, value: float, role: Role | None) -> None:
    """Draw a simulated value, filled, with a ring around it if it is a prediction."""
    ink = role_ink(role)
    if role is Role.PREDICTION:
        _marker(axes, place, value, 0.0, "o", ms=13.5, mfc="none", mec=ink.light, mew=1.3)
    _marker(axes, place, value, 0.0, "o", ms=7.5, mfc=ink.light, mec=ink.light, mew=0.0)


def _recovered(axes: "Axes", place: float, interval: Interval, unit: float) -> None:
    """Draw a recovered value as a filled diamond with its interval."""
    low, value, high = (unit * bound for bound in (interval.low, interval.value, interval.high))
    for end in (low, high):
        _marker(axes, place, end, 1.0, "_", ms=7.0, mec=INK.light, mew=1.0)
    _bar(axes, place, low, high)
    _marker(axes, place, value, 1.0, "D", ms=5.0, mfc=INK.light, mec=INK.light, mew=0.0)


def _bar(axes: "Axes", place: float, low: float, high: float) -> None:
    """Draw a whisker beside a place."""
    (line,) = axes.plot([place, place], [low, high], color=INK.light, lw=1.0)
    _aside(line, axes, 1.0)


def _marker(axes: "Axes", place: float, value: float, side: float, shape: str, **looks: float | str) -> None:
    """Draw one marker, ``side`` steps beside its place."""
    (line,) = axes.plot([place], [value], ls="none", marker=shape, color=INK.light, zorder=3)
    line.set(**looks)
    _aside(line, axes, side)


def _aside(artist: "Artist", axes: "Axes", side: float) -> None:
    """Move an artist sideways by steps of pixels, whatever the scale of the axis."""
    from matplotlib.transforms import ScaledTranslation  # noqa: PLC0415  loaded by now

    shift = ScaledTranslation(side * _ASIDE / 72.0, 0.0, axes.figure.dpi_scale_trans)
    artist.set_transform(axes.transData + shift)
