"""The ladder as figures: its landscape, the flux through it, a population as a film, amounts over time.

Each is a function from a card, or a run and its card, to an inline SVG. Time goes from light to dark on a
light ground, and from dim to bright on a dark one; curves are named beside them, so that nothing rests on
colour alone.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import jax.numpy as jnp
import numpy as np

from aliquot.knowledge.records import Chemistry
from aliquot.report.ladder_numbers import Flux, chosen_of, constants_of, element_of, flux, forms, shares_of
from aliquot.report.style import CALIBRATED, INK, MISSED, PREDICTED, QUIET, RULE, Ink, custom_properties
from aliquot.report.svg import svg_of
from aliquot.synthesis.run import Aliquot, Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 660.0
"""Width of a figure, that of a column of text [px]."""

TIMES = tuple(
    Ink(f"time-{i}", light, dark)
    for i, (light, dark) in enumerate(
        (
            ("#7fb3d9", "#46789f"),
            ("#5a9bcb", "#5089b5"),
            ("#3a82b8", "#5f9ccb"),
            ("#1f6aa3", "#7ab1dd"),
            ("#0f4f82", "#9fcbec"),
            ("#07335a", "#cbe4f8"),
        )
    )
)
"""Inks of early to late: one hue, ever further from the ground."""

_FLOOR = 1e-4  # share of the material below which a rung is not drawn: no instrument sees it
_HOUR = 3600.0
_MICROMOLAR_PER_HOUR = 1e3 * _HOUR  # of one mol m-3 s-1


# --- the landscape ---------------------------------------------------------------------------------------


def landscape_figure(
    card: Chemistry,
    supersaturations: Sequence[float] = (1.0, 10.0, 40.0),
    *,
    temperature: float | None = None,
    most: int = 80,
) -> str:
    """Return the free energy of a particle over its size, at some supersaturations, as an inline SVG.

    Args:
        card: The chemistry.
        supersaturations: S of each curve [1].
        temperature: [K]; the reference of the card unless given.
        most: Largest rung that is drawn [formula units].

    Example:
        >>> from aliquot.knowledge.store import chemistry
        >>> landscape_figure(chemistry("cdte_mech2023")).startswith("<svg ")
        True
    """
    kelvin = card.reference_temperature.value if temperature is None else temperature
    title = f"Free energy of {card.material} particles, at {len(supersaturations)} supersaturations"

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        _landscape(axes, card, supersaturations, kelvin, most)
        axes.set_title(f"{card.material} at {kelvin - 273.15:.0f} °C", loc="left", color=QUIET.light)

    return svg_of("ladder-landscape", title, (WIDTH, 360.0), draw)


def _landscape(
    axes: "Axes", card: Chemistry, supersaturations: Sequence[float], kelvin: float, most: int
) -> None:
    landscape, temperature = constants_of(card).landscape, jnp.asarray(kelvin)
    n = np.arange(1.0, most + 1.0)
    whole = np.asarray(landscape.energy(jnp.asarray(n), temperature))
    theta = float(landscape.theta(temperature))
    inks, dashes = (QUIET, CALIBRATED, PREDICTED), ((), (6, 2), (2, 1.5))
    for i, s in enumerate(supersaturations):
        ink, driving = inks[i % 3], (n - 1.0) * np.log(s)
        axes.plot(n, whole - driving, color=ink.light, lw=1.6, dashes=dashes[i % 3] or (None, None))
        place = 0.95 * most
        height = theta * (place ** (2.0 / 3.0) - 1.0) - (place - 1.0) * np.log(s)
        axes.annotate(
            f"S = {s:g}",
            (place, height),
            xytext=(0, 12),
            textcoords="offset points",
            ha="center",
            color=ink.light,
        )
        if s > 1.0:
            _critical(axes, theta, s, ink, below=s == max(supersaturations))
    for name, rung in card.clusters.items():
        if rung <= most:
            _mark(axes, rung, f"{name} nm")
    axes.axhline(0.0, color=RULE.light, lw=0.8, zorder=0)
    axes.set_xlim(1.0, float(most))
    axes.set_xlabel("rung n [formula units]")
    axes.set_ylabel("free energy gₙ − (n − 1) ln S [kT]")


def _critical(axes: "Axes", theta: float, s: float, ink: Ink, *, below: bool) -> None:
    """Mark the critical rung of the smooth landscape, and how high it stands."""
    critical = (2.0 * theta / (3.0 * np.log(s))) ** 3
    barrier = theta * (critical ** (2.0 / 3.0) - 1.0) - (critical - 1.0) * np.log(s)
    axes.plot([critical], [barrier], "o", ms=7.0, mfc=ink.light, mec=ink.light)
    axes.annotate(
        f"n* = {critical:.0f}, {barrier:.0f} kT",
        (critical, barrier),
        xytext=(-8, -22) if below else (-16, 9),
        textcoords="offset points",
        color=ink.light,
    )


# --- the flux --------------------------------------------------------------------------------------------


def flux_figure(run: Run, card: Chemistry, samples: Sequence[str] | None = None) -> str:
    """Return the net climb through each step below the first cluster, or the dots, as an inline SVG.

    Dashed, the classical steady rate at the supersaturation of that moment. Steps that are taken downwards
    more often than upwards leave a gap.

    Args:
        run: A simulated run.
        card: Its chemistry.
        samples: Labels of the samples to draw; all unless given.

    Raises:
        InputError: If a sample is not in the run, or has no population.
    """
    top = min([card.dot_from, *card.clusters.values()])
    chosen = chosen_of(run, samples)
    fluxes = [flux(card, aliquot, top) for aliquot in chosen]
    inks = _inks(len(chosen))
    title = f"Net climb through each step of the ladder of {card.material}, against the classical steady rate"

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        for aliquot, found, ink in zip(chosen, fluxes, inks, strict=True):
            _flux(axes, f"{aliquot.label}, S = {found.supersaturation:.0f}", found, ink)
        axes.set_yscale("log")
        axes.set_xlim(1.0, 1.32 * (top - 1.0))
        axes.set_ylim(bottom=_lowest(fluxes))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_xticks([n for n in (1, 5, 10, 15, 20, 25, 30, 40, 60, 80) if n < top])
        axes.set_xlabel("step from rung n to n + 1 [formula units]")
        axes.set_ylabel("net climb Jₙ [µM h⁻¹]")
        axes.set_title("lines: the ladder; dashes: classical steady rate", loc="left", color=QUIET.light)

    return svg_of("ladder-flux", title, (WIDTH, 380.0), draw, TIMES)


def _flux(axes: "Axes", label: str, found: Flux, ink: Ink) -> None:
    """Draw one sample's flux, named at its upper end, with its steady rate."""
    net = np.where(found.net > 0.0, found.net, np.nan) * _MICROMOLAR_PER_HOUR
    steady = found.steady * _MICROMOLAR_PER_HOUR
    axes.plot(found.n, net, color=ink.light, lw=1.9)
    axes.plot([found.n[0], found.n[-1]], [steady] * 2, color=ink.light, lw=1.1, dashes=(5, 3))
    if np.isfinite(net[-1]):
        axes.annotate(
            label, (found.n[-1], net[-1]), xytext=(6, -3), textcoords="offset points", color=INK.light
        )


def _lowest(fluxes: Sequence[Flux]) -> float:
    """Return where the axis of fluxes begins: a factor below what arrives least [µM h-1]."""
    arriving = [found.net[-1] for found in fluxes if found.net[-1] > 0.0]
    return 0.5 * _MICROMOLAR_PER_HOUR * float(min(arriving, default=1e-9))


# --- the film --------------------------------------------------------------------------------------------


def film_figure(run: Run, card: Chemistry, samples: Sequence[str] | None = None) -> str:
    """Return populations as frames of a film: which share of the material stands on each rung.

    Args:
        run: A simulated run.
        card: Its chemistry.
        samples: Labels of the samples to draw, three to a row; all unless given.

    Raises:
        InputError: If a sample is not in the run, or has no population.
    """
    chosen = chosen_of(run, samples)
    rows = -(-len(chosen) // 3)
    title = f"Which share of {card.material} stands on each rung, at {len(chosen)} times"

    def draw(figure: "Figure") -> None:
        axes = figure.subplots(rows, 3, sharex=True, sharey=True, squeeze=False)
        for axis, aliquot, ink in zip(axes.flat, chosen, _inks(len(chosen)), strict=False):
            _frame(axis, aliquot, card, ink)
        for axis in axes.flat[len(chosen) :]:
            axis.set_visible(False)
        _film_axes(axes[0, 0], max(_largest(aliquot, card) for aliquot in chosen))
        figure.supxlabel("rung n [formula units]", fontsize=11, color=INK.light)
        figure.supylabel(f"share of {element_of(card)} on the rung [%]", fontsize=11, color=INK.light)

    return svg_of("ladder-film", title, (WIDTH, 60.0 + 165.0 * rows), draw, TIMES)


def _frame(axes: "Axes", aliquot: Aliquot, card: Chemistry, ink: Ink) -> None:
    """Draw one frame: a bar for every rung that holds something."""
    shares = shares_of(aliquot, card)
    seen = np.flatnonzero(shares > _FLOOR)
    places = np.repeat(seen + 1.0, 3)
    heights = np.stack(
        [np.full(seen.size, 100.0 * _FLOOR), 100.0 * shares[seen], np.full(seen.size, np.nan)], 1
    )
    for name, rung in card.clusters.items():
        _mark(axes, rung, name)
    axes.plot(places, heights.ravel(), color=ink.light, lw=1.7, solid_capstyle="butt")
    axes.text(0.03, 0.94, aliquot.label, transform=axes.transAxes, va="top", color=INK.light, fontsize=11)


def _film_axes(axes: "Axes", largest: float) -> None:
    """Scale the shared axes of a film that reaches to a largest rung."""
    from matplotlib.ticker import NullLocator  # noqa: PLC0415  loaded by now

    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(0.9, 1.3 * largest)
    axes.set_ylim(100.0 * _FLOOR, 200.0)
    axes.set_xticks([n for n in (1, 10, 100, 1000, 10_000) if n < 1.3 * largest])
    axes.xaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_yticks([0.01, 0.1, 1.0, 10.0, 100.0], ["0.01", "0.1", "1", "10", "100"])


def _largest(aliquot: Aliquot, card: Chemistry) -> float:
    """Return the largest rung that a frame shows."""
    seen = np.flatnonzero(shares_of(aliquot, card) > _FLOOR)
    return float(seen[-1] + 1) if seen.size else float(card.dot_from)


# --- amounts over time -----------------------------------------------------------------------------------


def course_figure(run: Run, card: Chemistry) -> str:
    """Return where the limiting element is over time: precursor, dissolved and small, clusters, dots.

    Args:
        run: A simulated run of several samples of one flask.
        card: Its chemistry.

    Raises:
        InputError: If a sample has no population.
    """
    chosen = chosen_of(run, None)
    hours = np.array([(aliquot.time_s or 0.0) / _HOUR for aliquot in chosen])
    course = {
        name: np.array([forms(aliquot, card)[name] for aliquot in chosen]) for name in forms(chosen[0], card)
    }
    title = f"Where {element_of(card)} is over time: precursor, small particles, clusters and dots"

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        inks, dashes = (
            (INK, QUIET, QUIET, CALIBRATED, PREDICTED, MISSED),
            ((5, 2), (1, 2), (), (), (6, 1.5), ()),
        )
        drawn = [name for name, shares in course.items() if shares.max() > 0.005]
        first = len(inks) - len(drawn)
        for i, name in enumerate(drawn, max(first, 0)):
            ink, dash = inks[i % len(inks)], dashes[i % len(inks)]
            axes.plot(
                hours, 100.0 * course[name], color=ink.light, lw=1.9, dashes=dash or (None, None), label=name
            )
        axes.set_xscale("log")
        ticks = [t for t in (0.01, 0.1, 0.25, 0.5, 1, 2, 4, 8, 24, 72) if hours[0] <= t <= hours[-1]]
        axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
        axes.minorticks_off()
        axes.set_xlim(hours[0], hours[-1])
        axes.set_ylim(0.0, 100.0)
        axes.set_xlabel("time [h]")
        axes.set_ylabel(f"share of {element_of(card)} [%]")
        figure.legend(loc="outside upper left", ncols=3)

    return svg_of("ladder-course", title, (WIDTH, 380.0), draw)


# --- what they share -------------------------------------------------------------------------------------


def standalone(svg: str) -> str:
    """Return a drawing as a file of its own, on paper that follows the reader's setting, light or dark.

    Example:
        >>> alone = standalone(svg_of("dot", "A dot", (90, 60), lambda figure: None))
        >>> 'width="90"' in alone, "prefers-color-scheme: dark" in alone
        (True, True)
    """
    root = ET.fromstring(svg)  # noqa: S314  our own drawing
    space = root.tag.partition("}")[0] + "}"
    _, _, width, height = root.attrib["viewBox"].split()
    root.attrib.update(width=f"{float(width):g}", height=f"{float(height):g}")
    light, dark = (_properties(svg, dark=ground) for ground in (False, True))
    style = ET.Element(f"{space}style")
    style.text = f"svg{{{light}}}@media (prefers-color-scheme: dark){{svg{{{dark}}}}}"
    paper = ET.Element(
        f"{space}rect", {"width": "100%", "height": "100%", "style": "fill: var(--paper, #fdfcf9)"}
    )
    root.insert(1, style)
    root.insert(2, paper)
    ET.register_namespace("", space[1:-1])
    return ET.tostring(root, encoding="unicode") + "\n"


def _properties(svg: str, *, dark: bool) -> str:
    """Return the declarations of all inks, those of time included."""
    times = "".join(f"--{ink.name}: {ink.dark if dark else ink.light};" for ink in TIMES)
    return custom_properties(svg, dark=dark).replace("\n", "") + times


def _mark(axes: "Axes", rung: float, name: str) -> None:
    """Draw a fine line at the rung of a cluster, with its name above."""
    axes.axvline(rung, color=QUIET.light, lw=0.8, ls=(0, (1, 2)), zorder=0)
    axes.annotate(
        name,
        (rung, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(0, 1),
        textcoords="offset points",
        ha="center",
        va="bottom",
        color=QUIET.light,
        fontsize=9.0,
    )


def _inks(count: int) -> list[Ink]:
    """Return inks for early to late."""
    return [TIMES[round(place)] for place in np.linspace(0, len(TIMES) - 1, count)]
